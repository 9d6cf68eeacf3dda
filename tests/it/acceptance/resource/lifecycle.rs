//! Creating, reading, changing, replacing, importing and deleting a flow log.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use crate::acceptance::flow_log;
use crate::harness::fake::{Age, Fake, Fault, FlowLog, REGION};
use crate::harness::terraform::{Version, Workspace};

/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(120);

#[test]
fn a_flow_log_is_created_read_and_destroyed() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", r#"tags = { Name = "main" }"#));
    work.apply();
    work.plans_empty();
    let created = fake.flow_logs(REGION).remove(0);
    let state = work.instance("vpcflow_log.main");
    assert_eq!(state["id"], created.id);
    assert_eq!(
        state["arn"],
        format!(
            "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/{}",
            created.id
        )
    );
    assert_eq!(state["resource_id"], "vpc-0123456789abcdef0");
    assert_eq!(state["resource_type"], "VPC");
    assert_eq!(state["log_destination_type"], "cloud-watch-logs");
    assert_eq!(
        state["log_destination"],
        "arn:aws:logs:us-east-1:123456789012:log-group:flow-logs"
    );
    assert_eq!(state["max_aggregation_interval"], 600);
    assert_eq!(state["deliver_logs_status"], "SUCCESS");
    let time = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    assert_eq!(
        time(state["creation_time"].as_str().unwrap()),
        time(&created.creation_time)
    );
    assert_eq!(
        created.tags,
        BTreeMap::from([("Name".to_owned(), "main".to_owned())])
    );
    work.destroy();
    assert_eq!(fake.flow_logs(REGION), []);
}

#[test]
fn tags_change_in_place_and_other_arguments_force_replacement() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log(
        "main",
        r#"tags = { Name = "before", Gone = "x" }"#,
    ));
    work.apply();
    let first = fake.flow_logs(REGION).remove(0);
    work.configure(&flow_log("main", r#"tags = { Name = "after" }"#));
    work.apply();
    work.plans_empty();
    let same = fake.flow_logs(REGION).remove(0);
    assert_eq!(same.id, first.id);
    assert_eq!(
        same.tags,
        BTreeMap::from([("Name".to_owned(), "after".to_owned())])
    );
    work.configure(&flow_log("main", "max_aggregation_interval = 60"));
    work.plan()
        .says(&["must be replaced", "# forces replacement"]);
    work.apply();
    work.plans_empty();
    let other = fake.flow_logs(REGION);
    assert_eq!(other.len(), 1);
    assert_ne!(other[0].id, first.id);
    assert_eq!(other[0].max_aggregation_interval, 60);
}

#[test]
fn omitted_and_default_destination_options_are_equal() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let forms = [
        "",
        "destination_options {}",
        r#"destination_options { file_format = "plain-text" }"#,
        "destination_options {\n file_format = null\n hive_compatible_partitions = false\n}",
    ];
    let configure = |options: &str| {
        work.configure(&format!(
            r#"
resource "vpcflow_log" "s3" {{
  subnet_id       = "subnet-0123456789abcdef0"
  traffic_type    = "REJECT"
  log_destination = "arn:aws:s3:::bucket/folder/"
  {options}
}}"#
        ));
    };
    for form in forms {
        configure(form);
        work.apply();
        work.plans_empty();
    }
    let created = fake.flow_logs(REGION);
    assert_eq!(created.len(), 1);
    assert_eq!(fake.calls_of("CreateFlowLogs").len(), 1);
    configure("destination_options { per_hour_partition = true }");
    work.plan()
        .says(&["must be replaced", "per_hour_partition"]);
    work.apply();
    work.plans_empty();
    assert!(
        fake.flow_logs(REGION)[0]
            .destination_options
            .as_ref()
            .unwrap()
            .per_hour_partition
    );
}

#[test]
fn a_flow_log_created_outside_of_terraform_is_imported_without_changes() {
    let fake = Fake::start();
    let mut created = FlowLog::sample("fl-0aaaaaaaaaaaaaaaa", "eni-0123456789abcdef0");
    created.resource_type = "NetworkInterface".to_owned();
    created.log_destination = None;
    created.tags = BTreeMap::from([("Name".to_owned(), "created elsewhere".to_owned())]);
    fake.insert(created);
    for id in [
        "fl-0aaaaaaaaaaaaaaaa",
        "fl-0aaaaaaaaaaaaaaaa@us-east-1",
        "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/fl-0aaaaaaaaaaaaaaaa",
    ] {
        let work = Workspace::new(Version::Any, fake.url());
        work.configure(
            r#"
resource "vpcflow_log" "found" {
  eni_id         = "eni-0123456789abcdef0"
  traffic_type   = "ALL"
  log_group_name = "sample"
  iam_role_arn   = "arn:aws:iam::123456789012:role/sample"
  tags           = { Name = "created elsewhere" }
}"#,
        );
        work.run(&["import", "-no-color", "vpcflow_log.found", id])
            .succeeds();
        work.plans_empty();
    }
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.run(&["import", "-no-color", "vpcflow_log.main", "flowlog-1"])
        .fails_with(&[
            "Flow log not imported",
            "\"flowlog-1\" is not the ID of a flow log",
        ]);
    for (arn, problem) in [
        (
            "arn:aws:ec2:us-east-1:210987654321:vpc-flow-log/fl-0aaaaaaaaaaaaaaaa",
            "names account 210987654321 for the flow log",
        ),
        (
            "arn:aws-cn:ec2:us-east-1:123456789012:vpc-flow-log/fl-0aaaaaaaaaaaaaaaa",
            "The region us-east-1 belongs to the partition aws, but the partition in the ARN is aws-cn",
        ),
        (
            "arn:aws:s3:us-east-1:123456789012:vpc-flow-log/fl-0aaaaaaaaaaaaaaaa",
            "is not the ID of a flow log",
        ),
        (
            "arn:aws:ec2:us-east-1:123456789012:vpc/fl-0aaaaaaaaaaaaaaaa",
            "is not the ID of a flow log",
        ),
    ] {
        work.run(&["import", "-no-color", "vpcflow_log.main", arn])
            .fails_with(&["Flow log not imported", problem]);
    }
    work.run(&[
        "import",
        "-no-color",
        "vpcflow_log.main",
        "fl-0bbbbbbbbbbbbbbbb",
    ])
    .fails_with(&["Cannot import non-existent remote object"]);
}

#[test]
fn a_flow_log_deleted_outside_of_terraform_is_created_again() {
    for empty in [false, true] {
        let fake = Fake::start();
        fake.missing_is_empty(empty);
        let work = Workspace::new(Version::Any, fake.url());
        work.configure(&flow_log("main", ""));
        work.apply();
        let id = fake.flow_logs(REGION).remove(0).id;
        fake.remove(&id);
        fake.clock_ahead(SignedDuration::from_mins(3));
        let plan = work.plan();
        assert_eq!(plan.code, 2);
        plan.says(&["vpcflow_log.main will be created"]);
        work.apply();
        work.plans_empty();
        work.destroy();
    }
}

#[test]
fn a_flow_log_that_ec2_does_not_show_is_kept_until_it_is_two_minutes_old() {
    let work_of = |fake: &Fake| {
        let work = Workspace::new(Version::Any, fake.url());
        work.configure(&flow_log("main", ""));
        work.apply();
        work
    };
    // EC2 replies from the time before the create, again and again.
    let fake = Fake::start();
    fake.remember(false);
    let work = work_of(&fake);
    fake.fail("DescribeFlowLogs", Fault::Stale(Age::Oldest), u32::MAX);
    work.plans_empty();
    fake.clear_faults();
    work.plans_empty();
    // The flow log is gone, and two minutes pass while the provider looks for it.
    let fake = Fake::start();
    let work = work_of(&fake);
    let id = fake.flow_logs(REGION).remove(0).id;
    fake.remove(&id);
    let before = fake.calls_of("DescribeFlowLogs").len();
    let plan = std::thread::scope(|scope| {
        let plan = scope.spawn(|| work.plan());
        fake.wait_for_calls("DescribeFlowLogs", before + 3, SOON);
        fake.clock_ahead(SignedDuration::from_mins(3));
        plan.join().unwrap()
    });
    plan.says(&["vpcflow_log.main will be created"]);
}

#[test]
fn a_new_flow_log_that_is_not_visible_yet_is_not_removed_from_the_state() {
    let fake = Fake::start();
    fake.hide_for(2);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.apply();
    work.plans_empty();
    let id = fake.flow_logs(REGION).remove(0).id;
    fake.change(&id, |log| log.hidden_for = 2);
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}

#[test]
fn failed_delivery_is_a_warning() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.apply();
    let id = fake.flow_logs(REGION).remove(0).id;
    fake.deliver_failing(&id, "Access error");
    let plan = work.plan();
    plan.says(&[
        "Warning: Flow log",
        "does not deliver",
        "EC2 reports the delivery status FAILED: Access error. Records are lost.",
    ]);
}

#[test]
fn twenty_flow_logs_agree_with_the_server_after_each_step() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let configure = |tag: &str| {
        work.configure(&format!(
            r#"
resource "vpcflow_log" "many" {{
  count          = 20
  vpc_id         = format("vpc-%017x", count.index)
  traffic_type   = "ALL"
  log_group_name = "flow-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
  tags           = {{ Number = tostring(count.index), Step = "{tag}" }}
}}"#
        ));
    };
    let agrees = |step: &str| {
        let served = fake.flow_logs(REGION);
        let served: BTreeMap<_, _> = served
            .into_iter()
            .map(|log| (log.id, (log.resource_id, json!(log.tags))))
            .collect();
        let known = work.instances("vpcflow_log.many").into_iter().map(|state| {
            let text = |name: &str| state[name].as_str().unwrap().to_owned();
            (text("id"), (text("vpc_id"), state["tags_all"].clone()))
        });
        assert_eq!(known.collect::<BTreeMap<_, _>>(), served, "after {step}");
        served.len()
    };
    configure("created");
    work.apply();
    assert_eq!(agrees("create"), 20);
    configure("changed");
    work.apply();
    assert_eq!(agrees("change"), 20);
    work.plans_empty();
    work.destroy();
    assert_eq!(agrees("destroy"), 0);
}

#[test]
fn throttling_and_server_errors_are_retried_with_the_same_client_token() {
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::Throttle, 1);
    fake.fail(
        "CreateFlowLogs",
        Fault::Error {
            status: 503,
            code: "ServiceUnavailable".to_owned(),
            message: "later".to_owned(),
        },
        1,
    );
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.apply();
    let calls = fake.calls_of("CreateFlowLogs");
    assert_eq!(calls.len(), 3);
    let tokens: Vec<_> = calls
        .iter()
        .map(|call| &call.parameters["ClientToken"])
        .collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}

#[test]
fn a_role_that_cannot_be_assumed_yet_is_retried_after_either_error() {
    const TEXT: &str = "Unable to assume given IAM role";
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::error("InvalidParameter", TEXT), 1);
    fake.fail(
        "CreateFlowLogs",
        Fault::unsuccessful("InvalidParameter", TEXT),
        1,
    );
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.apply();
    assert_eq!(fake.calls_of("CreateFlowLogs").len(), 3);
    work.plans_empty();
}

#[test]
fn an_http_200_with_unsuccessful_items_is_a_failure() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    let message = "LogDestination: bucket does not exist";
    fake.fail("CreateFlowLogs", Fault::unsuccessful("400", message), 1);
    work.run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&["Flow log not created", message, "vpc-0123456789abcdef0"]);
    assert_eq!(fake.flow_logs(REGION), []);
    work.apply();
    fake.fail(
        "DeleteFlowLogs",
        Fault::unsuccessful("InternalError", "try later"),
        30,
    );
    work.run(&["destroy", "-auto-approve", "-no-color"])
        .fails_with(&["not deleted", "try later"]);
    assert_eq!(work.instances("vpcflow_log.main").len(), 1);
    fake.clear_faults();
    work.destroy();
    assert_eq!(fake.flow_logs(REGION), []);
}

#[test]
fn a_create_without_a_reply_finds_the_flow_log() {
    for fault in [Fault::DropAfterDoing, Fault::Garbage] {
        let fake = Fake::start();
        fake.fail("CreateFlowLogs", fault.clone(), 3);
        let work = Workspace::new(Version::Any, fake.url()).with_settings("max_retries = 1");
        work.configure(&flow_log("main", ""));
        work.apply();
        let created = fake.flow_logs(REGION);
        assert_eq!(created.len(), 1, "{fault:?}");
        assert_eq!(work.instance("vpcflow_log.main")["id"], created[0].id);
        fake.clear_faults();
        work.plans_empty();
    }
}

#[test]
fn a_describe_that_fails_after_the_create_keeps_the_flow_log_in_the_state() {
    let fake = Fake::start();
    fake.fail(
        "DescribeFlowLogs",
        Fault::error("UnauthorizedOperation", "not allowed"),
        1,
    );
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    work.apply()
        .says(&["created but not read back", "UnauthorizedOperation"]);
    let state = work.instance("vpcflow_log.main");
    assert_eq!(state["id"], fake.flow_logs(REGION)[0].id);
    assert_eq!(state["traffic_type"], "ALL");
    work.plans_empty();
}

#[test]
fn after_a_partial_tag_failure_the_state_shows_the_real_tags() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", r#"tags = { Old = "x", Same = "s" }"#));
    work.apply();
    work.configure(&flow_log("main", r#"tags = { New = "y", Same = "s" }"#));
    fake.fail(
        "CreateTags",
        Fault::error("UnauthorizedOperation", "no tags today"),
        1,
    );
    work.run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&["Tags of flow log", "not changed", "no tags today"]);
    let state = work.instance("vpcflow_log.main");
    assert_eq!(state["tags_all"], json!({ "Same": "s" }));
    work.apply();
    work.plans_empty();
    let tags = &fake.flow_logs(REGION)[0].tags;
    assert_eq!(json!(tags), json!({ "New": "y", "Same": "s" }));
}

#[test]
fn a_slow_endpoint_does_not_time_out() {
    let fake = Fake::start();
    fake.latency("*", Duration::from_millis(300));
    let work = Workspace::new(Version::V115, fake.url());
    work.configure(&flow_log("main", ""));
    work.apply();
    work.plans_empty();
    work.destroy();
}
