//! AWS behind concrete gateways: the only place that sees the SDKs.
//!
//! [`Aws::connect`] turns [`Settings`] into clients; [`Ec2`] and [`Logs`] speak of flow logs and log events in
//! plain types; every failure is an [`Error`] that knows its code, its request id and, often, some advice.
//!
//! # How far a call may go
//!
//! Whoever makes a flow log and loses its id has lost the flow log. Therefore:
//!
//! - a mutation that was sent is waited for, whatever happens (`stop`); its answer is returned even after the
//!   [`Stop`];
//! - after the stop no mutation, no retry and no wait begins, and those that wait are woken: [`Kind::Stopped`];
//! - a query is still allowed one attempt after the stop, so that what was made can be described;
//! - all attempts of one create carry one token, and an error says whether some attempt may have been carried out
//!   ([`Error::unanswered`]);
//! - a reply that is not whole, too large, or without what it must hold is no reply (`reply`);
//! - a query ends within five minutes, with all its attempts, and no call goes on after [`Settings::deadline`].
//!
//! # What a call costs
//!
//! Connecting asks nobody, save for the region, which the instance metadata service is asked for when nothing else
//! names one. Credentials are fetched by the first call and shared by all clients, and so are connections. Clients
//! are made once for each region, when it is first named. Retries follow the SDK's standard mode; the SDK's bucket
//! of retry tokens, which busy runs empty, is without bottom unless its capacity is set.
//!
//! This module must not know Terraform, nor what a call is made for.

mod account;
mod advice;
mod attempts;
mod causes;
mod configuration;
mod credentials;
pub mod ec2;
mod endpoints;
mod environment;
mod error;
mod http;
pub mod logs;
mod mistakes;
mod pace;
mod profiles;
mod reply;
mod roots;
mod settings;
mod stop;
mod terms;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_config::{
    BehaviorVersion, SdkConfig, identity::IdentityCache, imds, provider_config::ProviderConfig,
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_ec2::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_async::{
    rt::sleep::{SharedAsyncSleep, TokioSleep},
    time::{SharedTimeSource, SystemTimeSource},
};
use aws_smithy_types::retry::RetryConfig;
use aws_types::{app_name::AppName, os_shim_internal::Env, region::Region};
use tokio::sync::OnceCell;

pub use account::Account;
pub use credentials::Warning;
pub use ec2::{DestinationOptions, Ec2, FlowLog, NewFlowLog, TagField};
pub use error::{Error, Kind};
pub use logs::{Event, EventsPage, EventsQuery, InsightsAnswer, InsightsQuery, Logs};
pub use settings::{AssumeRole, AssumeRoleWithWebIdentity, Endpoints, Settings};
pub use terms::Stop;

use configuration::Surroundings;
use credentials::{Keys, Means};
use endpoints::{Addresses, Service};
use environment::given;
use error::Source;
use terms::Terms;

/// The SDK's defaults, held fast so that an update of the SDK changes none.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// Region of the calls to STS when none is configured at all.
const STS_FALLBACK_REGION: &str = "us-east-1";
/// Time to ask the instance metadata service for the region: on any other machine nobody answers.
const METADATA_REGION_TIMEOUT: Duration = Duration::from_secs(2);

/// AWS as one configuration sees it. Cheap to clone.
#[derive(Clone)]
pub struct Aws(Arc<Shared>);

struct Shared {
    sdk: SdkConfig,
    warnings: Vec<Warning>,
    addresses: Addresses,
    region: Option<String>,
    sts_region: String,
    bucket: TokenBucket,
    terms: Terms,
    ec2: Mutex<BTreeMap<String, Ec2>>,
    logs: Mutex<BTreeMap<String, Logs>>,
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
    /// Makes AWS reachable by these settings, or says which of them cannot work.
    pub async fn connect(settings: Settings, stop: Stop) -> Result<Self, Error> {
        Self::connect_from(settings, stop, Env::real(), |retries| retries).await
    }

    /// Connects from a given environment, with retries adjusted.
    async fn connect_from(
        settings: Settings,
        stop: Stop,
        env: Env,
        adjust: impl FnOnce(RetryConfig) -> RetryConfig,
    ) -> Result<Self, Error> {
        if let Some(mistake) = settings.mistakes().into_iter().next() {
            return Err(mistake);
        }
        let terms = Terms::new(stop, settings.deadline.map(Into::into));
        let surroundings = Surroundings::read(&settings, env).await?;
        let retries = adjust(surroundings.retries(&settings)?);
        let bucket = bucket(&settings)?;
        let addresses = Addresses::read(&settings, &surroundings)?;
        let http = http::client(&settings, &surroundings)?;
        let metadata = metadata(&settings, &surroundings, &http)?;
        let region = match surroundings.region(&settings)? {
            Some(region) => Some(region),
            None => metadata_region(metadata.as_ref()).await,
        };
        let sts_region = given(settings.sts_region.as_deref())
            .or(region.as_deref())
            .unwrap_or(STS_FALLBACK_REGION)
            .to_owned();
        let sdk = sdk_config(&settings, &surroundings, retries, &http, region.as_deref())?;
        let means = means(
            &sdk,
            &addresses,
            &sts_region,
            http,
            metadata,
            &surroundings,
            &terms,
        );
        let keys = Arc::new(Keys::new(&settings, &surroundings, means)?);
        let credentials: Arc<dyn ProvideCredentials> = keys.clone();
        let credentials = SharedCredentialsProvider::new(credentials);
        Ok(Self(Arc::new(Shared {
            sdk: sdk.into_builder().credentials_provider(credentials).build(),
            warnings: Warning::all(&settings, &surroundings.env),
            addresses,
            region,
            sts_region,
            bucket,
            terms: terms.signed(keys),
            ec2: Mutex::default(),
            logs: Mutex::default(),
            account: OnceCell::new(),
        })))
    }

    /// What was configured twice.
    pub fn warnings(&self) -> &[Warning] {
        &self.0.warnings
    }

    /// The region of all calls that name no other, if one is configured.
    pub fn region(&self) -> Option<&str> {
        self.0.region.as_deref()
    }

    /// The account that the credentials belong to. STS is asked once; a failure is not remembered.
    pub async fn account(&self) -> Result<Account, Error> {
        let shared = &self.0;
        let ask = async || {
            let config = sts_config(&shared.sdk, &shared.addresses, &shared.sts_region);
            let client = aws_sdk_sts::Client::from_conf(config.build());
            account::account(&client, &shared.sts_region, &shared.terms.elsewhere()).await
        };
        shared.account.get_or_try_init(ask).await.cloned()
    }

    /// EC2 in a region.
    pub fn ec2(&self, region: &str) -> Ec2 {
        let shared = &self.0;
        once(&shared.ec2, region, || {
            let mut config = aws_sdk_ec2::config::Builder::from(&shared.sdk)
                .region(Region::new(region.to_owned()))
                .retry_partition(shared.partition("ec2", region));
            if let Some(endpoint) = shared.addresses.of(Service::Ec2) {
                config = config.endpoint_url(endpoint);
            }
            Ec2::new(
                aws_sdk_ec2::Client::from_conf(config.build()),
                region,
                shared.terms.elsewhere(),
            )
        })
    }

    /// CloudWatch Logs in a region.
    pub fn logs(&self, region: &str) -> Logs {
        let shared = &self.0;
        once(&shared.logs, region, || {
            let mut config = aws_sdk_cloudwatchlogs::config::Builder::from(&shared.sdk)
                .region(Region::new(region.to_owned()))
                .retry_partition(shared.partition("logs", region));
            if let Some(endpoint) = shared.addresses.of(Service::Logs) {
                config = config.endpoint_url(endpoint);
            }
            let client = aws_sdk_cloudwatchlogs::Client::from_conf(config.build());
            Logs::new(client, region, shared.terms.elsewhere())
        })
    }
}

impl Shared {
    /// What retries of one service in one region have in common.
    fn partition(&self, service: &str, region: &str) -> RetryPartition {
        RetryPartition::custom(format!("{service}-{region}"))
            .token_bucket(self.bucket.clone())
            .build()
    }
}

/// Takes a region's gateway, or makes it.
fn once<T: Clone>(
    gateways: &Mutex<BTreeMap<String, T>>,
    region: &str,
    make: impl FnOnce() -> T,
) -> T {
    let mut gateways = gateways.lock().unwrap_or_else(PoisonError::into_inner);
    gateways
        .entry(region.to_owned())
        .or_insert_with(make)
        .clone()
}

fn bucket(settings: &Settings) -> Result<TokenBucket, Error> {
    Ok(match configuration::capacity(settings)? {
        Some(capacity) => TokenBucket::builder().capacity(capacity).build(),
        None => TokenBucket::unlimited(),
    })
}

/// The instance metadata service, unless it is to be left alone.
fn metadata(
    settings: &Settings,
    surroundings: &Surroundings,
    http: &http::Client,
) -> Result<Option<imds::Client>, Error> {
    if settings.skip_metadata_api_check || credentials::metadata_disabled(&surroundings.env) {
        return Ok(None);
    }
    let provider = ProviderConfig::without_region()
        .with_behavior_version(Some(behavior()))
        .with_http_client(http.clone());
    let address = credentials::metadata_address(settings, surroundings)?;
    let argument = Source::Argument("ec2_metadata_service_endpoint");
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

/// What all services have in common. Nothing is left to be read by the SDK.
fn sdk_config(
    settings: &Settings,
    surroundings: &Surroundings,
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
    let application = surroundings.first(("", None), &["AWS_SDK_UA_APP_ID"], "sdk_ua_app_id");
    if let Some((source, name)) = application {
        let name = AppName::new(name).map_err(|error| Error::configuration(source, error))?;
        config.set_app_name(Some(name));
    }
    config.set_use_fips(surroundings.switch(fips, fips_names.0, fips_names.1)?);
    config.set_use_dual_stack(surroundings.switch(dual, dual_names.0, dual_names.1)?);
    Ok(config.build())
}

/// What the sources of credentials are asked with: bounded, for a call waits for them.
fn means(
    sdk: &SdkConfig,
    addresses: &Addresses,
    sts_region: &str,
    http: http::Client,
    metadata: Option<imds::Client>,
    surroundings: &Surroundings,
    terms: &Terms,
) -> Means {
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
    Means {
        env: surroundings.env.clone(),
        http,
        metadata,
        sts: sts_config(&sdk, addresses, sts_region),
        sso,
        sso_oidc,
        terms: terms.elsewhere(),
    }
}

/// Settings of the clients of STS.
fn sts_config(
    sdk: &SdkConfig,
    addresses: &Addresses,
    region: &str,
) -> aws_sdk_sts::config::Builder {
    let mut config = aws_sdk_sts::config::Builder::from(sdk).region(Region::new(region.to_owned()));
    config.set_endpoint_url(addresses.of(Service::Sts).map(str::to_owned));
    config
}
