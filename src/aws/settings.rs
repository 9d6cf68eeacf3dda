//! How to connect to AWS: the arguments of a user, all known.
//!
//! The names and their meaning are those of the AWS provider for Terraform. Nothing is read or checked here. An argument
//! that is not set is `None`, empty or `false`.
//! This module must not know the SDK.

use std::{collections::BTreeMap, fmt, time::Instant};

/// How to connect to AWS.
#[derive(Clone, Default)]
pub struct Settings {
    /// The default region.
    pub region: Option<String>,
    /// The profile of the shared configuration files.
    pub profile: Option<String>,
    /// The access key ID. Requires `secret_key`.
    pub access_key: Option<String>,
    /// The secret access key. Requires `access_key`.
    pub secret_key: Option<String>,
    /// The session token of temporary keys.
    pub token: Option<String>,
    /// The configuration files to read instead of `~/.aws/config`.
    pub shared_config_files: Vec<String>,
    /// The credentials files to read instead of `~/.aws/credentials`.
    pub shared_credentials_files: Vec<String>,
    /// The maximum number of attempts of a call, including the first. The default is 25. 0 means 1. A create is also tried
    /// again while its role is not assumable yet.
    pub max_retries: Option<i64>,
    /// `standard` or `adaptive`.
    pub retry_mode: Option<String>,
    /// The capacity of the bucket of retry tokens. Without it, only `max_retries` limits retries.
    pub token_bucket_rate_limiter_capacity: Option<i64>,
    /// Whether to call FIPS endpoints.
    pub use_fips_endpoint: Option<bool>,
    /// Whether to call dual-stack endpoints.
    pub use_dualstack_endpoint: Option<bool>,
    /// Whether to name the bucket in the path of an address instead of its host.
    pub s3_use_path_style: bool,
    /// Whether to trust any server certificate. Not supported.
    pub insecure: bool,
    /// The file of PEM certificates to trust instead of the system's.
    pub custom_ca_bundle: Option<String>,
    /// The proxy for HTTP, and for HTTPS unless another is set.
    pub http_proxy: Option<String>,
    /// The proxy for HTTPS.
    pub https_proxy: Option<String>,
    /// The hosts that bypass the proxy, separated by commas.
    pub no_proxy: Option<String>,
    /// The region of calls to STS.
    pub sts_region: Option<String>,
    /// The address of the instance metadata service.
    pub ec2_metadata_service_endpoint: Option<String>,
    /// `IPv4` or `IPv6`.
    pub ec2_metadata_service_endpoint_mode: Option<String>,
    /// Whether to disable the instance metadata service.
    pub skip_metadata_api_check: bool,
    /// Whether to accept region names of any form.
    pub skip_region_validation: bool,
    /// The products to append to the user agent.
    pub user_agent: Vec<String>,
    /// The roles to assume in sequence, each with the credentials of the previous one.
    pub assume_role: Vec<AssumeRole>,
    /// The role to assume with a web identity token, before all others.
    pub assume_role_with_web_identity: Option<AssumeRoleWithWebIdentity>,
    /// The addresses of the services that differ from AWS's.
    pub endpoints: Endpoints,
    /// When all calls end, except mutations that were sent. Without it, each query has five minutes.
    pub deadline: Option<Instant>,
}

/// A role to assume, and its session.
#[derive(Clone, Default)]
pub struct AssumeRole {
    /// The ARN of the role. If it is empty, no role is assumed.
    pub role_arn: String,
    /// The name of the session.
    pub session_name: Option<String>,
    /// The external ID that the role's trust policy requires.
    pub external_id: Option<String>,
    /// The duration of the session, such as `1h30m`.
    pub duration: Option<String>,
    /// The session policy in JSON.
    pub policy: Option<String>,
    /// The ARNs of managed session policies.
    pub policy_arns: Vec<String>,
    /// The source identity of the session.
    pub source_identity: Option<String>,
    /// The session tags.
    pub tags: BTreeMap<String, String>,
    /// The keys of the session tags that later sessions inherit.
    pub transitive_tag_keys: Vec<String>,
}

/// A role to assume with a web identity token.
#[derive(Clone, Default)]
pub struct AssumeRoleWithWebIdentity {
    /// The ARN of the role. The default is `AWS_ROLE_ARN`.
    pub role_arn: Option<String>,
    /// The name of the session. The default is `AWS_ROLE_SESSION_NAME`.
    pub session_name: Option<String>,
    /// The token.
    pub web_identity_token: Option<String>,
    /// The file that contains the token. The default, without `web_identity_token`, is `AWS_WEB_IDENTITY_TOKEN_FILE`.
    pub web_identity_token_file: Option<String>,
    /// The duration of the session, such as `1h30m`.
    pub duration: Option<String>,
    /// The session policy in JSON.
    pub policy: Option<String>,
    /// The ARNs of managed session policies.
    pub policy_arns: Vec<String>,
}

/// The addresses of services.
#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    /// The address of EC2.
    pub ec2: Option<String>,
    /// The address of CloudWatch Logs.
    pub logs: Option<String>,
    /// The address of STS.
    pub sts: Option<String>,
    /// The address of the IAM Identity Center portal, which provides the credentials of a role.
    pub sso: Option<String>,
    /// The address of the IAM Identity Center OIDC service, which renews tokens.
    pub sso_oidc: Option<String>,
    /// The address of CloudFormation.
    pub cloudformation: Option<String>,
    /// The address of S3, or of a store with its interface.
    pub s3: Option<String>,
    /// The address of Athena.
    pub athena: Option<String>,
    /// The address of AWS Organizations.
    pub organizations: Option<String>,
    /// The address of IAM.
    pub iam: Option<String>,
    /// The address of KMS.
    pub kms: Option<String>,
    /// The address of AWS Network Manager.
    pub network_manager: Option<String>,
}

impl Endpoints {
    /// Returns one address for all services that a user calls. Those that only give credentials keep their own.
    pub fn at(address: Option<&str>) -> Self {
        let address = || address.map(str::to_owned);
        Self {
            ec2: address(),
            logs: address(),
            sts: address(),
            sso: None,
            sso_oidc: None,
            cloudformation: address(),
            s3: address(),
            athena: address(),
            organizations: address(),
            iam: address(),
            kms: address(),
            network_manager: address(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("access_key", &Redacted(self.access_key.is_some()))
            .field("secret_key", &Redacted(self.secret_key.is_some()))
            .field("token", &Redacted(self.token.is_some()))
            .field("shared_config_files", &self.shared_config_files)
            .field("shared_credentials_files", &self.shared_credentials_files)
            .field("max_retries", &self.max_retries)
            .field("retry_mode", &self.retry_mode)
            .field(
                "token_bucket_rate_limiter_capacity",
                &self.token_bucket_rate_limiter_capacity,
            )
            .field("use_fips_endpoint", &self.use_fips_endpoint)
            .field("use_dualstack_endpoint", &self.use_dualstack_endpoint)
            .field("s3_use_path_style", &self.s3_use_path_style)
            .field("insecure", &self.insecure)
            .field("custom_ca_bundle", &self.custom_ca_bundle)
            .field("http_proxy", &Redacted(self.http_proxy.is_some()))
            .field("https_proxy", &Redacted(self.https_proxy.is_some()))
            .field("no_proxy", &self.no_proxy)
            .field("sts_region", &self.sts_region)
            .field(
                "ec2_metadata_service_endpoint",
                &self.ec2_metadata_service_endpoint,
            )
            .field(
                "ec2_metadata_service_endpoint_mode",
                &self.ec2_metadata_service_endpoint_mode,
            )
            .field("skip_metadata_api_check", &self.skip_metadata_api_check)
            .field("skip_region_validation", &self.skip_region_validation)
            .field("user_agent", &self.user_agent)
            .field("assume_role", &self.assume_role)
            .field(
                "assume_role_with_web_identity",
                &self.assume_role_with_web_identity,
            )
            .field("endpoints", &self.endpoints)
            .finish()
    }
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole")
            .field("role_arn", &self.role_arn)
            .field("session_name", &self.session_name)
            .field("external_id", &Redacted(self.external_id.is_some()))
            .field("duration", &self.duration)
            .field("policy_arns", &self.policy_arns)
            .field("source_identity", &self.source_identity)
            .field("tags", &self.tags)
            .field("transitive_tag_keys", &self.transitive_tag_keys)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AssumeRoleWithWebIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRoleWithWebIdentity")
            .field("role_arn", &self.role_arn)
            .field("session_name", &self.session_name)
            .field(
                "web_identity_token",
                &Redacted(self.web_identity_token.is_some()),
            )
            .field("web_identity_token_file", &self.web_identity_token_file)
            .field("duration", &self.duration)
            .field("policy_arns", &self.policy_arns)
            .finish_non_exhaustive()
    }
}

/// A secret in `Debug`. Shows only whether it is set.
struct Redacted(bool);

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "(set)" } else { "None" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let canary = || Some("CANARY-7f3a".to_owned());
        let settings = Settings {
            access_key: canary(),
            secret_key: canary(),
            token: canary(),
            http_proxy: canary(),
            https_proxy: canary(),
            assume_role: vec![AssumeRole {
                external_id: canary(),
                ..AssumeRole::default()
            }],
            assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
                web_identity_token: canary(),
                ..AssumeRoleWithWebIdentity::default()
            }),
            ..Settings::default()
        };
        let text = format!("{settings:?} {settings:#?}");
        assert!(!text.contains("CANARY"), "{text}");
        assert!(text.contains("secret_key: (set)"), "{text}");
    }
}
