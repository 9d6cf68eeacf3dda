//! The workflows of GitHub: what they run is in the repository, where the other tests run it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::golden;
use crate::harness::terraform::Run;

use super::script;

const FOLDER: &str = ".github/workflows";

/// Returns the workflows by their paths.
fn workflows() -> Vec<(String, Value)> {
    let read = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    let paths = golden::files_under(FOLDER).into_iter();
    let workflows = paths.map(|path| {
        let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        let text = script(read, &[whole.to_str().unwrap()]);
        (path, serde_json::from_str(&text).unwrap())
    });
    workflows.collect()
}

/// Returns all steps, each with the path of its workflow.
fn steps() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (path, workflow) in workflows() {
        for job in workflow["jobs"].as_object().unwrap().values() {
            let steps = job["steps"].as_array().unwrap().iter();
            found.extend(steps.map(|step| (path.clone(), step.clone())));
        }
    }
    assert!(found.len() > 10);
    found
}

/// Words that the shell and the runners bring along.
const KNOWN: &[&str] = &[
    "brew", "cargo", "make", "printf", "python", "rustup", "sudo",
];

#[test]
fn every_command_is_in_the_repository_or_a_known_program() {
    let makefile = golden::read("Makefile");
    for (path, step) in steps() {
        let Some(text) = step["run"].as_str() else {
            continue;
        };
        assert!(
            !text.contains("${{"),
            "{path}: expressions belong into env, not into scripts: {text}"
        );
        let first = text.split_whitespace().next().unwrap();
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(first);
        assert!(own.is_file() || KNOWN.contains(&first), "{path}: {text}");
        if let Some(target) = text.strip_prefix("make ") {
            assert!(
                makefile.contains(&format!("\n{target}: ")),
                "{path}: make {target}"
            );
        }
        for word in text
            .split_whitespace()
            .filter(|word| word.starts_with("tools/"))
        {
            assert!(
                Path::new(env!("CARGO_MANIFEST_DIR")).join(word).is_file(),
                "{path}: {word}"
            );
        }
    }
}

#[test]
fn actions_have_a_version_and_jobs_only_the_permissions_that_they_need() {
    for (path, step) in steps() {
        if let Some(action) = step["uses"].as_str() {
            let (name, version) = action.split_once('@').unwrap();
            let is_hash = version.len() == 40 && version.chars().all(|c| c.is_ascii_hexdigit());
            let is_major = version
                .strip_prefix('v')
                .is_some_and(|number| number.parse::<u8>().is_ok());
            // A tag of a stranger could be moved.
            assert!(
                is_hash || is_major && name.starts_with("actions/"),
                "{path}: {action}"
            );
        }
    }
    for (path, workflow) in workflows() {
        let permissions = serde_json::json!({ "contents": "read" });
        assert_eq!(workflow["permissions"], permissions, "{path}");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            let may_write = job["permissions"]["contents"] == "write";
            assert!(
                !may_write || job["environment"] == "release",
                "{path}: {name}"
            );
        }
    }
}

#[test]
fn a_release_builds_every_platform_once() {
    let (_, release) = workflows().pop().unwrap();
    let machines = release["jobs"]["build"]["strategy"]["matrix"]["include"]
        .as_array()
        .unwrap();
    let platforms = machines
        .iter()
        .flat_map(|machine| machine["platforms"].as_str().unwrap().split(' '));
    let mut platforms: Vec<_> = platforms.collect();
    platforms.sort_unstable();
    let all = script(
        "from archives.targets import TARGETS; print(*sorted(TARGETS))",
        &[],
    );
    assert_eq!(platforms.join(" "), all.trim());
}

#[test]
fn the_targets_of_platforms_are_printed_for_rustup() {
    let output = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/build"))
        .args([
            "--targets",
            "target",
            "programs",
            "darwin_arm64",
            "freebsd_amd64",
        ])
        .output();
    let run = Run::of(&output.unwrap()).succeeds();
    assert_eq!(run.stdout, "aarch64-apple-darwin\nx86_64-unknown-freebsd\n");
}
