//! The provider block, declared once.
//!
//! Its secrets have no way to `Debug`: only what tells one block from another is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endpoints::Endpoints;
use crate::framework::{Attr, Model, behaviour};

const RETRY_MODES: &[&str] = &["standard", "adaptive"];
const METADATA_MODES: &[&str] = &["IPv4", "IPv6"];
const TRUTHS: &[&str] = &["true", "false"];

/// Manages, queries and checks VPC flow logs.
///
/// The arguments have the names, meanings and environment variables of the AWS provider's.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Config {
    /// The region to work in. Else `AWS_REGION`, `AWS_DEFAULT_REGION`, or the profile's region.
    #[serde(default)]
    pub region: Attr<String>,
    /// The profile of the shared configuration files. Else `AWS_PROFILE`, `AWS_DEFAULT_PROFILE`, or `default`. A profile
    /// that is named must exist and hold credentials; with this argument, the credentials of the environment do not count.
    #[serde(default)]
    pub profile: Attr<String>,
    /// The access key id. Else `AWS_ACCESS_KEY_ID`, `AWS_WEB_IDENTITY_TOKEN_FILE` with `AWS_ROLE_ARN`, the profile, the
    /// role of the container, or the role of the instance.
    #[serde(default)]
    pub access_key: Attr<String>,
    /// The secret access key. Else `AWS_SECRET_ACCESS_KEY`.
    #[serde(default)]
    #[schemars(transform = behaviour::sensitive)]
    pub secret_key: Attr<String>,
    /// The session token of temporary credentials. Else `AWS_SESSION_TOKEN`.
    #[serde(default)]
    #[schemars(transform = behaviour::sensitive)]
    pub token: Attr<String>,
    /// Paths of shared configuration files. Else `AWS_CONFIG_FILE` or `~/.aws/config`. A file that does not exist is
    /// skipped.
    #[serde(default)]
    pub shared_config_files: Attr<Vec<Attr<String>>>,
    /// Paths of shared credentials files. Else `AWS_SHARED_CREDENTIALS_FILE` or
    /// `~/.aws/credentials`. A file that does not exist is skipped.
    #[serde(default)]
    pub shared_credentials_files: Attr<Vec<Attr<String>>>,
    /// How often a call is tried again. Else `AWS_MAX_ATTEMPTS`, or 25.
    #[serde(default)]
    pub max_retries: Attr<i64>,
    /// How retries are paced: `standard` or `adaptive`. Else `AWS_RETRY_MODE`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(RETRY_MODES))]
    pub retry_mode: Attr<String>,
    /// How many retries may be spent before new ones have to be earned by successes.
    #[serde(default)]
    pub token_bucket_rate_limiter_capacity: Attr<i64>,
    /// Whether endpoints with FIPS 140 cryptography are used. Else `AWS_USE_FIPS_ENDPOINT`.
    #[serde(default)]
    pub use_fips_endpoint: Attr<bool>,
    /// Whether endpoints with IPv6 are used. Else `AWS_USE_DUALSTACK_ENDPOINT`.
    #[serde(default)]
    pub use_dualstack_endpoint: Attr<bool>,
    /// Whether S3 buckets are addressed by path. It is accepted, and has no effect as long as S3 is not called.
    #[serde(default)]
    pub s3_use_path_style: Attr<bool>,
    /// Whether TLS certificates go unchecked. Only `false` is accepted: instead of `true`, name the file of the
    /// certificate authority in `custom_ca_bundle`.
    #[serde(default)]
    pub insecure: Attr<bool>,
    /// The path of a file with certificate authorities (PEM) to trust. Else `AWS_CA_BUNDLE`, those of the machine, or,
    /// where it has none, those that come with the provider (Mozilla's).
    #[serde(default)]
    pub custom_ca_bundle: Attr<String>,
    /// The URL of a proxy for HTTP, and for HTTPS unless `https_proxy` says otherwise. Else
    /// `HTTP_PROXY`.
    #[serde(default)]
    pub http_proxy: Attr<String>,
    /// The URL of a proxy for HTTPS. Else `HTTPS_PROXY`.
    #[serde(default)]
    pub https_proxy: Attr<String>,
    /// Hosts, separated by commas, that are reached without the proxy. Else `NO_PROXY`.
    #[serde(default)]
    pub no_proxy: Attr<String>,
    /// The region whose STS is asked. The default is `region`.
    #[serde(default)]
    pub sts_region: Attr<String>,
    /// The address of the EC2 metadata service. Else
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT`.
    #[serde(default)]
    pub ec2_metadata_service_endpoint: Attr<String>,
    /// How the EC2 metadata service is reached: `IPv4` or `IPv6`. Else
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(METADATA_MODES))]
    pub ec2_metadata_service_endpoint_mode: Attr<String>,
    /// Whether the EC2 metadata service goes unasked, as `"true"` or `"false"`. Else
    /// `AWS_EC2_METADATA_DISABLED`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(TRUTHS))]
    pub skip_metadata_api_check: Attr<String>,
    /// Whether a region of unusual form is accepted.
    #[serde(default)]
    pub skip_region_validation: Attr<bool>,
    /// Whether a failure to find out the account is a warning only.
    #[serde(default)]
    pub skip_credentials_validation: Attr<bool>,
    /// Whether STS goes unasked for the account. ARNs that the provider builds are null then, and
    /// `allowed_account_ids` and `forbidden_account_ids` are refused.
    #[serde(default)]
    pub skip_requesting_account_id: Attr<bool>,
    /// The accounts that may be worked in; any other is refused, and so is one that STS does not tell.
    /// An empty list restricts nothing.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("forbidden_account_ids"))]
    pub allowed_account_ids: Attr<BTreeSet<Attr<String>>>,
    /// The accounts that may not be worked in; an account that STS does not tell is refused too. An
    /// empty list restricts nothing.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("allowed_account_ids"))]
    pub forbidden_account_ids: Attr<BTreeSet<Attr<String>>>,
    /// Product names (`name/version`) to add to the user agent of calls, beside
    /// `TF_APPEND_USER_AGENT`.
    #[serde(default)]
    pub user_agent: Attr<Vec<Attr<String>>>,
    /// A role to assume. The roles of several blocks are assumed one after the other.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    pub assume_role: Attr<Vec<AssumeRole>>,
    /// A role to assume with a web identity token, in place of all other credentials.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub assume_role_with_web_identity: Attr<AssumeRoleWithWebIdentity>,
    /// Addresses of the services, for private endpoints and emulators. Else `AWS_ENDPOINT_URL_EC2`, `_CLOUDWATCH_LOGS`,
    /// `_STS`, `_SSO`, `_SSO_OIDC`, then `AWS_ENDPOINT_URL`, then the profile's `services` section and `endpoint_url`.
    /// Every name of the AWS provider's block is accepted.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub endpoints: Attr<Endpoints>,
    /// Tags that every resource gets.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub default_tags: Attr<DefaultTags>,
    /// Tags that are neither shown nor changed.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub ignore_tags: Attr<IgnoreTags>,
}

impl Model for Config {}

/// A role to assume.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AssumeRole {
    /// The ARN of the role.
    #[serde(default)]
    pub role_arn: Attr<String>,
    /// The name of the session, as CloudTrail shows it.
    #[serde(default)]
    pub session_name: Attr<String>,
    /// The external id that the role's trust policy asks for.
    #[serde(default)]
    #[schemars(transform = behaviour::sensitive)]
    pub external_id: Attr<String>,
    /// How long the session lasts, from `15m` to `12h`.
    #[serde(default)]
    pub duration: Attr<String>,
    /// A policy (JSON) that narrows the session's permissions.
    #[serde(default)]
    pub policy: Attr<String>,
    /// ARNs of managed policies that narrow the session's permissions.
    #[serde(default)]
    pub policy_arns: Attr<BTreeSet<Attr<String>>>,
    /// The source identity of the session.
    #[serde(default)]
    pub source_identity: Attr<String>,
    /// Tags of the session.
    #[serde(default)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Keys of session tags that are handed on when roles are chained.
    #[serde(default)]
    pub transitive_tag_keys: Attr<BTreeSet<Attr<String>>>,
}

/// A role to assume with a web identity token.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AssumeRoleWithWebIdentity {
    /// The ARN of the role. Else `AWS_ROLE_ARN`.
    #[serde(default)]
    pub role_arn: Attr<String>,
    /// The name of the session. Else `AWS_ROLE_SESSION_NAME`.
    #[serde(default)]
    pub session_name: Attr<String>,
    /// The token.
    #[serde(default)]
    #[schemars(transform = behaviour::sensitive)]
    pub web_identity_token: Attr<String>,
    /// The path of a file with the token. Else `AWS_WEB_IDENTITY_TOKEN_FILE`.
    #[serde(default)]
    pub web_identity_token_file: Attr<String>,
    /// How long the session lasts, from `15m` to `12h`.
    #[serde(default)]
    pub duration: Attr<String>,
    /// A policy (JSON) that narrows the session's permissions.
    #[serde(default)]
    pub policy: Attr<String>,
    /// ARNs of managed policies that narrow the session's permissions.
    #[serde(default)]
    pub policy_arns: Attr<BTreeSet<Attr<String>>>,
}

/// Tags that every resource gets.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DefaultTags {
    /// The tags.
    #[serde(default)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
}

/// Tags that are neither shown nor changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct IgnoreTags {
    /// Whole keys.
    #[serde(default)]
    pub keys: Attr<BTreeSet<Attr<String>>>,
    /// Heads of keys.
    #[serde(default)]
    pub key_prefixes: Attr<BTreeSet<Attr<String>>>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("assume_role", &self.assume_role)
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole")
            .field("role_arn", &self.role_arn)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AssumeRoleWithWebIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRoleWithWebIdentity")
            .field("role_arn", &self.role_arn)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_reach_debug() {
        let canary = || Attr::Known("CANARY-7f3a".to_owned());
        let config = Config {
            region: Attr::Known("eu-west-1".to_owned()),
            access_key: canary(),
            secret_key: canary(),
            token: canary(),
            http_proxy: canary(),
            https_proxy: canary(),
            assume_role: Attr::Known(vec![AssumeRole {
                external_id: canary(),
                ..AssumeRole::default()
            }]),
            assume_role_with_web_identity: Attr::Known(AssumeRoleWithWebIdentity {
                web_identity_token: canary(),
                ..AssumeRoleWithWebIdentity::default()
            }),
            ..Config::default()
        };
        let web = &config.assume_role_with_web_identity;
        let text = format!("{config:?} {config:#?} {web:?}");
        assert!(!text.contains("CANARY"), "{text}");
        assert!(text.contains("eu-west-1"), "{text}");
    }
}
