use serde_json::json;

use super::*;
use crate::flow_log::defaults::default_options;
use crate::framework::Stored;

fn known(text: &str) -> Attr<String> {
    Attr::Known(text.to_owned())
}

fn moved(provider: &str, of: &str, version: i64, json: &[u8]) -> Result<FlowLog, Diagnostics> {
    let stored = Stored { version, of, json };
    state(&Source { provider, stored })
}

const AWS: &str = "registry.terraform.io/hashicorp/aws";
const GROUP: &str = "arn:aws:logs:eu-central-1:123456789012:log-group:flow-logs";
const ARN: &str = "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/fl-0123456789abcdef0";

#[test]
fn a_group_known_by_name_gets_its_arn_and_one_known_by_arn_its_name() {
    let by_name = json!({
        "id": "fl-0123456789abcdef0", "arn": ARN, "vpc_id": "vpc-0123456789abcdef0", "eni_id": "",
        "log_group_name": "flow-logs:*", "log_destination": "", "traffic_type": "ALL",
        "max_aggregation_interval": 600, "destination_options": [], "tags": null, "tags_all": {},
    });
    let by_arn = json!({
        "id": "fl-0123456789abcdef0", "arn": ARN, "vpc_id": "vpc-0123456789abcdef0",
        "log_destination": GROUP, "log_destination_type": "cloud-watch-logs", "traffic_type": "ALL",
        "region": "eu-central-1", "max_aggregation_interval": 600, "tags_all": {},
        "attribute_of_a_later_release": { "is": "read over" },
    });
    for (version, json) in [(0, by_name), (1, by_arn)] {
        let state = moved(AWS, "aws_flow_log", version, json.to_string().as_bytes()).unwrap();
        assert_eq!(state.log_group_name, known("flow-logs"));
        assert_eq!(state.log_destination, known(GROUP));
        assert_eq!(state.log_destination_type, known(LOGS));
        assert_eq!(state.region, known("eu-central-1"));
        assert_eq!(state.resource_id, known("vpc-0123456789abcdef0"));
        assert_eq!(state.resource_type, known("VPC"));
        assert!(state.eni_id.is_null() && state.timeouts.is_null());
    }
}

#[test]
fn cloud_controls_properties_become_ours() {
    let json = json!({
        "id": "fl-0123456789abcdef0", "flow_log_id": "fl-0123456789abcdef0",
        "resource_id": "subnet-0123456789abcdef0", "resource_type": "Subnet",
        "log_destination_type": "s3", "log_destination": "arn:aws:s3:::bucket",
        "deliver_logs_permission_arn": null, "destination_options": null, "traffic_type": "REJECT",
        "tags": [{ "key": "Name", "value": "main" }, { "key": "Empty", "value": null }],
        "tag_field_specifications": [{ "resource_type": "instance", "tag_keys": ["Name"] }],
    });
    let provider = "registry.opentofu.org/hashicorp/awscc";
    let json = json.to_string();
    let state = moved(provider, "awscc_ec2_flow_log", 1, json.as_bytes()).unwrap();
    assert_eq!(state.subnet_id, known("subnet-0123456789abcdef0"));
    assert_eq!(state.destination_options, Attr::Known(default_options()));
    assert_eq!(state.max_aggregation_interval, Attr::Known(600));
    let tags = state.tags.into_known().unwrap();
    assert_eq!(tags["Name"], known("main"));
    assert_eq!(tags["Empty"], known(""));
    assert_eq!(state.tags_all.into_known().unwrap()["Name"], "main");
    let fields = state.tag_field_specification.into_known().unwrap();
    assert_eq!(fields.first().unwrap().resource_type, known("instance"));
}

#[test]
fn anything_else_is_refused_and_told_what_can_be_moved() {
    let refused = [
        (AWS, "aws_vpc", 1),
        (AWS, "aws_flow_log", 2),
        (AWS, "awscc_ec2_flow_log", 1),
        ("registry.terraform.io/example/aws", "aws_flow_log", 1),
        ("aws", "aws_flow_log", 1),
    ];
    for (provider, of, version) in refused {
        let errors = moved(provider, of, version, b"{}").unwrap_err();
        let error = errors.iter().next().unwrap();
        assert_eq!(error.summary, "Resource not moved");
        for text in [
            of,
            provider,
            "aws_flow_log",
            "awscc_ec2_flow_log",
            "`import` block",
        ] {
            assert!(error.detail.contains(text), "{text}: {}", error.detail);
        }
    }
}

#[test]
fn a_state_of_another_form_is_refused() {
    for json in [
        "",
        "[]",
        "{}",
        r#"{ "vpc_id": 1 }"#,
        r#"{ "tags": ["Name"] }"#,
    ] {
        let errors = moved(AWS, "aws_flow_log", 1, json.as_bytes()).unwrap_err();
        assert!(errors.has_errors(), "{json}");
    }
}
