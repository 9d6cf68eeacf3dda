//! State files of schema version 0. They are frozen: later releases must read them unchanged.

use serde_json::{Map, Value, json};

use crate::harness::fake::{DestinationOptions, Fake, FlowLog, REGION, TagFieldSpecification};
use crate::harness::terraform::{Version, Workspace};

const ID: &str = "fl-0123456789abcdef0";

/// The attributes and blocks of version 0, with their types.
const VERSION_0: &str = include_str!("frozen/state-v0.json");

/// Returns the names and types of a block's attributes, which determine the format of a state file.
fn format_of(block: &Value) -> Value {
    let mut all = Map::new();
    for (name, attribute) in block["attributes"].as_object().into_iter().flatten() {
        let nested = &attribute["nested_type"];
        let of = if nested.is_null() {
            attribute["type"].clone()
        } else {
            json!({ "nesting": nested["nesting_mode"], "of": format_of(nested) })
        };
        all.insert(name.clone(), of);
    }
    for (name, nested) in block["block_types"].as_object().into_iter().flatten() {
        let of = json!({ "nesting": nested["nesting_mode"], "of": format_of(&nested["block"]) });
        all.insert(name.clone(), of);
    }
    Value::Object(all)
}

#[test]
fn a_changed_state_format_requires_a_new_schema_version() {
    let schema = vpcflow::provider::schema_json().unwrap();
    let of_provider = &schema["provider_schemas"][vpcflow::provider::ADDRESS];
    let resource = &of_provider["resource_schemas"]["vpcflow_log"];
    assert_eq!(
        resource["version"], 0,
        "this test covers version 0: keep its format, and test its upgrade"
    );
    let frozen: Value = serde_json::from_str(VERSION_0).unwrap();
    let now = format_of(&resource["block"]);
    assert_eq!(
        now, frozen,
        "the format of the state has changed: increment VERSION, keep version 0 in a separate struct, and upgrade from it"
    );
}

/// Returns the state of a flow log that delivers to a log group. Omitted arguments are null.
fn plain(log: &FlowLog) -> Value {
    json!({
        "adopt_existing": null,
        "arn": "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/fl-0123456789abcdef0",
        "creation_time": "2026-01-02T03:04:05.678Z",
        "deliver_cross_account_role": null,
        "deliver_logs_error_message": null,
        "deliver_logs_status": "SUCCESS",
        "destination_options": {
            "file_format": null, "hive_compatible_partitions": null, "per_hour_partition": null,
        },
        "eni_id": null,
        "flow_log_status": "ACTIVE",
        "iam_role_arn": "arn:aws:iam::123456789012:role/sample",
        "id": "fl-0123456789abcdef0",
        "log_destination": "arn:aws:logs:us-east-1:123456789012:log-group:sample",
        "log_destination_type": "cloud-watch-logs",
        "log_format": log.log_format,
        "log_group_name": "sample",
        "max_aggregation_interval": 600,
        "region": "us-east-1",
        "regional_nat_gateway_id": null,
        "resource_id": "vpc-0123456789abcdef0",
        "resource_type": "VPC",
        "subnet_id": null,
        "tag_field_specification": [],
        "tags": null,
        "tags_all": {},
        "timeouts": null,
        "traffic_type": "ALL",
        "transit_gateway_attachment_id": null,
        "transit_gateway_id": null,
        "vpc_id": "vpc-0123456789abcdef0",
    })
}

/// Returns the state of a flow log that delivers to a bucket, with all possible arguments.
fn full(log: &FlowLog) -> Value {
    let mut state = plain(log);
    let more = json!({
        "adopt_existing": true,
        "deliver_logs_error_message": "Access error",
        "deliver_logs_status": "FAILED",
        "destination_options": {
            "file_format": "parquet", "hive_compatible_partitions": true, "per_hour_partition": true,
        },
        "iam_role_arn": "",
        "log_destination": "arn:aws:s3:::bucket/folder/",
        "log_destination_type": "s3",
        "log_group_name": null,
        "max_aggregation_interval": 60,
        "tag_field_specification": [{ "resource_type": "instance", "tag_keys": ["Team", "Name"] }],
        "tags": { "Name": "main", "None": null },
        "tags_all": { "Name": "main" },
        "timeouts": { "create": "10m", "delete": null },
    });
    let Value::Object(more) = more else {
        unreachable!("it is an object")
    };
    state.as_object_mut().unwrap().extend(more);
    state
}

/// Returns the flow log that delivers to a bucket, as the server stores it.
fn in_bucket(plain: &FlowLog) -> FlowLog {
    FlowLog {
        log_destination_type: "s3".to_owned(),
        log_destination: Some("arn:aws:s3:::bucket/folder/".to_owned()),
        log_group_name: None,
        deliver_logs_permission_arn: None,
        log_format: "${version} ${instance-tag} ${instance-tag-2}".to_owned(),
        max_aggregation_interval: 60,
        destination_options: Some(DestinationOptions {
            file_format: "parquet".to_owned(),
            hive_compatible_partitions: true,
            per_hour_partition: true,
        }),
        tag_field_specifications: vec![TagFieldSpecification {
            resource_type: "instance".to_owned(),
            tag_keys: vec!["Team".to_owned(), "Name".to_owned()],
        }],
        tags: [("Name".to_owned(), "main".to_owned())].into(),
        deliver_logs_status: "FAILED".to_owned(),
        deliver_logs_error_message: Some("Access error".to_owned()),
        ..plain.clone()
    }
}

const PLAIN: &str = r#"
resource "vpcflow_log" "main" {
  vpc_id         = "vpc-0123456789abcdef0"
  traffic_type   = "ALL"
  log_group_name = "sample"
  iam_role_arn   = "arn:aws:iam::123456789012:role/sample"
}"#;

const FULL: &str = r#"
resource "vpcflow_log" "main" {
  vpc_id                   = "vpc-0123456789abcdef0"
  traffic_type             = "ALL"
  log_destination          = "arn:aws:s3:::bucket/folder/"
  log_format               = "$${version} $${instance-tag} $${instance-tag-2}"
  iam_role_arn             = ""
  max_aggregation_interval = 60
  region                   = "us-east-1"
  adopt_existing           = true
  tags                     = { Name = "main", None = null }
  destination_options {
    file_format                = "parquet"
    hive_compatible_partitions = true
    per_hour_partition         = true
  }
  tag_field_specification {
    resource_type = "instance"
    tag_keys      = ["Team", "Name"]
  }
  timeouts {
    create = "10m"
  }
}"#;

#[test]
fn a_state_of_version_0_plans_no_changes() {
    let plain_log = FlowLog::sample(ID, "vpc-0123456789abcdef0");
    let full_log = in_bucket(&plain_log);
    for (log, attributes, configuration) in [
        (&plain_log, plain(&plain_log), PLAIN),
        (&full_log, full(&full_log), FULL),
    ] {
        let frozen: Value = serde_json::from_str(VERSION_0).unwrap();
        let names = |object: &Value| {
            object
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&attributes), names(&frozen));
        let fake = Fake::start();
        fake.insert(log.clone());
        let state = json!({
            "version": 4, "terraform_version": "1.11.4", "serial": 1,
            "lineage": "00000000-0000-0000-0000-000000000000", "outputs": {},
            "resources": [{
                "mode": "managed", "type": "vpcflow_log", "name": "main",
                "provider": "provider[\"registry.terraform.io/vpcflow/vpcflow\"]",
                "instances": [{ "schema_version": 0, "attributes": attributes }],
            }],
            "check_results": null,
        });
        for version in [Version::Any, Version::V115] {
            let work = Workspace::new(version, fake.url());
            work.write("terraform.tfstate", &state.to_string());
            work.configure(configuration);
            work.plans_empty();
        }
        assert_eq!(fake.flow_logs(REGION), std::slice::from_ref(log));
    }
}
