//! Hostile input: the properties of `fuzz/` for the corpus and for mutations of it.
//!
//! The cases run in a process of their own, which counts panics and measures its memory. `make fuzz` runs the same
//! properties for longer, with libFuzzer.

#[path = "../../fuzz/properties/mod.rs"]
mod properties;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};

use properties::{ALL, Property};

/// The variable that tells a process to run the cases.
const RUN: &str = "VPCFLOW_HOSTILE_RUN";

/// The variable with the number of mutations for each property.
const CASES: &str = "VPCFLOW_HOSTILE_CASES";

/// The most CPU time of a case. In a release build the limit is 100 ms, but this build is not optimized.
const MOST_TIME: Duration = Duration::from_secs(5);

/// The most memory that the cases may take, in MiB, besides what the tests themselves take.
const MOST_MEMORY: u64 = 64;

/// How an input is mutated: where, how, and with which byte.
type Change = (prop::sample::Index, u8, u8);

#[test]
fn hostile_input_is_read_or_refused() {
    let exe = std::env::current_exe().unwrap();
    let output = Command::new(exe)
        .args(["--exact", "hostile::the_cases", "--ignored", "--nocapture"])
        .env(RUN, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "the test above runs it in a process of its own"]
fn the_cases() {
    if std::env::var_os(RUN).is_none() {
        return;
    }
    let before = peak_memory();
    let mut failed = Vec::new();
    for (name, property) in ALL {
        let corpus = corpus(name);
        for (path, input) in &corpus {
            if let Err(problem) = checked(*property, input) {
                failed.push(format!("{problem}: {}", path.display()));
            }
        }
        let inputs = corpus.into_iter().map(|(_, input)| input).collect();
        failed.extend(mutations(name, *property, inputs));
    }
    assert_eq!(failed, Vec::<String>::new());
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        let taken = after - before;
        assert!(taken <= MOST_MEMORY, "the cases took {taken} MiB");
    }
}

/// Checks a property for mutations of its corpus, and returns a problem with the input that shows it.
fn mutations(name: &str, property: Property, corpus: Vec<Vec<u8>>) -> Option<String> {
    let cases = std::env::var(CASES).ok().and_then(|text| text.parse().ok());
    let mut runner = TestRunner::new(Config {
        cases: cases.unwrap_or(400),
        failure_persistence: None,
        ..Config::default()
    });
    let input = (prop::sample::select(corpus), vec(any::<Change>(), 0..6))
        .prop_map(|(input, changes)| mutated(input, &changes));
    let result = runner.run(&input, |input| {
        checked(property, &input).map_err(TestCaseError::fail)
    });
    let problem = match result.err()? {
        TestError::Fail(problem, input) => format!("{problem}: b\"{}\"", input.escape_ascii()),
        TestError::Abort(problem) => problem.to_string(),
    };
    Some(format!(
        "{name}: {problem}. Add this input to fuzz/corpus/{name}/"
    ))
}

/// Runs a case, and reports a panic, or that it takes too long.
fn checked(property: Property, input: &[u8]) -> Result<(), String> {
    let begun = cpu_time();
    let result = catch_unwind(AssertUnwindSafe(|| property(input)));
    let took = cpu_time().saturating_sub(begun);
    match result {
        Err(_) => Err("it panics".to_owned()),
        Ok(()) if took > MOST_TIME => Err(format!("it takes {took:?}")),
        Ok(()) => Ok(()),
    }
}

/// Returns the inputs that are kept for a property.
fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let files = std::fs::read_dir(&folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} has no file", folder.display());
    let read = |path: PathBuf| {
        let input = std::fs::read(&path).unwrap();
        (path, input)
    };
    paths.into_iter().map(read).collect()
}

/// Changes, removes, repeats or inserts bytes.
fn mutated(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (place, kind, byte) in changes {
        let at = place.index(bytes.len() + 1);
        let until = (at + usize::from(*byte)).min(bytes.len());
        match kind % 6 {
            0 if at < bytes.len() => bytes[at] = *byte,
            1 if at < bytes.len() => bytes[at] ^= 1 << (byte % 8),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..until)),
            4 => {
                let part = bytes[at..until].to_vec();
                bytes.splice(at..at, part);
            }
            _ => bytes.insert(at, *byte),
        }
    }
    bytes
}

/// Returns the CPU time of this process, where the system reports it.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may contain spaces. User and system time are the 14th and 15th field.
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let fields = behind.split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Returns the largest memory of this process, in MiB, where the system reports it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib / 1024)
}
