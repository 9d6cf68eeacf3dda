//! Each kind of drift in each form, by golden files; and the forms held to their official schemas.

use std::path::PathBuf;

use super::{Folder, STACK, golden, repository, running, schema_verdicts, script};
use crate::harness::fake::{Fake, Fault, FlowLog};

const FORMS: [(&str, &str); 6] = [
    ("text", "txt"),
    ("json", "json"),
    ("markdown", "md"),
    ("github", "github"),
    ("sarif", "sarif"),
    ("junit", "xml"),
];

/// A case's name, and what makes the fake run it.
type Case = (&'static str, fn(&Fake));

fn cases() -> Vec<Case> {
    vec![
        ("in-sync", |fake| fake.insert(running())),
        ("missing", |_| {}),
        ("changed", |fake| {
            let mut log = running();
            log.traffic_type = Some("REJECT".to_owned());
            log.log_format = "${srcaddr} ${dstaddr}".to_owned();
            fake.insert(log);
        }),
        ("tags-changed", |fake| {
            let mut log = running();
            log.tags
                .insert("Name".to_owned(), "a | b % `c` <d> &, e:\nf".to_owned());
            fake.insert(log);
        }),
        ("delivery-failing", |fake| {
            fake.insert(running());
            fake.deliver_failing("fl-00000000000000001", "Access error");
        }),
        ("unmanaged", |fake| {
            fake.insert(running());
            fake.insert(FlowLog::sample(
                "fl-00000000000000009",
                "vpc-0fffffffffffffff9",
            ));
        }),
        ("not-checked", |fake| {
            let message = "You are not authorized to perform this operation.";
            fake.fail(
                "GetCallerIdentity",
                Fault::error("AccessDenied", message),
                9,
            );
        }),
    ]
}

/// Runs a check that writes every form at once, and gives their files.
fn reports(folder: &Folder, fake: &Fake) -> (i32, Vec<PathBuf>) {
    let files: Vec<_> = FORMS
        .iter()
        .map(|(_, ending)| format!("report.{ending}"))
        .collect();
    let mut arguments = vec!["drift", "--stack", "stack.yaml", "--unmanaged"];
    for ((form, _), file) in FORMS.iter().zip(&files) {
        arguments.extend(["--format", form, "--output", file]);
    }
    let run = folder.run(Some(fake.url()), &arguments);
    assert_eq!(run.stdout, "", "all reports go to files");
    let paths = files.iter().map(|file| folder.path().join(file));
    (run.code, paths.collect())
}

#[test]
fn each_kind_of_drift_in_each_form_is_as_its_golden_file() {
    for (name, arrange) in cases() {
        let fake = Fake::start();
        arrange(&fake);
        let folder = Folder::with("stack.yaml", STACK);
        let (code, files) = reports(&folder, &fake);
        let expected = match name {
            "in-sync" => 0,
            "not-checked" => 1,
            _ => 2,
        };
        assert_eq!(code, expected, "{name}");
        for (file, (_, ending)) in files.iter().zip(FORMS) {
            let text = std::fs::read_to_string(file).unwrap();
            // Every request has an id of its own, and every run a port.
            let text = without_request_id(&text).replace(fake.url(), "http://endpoint");
            let text = text.replace(
                &format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION")),
                "\"version\": \"VERSION\"",
            );
            golden(&format!("tests/it/stack/golden/{name}.{ending}"), &text);
        }
    }
}

#[test]
fn reports_satisfy_the_schemas_of_their_forms() {
    let mut folders = Vec::new();
    let mut by_form = vec![Vec::new(); FORMS.len()];
    for (_, arrange) in cases() {
        let fake = Fake::start();
        arrange(&fake);
        let folder = Folder::with("stack.yaml", STACK);
        let (_, files) = reports(&folder, &fake);
        for (list, file) in by_form.iter_mut().zip(files) {
            list.push(file);
        }
        folders.push(folder);
    }
    let of = |form: &str| {
        let place = FORMS.iter().position(|(name, _)| *name == form).unwrap();
        by_form[place]
            .iter()
            .map(PathBuf::as_path)
            .collect::<Vec<_>>()
    };
    let schemas = repository().join("tests/it/stack/schemas");
    let json = schema_verdicts(
        &repository().join("schemas/drift-report.schema.json"),
        &of("json"),
    );
    assert_eq!(json, vec![None; cases().len()]);
    let sarif = schema_verdicts(&schemas.join("sarif-2.1.0-rtm.5.json"), &of("sarif"));
    assert_eq!(sarif, vec![None; cases().len()]);
    let xsd = schemas.join("junit-10.xsd");
    let mut arguments = vec![xsd.to_str().unwrap()];
    arguments.extend(of("junit").iter().map(|path| path.to_str().unwrap()));
    let junit = script(
        "import sys, xmlschema\nschema = xmlschema.XMLSchema(sys.argv[1])\nfor name in sys.argv[2:]:\n    schema.validate(name)\nprint(len(sys.argv) - 2)",
        &arguments,
    );
    assert_eq!(junit.trim(), cases().len().to_string());
}

#[test]
fn the_same_input_is_the_same_bytes() {
    let fake = Fake::start();
    fake.insert(FlowLog::sample(
        "fl-00000000000000009",
        "vpc-0fffffffffffffff9",
    ));
    let folder = Folder::with("stack.yaml", STACK);
    let read = || -> Vec<String> {
        let (_, files) = reports(&folder, &fake);
        files
            .iter()
            .map(|file| std::fs::read_to_string(file).unwrap())
            .collect()
    };
    assert_eq!(read(), read());
}

#[test]
fn an_output_belongs_to_the_form_before_it() {
    let fake = Fake::start();
    fake.insert(running());
    let folder = Folder::with("stack.yaml", STACK);
    let check = |more: &[&str]| {
        let arguments = [&["drift", "--stack", "stack.yaml"], more].concat();
        folder.run(Some(fake.url()), &arguments)
    };
    let run = check(&[
        "--format",
        "text",
        "--format",
        "json",
        "--output",
        "report.json",
    ]);
    assert_eq!(run.stdout, "stack.yaml: 1 flow log declared: 1 in sync.\n");
    assert!(folder.read("report.json").starts_with('{'));
    let run = check(&["--output", "report.txt"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(folder.read("report.txt").contains("1 in sync"));
    check(&["--output", "x", "--format", "json"]).fails_with(&["stands before every --format"]);
    check(&["--format", "text", "--format", "json"]).fails_with(&["more than one --format"]);
    check(&["--format", "json", "--output", "a", "--output", "b"]).fails_with(&["the second one"]);
    check(&["--format", "json", "--output", "no/such/folder"]).fails_with(&["no/such/folder"]);
}

#[test]
fn completions_are_printed_for_each_shell() {
    for (shell, begins) in [("bash", "_terraform"), ("zsh", "#compdef"), ("fish", "#")] {
        let run = Folder::new().run(None, &["completions", shell]).succeeds();
        assert!(
            run.stdout.starts_with(begins),
            "{shell}: {}",
            &run.stdout[..80]
        );
        assert!(run.stdout.contains("ignore-tag-prefix"), "{shell}");
    }
}

fn without_request_id(text: &str) -> String {
    let mut parts = text.split("request id ");
    let mut whole = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part.find([')', ',']).unwrap();
        whole.push_str("request id ID");
        whole.push_str(&part[end..]);
    }
    whole
}
