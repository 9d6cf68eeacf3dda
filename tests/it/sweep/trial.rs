//! AWS and Terraform of one case: what Terraform does after the fault, and what must hold in the end.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::scenario::{Scenario, Variant};
use super::terraform::{Run, Running, Terraform};
use crate::harness::fake::{Fake, FlowLog};

/// The applies that may be necessary after the fault.
const APPLIES: usize = 2;
/// The runs after the fault, with those that only refuse and those that do nothing.
const RUNS: usize = 6;

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// State and AWS agree with the configuration.
    Converged,
    /// An error named what exists and the way out, which then led to convergence.
    Told,
    /// Something exists that neither the state nor an error names, or the state says what is not.
    Lost,
    /// None of the others.
    Inconclusive,
}

/// A verdict with its reason.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) why: String,
}

impl Outcome {
    pub(super) fn new(verdict: Verdict, why: impl Into<String>) -> Self {
        Self {
            verdict,
            why: why.into(),
        }
    }
}

/// AWS and Terraform before a scenario.
#[derive(Debug)]
pub(super) struct Before {
    pub(super) fake: Fake,
    pub(super) terraform: Terraform,
    /// When this was.
    pub(super) at: Timestamp,
}

/// AWS and Terraform of one case.
pub(super) struct Trial {
    scenario: Scenario,
    variant: Variant,
    pub(super) fake: Arc<Fake>,
    pub(super) terraform: Terraform,
    /// The ID in the import block of the configuration.
    import: Option<String>,
    /// The IDs of all flow logs before the scenario.
    existed: BTreeSet<String>,
}

impl Trial {
    /// Prepares AWS and Terraform from what there was before the scenario.
    pub(super) fn begin(scenario: Scenario, variant: Variant, before: &Before) -> Self {
        let fake = Fake::start_here();
        for log in before.fake.all_flow_logs() {
            fake.insert(log);
        }
        fake.count_from(&before.fake);
        // The clock of the service stands where it was, so that what is young stays so.
        fake.clock_ahead(before.at.duration_since(Timestamp::now()));
        variant.prepare(scenario, &fake);
        fake.remember(variant.is_young(scenario));
        let mut terraform = before.terraform.clone();
        terraform.endpoint = fake.url().to_owned();
        let [_, wanted] = variant.configurations(scenario);
        terraform.wanted = wanted;
        let mut import = None;
        if scenario == Scenario::Import {
            terraform.state.clear();
            let log = fake.all_flow_logs().remove(0);
            import = Some(format!("{}@{}", log.id, log.region));
        }
        let existed = fake.all_flow_logs().into_iter().map(|log| log.id);
        Self {
            scenario,
            variant,
            existed: existed.collect(),
            fake: Arc::new(fake),
            terraform,
            import,
        }
    }

    /// Does what the scenario does.
    pub(super) async fn act(&mut self, running: &Running) -> Run {
        let question = self.variant.question(self.scenario);
        if let Some(question) = question {
            return self.terraform.ask(&question, running).await;
        }
        if let Some(id) = self
            .import
            .clone()
            .filter(|_| self.terraform.state.is_empty())
        {
            let run = self.terraform.import("vpcflow_log.r0", &id, running).await;
            if run.failed() {
                return run;
            }
        }
        self.terraform.apply(running).await
    }

    /// Returns what is lost after the fault: it exists, and neither the state nor an error names it.
    pub(super) fn lost_at_once(&self, before: &Terraform, runs: &[Run]) -> Option<String> {
        let ids = |terraform: &Terraform| -> BTreeSet<String> {
            let slots = terraform.state.values();
            slots
                .flat_map(|slot| slot.ids().map(str::to_owned).collect::<Vec<_>>())
                .collect()
        };
        let (known, now) = (ids(before), ids(&self.terraform));
        let errors = || runs.iter().flat_map(|run| &run.errors);
        for log in self.own_flow_logs() {
            let is_managed = known.contains(&log.id) || !self.existed.contains(&log.id);
            let told = |(_, text): &(String, String)| {
                text.contains(&log.id)
                    || text.contains("import {") && text.contains(&log.resource_id)
            };
            if is_managed && !now.contains(&log.id) && !errors().any(told) {
                let what = if known.contains(&log.id) {
                    "dropped"
                } else {
                    "orphaned"
                };
                return Some(format!("{} was {what}: {runs:#?}", log.id));
            }
        }
        None
    }

    /// Asks again. The answer must be the one without the fault.
    pub(super) async fn answer_again(
        &mut self,
        expected: &Option<String>,
        runs: &mut Vec<Run>,
    ) -> Outcome {
        let during = &runs[0];
        if !during.failed() && during.answer != *expected && during.warnings.is_empty() {
            return Outcome::new(Verdict::Lost, format!("a wrong answer: {during:#?}"));
        }
        let run = self.act(&Running::default()).await;
        if run.failed() || run.answer != *expected {
            return Outcome::new(Verdict::Inconclusive, format!("another answer: {run:#?}"));
        }
        runs.push(run);
        Outcome::new(Verdict::Converged, "")
    }

    /// Runs Terraform until there is nothing to do, and takes the way out of an error.
    pub(super) async fn settle(&mut self, runs: &mut Vec<Run>) -> Outcome {
        let (mut applies, mut told) = (0, false);
        for _ in 0..RUNS {
            let run = self.act(&Running::default()).await;
            let settled = run.was_empty();
            applies += usize::from(!run.planned.is_empty());
            let errors = run.errors.clone();
            runs.push(run);
            if settled && applies <= APPLIES + usize::from(told) {
                let verdict = if told {
                    Verdict::Told
                } else {
                    Verdict::Converged
                };
                return Outcome::new(verdict, "");
            }
            for (address, text) in errors {
                told |= self.take_way_out(&address, &text, runs).await;
            }
        }
        Outcome::new(
            Verdict::Inconclusive,
            format!("{applies} applies: {runs:#?}"),
        )
    }

    /// Does what an error says. Reports whether it said anything.
    async fn take_way_out(&mut self, address: &str, text: &str, runs: &mut Vec<Run>) -> bool {
        let id = text.split_once("import {").and_then(|(_, block)| {
            let (_, id) = block.split_once("id = \"")?;
            let (id, _) = id.split_once('"')?;
            Some(id.to_owned()).filter(|id| !id.contains('…'))
        });
        let Some(id) = id else {
            return false;
        };
        let slot = self.terraform.state.get(address);
        if slot.is_none_or(|slot| slot.current.is_none()) {
            let run = self
                .terraform
                .import(address, &id, &Running::default())
                .await;
            runs.push(run);
            return true;
        }
        if text.contains("adopt_existing = true")
            && let Some(wanted) = self.terraform.wanted.get_mut(address)
        {
            wanted.config["adopt_existing"] = true.into();
            return true;
        }
        false
    }

    /// Checks the end: AWS and the state agree, and nothing was replaced without a reason.
    pub(super) fn check(&self, outcome: Outcome, expected: &[String], runs: &[Run]) -> Outcome {
        let violations: Vec<_> = runs.iter().flat_map(|run| &run.violations).collect();
        if !violations.is_empty() {
            return Outcome::new(Verdict::Inconclusive, format!("refused: {violations:#?}"));
        }
        let replaced: Vec<_> = runs.iter().flat_map(|run| &run.replaced).collect();
        if !self.scenario.replaces() && !replaced.is_empty() {
            return Outcome::new(
                Verdict::Inconclusive,
                format!("replaced: {replaced:?} {runs:#?}"),
            );
        }
        if outcome.verdict > Verdict::Told || self.variant.question(self.scenario).is_some() {
            return outcome;
        }
        let slots = self.terraform.state.values();
        let state: BTreeSet<String> = slots
            .flat_map(|slot| slot.ids().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let aws: BTreeSet<String> = self.own_flow_logs().into_iter().map(|log| log.id).collect();
        if state != aws {
            let why = format!("the state has {state:?}, AWS has {aws:?}: {runs:#?}");
            return Outcome::new(Verdict::Lost, why);
        }
        let after = essences(self.own_flow_logs());
        if after != expected {
            let why = format!("AWS has {after:#?}, expected {expected:#?}: {runs:#?}");
            return Outcome::new(Verdict::Lost, why);
        }
        outcome
    }

    pub(super) fn own_flow_logs(&self) -> Vec<FlowLog> {
        let mut logs = self.fake.all_flow_logs();
        logs.retain(|log| log.log_group_name.as_deref() != Some("questions"));
        logs
    }
}

/// Returns flow logs without what differs between two runs.
pub(super) fn essences(logs: Vec<FlowLog>) -> Vec<String> {
    let essence = |mut log: FlowLog| {
        log.id.clear();
        log.creation_time.clear();
        format!("{log:?}")
    };
    let mut essences: Vec<_> = logs.into_iter().map(essence).collect();
    essences.sort();
    essences
}
