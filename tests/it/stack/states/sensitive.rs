//! Values that a state marks as sensitive: compared, and shown in no format.

use serde_json::{Value, json};

use super::super::{Folder, VPC};
use super::{on_s3, state_of_aws};
use crate::harness::fake::Fake;
use crate::harness::terraform::{Version, Workspace};

const FORMATS: [&str; 7] = [
    "text", "json", "markdown", "github", "sarif", "junit", "html",
];

/// Returns a state whose instance has marks.
fn marked(marks: &Value) -> String {
    let mut state: Value = serde_json::from_str(&state_of_aws(&[(0, VPC)])).unwrap();
    state["resources"][2]["instances"][0]["sensitive_attributes"] = marks.clone();
    state.to_string()
}

fn attribute(name: &str) -> Value {
    json!({ "type": "get_attr", "value": name })
}

/// Runs a check in each format, and returns the reports.
#[track_caller]
fn reports(folder: &Folder, fake: &Fake) -> Vec<String> {
    let reports = FORMATS.map(|format| {
        let arguments = ["drift", "--state", "state", "--format", format];
        let run = folder.run(Some(fake.url()), &arguments);
        assert_eq!(run.code, 2, "{}", run.output);
        run.output
    });
    reports.into()
}

#[test]
fn a_sensitive_value_is_compared_and_shown_in_no_format() {
    let fake = Fake::start();
    fake.insert(on_s3(0, VPC));
    let marks = json!([
        [attribute("log_destination")],
        [attribute("tags_all"), { "type": "index", "value": { "value": "Team", "type": "string" } }],
    ]);
    let folder = Folder::with("state", &marked(&marks));
    let (code, report) = folder.drift(fake.url(), &["--state", "state"]);
    assert_eq!(code, 0, "{report:#}");
    fake.change("fl-00000000000000000", |log| {
        log.log_destination = Some("arn:aws:s3:::found-secret".to_owned());
        log.tags
            .insert("Team".to_owned(), "found-secret".to_owned());
        log.traffic_type = Some("REJECT".to_owned());
    });
    for report in reports(&folder, &fake) {
        assert!(report.contains("(sensitive value)"), "{report}");
        assert!(report.contains("log_destination"), "{report}");
        assert!(report.contains("REJECT"), "{report}");
        for secret in ["secret", "arn:aws:s3:::bucket", "network\""] {
            assert!(!report.contains(secret), "{secret} is in {report}");
        }
    }
    let (_, report) = folder.drift(fake.url(), &["--state", "state"]);
    let hidden = |name: &str| json!({ "attribute": name, "wanted": "(sensitive value)", "found": "(sensitive value)", "sensitive": true });
    assert_eq!(
        report["findings"][0]["changes"],
        json!([
            hidden("log_destination"),
            hidden("tags[\"Team\"]"),
            { "attribute": "traffic_type", "wanted": "ALL", "found": "REJECT" },
        ])
    );
}

#[test]
fn the_keys_of_a_sensitive_map_and_what_repeats_a_value_are_hidden() {
    let fake = Fake::start();
    let mut log = on_s3(0, VPC);
    log.tags = [
        ("KeyOfSecret".to_owned(), "x".to_owned()),
        ("Other".to_owned(), "y".to_owned()),
    ]
    .into();
    fake.insert(log);
    let marks = json!([[attribute("tags")], [attribute("vpc_id")]]);
    let folder = Folder::with("state", &marked(&marks));
    for report in reports(&folder, &fake) {
        for secret in ["KeyOfSecret", "Other", "Team", VPC] {
            assert!(!report.contains(secret), "{secret} is in {report}");
        }
    }
    let (_, report) = folder.drift(fake.url(), &["--state", "state"]);
    let finding = &report["findings"][0];
    assert_eq!(finding["resource_id"], Value::Null);
    assert_eq!(
        finding["changes"].as_array().unwrap().len(),
        1,
        "{report:#}"
    );
    assert_eq!(finding["changes"][0]["attribute"], "tags");
    // A mark that this program does not know hides everything.
    folder.write("state", &marked(&json!("of a later release")));
    for report in reports(&folder, &fake) {
        for secret in ["KeyOfSecret", "Team", VPC, "fl-00000000000000000"] {
            assert!(!report.contains(secret), "{secret} is in {report}");
        }
    }
}

#[test]
fn what_terraform_marks_is_hidden_in_each_form() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&crate::acceptance::flow_log(
        "main",
        r#"tags = { Name = sensitive("wanted-secret"), Team = "network" }"#,
    ));
    work.apply();
    let folder = Folder::new();
    let id = fake.flow_logs("us-east-1").remove(0).id;
    fake.change(&id, |log| {
        log.tags
            .insert("Name".to_owned(), "found-secret".to_owned());
        log.tags.insert("Team".to_owned(), "other".to_owned());
    });
    for state in [work.read("terraform.tfstate"), work.state().to_string()] {
        folder.write("state", &state);
        for report in reports(&folder, &fake) {
            assert!(report.contains("(sensitive value)"), "{report}");
            assert!(report.contains("Team"), "{report}");
            assert!(!report.contains("secret"), "{report}");
        }
    }
}
