//! Where reports are written, and what is refused before anything is read.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Folder, STACK, program, running};
use crate::harness::fake::Fake;
use crate::harness::terraform::Run;

fn check(folder: &Folder, fake: &Fake, more: &[&str]) -> Run {
    let arguments = [&["drift", "--stack", "stack.yaml"], more].concat();
    folder.run(Some(fake.url()), &arguments)
}

#[test]
fn an_output_that_is_an_input_is_refused_before_any_call() {
    let fake = Fake::start();
    let folder = Folder::with("stack.yaml", STACK);
    folder.write("values.json", "{}");
    symlink("stack.yaml", folder.path().join("link")).unwrap();
    fs::hard_link(folder.path().join("stack.yaml"), folder.path().join("hard")).unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    let absolute = folder.path().join("stack.yaml").display().to_string();
    for output in [
        "stack.yaml",
        "./stack.yaml",
        "sub/../stack.yaml",
        "link",
        "hard",
        &absolute,
    ] {
        let run = check(&folder, &fake, &["--format", "json", "--output", output]);
        run.fails_with(&["is the input stack.yaml; the report would overwrite it"]);
        let validate = ["stack", "validate", "stack.yaml", "--output", output];
        folder
            .run(None, &validate)
            .fails_with(&["is the input stack.yaml"]);
    }
    check(
        &folder,
        &fake,
        &["--parameters", "values.json", "--output", "values.json"],
    )
    .fails_with(&["is the input values.json"]);
    let mut redirected = folder.command(program(), Some(fake.url()));
    redirected
        .args(["drift", "--stack", "-", "--output", "stack.yaml"])
        .stdin(fs::File::open(folder.path().join("stack.yaml")).unwrap());
    Run::of(&redirected.output().unwrap()).fails_with(&["is the input -"]);
    assert_eq!(folder.read("stack.yaml"), STACK);
    assert_eq!(fake.calls().len(), 0);
}

#[test]
fn two_reports_in_one_file_are_refused_before_any_call() {
    let fake = Fake::start();
    let folder = Folder::with("stack.yaml", STACK);
    symlink("new", folder.path().join("link")).unwrap();
    for other in ["new", "./new", "link"] {
        let more = [
            "--format", "json", "--output", "new", "--format", "sarif", "--output", other,
        ];
        check(&folder, &fake, &more).fails_with(&["are the same file"]);
        assert!(!folder.path().join("new").exists());
    }
    let more = ["--format", "json", "--output", "-", "--format", "text"];
    check(&folder, &fake, &more).fails_with(&["more than one --format"]);
    assert_eq!(fake.calls().len(), 0);
    // A device is no file: both reports can be written.
    fake.insert(running());
    let more = [
        "--format",
        "json",
        "--output",
        "/dev/null",
        "--format",
        "text",
        "--output",
        "/dev/null",
    ];
    check(&folder, &fake, &more).succeeds();
}

#[test]
fn a_place_that_cannot_be_written_is_refused_before_any_call() {
    let fake = Fake::start();
    let folder = Folder::with("stack.yaml", STACK);
    folder.write("file", "");
    fs::create_dir(folder.path().join("sub")).unwrap();
    for (output, says) in [
        (
            "no/folder/x",
            "the folder no/folder does not exist; create it first",
        ),
        ("sub", "it is a folder; name a file in it"),
        ("new/", "it is a folder"),
        ("file/x", "Not a directory"),
        ("", "the name of the file is empty"),
    ] {
        let run = check(&folder, &fake, &["--format", "json", "--output", output]);
        assert_eq!(run.code, 1);
        run.says(&[says]);
    }
    assert_eq!(fake.calls().len(), 0);
}

#[test]
fn every_report_that_can_be_written_is_written() {
    let fake = Fake::start();
    let folder = Folder::with("stack.yaml", STACK);
    let more = [
        "--format",
        "json",
        "--output",
        "a.json",
        "--format",
        "sarif",
        "--output",
        "/dev/full",
        "--format",
        "junit",
        "--output",
        "c.xml",
    ];
    let run = check(&folder, &fake, &more);
    assert_eq!(run.code, 1, "not 2: a report is missing");
    run.says(&["error: /dev/full: the report was not written"]);
    let report: Value = serde_json::from_str(&folder.read("a.json")).unwrap();
    assert_eq!(report["counts"]["missing"], 1);
    assert!(folder.read("c.xml").contains("main: missing"));
}

#[test]
fn a_dash_is_the_standard_output() {
    let fake = Fake::start();
    fake.insert(running());
    let folder = Folder::with("stack.yaml", STACK);
    let run = check(
        &folder,
        &fake,
        &[
            "--format", "json", "--output", "-", "--format", "text", "--output", "out.txt",
        ],
    );
    assert_eq!(run.code, 0, "{}", run.output);
    assert!(run.stdout.starts_with('{'), "{}", run.stdout);
    assert!(folder.read("out.txt").contains("1 in sync"));
    assert!(!folder.path().join("-").exists());
}

#[test]
fn a_closed_pipe_is_quiet_and_keeps_the_exit_code() {
    let fake = Fake::start();
    let folder = Folder::with("stack.yaml", STACK);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = folder.command(program(), Some(fake.url()));
    command
        .args(["drift", "--stack", "stack.yaml", "--format", "json"])
        .stdout(writer);
    let run = Run::of(&command.output().unwrap());
    assert_eq!((run.code, run.output.as_str()), (2, ""));
    for arguments in [
        &["stack", "schema"][..],
        &["completions", "bash"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command: Command = folder.command(program(), None);
        command.args(arguments).stdout(writer);
        let run = Run::of(&command.output().unwrap());
        assert_eq!((run.code, run.output.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn the_timeout_also_limits_the_reading() {
    let fake = Fake::start();
    let folder = Folder::new();
    let (reader, _writer) = std::io::pipe().unwrap();
    let mut command = folder.command(program(), Some(fake.url()));
    command
        .args(["drift", "--stack", "-", "--timeout", "1s"])
        .stdin(Stdio::from(reader));
    let run = Run::of(&command.output().unwrap());
    assert_eq!(run.code, 1, "{}", run.output);
    run.says(&["error: -: the input did not end within --timeout"]);
}

#[test]
fn a_file_in_a_repository_has_its_path_from_the_root() {
    let fake = Fake::start();
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("repo/.git")).unwrap();
    fs::create_dir_all(folder.path().join("repo/network/a b")).unwrap();
    folder.write("repo/network/a b/stack.yaml", STACK);
    folder.write("outside.yaml", STACK);
    let written = |format: &str, file: &str| {
        let mut command = folder.command(program(), Some(fake.url()));
        command
            .current_dir(folder.path().join("repo/network"))
            .args(["drift", "--stack", file, "--format", format]);
        Run::of(&command.output().unwrap()).stdout
    };
    let uri = |file: &str| {
        let sarif: Value = serde_json::from_str(&written("sarif", file)).unwrap();
        let location = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        location["artifactLocation"].clone()
    };
    let inside = uri("a b/stack.yaml");
    assert_eq!(inside["uri"], "network/a%20b/stack.yaml");
    assert_eq!(inside["uriBaseId"], "%SRCROOT%");
    let outside = uri("../../outside.yaml");
    let path = outside["uri"].as_str().unwrap();
    assert!(
        path.starts_with("file:///") && path.ends_with("/outside.yaml"),
        "{path}"
    );
    assert_eq!(outside["uriBaseId"], Value::Null);
    let annotations = written("github", "a b/stack.yaml");
    assert!(
        annotations.contains("file=network/a b/stack.yaml,line=3"),
        "{annotations}"
    );
}

#[test]
fn an_attribute_can_be_ignored_as_reports_write_it() {
    let fake = Fake::start();
    let mut log = running();
    let key = "it's \u{202e}\"x\"\\ [1]\n";
    log.tags.insert(key.to_owned(), "other".to_owned());
    fake.insert(log);
    let folder = Folder::with("stack.yaml", STACK);
    let (_, report) = folder.drift(fake.url(), &["--stack", "stack.yaml"]);
    let attribute = report["findings"][0]["changes"][0]["attribute"]
        .as_str()
        .unwrap();
    let quoted = "Tags[\"it's \\u202e\\\"x\\\"\\\\ [1]\\u000a\"]";
    assert_eq!(attribute, quoted);
    let text = check(&folder, &fake, &[]);
    assert!(text.stdout.contains(quoted), "{}", text.stdout);
    check(&folder, &fake, &["--ignore-attribute", attribute]).succeeds();
}
