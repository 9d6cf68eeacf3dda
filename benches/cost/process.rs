//! What a command and the plugins that it starts use, read from `/proc` while it runs.
//!
//! Terraform starts a plugin several times in one plan, so its children are looked at every few milliseconds: the
//! last look at each is what it used, short by at most one interval. Where there is no `/proc`, only the wall clock
//! is known and the rest is zero.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at the plugins.
const INTERVAL: Duration = Duration::from_millis(4);

/// The unit of `/proc/*/stat`: `USER_HZ`, a hundredth of a second on every architecture that Rust runs Linux on.
const TICK: Duration = Duration::from_millis(10);

/// What one run used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// From start to end.
    pub(crate) wall: Duration,
    /// Of the command itself, without its plugins.
    pub(crate) own_cpu: Duration,
    /// Of all its plugins together.
    pub(crate) plugin_cpu: Duration,
    /// The most anonymous memory that one plugin held, in bytes.
    pub(crate) plugin_memory: u64,
}

impl Usage {
    /// The plugins' CPU in ten-thousandths of the command's own.
    pub(crate) fn share_in_ten_thousand(&self) -> u128 {
        self.plugin_cpu.as_micros() * 10_000 / self.own_cpu.as_micros().max(1)
    }
}

/// Runs a command to its end, watching those of its children that execute `plugin`.
///
/// # Errors
///
/// The command could not be started, or failed; the text holds what it said.
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

/// The anonymous memory of a process, in bytes; 0 where it cannot be known.
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

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    cpu: Duration,
    memory: u64,
}

fn watch(parent: u32, plugin: Option<&Path>, ended: &AtomicBool) -> BTreeMap<u32, Seen> {
    let mut plugins: BTreeMap<u32, Seen> = BTreeMap::new();
    while let (Some(plugin), false) = (plugin, ended.load(Ordering::Relaxed)) {
        for child in children(parent) {
            // Between fork and exec a child is still its parent, memory and all.
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

/// The time that the live threads of a process ran; `schedstat` counts nanoseconds, where `stat` counts ticks.
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

/// What all children that have ended used, their own ended children included.
fn cpu_of_ended_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name in parentheses and may hold spaces; `cutime` and `cstime` are the
    // 14th and 15th after it.
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
