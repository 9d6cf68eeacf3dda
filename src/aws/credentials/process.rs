//! Credentials that a program prints: `credential_process` of a profile.
//!
//! What the program printed is never shown, on a failure neither: it may hold secrets. It cannot ask anything on the
//! terminal: it runs in a process group of its own, which is killed when the run is stopped.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
//! This module must not know who names the program.

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
    means::{Means, time, unusable},
};

/// The most bytes that are read of what the program prints.
const MOST: u64 = 64 << 10;
/// Time for the program: it may open a browser for a sign-in.
const TIME: Duration = Duration::from_secs(60);

/// A program that prints credentials.
pub(super) struct Process {
    pub(super) profile: String,
    /// A line for the shell.
    pub(super) command: String,
}

/// What the program prints.
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
    /// Runs the program once, and ends it when the run is stopped.
    pub(super) async fn get(&self, means: &Means) -> Result<Credentials, Error> {
        let terms = means.terms.within(TIME);
        let (status, printed) = tokio::select! {
            biased;
            output = output_of(&self.command) => output.map_err(|error| self.failed(&error.to_string()))?,
            () = terms.stop.cancelled() => return Err(stopped(Kind::Stopped)),
            () = terms.over() => return Err(self.late(means)),
        };
        if !status.success() {
            return Err(self.failed(&format!("it ended with {status}")));
        }
        let printed: Printed = serde_json::from_slice(&printed)
            .map_err(|_| self.failed("it printed something else than the JSON of credentials"))?;
        self.read(printed)
    }

    fn read(&self, printed: Printed) -> Result<Credentials, Error> {
        if printed.version != 1 {
            return Err(self.failed(&format!(
                "it printed version {}, and 1 is known",
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
            "the credential_process of profile {profile:?} gave no credentials: {reason}. Run its command to see why; \
             what it printed is not shown here, since it may hold secrets"
        ))
    }

    /// The program took too long, or the caller's time is over.
    fn late(&self, means: &Means) -> Error {
        match means.terms.is_over() {
            true => stopped(Kind::OutOfTime),
            false => self.failed(&format!("it did not end within {} seconds", TIME.as_secs())),
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

/// Runs a line of the shell to its end, and gives what it printed. If that is not waited for, or there is too much of it,
/// the program ends with all that it started.
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
    group.over();
    Ok((status, printed))
}

/// A process group that is killed when dropped.
struct Group(Option<u32>);

impl Group {
    /// The program has ended by itself; what it left running is meant to.
    fn over(mut self) {
        self.0 = None;
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        let leader = self.0.and_then(|id| i32::try_from(id).ok());
        if let Some(leader) = leader.and_then(Pid::from_raw) {
            // It may have ended in the meantime.
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
