//! The calls of the engine "athena": each query is started once, and none runs after the provider has given it up.

use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::athena::{Setting, key};
use crate::harness::fake::Fault;
use crate::harness::terraform::Run;

/// The bucket of the objects, which the fake lists.
const BUCKET: &str = crate::harness::athena::BUCKET;

/// Polls that no test reaches.
const ENDLESS: i64 = 1_000_000;

/// A plan that runs.
struct Planning {
    id: Pid,
    run: JoinHandle<Run>,
}

impl Planning {
    fn begin(setting: &Setting) -> Self {
        let child = setting.work.command(&["plan", "-no-color"]);
        let child = { child }.spawn().unwrap();
        let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        // The output must be read, or Terraform blocks on a full pipe.
        let run = std::thread::spawn(move || Run::of(&child.wait_with_output().unwrap()));
        Self { id, run }
    }

    fn interrupt(&self) {
        kill_process(self.id, Signal::INT).unwrap();
    }

    #[track_caller]
    fn fails(self) -> Run {
        let run = self.run.join().unwrap();
        assert_ne!(run.code, 0, "{}", run.output);
        run
    }
}

/// The queries of the aggregate, without the statement that created the table.
fn selects(setting: &Setting) -> Vec<Value> {
    let queries = setting.athena.queries().into_iter();
    let is_select = |query: &Value| {
        let text = query["request"]["QueryString"].as_str().unwrap();
        !text.starts_with("CREATE")
    };
    queries.filter(is_select).collect()
}

#[test]
fn a_start_whose_reply_is_lost_is_sent_again_and_gives_one_query() {
    let setting = Setting::with_table(false, "log.gz");
    let starts = || {
        let calls = setting.athena.calls().into_iter();
        calls.filter(|call| call == "StartQueryExecution").count()
    };
    let before = starts();
    setting.athena.faults(&json!({ "lose": 2 }));
    setting.query("group_by = [\"src_addr\"]");
    setting.work.apply();
    assert_eq!(starts() - before, 3);
    let queries = selects(&setting);
    assert_eq!(queries.len(), 1, "{queries:#?}");
    assert_eq!(queries[0]["stopped"], false);
    assert_eq!(queries[0]["state"], "SUCCEEDED");
}

#[test]
fn a_query_whose_replies_are_all_lost_is_stopped() {
    let setting = Setting::with_table(false, "log.gz");
    // The only attempt is lost. The call that finds the query to stop is not.
    setting
        .athena
        .faults(&json!({ "lose": 1, "running": ENDLESS }));
    setting.query("group_by = [\"src_addr\"]");
    let text = setting.work.read("main.tf");
    let text = text.replacen("endpoints {", "max_retries = 1\n  endpoints {", 1);
    setting.work.write("main.tf", &text);
    setting.plan().fails_with(&["network.flow_logs"]);
    let queries = selects(&setting);
    assert_eq!(queries.len(), 1, "{queries:#?}");
    assert_eq!(queries[0]["stopped"], true);
}

#[test]
fn a_query_is_stopped_before_an_interrupted_run_ends() {
    let setting = Setting::with_table(false, "log.gz");
    setting.athena.faults(&json!({ "running": ENDLESS }));
    setting.query("group_by = []");
    let planning = Planning::begin(&setting);
    setting.athena.wait_until_running();
    planning.interrupt();
    planning.fails();
    let queries = selects(&setting);
    assert_eq!(queries.len(), 1, "{queries:#?}");
    assert_eq!(queries[0]["stopped"], true);
}

#[test]
fn a_query_whose_start_is_under_way_is_stopped_when_its_id_is_known() {
    let setting = Setting::with_table(false, "log.gz");
    setting
        .athena
        .faults(&json!({ "hold": true, "running": ENDLESS }));
    setting.query("group_by = []");
    let planning = Planning::begin(&setting);
    setting.athena.wait_until_started(2);
    planning.interrupt();
    // Time passes until the provider knows of the interrupt: the reply comes with the first call of another client.
    setting.athena.faults(&json!({ "running": ENDLESS }));
    planning.fails();
    let queries = selects(&setting);
    assert_eq!(queries.len(), 1, "{queries:#?}");
    assert_eq!(queries[0]["stopped"], true);
}

#[test]
fn a_start_that_waits_for_other_queries_is_not_sent_after_an_interrupt() {
    let setting = Setting::with_table(false, "log.gz");
    setting.athena.faults(&json!({ "throttle": ENDLESS }));
    setting.query("group_by = []");
    let planning = Planning::begin(&setting);
    setting.athena.wait_for_calls("StartQueryExecution", 3);
    planning.interrupt();
    planning.fails();
    let starts = setting.athena.calls().len();
    setting.athena.faults(&json!({}));
    assert_eq!(selects(&setting), Vec::<Value>::new());
    assert_eq!(setting.athena.calls().len(), starts);
}

#[test]
fn numbers_beyond_floating_point_are_exact() {
    let setting = Setting::with_table(false, "log.gz");
    let large = (1_i64 << 53) + 1;
    let line = format!(
        "2 123456789012 eni-1 10.9.0.1 10.1.0.1 40000 22 6 3 {large} 1767225700 1767225750 ACCEPT OK"
    );
    setting.put("00", "large", vec![line]);
    let data = setting.count(&format!(
        "group_by = [\"bytes\"]\nbytes = \">={large}\"\nhaving {{\n bytes = \"{large}\"\n}}"
    ));
    assert_eq!(data["groups"][0]["bytes"], large, "{data:#}");
    assert_eq!(data["groups"][0]["key"]["bytes"], large.to_string());
    assert_eq!(data["total"]["bytes"], large);
    // The sum of two is more than a number of 64 bits.
    let most = i64::MAX;
    let line = |source: &str| {
        format!(
            "2 123456789012 eni-1 {source} 10.1.0.1 40000 22 6 3 {most} 1767225700 1767225750 ACCEPT OK"
        )
    };
    setting.put("00", "largest", vec![line("10.9.0.2"), line("10.9.0.3")]);
    setting.query("group_by = []\nsrc_addr = \"10.9.0.0/16\"");
    setting.plan().fails_with(&["64 bits"]);
}

/// Lists objects of 100,000 bytes each: one of the day, one of the day before, and one of long before.
fn list(setting: &Setting) {
    for day in ["2026-01-01", "2025-12-31", "2025-12-20"] {
        let key = key(false, "log.gz", day, "00");
        setting.fake.put_object(BUCKET, &key, vec![0; 100_000]);
    }
    let hidden = key(false, "log.gz", "2026-01-01", "00").replace("123456789012_", "_");
    setting.fake.put_object(BUCKET, &hidden, vec![0; 100_000]);
}

#[test]
fn what_the_partitions_hold_is_checked_before_a_query_is_started() {
    let setting = Setting::with_table(false, "log.gz");
    list(&setting);
    setting.query("group_by = []\nmax_scan_bytes = 199999");
    setting.plan().fails_with(&[
        "Too many bytes to read",
        "2 objects with 200000 bytes",
        "No query was started",
    ]);
    assert_eq!(selects(&setting), Vec::<Value>::new());
    let answer = setting.count("group_by = []\nmax_scan_bytes = 200000");
    assert!(answer["total"]["flows"].as_i64().unwrap() > 0);
}

#[test]
fn a_query_that_reads_more_than_it_may_is_stopped() {
    let setting = Setting::with_table(false, "log.gz");
    list(&setting);
    let denied = Fault::Error {
        status: 403,
        code: "AccessDenied".to_owned(),
        message: "Access Denied".to_owned(),
    };
    setting.fake.fail("ListObjectsV2", denied, 20);
    setting
        .athena
        .faults(&json!({ "running": ENDLESS, "scanning": 60_000 }));
    setting.query("group_by = []\nmax_scan_bytes = 100000");
    setting.plan().fails_with(&[
        "Too many bytes to read",
        "The query has read 120000 bytes",
        "s3:ListBucket",
    ]);
    let queries = selects(&setting);
    assert_eq!(queries.len(), 1, "{queries:#?}");
    assert_eq!(queries[0]["stopped"], true);
}
