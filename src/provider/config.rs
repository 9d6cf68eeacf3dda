//! The provider block, declared once, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws;
use crate::framework::{Attr, Diagnostic, Diagnostics, Model, behaviour};

const RETRY_MODES: &[&str] = &["standard", "adaptive"];
const METADATA_MODES: &[&str] = &["IPv4", "IPv6"];
const TRUTHS: &[&str] = &["true", "false"];

/// Manages, queries and checks VPC flow logs.
///
/// The arguments have the names, meanings and environment variables of the AWS provider's.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Config {
    /// The region to work in. Else `AWS_REGION`, `AWS_DEFAULT_REGION`, or the profile's region.
    #[serde(default)]
    pub region: Attr<String>,
    /// The profile of the shared configuration files. Else `AWS_PROFILE`.
    #[serde(default)]
    pub profile: Attr<String>,
    /// The access key id. Else `AWS_ACCESS_KEY_ID`, the profile, or what the machine offers.
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
    /// Paths of shared configuration files. Else `AWS_CONFIG_FILE` or `~/.aws/config`.
    #[serde(default)]
    pub shared_config_files: Attr<Vec<Attr<String>>>,
    /// Paths of shared credentials files. Else `AWS_SHARED_CREDENTIALS_FILE` or
    /// `~/.aws/credentials`.
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
    /// Whether S3 buckets are addressed by path. This version makes no call to S3 and refuses `true`.
    #[serde(default)]
    pub s3_use_path_style: Attr<bool>,
    /// Whether TLS certificates go unchecked. It is refused: give the certificate authority by
    /// `custom_ca_bundle` instead.
    #[serde(default)]
    pub insecure: Attr<bool>,
    /// The path of a file with certificate authorities (PEM) to trust. Else `AWS_CA_BUNDLE`.
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
    /// Whether STS goes unasked for the account. ARNs that the provider builds are null then.
    #[serde(default)]
    pub skip_requesting_account_id: Attr<bool>,
    /// The accounts that may be worked in; any other is refused.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("forbidden_account_ids"))]
    pub allowed_account_ids: Attr<BTreeSet<Attr<String>>>,
    /// The accounts that may not be worked in.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("allowed_account_ids"))]
    pub forbidden_account_ids: Attr<BTreeSet<Attr<String>>>,
    /// Product names (`name/version`) to add to the user agent of calls, beside
    /// `TF_APPEND_USER_AGENT`.
    #[serde(default)]
    pub user_agent: Attr<Vec<Attr<String>>>,
    /// A role to take on. Several blocks are taken on one after the other.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    pub assume_role: Attr<Vec<AssumeRole>>,
    /// A role to take on with a web identity token.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub assume_role_with_web_identity: Attr<AssumeRoleWithWebIdentity>,
    /// Addresses of the services, for private endpoints and emulators. Else `AWS_ENDPOINT_URL` and
    /// `AWS_ENDPOINT_URL_EC2`, `_CLOUDWATCH_LOGS`, `_STS`.
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

/// A role to take on.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
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

/// A role to take on with a web identity token.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
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

/// Addresses of the services.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Endpoints {
    /// The URL of EC2.
    #[serde(default)]
    pub ec2: Attr<String>,
    /// The URL of CloudWatch Logs.
    #[serde(default)]
    pub logs: Attr<String>,
    /// The URL of S3. This version makes no call to S3 and refuses it.
    #[serde(default)]
    pub s3: Attr<String>,
    /// The URL of STS.
    #[serde(default)]
    pub sts: Attr<String>,
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

impl Config {
    /// Judges what the schema cannot.
    pub(crate) fn judge(&self, diagnostics: &mut Diagnostics) {
        let refused = [
            ("insecure", self.insecure == Attr::Known(true), INSECURE),
            (
                "s3_use_path_style",
                self.s3_use_path_style == Attr::Known(true),
                NO_S3,
            ),
            (
                "endpoints",
                self.endpoints
                    .known()
                    .is_some_and(|e| given(&e.s3).is_some()),
                NO_S3,
            ),
        ];
        for (argument, _, reason) in refused.into_iter().filter(|(_, refused, _)| *refused) {
            diagnostics.error(
                argument,
                format!("Provider argument {argument} refused"),
                reason,
            );
        }
        if given(&self.access_key).is_some() && self.secret_key.is_null() {
            diagnostics.error(
                "secret_key",
                "Secret key missing",
                "`access_key` is given without `secret_key`; set both, or use a profile.",
            );
        }
        for (index, role) in (0..).zip(self.assume_role.known().into_iter().flatten()) {
            if !role.role_arn.is_unknown() && given(&role.role_arn).is_none() {
                let path = crate::cty::Path::root()
                    .attribute("assume_role")
                    .index(index);
                let detail = "Set `role_arn` to the ARN of the role that is to be taken on.";
                diagnostics.error(path.attribute("role_arn"), "Role missing", detail);
            }
        }
    }

    /// Refuses an account that is not allowed.
    pub(crate) fn check_account(&self, account: &str) -> Result<(), Diagnostic> {
        let lists = |set: &Attr<BTreeSet<Attr<String>>>| {
            set.known().map(|set| {
                set.iter()
                    .any(|id| id.known().is_some_and(|id| id == account))
            })
        };
        let (argument, reason) = match (
            lists(&self.allowed_account_ids),
            lists(&self.forbidden_account_ids),
        ) {
            (Some(false), _) => ("allowed_account_ids", "is not among the allowed ones"),
            (_, Some(true)) => ("forbidden_account_ids", "is a forbidden one"),
            _ => return Ok(()),
        };
        let detail = format!(
            "The credentials are of account {account}, which {reason}. Use other credentials, or \
             change `{argument}`."
        );
        Err(Diagnostic::error("Wrong AWS account", detail).at(argument))
    }

    /// Gives the name of an argument that calls depend on and that is unknown.
    pub(crate) fn unknown_argument(&self) -> Option<&'static str> {
        let texts = [
            ("region", &self.region),
            ("profile", &self.profile),
            ("access_key", &self.access_key),
            ("secret_key", &self.secret_key),
            ("token", &self.token),
            ("retry_mode", &self.retry_mode),
            ("custom_ca_bundle", &self.custom_ca_bundle),
            ("http_proxy", &self.http_proxy),
            ("https_proxy", &self.https_proxy),
            ("no_proxy", &self.no_proxy),
            ("sts_region", &self.sts_region),
            (
                "ec2_metadata_service_endpoint",
                &self.ec2_metadata_service_endpoint,
            ),
            (
                "ec2_metadata_service_endpoint_mode",
                &self.ec2_metadata_service_endpoint_mode,
            ),
            ("skip_metadata_api_check", &self.skip_metadata_api_check),
        ];
        let text = texts
            .into_iter()
            .find(|(_, value)| value.is_unknown())
            .map(|(name, _)| name);
        text.or_else(|| self.unknown_block())
    }

    fn unknown_block(&self) -> Option<&'static str> {
        let endpoints = match &self.endpoints {
            Attr::Known(e) => [&e.ec2, &e.logs, &e.sts].iter().any(|url| url.is_unknown()),
            other => other.is_unknown(),
        };
        let roles = match &self.assume_role {
            Attr::Known(roles) => roles.iter().any(AssumeRole::is_unknown),
            other => other.is_unknown(),
        };
        let web = match &self.assume_role_with_web_identity {
            Attr::Known(web) => {
                let parts = [
                    &web.role_arn,
                    &web.web_identity_token,
                    &web.web_identity_token_file,
                ];
                parts.iter().any(|part| part.is_unknown())
            }
            other => other.is_unknown(),
        };
        let found = [
            ("endpoints", endpoints),
            ("assume_role", roles),
            ("assume_role_with_web_identity", web),
        ];
        found
            .into_iter()
            .find(|(_, unknown)| *unknown)
            .map(|(name, _)| name)
    }
}

const INSECURE: &str = "Certificates are always checked: whoever stands between here and AWS would else \
     see the credentials' signatures and could answer in AWS's name. For an endpoint with a certificate \
     of your own, name its authority in `custom_ca_bundle`.";
const NO_S3: &str = "This version of the provider makes no call to S3, so the argument would have no \
     effect. Remove it.";

impl AssumeRole {
    fn is_unknown(&self) -> bool {
        [
            &self.role_arn,
            &self.session_name,
            &self.external_id,
            &self.duration,
            &self.policy,
        ]
        .iter()
        .any(|part| part.is_unknown())
    }
}

/// Gives a known value that is not empty: an empty string means "not given".
fn given(value: &Attr<String>) -> Option<&str> {
    value
        .known()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
}

impl Config {
    /// Gives the known arguments to the layer that reaches AWS. Field by field without `..`: a forgotten
    /// argument does not compile.
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
            skip_metadata_api_check: given(&self.skip_metadata_api_check) == Some("true"),
            skip_region_validation: self.skip_region_validation == Attr::Known(true),
            user_agent: list(&self.user_agent),
            assume_role: roles.map(AssumeRole::settings).collect(),
            assume_role_with_web_identity: self
                .assume_role_with_web_identity
                .known()
                .map(AssumeRoleWithWebIdentity::settings),
            endpoints: aws::Endpoints {
                ec2: text(&endpoints.ec2),
                logs: text(&endpoints.logs),
                sts: text(&endpoints.sts),
            },
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
    given(value).map(str::to_owned)
}

/// Gives the known elements of a list or set.
fn list<T>(values: &Attr<T>) -> Vec<String>
where
    for<'a> &'a T: IntoIterator<Item = &'a Attr<String>>,
{
    let values = values.known().into_iter().flatten();
    values.filter_map(|value| value.known().cloned()).collect()
}
