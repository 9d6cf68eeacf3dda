//! The command line, for people at a shell.
//!
//! It parses, runs what needs no server, and tells `main` when a server is wanted: it must not know
//! how one serves.

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::provider;

/// What `main` is to do.
#[derive(Debug)]
pub enum Command {
    /// Serve without Terraform as the parent, for a debugger.
    ServeForDebugging,
    /// Nothing more: exit with this code.
    Done(ExitCode),
}

/// A Terraform provider for VPC flow logs.
///
/// Terraform starts it by itself: name it in `required_providers` as vpcflow/vpcflow. The commands below are
/// for people.
#[derive(Debug, Parser)]
#[command(name = "terraform-provider-vpcflow", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Subcommands>,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Serves the provider for a debugger and prints what to set where Terraform runs.
    Serve {
        /// Waits for Terraform to attach, without TLS, until Ctrl-C.
        #[arg(long, required = true)]
        debug: bool,
    },
    /// Prints the provider's schema as JSON, in the form of `terraform providers schema -json`.
    Schema,
}

/// Reads the command line and runs what needs no server.
pub fn parse() -> Command {
    match Arguments::try_parse() {
        Ok(Arguments {
            command: Some(Subcommands::Serve { .. }),
        }) => Command::ServeForDebugging,
        Ok(Arguments {
            command: Some(Subcommands::Schema),
        }) => Command::Done(print_schema()),
        Ok(Arguments { command: None }) => Command::Done(help()),
        Err(error) => {
            drop(error.print());
            let wrong = error.use_stderr();
            Command::Done(if wrong {
                ExitCode::from(1)
            } else {
                ExitCode::SUCCESS
            })
        }
    }
}

/// Terraform's child without Terraform: says what this is, and fails.
fn help() -> ExitCode {
    drop(write!(
        std::io::stderr(),
        "{}",
        Arguments::command().render_long_help()
    ));
    ExitCode::FAILURE
}

fn print_schema() -> ExitCode {
    let printed = provider::schema_json()
        .map_err(|error| error.to_string())
        .and_then(|json| {
            writeln!(std::io::stdout(), "{json:#}").map_err(|error| error.to_string())
        });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "schema not printed: {error}"));
            ExitCode::FAILURE
        }
    }
}
