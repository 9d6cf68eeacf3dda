//! Interrupting an apply never orphans a flow log.

use std::collections::BTreeSet;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::fake::{Fake, REGION};
use crate::harness::terraform::{Run, Version, Workspace};

/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(120);

#[test]
fn an_interrupted_apply_leaves_no_flow_log_outside_of_the_state() {
    for signal in [Signal::INT, Signal::TERM] {
        let fake = Fake::start();
        fake.latency("*", Duration::from_millis(350));
        let work = Workspace::new(Version::Any, fake.url());
        work.configure(
            r#"
resource "vpcflow_log" "many" {
  count          = 50
  vpc_id         = format("vpc-%017x", count.index)
  traffic_type   = "ALL"
  log_group_name = "flow-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
}"#,
        );
        let child = work
            .command(&["apply", "-auto-approve", "-no-color"])
            .spawn()
            .unwrap();
        let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        // The output must be read, or Terraform blocks on a full pipe.
        let running = std::thread::spawn(move || child.wait_with_output());
        fake.wait_for_calls("CreateFlowLogs", 15, SOON);
        kill_process(id, signal).unwrap();
        let run = Run::of(&running.join().unwrap().unwrap());
        assert_ne!(run.code, 0, "{}", run.output);
        let created: BTreeSet<_> = fake
            .flow_logs(REGION)
            .into_iter()
            .map(|log| log.id)
            .collect();
        let known = work.instances("vpcflow_log.many").into_iter();
        let known: BTreeSet<_> = known
            .map(|s| s["id"].as_str().unwrap().to_owned())
            .collect();
        assert!(
            created.len() >= 10 && created.len() < 50,
            "{} were created",
            created.len()
        );
        assert_eq!(known, created, "{}", run.output);
        fake.latency("*", Duration::ZERO);
        work.apply();
        work.plans_empty();
        assert_eq!(fake.flow_logs(REGION).len(), 50);
    }
}
