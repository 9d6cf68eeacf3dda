//! The forms of states: other providers, other versions, plans, encodings.

use serde_json::{Value, json};

use super::super::{Folder, VPC, running};
use super::{on_s3, state_of_aws};
use crate::harness::fake::Fake;

/// Returns the attributes of a flow log on S3 as the Cloud Control provider records them.
fn of_awscc(number: usize) -> Value {
    json!({
        "id": format!("fl-{number:017}"),
        "flow_log_id": format!("fl-{number:017}"),
        "resource_id": VPC,
        "resource_type": "VPC",
        "traffic_type": "ALL",
        "log_destination_type": "s3",
        "log_destination": "arn:aws:s3:::bucket",
        "log_group_name": null,
        "log_format": null,
        "deliver_logs_permission_arn": null,
        "deliver_cross_account_role": null,
        "destination_options": null,
        "max_aggregation_interval": null,
        "tag_field_specifications": null,
        "tags": [{ "key": "Team", "value": "network" }],
    })
}

/// Returns the output of `terraform show -json` for one resource.
fn shown(ty: &str, values: &Value) -> Value {
    let resource = json!({
        "address": format!("{ty}.main"), "mode": "managed", "type": ty, "name": "main", "values": values,
        "sensitive_values": { "tags": [{}] }
    });
    json!({ "format_version": "1.0", "values": { "root_module": { "resources": [resource] } } })
}

#[test]
fn a_state_of_the_cloud_control_provider_is_checked_in_its_own_words() {
    let fake = Fake::start();
    fake.insert(on_s3(0, VPC));
    let folder = Folder::new();
    let check = |state: Value, more: &[&str]| {
        folder.write("state", &state.to_string());
        let arguments = [&["--state", "state", "--region", "us-east-1"], more].concat();
        folder.drift(fake.url(), &arguments)
    };
    let ty = "awscc_ec2_flow_log";
    let state = shown(ty, &of_awscc(0));
    let (code, report) = check(state.clone(), &[]);
    assert_eq!(code, 0, "{report:#}");
    let instance =
        json!({ "schema_version": 1, "attributes": of_awscc(0), "sensitive_attributes": [] });
    let resource =
        json!({ "mode": "managed", "type": ty, "name": "main", "instances": [instance] });
    let file = json!({ "version": 4, "lineage": "x", "resources": [resource] });
    let (code, report) = check(file, &[]);
    assert_eq!(code, 0, "{report:#}");
    fake.change("fl-00000000000000000", |log| {
        log.deliver_logs_permission_arn = Some("arn:aws:iam::123456789012:role/other".to_owned());
        log.tags.insert("Team".to_owned(), "other".to_owned());
    });
    let mut with_role = of_awscc(0);
    with_role["deliver_logs_permission_arn"] = json!("arn:aws:iam::123456789012:role/sample");
    let state = shown(ty, &with_role);
    let (code, report) = check(state.clone(), &[]);
    assert_eq!(code, 2);
    let finding = &report["findings"][0];
    assert_eq!(finding["name"], "awscc_ec2_flow_log.main");
    let names: Vec<_> = finding["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["attribute"])
        .collect();
    assert_eq!(names, ["deliver_logs_permission_arn", "tags[\"Team\"]"]);
    let ignored = [
        "--ignore-attribute",
        "deliver_logs_permission_arn",
        "--ignore-attribute",
        "tags",
    ];
    let (code, report) = check(state.clone(), &ignored);
    assert_eq!(code, 0, "{report:#}");
    fake.remove("fl-00000000000000000");
    let (code, report) = check(state, &[]);
    assert_eq!(
        (code, &report["findings"][0]["kind"]),
        (2, &json!("missing"))
    );
}

#[test]
fn a_log_group_by_name_is_compared_for_the_cloud_control_provider() {
    let fake = Fake::start();
    fake.insert(running());
    let mut values = of_awscc(1);
    values["log_destination"] = Value::Null;
    values["log_destination_type"] = json!("cloud-watch-logs");
    values["tags"] = json!([{ "key": "Name", "value": "main" }]);
    values["log_group_name"] = json!("sample");
    let folder = Folder::new();
    for (group, expected) in [("sample", 0), ("other", 2)] {
        values["log_group_name"] = json!(group);
        folder.write("state", &shown("awscc_ec2_flow_log", &values).to_string());
        let arguments = ["--state", "state", "--region", "us-east-1"];
        let (code, report) = folder.drift(fake.url(), &arguments);
        assert_eq!(code, expected, "{report:#}");
    }
}

/// Terraform 0.12 to 1.0 write the versions 0.1 and 0.2, and 0.12 writes addresses within the module.
#[test]
fn the_output_of_old_releases_is_read() {
    let fake = Fake::start();
    fake.insert(on_s3(0, VPC));
    let state: Value = serde_json::from_str(&state_of_aws(&[(0, VPC)])).unwrap();
    let values = &state["resources"][2]["instances"][0]["attributes"];
    let folder = Folder::new();
    for (version, address) in [
        ("0.1", "aws_flow_log.this"),
        ("0.1", "aws_flow_log.this[0]"),
        ("0.2", "module.network.aws_flow_log.this[0]"),
        ("1.0", "module.network.aws_flow_log.this[0]"),
    ] {
        let resource = json!({
            "address": address, "mode": "managed", "type": "aws_flow_log", "name": "this", "index": 0,
            "values": values,
        });
        let data = json!({
            "address": "data.aws_flow_log.x", "mode": "data", "type": "aws_flow_log", "name": "x", "values": {}
        });
        let module = json!({ "address": "module.network", "resources": [resource, data] });
        let document = json!({
            "format_version": version, "terraform_version": "0.15.5",
            "values": { "root_module": { "child_modules": [module] } },
        });
        folder.write("state", &document.to_string());
        let arguments = ["drift", "--state", "state", "--format", "junit"];
        let run = folder.run(Some(fake.url()), &arguments).succeeds();
        let name = "name=\"module.network.aws_flow_log.this[0]\"";
        assert!(run.stdout.contains(name), "{}", run.output);
    }
}

#[test]
fn the_state_in_a_plan_is_read_and_that_is_said() {
    let fake = Fake::start();
    fake.insert(on_s3(0, VPC));
    let state: Value = serde_json::from_str(&state_of_aws(&[(0, VPC)])).unwrap();
    let values = &state["resources"][2]["instances"][0]["attributes"];
    let mut plan = json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": { "root_module": { "resources": [
            { "address": "aws_flow_log.new", "mode": "managed", "type": "aws_flow_log", "name": "new", "values": {} }
        ] } },
        "resource_changes": [{ "address": "aws_flow_log.new", "change": { "importing": { "id": "fl-1" } } }],
        "prior_state": shown("aws_flow_log", values),
    });
    let folder = Folder::with("plan.json", &plan.to_string());
    let arguments = ["drift", "--state", "plan.json"];
    folder.run(Some(fake.url()), &arguments).succeeds().says(&[
        "plan.json:1:1: note: this is a plan: the state before it is checked",
        "1 flow log declared: 1 in sync",
    ]);
    fake.remove("fl-00000000000000000");
    let (code, report) = folder.drift(fake.url(), &arguments[1..]);
    assert_eq!(
        (code, &report["findings"][0]["kind"]),
        (2, &json!("missing"))
    );
    // The first plan of a configuration has no state before it.
    plan.as_object_mut().unwrap().remove("prior_state");
    folder.write("plan.json", &plan.to_string());
    folder
        .run(Some(fake.url()), &arguments)
        .succeeds()
        .says(&["this is a plan", "no flow log is declared"]);
    plan["prior_state"] = json!({ "format_version": "2.0" });
    folder.write("plan.json", &plan.to_string());
    folder
        .run(Some(fake.url()), &arguments)
        .fails_with(&["format version 2.0"]);
}

/// Windows PowerShell writes UTF-16 if the output of a program is redirected to a file.
#[test]
fn a_state_is_read_in_each_encoding() {
    let fake = Fake::start();
    let mut log = on_s3(0, VPC);
    log.tags.insert("Team".to_owned(), "Netz🚀".to_owned());
    fake.insert(log);
    let folder = Folder::new();
    let text = state_of_aws(&[(0, VPC)]).replace("\"network\"", "\"Netz🚀\"");
    let escaped = text.replace('🚀', "\\ud83d\\ude80");
    let units = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let marked = format!("\u{feff}{text}");
        marked.encode_utf16().flat_map(bytes).collect()
    };
    for bytes in [
        text.clone().into_bytes(),
        escaped.into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        units(u16::to_le_bytes),
        units(u16::to_be_bytes),
    ] {
        std::fs::write(folder.path().join("state"), bytes).unwrap();
        let (code, report) = folder.drift(fake.url(), &["--state", "state"]);
        assert_eq!(code, 0, "{report:#}");
    }
    std::fs::write(folder.path().join("state"), b"{\n\"version\": \"\xe4\"}").unwrap();
    folder
        .run(Some(fake.url()), &["drift", "--state", "state"])
        .fails_with(&["state:2:13: error: the file is not UTF-8 text: byte 0xE4"]);
}
