//! The command line, for people at a shell.
//!
//! It parses, runs what needs no server, and tells `main` when a server is wanted: it must not know
//! how one serves.

mod drift;
mod reach;
mod stack;

use std::fs::File;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::provider;
use crate::text::sanitize;

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
    /// Checks whether the flow logs that a stack or a Terraform state declares run as declared.
    ///
    /// Exit code: 0 in sync, 2 drift or failing delivery, 1 error; as `terraform plan -detailed-exitcode`.
    Drift(Box<drift::Drift>),
    /// Works with stack definitions: flow logs declared in YAML or JSON.
    #[command(subcommand)]
    Stack(stack::Subcommands),
    /// Prints a script that completes commands and options in a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Reads the command line and runs what needs no server. A panic is told like any other error.
pub fn parse() -> Command {
    set_hook(Box::new(|info| tell(&panicked(info))));
    caught(run)
}

/// Runs a command to its end, even if that is a panic.
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
            match error.use_stderr() {
                true => tell(&text),
                false => drop(print(&text)),
            }
            return Command::Done(match error.use_stderr() {
                true => ExitCode::from(1),
                false => ExitCode::SUCCESS,
            });
        }
    };
    Command::Done(match command {
        Some(Subcommands::Serve { .. }) => return Command::ServeForDebugging,
        Some(Subcommands::Schema) => print_schema(),
        Some(Subcommands::Drift(arguments)) => {
            let own = matches.subcommand_matches("drift");
            done(own.map_or(Ok(1), |own| arguments.run(own)))
        }
        Some(Subcommands::Stack(command)) => done(command.run()),
        Some(Subcommands::Completions { shell }) => {
            let mut command = Arguments::command();
            let name = command.get_name().to_owned();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, name.as_str(), &mut script);
            let mut script = String::from_utf8_lossy(&script).into_owned();
            if shell == clap_complete::Shell::Bash {
                // clap_complete 4.6 calls a name with hyphens otherwise where it reads the line than where it answers.
                let [read, answered] = ["__", "__subcmd__"].map(|hyphen| name.replace('-', hyphen));
                script = script.replace(&read, &answered);
            }
            done(print(&script).map(|()| 0))
        }
        None => help(),
    })
}

/// Turns what a command came to into an exit code. What went wrong is told whole; it may be many lines.
fn done(result: Result<u8, String>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tell(&error);
            ExitCode::FAILURE
        }
    }
}

/// Writes to the standard error, line by line, whatever it quotes. There may be nobody to read it.
fn tell(text: &str) {
    let lines = text.trim_end().lines();
    let lines: String = lines
        .map(|line| format!("{}\n", sanitize::line(line)))
        .collect();
    drop(std::io::stderr().write_all(lines.as_bytes()));
}

/// Writes to the standard output.
fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| format!("error: standard output: {error}"))
}

/// Reads a file that a person named; `-` is the standard input. Devices and pipes may never end, so no more than so many
/// bytes are read.
fn read(file: &str, most: usize) -> Result<Vec<u8>, String> {
    let source: Result<Box<dyn Read>, _> = match file {
        "-" => Ok(Box::new(std::io::stdin())),
        file => File::open(file).map(|file| Box::new(file) as Box<dyn Read>),
    };
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    source
        .and_then(|source| source.take(limit).read_to_end(&mut bytes))
        .map_err(|error| format!("error: {file}: {error}"))?;
    if bytes.len() > most {
        return Err(format!(
            "error: {file}: not read: it is larger than {} MiB, the most that this command takes",
            most >> 20
        ));
    }
    Ok(bytes)
}

/// Reads a file of text.
fn read_text(file: &str) -> Result<String, String> {
    String::from_utf8(read(file, crate::stack::LARGEST_STACK)?).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
        format!("{file}:{line}:1: error: this is not text in UTF-8")
    })
}

/// Terraform's child without Terraform: says what this is, and fails.
fn help() -> ExitCode {
    tell(&Arguments::command().render_long_help().to_string());
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
            tell(&format!("schema not printed: {error}"));
            ExitCode::FAILURE
        }
    }
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
