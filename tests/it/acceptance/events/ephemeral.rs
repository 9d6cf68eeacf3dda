//! The ephemeral resource: the same query, whose traffic is stored nowhere.

use crate::harness::fake::Fake;
use crate::harness::terraform::{Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

fn fake() -> Fake {
    let fake = Fake::start();
    let line = |n: i64, source: &str| {
        let at = START + n;
        let line =
            format!("2 123456789012 eni-1 {source} 10.1.0.1 40000 22 6 3 180 {at} {at} REJECT OK");
        (at * 1000, line)
    };
    let mut lines = vec![line(0, "192.0.2.77"), line(1, "192.0.2.78")];
    lines.push(((START + 2) * 1000, "canary-198.51.100.1 cut".to_owned()));
    fake.put_events("flow-logs", "eni-1-all", lines);
    fake
}

fn query(more: &str, most: usize) -> String {
    format!(
        r#"
ephemeral "vpcflow_log_events" "q" {{
  log_group_name = "flow-logs"
  start_time     = "2026-01-01T00:00:00Z"
  end_time       = "2026-01-01T01:00:00Z"
  {more}
  lifecycle {{
    postcondition {{
      condition     = length(self.events) <= {most}
      error_message = "There was traffic."
    }}
  }}
}}
resource "terraform_data" "something" {{
  input = "to be applied"
}}
"#
    )
}

#[test]
fn its_traffic_is_stored_nowhere() {
    let fake = fake();
    // Terraform 1.11 itself panics when it shows a plan with a postcondition of an ephemeral resource as JSON.
    let work = Workspace::new(Version::V115, fake.url());
    work.configure(&query(
        "exclude { dst_port = \"443\" }\n  region = \"us-east-1\"\n  filter_pattern = \"[...]\"",
        2,
    ));
    let applied = work.apply();
    let calls = fake.calls_of("FilterLogEvents").len();
    assert!(
        calls >= 2,
        "it was read {calls} times, in plan and in apply"
    );
    let applied = applied.says(&["Lines that do not parse", "`statistics` says how many"]);
    let plan = work.run(&["plan", "-out=saved", "-no-color"]).succeeds();
    let shown = work.run(&["show", "-json", "saved"]).succeeds();
    let state = work.read("terraform.tfstate");
    for kept in [&applied.output, &plan.output, &shown.output, &state] {
        for traffic in ["192.0.2.7", "198.51.100.1"] {
            assert!(!kept.contains(traffic), "{traffic} is in:\n{kept}");
        }
    }
}

#[test]
fn it_can_be_a_gate() {
    let fake = fake();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&query("src_addr = \"192.0.2.0/24\"", 1));
    let run = work.run(&["plan", "-no-color"]);
    assert!(!run.output.contains("192.0.2.7"), "{}", run.output);
    run.fails_with(&["There was traffic."]);
    work.configure(&query("src_addr = \"192.0.2.77\"", 1));
    work.apply();
}

#[test]
fn mistakes_are_found_as_in_the_data_source() {
    let fake = fake();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&query("src_addr = \"300.1.1.1\"", 1));
    work.run(&["validate", "-no-color"])
        .fails_with(&["Malformed filter src_addr"]);
    work.configure(&query("order = \"sideways\"", 1));
    work.run(&["validate", "-no-color"])
        .fails_with(&["Invalid value for order"]);
}
