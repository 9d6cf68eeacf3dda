//! Terraform states, of this provider and of the AWS provider.

mod entries;
mod forms;
mod sensitive;

use serde_json::{Value, json};

use super::{Folder, VPC, running};
use crate::harness::fake::{DestinationOptions, Fake, FlowLog, TagFieldSpecification};
use crate::harness::terraform::{Version, Workspace};

#[test]
fn a_terraform_state_is_read_in_each_form() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&crate::acceptance::flow_log(
        "main",
        r#"tags = { Name = "main" }"#,
    ));
    work.apply();
    let folder = Folder::new();
    folder.write("terraform.tfstate", &work.read("terraform.tfstate"));
    let shown = work.state().to_string();
    folder.write("shown.json", &shown);
    let check = |code: i32| -> Vec<Value> {
        let reports = [
            folder.drift(fake.url(), &["--state", "terraform.tfstate"]),
            folder.drift(fake.url(), &["--state", "shown.json"]),
        ];
        let arguments = ["drift", "--format", "json", "--state", "-"];
        let piped = folder.run_with(Some(fake.url()), &arguments, &shown);
        let piped = (piped.code, serde_json::from_str(&piped.stdout).unwrap());
        let all = reports.into_iter().chain(Some(piped));
        all.map(|(found, report): (i32, Value)| {
            assert_eq!(found, code, "{report:#}");
            report
        })
        .collect()
    };
    check(0);
    let id = fake.flow_logs("us-east-1").remove(0).id;
    fake.change(&id, |log| log.max_aggregation_interval = 60);
    for report in check(2) {
        assert_eq!(report["findings"][0]["name"], "vpcflow_log.main");
        let change =
            json!([{ "attribute": "max_aggregation_interval", "wanted": 600, "found": 60 }]);
        assert_eq!(report["findings"][0]["changes"], change);
    }
    fake.remove(&id);
    for report in check(2) {
        assert_eq!(report["findings"][0]["kind"], "missing");
    }
}

/// Returns a state of the AWS provider, version 6.
pub(super) fn state_of_aws(flow_logs: &[(usize, &str)]) -> String {
    let instances = flow_logs.iter().map(|(number, vpc)| {
        json!({
            "index_key": number,
            "schema_version": 1,
            "attributes": {
                "arn": format!("arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/fl-{number:017}"),
                "deliver_cross_account_role": "",
                "destination_options": [],
                "eni_id": null,
                "iam_role_arn": "",
                "id": format!("fl-{number:017}"),
                "log_destination": "arn:aws:s3:::bucket",
                "log_destination_type": "s3",
                "log_format": running().log_format,
                "max_aggregation_interval": 600,
                "region": "us-east-1",
                "subnet_id": null,
                "tags": null,
                "tags_all": { "Team": "network" },
                "traffic_type": "ALL",
                "transit_gateway_attachment_id": null,
                "transit_gateway_id": null,
                "vpc_id": vpc,
            },
        })
    });
    let other = json!({
        "mode": "managed", "type": "aws_vpc", "name": "main", "instances": [{ "attributes": { "id": "vpc-1", "tags": [] } }]
    });
    let data = json!({
        "mode": "data", "type": "aws_flow_log", "name": "main", "instances": [{ "attributes": { "id": "fl-1" } }]
    });
    json!({
        "version": 4,
        "terraform_version": "1.11.4",
        "lineage": "x",
        "resources": [other, data, {
            "module": "module.network",
            "mode": "managed",
            "type": "aws_flow_log",
            "name": "this",
            "instances": instances.collect::<Vec<_>>(),
        }],
    })
    .to_string()
}

pub(super) fn on_s3(number: usize, vpc: &str) -> FlowLog {
    let mut log = FlowLog::sample(&format!("fl-{number:017}"), vpc);
    log.log_destination_type = "s3".to_owned();
    log.log_destination = Some("arn:aws:s3:::bucket".to_owned());
    log.log_group_name = None;
    log.deliver_logs_permission_arn = None;
    log.destination_options = Some(DestinationOptions::default());
    log.tags.insert("Team".to_owned(), "network".to_owned());
    log
}

#[test]
fn a_state_of_the_aws_provider_is_checked() {
    let fake = Fake::start();
    fake.insert(on_s3(0, VPC));
    let folder = Folder::with("terraform.tfstate", &state_of_aws(&[(0, VPC)]));
    let (code, report) = folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
    assert_eq!(
        (code, &report["counts"]["in_sync"]),
        (0, &json!(1)),
        "{report:#}"
    );
    fake.change("fl-00000000000000000", |log| {
        log.traffic_type = Some("REJECT".to_owned());
        log.tags.clear();
    });
    let (code, report) = folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
    assert_eq!(code, 2);
    assert_eq!(
        report["findings"][0]["name"],
        "module.network.aws_flow_log.this[0]"
    );
    assert_eq!(
        report["findings"][0]["changes"],
        json!([
            { "attribute": "tags[\"Team\"]", "wanted": "network", "found": null },
            { "attribute": "traffic_type", "wanted": "ALL", "found": "REJECT" },
        ])
    );
}

#[test]
fn tag_fields_of_the_aws_provider_are_compared_if_its_state_has_them() {
    let fake = Fake::start();
    let mut log = on_s3(0, VPC);
    log.tag_field_specifications = vec![TagFieldSpecification {
        resource_type: "instance".to_owned(),
        tag_keys: vec!["Name".to_owned()],
    }];
    fake.insert(log);
    let state = state_of_aws(&[(0, VPC)]);
    let folder = Folder::new();
    let check = |told: &str| {
        let told = format!("\"traffic_type\":\"ALL\",{told}");
        let text = state.replace("\"traffic_type\":\"ALL\",", &told);
        folder.write("terraform.tfstate", &text);
        folder.drift(fake.url(), &["--state", "terraform.tfstate"])
    };
    assert_eq!(check("").0, 0);
    let told = |key: &str| {
        format!(
            "\"tag_field_specification\":[{{\"resource_type\":\"instance\",\"tag_keys\":[\"{key}\"]}}],"
        )
    };
    let (code, report) = check(&told("Name"));
    assert_eq!(code, 0, "{report:#}");
    for told in [told("Team"), "\"tag_field_specification\":[],".to_owned()] {
        let (code, report) = check(&told);
        assert_eq!(code, 2);
        let change = &report["findings"][0]["changes"][0];
        assert_eq!(change["attribute"], "tag_field_specification");
        assert_eq!(change["found"][0]["tag_keys"], json!(["Name"]));
    }
}

#[test]
fn recorded_tags_that_are_ignored_may_be_missing() {
    let fake = Fake::start();
    let mut log = on_s3(0, VPC);
    log.tags = [("Teammate".to_owned(), "x".to_owned())].into();
    fake.insert(log);
    let folder = Folder::with("terraform.tfstate", &state_of_aws(&[(0, VPC)]));
    let state = ["--state", "terraform.tfstate"];
    let (code, report) = folder.drift(fake.url(), &state);
    assert_eq!(code, 2, "{report:#}");
    let (code, report) = folder.drift(
        fake.url(),
        &[&state[..], &["--ignore-tag-prefix", "Team"]].concat(),
    );
    assert_eq!(code, 0, "{report:#}");
}

#[test]
fn a_state_without_flow_logs_passes_with_a_warning() {
    let fake = Fake::start();
    fake.insert(on_s3(0, VPC));
    let folder = Folder::with("terraform.tfstate", &state_of_aws(&[]));
    let drift = ["drift", "--state", "terraform.tfstate"];
    folder
        .run(Some(fake.url()), &drift)
        .succeeds()
        .says(&["warning: terraform.tfstate: no flow log is declared, so nothing was checked"]);
    assert_eq!(fake.calls().len(), 0);
    let unmanaged = [&drift[..], &["--unmanaged"]].concat();
    folder
        .run(Some(fake.url()), &unmanaged)
        .fails_with(&["No AWS region is configured"]);
    let here = [&unmanaged[..], &["--region", "us-east-1"]].concat();
    let run = folder.run(Some(fake.url()), &here);
    assert_eq!(run.code, 2, "{}", run.output);
    run.says(&["unmanaged: fl-00000000000000000", "0 flow logs declared"]);
}

#[test]
fn a_thousand_flow_logs_cost_five_calls_at_most() {
    let fake = Fake::start();
    let vpcs: Vec<_> = (0..1000)
        .map(|number| (number, format!("vpc-{number:017}")))
        .collect();
    for (number, vpc) in &vpcs {
        fake.insert(on_s3(*number, vpc));
    }
    let all: Vec<_> = vpcs
        .iter()
        .map(|(number, vpc)| (*number, vpc.as_str()))
        .collect();
    let folder = Folder::with("terraform.tfstate", &state_of_aws(&all));
    let (code, report) = folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
    assert_eq!(
        (code, &report["counts"]["in_sync"]),
        (0, &json!(1000)),
        "{:#}",
        report["counts"]
    );
    assert!(fake.calls().len() <= 5, "{} calls", fake.calls().len());
}

#[test]
fn states_that_cannot_be_read_say_why() {
    let folder = Folder::new();
    let cases = [
        ("not json", "not a Terraform state: expected"),
        ("{}", "not a Terraform state"),
        (
            r#"{"version": 5, "resources": []}"#,
            "state file of version 5; only version 4 is supported",
        ),
        (
            r#"{"format_version": "2.0"}"#,
            "format version 2.0; supported are 0.1, 0.2 and 1",
        ),
        (r#"{"version": 3}"#, "state file of version 3"),
        (
            r#"{"format_version": "0.3"}"#,
            "format version 0.3; supported are 0.1, 0.2 and 1",
        ),
        (
            r#"{"version": 3, "backend": {"type": "s3", "config": {}, "hash": 1}}"#,
            "only records where the state is (backend `s3`), not the state. Run `terraform show -json`",
        ),
        (
            r#"{"version": 3, "state_store": {"type": "aws_s3", "config": {}}}"#,
            "only records where the state is (state store `aws_s3`)",
        ),
        (
            "{\"@level\":\"info\",\"type\":\"version\"}\n{\"@level\":\"info\"}\n",
            "this is a log, not a state; pass the output of `terraform show -json`",
        ),
        ("PK\u{3}\u{4}...", "this is a saved plan, not a state"),
        (
            "FlowLogs: {}",
            "this is a stack definition, not a Terraform state",
        ),
        (
            r#"{"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "x"}"#,
            "encrypted",
        ),
    ];
    for (state, message) in cases {
        folder.write("state", state);
        let run = folder.run(Some("http://127.0.0.1:9"), &["drift", "--state", "state"]);
        assert_eq!(run.code, 1, "{state}");
        assert!(run.output.starts_with("state:1:"), "{}", run.output);
        run.says(&[message]);
    }
}
