//! The command line, for people at a shell.
//!
//! It parses the arguments, runs the commands, and tells `main` when to start a server. It must not know how a server
//! works.
//!
//! | file | holds |
//! |---|---|
//! | `drift`, `coverage`, `verify`, `traffic`, `stack` | the commands |
//! | `gaps` | the stack definition that `coverage` writes |
//! | `options` | options for calls to AWS |
//! | `sources`, `input` | what commands read |
//! | `reports`, `place`, `repository` | the reports that commands write, and where |
//! | `output`, `error` | what commands print, and why they fail |

mod coverage;
mod drift;
mod error;
mod folder;
mod gaps;
mod input;
mod options;
mod output;
mod place;
mod reports;
mod repository;
mod sources;
mod stack;
mod traffic;
mod verify;

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::provider;
use crate::text::sanitize;
use error::Error;
use output::{print, print_error};

/// What `main` does next.
#[derive(Debug)]
pub enum Command {
    /// Serves without Terraform as the parent, for a debugger.
    ServeForDebugging,
    /// Exits with this code.
    Done(ExitCode),
}

/// A Terraform provider for VPC flow logs.
///
/// Terraform starts it: add vpcflow/vpcflow to `required_providers`. The commands below are for people.
#[derive(Debug, Parser)]
#[command(name = "terraform-provider-vpcflow", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Subcommands>,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Serve the provider for a debugger, and print the environment variable to set for Terraform.
    Serve {
        /// Wait for Terraform to attach, without TLS, until Ctrl-C.
        #[arg(long, required = true)]
        debug: bool,
    },
    /// Print the provider's schema as JSON, in the form of `terraform providers schema -json`.
    Schema,
    /// Check whether the flow logs in a stack or a Terraform state run as declared.
    ///
    /// Exit codes, as in `terraform plan -detailed-exitcode`: 0 in sync, or only notes; 1 error; 2 drift, failing delivery, or an
    /// undeclared flow log with `--unmanaged`.
    Drift(Box<drift::Drift>),
    /// Check whether flow logs record the networks of accounts and regions.
    ///
    /// Exit codes: 0 every network is recorded, 1 error, 2 a network is not recorded as required, 3 something could not be
    /// checked.
    Coverage(Box<coverage::CoverageArguments>),
    /// Wait until records of a flow log have really arrived, or say why they do not.
    ///
    /// Exit codes: 0 a record has arrived, 1 error, 2 no record has arrived in time, 3 it could not be checked.
    Verify(Box<verify::VerifyArguments>),
    /// Show what flow logs recorded: the traffic over time, who sends and receives the most, and what is rejected.
    ///
    /// Exit codes: 0 everything in the time window was seen, 1 error, 3 something could not be seen; the report says what.
    Traffic(Box<traffic::TrafficArguments>),
    /// Work with stack definitions: flow logs declared in YAML or JSON.
    #[command(subcommand)]
    Stack(stack::Subcommands),
    /// Print a shell script that completes commands and options.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Parses the command line and runs the command. A panic is reported like any other error.
pub fn parse() -> Command {
    set_hook(Box::new(|info| print_error(&panicked(info))));
    caught(run)
}

/// Runs a command. A panic makes it fail.
fn caught(command: impl FnOnce() -> Command) -> Command {
    let ended = catch_unwind(AssertUnwindSafe(command));
    ended.unwrap_or(Command::Done(ExitCode::FAILURE))
}

fn panicked(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(|place| format!(" (at {place})"));
    format!(
        "error: the program panicked: {}{}. This is a bug; please report it at {}/issues",
        sanitize::line(message),
        place.unwrap_or_default(),
        env!("CARGO_PKG_REPOSITORY"),
    )
}

fn run() -> Command {
    let parsed = Arguments::command().try_get_matches().and_then(|matches| {
        let arguments = Arguments::from_arg_matches(&matches)?;
        Ok((arguments.command, matches))
    });
    let (command, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            let text = error.render().to_string();
            if error.use_stderr() {
                print_error(&text);
                return Command::Done(ExitCode::FAILURE);
            }
            let _ = print(&text);
            return Command::Done(ExitCode::SUCCESS);
        }
    };
    Command::Done(match command {
        Some(Subcommands::Serve { .. }) => return Command::ServeForDebugging,
        Some(Subcommands::Schema) => done(print_schema()),
        Some(Subcommands::Drift(arguments)) => {
            let own = matches.subcommand_matches("drift");
            done(own.map_or(Ok(1), |own| arguments.run(own)))
        }
        Some(Subcommands::Coverage(arguments)) => {
            let own = matches.subcommand_matches("coverage");
            done(own.map_or(Ok(1), |own| arguments.run(own)))
        }
        Some(Subcommands::Verify(arguments)) => done(arguments.run()),
        Some(Subcommands::Traffic(arguments)) => done(arguments.run()),
        Some(Subcommands::Stack(command)) => {
            let own = matches.subcommand_matches("stack");
            done(own.map_or(Ok(1), |own| command.run(own)))
        }
        Some(Subcommands::Completions { shell }) => done(completions(shell)),
        None => help(),
    })
}

/// Prints the script that completes commands in a shell.
fn completions(shell: clap_complete::Shell) -> Result<u8, Error> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name.as_str(), &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell == clap_complete::Shell::Bash {
        // clap_complete 4.6 writes the hyphens of a name in two ways, one where it reads the line and one where it answers.
        let [read, answered] = ["__", "__subcmd__"].map(|hyphen| name.replace('-', hyphen));
        script = script.replace(&read, &answered);
    }
    print(&script)?;
    Ok(0)
}

/// Returns the exit code of a command, and prints why it failed.
fn done(result: Result<u8, Error>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            print_error(&error.lines());
            ExitCode::FAILURE
        }
    }
}

/// Prints the help, and fails: the program was started without a command, as only Terraform does.
fn help() -> ExitCode {
    print_error(&Arguments::command().render_long_help().to_string());
    ExitCode::FAILURE
}

fn print_schema() -> Result<u8, Error> {
    let schema = provider::schema_json().map_err(|error| Error::Schema(error.into()))?;
    print(&format!("{schema:#}\n"))?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_command_is_a_failure() {
        let done = caught(|| panic!("a bug of a dependency"));
        assert!(matches!(done, Command::Done(code) if code == ExitCode::FAILURE));
        let done = caught(|| Command::ServeForDebugging);
        assert!(matches!(done, Command::ServeForDebugging));
    }
}
