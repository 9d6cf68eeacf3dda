//! Where credentials come from: keys that were given, or the usual places, and roles assumed on top of them.
//!
//! The usual places are the SDK's own, in its order: environment, profile, web identity, container, instance. A
//! profile that was *named* goes before the environment, as arguments do. The SDK's provider for assumed roles
//! knows neither source identities nor transitive tags, so roles that are given as arguments are assumed here.
//! Credentials are fetched when the first call needs them, never before.
//! This module must not know what the credentials are for.

use std::{
    error::Error as _,
    io,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_config::{
    ecs::EcsCredentialsProvider,
    environment::EnvironmentVariableCredentialsProvider,
    identity::IdentityCache,
    imds::{self, credentials::ImdsCredentialsProvider},
    meta::credentials::CredentialsProviderChain,
    profile::ProfileFileCredentialsProvider,
    provider_config::ProviderConfig,
    web_identity_token::WebIdentityTokenCredentialsProvider,
};
use aws_credential_types::{
    Credentials,
    provider::{
        self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future,
    },
};
use aws_sdk_sts::{
    operation::{
        assume_role::AssumeRoleOutput,
        assume_role_with_web_identity::AssumeRoleWithWebIdentityOutput,
    },
    types::{PolicyDescriptorType, Tag},
};
use aws_smithy_types::retry::RetryConfig;
use aws_types::os_shim_internal::Env;

use super::{
    configuration::{Surroundings, duration, given, home, read_file, variable},
    error::{Error, Source},
    settings::{AssumeRole, AssumeRoleWithWebIdentity, Settings},
    stop::Flight,
    terms::Terms,
};

/// How often STS is asked for credentials: a call waits for them.
const ATTEMPTS: u32 = 5;

/// What the providers need in order to make calls.
pub(super) struct Sources<'a> {
    pub(super) settings: &'a Settings,
    pub(super) surroundings: &'a Surroundings,
    /// Settings of the SDK's own providers.
    pub(super) provider: ProviderConfig,
    /// The instance metadata service, unless it is to be left alone.
    pub(super) metadata: Option<imds::Client>,
    /// How calls are tried again.
    pub(super) retries: RetryConfig,
    /// Settings of the calls to STS.
    pub(super) sts: aws_sdk_sts::config::Builder,
    /// The terms of the calls to STS.
    pub(super) terms: Terms,
}

impl Sources<'_> {
    /// The credentials of all calls.
    pub(super) fn credentials(&self) -> Result<SharedCredentialsProvider, Error> {
        let first = match &self.settings.assume_role_with_web_identity {
            Some(role) => SharedCredentialsProvider::new(self.web_identity(role)?),
            None => self.base(),
        };
        let roles = self.settings.assume_role.iter();
        roles
            .enumerate()
            .filter(|(_, role)| !role.role_arn.is_empty())
            .try_fold(first, |before, (index, role)| {
                Ok(SharedCredentialsProvider::new(
                    self.assumed_role(index, role, before)?,
                ))
            })
    }

    fn base(&self) -> SharedCredentialsProvider {
        let settings = self.settings;
        let keys = [&settings.access_key, &settings.secret_key].map(|key| given(key.as_deref()));
        if let [Some(access_key), Some(secret_key)] = keys {
            let token = given(settings.token.as_deref()).map(str::to_owned);
            let keys = Credentials::new(access_key, secret_key, token, None, "arguments");
            return SharedCredentialsProvider::new(keys);
        }
        let mut profile = ProfileFileCredentialsProvider::builder()
            .configure(&self.provider)
            .profile_files(self.surroundings.files.clone());
        let named = given(settings.profile.as_deref());
        if let Some(name) = named {
            profile = profile.profile_name(name);
        }
        let profile = Profile {
            provider: profile.build(),
            with_process: self.surroundings.profile_with_process().map(str::to_owned),
        };
        let chain = match named {
            Some(_) => CredentialsProviderChain::first_try("Profile", profile),
            None => CredentialsProviderChain::first_try(
                "Environment",
                EnvironmentVariableCredentialsProvider::new(),
            )
            .or_else("Profile", profile),
        };
        let web_identity = WebIdentityTokenCredentialsProvider::builder()
            .configure(&self.provider)
            .build();
        let container = EcsCredentialsProvider::builder()
            .configure(&self.provider)
            .build();
        let chain = chain
            .or_else("WebIdentityToken", web_identity)
            .or_else("EcsContainer", container);
        SharedCredentialsProvider::new(match &self.metadata {
            Some(metadata) => {
                let instance = ImdsCredentialsProvider::builder()
                    .configure(&self.provider)
                    .imds_client(metadata.clone());
                chain.or_else("Ec2InstanceMetadata", instance.build())
            }
            None => chain,
        })
    }

    fn assumed_role(
        &self,
        index: usize,
        role: &AssumeRole,
        before: SharedCredentialsProvider,
    ) -> Result<AssumedRole, Error> {
        let argument = format!("assume_role[{index}].duration");
        Ok(AssumedRole {
            client: self.sts_client(Some(before)),
            seconds: duration(&argument, role.duration.as_deref())?,
            role: role.clone(),
            terms: self.terms.clone(),
        })
    }

    fn web_identity(&self, role: &AssumeRoleWithWebIdentity) -> Result<WebIdentity, Error> {
        let env = &self.surroundings.env;
        let or = |value: &Option<String>, name: &str| {
            given(value.as_deref())
                .map(str::to_owned)
                .or_else(|| variable(env, &[name]))
        };
        let missing = |argument: &str| {
            Error::configuration(
                Source::Argument(&format!("assume_role_with_web_identity.{argument}")),
                "it is needed and was not given, nor is its environment variable set",
            )
        };
        let token = match given(role.web_identity_token.as_deref()) {
            Some(token) => Token::Given(token.to_owned()),
            None => {
                let file = or(&role.web_identity_token_file, "AWS_WEB_IDENTITY_TOKEN_FILE");
                let file = file.ok_or_else(|| missing("web_identity_token_file"))?;
                Token::File(home(env, &file))
            }
        };
        Ok(WebIdentity {
            client: self.sts_client(None),
            role_arn: or(&role.role_arn, "AWS_ROLE_ARN").ok_or_else(|| missing("role_arn"))?,
            session_name: session_name(or(&role.session_name, "AWS_ROLE_SESSION_NAME").as_deref()),
            seconds: duration(
                "assume_role_with_web_identity.duration",
                role.duration.as_deref(),
            )?,
            policy: role.policy.clone().filter(|policy| !policy.is_empty()),
            policies: policies(&role.policy_arns),
            token,
            terms: self.terms.clone(),
        })
    }

    fn sts_client(&self, credentials: Option<SharedCredentialsProvider>) -> aws_sdk_sts::Client {
        let attempts = self.retries.max_attempts().min(ATTEMPTS);
        let mut config = self
            .sts
            .clone()
            .retry_config(self.retries.clone().with_max_attempts(attempts))
            .identity_cache(IdentityCache::no_cache());
        config.set_credentials_provider(credentials);
        aws_sdk_sts::Client::from_conf(config.build())
    }
}

/// The credentials of a profile. What a `credential_process` printed is not told: it may be secret.
#[derive(Debug)]
struct Profile {
    provider: ProfileFileCredentialsProvider,
    /// The profile whose `credential_process` is run, if one is.
    with_process: Option<String>,
}

impl Profile {
    async fn credentials(&self) -> provider::Result {
        let result = self.provider.provide_credentials().await;
        result.map_err(|error| match &self.with_process {
            Some(name) if is_told_by_text(&error) => {
                CredentialsError::provider_error(format!(
                    "the credential_process of profile {name:?} gave no credentials. Run its command to see why; \
                     what it printed is not shown here, since it may hold secrets"
                ))
            }
            _ => error,
        })
    }
}

/// Tells whether nothing but a text says why there are no credentials. The SDK makes one of what a program printed; calls
/// to AWS fail with causes.
fn is_told_by_text(error: &CredentialsError) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(|cause| cause.downcast_ref::<CredentialsError>()) {
        cause = inner.source();
    }
    cause.is_some_and(|cause| cause.source().is_none())
}

impl ProvideCredentials for Profile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// A role assumed with the credentials of a client.
struct AssumedRole {
    client: aws_sdk_sts::Client,
    role: AssumeRole,
    seconds: Option<i32>,
    terms: Terms,
}

impl AssumedRole {
    async fn assume(&self) -> provider::Result {
        let role = &self.role;
        let flight = Flight::query("AssumeRole", None, &self.terms)
            .holding(|answer: &AssumeRoleOutput, _| missing(answer.credentials()));
        let tags = role
            .tags
            .iter()
            .filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok());
        let tags: Vec<_> = tags.collect();
        let answer = self
            .client
            .assume_role()
            .role_arn(&role.role_arn)
            .role_session_name(session_name(role.session_name.as_deref()))
            .set_external_id(text(&role.external_id))
            .set_duration_seconds(self.seconds)
            .set_policy(text(&role.policy))
            .set_policy_arns(policies(&role.policy_arns))
            .set_source_identity(text(&role.source_identity))
            .set_tags(some(tags))
            .set_transitive_tag_keys(some(role.transitive_tag_keys.clone()))
            .customize()
            .interceptor(flight.clone());
        let answer = flight.complete(answer.send()).await;
        credentials(answer.map(|answer| answer.credentials), &role.role_arn)
    }
}

impl std::fmt::Debug for AssumedRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AssumedRole")
            .field(&self.role.role_arn)
            .finish()
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

/// A role assumed with a web identity token.
struct WebIdentity {
    client: aws_sdk_sts::Client,
    role_arn: String,
    session_name: String,
    seconds: Option<i32>,
    policy: Option<String>,
    policies: Option<Vec<PolicyDescriptorType>>,
    token: Token,
    terms: Terms,
}

/// Where the token is. A file is read each time: whoever issues tokens renews it.
enum Token {
    Given(String),
    File(PathBuf),
}

impl WebIdentity {
    async fn assume(&self) -> provider::Result {
        let token = match &self.token {
            Token::Given(token) => token.clone(),
            Token::File(file) => read_file(file)
                .and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other))
                .map_err(|error| {
                    CredentialsError::invalid_configuration(format!(
                        "web identity token {}: {error}",
                        file.display()
                    ))
                })?,
        };
        let flight = Flight::query("AssumeRoleWithWebIdentity", None, &self.terms)
            .holding(|answer: &AssumeRoleWithWebIdentityOutput, _| missing(answer.credentials()));
        let answer = self
            .client
            .assume_role_with_web_identity()
            .role_arn(&self.role_arn)
            .role_session_name(&self.session_name)
            .web_identity_token(token.trim())
            .set_duration_seconds(self.seconds)
            .set_policy(self.policy.clone())
            .set_policy_arns(self.policies.clone())
            .customize()
            .interceptor(flight.clone());
        let answer = flight.complete(answer.send()).await;
        credentials(answer.map(|answer| answer.credentials), &self.role_arn)
    }
}

impl std::fmt::Debug for WebIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("WebIdentity").field(&self.role_arn).finish()
    }
}

impl ProvideCredentials for WebIdentity {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

/// Says what a reply with credentials lacks: half of them would be refused everywhere else, and the keys be blamed.
fn missing(keys: Option<&aws_sdk_sts::types::Credentials>) -> Option<&'static str> {
    let whole = keys.is_some_and(|keys| {
        [
            keys.access_key_id(),
            keys.secret_access_key(),
            keys.session_token(),
        ]
        .iter()
        .all(|part| !part.is_empty())
    });
    (!whole).then_some("the reply holds no credentials")
}

/// Reads what STS answered for a role.
fn credentials(
    answer: Result<Option<aws_sdk_sts::types::Credentials>, Error>,
    role: &str,
) -> provider::Result {
    let answer = answer.map_err(|mut error| {
        error.message = format!("{} (role {role})", error.message.trim_end_matches('.'));
        CredentialsError::provider_error(error)
    })?;
    let keys = answer.ok_or_else(|| {
        CredentialsError::unhandled(format!("STS gave no credentials for role {role}"))
    })?;
    let expiry = SystemTime::try_from(keys.expiration).map_err(CredentialsError::unhandled)?;
    Ok(Credentials::new(
        keys.access_key_id,
        keys.secret_access_key,
        Some(keys.session_token),
        Some(expiry),
        "AssumeRole",
    ))
}

/// The name of a session: the one given, or one that tells where and when it came from.
fn session_name(name: Option<&str>) -> String {
    given(name).map_or_else(
        || {
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            format!("terraform-provider-vpcflow-{}", now.as_millis())
        },
        str::to_owned,
    )
}

fn policies(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    let policy = |arn: &String| PolicyDescriptorType::builder().arn(arn).build();
    some(arns.iter().map(policy).collect())
}

fn text(value: &Option<String>) -> Option<String> {
    given(value.as_deref()).map(str::to_owned)
}

fn some<T>(values: Vec<T>) -> Option<Vec<T>> {
    Some(values).filter(|values| !values.is_empty())
}

/// Tells whether the environment asks to leave the instance metadata service alone.
pub(super) fn metadata_disabled(env: &Env) -> bool {
    variable(env, &["AWS_EC2_METADATA_DISABLED"])
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}
