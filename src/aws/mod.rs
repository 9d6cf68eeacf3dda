//! AWS behind concrete gateways. This is the only place that sees the SDKs.
//!
//! [`Aws::connect`] turns [`Settings`] into clients. [`Ec2`], [`Logs`], [`S3`] and [`CloudFormation`] take and return flow
//! logs, log events, objects and stacks in plain types. Every failure is an [`Error`] with its code, its request ID and, often, a hint.
//!
//! # Which calls are sent
//!
//! A create without its ID is a lost flow log. Therefore:
//!
//! - a mutation that was sent is always awaited (`call`), and its reply is returned even after the [`Stop`];
//! - after the stop no mutation, no retry and no wait begins, and waits end: [`Kind::Stopped`];
//! - after the stop a query still has one attempt, to describe what was created;
//! - all attempts of one create have one token, and an error says whether AWS may have carried out an attempt
//! - a reply that is cut off, too large, or without its required content counts as no reply (`reply`);
//! - a query ends within five minutes, with all its attempts, and every call ends at [`Settings::deadline`],
//!
//! # What a call costs
//!
//! Connecting sends no request, except to the instance metadata service if nothing else names a region. The first call
//! gets the credentials. All clients share them, and the connections. Each region has one client, created when the
//! region is first named. Retries follow the SDK's standard mode. The SDK's bucket of retry tokens is unlimited unless
//! its capacity is set, because a busy run would empty it.
//!
//! This module must not know Terraform, nor what a call is for.

mod account;
pub mod athena;
mod call;
pub mod cloudformation;
mod codes;
mod configuration;
mod credentials;
pub mod ec2;
mod endpoints;
mod error;
mod error_chain;
mod hints;
mod http;
mod iam;
mod kms;
pub mod logs;
mod network;
mod network_manager;
mod organizations;
mod os;
mod profiles;
mod rate_limiter;
mod remote;
mod reply;
mod roots;
pub mod s3;
mod services;
mod settings;
mod signed;
#[cfg(test)]
mod tests;
mod token;
mod validate;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::{
    BehaviorVersion, SdkConfig, identity::IdentityCache, imds, provider_config::ProviderConfig,
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_ec2::config::retry::TokenBucket;
use aws_smithy_async::{
    rt::sleep::{SharedAsyncSleep, TokioSleep},
    time::{SharedTimeSource, SystemTimeSource},
};
use aws_smithy_types::retry::RetryConfig;
use aws_types::{app_name::AppName, os_shim_internal::Env, region::Region};
use tokio::sync::OnceCell;

pub use account::Account;
pub use athena::{Athena, AthenaAnswer, AthenaQuery, TableDescription, TableName};
pub use call::Stop;
pub use cloudformation::CloudFormation;
pub use credentials::Warning;
pub use ec2::{DestinationOptions, Ec2, FlowLog, NewFlowLog, Swept, TagField};
pub use error::{Error, Kind, Setting};
pub use iam::Iam;
pub use kms::Kms;
pub use logs::{Event, EventsPage, EventsQuery, InsightsAnswer, InsightsQuery, Logs};
pub use network::NetworkProblem;
pub use network_manager::{CloudWanKind, CloudWanNetwork, NetworkManager};
pub use organizations::Organizations;
pub use s3::S3;
pub use settings::{AssumeRole, AssumeRoleWithWebIdentity, Endpoints, Settings};
pub use token::random_token;

use call::CallContext;
use configuration::Environment;
use credentials::{Clients, CredentialCache};
use endpoints::{Addresses, Service};
use os::Given;

/// Returns the version of the SDK's defaults. It is fixed, so that an update of the SDK changes none.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// The region of calls to STS if no region is configured.
const STS_FALLBACK_REGION: &str = "us-east-1";
/// The timeout for reading the region from the instance metadata service. Only instances have one.
const METADATA_REGION_TIMEOUT: Duration = Duration::from_secs(2);

/// AWS with one configuration. Cheap to clone.
#[derive(Clone)]
pub struct Aws(Arc<Shared>);

struct Shared {
    sdk: SdkConfig,
    warnings: Vec<Warning>,
    addresses: Addresses,
    region: Option<String>,
    sts_region: String,
    bucket: TokenBucket,
    context: CallContext,
    credentials: Arc<CredentialCache>,
    ec2: Mutex<BTreeMap<String, Ec2>>,
    logs: Mutex<BTreeMap<String, Logs>>,
    cloudformation: Mutex<BTreeMap<String, CloudFormation>>,
    s3: Mutex<BTreeMap<String, S3>>,
    athena: Mutex<BTreeMap<String, Athena>>,
    s3_use_path_style: bool,
    account: OnceCell<Account>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws")
            .field("region", &self.0.region)
            .field("addresses", &self.0.addresses)
            .finish_non_exhaustive()
    }
}

impl Aws {
    /// Connects with these settings, or returns which of them cannot work.
    pub async fn connect(settings: Settings, stop: Stop) -> Result<Self, Error> {
        Self::connect_from(settings, stop, Env::real(), |retries| retries).await
    }

    /// Connects in an environment, with adjusted retries.
    async fn connect_from(
        settings: Settings,
        stop: Stop,
        env: Env,
        adjust: impl FnOnce(RetryConfig) -> RetryConfig,
    ) -> Result<Self, Error> {
        if let Some(error) = settings.validate().into_iter().next() {
            return Err(error);
        }
        let context = CallContext::new(stop, settings.deadline.map(Into::into));
        let environment = Environment::read(&settings, env).await?;
        let retries = adjust(environment.retries(&settings)?);
        let bucket = bucket(&settings)?;
        let addresses = Addresses::read(&settings, &environment)?;
        let http = http::client(&settings, &environment)?;
        let metadata = metadata(&settings, &environment, &http)?;
        let region = match environment.region(&settings)? {
            Some(region) => Some(region),
            None => metadata_region(metadata.as_ref()).await,
        };
        let sts_region = settings
            .sts_region
            .given()
            .or(region.as_deref())
            .unwrap_or(STS_FALLBACK_REGION)
            .to_owned();
        let sdk = sdk_config(&settings, &environment, retries, &http, region.as_deref())?;
        let clients = clients(
            &sdk,
            &addresses,
            &sts_region,
            http,
            metadata,
            &environment,
            &context,
        );
        let keys = Arc::new(CredentialCache::new(&settings, &environment, clients)?);
        Ok(Self(Arc::new(Shared {
            sdk: with_credentials(sdk, &keys),
            warnings: Warning::all(&settings, &environment.env),
            addresses,
            region,
            sts_region,
            bucket,
            context: context.with_credentials(keys.clone()),
            credentials: keys,
            ec2: Mutex::default(),
            logs: Mutex::default(),
            cloudformation: Mutex::default(),
            s3: Mutex::default(),
            athena: Mutex::default(),
            s3_use_path_style: settings.s3_use_path_style,
            account: OnceCell::new(),
        })))
    }

    /// Returns AWS with the credentials of a role, which is assumed with these credentials before the first call. It has
    /// its own clients, and shares the connections.
    #[must_use]
    pub fn assuming(&self, role_arn: &str, session_name: &str) -> Self {
        let base = &self.0;
        let keys = Arc::new(CredentialCache::assuming(
            &base.credentials,
            role_arn,
            session_name,
        ));
        Self(Arc::new(Shared {
            sdk: with_credentials(base.sdk.clone(), &keys),
            warnings: Vec::new(),
            addresses: base.addresses.clone(),
            region: base.region.clone(),
            sts_region: base.sts_region.clone(),
            bucket: base.bucket.clone(),
            context: base.context.clone().with_credentials(keys.clone()),
            credentials: keys,
            ec2: Mutex::default(),
            logs: Mutex::default(),
            cloudformation: Mutex::default(),
            s3: Mutex::default(),
            athena: Mutex::default(),
            s3_use_path_style: base.s3_use_path_style,
            account: OnceCell::new(),
        }))
    }

    /// Returns the settings that override others.
    pub fn warnings(&self) -> &[Warning] {
        &self.0.warnings
    }

    /// Returns the default region, if one is configured.
    pub fn region(&self) -> Option<&str> {
        self.0.region.as_deref()
    }

    /// Returns the account of the credentials. STS is called until it succeeds once.
    pub async fn account(&self) -> Result<Account, Error> {
        let shared = &self.0;
        let ask = async || {
            let config = sts_config(&shared.sdk, &shared.addresses, &shared.sts_region);
            let client = aws_sdk_sts::Client::from_conf(config.build());
            account::account(
                &client,
                &shared.sts_region,
                &shared.context.for_another_service(),
            )
            .await
        };
        shared.account.get_or_try_init(ask).await.cloned()
    }
}

/// Returns what all services share, with their credentials.
fn with_credentials(sdk: SdkConfig, keys: &Arc<CredentialCache>) -> SdkConfig {
    let credentials: Arc<dyn ProvideCredentials> = keys.clone();
    let credentials = SharedCredentialsProvider::new(credentials);
    sdk.into_builder().credentials_provider(credentials).build()
}

fn bucket(settings: &Settings) -> Result<TokenBucket, Error> {
    Ok(match configuration::capacity(settings)? {
        Some(capacity) => TokenBucket::builder().capacity(capacity).build(),
        None => TokenBucket::unlimited(),
    })
}

/// Returns the instance metadata service, unless it is disabled.
fn metadata(
    settings: &Settings,
    environment: &Environment,
    http: &http::Client,
) -> Result<Option<imds::Client>, Error> {
    if settings.skip_metadata_api_check || credentials::metadata_disabled(&environment.env) {
        return Ok(None);
    }
    let provider = ProviderConfig::without_region()
        .with_behavior_version(Some(behavior()))
        .with_http_client(http.clone());
    let address = credentials::metadata_address(settings, environment)?;
    let argument = Setting::Argument("ec2_metadata_service_endpoint");
    let client = imds::Client::builder()
        .configure(&provider)
        .endpoint(address)
        .map_err(|error| Error::configuration(argument, error))?;
    Ok(Some(client.build()))
}

async fn metadata_region(metadata: Option<&imds::Client>) -> Option<String> {
    let region = metadata?.get("/latest/meta-data/placement/region");
    let region = tokio::time::timeout(METADATA_REGION_TIMEOUT, region).await;
    let region = region.ok()?.ok()?.as_ref().trim().to_owned();
    Some(region).filter(|region| !region.is_empty())
}

/// Returns what all services share. The SDK reads nothing by itself.
fn sdk_config(
    settings: &Settings,
    environment: &Environment,
    retries: RetryConfig,
    http: &http::Client,
    region: Option<&str>,
) -> Result<SdkConfig, Error> {
    let fips = settings.use_fips_endpoint;
    let dual = settings.use_dualstack_endpoint;
    let (fips_names, dual_names) = (
        ("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
    );
    let mut config = SdkConfig::builder()
        .behavior_version(behavior())
        .http_client(http.clone())
        .retry_config(retries)
        .timeout_config(configuration::timeouts())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SharedTimeSource::new(SystemTimeSource::new()))
        .identity_cache(IdentityCache::no_cache())
        .region(region.map(|region| Region::new(region.to_owned())));
    let application = environment.first(("", None), &["AWS_SDK_UA_APP_ID"], "sdk_ua_app_id");
    if let Some((source, name)) = application {
        let name = AppName::new(name).map_err(|error| Error::configuration(source, error))?;
        config.set_app_name(Some(name));
    }
    config.set_use_fips(environment.switch(fips, fips_names.0, fips_names.1)?);
    config.set_use_dual_stack(environment.switch(dual, dual_names.0, dual_names.1)?);
    Ok(config.build())
}

/// Returns the clients of the credential sources. Their time is bounded, because a call waits for them.
fn clients(
    sdk: &SdkConfig,
    addresses: &Addresses,
    sts_region: &str,
    http: http::Client,
    metadata: Option<imds::Client>,
    environment: &Environment,
    context: &CallContext,
) -> Clients {
    let retries = sdk
        .retry_config()
        .cloned()
        .unwrap_or_else(RetryConfig::standard);
    let attempts = retries.max_attempts().min(credentials::ATTEMPTS);
    let retries = retries
        .with_max_attempts(attempts)
        .with_max_backoff(credentials::MAX_BACKOFF);
    let timeouts = configuration::timeouts().into_builder();
    let timeouts = timeouts.operation_attempt_timeout(credentials::ATTEMPT_TIME);
    let sdk = sdk
        .to_builder()
        .retry_config(retries)
        .timeout_config(timeouts.build())
        .build();
    let mut sso = aws_sdk_sso::config::Builder::from(&sdk);
    sso.set_endpoint_url(addresses.of(Service::Sso).map(str::to_owned));
    let mut sso_oidc = aws_sdk_ssooidc::config::Builder::from(&sdk);
    sso_oidc.set_endpoint_url(addresses.of(Service::SsoOidc).map(str::to_owned));
    Clients {
        env: environment.env.clone(),
        http,
        metadata,
        sts: sts_config(&sdk, addresses, sts_region),
        sso,
        sso_oidc,
        context: context.for_another_service(),
    }
}

/// Returns the settings of the clients of STS.
fn sts_config(
    sdk: &SdkConfig,
    addresses: &Addresses,
    region: &str,
) -> aws_sdk_sts::config::Builder {
    let mut config = aws_sdk_sts::config::Builder::from(sdk).region(Region::new(region.to_owned()));
    config.set_endpoint_url(addresses.of(Service::Sts).map(str::to_owned));
    config
}
