//! The block `endpoints`: the URL of each service, under every name that the AWS provider accepts.
//!
//! Users copy the block from the AWS provider, with services that this provider never calls. The provider accepts
//! these services, but they have no effect. Must not know how a URL is used.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::framework::Attr;

/// The names in the AWS provider's block, including those of its older releases.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/custom-service-endpoints>
const SERVICES: &str = include_str!("services.txt");

/// The services that the provider calls: their names, the usual one first, and the description of the URL.
const CALLED: [(&[&str], &str); 10] = [
    (EC2, "URL of EC2."),
    (LOGS, "URL of CloudWatch Logs."),
    (S3, "URL of S3, or of a store with the interface of S3."),
    (ATHENA, "URL of Athena."),
    (IAM, "URL of IAM."),
    (KMS, "URL of KMS."),
    (NETWORK_MANAGER, "URL of AWS Network Manager."),
    (STS, "URL of STS."),
    (SSO, "URL of the portal of IAM Identity Center."),
    (
        SSO_OIDC,
        "URL of the sign-in service of IAM Identity Center.",
    ),
];
const EC2: &[&str] = &["ec2"];
const LOGS: &[&str] = &["logs", "cloudwatchlogs", "cloudwatchlog"];
const S3: &[&str] = &["s3", "s3api"];
const ATHENA: &[&str] = &["athena"];
const IAM: &[&str] = &["iam"];
const KMS: &[&str] = &["kms"];
const NETWORK_MANAGER: &[&str] = &["networkmanager"];
const STS: &[&str] = &["sts"];
const SSO: &[&str] = &["sso"];
const SSO_OIDC: &[&str] = &["ssooidc"];

/// URLs of services, by the name of the service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Endpoints(BTreeMap<String, Attr<String>>);

impl Endpoints {
    pub(super) fn ec2(&self) -> Option<&str> {
        self.first(EC2)
    }

    pub(super) fn logs(&self) -> Option<&str> {
        self.first(LOGS)
    }

    pub(super) fn s3(&self) -> Option<&str> {
        self.first(S3)
    }

    pub(super) fn athena(&self) -> Option<&str> {
        self.first(ATHENA)
    }

    pub(super) fn iam(&self) -> Option<&str> {
        self.first(IAM)
    }

    pub(super) fn kms(&self) -> Option<&str> {
        self.first(KMS)
    }

    pub(super) fn network_manager(&self) -> Option<&str> {
        self.first(NETWORK_MANAGER)
    }

    pub(super) fn sts(&self) -> Option<&str> {
        self.first(STS)
    }

    pub(super) fn sso(&self) -> Option<&str> {
        self.first(SSO)
    }

    pub(super) fn sso_oidc(&self) -> Option<&str> {
        self.first(SSO_OIDC)
    }

    /// Returns the services that have a URL but are never called.
    pub(super) fn without_effect(&self) -> impl Iterator<Item = &str> {
        let written = self.0.iter().filter(|(_, url)| url.given().is_some());
        let names = written.map(|(name, _)| name.as_str());
        names.filter(|name| !is_called(name))
    }

    fn first(&self, names: &[&str]) -> Option<&str> {
        let mut urls = names.iter().filter_map(|name| self.0.get(*name));
        urls.find_map(Attr::given)
    }
}

/// Checks whether this provider calls a service.
pub(super) fn is_called(name: &str) -> bool {
    description(name).is_some()
}

fn description(name: &str) -> Option<&'static str> {
    let called = CALLED.iter().find(|(names, _)| names.contains(&name));
    called.map(|(_, description)| *description)
}

impl JsonSchema for Endpoints {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Endpoints".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let service = |name: &str| {
            let description = description(name).unwrap_or("Accepted, but has no effect.");
            let url = json_schema!({ "type": "string", "description": description });
            (name.to_owned(), url.to_value())
        };
        let services: serde_json::Map<_, _> = SERVICES.split_whitespace().map(service).collect();
        json_schema!({ "type": "object", "properties": services })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(urls: &[(&str, Attr<String>)]) -> Endpoints {
        let urls = urls
            .iter()
            .map(|(name, url)| ((*name).to_owned(), url.clone()));
        Endpoints(urls.collect())
    }

    fn url(text: &str) -> Attr<String> {
        Attr::Known(text.to_owned())
    }

    #[test]
    fn every_service_that_is_called_is_a_name_of_the_block() {
        for (names, _) in CALLED {
            for name in names {
                assert!(SERVICES.split_whitespace().any(|known| known == *name));
            }
        }
    }

    #[test]
    fn a_service_is_found_by_each_of_its_names() {
        for name in LOGS {
            let endpoints = endpoints(&[(name, url("http://a")), ("sts", url(""))]);
            assert_eq!(endpoints.logs(), Some("http://a"), "{name}");
            assert_eq!(endpoints.sts(), None);
            assert_eq!(endpoints.without_effect().count(), 0);
        }
    }

    #[test]
    fn endpoints_of_services_that_are_never_called_have_no_effect() {
        let pasted = endpoints(&[("s3control", url("http://a")), ("lambda", url("http://a"))]);
        let unused: Vec<_> = pasted.without_effect().collect();
        assert_eq!(unused, ["lambda", "s3control"]);
    }
}
