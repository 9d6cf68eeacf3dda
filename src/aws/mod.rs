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
mod error;
mod http;
pub mod logs;
mod mistakes;
mod pace;
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
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_config::{
    BehaviorVersion, SdkConfig,
    imds::{self, client::EndpointMode, region::ImdsRegionProvider},
    provider_config::ProviderConfig,
};
use aws_sdk_ec2::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_types::{os_shim_internal::Env, region::Region};
use tokio::sync::OnceCell;

pub use account::{Account, is_partition, partition};
pub use ec2::{DestinationOptions, Ec2, FlowLog, NewFlowLog, TagField};
pub use error::{Error, Kind};
pub use logs::{Event, EventsPage, EventsQuery, InsightsAnswer, InsightsQuery, Logs};
pub use settings::{AssumeRole, AssumeRoleWithWebIdentity, Endpoints, Settings};
pub use stop::Stop;

use configuration::{Surroundings, given};
use credentials::Sources;
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
    endpoints: Endpoints,
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
            .field("endpoints", &self.0.endpoints)
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
        let http = http::client(&settings, &surroundings)?;
        let provider = provider_config(&settings, &retries, &http);
        let metadata = metadata(&settings, &surroundings, &provider)?;
        let region = match surroundings.region(&settings)? {
            Some(region) => Some(region),
            None => metadata_region(metadata.as_ref(), &provider).await,
        };
        let sdk = sdk_config(
            &settings,
            &surroundings,
            retries.clone(),
            http,
            region.as_deref(),
        )
        .await;
        let sts_region = given(settings.sts_region.as_deref())
            .or(region.as_deref())
            .unwrap_or(STS_FALLBACK_REGION)
            .to_owned();
        let sources = Sources {
            settings: &settings,
            surroundings: &surroundings,
            provider: provider.with_region(Some(Region::new(sts_region.clone()))),
            metadata,
            retries,
            sts: sts_config(&sdk, &settings.endpoints, &sts_region),
            terms: terms.elsewhere(),
        };
        let sdk = sdk
            .into_builder()
            .credentials_provider(sources.credentials()?)
            .build();
        Ok(Self(Arc::new(Shared {
            sdk,
            endpoints: settings.endpoints,
            region,
            sts_region,
            bucket,
            terms,
            ec2: Mutex::default(),
            logs: Mutex::default(),
            account: OnceCell::new(),
        })))
    }

    /// The region of all calls that name no other, if one is configured.
    pub fn region(&self) -> Option<&str> {
        self.0.region.as_deref()
    }

    /// The partition that a region lies in, as `aws` or `aws-us-gov`.
    pub fn partition(&self, region: &str) -> String {
        account::partition(region).to_owned()
    }

    /// The account that the credentials belong to. STS is asked once; a failure is not remembered.
    pub async fn account(&self) -> Result<Account, Error> {
        let shared = &self.0;
        let ask = async || {
            let config = sts_config(&shared.sdk, &shared.endpoints, &shared.sts_region);
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
            if let Some(endpoint) = given(shared.endpoints.ec2.as_deref()) {
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
            if let Some(endpoint) = given(shared.endpoints.logs.as_deref()) {
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

/// What the SDK's own providers of credentials and regions go by.
fn provider_config(
    settings: &Settings,
    retries: &RetryConfig,
    http: &SharedHttpClient,
) -> ProviderConfig {
    ProviderConfig::without_region()
        .with_behavior_version(Some(behavior()))
        .with_http_client(http.clone())
        .with_retry_config(retries.clone())
        .with_timeout_config(configuration::timeouts())
        .with_use_fips(settings.use_fips_endpoint)
        .with_use_dual_stack(settings.use_dualstack_endpoint)
}

/// The instance metadata service, unless it is to be left alone.
fn metadata(
    settings: &Settings,
    surroundings: &Surroundings,
    provider: &ProviderConfig,
) -> Result<Option<imds::Client>, Error> {
    if settings.skip_metadata_api_check || credentials::metadata_disabled(&surroundings.env) {
        return Ok(None);
    }
    let mut client = imds::Client::builder().configure(provider);
    if let Some(mode) = given(settings.ec2_metadata_service_endpoint_mode.as_deref()) {
        let mode = EndpointMode::from_str(mode).map_err(|_| {
            let argument = Source::Argument("ec2_metadata_service_endpoint_mode");
            Error::configuration(argument, "it is neither IPv4 nor IPv6")
        })?;
        client = client.endpoint_mode(mode);
    }
    if let Some(address) = given(settings.ec2_metadata_service_endpoint.as_deref()) {
        let argument = Source::Argument("ec2_metadata_service_endpoint");
        client = client
            .endpoint(address)
            .map_err(|error| Error::configuration(argument, error))?;
    }
    Ok(Some(client.build()))
}

async fn metadata_region(
    metadata: Option<&imds::Client>,
    provider: &ProviderConfig,
) -> Option<String> {
    let region = ImdsRegionProvider::builder()
        .configure(provider)
        .imds_client(metadata?.clone())
        .build();
    let region = tokio::time::timeout(METADATA_REGION_TIMEOUT, region.region()).await;
    region.ok()?.map(|region| region.to_string())
}

/// What all services have in common.
async fn sdk_config(
    settings: &Settings,
    surroundings: &Surroundings,
    retries: RetryConfig,
    http: SharedHttpClient,
    region: Option<&str>,
) -> SdkConfig {
    let mut loader = aws_config::defaults(behavior())
        .http_client(http)
        .retry_config(retries)
        .timeout_config(configuration::timeouts())
        .profile_files(surroundings.files.clone())
        .region(region.map(|region| Region::new(region.to_owned())))
        .no_credentials();
    if let Some(profile) = given(settings.profile.as_deref()) {
        loader = loader.profile_name(profile);
    }
    if let Some(fips) = settings.use_fips_endpoint {
        loader = loader.use_fips(fips);
    }
    if let Some(dual) = settings.use_dualstack_endpoint {
        loader = loader.use_dual_stack(dual);
    }
    loader.load().await
}

/// Settings of the clients of STS, without credentials of their own.
fn sts_config(
    sdk: &SdkConfig,
    endpoints: &Endpoints,
    region: &str,
) -> aws_sdk_sts::config::Builder {
    let config = aws_sdk_sts::config::Builder::from(sdk).region(Region::new(region.to_owned()));
    match given(endpoints.sts.as_deref()) {
        Some(endpoint) => config.endpoint_url(endpoint),
        None => config,
    }
}
