//! The commands `stack validate`, `stack to-terraform` and `stack schema`.

use clap::ArgMatches;

use super::error::Error;
use super::input::{TemplateArguments, check_standard, read_stack, read_text};
use super::options::{AwsArguments, block_on};
use super::output::{print, print_error, progress};
use super::reports::{ReportArguments, check_redirection};
use crate::stack::{self, CheckedFile, ExportOptions, Parameters, Stack, ValidationReport};
use crate::text::sanitize;

/// What to do with a stack definition.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Subcommands {
    /// Check stack definitions and CloudFormation templates, and print all errors with their positions.
    Validate(Box<Validate>),
    /// Print a stack as a Terraform configuration in JSON: a complete root module with `required_providers`, the provider
    /// block, and import blocks for the flow logs that exist.
    ///
    /// For a folder that has its own `required_providers` and provider block, add --resources-only.
    ToTerraform(Box<ToTerraform>),
    /// Print the JSON Schema of a stack definition, or of a report.
    Schema {
        /// Print the schema of the JSON report of `drift`.
        #[arg(long)]
        report: bool,
        /// Print the schema of the JSON report of `stack validate`.
        #[arg(long, conflicts_with = "report")]
        validation: bool,
    },
}

/// The options of `stack validate`.
#[derive(Debug, clap::Args)]
pub(super) struct Validate {
    /// Files of up to 8 MiB each. `-` is the standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    template: TemplateArguments,
    #[command(flatten)]
    reports: ReportArguments,
}

/// The options of `stack to-terraform`.
#[derive(Debug, clap::Args)]
pub(super) struct ToTerraform {
    /// File of up to 8 MiB. `-` is the standard input.
    #[arg(value_name = "FILE")]
    file: String,
    #[command(flatten)]
    template: TemplateArguments,
    /// Do not look for existing flow logs, and write no import blocks. AWS is called only for the account ID, and only if
    /// a template uses `AWS::AccountId` and no --parameter sets it.
    #[arg(long)]
    no_import: bool,
    /// Omit `required_providers` and the provider block, for a folder that has its own. Each flow log then names its
    /// region. A flow log with an account uses the provider `vpcflow.account_ID`, which the folder must configure.
    #[arg(long)]
    resources_only: bool,
    #[command(flatten)]
    aws: AwsArguments,
}

impl Subcommands {
    /// Runs a command, and returns its exit code. The matches hold the order on the command line.
    pub(super) fn run(&self, matches: &ArgMatches) -> Result<u8, Error> {
        match self {
            Self::Validate(arguments) => {
                let own = matches.subcommand_matches("validate");
                own.map_or(Ok(1), |own| arguments.run(own))
            }
            Self::ToTerraform(arguments) => arguments.run(),
            Self::Schema { report, validation } => {
                let schema = if *report {
                    stack::report_schema()
                } else if *validation {
                    stack::validation_schema()
                } else {
                    stack::stack_schema().map_err(|error| Error::Schema(error.into()))?
                };
                print(&format!("{schema:#}\n"))?;
                Ok(0)
            }
        }
    }
}

impl Validate {
    fn run(&self, matches: &ArgMatches) -> Result<u8, Error> {
        let inputs = self.files.iter().chain(self.template.files()).cloned();
        let inputs: Vec<_> = inputs.collect();
        check_standard(inputs.iter())?;
        let outputs = self.reports.outputs(matches, &inputs)?;
        let files = match self.template.parameters(None, None) {
            Ok(parameters) => {
                let parameters = Parameters {
                    shared: self.files.len() > 1,
                    ..parameters
                };
                let files = self.files.iter();
                files
                    .map(|file| checked(file, read(file, &parameters)))
                    .collect()
            }
            // Without the parameters, the errors in the files would be misleading.
            Err(error) => vec![checked("--parameters", Err(error))],
        };
        let outcome = ValidationReport::of(files);
        outputs.write(outcome.to_report()?)?;
        Ok(outcome.exit_code())
    }
}

/// Reads a file. No call is made: what depends on the region or the account stays open.
fn read(file: &str, parameters: &Parameters) -> Result<Stack, Error> {
    let text = read_text(file, None)?;
    Ok(stack::read(file, &text, parameters)?)
}

/// Returns a file after its validation.
fn checked(file: &str, read: Result<Stack, Error>) -> CheckedFile {
    match read {
        Ok(stack) => CheckedFile::Valid(stack),
        Err(Error::Declaration(mistakes)) => CheckedFile::Invalid(mistakes),
        Err(error) => CheckedFile::Unreadable {
            file: error.file().unwrap_or(file).to_owned(),
            reason: error.reason(),
        },
    }
}

impl ToTerraform {
    fn run(&self) -> Result<u8, Error> {
        let file = &self.file;
        let inputs = [std::slice::from_ref(file), self.template.files()].concat();
        check_redirection(&inputs)?;
        let options = self.aws.options();
        let text = read_text(file, options.settings.deadline)?;
        let until = options.settings.deadline;
        let parameters = self
            .template
            .parameters(self.aws.region.as_deref(), until)?;
        let export = ExportOptions {
            imports: !self.no_import,
            resources_only: self.resources_only,
        };
        let exported = block_on(async {
            let stack = read_stack(file, &text, parameters, &options).await?;
            let exported = stack::to_terraform(&stack, &options, export, &progress).await;
            exported.map_err(|errors| Error::Export {
                file: file.clone(),
                errors,
            })
        })?;
        for warning in exported.warnings {
            let warning = warning.to_string();
            print_error(&format!("warning: {}", sanitize::line(&warning)));
        }
        print(&sanitize::json(&format!("{:#}\n", exported.configuration)))?;
        Ok(0)
    }
}
