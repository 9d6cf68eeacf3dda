//! The options for calls to AWS.

use std::time::{Duration, Instant};

use super::error::Error;
use crate::aws::{Endpoints, Settings};
use crate::stack::AwsOptions;
use crate::text::{duration, sanitize};

/// The default time limit.
const TIMEOUT: Duration = Duration::from_secs(10 * 60);
/// The time for the calls after a wait.
const LAST_CALLS: Duration = Duration::from_secs(2 * 60);

/// How AWS is called. Defaults come from the environment and the profile, as in the AWS CLI.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "AWS")]
pub(super) struct AwsArguments {
    /// AWS region. It does not apply to a flow log that names a region of its own.
    #[arg(long)]
    pub(super) region: Option<String>,
    /// Profile in the shared configuration files.
    #[arg(long)]
    profile: Option<String>,
    /// URL of all services, for an emulator or a private endpoint.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// IAM role to assume. `{account}` in the ARN stands for the ID of each account that is checked.
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
    /// Time limit for all calls to AWS, such as `90s` or `1h`. What cannot be read by then is an error. The default is 10m,
    /// and 30m for `verify`.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    timeout: Option<Duration>,
}

impl AwsArguments {
    /// Returns the options. The time limit starts now.
    pub(super) fn options(&self) -> AwsOptions {
        AwsOptions {
            settings: Settings {
                region: self.region.clone(),
                profile: self.profile.clone(),
                endpoints: Endpoints::at(self.endpoint_url.as_deref()),
                deadline: Instant::now().checked_add(self.limit()),
                ..Settings::default()
            },
            role: self.role.clone(),
        }
    }

    /// Returns the time limit for all calls.
    pub(super) fn limit(&self) -> Duration {
        self.timeout.unwrap_or(TIMEOUT)
    }

    /// Returns what was given, for a command line that does the same. There is no secret in it.
    pub(super) fn given(&self) -> Vec<(&'static str, String)> {
        let url = self.endpoint_url.as_deref();
        let url = url.map(|url| sanitize::without_userinfo(url).into_owned());
        let given = [
            ("region", self.region.clone()),
            ("profile", self.profile.clone()),
            ("endpoint-url", url),
            ("role", self.role.clone()),
        ];
        let given = given.into_iter();
        given
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// Returns the options of a command that waits, and how long it waits. After the wait there is time for the last calls.
    pub(super) fn waiting(&self, default: Duration) -> (AwsOptions, Duration) {
        let wait = self.timeout.unwrap_or(default);
        let mut options = self.options();
        options.settings.deadline = Instant::now().checked_add(wait.saturating_add(LAST_CALLS));
        (options, wait)
    }
}

/// Runs work that calls AWS.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}
