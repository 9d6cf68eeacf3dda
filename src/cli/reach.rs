//! The options that say how AWS is reached, and how a template's parameters are given.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::arn::partition;
use crate::aws::{Endpoints, Settings};
use crate::stack::{self, Parameters, Reach, Stack};
use crate::text::duration;

/// A line that tells how far the work is, for so many regions and more.
const MANY: usize = 4;

/// How AWS is reached. What is not given comes from the environment and the profile, as with the AWS command line.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "AWS")]
pub(super) struct Aws {
    /// The region of flow logs that name none.
    #[arg(long)]
    region: Option<String>,
    /// The profile of the shared configuration files.
    #[arg(long)]
    profile: Option<String>,
    /// The address of a service to use in place of AWS.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// A role to assume; `{account}` in its ARN stands for the account of each flow log.
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
    /// How long AWS may take to answer everything, such as `90s` or `1h`. What is not read by then is an error.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration::parse)]
    timeout: Duration,
}

impl Aws {
    /// Tells how to reach AWS; the time that it has begins now.
    pub(super) fn reach(&self) -> Reach {
        let endpoint = &self.endpoint_url;
        Reach {
            settings: Settings {
                region: self.region.clone(),
                profile: self.profile.clone(),
                endpoints: Endpoints {
                    ec2: endpoint.clone(),
                    logs: endpoint.clone(),
                    sts: endpoint.clone(),
                    ..Endpoints::default()
                },
                deadline: Instant::now().checked_add(self.timeout),
                ..Settings::default()
            },
            role: self.role.clone(),
        }
    }

    pub(super) fn parameters(&self, given: &[(String, String)]) -> Parameters {
        let given: BTreeMap<_, _> = given.iter().cloned().collect();
        let pseudo = |name: &str| given.get(name).cloned();
        Parameters {
            region: pseudo("AWS::Region").or_else(|| self.region.clone()),
            account: pseudo("AWS::AccountId"),
            partition: pseudo("AWS::Partition"),
            given,
        }
    }
}

/// Reads a stack; if it depends on the region or the account at hand, AWS is asked for them.
pub(super) async fn read_stack(
    file: &str,
    text: &str,
    mut parameters: Parameters,
    reach: &Reach,
) -> Result<Stack, String> {
    let stack = stack::read(file, text, &parameters).map_err(|mistakes| mistakes.to_string())?;
    if !stack.unfinished {
        return Ok(stack);
    }
    let failed = |error: crate::aws::Error| {
        let advice = error.advice().unwrap_or_default();
        format!("error: {file} depends on the region and account at hand. {error} {advice}")
    };
    // The region and its partition are known here; the account alone needs a call.
    let aws = reach.connect().await.map_err(failed)?;
    let region = parameters
        .region
        .or_else(|| aws.region().map(str::to_owned));
    let region = region.ok_or_else(|| {
        format!("error: {file} depends on the region. Give --region or AWS_REGION.")
    })?;
    let partition = parameters.partition;
    parameters.partition = partition.or_else(|| Some(partition::of_region(&region).to_owned()));
    parameters.region = Some(region);
    let stack = stack::read(file, text, &parameters).map_err(|mistakes| mistakes.to_string())?;
    if !stack.unfinished {
        return Ok(stack);
    }
    parameters.account = Some(aws.account().await.map_err(failed)?.id);
    stack::read(file, text, &parameters).map_err(|mistakes| mistakes.to_string())
}

/// Reads `NAME=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// Runs what waits for AWS.
pub(super) fn wait<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("error: {error}"))?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}

/// Tells on a terminal how far the work is, if there is much of it.
pub(super) fn progress(done: usize, total: usize) {
    let mut out = std::io::stderr();
    if out.is_terminal()
        && let Some(line) = progress_line(done, total)
    {
        drop(out.write_all(line.as_bytes()).and_then(|()| out.flush()));
    }
}

/// A line that takes the place of the one before; at the end it is taken away.
fn progress_line(done: usize, total: usize) -> Option<String> {
    let wanted = total >= MANY;
    wanted.then(|| match done < total {
        true => format!("\rRead {done} of {total} regions"),
        false => "\r\u{1b}[K".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_where_there_is_much_and_taken_away_at_the_end() {
        assert_eq!(progress_line(1, 3), None);
        assert_eq!(
            progress_line(1, 4).as_deref(),
            Some("\rRead 1 of 4 regions")
        );
        assert_eq!(progress_line(4, 4).as_deref(), Some("\r\u{1b}[K"));
    }

    #[test]
    fn parameters_are_names_and_values() {
        assert_eq!(pair("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
        assert!(pair("A").is_err() && pair("=b").is_err());
    }
}
