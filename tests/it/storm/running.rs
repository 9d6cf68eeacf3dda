//! A Terraform that runs, and what is done to its processes.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::harness::terraform::Run;

/// Long enough for any machine.
const LONG: Duration = Duration::from_secs(60);

/// Whom a signal meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Terraform alone, as CI systems do it.
    Terraform(Signal),
    /// Terraform and its provider, as a terminal does it, or a supervisor.
    Group(Signal),
    /// The provider alone is killed.
    Provider,
    /// Both are killed, one after the other.
    Both,
}

impl Target {
    /// Returns the interrupts in turn.
    pub(super) fn interrupted(number: u64) -> Self {
        match number % 4 {
            0 => Self::Terraform(Signal::INT),
            1 => Self::Group(Signal::TERM),
            2 => Self::Terraform(Signal::TERM),
            _ => Self::Group(Signal::INT),
        }
    }

    /// Returns the kills in turn.
    pub(super) fn killed(number: u64) -> Self {
        match number % 3 {
            0 => Self::Provider,
            1 => Self::Terraform(Signal::KILL),
            _ => Self::Both,
        }
    }
}

/// A Terraform that runs in a process group of its own.
pub(super) struct Running {
    id: Pid,
    ended: JoinHandle<(Run, Instant)>,
}

impl Running {
    /// Starts a command.
    pub(super) fn start(command: &mut Command) -> Self {
        let child: Child = command.process_group(0).spawn().unwrap();
        let id = Pid::from_child(&child);
        // The output must be read, or Terraform blocks on a full pipe.
        let ended = std::thread::spawn(move || {
            let output = child.wait_with_output().unwrap();
            (Run::of(&output), Instant::now())
        });
        Self { id, ended }
    }

    /// Returns the processes of the provider.
    pub(super) fn providers(&self) -> Vec<Pid> {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let children = ids.filter(|id| parent(*id) == Some(self.id.as_raw_pid()));
        children.filter_map(Pid::from_raw).collect()
    }

    /// Sends the signal. Whoever has ended already gets none.
    pub(super) fn signal(&self, target: Target, providers: &[Pid]) {
        let kill = |ids: &[Pid]| {
            for id in ids {
                let _ = kill_process(*id, Signal::KILL);
            }
        };
        match target {
            Target::Terraform(signal) => {
                let _ = kill_process(self.id, signal);
            }
            Target::Group(signal) => {
                let _ = kill_process_group(self.id, signal);
            }
            Target::Provider => kill(providers),
            Target::Both => {
                kill(&[self.id]);
                kill(providers);
            }
        }
    }

    /// Waits for the end.
    pub(super) fn wait(self) -> (Run, Instant) {
        self.ended.join().unwrap()
    }
}

/// An apply that was killed, and the providers that it had started, with their start times.
pub(super) struct Killed(Vec<(Pid, Option<String>)>);

impl Killed {
    pub(super) fn new(providers: &[Pid]) -> Self {
        Self(providers.iter().map(|id| (*id, started(*id))).collect())
    }

    /// Asserts that the providers end: each looks once a second whether its Terraform lives. The system tells nobody of the
    /// end of a process that is not a child, so this looks, too.
    #[track_caller]
    pub(super) fn assert_ended(&self) {
        let deadline = Instant::now() + LONG;
        for (id, since) in &self.0 {
            while since.is_some() && started(*id) == *since {
                assert!(Instant::now() < deadline, "{id:?} runs");
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// An apply that was interrupted.
pub(super) struct Interrupted {
    pub(super) run: Run,
    /// How long the run has lasted after the slowest call in flight.
    pub(super) after: Duration,
}

/// Returns when a process was started, in the system's ticks. Another process can get the ID of one that has ended.
fn started(id: Pid) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", id.as_raw_pid())).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(str::to_owned)
}

/// Returns the parent of a process that runs the provider.
fn parent(id: i32) -> Option<i32> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let value = |name: &str| {
        let mut lines = status.lines();
        Some(
            lines
                .find_map(|line| line.strip_prefix(name))?
                .trim()
                .to_owned(),
        )
    };
    // The system cuts names to 15 characters.
    let is_provider = "terraform-provider-vpcflow".starts_with(&value("Name:")?);
    is_provider.then(|| value("PPid:")?.parse().ok()).flatten()
}
