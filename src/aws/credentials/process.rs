//! Credentials that a program prints: `credential_process` of a profile.
//!
//! The output of the program is never shown, even after a failure, because it may contain secrets. The program cannot
//! prompt on the terminal. It runs in its own process group, which is killed when the run is stopped.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
//! This module must not know where the program is configured.

use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use aws_credential_types::Credentials;
#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use tokio::{io::AsyncReadExt as _, process::Command};

use super::{
    super::error::{Error, Kind},
    clients::{Clients, time, unusable},
};

/// The most bytes of output that are read.
const MOST: u64 = 64 << 10;
/// The timeout of the program. It may open a browser to sign in.
const TIME: Duration = Duration::from_secs(60);

/// A program that prints credentials.
pub(super) struct Process {
    pub(super) profile: String,
    /// The command line, for the shell.
    pub(super) command: String,
}

/// The output of the program.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    version: u32,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expiration: Option<String>,
}

impl Process {
    /// Runs the program once. Kills it when the run is stopped.
    pub(super) async fn get(&self, clients: &Clients) -> Result<Credentials, Error> {
        let context = clients.context.within(TIME);
        let (status, printed) = tokio::select! {
            biased;
            output = output_of(&self.command) => output.map_err(|error| self.failed(&error.to_string()))?,
            () = context.stop.cancelled() => return Err(stopped(Kind::Stopped)),
            () = context.deadline() => return Err(self.late(clients)),
        };
        if !status.success() {
            return Err(self.failed(&format!("it exited with {status}")));
        }
        let printed: Printed = serde_json::from_slice(&printed)
            .map_err(|_| self.failed("its output is not the JSON of credentials"))?;
        self.read(printed)
    }

    fn read(&self, printed: Printed) -> Result<Credentials, Error> {
        if printed.version != 1 {
            return Err(self.failed(&format!(
                "its output has version {}, but only version 1 is supported",
                printed.version
            )));
        }
        let end = printed.expiration.as_deref().map(time);
        let end = end.map(|end| end.ok_or_else(|| self.failed("its Expiration is not a time")));
        let end = end.transpose()?;
        if [&printed.access_key_id, &printed.secret_access_key]
            .iter()
            .any(|key| key.is_empty())
        {
            return Err(self.failed("it printed empty keys"));
        }
        Ok(Credentials::new(
            printed.access_key_id,
            printed.secret_access_key,
            printed.session_token.filter(|token| !token.is_empty()),
            end,
            "credential_process",
        ))
    }

    fn failed(&self, reason: &str) -> Error {
        let Self { profile, .. } = self;
        unusable(format!(
            "the credential_process of profile {profile:?} returned no credentials: {reason}. Run its command to see \
             why. Its output is not shown here, because it may contain secrets"
        ))
    }

    /// Creates an error about a program that took too long, or about the caller's deadline.
    fn late(&self, clients: &Clients) -> Error {
        if clients.context.is_past_deadline() {
            stopped(Kind::OutOfTime)
        } else {
            self.failed(&format!(
                "it did not exit within {} seconds",
                TIME.as_secs()
            ))
        }
    }
}

fn stopped(kind: Kind) -> Error {
    Error::new(
        "Configure",
        kind,
        "while waiting for the credential_process",
    )
}

/// Runs a command line to its end, and returns its output. If this is dropped, or there is too much output, the program is
/// killed with all that it started.
async fn output_of(line: &str) -> io::Result<(ExitStatus, Vec<u8>)> {
    let mut child = shell(line)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let group = Group(child.id());
    let mut printed = Vec::new();
    if let Some(output) = child.stdout.take() {
        output.take(MOST + 1).read_to_end(&mut printed).await?;
    }
    if printed.len() as u64 > MOST {
        let reason = format!("it printed more than {} KiB", MOST >> 10);
        return Err(io::Error::other(reason));
    }
    let status = child.wait().await?;
    group.release();
    Ok((status, printed))
}

/// A process group that is killed when dropped.
struct Group(Option<u32>);

impl Group {
    /// The program has exited by itself. What it left running may go on.
    fn release(mut self) {
        self.0 = None;
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        let leader = self.0.and_then(|id| i32::try_from(id).ok());
        if let Some(leader) = leader.and_then(Pid::from_raw) {
            // It may have exited in the meantime.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).process_group(0);
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd.exe");
    command.args(["/C", line]);
    command
}
