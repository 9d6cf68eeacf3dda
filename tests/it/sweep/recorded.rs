//! A scenario that ran without a fault: what was called, and how it ended.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::scenario::{Scenario, Variant};
use super::terraform::{Running, Terraform};
use super::trial::{Before, Trial, essences};
use crate::harness::fake::Fake;

/// A scenario that ran without a fault.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) scenario: Scenario,
    pub(super) variant: Variant,
    before: Before,
    /// The operations that were called, in order.
    pub(super) calls: Vec<String>,
    /// The flow logs afterwards.
    pub(super) after: Vec<String>,
    pub(super) answer: Option<String>,
}

impl Recorded {
    /// Runs a scenario without a fault.
    pub(super) async fn of(scenario: Scenario, variant: Variant) -> Self {
        let fake = Fake::start_here();
        let [wanted, _] = variant.configurations(scenario);
        let mut terraform = Terraform {
            endpoint: fake.url().to_owned(),
            settings: variant.settings(scenario),
            wanted,
            state: BTreeMap::new(),
        };
        if scenario.before() > 0 {
            let run = terraform.apply(&Running::default()).await;
            assert!(!run.failed() && run.violations.is_empty(), "{run:?}");
        }
        if !variant.is_young(scenario) {
            fake.age();
            let run = terraform.apply(&Running::default()).await;
            assert!(run.was_empty(), "{run:?}");
        }
        let at = Timestamp::now();
        let before = Before {
            fake,
            terraform,
            at,
        };
        let mut trial = Trial::begin(scenario, variant, &before);
        let run = trial.act(&Running::default()).await;
        let is_fine = !run.failed() && run.violations.is_empty();
        assert!(is_fine, "{scenario:?} {variant:?}: {run:?}");
        let calls = trial.fake.calls();
        let calls = calls.into_iter().map(|call| call.action).collect();
        if variant.question(scenario).is_none() {
            let run = trial.terraform.apply(&Running::default()).await;
            assert!(
                run.was_empty(),
                "{scenario:?} {variant:?} does not settle: {run:?}"
            );
        }
        Self {
            scenario,
            variant,
            before,
            calls,
            after: essences(trial.own_flow_logs()),
            answer: run.answer,
        }
    }

    /// Returns AWS and Terraform as they are before the scenario.
    pub(super) fn begin(&self) -> Trial {
        Trial::begin(self.scenario, self.variant, &self.before)
    }
}
