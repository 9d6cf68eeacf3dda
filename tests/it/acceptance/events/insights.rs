//! The engine "insights": no query runs after the provider has given it up, and an answer is exact or an error.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::harness::fake::{Fake, Fault};
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(120);

fn line(second: i64, source: &str, bytes: i64) -> (i64, String) {
    let start = START + second;
    let line = format!(
        "2 1 eni-0a {source} 10.1.0.1 40000 22 6 2 {bytes} {start} {} ACCEPT OK",
        start + 50
    );
    (start * 1000, line)
}

fn configured(fake: &Fake, all: &[&str]) -> Workspace {
    let work = Workspace::new(Version::Any, fake.url());
    let data = |(number, arguments): (usize, &&str)| {
        format!(
            "data \"vpcflow_log_summary\" \"q{number}\" {{\n  log_group_name = \"flow-logs\"\n  engine = \"insights\"\n\
             start_time = \"2026-01-01T00:00:00Z\"\n  end_time = \"2026-01-01T00:20:00Z\"\n{arguments}\n}}\n"
        )
    };
    work.configure(&all.iter().enumerate().map(data).collect::<String>());
    work
}

fn answer(work: &Workspace, number: usize) -> Value {
    work.instance(&format!("data.vpcflow_log_summary.q{number}"))
}

fn plan(work: &Workspace) -> Run {
    work.run(&["plan", "-no-color"])
}

/// Interrupts a plan as soon as a call has arrived, and does something more.
#[track_caller]
fn interrupted(fake: &Fake, at: &str, then: impl FnOnce()) {
    let work = configured(fake, &["group_by = []"]);
    let child = work.command(&["plan", "-no-color"]).spawn().unwrap();
    let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    // The output must be read, or Terraform blocks on a full pipe.
    let running = std::thread::spawn(move || Run::of(&child.wait_with_output().unwrap()));
    fake.wait_for_calls(at, 1, SOON);
    kill_process(id, Signal::INT).unwrap();
    then();
    let run = running.join().unwrap();
    assert_ne!(run.code, 0, "{}", run.output);
}

#[test]
fn a_query_is_stopped_before_an_interrupted_run_ends() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-0a-all", vec![line(0, "10.0.0.1", 1)]);
    fake.insights_end(u32::MAX, "Complete");
    interrupted(&fake, "GetQueryResults", || {});
    assert_eq!(fake.calls_of("StartQuery").len(), 1);
    assert_eq!(fake.calls_of("StopQuery").len(), 1);
    assert_eq!(fake.running_queries(), 0);
}

#[test]
fn a_query_whose_start_is_under_way_is_stopped_when_its_id_is_known() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-0a-all", vec![line(0, "10.0.0.1", 1)]);
    fake.insights_end(u32::MAX, "Complete");
    fake.fail("StartQuery", Fault::Delay(Duration::from_secs(2)), 1);
    interrupted(&fake, "StartQuery", || {});
    assert_eq!(fake.calls_of("StartQuery").len(), 1);
    assert_eq!(fake.calls_of("StopQuery").len(), 1);
    assert_eq!(fake.running_queries(), 0);
}

#[test]
fn a_query_whose_start_got_no_reply_is_found_and_stopped() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-0a-all", vec![line(0, "10.0.0.1", 1)]);
    fake.insights_end(u32::MAX, "Complete");
    fake.fail("StartQuery", Fault::DropAfterDoing, 1);
    interrupted(&fake, "GetQueryResults", || {});
    assert_eq!(fake.calls_of("StartQuery").len(), 2);
    assert_eq!(fake.running_queries(), 0);
}

#[test]
fn a_query_of_which_no_start_got_a_reply_is_found_and_stopped() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-0a-all", vec![line(0, "10.0.0.1", 1)]);
    fake.insights_end(u32::MAX, "Complete");
    fake.fail("StartQuery", Fault::DropAfterDoing, u32::MAX);
    let work = configured(&fake, &["group_by = []\ntimeout = \"6s\""]);
    assert_ne!(plan(&work).code, 0);
    assert!(fake.calls_of("StartQuery").len() > 1);
    assert_eq!(fake.running_queries(), 0);
}

#[test]
fn a_query_of_others_is_not_stopped() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-0a-all", vec![line(0, "10.0.0.1", 1)]);
    fake.insights_end(u32::MAX, "Complete");
    let others = configured(&fake, &["group_by = []\ntimeout = \"60s\""]);
    let child = others.command(&["plan", "-no-color"]).spawn().unwrap();
    let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    let running = std::thread::spawn(move || Run::of(&child.wait_with_output().unwrap()));
    fake.wait_for_calls("StartQuery", 1, SOON);
    fake.fail("StartQuery", Fault::DropAfterDoing, 1);
    let work = configured(&fake, &["group_by = []\ntimeout = \"4s\""]);
    assert_ne!(plan(&work).code, 0);
    assert_eq!(fake.running_queries(), 1, "only that of the others runs");
    kill_process(id, Signal::INT).unwrap();
    running.join().unwrap();
    assert_eq!(fake.running_queries(), 0);
}

#[test]
fn a_query_that_is_out_of_time_is_stopped_before_the_error() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-0a-all", vec![line(0, "10.0.0.1", 1)]);
    fake.insights_end(u32::MAX, "Complete");
    let work = configured(&fake, &["group_by = []\ntimeout = \"3s\""]);
    plan(&work).fails_with(&["The query was stopped"]);
    assert_eq!(fake.calls_of("StopQuery").len(), 1);
    assert_eq!(fake.running_queries(), 0);
}

#[test]
fn more_groups_than_insights_returns_are_exact_or_an_error() {
    let fake = Fake::start();
    fake.insights_end(0, "Complete");
    let sources = 100_050_i64;
    let lines = (0..sources).map(|number| {
        let (high, low) = (number >> 8, number & 255);
        // Two stand out.
        let bytes = match number {
            70_000 => 5_000,
            90_000 => 4_000,
            _ => 40,
        };
        let line = format!("10.{}.{}.{low} {bytes} {START}", high >> 8, high & 255);
        (START * 1000, line)
    });
    fake.put_events("flow-logs", "eni-0a-all", lines.collect());
    let format = "log_format = \"$${srcaddr} $${bytes} $${start}\"\ngroup_by = [\"src_addr\"]";
    let few = format!("{format}\nhaving {{\n bytes = \">1000\"\n}}");
    let work = configured(&fake, &[&few]);
    work.apply();
    let answer = answer(&work, 0);
    let groups = answer["groups"].as_array().unwrap();
    let bytes: Vec<_> = groups.iter().map(|group| &group["bytes"]).collect();
    assert_eq!(bytes, [5_000, 4_000]);
    assert_eq!(groups[0]["key"]["src_addr"], "10.1.17.112");
    assert_eq!(answer["total"]["flows"], sources);
    assert_eq!(answer["total"]["bytes"], sources * 40 + 5_000 + 4_000 - 80);
    let work = configured(&fake, &[&format!("{format}\nlimit = 3")]);
    plan(&work).fails_with(&[
        "Too many groups",
        "set a lower `limit`",
        "the engine `scan`",
    ]);
}

#[test]
fn numbers_beyond_floating_point_are_refused() {
    let fake = Fake::start();
    fake.insights_end(0, "Complete");
    let large = (1_i64 << 53) + 1;
    let lines = vec![
        line(0, "10.0.0.1", large),
        line(0, "10.0.0.2", large - 2),
        line(0, "10.0.0.3", 1),
        line(1, "10.0.0.3", large - 2),
    ];
    fake.put_events("flow-logs", "eni-0a-all", lines);
    let only = |source: &str| format!("group_by = []\nsrc_addr = \"{source}\"");
    let work = configured(&fake, &[&only("10.0.0.2")]);
    work.apply();
    assert_eq!(answer(&work, 0)["total"]["bytes"], large - 2);
    for (arguments, texts) in [
        (
            only("10.0.0.1"),
            ["numbers from 2^53 on are not exact", "engine `scan`"],
        ),
        (
            only("10.0.0.3"),
            ["numbers from 2^53 on are not exact", "engine `scan`"],
        ),
        (
            format!("group_by = []\nbytes = \">={large}\""),
            ["9007199254740993 is too large", "engine `scan`"],
        ),
    ] {
        plan(&configured(&fake, &[&arguments])).fails_with(&texts);
    }
}
