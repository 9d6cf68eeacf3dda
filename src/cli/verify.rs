//! The command `verify`.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future;
use jiff::Timestamp;

use super::error::Error;
use super::options::{AwsArguments, block_on};
use super::output::{print, print_error};
use crate::arn::flow_log;
use crate::aws::Stop;
use crate::coverage::verify::{EVERY, End, Outcome, WAIT, Wanted, verify};
use crate::stack::AwsOptions;
use crate::text::{duration, sanitize};

/// The flow log to verify, and how long to wait.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArguments {
    /// ID of the flow log.
    #[arg(value_name = "FLOW_LOG_ID", value_parser = flow_log_id)]
    flow_log: String,
    /// Count only records that arrived since this time, such as 2026-05-01T00:00:00Z. The default is now.
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Time between two checks of the destination, such as `5s`. The default is 15s.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    poll_interval: Option<Duration>,
    #[command(flatten)]
    aws: AwsArguments,
}

impl VerifyArguments {
    /// Waits, prints what came of it, and returns the exit code.
    pub(super) fn run(&self) -> Result<u8, Error> {
        let (options, wait) = self.aws.waiting(WAIT);
        let outcome = block_on(self.verify(&options, wait))?;
        let details = outcome.details();
        let lines = [outcome.headline()].into_iter().chain(details);
        let lines: String = lines
            .map(|line| format!("{}\n", sanitize::lines(&line)))
            .collect();
        print(&lines)?;
        Ok(match outcome.end {
            End::Arrived(_) => 0,
            End::Missing => 2,
            End::Unknown => 3,
        })
    }

    async fn verify(&self, options: &AwsOptions, wait: Duration) -> Result<Outcome, Error> {
        let aws = options.connect().await?;
        let region = self.aws.region.as_deref().or(aws.region());
        let wanted = Wanted {
            flow_log: self.flow_log.clone(),
            region: region.ok_or(Error::NoRegionOfFlowLog)?.to_owned(),
            since: self.since,
            wait,
            every: self.poll_interval.unwrap_or(EVERY),
        };
        let account = aws.account().await?.id;
        let tell = |line: String| {
            print_error(&line);
            future::ready(()).boxed()
        };
        let verified = verify(&aws, Some(&account), &wanted, &Stop::new(), &tell).await;
        verified.map_err(|error| Error::NotVerified(error.describe(&wanted)))
    }
}

/// Parses the ID of a flow log.
fn flow_log_id(text: &str) -> Result<String, Error> {
    if flow_log::is_id(text) {
        Ok(text.to_owned())
    } else {
        Err(Error::NotAFlowLog)
    }
}
