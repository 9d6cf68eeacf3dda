//! The options of `coverage` that write a stack definition with the flow logs that are missing.

use std::io;

use super::error::Error;
use super::output::print_error;
use super::reports::Outputs;
use crate::coverage::{self, Judged, Rules, World};
use crate::stack::{self, Delivery, NewFlowLog, Syntax};

/// The ending of a file that is written in JSON.
const JSON: &str = ".json";

/// What to write, and where the missing flow logs deliver.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Gaps")]
pub(super) struct GapArguments {
    /// Write a stack definition with the flow logs that are missing, in YAML, or in JSON if the name ends with .json.
    /// `stack to-terraform` converts it to a Terraform configuration. If no flow log is missing, nothing is written.
    #[arg(long, value_name = "FILE", requires = "destination")]
    write_stack: Option<String>,
    /// Destination of the missing flow logs: the ARN of a bucket, a log group or a delivery stream, or the name of a log
    /// group. `{account}` and `{region}` stand for those of the network.
    #[arg(long, value_name = "ARN", requires = "write_stack")]
    destination: Option<String>,
    /// IAM role that delivers, for a log group. `{account}` stands for the account of the network.
    #[arg(long, value_name = "ARN", requires = "write_stack")]
    delivery_role: Option<String>,
    /// IAM role in the account of a delivery stream, if that is another account.
    #[arg(long, value_name = "ARN", requires = "write_stack")]
    cross_account_role: Option<String>,
}

/// A stack definition to write.
#[derive(Debug)]
pub(super) struct GapStack<'a> {
    file: &'a str,
    delivery: Delivery,
}

impl GapArguments {
    /// Returns the stack definition to write, if there is one.
    ///
    /// # Errors
    /// The file cannot be written, or flow logs cannot deliver there.
    pub(super) fn checked(&self, outputs: &Outputs<'_>) -> Result<Option<GapStack<'_>>, Error> {
        let (Some(file), Some(destination)) = (&self.write_stack, &self.destination) else {
            return Ok(None);
        };
        outputs.check_other("--write-stack", file)?;
        let delivery = Delivery {
            destination: destination.clone(),
            role: self.delivery_role.clone(),
            cross_account_role: self.cross_account_role.clone(),
        };
        delivery.check()?;
        Ok(Some(GapStack { file, delivery }))
    }
}

impl GapStack<'_> {
    /// Writes the flow logs that are missing, and says how many networks they do not help. Each flow log names its account
    /// if several accounts are checked.
    pub(super) fn write(
        &self,
        worlds: &[World],
        rules: &Rules,
        with_accounts: bool,
    ) -> Result<(), Error> {
        let file = self.file;
        let coverage = coverage::judge_settled(worlds, rules);
        let gaps = coverage::gaps(&coverage, rules);
        let open = match gaps.open.len() {
            0 => String::new(),
            1 => "; 1 network needs another fix, see the report".to_owned(),
            count => format!("; {count} networks need another fix, see the report"),
        };
        let missing = gaps.missing.iter();
        let logs: Vec<_> = missing
            .filter_map(|missing| {
                Some(NewFlowLog {
                    account: missing.network.account.as_deref(),
                    region: &missing.network.region,
                    resource_id: missing.network.id.as_deref()?,
                    traffic_type: missing.traffic_type,
                    comment: comment(missing.network),
                })
            })
            .collect();
        if logs.is_empty() {
            print_error(&format!(
                "{file}: not written, because no flow log is missing{open}"
            ));
            return Ok(());
        }
        let syntax = if file.ends_with(JSON) {
            Syntax::Json
        } else {
            Syntax::Yaml
        };
        let about = "Flow logs of the networks that were not recorded";
        let text = stack::compose(about, &logs, &self.delivery, with_accounts, syntax)?;
        std::fs::write(file, text).map_err(|error| Error::File {
            file: file.to_owned(),
            error: io::Error::new(error.kind(), format!("the stack was not written: {error}")),
        })?;
        let s = if logs.len() == 1 { "" } else { "s" };
        print_error(&format!("{file}: {} missing flow log{s}{open}", logs.len()));
        Ok(())
    }
}

/// Describes a network, and why it needs a flow log.
fn comment(network: &Judged) -> String {
    let name = network.name.as_deref();
    let account = network.account.as_deref();
    let place = [name, Some(network.region.as_str()), account];
    let place: Vec<_> = place.into_iter().flatten().collect();
    let reasons = coverage::reasons(&network.verdict).into_iter();
    let reasons: Vec<_> = reasons.map(|reason| reason.detail).collect();
    format!("{}: {}", place.join(", "), reasons.join(" "))
}
