//! Changes made outside of Terraform are shown by the next plan.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::acceptance::flow_log;
use crate::harness::fake::{DestinationOptions, Fake, FlowLog, REGION, TagFieldSpecification};
use crate::harness::terraform::{Version, Workspace};

/// A change made outside of Terraform.
type Edit = fn(&mut FlowLog);

/// Returns the changes, each with the attributes of the schema that show it.
fn changes() -> Vec<(&'static [&'static str], Edit)> {
    vec![
        (
            &["vpc_id", "subnet_id", "resource_id", "resource_type"],
            |log| log.resource_id = "subnet-0fedcba9876543210".to_owned(),
        ),
        (&["eni_id"], |log| {
            log.resource_id = "eni-0fedcba9876543210".to_owned()
        }),
        (&["transit_gateway_id"], |log| {
            log.resource_id = "tgw-0fedcba9876543210".to_owned()
        }),
        (&["transit_gateway_attachment_id"], |log| {
            log.resource_id = "tgw-attach-0fedcba9876543210".to_owned()
        }),
        (&["regional_nat_gateway_id"], |log| {
            log.resource_id = "nat-0fedcba9876543210".to_owned()
        }),
        (&["traffic_type"], |log| {
            log.traffic_type = Some("REJECT".to_owned())
        }),
        (
            &["log_destination_type", "log_destination", "log_group_name"],
            |log| {
                log.log_destination_type = "s3".to_owned();
                log.log_destination = Some("arn:aws:s3:::other".to_owned());
                log.log_group_name = None;
            },
        ),
        (&["iam_role_arn"], |log| {
            log.deliver_logs_permission_arn =
                Some("arn:aws:iam::123456789012:role/other".to_owned());
        }),
        (&["deliver_cross_account_role"], |log| {
            log.deliver_cross_account_role =
                Some("arn:aws:iam::210987654321:role/other".to_owned());
        }),
        (&["log_format"], |log| {
            log.log_format = "${srcaddr} ${dstaddr}".to_owned()
        }),
        (&["max_aggregation_interval"], |log| {
            log.max_aggregation_interval = 60
        }),
        (&["destination_options"], |log| {
            log.log_destination_type = "s3".to_owned();
            log.log_destination = Some("arn:aws:s3:::other".to_owned());
            log.log_group_name = None;
            log.destination_options = Some(DestinationOptions {
                file_format: "parquet".to_owned(),
                ..DestinationOptions::default()
            });
        }),
        (&["tag_field_specification"], |log| {
            log.tag_field_specifications = vec![TagFieldSpecification {
                resource_type: "instance".to_owned(),
                tag_keys: vec!["team".to_owned()],
            }];
        }),
        (&["tags", "tags_all"], |log| {
            log.tags = BTreeMap::from([("Name".to_owned(), "changed elsewhere".to_owned())]);
        }),
        (&["creation_time"], |log| {
            log.creation_time = "2026-02-03T04:05:06Z".to_owned()
        }),
        (&["flow_log_status"], |log| {
            log.flow_log_status = "INACTIVE".to_owned()
        }),
        (
            &["deliver_logs_status", "deliver_logs_error_message"],
            |log| {
                log.deliver_logs_status = "FAILED".to_owned();
                log.deliver_logs_error_message = Some("Rate limited".to_owned());
            },
        ),
    ]
}

/// Attributes that no change of the flow log affects.
const FIXED: [&str; 5] = ["id", "arn", "region", "timeouts", "adopt_existing"];

#[test]
fn the_plan_names_every_attribute_that_drifted() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", r#"tags = { Name = "main" }"#));
    work.apply();
    let before = fake.flow_logs(REGION).remove(0);
    let mut tested: Vec<&str> = Vec::new();
    for (attributes, change) in changes() {
        fake.change(&before.id, change);
        let plan = work.run(&["plan", "-refresh-only", "-no-color", "-detailed-exitcode"]);
        assert_eq!(plan.code, 2, "{attributes:?}\n{}", plan.output);
        for attribute in attributes {
            let named = plan.output.lines().any(|line| {
                let line = line.trim_start();
                let changed = line.starts_with(['~', '+', '-']);
                changed && line.split_whitespace().nth(1) == Some(attribute)
            });
            assert!(named, "{attribute} is not named in:\n{}", plan.output);
            tested.push(attribute);
        }
        let restored = before.clone();
        fake.change(&before.id, move |log| *log = restored);
    }
    work.plans_empty();
    for attribute in schema_attributes() {
        let known = tested.contains(&attribute.as_str()) || FIXED.contains(&attribute.as_str());
        assert!(known, "no drift of {attribute} is tested");
    }
}

#[test]
fn drift_of_an_omitted_argument_plans_a_replacement() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.apply();
    let id = fake.flow_logs(REGION).remove(0).id;
    fake.change(&id, |log| log.max_aggregation_interval = 60);
    work.plan()
        .says(&["max_aggregation_interval", "60 -> 600 # forces replacement"]);
}

#[test]
fn a_wildcard_at_the_end_of_a_log_group_arn_is_not_a_difference() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let configure = |arn: &str| {
        work.configure(&format!(
            r#"
resource "vpcflow_log" "main" {{
  vpc_id          = "vpc-0123456789abcdef0"
  traffic_type    = "ALL"
  log_destination = "{arn}"
  iam_role_arn    = "arn:aws:iam::123456789012:role/flow-logs"
}}"#
        ));
    };
    configure("arn:aws:logs:us-east-1:123456789012:log-group:flow-logs:*");
    work.apply();
    work.plans_empty();
    let made = fake.flow_logs(REGION).remove(0);
    let sent = &fake.calls_of("CreateFlowLogs")[0].parameters["LogDestination"];
    assert_eq!(
        sent,
        "arn:aws:logs:us-east-1:123456789012:log-group:flow-logs"
    );
    configure("arn:aws:logs:us-east-1:123456789012:log-group:flow-logs");
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).remove(0).id, made.id);
}

#[test]
fn empty_strings_are_treated_as_omitted_and_kept_in_the_state() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        r#"
resource "vpcflow_log" "main" {
  vpc_id                     = "vpc-0123456789abcdef0"
  subnet_id                  = ""
  traffic_type               = "ALL"
  log_destination            = "arn:aws:s3:::bucket"
  iam_role_arn               = ""
  deliver_cross_account_role = ""
}"#,
    );
    work.apply();
    work.plans_empty();
    let state = work.instance("vpcflow_log.main");
    assert_eq!(state["iam_role_arn"], "");
    assert_eq!(state["subnet_id"], "");
    assert_eq!(fake.flow_logs(REGION)[0].deliver_logs_permission_arn, None);
}

/// Returns the names of all attributes and blocks of the resource, from its schema.
fn schema_attributes() -> Vec<String> {
    let schema = vpcflow::provider::schema_json().unwrap();
    let block = &schema["provider_schemas"]["registry.terraform.io/vpcflow/vpcflow"]["resource_schemas"]
        ["vpcflow_log"]["block"];
    let names = |part: &str| {
        block[part]
            .as_object()
            .map(|o: &serde_json::Map<String, Value>| o.keys().cloned().collect::<Vec<_>>())
    };
    [names("attributes"), names("block_types")]
        .into_iter()
        .flatten()
        .flatten()
        .collect()
}
