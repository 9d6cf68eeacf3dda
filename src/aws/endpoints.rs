//! The configured addresses of services.
//!
//! The order of precedence is that of the AWS CLI and the AWS provider: the argument, the environment (the service's
//! variable, then the one for all services), the profile (its `services` section, then `endpoint_url`). An invalid address
//! is an error that names its setting, before any call: the SDK would print the whole request in its error.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
//! This module must not know what a service is called for.

use std::collections::BTreeMap;

use http::Uri;

use super::{
    configuration::Environment,
    error::{Error, Setting},
    os::{Given, named_variable},
    settings::{Endpoints, Settings},
};

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service {
    Ec2,
    Logs,
    Sts,
    Sso,
    SsoOidc,
    CloudFormation,
    S3,
    Athena,
    Organizations,
    Iam,
    Kms,
    NetworkManager,
}

impl Service {
    pub(super) const ALL: [Self; 12] = [
        Self::Ec2,
        Self::Logs,
        Self::Sts,
        Self::Sso,
        Self::SsoOidc,
        Self::CloudFormation,
        Self::S3,
        Self::Athena,
        Self::Organizations,
        Self::Iam,
        Self::Kms,
        Self::NetworkManager,
    ];

    pub(super) fn argument(self) -> &'static str {
        self.names()[0]
    }

    pub(super) fn variable(self) -> &'static str {
        self.names()[1]
    }

    /// Returns the argument, the environment variable, and the name in a `services` section.
    fn names(self) -> [&'static str; 3] {
        match self {
            Self::Ec2 => ["endpoints.ec2", "AWS_ENDPOINT_URL_EC2", "ec2"],
            Self::Logs => [
                "endpoints.logs",
                "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
                "cloudwatch_logs",
            ],
            Self::Sts => ["endpoints.sts", "AWS_ENDPOINT_URL_STS", "sts"],
            Self::Sso => ["endpoints.sso", "AWS_ENDPOINT_URL_SSO", "sso"],
            Self::SsoOidc => ["endpoints.ssooidc", "AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc"],
            Self::CloudFormation => [
                "endpoints.cloudformation",
                "AWS_ENDPOINT_URL_CLOUDFORMATION",
                "cloudformation",
            ],
            Self::S3 => ["endpoints.s3", "AWS_ENDPOINT_URL_S3", "s3"],
            Self::Athena => ["endpoints.athena", "AWS_ENDPOINT_URL_ATHENA", "athena"],
            Self::Organizations => [
                "endpoints.organizations",
                "AWS_ENDPOINT_URL_ORGANIZATIONS",
                "organizations",
            ],
            Self::Iam => ["endpoints.iam", "AWS_ENDPOINT_URL_IAM", "iam"],
            Self::Kms => ["endpoints.kms", "AWS_ENDPOINT_URL_KMS", "kms"],
            Self::NetworkManager => [
                "endpoints.networkmanager",
                "AWS_ENDPOINT_URL_NETWORKMANAGER",
                "networkmanager",
            ],
        }
    }
}

impl Endpoints {
    pub(super) fn of(&self, service: Service) -> &Option<String> {
        match service {
            Service::Ec2 => &self.ec2,
            Service::Logs => &self.logs,
            Service::Sts => &self.sts,
            Service::Sso => &self.sso,
            Service::SsoOidc => &self.sso_oidc,
            Service::CloudFormation => &self.cloudformation,
            Service::S3 => &self.s3,
            Service::Athena => &self.athena,
            Service::Organizations => &self.organizations,
            Service::Iam => &self.iam,
            Service::Kms => &self.kms,
            Service::NetworkManager => &self.network_manager,
        }
    }
}

/// The configured addresses, all valid.
#[derive(Clone, Debug)]
pub(super) struct Addresses(BTreeMap<Service, String>);

impl Addresses {
    /// Reads and checks the addresses of all services.
    pub(super) fn read(settings: &Settings, environment: &Environment) -> Result<Self, Error> {
        let ignored = environment.switch(
            None,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "ignore_configured_endpoint_urls",
        )?;
        let mut addresses = BTreeMap::new();
        for service in Service::ALL {
            let argument = settings.endpoints.of(service).given();
            let argument =
                argument.map(|url| (Setting::Argument(service.argument()), url.to_owned()));
            let found = match ignored {
                Some(true) => argument,
                _ => argument.or_else(|| from_environment(environment, service)),
            };
            if let Some((source, address)) = found {
                check_address(source, &address)?;
                addresses.insert(service, address);
            }
        }
        Ok(Self(addresses))
    }

    pub(super) fn of(&self, service: Service) -> Option<&str> {
        self.0.get(&service).map(String::as_str)
    }
}

/// Returns the address from the environment or the profile.
fn from_environment(
    environment: &Environment,
    service: Service,
) -> Option<(Setting<&'static str>, String)> {
    let [_, variable, section] = service.names();
    let profiles = &environment.profiles;
    let own = || {
        Some((
            Setting::Services(section),
            profiles.of_service(section, "endpoint_url")?,
        ))
    };
    let common = || {
        Some((
            Setting::Profile("endpoint_url"),
            profiles.value("endpoint_url")?,
        ))
    };
    named_variable(&environment.env, &[variable, "AWS_ENDPOINT_URL"]).or_else(|| {
        let (source, url) = own().or_else(common)?;
        Some((source, url.to_owned()))
    })
}

/// Checks an address.
pub(super) fn check_address(source: Setting<&str>, address: &str) -> Result<(), Error> {
    // The message does not contain the address, because it may contain a password.
    let refuse = |reason| Err(Error::configuration(source, reason));
    let unfit = "it is not an address such as https://host:port";
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme));
    if rest.is_some_and(|rest| rest.contains('@')) {
        return refuse(
            "it contains a user name or a password, which AWS services do not accept; remove everything before the @",
        );
    }
    let uri = address.parse::<Uri>().ok().filter(|_| rest.is_some());
    let can_be_called =
        |uri: &Uri| uri.host().is_some_and(|host| !host.is_empty()) && uri.query().is_none();
    if uri.as_ref().is_some_and(can_be_called) {
        Ok(())
    } else {
        refuse(unfit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_checked_by_its_form() {
        let fits = |address: &&str| check_address(Setting::Argument("a"), address).is_ok();
        let right = [
            "http://localhost:4566",
            "https://vpce-1.ec2.eu-central-1.vpce.amazonaws.com",
            "http://[::1]:80/path/",
        ];
        assert!(right.iter().all(fits));
        let wrong = [
            "localhost:4566",
            " http://localhost",
            "http://localhost\n",
            "http://[bad",
            "http://",
            "https:///path",
            "ftp://host",
            "http://a b",
            "http://me:secret@host",
            "http://host/?a=b",
            "",
        ];
        assert!(!wrong.iter().any(fits));
    }
}
