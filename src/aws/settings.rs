//! What a user may say about how to reach AWS: plain values, known at the time of asking.
//!
//! The names are those of the AWS provider for Terraform and mean the same. Nothing is read or checked here;
//! an argument that was not given is `None`, empty or `false`.
//! This module must not know the SDK.

use std::{collections::BTreeMap, fmt, time::Instant};

/// Everything that may be said about how to reach AWS.
#[derive(Clone, Default)]
pub struct Settings {
    /// Region of all calls that name no other.
    pub region: Option<String>,
    /// Profile of the shared configuration files.
    pub profile: Option<String>,
    /// Access key id; needs `secret_key`.
    pub access_key: Option<String>,
    /// Secret access key; needs `access_key`.
    pub secret_key: Option<String>,
    /// Session token of temporary keys.
    pub token: Option<String>,
    /// Configuration files to read in place of `~/.aws/config`.
    pub shared_config_files: Vec<String>,
    /// Credentials files to read in place of `~/.aws/credentials`.
    pub shared_credentials_files: Vec<String>,
    /// How often a call is tried at most; 25 if nothing says otherwise.
    pub max_retries: Option<i64>,
    /// `standard` or `adaptive`.
    pub retry_mode: Option<String>,
    /// Capacity of the bucket of retry tokens; without one retries are bounded by `max_retries` alone.
    pub token_bucket_rate_limiter_capacity: Option<i64>,
    /// Whether to call FIPS endpoints.
    pub use_fips_endpoint: Option<bool>,
    /// Whether to call dual-stack endpoints.
    pub use_dualstack_endpoint: Option<bool>,
    /// Whether to trust any server certificate; refused.
    pub insecure: bool,
    /// File of PEM certificates to trust in place of the system's.
    pub custom_ca_bundle: Option<String>,
    /// Proxy for HTTP, and for HTTPS where nothing names one.
    pub http_proxy: Option<String>,
    /// Proxy for HTTPS.
    pub https_proxy: Option<String>,
    /// Hosts that are reached without a proxy, separated by commas.
    pub no_proxy: Option<String>,
    /// Region of the calls to STS.
    pub sts_region: Option<String>,
    /// Address of the instance metadata service.
    pub ec2_metadata_service_endpoint: Option<String>,
    /// `IPv4` or `IPv6`.
    pub ec2_metadata_service_endpoint_mode: Option<String>,
    /// Whether to leave the instance metadata service alone.
    pub skip_metadata_api_check: bool,
    /// Whether to accept regions of any shape.
    pub skip_region_validation: bool,
    /// Products to append to the user agent.
    pub user_agent: Vec<String>,
    /// Roles to assume, one after the other, each with the credentials of the one before.
    pub assume_role: Vec<AssumeRole>,
    /// A role to assume with a web identity token, before all others.
    pub assume_role_with_web_identity: Option<AssumeRoleWithWebIdentity>,
    /// Addresses of the services where they differ from AWS's own.
    pub endpoints: Endpoints,
    /// When no call goes on any more, whatever it has done by then; without it, each query has five minutes.
    pub deadline: Option<Instant>,
}

/// A role to assume and the terms of its session.
#[derive(Clone, Default)]
pub struct AssumeRole {
    /// ARN of the role; an empty one means that no role is assumed.
    pub role_arn: String,
    /// Name of the session.
    pub session_name: Option<String>,
    /// External id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Length of the session, as `1h30m`.
    pub duration: Option<String>,
    /// Session policy in JSON.
    pub policy: Option<String>,
    /// Managed session policies.
    pub policy_arns: Vec<String>,
    /// Source identity of the session.
    pub source_identity: Option<String>,
    /// Session tags.
    pub tags: BTreeMap<String, String>,
    /// Keys of the session tags that later sessions inherit.
    pub transitive_tag_keys: Vec<String>,
}

/// A role to assume with a web identity token.
#[derive(Clone, Default)]
pub struct AssumeRoleWithWebIdentity {
    /// ARN of the role; `AWS_ROLE_ARN` where it is not given.
    pub role_arn: Option<String>,
    /// Name of the session; `AWS_ROLE_SESSION_NAME` where it is not given.
    pub session_name: Option<String>,
    /// The token itself.
    pub web_identity_token: Option<String>,
    /// File that holds the token; `AWS_WEB_IDENTITY_TOKEN_FILE` where neither is given.
    pub web_identity_token_file: Option<String>,
    /// Length of the session, as `1h30m`.
    pub duration: Option<String>,
    /// Session policy in JSON.
    pub policy: Option<String>,
    /// Managed session policies.
    pub policy_arns: Vec<String>,
}

/// Addresses of the services.
#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    /// Address of EC2.
    pub ec2: Option<String>,
    /// Address of CloudWatch Logs.
    pub logs: Option<String>,
    /// Address of STS.
    pub sts: Option<String>,
    /// Address of the portal of IAM Identity Center, which gives the credentials of a role.
    pub sso: Option<String>,
    /// Address of the sign-in service of IAM Identity Center, which renews tokens.
    pub sso_oidc: Option<String>,
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

/// Stands for a secret in `Debug`: tells whether it was given, and no more.
struct Redacted(bool);

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "(given)" } else { "None" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_reach_debug() {
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
        assert!(text.contains("secret_key: (given)"), "{text}");
    }
}
