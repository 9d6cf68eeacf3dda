//! The command `drift`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal as _;

use clap::ArgMatches;

use super::{print, reach, read, read_text, tell};
use crate::stack::{self, Format, Kind, Level, Paint, Rules};

/// What to check, how, and how to tell.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("declared").required(true))]
pub(super) struct Drift {
    /// A stack definition or a CloudFormation template of up to 8 MiB; `-` reads it from the standard input.
    #[arg(long, value_name = "FILE", group = "declared")]
    stack: Option<String>,
    /// A Terraform state of up to 256 MiB: the output of `terraform show -json`, or a state file; `-` reads the standard
    /// input.
    #[arg(long, value_name = "FILE", group = "declared")]
    state: Option<String>,
    /// The value of a template's parameter, or of a resource or its attribute (`Role.Arn`).
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = reach::pair)]
    parameters: Vec<(String, String)>,
    /// Tells of flow logs, too, that run in these accounts and regions and that nobody declared.
    #[arg(long)]
    unmanaged: bool,
    /// An attribute that may differ, such as `LogFormat`, `log_format` or `tags["Owner"]`.
    #[arg(long = "ignore-attribute", value_name = "NAME", value_parser = stack::attribute)]
    ignored_attributes: Vec<String>,
    /// Tags that may differ, by the beginning of their keys.
    #[arg(long = "ignore-tag-prefix", value_name = "PREFIX")]
    ignored_tag_prefixes: Vec<String>,
    /// How serious a kind is: missing, changed, delivery-failing or unmanaged; error, warning or note. A note is no
    /// drift.
    #[arg(long = "severity", value_name = "KIND=LEVEL", value_parser = level)]
    levels: Vec<(Kind, Level)>,
    /// The form of the report; give it again for a further one.
    #[arg(long = "format", value_enum, default_value = "text")]
    formats: Vec<Form>,
    /// The file for the report of the `--format` before it, in place of the standard output.
    #[arg(long = "output", value_name = "FILE")]
    outputs: Vec<String>,
    #[command(flatten)]
    aws: reach::Aws,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Form {
    /// For people.
    Text,
    /// For programs, described by schemas/drift-report.schema.json.
    Json,
    /// For the comment of a pull request.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// For code scanning, SARIF 2.1.0.
    Sarif,
    /// For test reports, JUnit XML.
    Junit,
}

impl From<Form> for Format {
    fn from(form: Form) -> Self {
        match form {
            Form::Text => Self::Text,
            Form::Json => Self::Json,
            Form::Markdown => Self::Markdown,
            Form::Github => Self::Github,
            Form::Sarif => Self::Sarif,
            Form::Junit => Self::Junit,
        }
    }
}

impl Drift {
    /// Checks, tells, and gives the exit code. The matches tell which output belongs to which form.
    pub(super) fn run(&self, matches: &ArgMatches) -> Result<u8, String> {
        let targets = self.targets(matches)?;
        let reach = self.aws.reach();
        let rules = Rules {
            ignored_attributes: self.ignored_attributes.iter().cloned().collect(),
            ignored_tag_prefixes: self.ignored_tag_prefixes.iter().cloned().collect(),
            unmanaged: self.unmanaged,
            levels: self.levels.iter().copied().collect(),
        };
        let report = reach::wait(async {
            let stack = self.declared(&reach).await?;
            tell(&stack.remarks.to_string());
            if stack.entries.is_empty() && !rules.unmanaged {
                let file = &stack.file;
                tell(&format!(
                    "warning: {file} declares no flow log, so nothing is checked; --unmanaged tells what runs"
                ));
            }
            Ok(stack::check(&stack, &reach, &rules, &reach::progress).await)
        })?;
        for (format, file) in targets {
            match file {
                Some(file) => {
                    let text = stack::write(&report, format, Paint::Plain)?;
                    std::fs::write(file, text)
                        .map_err(|error| format!("error: {file}: {error}"))?;
                }
                None => print(&stack::write(&report, format, paint())?)?,
            }
        }
        Ok(report.exit_code())
    }

    async fn declared(&self, reach: &stack::Reach) -> Result<stack::Stack, String> {
        match (&self.stack, &self.state) {
            (Some(file), _) => {
                let parameters = self.aws.parameters(&self.parameters);
                reach::read_stack(file, &read_text(file)?, parameters, reach).await
            }
            (None, Some(file)) => stack::read_state(file, &read(file, stack::LARGEST_STATE)?)
                .map_err(|mistakes| mistakes.to_string()),
            (None, None) => Err("error: give --stack or --state".to_owned()),
        }
    }

    /// Gives each form its file: the one that follows it.
    fn targets(&self, matches: &ArgMatches) -> Result<Vec<(Format, Option<&str>)>, String> {
        let indices = |name: &str| matches.indices_of(name).into_iter().flatten();
        let formats: BTreeMap<usize, Format> = indices("formats")
            .zip(&self.formats)
            .map(|(index, form)| (index, Format::from(*form)))
            .collect();
        let explicit =
            matches.value_source("formats") == Some(clap::parser::ValueSource::CommandLine);
        let mut files: BTreeMap<usize, &str> = BTreeMap::new();
        for (index, file) in indices("outputs").zip(&self.outputs) {
            let before = match explicit {
                true => formats.range(..index).next_back(),
                false => formats.first_key_value(),
            };
            let Some((form, _)) = before else {
                return Err(format!(
                    "error: --output {file} stands before every --format"
                ));
            };
            if files.insert(*form, file).is_some() {
                return Err(format!(
                    "error: --output {file} is the second one for its --format"
                ));
            }
        }
        let on_stdout: BTreeSet<_> = formats
            .keys()
            .filter(|form| !files.contains_key(form))
            .collect();
        if on_stdout.len() > 1 {
            let all = "error: more than one --format goes to the standard output; give --output after the others";
            return Err(all.to_owned());
        }
        let targets = formats.iter();
        Ok(targets
            .map(|(index, format)| (*format, files.get(index).copied()))
            .collect())
    }
}

fn paint() -> Paint {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if wanted && std::io::stdout().is_terminal() {
        Paint::Colour
    } else {
        Paint::Plain
    }
}

fn level(text: &str) -> Result<(Kind, Level), String> {
    let (kind, level) = reach::pair(text)?;
    Ok((kind.parse()?, level.parse()?))
}
