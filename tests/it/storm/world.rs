//! A fake AWS, a configuration of many flow logs, and a Terraform that applies it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::running::{Interrupted, Killed, Running, Target};
use crate::flow_log::random::Dice;
use crate::harness::fake::{Fake, REGION};
use crate::harness::terraform::{Run, Version, Workspace};

/// How long each call takes.
const LATENCY: Duration = Duration::from_millis(350);
/// Long enough for any machine.
const LONG: Duration = Duration::from_secs(300);
const APPLY: &[&str] = &["apply", "-auto-approve", "-no-color", "-input=false"];

pub(super) struct World {
    fake: Fake,
    work: Workspace,
    flow_logs: usize,
    configuration: String,
}

impl World {
    pub(super) fn new(flow_logs: usize, adopts: bool) -> Self {
        let fake = Fake::start();
        fake.latency("*", LATENCY);
        let work = Workspace::new(Version::Any, fake.url());
        let configuration = format!(
            r#"
resource "vpcflow_log" "many" {{
  count          = {flow_logs}
  vpc_id         = format("vpc-%017x", count.index)
  traffic_type   = "ALL"
  log_group_name = "flow-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
  {}
}}
"#,
            if adopts { "adopt_existing = true" } else { "" }
        );
        work.configure(&configuration);
        Self {
            fake,
            work,
            flow_logs,
            configuration,
        }
    }

    /// Starts an apply, and waits for a random moment of it. The moment is a number of creates and, within the duration of
    /// the two calls that each flow log takes, a time.
    fn begin(&self, dice: &mut Dice) -> Running {
        let running = Running::start(&mut self.work.command(APPLY));
        let creates = 1 + dice.below(self.flow_logs);
        self.fake.wait_for_calls("CreateFlowLogs", creates, LONG);
        let most = 2 * LATENCY.as_millis();
        let more = dice.below(usize::try_from(most).unwrap());
        std::thread::sleep(Duration::from_millis(more as u64));
        running
    }

    /// Interrupts an apply, and waits for its end.
    pub(super) fn interrupt(&self, target: Target, dice: &mut Dice) -> Interrupted {
        let running = self.begin(dice);
        let signaled = Instant::now();
        running.signal(target, &[]);
        let (run, ended) = running.wait();
        let in_flight = self.fake.calls().into_iter().map(|call| call.at);
        let in_flight = in_flight.filter(|at| *at <= signaled && *at + LATENCY > signaled);
        let replied = in_flight.max().map_or(signaled, |at| at + LATENCY);
        Interrupted {
            run,
            after: ended.saturating_duration_since(replied),
        }
    }

    /// Kills an apply, and waits for the end of Terraform.
    pub(super) fn kill(&self, target: Target, dice: &mut Dice) -> Killed {
        let running = self.begin(dice);
        let providers = running.providers();
        let killed = Killed::new(&providers);
        running.signal(target, &providers);
        running.wait();
        killed
    }

    /// Applies the configuration again, without latency, and imports flow logs at their addresses.
    pub(super) fn apply(&self, imported: &[String]) -> Run {
        self.fake.latency("*", Duration::ZERO);
        let places = self.places();
        let blocks: String = imported
            .iter()
            .map(|id| {
                let place = places[id];
                format!(
                    "import {{\n  to = vpcflow_log.many[{place}]\n  id = \"{id}@us-east-1\"\n}}\n"
                )
            })
            .collect();
        self.work
            .configure(&format!("{}{blocks}", self.configuration));
        self.work.run(APPLY)
    }

    /// Returns the IDs of the flow logs that exist.
    pub(super) fn created(&self) -> BTreeSet<String> {
        let logs = self.fake.flow_logs(REGION).into_iter();
        logs.map(|log| log.id).collect()
    }

    /// Returns the IDs in the state.
    pub(super) fn known(&self) -> BTreeSet<String> {
        let known = self.work.instances("vpcflow_log.many").into_iter();
        known
            .map(|state| state["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Asserts that each resource has its flow log, and that there is no other one.
    #[track_caller]
    pub(super) fn has_converged(&self) {
        let places = self.places();
        assert_eq!(places.len(), self.flow_logs);
        let watched: BTreeSet<_> = places.values().collect();
        assert_eq!(watched.len(), self.flow_logs, "duplicates: {places:?}");
        for state in self.work.instances("vpcflow_log.many") {
            let watched = state["vpc_id"].as_str().unwrap();
            assert_eq!(places[state["id"].as_str().unwrap()], place(watched));
        }
        assert_eq!(self.known(), self.created());
    }

    /// Returns the index of the resource of each flow log that exists.
    fn places(&self) -> BTreeMap<String, usize> {
        let logs = self.fake.flow_logs(REGION).into_iter();
        logs.map(|log| (log.id, place(&log.resource_id))).collect()
    }
}

/// Returns the index in the ID of a VPC.
fn place(vpc: &str) -> usize {
    usize::from_str_radix(vpc.strip_prefix("vpc-").unwrap(), 16).unwrap()
}
