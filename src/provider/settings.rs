//! Converts the provider block to the settings of the `aws` layer.

use super::config::{AssumeRole, AssumeRoleWithWebIdentity, Config};
use crate::aws;
use crate::framework::Attr;

impl Config {
    /// Returns the known arguments. It lists every field without `..`, so that a forgotten argument does not
    /// compile. Unknown arguments are left out; see [`unknown`](super::unknown).
    pub(crate) fn settings(&self) -> aws::Settings {
        let endpoints = self.endpoints.known().cloned().unwrap_or_default();
        let roles = self.assume_role.known().into_iter().flatten();
        aws::Settings {
            region: text(&self.region),
            profile: text(&self.profile),
            access_key: text(&self.access_key),
            secret_key: text(&self.secret_key),
            token: text(&self.token),
            shared_config_files: list(&self.shared_config_files),
            shared_credentials_files: list(&self.shared_credentials_files),
            max_retries: self.max_retries.known().copied(),
            retry_mode: text(&self.retry_mode),
            token_bucket_rate_limiter_capacity: self
                .token_bucket_rate_limiter_capacity
                .known()
                .copied(),
            use_fips_endpoint: self.use_fips_endpoint.known().copied(),
            use_dualstack_endpoint: self.use_dualstack_endpoint.known().copied(),
            insecure: self.insecure == Attr::Known(true),
            custom_ca_bundle: text(&self.custom_ca_bundle),
            http_proxy: text(&self.http_proxy),
            https_proxy: text(&self.https_proxy),
            no_proxy: text(&self.no_proxy),
            sts_region: text(&self.sts_region),
            ec2_metadata_service_endpoint: text(&self.ec2_metadata_service_endpoint),
            ec2_metadata_service_endpoint_mode: text(&self.ec2_metadata_service_endpoint_mode),
            skip_metadata_api_check: self.skip_metadata_api_check.given() == Some("true"),
            skip_region_validation: self.skip_region_validation == Attr::Known(true),
            user_agent: list(&self.user_agent),
            assume_role: roles.map(AssumeRole::settings).collect(),
            assume_role_with_web_identity: self
                .assume_role_with_web_identity
                .known()
                .map(AssumeRoleWithWebIdentity::settings),
            s3_use_path_style: self.s3_use_path_style == Attr::Known(true),
            endpoints: aws::Endpoints {
                ec2: endpoints.ec2().map(str::to_owned),
                logs: endpoints.logs().map(str::to_owned),
                sts: endpoints.sts().map(str::to_owned),
                sso: endpoints.sso().map(str::to_owned),
                sso_oidc: endpoints.sso_oidc().map(str::to_owned),
                s3: endpoints.s3().map(str::to_owned),
                athena: endpoints.athena().map(str::to_owned),
                iam: endpoints.iam().map(str::to_owned),
                kms: endpoints.kms().map(str::to_owned),
                network_manager: endpoints.network_manager().map(str::to_owned),
                ..aws::Endpoints::default()
            },
            deadline: None,
        }
    }
}

impl AssumeRole {
    fn settings(&self) -> aws::AssumeRole {
        let tags = self.tags.known().into_iter().flatten();
        aws::AssumeRole {
            role_arn: text(&self.role_arn).unwrap_or_default(),
            session_name: text(&self.session_name),
            external_id: text(&self.external_id),
            duration: text(&self.duration),
            policy: text(&self.policy),
            policy_arns: list(&self.policy_arns),
            source_identity: text(&self.source_identity),
            tags: tags
                .filter_map(|(key, value)| Some((key.clone(), value.known()?.clone())))
                .collect(),
            transitive_tag_keys: list(&self.transitive_tag_keys),
        }
    }
}

impl AssumeRoleWithWebIdentity {
    fn settings(&self) -> aws::AssumeRoleWithWebIdentity {
        aws::AssumeRoleWithWebIdentity {
            role_arn: text(&self.role_arn),
            session_name: text(&self.session_name),
            web_identity_token: text(&self.web_identity_token),
            web_identity_token_file: text(&self.web_identity_token_file),
            duration: text(&self.duration),
            policy: text(&self.policy),
            policy_arns: list(&self.policy_arns),
        }
    }
}

fn text(value: &Attr<String>) -> Option<String> {
    value.given().map(str::to_owned)
}

/// Returns the known elements of a list or set.
fn list<T>(values: &Attr<T>) -> Vec<String>
where
    for<'a> &'a T: IntoIterator<Item = &'a Attr<String>>,
{
    let values = values.known().into_iter().flatten();
    values.filter_map(|value| value.known().cloned()).collect()
}
