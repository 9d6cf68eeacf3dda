//! DescribeFlowLogs and DeleteFlowLogs, and the checks of all calls.

use super::super::wire::{ec2, ec2_in, query};
use super::{BUCKET, created, found};
use crate::harness::fake::{ACCOUNT, Fake, FlowLog, REGION};

#[test]
fn each_region_has_its_own_flow_logs() {
    let fake = Fake::start();
    let id = created(&fake, &[]);
    let elsewhere = ec2_in(&fake, "eu-west-1", "DescribeFlowLogs", &[]).unwrap();
    assert_eq!(elsewhere.fine().texts("flowLogId"), Vec::<String>::new());
    let gone = [("FlowLogId.1", id.as_str())];
    ec2_in(&fake, "eu-west-1", "DeleteFlowLogs", &gone)
        .unwrap()
        .refused(400, "InvalidFlowLogId.NotFound");
    assert_eq!(found(&fake, &[]), [id]);
}

#[test]
fn unknown_ids_are_an_error_or_omitted() {
    let fake = Fake::start();
    let id = created(&fake, &[]);
    let requested = [("FlowLogId.1", id.as_str()), ("FlowLogId.2", "fl-0dead")];
    let message =
        ec2(&fake, "DescribeFlowLogs", &requested).refused(400, "InvalidFlowLogId.NotFound");
    assert_eq!(
        message,
        "These flow log ids in the input list are not found: [TotalCount: 1] fl-0dead"
    );
    fake.missing_is_empty(true);
    assert_eq!(found(&fake, &requested), [id]);
    ec2(&fake, "DescribeFlowLogs", &[("FlowLogId.1", "vpc-1")])
        .refused(400, "InvalidParameterValue");
}

#[test]
fn tokens_stay_valid_after_a_deletion_and_only_for_the_same_request() {
    let fake = Fake::start();
    let ids: Vec<String> = (0..5).map(|n| format!("fl-{n}")).collect();
    for id in &ids {
        fake.insert(FlowLog::sample(id, "vpc-1"));
    }
    fake.describe_page_size(3);
    let first = ec2(&fake, "DescribeFlowLogs", &[("MaxResults", "2")]).fine();
    assert_eq!(first.texts("flowLogId"), ids[..2]);
    let token = first.text("nextToken");
    assert_eq!(fake.remove("fl-0").id, "fl-0");
    let second = ec2(&fake, "DescribeFlowLogs", &[("NextToken", &token)]).fine();
    assert_eq!(second.texts("flowLogId"), ids[2..]);
    assert!(second.texts("nextToken").is_empty());
    assert_eq!(
        ec2(&fake, "DescribeFlowLogs", &[]).texts("nextToken").len(),
        1
    );

    let other = [
        ("NextToken", token.as_str()),
        ("Filter.1.Name", "resource-id"),
        ("Filter.1.Value.1", "vpc-1"),
    ];
    ec2(&fake, "DescribeFlowLogs", &other).refused(400, "InvalidPaginationToken");
    ec2(&fake, "DescribeFlowLogs", &[("NextToken", "€€€€€€€€")])
        .refused(400, "InvalidPaginationToken");
    ec2(&fake, "DescribeFlowLogs", &[("MaxResults", "0")]).refused(400, "InvalidParameterValue");
}

#[test]
fn a_flow_log_must_match_one_value_of_every_filter() {
    let fake = Fake::start();
    let tagged = [
        ("TagSpecification.1.ResourceType", "vpc-flow-log"),
        ("TagSpecification.1.Tag.1.Key", "Team"),
        ("TagSpecification.1.Tag.1.Value", "net*work"),
    ];
    let a = created(&fake, &tagged);
    let b = created(
        &fake,
        &[
            BUCKET,
            &[
                ("ResourceId.1", "subnet-22"),
                ("ResourceType", "Subnet"),
                ("TrafficType", "REJECT"),
            ],
        ]
        .concat(),
    );
    fake.deliver_failing(&b, "Access error");
    let by = |name: &str, values: &[&str]| {
        let names: Vec<String> = (1..=values.len())
            .map(|n| format!("Filter.1.Value.{n}"))
            .collect();
        let mut filters = vec![("Filter.1.Name", name)];
        filters.extend(names.iter().map(String::as_str).zip(values.iter().copied()));
        found(&fake, &filters).join(" ")
    };
    let both = format!("{a} {b}");
    assert_eq!(by("resource-id", &["vpc-1", "subnet-??"]), both);
    assert_eq!(by("resource-id", &["subnet-?"]), "");
    assert_eq!(by("traffic-type", &["REJ*"]), b);
    assert_eq!(by("deliver-log-status", &["FAILED"]), b);
    assert_eq!(by("log-destination-type", &["s3"]), b);
    assert_eq!(by("log-group-name", &["/vpc/*"]), a);
    assert_eq!(by("flow-log-id", &[&a]), a);
    assert_eq!(by("tag-key", &["T??m"]), a);
    assert_eq!(by("tag:Team", &["net\\*work"]), a);
    assert_eq!(by("tag:Team", &["net\\*"]), "");
    assert_eq!(by("tag:team", &["*"]), "");
    let both = [
        ("Filter.1.Name", "resource-id"),
        ("Filter.1.Value.1", "*"),
        ("Filter.2.Name", "traffic-type"),
        ("Filter.2.Value.1", "ALL"),
    ];
    assert_eq!(found(&fake, &both), [a]);

    let unknown = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", "x")];
    ec2(&fake, "DescribeFlowLogs", &unknown).refused(400, "InvalidParameterValue");
    ec2(&fake, "DescribeFlowLogs", &[("Filter.1.Name", "tag-key")])
        .refused(400, "InvalidParameterValue");
}

#[test]
fn deleting_unknown_ids_fails_in_part_or_completely() {
    let fake = Fake::start();
    let id = created(&fake, &[]);
    let some = [("FlowLogId.1", "fl-0dead"), ("FlowLogId.2", &id)];
    let reply = ec2(&fake, "DeleteFlowLogs", &some).fine();
    assert_eq!(reply.texts("resourceId"), ["fl-0dead"]);
    assert_eq!(reply.text("code"), "InvalidFlowLogId.NotFound");
    assert_eq!(fake.flow_logs(REGION), vec![]);
    ec2(&fake, "DeleteFlowLogs", &some[1..]).refused(400, "InvalidFlowLogId.NotFound");
    ec2(&fake, "DeleteFlowLogs", &[]).refused(400, "MissingParameter");
}

#[test]
fn unsigned_and_unknown_calls_are_refused() {
    let fake = Fake::start();
    query(&fake, "2016-11-15", None, "DescribeFlowLogs", &[])
        .unwrap()
        .refused(401, "AuthFailure");
    ec2(&fake, "DescribeInstances", &[]).refused(400, "InvalidAction");
    let other = query(&fake, "2099-01-01", None, "DescribeFlowLogs", &[]).unwrap();
    assert_eq!(other.status, 404);
}

#[test]
fn calls_are_recorded() {
    let fake = Fake::start();
    created(&fake, &[("ClientToken", "t")]);
    ec2_in(&fake, "eu-west-1", "DescribeFlowLogs", &[]).unwrap();
    let calls = fake.calls();
    let recorded: Vec<_> = calls
        .iter()
        .map(|call| {
            (
                call.service.as_str(),
                call.action.as_str(),
                call.region.as_str(),
            )
        })
        .collect();
    assert_eq!(
        recorded,
        [
            ("ec2", "CreateFlowLogs", "us-east-1"),
            ("ec2", "DescribeFlowLogs", "eu-west-1")
        ]
    );
    assert_eq!(calls[0].parameters["ClientToken"], "t");
    assert_eq!(calls[0].access_key, "AKIAFAKE");
    assert_eq!(calls[0].user_agent, "raw/1");
    assert!(calls[0].at <= calls[1].at);
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), 1);
    assert_eq!(fake.flow_logs(REGION)[0].account, ACCOUNT);
}
