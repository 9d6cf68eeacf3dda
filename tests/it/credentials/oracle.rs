//! The same cases through botocore, the library of the AWS CLI. Every difference is listed with its reason,
//! and only real differences are listed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use super::case::{Botocore, Case, Outcome};
use super::runner::Scene;
use crate::harness::world::{Note, READ};

/// Arguments that botocore has, and arguments that do not affect credentials.
const COMPARABLE: [&str; 3] = ["profile", "region", "skip_requesting_account_id"];

/// The number of processes at once.
const AT_ONCE: usize = 3;

/// Runs the cases that can be compared, and fails with every unlisted difference.
#[track_caller]
pub(super) fn compare(cases: Vec<Case>) {
    let comparable: Vec<_> = cases.into_iter().filter(is_comparable).collect();
    let part = comparable.len().div_ceil(AT_ONCE);
    let report = std::thread::scope(|scope| {
        let parts = comparable.chunks(part);
        let running: Vec<_> = parts
            .map(|part| scope.spawn(|| differences(part)))
            .collect();
        let reports = running.into_iter().map(|part| part.join().unwrap());
        reports.collect::<String>()
    });
    assert!(report.is_empty(), "unlisted differences:\n{report}");
}

fn is_comparable(case: &Case) -> bool {
    let apart = matches!(case.botocore, Botocore::Apart(_));
    let mut arguments = case.arguments.keys();
    !apart && arguments.all(|name| COMPARABLE.contains(&name.as_str()))
}

fn differences(cases: &[Case]) -> String {
    let scenes: Vec<_> = cases.iter().map(|case| (Scene::set(case), case)).collect();
    let questions: Vec<_> = scenes.iter().map(request).collect();
    let words = run_botocore(&Json::Array(questions));
    assert_eq!(words.len(), scenes.len());
    let mut report = String::new();
    for ((scene, case), word) in scenes.iter().zip(words) {
        if let Some(problem) = problem(case, &word, &scene.world.notes()) {
            writeln!(report, "{}: {problem}", case.name).unwrap();
        }
    }
    report
}

fn request((scene, case): &(Scene, &Case)) -> Json {
    let variables: serde_json::Map<_, _> = scene
        .variables(case)
        .into_iter()
        .map(|(name, value)| (name, Json::String(value)))
        .collect();
    // A permanent failure is returned at once.
    let attempts = match case.outcome {
        Outcome::Fails(_) => 1,
        _ => 3,
    };
    json!({
        "attempts": attempts,
        "variables": variables,
        "profile": case.arguments.get("profile"),
        "region": case.arguments.get("region"),
    })
}

/// Runs botocore, which is installed with moto.
fn run_botocore(questions: &Json) -> Vec<String> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/moto_server");
    let moto = std::env::var_os("VPCFLOW_MOTO").map_or(installed, PathBuf::from);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/credentials/ask_botocore.py");
    let mut child = Command::new(moto.with_file_name("python"))
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("run `make test`, or `make tools` once");
    let mut input = child.stdin.take().unwrap();
    input.write_all(questions.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn problem(case: &Case, word: &str, notes: &[Note]) -> Option<String> {
    let last = notes.iter().rfind(|note| note.operation == READ);
    let found = match last.filter(|_| word == "ok") {
        Some(note) => format!("key:{}", note.key),
        None => format!("error:{word}"),
    };
    let same = match (&case.outcome, last) {
        (Outcome::Signed { key, region, host }, Some(note)) if word == "ok" => {
            note.key == *key
                && region.is_none_or(|region| region == note.region)
                && host.is_none_or(|host| host == note.host)
                && hosts(case, notes)
        }
        (Outcome::Fails(_), _) => word != "ok",
        _ => false,
    };
    let place = last.map_or_else(String::new, |note| {
        format!(" in {} at {}", note.region, note.host)
    });
    match &case.botocore {
        Botocore::Same if same => None,
        Botocore::Same => Some(format!(
            "botocore: {found}{place}; the provider: {:?}",
            case.outcome
        )),
        Botocore::Differs(_, because) if same => {
            Some(format!("{found} is listed as a difference: {because}"))
        }
        Botocore::Differs(listed, _) if *listed == found => None,
        Botocore::Differs(listed, _) => Some(format!("botocore: {found}{place}, not {listed}")),
        Botocore::Apart(_) => None,
    }
}

/// Reports whether earlier requests went to the expected hosts.
fn hosts(case: &Case, notes: &[Note]) -> bool {
    let mut wanted = case.sent.iter().filter(|sent| sent.host.is_some());
    wanted.all(|sent| {
        let of_it = notes.iter().filter(|note| note.operation == sent.operation);
        of_it
            .map(|note| note.host.as_str())
            .any(|host| Some(host) == sent.host)
    })
}
