//! The command `traffic`.

use std::collections::BTreeMap;
use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches};

use super::error::Error;
use super::options::{AwsArguments, block_on};
use super::output::{is_closed, print, print_error, records_progress};
use super::place::{self, STANDARD};
use crate::aws::Stop;
use crate::events::Received;
use crate::events::traffic::{self, Form, Making, Question, Read, TrafficOption, TrafficReport};
use crate::stack::AwsOptions;
use crate::text::sanitize;

/// The command as it is written.
const COMMAND: &str = "terraform-provider-vpcflow traffic";
/// The options for the time window, which a command that does the same names by its times.
const WINDOW: [&str; 3] = ["lookback", "start-time", "end-time"];
/// A shorter name of an option.
const SHORT: (&str, &str) = ("log-group-name", "log-group");
/// The number of groups in each table, if none is given.
const TOP: u8 = 10;
/// The time between two lines of progress.
const PROGRESS: Duration = Duration::from_millis(500);

/// The options that are arguments of the data source.
static OPTIONS: LazyLock<Vec<TrafficOption>> =
    LazyLock::new(|| traffic::options().unwrap_or_default());

/// What to show, and how.
#[derive(Debug, clap::Args)]
pub(super) struct TrafficArguments {
    #[command(flatten)]
    question: QuestionArguments,
    /// Number of rows in each table. One more row adds up all others.
    #[arg(long, value_name = "NUMBER", default_value_t = TOP, value_parser = clap::value_parser!(u8).range(1..=100))]
    top: u8,
    /// Format of the report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// File for the report. `-` is the standard output, which is the default.
    #[arg(long, value_name = "FILE")]
    output: Option<String>,
    #[command(flatten)]
    aws: AwsArguments,
}

/// The values of the options that are arguments of the data source, by their names.
#[derive(Clone, Debug, Default)]
struct QuestionArguments(BTreeMap<String, Vec<String>>);

/// A format of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Csv,
    Html,
}

impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Html, Self::Json, Self::Csv]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Text => ("text", "For people, at a terminal"),
            Self::Json => ("json", "For programs. schemas/ describes it"),
            Self::Csv => ("csv", "For spreadsheets"),
            Self::Html => (
                "html",
                "A page with charts, in one file that needs no script and no network",
            ),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

impl clap::Args for QuestionArguments {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.args(OPTIONS.iter().map(argument))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for QuestionArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Self::default();
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for option in OPTIONS.iter() {
            let values: Vec<String> = match option.form {
                Form::Flag if matches.get_flag(&option.name) => vec![String::new()],
                Form::Flag => Vec::new(),
                _ => {
                    let values = matches.get_many::<String>(&option.name);
                    values.into_iter().flatten().cloned().collect()
                }
            };
            if !values.is_empty() {
                self.0.insert(option.name.clone(), values);
            }
        }
        Ok(())
    }
}

/// Declares an option.
fn argument(option: &'static TrafficOption) -> Arg {
    let name = option.name.as_str();
    let argument = Arg::new(name)
        .long(name)
        .help(first_sentence(&option.help))
        .long_help(option.help.as_str())
        .allow_hyphen_values(true);
    let argument = if name == SHORT.0 {
        argument.visible_alias(SHORT.1)
    } else {
        argument
    };
    match option.form {
        Form::Flag => argument
            .action(ArgAction::SetTrue)
            .allow_hyphen_values(false),
        Form::Text => argument.value_name("VALUE"),
        Form::Number => argument.value_name("NUMBER"),
        Form::Pairs => argument.value_name("NAME=VALUE").action(ArgAction::Append),
        Form::Conditions => argument.value_name("CONDITIONS").action(ArgAction::Append),
    }
}

fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim_end_matches('.')
}

impl TrafficArguments {
    /// Makes the report, writes it, and returns the exit code.
    pub(super) fn run(&self) -> Result<u8, Error> {
        let file = self.output.as_deref().filter(|file| *file != STANDARD);
        if let Some(file) = file {
            place::output(file).map_err(|problem| Error::Unwritable {
                file: file.to_owned(),
                problem,
            })?;
        }
        let question = Question::parse(&self.question.0).map_err(Error::Traffic)?;
        let question = question.within(self.aws.limit());
        let options = self.aws.options();
        let Read { report, warnings } = block_on(self.read(&options, &question))?;
        self.write(&report, file)?;
        for warning in warnings {
            print_error(&format!("warning: {warning}"));
        }
        if file.is_some() || self.format != Format::Text {
            for reason in &report.incomplete {
                print_error(&format!("warning: {}: {}", reason.reason, reason.detail));
            }
        }
        Ok(report.exit_code())
    }

    async fn read(&self, options: &AwsOptions, question: &Question) -> Result<Read, Error> {
        let stop = Stop::new();
        let reading = async {
            let aws = options.connect_until(stop.clone()).await?;
            let account = aws.account().await?;
            let received = Received::default();
            let command = |start: &str, end: &str| self.command(start, end);
            let making = Making {
                top: usize::from(self.top),
                command: &command,
                received: &received,
            };
            let read = traffic::read(&aws, account, question, making, &stop);
            let read = shown(read, &received).await;
            read.map_err(Error::Traffic)
        };
        tokio::pin!(reading);
        tokio::select! {
            read = &mut reading => return read,
            _ = tokio::signal::ctrl_c() => stop.cancel(),
        }
        // What runs at a service is stopped there.
        reading.await
    }

    fn write(&self, report: &TrafficReport, file: Option<&str>) -> Result<(), Error> {
        let text = match self.format {
            Format::Text => report.to_text(),
            Format::Json => sanitize::json(&report.to_json()?).into_owned(),
            Format::Csv => report.to_csv(),
            Format::Html => report.to_html()?,
        };
        let Some(file) = file else {
            return print(&text);
        };
        match std::fs::write(file, text) {
            Err(error) if !is_closed(&error) => Err(Error::File {
                file: file.to_owned(),
                error: io::Error::new(error.kind(), format!("the report was not written: {error}")),
            }),
            _ => Ok(()),
        }
    }

    /// Returns the command that makes the report again, for a time window.
    fn command(&self, start: &str, end: &str) -> String {
        let mut words = vec![COMMAND.to_owned()];
        let mut add = |name: &str, value: &str| {
            words.push(format!("--{name}"));
            if !value.is_empty() {
                words.push(quoted(value));
            }
        };
        for (name, values) in &self.question.0 {
            if !WINDOW.contains(&name.as_str()) {
                values.iter().for_each(|value| add(name, value));
            }
        }
        add("start-time", start);
        add("end-time", end);
        if self.top != TOP {
            add("top", &self.top.to_string());
        }
        for (name, value) in self.aws.given() {
            add(name, &value);
        }
        words.join(" ")
    }
}

/// Shows how far the reading is while it lasts.
async fn shown<T>(reading: impl Future<Output = T>, received: &Received) -> T {
    tokio::pin!(reading);
    let mut ticks = tokio::time::interval(PROGRESS);
    ticks.tick().await;
    let result = loop {
        tokio::select! {
            biased;
            result = &mut reading => break result,
            _ = ticks.tick() => records_progress(Some(received.count())),
        }
    };
    records_progress(None);
    result
}

/// Quotes a word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
