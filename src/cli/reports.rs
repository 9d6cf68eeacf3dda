//! The formats of a report, and where each is written.

use std::collections::BTreeMap;
use std::io;

use clap::ArgMatches;
use clap::builder::PossibleValue;
use clap::parser::ValueSource;

use super::error::Error;
use super::output::{is_closed, print, print_error, style};
use super::place::{self, STANDARD};
use super::repository;
use crate::report::{self, Format, Report, Style};

/// In which formats a report is written, and where.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArguments {
    /// Format of the report. Repeat it to write several reports.
    #[arg(long = "format", value_enum, default_value = "text")]
    formats: Vec<Format>,
    /// File for the report in the preceding `--format`. `-` is the standard output, which is the default.
    #[arg(long = "output", value_name = "FILE")]
    outputs: Vec<String>,
}

/// Where each format is written; `None` is the standard output.
#[derive(Debug)]
pub(super) struct Outputs<'a>(Vec<(Format, Option<&'a str>)>);

impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Json => "For programs. schemas/ describes it",
            other => other.description(),
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl ReportArguments {
    /// Returns where each format is written: the file that follows it. The matches hold the order on the command line.
    ///
    /// # Errors
    /// A report cannot be written to its place, or would overwrite an input or another report.
    pub(super) fn outputs(
        &self,
        matches: &ArgMatches,
        inputs: &[String],
    ) -> Result<Outputs<'_>, Error> {
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
        let outputs = formats.iter().map(|(index, format)| {
            let file = files.get(index).copied();
            (*format, file.filter(|file| *file != STANDARD))
        });
        let outputs = Outputs(outputs.collect());
        outputs.check(inputs)?;
        Ok(outputs)
    }
}

impl Outputs<'_> {
    /// Writes all reports that can be written.
    ///
    /// # Errors
    /// All reasons why reports could not be written.
    pub(super) fn write(&self, mut report: Report) -> Result<(), Error> {
        for source in &mut report.sources {
            if source.path.is_some() {
                source.path = Some(repository::path(&source.name));
            }
        }
        let mut errors = Vec::new();
        for (format, file) in &self.0 {
            if let Err(error) = write(&report, *format, *file) {
                errors.push(error);
            }
        }
        if !self.show_problems() {
            print_error(&report::problems(&report));
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Error::Several(errors))
        }
    }

    /// Checks that a command can write another file, which an option names, and that no report has the same file.
    ///
    /// # Errors
    /// The file cannot be written, or is a report.
    pub(super) fn check_other(&self, option: &'static str, file: &str) -> Result<(), Error> {
        let unwritable = |problem| Error::Unwritable {
            file: file.to_owned(),
            problem,
        };
        if file == STANDARD {
            return Err(Error::NotAFile { option });
        }
        let Some(identity) = place::output(file).map_err(unwritable)? else {
            return Ok(());
        };
        let reports = self.0.iter().map(|(_, file)| match file {
            Some(file) => place::output(file).ok().flatten(),
            None => place::standard_output(),
        });
        if reports.flatten().any(|report| report == identity) {
            return Err(Error::ReportIsOther {
                option,
                file: file.to_owned(),
            });
        }
        Ok(())
    }

    /// Returns whether a report on the standard output shows errors and warnings to a person.
    fn show_problems(&self) -> bool {
        let mut printed = self.0.iter().filter(|(_, file)| file.is_none());
        printed.any(|(format, _)| matches!(format, Format::Text | Format::Github))
    }

    fn check(&self, inputs: &[String]) -> Result<(), Error> {
        let printed = self.0.iter().filter(|(_, file)| file.is_none());
        let printed = printed.count();
        if printed > 1 {
            return Err(Error::SeveralOnStdout);
        }
        let mut seen: Vec<(&str, place::Identity)> = Vec::new();
        if printed > 0 {
            check_redirection(inputs)?;
            seen.extend(place::standard_output().map(|identity| (STANDARD, identity)));
        }
        for file in self.0.iter().filter_map(|(_, file)| *file) {
            let identity = place::output(file).map_err(|problem| Error::Unwritable {
                file: file.to_owned(),
                problem,
            })?;
            let Some(identity) = identity else {
                continue;
            };
            let is_same = |input: &&String| place::input(input).as_ref() == Some(&identity);
            if let Some(input) = inputs.iter().find(is_same) {
                return Err(Error::OutputIsInput {
                    file: file.to_owned(),
                    input: input.clone(),
                });
            }
            if let Some((other, _)) = seen.iter().find(|(_, known)| *known == identity) {
                if *other == STANDARD {
                    let file = file.to_owned();
                    return Err(Error::StdoutIsOutput { file });
                }
                return Err(Error::SameOutput {
                    file: file.to_owned(),
                    other: (*other).to_owned(),
                });
            }
            seen.push((file, identity));
        }
        Ok(())
    }
}

/// Checks that the standard output is not redirected to an input.
///
/// # Errors
/// What is printed would overwrite the input.
pub(super) fn check_redirection(inputs: &[String]) -> Result<(), Error> {
    let Some(identity) = place::standard_output() else {
        return Ok(());
    };
    let is_same = |input: &&String| place::input(input).as_ref() == Some(&identity);
    match inputs.iter().find(is_same) {
        Some(input) => Err(Error::StdoutIsInput {
            input: input.clone(),
        }),
        None => Ok(()),
    }
}

fn write(report: &Report, format: Format, file: Option<&str>) -> Result<(), Error> {
    let Some(file) = file else {
        return print(&report::write(report, format, style())?);
    };
    let text = report::write(report, format, Style::Plain)?;
    match std::fs::write(file, text) {
        Err(error) if !is_closed(&error) => Err(Error::File {
            file: file.to_owned(),
            error: io::Error::new(error.kind(), format!("the report was not written: {error}")),
        }),
        _ => Ok(()),
    }
}
