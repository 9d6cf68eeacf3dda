//! Traffic as a gate: a check that warns and a postcondition that fails, by the exit codes that CI sees.

use crate::harness::fake::{Fake, FlowLog};
use crate::harness::terraform::{Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

fn fake(rejected: i64) -> Fake {
    let fake = Fake::start();
    let line = |n: i64| {
        let (at, action) = (START + n, if n < rejected { "REJECT" } else { "ACCEPT" });
        let line = format!(
            "2 123456789012 eni-1 192.0.2.{n} 10.1.0.1 40000 22 6 3 180 {at} {at} {action} OK"
        );
        (at * 1000, line)
    };
    fake.put_events("flow-logs", "eni-1-all", (0..5).map(line).collect());
    let log = FlowLog::of_group(0, "flow-logs", "");
    fake.insert(FlowLog {
        log_format: FlowLog::sample("fl-0", "vpc-0").log_format,
        ..log
    });
    fake
}

/// A query of what was refused, with a gate inside or behind it.
fn query(inside: &str, behind: &str) -> String {
    format!(
        r#"
data "vpcflow_log_events" "refused" {{
  log_group_name = "flow-logs"
  start_time     = "2026-01-01T00:00:00Z"
  end_time       = "2026-01-01T01:00:00Z"
  action         = "REJECT"
  {inside}
}}
{behind}
"#
    )
}

const CHECK: &str = r#"
check "nobody_knocks" {
  assert {
    condition     = length(data.vpcflow_log_events.refused.events) == 0
    error_message = "Refused: ${join(", ", distinct(data.vpcflow_log_events.refused.events[*].src_addr))}."
  }
}
"#;

const POSTCONDITION: &str = r#"
  lifecycle {
    postcondition {
      condition     = length(self.events) == 0
      error_message = "Refused: ${join(", ", distinct(self.events[*].src_addr))}."
    }
  }
"#;

/// Plans and applies as CI does, and gives both exit codes.
fn codes(fake: &Fake, configuration: &str, says: &[&str]) -> (i32, i32) {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(configuration);
    let plan = work.plan().says(says);
    let apply = work
        .run(&["apply", "-auto-approve", "-no-color"])
        .says(says);
    // A gate that was passed leaves nothing to do behind, however often it is asked.
    if apply.code == 0 {
        assert_eq!(work.plan().code, 0);
    }
    (plan.code, apply.code)
}

#[test]
fn a_check_warns_and_the_run_goes_on() {
    let configuration = query("", CHECK);
    let warning = [
        "Check block assertion failed",
        "Refused: 192.0.2.0, 192.0.2.1.",
    ];
    assert_eq!(codes(&fake(2), &configuration, &warning), (0, 0));
    assert_eq!(codes(&fake(0), &configuration, &[]), (0, 0));
}

#[test]
fn a_postcondition_fails_the_run() {
    let configuration = query(POSTCONDITION, "");
    let error = [
        "Resource postcondition failed",
        "Refused: 192.0.2.0, 192.0.2.1.",
    ];
    assert_eq!(codes(&fake(2), &configuration, &error), (1, 1));
    assert_eq!(codes(&fake(0), &configuration, &[]), (0, 0));
}

#[test]
fn a_gate_that_sees_half_of_the_traffic_does_not_open() {
    let fake = fake(0);
    fake.latency("FilterLogEvents", std::time::Duration::from_secs(5));
    let configuration = query(&format!("{POSTCONDITION}\n  timeout = \"300ms\""), "");
    assert_eq!(
        codes(&fake, &configuration, &["The `timeout` passed"]),
        (1, 1)
    );
}

#[test]
fn a_gate_that_cannot_see_warns_and_does_not_open_where_it_has_to_see() {
    let fake = Fake::start();
    let line = "192.0.2.1 22 REJECT".to_owned();
    fake.put_events("flow-logs", "eni-1-all", vec![(START * 1000, line)]);
    let warning = ["Warning: Record format assumed", "set `log_format`"];
    assert_eq!(codes(&fake, &query(POSTCONDITION, ""), &warning), (0, 0));
    let required = query(&format!("{POSTCONDITION}\n  require_complete = true"), "");
    let error = ["Error: Query not complete", "unread_lines: "];
    assert_eq!(codes(&fake, &required, &error), (1, 1));
    let own = POSTCONDITION.replace("== 0", "== 0 && self.complete != false");
    let error = ["Resource postcondition failed"];
    assert_eq!(codes(&fake, &query(&own, ""), &error), (1, 1));
}

#[test]
fn a_summary_can_be_a_gate() {
    let gate = |most: u32| {
        format!(
            r#"
data "vpcflow_log_summary" "talkers" {{
  log_group_name = "flow-logs"
  start_time     = "2026-01-01T00:00:00Z"
  end_time       = "2026-01-01T01:00:00Z"
  group_by       = ["dst_port"]
  lifecycle {{
    postcondition {{
      condition     = alltrue([for group in self.groups : group.rejected <= {most}])
      error_message = "Too many rejected."
    }}
  }}
}}
"#
        )
    };
    let fake = fake(3);
    assert_eq!(codes(&fake, &gate(2), &["Too many rejected."]), (1, 1));
    assert_eq!(codes(&fake, &gate(3), &[]), (0, 0));
}
