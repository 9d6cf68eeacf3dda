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

/// Manages VPC flow logs, queries their records and detects drift.
///
/// The arguments have the same names, meanings and environment variables as those of the AWS provider.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Config {
    /// AWS region. Can also be set with the environment variables `AWS_REGION` or `AWS_DEFAULT_REGION`, or in the
    /// profile. On an EC2 instance, the default is the region of the instance.
    #[serde(default)]
    pub region: Attr<String>,
    /// Profile in the shared configuration files. Can also be set with the environment variables `AWS_PROFILE` or
    /// `AWS_DEFAULT_PROFILE`. The default is `default`. A named profile must exist and contain credentials. If this
    /// argument is set, the provider ignores credentials in the environment.
    #[serde(default)]
    pub profile: Attr<String>,
    /// AWS access key ID. Can also be set with the environment variable `AWS_ACCESS_KEY_ID`. Without an access key,
    /// the provider uses the web identity in `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`, the profile, the role
    /// of the container, or the role of the instance.
    #[serde(default)]
    pub access_key: Attr<String>,
    /// AWS secret access key. Can also be set with the environment variable `AWS_SECRET_ACCESS_KEY`.
    #[serde(default)]
    #[schemars(transform = behaviour::sensitive)]
    pub secret_key: Attr<String>,
    /// Session token of temporary credentials. Can also be set with the environment variable `AWS_SESSION_TOKEN`.
    #[serde(default)]
    #[schemars(transform = behaviour::sensitive)]
    pub token: Attr<String>,
    /// Paths of shared configuration files. Can also be set with the environment variable `AWS_CONFIG_FILE`. The
    /// default is `~/.aws/config`. Files that do not exist are ignored.
    #[serde(default)]
    pub shared_config_files: Attr<Vec<Attr<String>>>,
    /// Paths of shared credentials files. Can also be set with the environment variable `AWS_SHARED_CREDENTIALS_FILE`.
    /// The default is `~/.aws/credentials`. Files that do not exist are ignored.
    #[serde(default)]
    pub shared_credentials_files: Attr<Vec<Attr<String>>>,
    /// Maximum number of attempts of an API call, including the first one. `0` and `1` both mean a single attempt. Can
    /// also be set with the environment variable `AWS_MAX_ATTEMPTS` or with `max_attempts` in the profile, where it must
    /// be at least 1. The default is 25. Requests for credentials have at most 5 attempts. After expired credentials, a
    /// call is sent once more, and a create is repeated for up to two minutes while its role cannot be assumed yet.
    #[serde(default)]
    pub max_retries: Attr<i64>,
    /// Retry mode: `standard` or `adaptive`. Can also be set with the environment variable `AWS_RETRY_MODE` or in the
    /// profile. The default is `standard`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(RETRY_MODES))]
    pub retry_mode: Attr<String>,
    /// Capacity of the token bucket that limits retries. Each retry takes tokens from the bucket, and successful calls
    /// return them. By default, only `max_retries` limits retries.
    #[serde(default)]
    pub token_bucket_rate_limiter_capacity: Attr<i64>,
    /// Whether to use FIPS endpoints. Can also be set with the environment variable `AWS_USE_FIPS_ENDPOINT` or in the
    /// profile.
    #[serde(default)]
    pub use_fips_endpoint: Attr<bool>,
    /// Whether to use dual-stack endpoints, which support IPv6. Can also be set with the environment variable
    /// `AWS_USE_DUALSTACK_ENDPOINT` or in the profile.
    #[serde(default)]
    pub use_dualstack_endpoint: Attr<bool>,
    /// Whether to name S3 buckets in the path of an address instead of its host. Other stores with the interface of S3 often
    /// need it.
    #[serde(default)]
    pub s3_use_path_style: Attr<bool>,
    /// Whether to skip the verification of TLS certificates. Only `false` is supported. Set `custom_ca_bundle` to
    /// trust another certificate authority.
    #[serde(default)]
    pub insecure: Attr<bool>,
    /// Path of a PEM file with the certificate authorities to trust. Can also be set with the environment variable
    /// `AWS_CA_BUNDLE` or with `ca_bundle` in the profile. By default, the provider trusts the certificate authorities
    /// of the machine or, if it has none, those of Mozilla.
    #[serde(default)]
    pub custom_ca_bundle: Attr<String>,
    /// URL of the proxy for HTTP requests. Can also be set with the environment variables `HTTP_PROXY` or `ALL_PROXY`.
    /// The argument also applies to HTTPS requests, unless `https_proxy` or `HTTPS_PROXY` is set.
    #[serde(default)]
    pub http_proxy: Attr<String>,
    /// URL of the proxy for HTTPS requests. Can also be set with the environment variables `HTTPS_PROXY` or
    /// `ALL_PROXY`.
    #[serde(default)]
    pub https_proxy: Attr<String>,
    /// Comma-separated list of hosts that the provider reaches without a proxy. Can also be set with the environment
    /// variable `NO_PROXY`.
    #[serde(default)]
    pub no_proxy: Attr<String>,
    /// Region for calls to STS. The default is `region`.
    #[serde(default)]
    pub sts_region: Attr<String>,
    /// URL of the EC2 metadata service. Can also be set with the environment variable
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT`.
    #[serde(default)]
    pub ec2_metadata_service_endpoint: Attr<String>,
    /// Protocol for the EC2 metadata service: `IPv4` or `IPv6`. Can also be set with the environment variable
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(METADATA_MODES))]
    pub ec2_metadata_service_endpoint_mode: Attr<String>,
    /// Whether to skip the EC2 metadata service: `"true"` or `"false"`. Can also be set with the environment variable
    /// `AWS_EC2_METADATA_DISABLED`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(TRUTHS))]
    pub skip_metadata_api_check: Attr<String>,
    /// Whether to skip the validation of region names.
    #[serde(default)]
    pub skip_region_validation: Attr<bool>,
    /// Whether a failed request for the account ID is only a warning.
    #[serde(default)]
    pub skip_credentials_validation: Attr<bool>,
    /// Whether to skip the request for the account ID. ARNs that contain the account ID are then null, and
    /// `allowed_account_ids` and `forbidden_account_ids` cannot be used.
    #[serde(default)]
    pub skip_requesting_account_id: Attr<bool>,
    /// Account IDs that the provider may use. Any other account, or an unknown account, is an error. An empty list
    /// allows all accounts.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("forbidden_account_ids"))]
    pub allowed_account_ids: Attr<BTreeSet<Attr<String>>>,
    /// Account IDs that the provider must not use. An unknown account is also an error. An empty list allows all
    /// accounts.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("allowed_account_ids"))]
    pub forbidden_account_ids: Attr<BTreeSet<Attr<String>>>,
    /// Product names (`name/version`) to append to the user agent of requests. The environment variable
    /// `TF_APPEND_USER_AGENT` adds more.
    #[serde(default)]
    pub user_agent: Attr<Vec<Attr<String>>>,
    /// IAM role to assume. Several blocks form a chain: the provider assumes each role with the credentials of the
    /// previous one.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    pub assume_role: Attr<Vec<AssumeRole>>,
    /// IAM role to assume with a web identity token. It replaces all other credentials.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub assume_role_with_web_identity: Attr<AssumeRoleWithWebIdentity>,
    /// URLs of services, for private endpoints and emulators. Can also be set with the environment variables
    /// `AWS_ENDPOINT_URL_EC2`, `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`, `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL_ATHENA`,
    /// `AWS_ENDPOINT_URL_IAM`, `AWS_ENDPOINT_URL_KMS`, `AWS_ENDPOINT_URL_NETWORKMANAGER`, `AWS_ENDPOINT_URL_STS`,
    /// `AWS_ENDPOINT_URL_SSO`, `AWS_ENDPOINT_URL_SSO_OIDC` and `AWS_ENDPOINT_URL`, or with `endpoint_url` in the profile or
    /// its `services` section. All services of the AWS provider's block are accepted.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub endpoints: Attr<Endpoints>,
    /// Tags to add to all resources. Environment variables `TF_AWS_DEFAULT_TAGS_<key>=<value>` add more.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub default_tags: Attr<DefaultTags>,
    /// Tags to ignore. The provider neither shows nor changes them. The environment variables `TF_AWS_IGNORE_TAGS_KEYS` and
    /// `TF_AWS_IGNORE_TAGS_KEY_PREFIXES` add more, separated by commas.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub ignore_tags: Attr<IgnoreTags>,
}

impl Model for Config {}

/// IAM role to assume.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AssumeRole {
    /// ARN of the role to assume.
    #[serde(default)]
    pub role_arn: Attr<String>,
    /// Name of the session, which CloudTrail shows.
    #[serde(default)]
    pub session_name: Attr<String>,
    /// External ID that the trust policy of the role requires.
    #[serde(default)]
    #[schemars(transform = behaviour::sensitive)]
    pub external_id: Attr<String>,
    /// Duration of the session, from `15m` to `12h`.
    #[serde(default)]
    pub duration: Attr<String>,
    /// Policy in JSON that further restricts the permissions of the session.
    #[serde(default)]
    pub policy: Attr<String>,
    /// ARNs of managed policies that further restrict the permissions of the session.
    #[serde(default)]
    pub policy_arns: Attr<BTreeSet<Attr<String>>>,
    /// Source identity of the session.
    #[serde(default)]
    pub source_identity: Attr<String>,
    /// Tags of the session.
    #[serde(default)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Keys of session tags to pass to the next role in the chain.
    #[serde(default)]
    pub transitive_tag_keys: Attr<BTreeSet<Attr<String>>>,
}

/// IAM role to assume with a web identity token.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AssumeRoleWithWebIdentity {
    /// ARN of the role to assume. Can also be set with the environment variable `AWS_ROLE_ARN`.
    #[serde(default)]
    pub role_arn: Attr<String>,
    /// Name of the session. Can also be set with the environment variable `AWS_ROLE_SESSION_NAME`.
    #[serde(default)]
    pub session_name: Attr<String>,
    /// Web identity token.
    #[serde(default)]
    #[schemars(transform = behaviour::sensitive)]
    pub web_identity_token: Attr<String>,
    /// Path of a file with the web identity token. Can also be set with the environment variable
    /// `AWS_WEB_IDENTITY_TOKEN_FILE`.
    #[serde(default)]
    pub web_identity_token_file: Attr<String>,
    /// Duration of the session, from `15m` to `12h`.
    #[serde(default)]
    pub duration: Attr<String>,
    /// Policy in JSON that further restricts the permissions of the session.
    #[serde(default)]
    pub policy: Attr<String>,
    /// ARNs of managed policies that further restrict the permissions of the session.
    #[serde(default)]
    pub policy_arns: Attr<BTreeSet<Attr<String>>>,
}

/// Tags to add to all resources.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DefaultTags {
    /// Tags to add. Environment variables of the form `TF_AWS_DEFAULT_TAGS_<key>=<value>` add more.
    #[serde(default)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
}

/// Tags to ignore.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct IgnoreTags {
    /// Keys to ignore. The environment variable `TF_AWS_IGNORE_TAGS_KEYS` adds more.
    #[serde(default)]
    pub keys: Attr<BTreeSet<Attr<String>>>,
    /// Key prefixes to ignore. The environment variable `TF_AWS_IGNORE_TAGS_KEY_PREFIXES` adds more.
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
