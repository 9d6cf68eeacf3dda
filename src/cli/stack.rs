//! The commands `stack validate`, `stack to-terraform` and `stack schema`.

use super::{print, reach, read_text, tell};
use crate::stack;
use crate::text::sanitize;

/// What to do with a stack definition.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Subcommands {
    /// Checks stack definitions and CloudFormation templates, and tells every mistake with its place.
    Validate(Box<Validate>),
    /// Prints a stack as a Terraform configuration in JSON: a whole root module, with `required_providers`, the provider
    /// block, and import blocks for the flow logs that run already.
    ///
    /// For a folder that has its own `required_providers` and provider block, give --resources-only.
    ToTerraform(Box<ToTerraform>),
    /// Prints the JSON Schema of a stack definition, or of a drift report.
    Schema {
        /// That of the JSON report of `drift`.
        #[arg(long)]
        report: bool,
    },
}

/// The options of `stack validate`.
#[derive(Debug, clap::Args)]
pub(super) struct Validate {
    /// The files, of up to 8 MiB each; `-` is the standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The value of a template's parameter, or of a resource or its attribute (`Role.Arn`).
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = reach::pair)]
    parameters: Vec<(String, String)>,
}

/// The options of `stack to-terraform`.
#[derive(Debug, clap::Args)]
pub(super) struct ToTerraform {
    /// The file, of up to 8 MiB; `-` is the standard input.
    #[arg(value_name = "FILE")]
    file: String,
    /// The value of a template's parameter, or of a resource or its attribute (`Role.Arn`).
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = reach::pair)]
    parameters: Vec<(String, String)>,
    /// Looks for nothing that runs, and writes no import blocks. AWS is asked for the account alone, and only if a
    /// template names `AWS::AccountId` and no --parameter gives it.
    #[arg(long)]
    no_import: bool,
    /// Leaves out `required_providers` and the provider block, for a folder that has its own. Each flow log then names
    /// its region; one with an account names the provider `vpcflow.account_ID`, which the folder has to configure.
    #[arg(long)]
    resources_only: bool,
    #[command(flatten)]
    aws: reach::Aws,
}

impl Subcommands {
    pub(super) fn run(&self) -> Result<u8, String> {
        match self {
            Self::Validate(arguments) => arguments.run(),
            Self::ToTerraform(arguments) => arguments.run(),
            Self::Schema { report } => {
                let schema = match report {
                    true => stack::report_schema(),
                    false => stack::stack_schema().map_err(|error| format!("error: {error}"))?,
                };
                print(&format!("{schema:#}\n"))?;
                Ok(0)
            }
        }
    }
}

impl Validate {
    fn run(&self) -> Result<u8, String> {
        let mut wrong = String::new();
        for file in &self.files {
            let given = self.parameters.iter().cloned().collect();
            let parameters = stack::Parameters {
                given,
                ..stack::Parameters::default()
            };
            match read_text(file).map(|text| stack::read(file, &text, &parameters)) {
                Ok(Ok(stack)) => {
                    tell(&stack.remarks.to_string());
                    let count = stack.entries.len();
                    let s = if count == 1 { "" } else { "s" };
                    let told = format!("{file}: {count} flow log{s}, no mistakes");
                    print(&format!("{}\n", sanitize::line(&told)))?;
                }
                Ok(Err(mistakes)) => {
                    let count = mistakes.count();
                    let s = if count == 1 { "" } else { "s" };
                    wrong.push_str(&format!("{mistakes}{file}: {count} mistake{s}\n"));
                }
                Err(error) => wrong.push_str(&format!("{error}\n")),
            }
        }
        if wrong.is_empty() { Ok(0) } else { Err(wrong) }
    }
}

impl ToTerraform {
    fn run(&self) -> Result<u8, String> {
        let file = &self.file;
        let text = read_text(file)?;
        let reach = self.aws.reach();
        let parameters = self.aws.parameters(&self.parameters);
        let (configuration, remarks) = reach::wait(async {
            let stack = reach::read_stack(file, &text, parameters, &reach).await?;
            let written = stack::Written {
                imports: !self.no_import,
                resources_only: self.resources_only,
            };
            stack::to_terraform(&stack, &reach, written, &reach::progress)
                .await
                .map_err(|errors| {
                    let lines = errors
                        .iter()
                        .map(|error| format!("error: {file}: {error}\n"));
                    lines.collect::<String>()
                })
        })?;
        for remark in remarks {
            tell(&format!("warning: {}", sanitize::line(&remark)));
        }
        print(&sanitize::json(&format!("{configuration:#}\n")))?;
        Ok(0)
    }
}
