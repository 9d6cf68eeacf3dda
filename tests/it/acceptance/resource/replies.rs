//! Incomplete and foreign replies: no flow log is lost or replaced, a change counts as done only after a valid reply,
//! and no error contains records.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::query;
use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, Fault, FlowLog, REGION};
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

fn workspace(fake: &Fake, attempts: u32) -> Workspace {
    let settings = format!("max_retries = {attempts}");
    let work = Workspace::new(Version::Any, fake.url()).with_settings(&settings);
    work.configure(&flow_log("main", ""));
    work
}

fn apply(work: &Workspace) -> Run {
    work.run(&["apply", "-auto-approve", "-no-color"])
}

/// Returns the ID of the only flow log, which must be in the state.
#[track_caller]
fn id_in_state(fake: &Fake, work: &Workspace) -> String {
    let logs = fake.flow_logs(REGION);
    assert_eq!(logs.len(), 1, "{logs:?}");
    assert_eq!(work.instance("vpcflow_log.main")["id"], logs[0].id);
    logs[0].id.clone()
}

/// Texts after which a description ends, from nothing to almost everything.
const DESCRIPTIONS: [&str; 8] = [
    "no such text, so the reply is empty",
    "<DescribeFlowLogsResponse",
    "<flowLogSet>",
    "<item><creationTime>20",
    "<flowLogId>fl-0",
    "</flowLogId>",
    "</item></flowLogSet>",
    "</flowLogSet></DescribeFlowLogsResponse",
];

#[test]
fn a_truncated_description_is_requested_again_and_plans_no_changes() {
    let fake = Fake::start();
    let work = workspace(&fake, 2);
    work.apply();
    for (number, after) in DESCRIPTIONS.iter().enumerate() {
        let fault = match number % 2 {
            0 => Fault::Cut(after),
            _ => Fault::CutWithoutLength(after),
        };
        fake.clear_faults();
        fake.fail("DescribeFlowLogs", fault, 1);
        let asked = fake.calls_of("DescribeFlowLogs").len();
        let plan = work.plan();
        assert_eq!(plan.code, 0, "{after}: {}", plan.output);
        assert_eq!(
            fake.calls_of("DescribeFlowLogs").len(),
            asked + 2,
            "{after}"
        );
    }
}

#[test]
fn truncated_descriptions_fail_the_apply_and_keep_the_state() {
    let fake = Fake::start();
    let work = workspace(&fake, 1);
    work.apply();
    let id = id_in_state(&fake, &work);
    for after in DESCRIPTIONS {
        fake.clear_faults();
        fake.fail("DescribeFlowLogs", Fault::Cut(after), 100);
        apply(&work).fails_with(&[
            &format!("Flow log {id} not read"),
            "DescribeFlowLogs in us-east-1 got a reply that cannot be read: the reply",
            "may have cut off or changed the reply",
        ]);
        assert_eq!(id_in_state(&fake, &work), id, "{after}");
    }
    assert!(fake.calls_of("DeleteFlowLogs").is_empty());
    fake.clear_faults();
    work.plans_empty();
}

#[test]
fn a_truncated_description_does_not_make_an_import_replace_the_flow_log() {
    let fake = Fake::start();
    let work = Workspace::new(Version::V115, fake.url()).with_settings("max_retries = 2");
    work.configure(&flow_log("main", ""));
    work.apply();
    let id = id_in_state(&fake, &work);
    work.run(&["state", "rm", "vpcflow_log.main"]).succeeds();
    let import = format!("import {{\n  to = vpcflow_log.main\n  id = \"{id}@us-east-1\"\n}}\n");
    work.configure(&(flow_log("main", "") + &import));
    for after in ["<flowLogId>fl-0", "</flowLogId>", "<logGroupName>flow"] {
        fake.clear_faults();
        fake.fail("DescribeFlowLogs", Fault::Cut(after), 100);
        apply(&work).fails_with(&["got a reply that cannot be read"]);
        fake.clear_faults();
        fake.fail("DescribeFlowLogs", Fault::Cut(after), 1);
        let changes = query::changes(&work);
        assert_eq!(changes, [("no-op import".to_owned(), 1)].into(), "{after}");
    }
    assert_eq!(fake.flow_logs(REGION).len(), 1);
    assert!(fake.calls_of("DeleteFlowLogs").is_empty());
}

#[test]
fn a_create_with_a_truncated_reply_stores_the_complete_id() {
    for after in ["no such text", "<item>fl-0", "<item>fl-", "</flowLogIdSet>"] {
        let fake = Fake::start();
        let work = workspace(&fake, 1);
        // Without a match, the reply is empty.
        fake.fail("CreateFlowLogs", Fault::Cut(after), 1);
        work.apply();
        id_in_state(&fake, &work);
        work.plans_empty();
        work.destroy();
        assert_eq!(fake.flow_logs(REGION), [], "{after}");
    }
}

#[test]
fn a_truncated_search_after_a_create_without_a_reply_is_an_error() {
    let fake = Fake::start();
    let work = workspace(&fake, 1);
    fake.fail("CreateFlowLogs", Fault::Cut("<item>fl-"), 1);
    fake.fail("DescribeFlowLogs", Fault::Cut("<flowLogSet>"), 100);
    apply(&work).fails_with(&[
        "Flow log not created",
        "the search for the flow log failed",
        "got a reply that cannot be read",
    ]);
}

#[test]
fn a_delete_succeeds_only_if_the_flow_log_does_not_exist() {
    let fake = Fake::start();
    let work = workspace(&fake, 1);
    work.apply();
    let id = id_in_state(&fake, &work);
    // The flow log was not deleted, although the reply reports success.
    for fault in [Fault::sign_in_page(), Fault::Instead(200, String::new())] {
        fake.fail("DeleteFlowLogs", fault, 1);
        work.run(&["destroy", "-auto-approve", "-no-color"])
            .fails_with(&[&format!("Flow log {id} not deleted"), "got a reply that"]);
        assert_eq!(id_in_state(&fake, &work), id);
    }
    // The flow log was deleted, although the reply does not report it.
    fake.fail("DeleteFlowLogs", Fault::Cut("<DeleteFlowLogsResponse"), 1);
    work.destroy();
    assert_eq!(fake.flow_logs(REGION), []);
    assert_eq!(work.instances("vpcflow_log.main").len(), 0);
}

#[test]
fn tags_are_stored_only_if_they_were_changed() {
    let fake = Fake::start();
    let work = workspace(&fake, 1);
    work.apply();
    work.configure(&flow_log("main", r#"tags = { Name = "main", More = "x" }"#));
    fake.fail("CreateTags", Fault::sign_in_page(), 1);
    apply(&work).fails_with(&[
        "Tags of flow log",
        "CreateTags in us-east-1 got a reply that is not from AWS",
        "This reply is not from AWS",
    ]);
    assert_eq!(work.instance("vpcflow_log.main")["tags"], Value::Null);
    assert_eq!(work.plan().code, 2, "the tags are still to be set");
    fake.fail("CreateTags", Fault::Cut("<return>tr"), 1);
    work.apply();
    work.plans_empty();
    work.configure(&flow_log("main", r#"tags = { Name = "main" }"#));
    fake.fail("DeleteTags", Fault::sign_in_page(), 1);
    apply(&work).fails_with(&["Tags of flow log", "DeleteTags in us-east-1"]);
    assert_eq!(work.instance("vpcflow_log.main")["tags"]["More"], "x");
    fake.fail("DeleteTags", Fault::Cut("<DeleteTags"), 1);
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION)[0].tags.len(), 1);
}

#[test]
fn a_different_clock_of_aws_does_not_hide_the_created_flow_log() {
    for minutes in [-10, 10] {
        let fake = Fake::start();
        fake.clock_ahead(SignedDuration::from_mins(minutes));
        let work = workspace(&fake, 1);
        fake.fail("CreateFlowLogs", Fault::DropAfterDoing, 1);
        // The flow log is not visible at once.
        fake.hide_for(1);
        work.apply();
        id_in_state(&fake, &work);
        work.plans_empty();
    }
}

#[test]
fn the_age_of_a_flow_log_is_measured_by_the_clock_of_aws() {
    let fake = Fake::start();
    fake.clock_ahead(SignedDuration::from_mins(-20));
    let work = workspace(&fake, 1);
    work.apply();
    let id = id_in_state(&fake, &work);
    fake.change(&id, |log| log.hidden_for = 1);
    work.plans_empty();
}

#[test]
fn an_error_shows_the_last_error_code_and_the_number_of_attempts() {
    let fake = Fake::start();
    let work = workspace(&fake, 2);
    let failed = Fault::Error {
        status: 500,
        code: "InternalError".to_owned(),
        message: "An internal error has occurred".to_owned(),
    };
    fake.fail("CreateFlowLogs", failed, 10);
    apply(&work).fails_with(&[
        "CreateFlowLogs in us-east-1 was refused: InternalError: An internal error has occurred (HTTP 500, request id",
        "2 attempts)",
        "AWS had an internal failure",
    ]);
}

#[test]
fn truncated_credentials_of_a_role_do_not_blame_the_access_key() {
    let fake = Fake::start();
    let role =
        "max_retries = 1\nassume_role {\n role_arn = \"arn:aws:iam::123456789012:role/r\"\n}";
    let work = Workspace::new(Version::Any, fake.url()).with_settings(role);
    work.configure(&flow_log("main", ""));
    for after in ["<AccessKeyId>AS", "</AccessKeyId>", "<SessionToken>F"] {
        fake.fail("AssumeRole", Fault::Cut(after), 10);
        let run = apply(&work).fails_with(&["AssumeRole got a reply that cannot be read"]);
        assert!(
            !run.flat().contains("does not know this access key"),
            "{}",
            run.output
        );
        fake.clear_faults();
    }
    assert!(fake.flow_logs(REGION).is_empty());
    work.apply();
}

#[test]
fn a_very_long_error_text_is_shortened() {
    let fake = Fake::start();
    let work = workspace(&fake, 1);
    for length in [100_000, 50_000_000] {
        let fault = Fault::error("InvalidParameter", &"x".repeat(length));
        fake.fail("CreateFlowLogs", fault, 1);
        let run = apply(&work).fails_with(&["Flow log not created"]);
        assert!(run.output.len() < 20_000, "{} bytes", run.output.len());
    }
}

fn events() -> Fake {
    let fake = Fake::start();
    let line = |n: i64, source: &str| {
        let at = START + n;
        let line =
            format!("2 123456789012 eni-1 {source} 10.1.0.1 40000 22 6 3 180 {at} {at} REJECT OK");
        (at * 1000, line)
    };
    let lines = (0..9).map(|n| line(n, "192.0.2.77")).collect();
    fake.put_events("flow-logs", "eni-1-all", lines);
    fake.events_page_size(4);
    fake
}

fn data(kind: &str, more: &str) -> String {
    format!(
        r#"
data "{kind}" "q" {{
  log_group_name = "flow-logs"
  start_time     = "2026-01-01T00:00:00Z"
  end_time       = "2026-01-01T01:00:00Z"
  {more}
}}
"#
    )
}

/// Invalid replies of CloudWatch Logs. Those with events contain an address that no message may show.
fn invalid_replies() -> Vec<Fault> {
    let whole = |body: &str| Fault::Instead(200, body.to_owned());
    vec![
        whole(""),
        whole("{}"),
        whole(r#"{"events":{"message":"192.0.2.77"}}"#),
        Fault::Cut("192.0.2.77"),
        Fault::CutWithoutLength("\"timestamp\""),
        Fault::Instead(400, r#"{"events":["192.0.2.77"]}"#.to_owned()),
        Fault::Instead(403, "<html>192.0.2.77".to_owned()),
    ]
}

#[test]
fn events_of_an_invalid_page_are_not_used_and_not_shown() {
    let fake = events();
    let settings = "max_retries = 1";
    let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
    let ephemeral = data("vpcflow_log_events", "limit = 100").replacen("data", "ephemeral", 1);
    let configurations = [
        data("vpcflow_log_events", "limit = 100"),
        data("vpcflow_log_summary", "group_by = [\"action\"]"),
        ephemeral + "resource \"terraform_data\" \"x\" {\n  input = \"y\"\n}\n",
    ];
    for configuration in &configurations {
        work.configure(configuration);
        for fault in invalid_replies() {
            fake.clear_faults();
            fake.fail("FilterLogEvents", fault.clone(), 100);
            let run = work.run(&["plan", "-no-color"]).fails_with(&[
                "Flow-log events not read",
                "FilterLogEvents in us-east-1 got a reply that",
            ]);
            assert!(
                !run.output.contains("192.0.2."),
                "{fault:?}: {}",
                run.output
            );
        }
    }
    // A single invalid reply does no harm, because the page is requested again.
    let work = work.with_settings("max_retries = 3");
    work.configure(&data("vpcflow_log_events", "limit = 100"));
    fake.clear_faults();
    for fault in invalid_replies().into_iter().take(2) {
        fake.fail("FilterLogEvents", fault, 1);
    }
    work.apply();
    let read = work.instance("data.vpcflow_log_events.q");
    assert_eq!(read["events"].as_array().map(Vec::len), Some(9));
}

#[test]
fn a_summary_with_insights_requires_complete_results() {
    let fake = events();
    let work = Workspace::new(Version::Any, fake.url()).with_settings("max_retries = 1");
    let insights = "group_by = [\"action\"]\n  engine = \"insights\"";
    work.configure(&data("vpcflow_log_summary", insights));
    for body in ["", "{}", r#"{"status":"Complete"}"#, r#"{"results":[]}"#] {
        fake.clear_faults();
        fake.fail("GetQueryResults", Fault::Instead(200, body.to_owned()), 100);
        work.run(&["plan", "-no-color"]).fails_with(&[
            "Flow-log events not read",
            "GetQueryResults in us-east-1 got a reply that cannot be read",
        ]);
    }
}

#[test]
fn an_endless_list_of_pages_is_an_error() {
    let fake = Fake::start();
    fake.insert(FlowLog::sample(
        "fl-00000000000000001",
        "vpc-0123456789abcdef0",
    ));
    fake.describe_endlessly(crate::harness::fake::Endless::Same);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure("data \"vpcflow_logs\" \"all\" {\n}\n");
    work.run(&["plan", "-no-color"])
        .fails_with(&["pages in a row had no new flow log"]);
    let calls = fake.calls_of("DescribeFlowLogs").len();
    assert!(calls < 300, "{calls} calls");
}

#[test]
fn an_endless_reply_is_an_error() {
    let fake = Fake::start();
    let work = workspace(&fake, 5);
    work.apply();
    fake.fail("DescribeFlowLogs", Fault::Endless, 1);
    work.run(&["plan", "-no-color"])
        .fails_with(&["not read", "the reply is larger than 64 MiB"]);
    let sent = fake.sent_endlessly();
    assert!(sent < 90 << 20, "{sent} bytes were taken");
    fake.wait_for_calls("DescribeFlowLogs", 2, Duration::from_secs(1));
}
