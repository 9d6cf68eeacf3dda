//! Measures a command and the plugins that it starts, with `/proc`, while the command runs.
//!
//! Terraform starts a plugin several times in one plan, so its children are measured every few milliseconds. The last
//! measurement of a child is its usage, short by at most one interval. Without `/proc`, only the wall clock time is known,
//! and the other figures are zero.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The interval between two measurements of the plugins.
const INTERVAL: Duration = Duration::from_millis(4);

/// The interval between two measurements of a command without plugins.
const FINE: Duration = Duration::from_millis(1);

/// The unit of `/proc/*/stat`: `USER_HZ`, a hundredth of a second on every architecture that Rust runs Linux on.
const TICK: Duration = Duration::from_millis(10);

/// The resources that one run used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// From start to end.
    pub(crate) wall: Duration,
    /// The CPU time of the command, without its plugins.
    pub(crate) own_cpu: Duration,
    /// The CPU time of all plugins together.
    pub(crate) plugin_cpu: Duration,
    /// The peak anonymous memory of one plugin, in bytes.
    pub(crate) plugin_memory: u64,
}

impl Usage {
    /// Returns the CPU time of the plugins in ten-thousandths of that of the command.
    pub(crate) fn share_in_ten_thousand(&self) -> u128 {
        self.plugin_cpu.as_micros() * 10_000 / self.own_cpu.as_micros().max(1)
    }
}

/// Runs a command that starts no plugins, and must exit with this code. Returns how long it took, and the peak of its
/// anonymous memory, in bytes, or 0 if it cannot be determined.
///
/// # Errors
///
/// The command could not be started, or it exited with another code.
pub(crate) fn alone(command: &mut Command, code: i32) -> io::Result<(Duration, u64)> {
    let begin = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let mut memory = 0;
    let status = loop {
        memory = memory.max(anonymous_memory(child.id()));
        match child.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(FINE),
        }
    };
    if status.code() != Some(code) {
        return Err(io::Error::other(format!("{command:?}: {status}")));
    }
    Ok((begin.elapsed(), memory))
}

/// Runs a command and measures its children that execute `plugin`.
///
/// # Errors
///
/// The command could not be started, or it failed. The error contains its standard error.
pub(crate) fn run(command: &mut Command, plugin: Option<&Path>) -> io::Result<Usage> {
    let before = cpu_of_ended_children();
    let begin = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let id = child.id();
    let ended = AtomicBool::new(false);
    let (output, wall, seen) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(id, plugin, &ended));
        let output = child.wait_with_output();
        let wall = begin.elapsed();
        ended.store(true, Ordering::Relaxed);
        (output, wall, watcher.join().unwrap_or_default())
    });
    let output = output?;
    if !output.status.success() {
        return Err(io::Error::other(format!(
            "{command:?}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    let plugin_cpu = seen.values().map(|plugin| plugin.cpu).sum();
    Ok(Usage {
        wall,
        own_cpu: (cpu_of_ended_children() - before).saturating_sub(plugin_cpu),
        plugin_cpu,
        plugin_memory: seen.values().map(|seen| seen.memory).max().unwrap_or(0),
    })
}

/// Returns the anonymous memory of a process in bytes, or 0 if it cannot be determined.
pub(crate) fn anonymous_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| {
            line.strip_prefix("RssAnon:")?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
        .map_or(0, |kibibytes: u64| kibibytes * 1024)
}

/// Returns the number of open files of a process, or 0 if it cannot be determined.
pub(crate) fn open_files(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).map_or(0, Iterator::count)
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    cpu: Duration,
    memory: u64,
}

fn watch(parent: u32, plugin: Option<&Path>, ended: &AtomicBool) -> BTreeMap<u32, Seen> {
    let mut plugins: BTreeMap<u32, Seen> = BTreeMap::new();
    while let (Some(plugin), false) = (plugin, ended.load(Ordering::Relaxed)) {
        for child in children(parent) {
            // Between fork and exec, a child is a copy of its parent, including the memory.
            if executable(child).as_deref() == Some(plugin) {
                let seen = plugins.entry(child).or_default();
                seen.cpu = seen.cpu.max(cpu(child));
                seen.memory = seen.memory.max(anonymous_memory(child));
            }
        }
        thread::sleep(INTERVAL);
    }
    plugins
}

fn executable(process: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{process}/exe")).ok()
}

fn children(process: u32) -> Vec<u32> {
    threads(process)
        .filter_map(|thread| fs::read_to_string(thread.join("children")).ok())
        .flat_map(|line| {
            line.split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Returns the CPU time of the live threads of a process. `schedstat` counts nanoseconds; `stat` counts ticks.
fn cpu(process: u32) -> Duration {
    threads(process)
        .filter_map(|thread| fs::read_to_string(thread.join("schedstat")).ok())
        .filter_map(|line| line.split_whitespace().next()?.parse().ok())
        .map(Duration::from_nanos)
        .sum()
}

fn threads(process: u32) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(format!("/proc/{process}/task"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|thread| thread.path())
}

/// Returns the CPU time of all children that have ended, including their own ended children.
fn cpu_of_ended_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program name in parentheses, which can contain spaces. `cutime` and `cstime` are the 14th and
    // 15th fields after it.
    let ticks: u32 = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<u32>().ok())
        .sum();
    TICK * ticks
}
