//! Mistakes in inputs, in every format, with hostile names.

use std::path::{Path, PathBuf};

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::formats::{FORMATS, valid, without_style};
use super::{Folder, STACK, golden, repository, schema_verdicts};
use crate::harness::fake::Fake;

const BROKEN: &str = "\
Region: us-east-1
FlowLogs:
  main:
    ResourceId: vpc-0123456789abcdef0
    TrafficType: all
    LogGroupName: sample
";

/// Runs a command that writes all formats, and returns its exit code and the files.
fn reports(folder: &Folder, command: &[&str]) -> (i32, Vec<PathBuf>) {
    let files: Vec<_> = FORMATS
        .iter()
        .map(|(_, ending)| format!("report.{ending}"))
        .collect();
    let mut arguments = command.to_vec();
    for ((format, _), file) in FORMATS.iter().zip(&files) {
        arguments.extend(["--format", format, "--output", file]);
    }
    let run = folder.run(None, &arguments);
    assert_eq!(run.stdout, "", "all reports go to files");
    assert_plain(&run.output);
    let paths = files.iter().map(|file| folder.path().join(file));
    (run.code, paths.collect())
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn a_mistake_matches_its_golden_file_in_each_format() {
    let folder = Folder::with("stack.yaml", BROKEN);
    for (name, command) in [
        ("mistake-validate", &["stack", "validate", "stack.yaml"][..]),
        ("mistake-drift", &["drift", "--stack", "stack.yaml"]),
    ] {
        let (code, files) = reports(&folder, command);
        assert_eq!(code, 1, "{name}");
        for (file, (_, ending)) in files.iter().zip(FORMATS) {
            let text = std::fs::read_to_string(file).unwrap();
            let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
            let text = text.replace(&version, "\"version\": \"VERSION\"");
            golden(
                &format!("tests/it/stack/golden/{name}.{ending}"),
                &without_style(&text),
            );
        }
    }
}

#[test]
fn a_mistake_is_also_printed_unless_the_standard_output_shows_it() {
    let folder = Folder::with("stack.yaml", BROKEN);
    let mistake = "stack.yaml:5:18: error:";
    for (more, on_stdout, on_stderr) in [
        (&[][..], 1, 0),
        (&["--format", "json"], 0, 1),
        (&["--format", "sarif", "--output", "x"], 0, 1),
        (
            &["--format", "sarif", "--output", "x", "--format", "text"],
            1,
            0,
        ),
    ] {
        for command in [
            &["stack", "validate", "stack.yaml"][..],
            &["drift", "--stack", "stack.yaml"],
        ] {
            let run = folder.run(None, &[command, more].concat());
            assert_eq!(run.code, 1);
            let all = run.output.matches(mistake).count();
            assert_eq!(
                run.stdout.matches(mistake).count(),
                on_stdout,
                "{more:?}: {}",
                run.output
            );
            assert_eq!(all, on_stdout + on_stderr, "{more:?}: {}", run.output);
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_reported_in_each_format() {
    let folder = Folder::new();
    for command in [
        &["stack", "validate", "none.yaml"][..],
        &["drift", "--state", "none.yaml"],
    ] {
        let (code, files) = reports(&folder, command);
        assert_eq!(code, 1);
        for file in &files {
            let text = std::fs::read_to_string(file).unwrap();
            assert!(
                text.contains("none.yaml") && text.contains("No such file"),
                "{text}"
            );
        }
        valid(&[files], schema_of(command));
    }
}

#[test]
fn a_validation_in_json_lists_files_and_flow_logs() {
    let folder = Folder::with("stack.yaml", BROKEN);
    folder.write("valid.yaml", STACK);
    let files = [
        "stack",
        "validate",
        "valid.yaml",
        "stack.yaml",
        "--format",
        "json",
    ];
    let run = folder.run(None, &files);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (run.code, &report["errors"], &report["warnings"]),
        (1, &json!(2), &json!(0))
    );
    let files = &report["files"];
    let valid =
        json!({ "name": "valid.yaml", "flow_logs": ["main"], "unknown": [], "diagnostics": [] });
    assert_eq!(files[0], valid);
    assert_eq!(files[1]["flow_logs"], Value::Null);
    assert_eq!(
        files[1]["diagnostics"][1]["place"],
        json!({ "line": 5, "column": 18 })
    );
    let run = folder.run(None, &["stack", "validate", "valid.yaml", "stack.yaml"]);
    assert!(run.stdout.ends_with("valid.yaml: 1 flow log, no errors\nstack.yaml: 2 errors\n2 files: 1 flow log, 2 errors\n"), "{}", run.stdout);
}

/// Returns texts of the characters and marks that harm terminals, build servers, and documents.
fn hostile() -> Vec<String> {
    let part = proptest::sample::select(vec![
        "a",
        "\u{1b}[2J",
        "\n",
        "\r\n",
        "\t",
        "\u{7f}",
        "\u{85}",
        "\u{9b}31m",
        "\u{202e}",
        "\u{2066}",
        "\u{2028}",
        "::error::",
        "::",
        "##[group]",
        "%0A",
        "`",
        "|",
        "<b>",
        "]]>",
        "&",
        "\"",
        "'",
        "\\",
        "--",
        ",",
        "🚀",
    ]);
    let text = proptest::collection::vec(part, 1..8).prop_map(|parts| parts.concat());
    let mut runner = TestRunner::deterministic();
    let texts = (0..100).map(|_| text.new_tree(&mut runner).unwrap().current());
    texts.collect()
}

fn schema_of(command: &[&str]) -> &'static str {
    match command[0] {
        "drift" => "schemas/drift-report.schema.json",
        _ => "schemas/validation-report.schema.json",
    }
}

/// Asserts that no line of a report can be a command, and no character has an effect.
fn assert_harmless(file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    let of_github = file.extension().is_some_and(|ending| ending == "github");
    let ours = ["::error ", "::notice ", "::warning "];
    let is_ours = |line: &&str| of_github && ours.iter().any(|ours| line.starts_with(ours));
    let others: Vec<_> = text.lines().filter(|line| !is_ours(line)).collect();
    assert!(!of_github || others.is_empty(), "{others:?}");
    assert_plain(&others.join("\n"));
}

/// Asserts that no line of a text can be a command, and no character has an effect.
#[track_caller]
fn assert_plain(text: &str) {
    let is_harmful = |c: char| c != '\n' && c != '\t' && (c.is_control() || is_bidi(c));
    assert!(!text.contains(is_harmful), "{text:?}");
    for line in text.lines() {
        let line = line.trim_start();
        assert!(
            !line.starts_with("::") || !line[2..].contains("::"),
            "{line:?}"
        );
        assert!(!line.contains("##["), "{line:?}");
    }
}

#[test]
fn errors_about_hostile_arguments_are_harmless() {
    let folder = Folder::with("stack.yaml", STACK);
    for text in hostile().iter().take(25) {
        for arguments in [
            &["drift", "--stack", text][..],
            &["drift", "--state", text],
            &["drift", "--stack", "stack.yaml", "--severity", text],
            &["drift", "--stack", "stack.yaml", "--ignore-attribute", text],
            &[
                "drift",
                "--stack",
                "stack.yaml",
                "--unmanaged",
                "--regions",
                text,
            ],
            &["stack", "validate", text],
            &["stack", "to-terraform", text],
            &["stack", "validate", "stack.yaml", "--format", text],
            &[
                "stack",
                "validate",
                "stack.yaml",
                "--output",
                &format!("no/{text}/x"),
            ],
            &["stack", text],
        ] {
            // A text that begins with a hyphen is an option.
            let run = folder.run(None, arguments);
            assert_eq!(run.code, 1, "{arguments:?}");
            assert_plain(&run.output);
        }
    }
}

#[test]
fn reports_about_hostile_files_and_names_are_valid_and_harmless() {
    let fake = Fake::start();
    let names = hostile();
    let one = |name: &String| {
        let flow_log = json!({
            "ResourceId": "vpc-0123456789abcdef0",
            "TrafficType": "ALL",
            "LogDestination": "arn:aws:s3:::bucket",
            "Tags": [{ "Key": "Name", "Value": name }],
        });
        (name.clone(), flow_log)
    };
    let entries: serde_json::Map<_, _> = names.iter().map(one).collect();
    // Outside of the basic plane, the numbers of JSON are pairs.
    let stack = json!({ "Region": "us-east-1", "FlowLogs": entries }).to_string();
    let mut written = Vec::new();
    let mut folders = Vec::new();
    for (place, name) in names.iter().enumerate() {
        // A file can have any name without a slash.
        let file = format!("./{}.yaml", name.replace('/', ""));
        let folder = Folder::with(
            &file,
            &BROKEN.replace("main", &Value::from(name.as_str()).to_string()),
        );
        let command = match place % 2 {
            0 => ["stack", "validate", &file].to_vec(),
            _ => ["drift", "--stack", &file].to_vec(),
        };
        let (code, files) = reports(&folder, &command);
        assert_eq!(code, 1, "{name:?}");
        files.iter().for_each(|file| assert_harmless(file));
        written.push((schema_of(&command), files));
        folders.push(folder);
    }
    let folder = Folder::with("stack.json", &stack);
    let mut arguments = vec!["drift", "--stack", "stack.json"];
    let files: Vec<_> = FORMATS
        .iter()
        .map(|(_, ending)| format!("report.{ending}"))
        .collect();
    for ((format, _), file) in FORMATS.iter().zip(&files) {
        arguments.extend(["--format", format, "--output", file]);
    }
    let run = folder.run(Some(fake.url()), &arguments);
    assert_eq!(run.code, 2, "{}", run.output);
    let files: Vec<_> = files.iter().map(|file| folder.path().join(file)).collect();
    files.iter().for_each(|file| assert_harmless(file));
    written.push(("schemas/drift-report.schema.json", files));
    for schema in [
        "schemas/drift-report.schema.json",
        "schemas/validation-report.schema.json",
    ] {
        let of = written.iter().filter(|(known, _)| *known == schema);
        let of: Vec<_> = of.map(|(_, files)| files.clone()).collect();
        valid(&of, schema);
    }
    let schema = repository().join("schemas/validation-report.schema.json");
    let wrong = folder.path().join("report.json");
    assert!(
        schema_verdicts(&schema, &[&wrong])[0].is_some(),
        "the schema accepts anything"
    );
}
