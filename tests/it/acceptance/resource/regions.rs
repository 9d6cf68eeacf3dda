//! Regions, accounts and partitions: an unreachable destination is refused before anything is deleted, and an import
//! into another region warns before a replacement.

use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, FlowLog, REGION};
use crate::harness::terraform::{Version, Workspace};

const OTHER_GROUP: &str = "arn:aws:logs:eu-west-1:123456789012:log-group:flow-logs";
const OTHER_REGION: &str = "eu-west-1";

/// The new destination, and the expected text of the error.
const UNREACHABLE: [(&str, &str); 6] = [
    (
        "log_destination = \"arn:aws:logs:eu-west-1:123456789012:log-group:flow-logs\"",
        "`log_destination` is a log group in eu-west-1, but the flow log is in us-east-1",
    ),
    (
        "log_destination = \"arn:aws:firehose:eu-west-1:123456789012:deliverystream/x\"",
        "`log_destination` is a delivery stream in eu-west-1",
    ),
    (
        "log_destination = \"arn:aws:firehose:us-east-1:210987654321:deliverystream/x\"",
        "`deliver_cross_account_role`",
    ),
    (
        "log_destination = \"arn:aws-cn:logs:us-east-1:123456789012:log-group:flow-logs\"",
        "Two different partitions",
    ),
    (
        "log_destination = \"arn:aws:firehose:us-east-1:123456789012:deliverystream/a b\"",
        "log_destination",
    ),
    (
        "log_destination = \"arn:aws:logs:eu-west-1:123456789012:log-group:flow-logs:*\"",
        "set `region = \"eu-west-1\"`",
    ),
];

fn to(destination: &str) -> String {
    flow_log("main", destination).replace("log_group_name = \"flow-logs\"", "")
}

#[test]
fn an_invalid_replacement_fails_before_the_delete() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.apply();
    for (destination, text) in UNREACHABLE {
        work.configure(&to(destination));
        work.run(&["apply", "-auto-approve", "-no-color"])
            .fails_with(&[text]);
    }
    let foreign = flow_log("main", "").replace("arn:aws:iam", "arn:aws-cn:iam");
    work.configure(&foreign);
    work.run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&["Role of another partition", "begins with \"arn:aws:\""]);
    assert_eq!(fake.flow_logs(REGION).len(), 1);
    assert!(fake.calls_of("DeleteFlowLogs").is_empty());
}

#[test]
fn an_unknown_destination_is_validated_during_apply() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let known_later =
        format!("resource \"terraform_data\" \"arn\" {{ input = \"{OTHER_GROUP}\" }}\n");
    let reference = "log_destination = terraform_data.arn.output";
    work.configure(&(known_later + &to(reference)));
    assert_eq!(work.plan().code, 2);
    work.run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&["Destination in another region"]);
    assert!(fake.calls_of("CreateFlowLogs").is_empty());
    let there = format!("log_destination = \"{OTHER_GROUP}\"\n  region = \"{OTHER_REGION}\"");
    work.configure(&to(&there));
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(OTHER_REGION).len(), 1);
}

#[test]
fn a_replacement_only_because_of_the_region_warns() {
    let fake = Fake::start();
    let id = "fl-0aaaaaaaaaaaaaaaa";
    let role = "arn:aws:iam::123456789012:role/flow-logs";
    let mut log = FlowLog::sample_in(OTHER_REGION, id, "vpc-0123456789abcdef0");
    log.log_destination = None;
    log.log_group_name = Some("flow-logs".to_owned());
    log.deliver_logs_permission_arn = Some(role.to_owned());
    fake.insert(log);
    let work = Workspace::new(Version::Any, fake.url());
    let import = format!("import {{\n  to = vpcflow_log.main\n  id = \"{id}@{OTHER_REGION}\"\n}}");
    work.configure(&(import.clone() + &flow_log("main", "")));
    let plan = work.plan();
    assert_eq!(plan.code, 2, "{}", plan.output);
    plan.says(&[
        "Warning: Flow log replaced only because of its region, eu-west-1",
        "create one in us-east-1",
        "set `region = \"eu-west-1\"`",
    ]);
    let other = flow_log("main", "max_aggregation_interval = 60");
    work.configure(&(import.clone() + &other));
    let plan = work.plan();
    assert!(!plan.output.contains("only because"), "{}", plan.output);
    work.configure(&(import + &flow_log("main", &format!("region = \"{OTHER_REGION}\""))));
    work.apply()
        .says(&["1 imported, 0 added, 0 changed, 0 destroyed"]);
    work.plans_empty();
    assert!(fake.calls_of("DeleteFlowLogs").is_empty());
}
