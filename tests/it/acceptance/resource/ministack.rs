//! ministack as another independent implementation: a value that a complete reply omits is not a difference. The tests
//! set no tags, because ministack loses the tags of CreateFlowLogs.

use crate::acceptance::flow_log;
use crate::harness::ministack::Ministack;
use crate::harness::terraform::{Version, Workspace};

const UNSEEN: &str = "Warning: Drift not visible at this endpoint";
const ARN: &str = "arn:aws:logs:us-east-1:123456789012:log-group:flow-logs";

fn configurations() -> Vec<String> {
    let target = "vpc_id = \"vpc-0123456789abcdef0\"\n  traffic_type = \"REJECT\"";
    let role = "iam_role_arn = \"arn:aws:iam::123456789012:role/flow-logs\"";
    let bodies = [
        format!("{target}\n  {role}\n  log_destination = \"{ARN}\""),
        format!(
            "{target}\n  log_destination = \"arn:aws:s3:::bucket/folder/\"\n  destination_options {{\n    \
             file_format = \"parquet\"\n  }}"
        ),
        format!(
            "{target}\n  log_destination = \"arn:aws:firehose:us-east-1:000000000000:deliverystream/x\""
        ),
        format!(
            "transit_gateway_id = \"tgw-0123456789abcdef0\"\n  {role}\n  log_group_name = \"flow-logs\""
        ),
    ];
    bodies
        .map(|body| format!("resource \"vpcflow_log\" \"main\" {{\n  {body}\n}}"))
        .into()
}

#[test]
fn flow_logs_can_be_applied_and_destroyed_on_ministack_with_both_terraforms() {
    for version in [Version::Any, Version::V115] {
        let ministack = Ministack::start();
        let work = Workspace::new(version, ministack.url());
        let more = "max_aggregation_interval = 60\n  log_format = \"$${version} $${srcaddr}\"";
        work.configure(&flow_log("main", more));
        work.apply();
        work.plan()
            .says(&[UNSEEN, "`log_format`", "`iam_role_arn`"]);
        work.plans_empty();
        for configuration in configurations() {
            work.configure(&configuration);
            work.apply();
            work.plans_empty();
            assert_eq!(ministack.count_flow_logs(), 1);
        }
        work.destroy();
        assert_eq!(ministack.count_flow_logs(), 0);
    }
}

#[test]
fn an_import_plans_no_replacement_for_values_that_ministack_omits() {
    let ministack = Ministack::start();
    let work = Workspace::new(Version::Any, ministack.url());
    let more = "max_aggregation_interval = 60\n  log_format = \"$${version} $${srcaddr}\"";
    work.configure(&flow_log("main", more));
    work.apply();
    let id = work.instance("vpcflow_log.main")["id"].clone();
    let id = id.as_str().unwrap();
    work.run(&["state", "rm", "vpcflow_log.main"]).succeeds();
    work.run(&["import", "-no-color", "vpcflow_log.main", id])
        .succeeds()
        .says(&[UNSEEN]);
    work.apply().says(&["0 added, 1 changed, 0 destroyed"]);
    work.plans_empty();
    let state = work.instance("vpcflow_log.main");
    assert_eq!(state["id"], id);
    assert_eq!(state["max_aggregation_interval"], 60);
}
