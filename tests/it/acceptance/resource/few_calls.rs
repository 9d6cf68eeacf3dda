//! Many flow logs cost few calls, and no call is throttled under EC2's documented buckets.

use std::time::Duration;

use crate::harness::fake::{Fake, FlowLog, REGION};
use crate::harness::terraform::{Version, Workspace};

const MANY: usize = 300;
const LATENCY: Duration = Duration::from_millis(20);

/// Returns the configuration of many flow logs, with a tag or without any.
fn many(count: usize, more: &str) -> String {
    format!(
        r#"
locals {{
  numbers = {{ for number in range({count}) : tostring(number) => number }}
}}

resource "vpcflow_log" "many" {{
  for_each       = local.numbers
  vpc_id         = format("vpc-%017x", each.value)
  traffic_type   = "ALL"
  log_group_name = "sample"
  iam_role_arn   = "arn:aws:iam::123456789012:role/sample"
  {more}
}}
"#
    )
}

const IMPORT: &str = r#"
import {
  for_each = local.numbers
  to       = vpcflow_log.many[each.key]
  id       = format("fl-%017x", each.value)
}
"#;

/// Creates flow logs outside of Terraform and imports them.
fn imported(count: usize) -> (Fake, Workspace) {
    let fake = Fake::start();
    fake.latency("*", LATENCY);
    fake.ec2_buckets();
    for number in 0..count {
        let id = format!("fl-{number:017x}");
        fake.insert(FlowLog::sample(&id, &format!("vpc-{number:017x}")));
    }
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!("{}{IMPORT}", many(count, "")));
    work.apply().says(&[&format!(
        "{count} imported, 0 added, 0 changed, 0 destroyed"
    )]);
    work.configure(&many(count, ""));
    (fake, work)
}

/// Returns how many calls of an action are made meanwhile.
fn calls(fake: &Fake, action: &str, act: impl FnOnce()) -> usize {
    let before = fake.calls_of(action).len();
    act();
    fake.calls_of(action).len() - before
}

#[test]
fn a_refresh_of_many_costs_five_calls_at_most_and_sees_every_change() {
    let (fake, work) = imported(MANY);
    let refresh = || work.plan();
    let cost = calls(&fake, "DescribeFlowLogs", || {
        assert_eq!(refresh().code, 0);
    });
    assert!(cost <= 5, "{cost} calls");

    fake.remove(&format!("fl-{:017x}", 250));
    for number in [0, 299] {
        fake.change(&format!("fl-{number:017x}"), |log| {
            log.tags.insert("Owner".to_owned(), "somebody".to_owned());
        });
    }
    let cost = calls(&fake, "DescribeFlowLogs", || {
        refresh().says(&["1 to add, 2 to change, 0 to destroy"]);
    });
    // One more asks for the one that is missing by its ID.
    assert!(cost <= 6, "{cost} calls");
    assert_eq!(fake.throttled(), 0);
}

#[test]
fn a_refresh_of_one_costs_one_call() {
    let (fake, work) = imported(1);
    let cost = calls(&fake, "DescribeFlowLogs", || {
        assert_eq!(work.plan().code, 0);
    });
    assert_eq!(cost, 1);
}

#[test]
fn deletes_of_many_share_calls_and_stay_within_the_bucket() {
    let (fake, work) = imported(MANY);
    // Long enough for Terraform to ask for others meanwhile, on any machine.
    fake.latency("DeleteFlowLogs", Duration::from_millis(400));
    let cost = calls(&fake, "DeleteFlowLogs", || {
        work.destroy();
    });
    assert!(fake.flow_logs(REGION).is_empty());
    assert!(cost <= MANY / 3, "{cost} calls");
    assert_eq!(fake.throttled(), 0);
}

#[test]
fn creates_and_tags_stay_within_the_bucket() {
    let fake = Fake::start();
    fake.ec2_buckets();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&many(65, ""));
    work.apply();
    work.configure(&many(65, r#"tags = { Owner = "network" }"#));
    work.apply();
    let logs = fake.flow_logs(REGION);
    assert_eq!(logs.len(), 65);
    assert!(logs.iter().all(|log| log.tags.contains_key("Owner")));
    assert_eq!(fake.throttled(), 0);
}
