//! The command `drift`.

use clap::ArgMatches;

use super::error::Error;
use super::input::pair;
use super::options::{AwsArguments, block_on};
use super::output::progress;
use super::reports::ReportArguments;
use super::sources::SourceArguments;
use crate::report::Level;
use crate::stack::{self, AttributePath, Kind, Regions, Rules, TagFilter};

/// What to check, how to check it, and how to report it.
#[derive(Debug, clap::Args)]
pub(super) struct Drift {
    #[command(flatten)]
    sources: SourceArguments,
    /// Fail if no flow log is declared, instead of warning.
    #[arg(long)]
    require_declared: bool,
    /// Also report undeclared flow logs in the accounts and regions of the declared ones.
    #[arg(long)]
    unmanaged: bool,
    /// More regions for `--unmanaged`: names separated by commas, or `all` for all that are enabled in the accounts.
    #[arg(long, value_name = "LIST", requires = "unmanaged")]
    regions: Option<Regions>,
    /// Report an undeclared flow log only if it has this tag. Repeat it with the same key for alternative values, and with
    /// another key for a further condition.
    #[arg(
        long = "unmanaged-tag",
        value_name = "KEY[=VALUE]",
        requires = "unmanaged"
    )]
    unmanaged_tags: Vec<TagFilter>,
    /// Attribute that may differ, such as `LogFormat`, `log_format` or `tags["Owner"]`.
    #[arg(long = "ignore-attribute", value_name = "NAME", value_parser = stack::attribute)]
    ignored_attributes: Vec<AttributePath>,
    /// Key prefix of tags that may differ.
    #[arg(long = "ignore-tag-prefix", value_name = "PREFIX")]
    ignored_tag_prefixes: Vec<String>,
    /// Level of a kind of finding. Kinds: missing, replaced, changed, delivery-failing, declared-twice, unmanaged,
    /// perhaps-declared. Levels: error, warning, note. A note does not change the exit code.
    #[arg(long = "severity", value_name = "KIND=LEVEL", value_parser = level)]
    levels: Vec<(Kind, Level)>,
    #[command(flatten)]
    reports: ReportArguments,
    #[command(flatten)]
    aws: AwsArguments,
}

impl Drift {
    /// Runs the check, writes its reports, and returns the exit code. The matches hold the order on the command line.
    pub(super) fn run(&self, matches: &ArgMatches) -> Result<u8, Error> {
        let options = self.aws.options();
        let sources = self.sources.list(matches)?;
        let outputs = self
            .reports
            .outputs(matches, &self.sources.inputs(&sources))?;
        let rules = Rules {
            ignored_attributes: self.ignored_attributes.iter().cloned().collect(),
            ignored_tag_prefixes: self.ignored_tag_prefixes.iter().cloned().collect(),
            unmanaged: self.unmanaged,
            regions: self.regions.clone().unwrap_or_default(),
            unmanaged_tags: self.unmanaged_tags.clone(),
            require_declared: self.require_declared,
            levels: self.levels.iter().copied().collect(),
        };
        let outcome = block_on(async {
            let region = self.aws.region.as_deref();
            let declared = self.sources.read(&sources, region, &options).await;
            Ok(stack::check(&declared, &options, &rules, &progress).await)
        })?;
        outputs.write(outcome.to_report()?)?;
        Ok(outcome.exit_code())
    }
}

/// Parses `KIND=LEVEL`.
fn level(text: &str) -> Result<(Kind, Level), Error> {
    let (kind, level) = pair(text)?;
    Ok((kind.parse()?, level.parse()?))
}
