//! Entries of a state that cannot be read, or are not to be checked. The others are checked.

use serde_json::{Value, json};

use super::super::{Folder, VPC};
use super::{on_s3, state_of_aws};
use crate::harness::fake::Fake;

/// Returns a state of three flow logs, of which a test changes the second.
fn state(change: impl FnOnce(&mut Value)) -> String {
    let all = [(0, VPC), (1, "vpc-1"), (2, "vpc-2")];
    let mut state: Value = serde_json::from_str(&state_of_aws(&all)).unwrap();
    change(&mut state["resources"][2]["instances"][1]);
    state.to_string()
}

fn running() -> Fake {
    let fake = Fake::start();
    for (number, vpc) in [(0, VPC), (1, "vpc-1"), (2, "vpc-2")] {
        fake.insert(on_s3(number, vpc));
    }
    fake
}

#[test]
fn an_entry_that_cannot_be_read_is_one_failure_and_the_others_are_checked() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 7] = [
        (
            |instance| instance["attributes"]["destination_options"] = json!("parquet-secret"),
            "its attributes are not those of a flow log: `destination_options` is text",
        ),
        (
            |instance| {
                instance["attributes"]["destination_options"] = json!({ "file_format": "secret" })
            },
            "`destination_options` is an object of another form",
        ),
        (
            |instance| instance["attributes"]["max_aggregation_interval"] = json!("secret"),
            "`max_aggregation_interval` is text",
        ),
        (
            |instance| instance["attributes"]["tags_all"] = json!(["secret"]),
            "`tags_all` is a list of another form",
        ),
        (
            |instance| instance["attributes"]["id"] = Value::Null,
            "it has no ID; run `terraform apply -refresh-only`",
        ),
        (
            |instance| instance["attributes"] = json!("secret"),
            "it has no ID",
        ),
        (
            |instance| *instance = json!({ "index_key": 1, "attributes_flat": { "id": "fl-1" } }),
            "a Terraform older than 0.12 recorded its attributes",
        ),
    ];
    let fake = running();
    fake.remove("fl-00000000000000002");
    let folder = Folder::new();
    for (change, reason) in cases {
        folder.write("terraform.tfstate", &state(change));
        let (code, report) = folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
        assert_eq!(code, 1, "{report:#}");
        let counts = &report["counts"];
        let found = ["declared", "in_sync", "missing", "not_checked"].map(|name| &counts[name]);
        assert_eq!(
            found,
            [&json!(3), &json!(1), &json!(1), &json!(1)],
            "{report:#}"
        );
        let failures = report["failures"].as_array().unwrap();
        assert_eq!(failures.len(), 1, "{report:#}");
        assert_eq!(failures[0]["name"], "module.network.aws_flow_log.this[1]");
        assert!(
            failures[0]["message"].as_str().unwrap().contains(reason),
            "{report:#}"
        );
        assert!(!report.to_string().contains("secret"), "{report:#}");
    }
    let arguments = ["drift", "--state", "terraform.tfstate"];
    folder.run(Some(fake.url()), &arguments).fails_with(&[
        "not checked: module.network.aws_flow_log.this[1]",
        "1 in sync",
    ]);
}

#[test]
fn attributes_that_are_never_compared_may_have_any_type() {
    let fake = running();
    let folder = Folder::new();
    for name in [
        "arn",
        "region",
        "log_group_name",
        "tags",
        "of_a_later_release",
    ] {
        for value in [json!(1), json!(true), json!([{}]), json!({ "x": [1] })] {
            folder.write(
                "terraform.tfstate",
                &state(|instance| instance["attributes"][name] = value.clone()),
            );
            let arguments = ["--state", "terraform.tfstate", "--region", "us-east-1"];
            let (code, report) = folder.drift(fake.url(), &arguments);
            assert_eq!(code, 0, "{name} = {value}: {report:#}");
        }
    }
    // The same for a flow log of this provider.
    let attributes = json!({
        "id": "fl-00000000000000000", "region": "us-east-1", "vpc_id": VPC, "traffic_type": "ALL",
        "log_destination_type": "s3", "log_destination": "arn:aws:s3:::bucket",
        "creation_time": [1], "timeouts": "x", "flow_log_status": { "x": 1 }, "tags": [], "tags_all": { "Team": "network" },
        "adopt_existing": "perhaps",
    });
    let resource = json!({
        "mode": "managed", "type": "vpcflow_log", "name": "x", "instances": [{ "attributes": attributes }]
    });
    folder.write(
        "ours",
        &json!({ "version": 4, "resources": [resource] }).to_string(),
    );
    let (_, report) = folder.drift(fake.url(), &["--state", "ours"]);
    assert_eq!(report["failures"], json!([]), "{report:#}");
}

#[test]
fn what_is_not_in_use_is_not_checked() {
    let fake = running();
    let folder = Folder::new();
    let changes: [fn(&mut Value); 2] = [
        |instance| instance["deposed"] = json!("0a1b2c3d"),
        |instance| *instance = json!({ "deposed": "0a1b2c3d", "attributes": null }),
    ];
    for change in changes {
        folder.write("terraform.tfstate", &state(change));
        let (code, report) = folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
        let counts = &report["counts"];
        let found = (code, &counts["declared"], &counts["in_sync"]);
        assert_eq!(found, (0, &json!(2), &json!(2)), "{report:#}");
    }
}

/// `terraform import` records the id first. If the read behind it fails, nothing else is recorded.
#[test]
fn an_import_that_is_not_finished_is_only_looked_up() {
    let fake = running();
    let folder = Folder::new();
    let state = |ty: &str, id: &str| {
        let attributes =
            json!({ "id": id, "region": "us-east-1", "vpc_id": null, "traffic_type": null });
        let instance = json!({ "attributes": attributes });
        let resource =
            json!({ "mode": "managed", "type": ty, "name": "x", "instances": [instance] });
        json!({ "version": 4, "resources": [resource] }).to_string()
    };
    folder.write(
        "terraform.tfstate",
        &state("vpcflow_log", "fl-00000000000000000"),
    );
    let (code, report) = folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
    assert_eq!(code, 0, "{report:#}");
    folder.write(
        "terraform.tfstate",
        &state("vpcflow_log", "fl-0000000000000000f"),
    );
    let (code, report) = folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
    assert_eq!(
        (code, &report["findings"][0]["kind"]),
        (2, &json!("missing"))
    );
}
