//! The command `drift`.

use std::collections::{BTreeMap, BTreeSet};

use clap::ArgMatches;
use clap::builder::PossibleValue;
use clap::parser::ValueSource;

use super::error::Error;
use super::input::{TemplateArguments, pair, read, read_stack, read_text};
use super::options::{AwsArguments, block_on};
use super::output::{print, print_error, progress, style};
use crate::report::{self, Format, Level, Style};
use crate::stack::{self, AttributePath, AwsOptions, Kind, Rules, Stack};

/// What to check, how to check it, and how to report it.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("declared").required(true))]
pub(super) struct Drift {
    /// Stack definition or CloudFormation template, up to 8 MiB. `-` reads the standard input.
    #[arg(long, value_name = "FILE", group = "declared")]
    stack: Option<String>,
    /// Terraform state, up to 256 MiB: the output of `terraform show -json`, or a state file. `-` reads the standard
    /// input.
    #[arg(long, value_name = "FILE", group = "declared")]
    state: Option<String>,
    #[command(flatten)]
    template: TemplateArguments,
    /// Also report undeclared flow logs in the accounts and regions of the declared ones.
    #[arg(long)]
    unmanaged: bool,
    /// Attribute that may differ, such as `LogFormat`, `log_format` or `tags["Owner"]`.
    #[arg(long = "ignore-attribute", value_name = "NAME", value_parser = stack::attribute)]
    ignored_attributes: Vec<AttributePath>,
    /// Key prefix of tags that may differ.
    #[arg(long = "ignore-tag-prefix", value_name = "PREFIX")]
    ignored_tag_prefixes: Vec<String>,
    /// Level of a kind of finding. Kinds: missing, changed, delivery-failing, unmanaged. Levels: error, warning, note. A
    /// note does not change the exit code.
    #[arg(long = "severity", value_name = "KIND=LEVEL", value_parser = level)]
    levels: Vec<(Kind, Level)>,
    /// Format of the report. Repeat it to write several reports.
    #[arg(long = "format", value_enum, default_value = "text")]
    formats: Vec<Format>,
    /// File for the report in the preceding `--format`, instead of the standard output.
    #[arg(long = "output", value_name = "FILE")]
    outputs: Vec<String>,
    #[command(flatten)]
    aws: AwsArguments,
}

impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Json => "For programs. schemas/drift-report.schema.json describes it",
            other => other.description(),
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl Drift {
    /// Runs the check, writes its reports, and returns the exit code. The matches determine the format of each output.
    pub(super) fn run(&self, matches: &ArgMatches) -> Result<u8, Error> {
        let targets = self.targets(matches)?;
        let options = self.aws.options();
        let rules = Rules {
            ignored_attributes: self.ignored_attributes.iter().cloned().collect(),
            ignored_tag_prefixes: self.ignored_tag_prefixes.iter().cloned().collect(),
            unmanaged: self.unmanaged,
            levels: self.levels.iter().copied().collect(),
        };
        let outcome = block_on(async {
            let stack = self.declared(&options).await?;
            print_error(&stack.warnings.to_string());
            if stack.entries.is_empty() && !rules.unmanaged {
                let file = &stack.file;
                print_error(&format!(
                    "warning: {file} declares no flow log, so nothing is checked. Add --unmanaged to report what runs"
                ));
            }
            Ok(stack::check(&stack, &options, &rules, &progress).await)
        })?;
        let report = outcome.to_report()?;
        for (format, file) in targets {
            match file {
                Some(file) => {
                    let text = report::write(&report, format, Style::Plain)?;
                    std::fs::write(file, text).map_err(|error| Error::File {
                        file: file.to_owned(),
                        error,
                    })?;
                }
                None => print(&report::write(&report, format, style())?)?,
            }
        }
        Ok(outcome.exit_code())
    }

    async fn declared(&self, options: &AwsOptions) -> Result<Stack, Error> {
        match (&self.stack, &self.state) {
            (Some(file), _) => {
                let parameters = self.template.parameters(self.aws.region.as_deref())?;
                read_stack(file, &read_text(file)?, parameters, options).await
            }
            (None, Some(file)) => Ok(stack::read_state(file, &read(file, stack::LARGEST_STATE)?)?),
            (None, None) => Err(Error::NothingDeclared),
        }
    }

    /// Assigns each format its file: the one that follows it.
    fn targets(&self, matches: &ArgMatches) -> Result<Vec<(Format, Option<&str>)>, Error> {
        let indices = |name: &str| matches.indices_of(name).into_iter().flatten();
        let formats: BTreeMap<usize, Format> = indices("formats")
            .zip(&self.formats)
            .map(|(index, format)| (index, *format))
            .collect();
        let explicit = matches.value_source("formats") == Some(ValueSource::CommandLine);
        let mut files: BTreeMap<usize, &str> = BTreeMap::new();
        for (index, file) in indices("outputs").zip(&self.outputs) {
            let before = if explicit {
                formats.range(..index).next_back()
            } else {
                formats.first_key_value()
            };
            let Some((format, _)) = before else {
                let file = file.clone();
                return Err(Error::OutputWithoutFormat { file });
            };
            if files.insert(*format, file).is_some() {
                let file = file.clone();
                return Err(Error::SecondOutput { file });
            }
        }
        let on_stdout: BTreeSet<_> = formats
            .keys()
            .filter(|format| !files.contains_key(format))
            .collect();
        if on_stdout.len() > 1 {
            return Err(Error::SeveralOnStdout);
        }
        let targets = formats.iter();
        Ok(targets
            .map(|(index, format)| (*format, files.get(index).copied()))
            .collect())
    }
}

/// Parses `KIND=LEVEL`.
fn level(text: &str) -> Result<(Kind, Level), Error> {
    let (kind, level) = pair(text)?;
    Ok((kind.parse()?, level.parse()?))
}
