//! Runs the properties of `properties/` as fuzz targets, and measures each case.
//!
//! A case fails if it panics, takes more than [`MOST_TIME`] of CPU time, or holds more than [`MOST_MEMORY`] at once.

#[path = "../properties/mod.rs"]
mod properties;

use std::sync::Mutex;
use std::time::Duration;

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

use properties::{ALL, Property};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The most CPU time that a case may take.
const MOST_TIME: Duration = Duration::from_millis(100);

/// The most memory that a case may hold at once, in bytes.
const MOST_MEMORY: usize = 64 << 20;

/// The variable with the path of the file that receives the figures.
const FIGURES: &str = "VPCFLOW_FUZZ_FIGURES";

/// What a case takes.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    time: Duration,
    memory: usize,
}

/// The largest figures of this process; none before the first case.
static LARGEST: Mutex<Option<Cost>> = Mutex::new(None);

/// Checks a property for one case.
///
/// # Panics
///
/// The property does not hold, or the case takes too much time or memory.
pub fn check(name: &str, bytes: &[u8]) {
    let found = ALL.iter().find(|(known, _)| *known == name);
    let property = found.expect("the property exists").1;
    let mut largest = LARGEST.lock().unwrap_or_else(|held| held.into_inner());
    if largest.is_none() {
        // The first case also builds what all cases share.
        property(&[]);
    }
    let mut cost = measured(property, bytes);
    if cost.time > MOST_TIME {
        // Another program can disturb a measurement, but not twice.
        cost.time = cost.time.min(measured(property, bytes).time);
    }
    let before = largest.unwrap_or_default();
    let after = Cost {
        time: before.time.max(cost.time),
        memory: before.memory.max(cost.memory),
    };
    if largest.is_none() || after.time > before.time || after.memory > before.memory {
        write(after);
    }
    *largest = Some(after);
    assert!(
        cost.time <= MOST_TIME,
        "the case took {} ms of CPU time",
        cost.time.as_millis()
    );
    assert!(
        cost.memory <= MOST_MEMORY,
        "the case held {} MB at once",
        cost.memory >> 20
    );
}

fn measured(property: Property, bytes: &[u8]) -> Cost {
    ALLOCATOR.reset_peak_usage();
    let (held, begun) = (ALLOCATOR.current_usage(), cpu_time());
    property(bytes);
    Cost {
        time: cpu_time().saturating_sub(begun),
        memory: ALLOCATOR.peak_usage().saturating_sub(held),
    }
}

/// Returns the CPU time of this process.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// Writes the figures: milliseconds, and bytes. libFuzzer ends the process itself, so that there is no later moment.
fn write(cost: Cost) {
    if let Some(path) = std::env::var_os(FIGURES) {
        let text = format!("{:.1} {}\n", cost.time.as_secs_f64() * 1_000.0, cost.memory);
        let _ = std::fs::write(path, text);
    }
}
