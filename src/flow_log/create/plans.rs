//! The flow logs that the plans of one run keep and create: no two resources can have equal ones.
//!
//! A resource that stays keeps its flow log, and EC2 refuses an equal one that another resource creates. With
//! `adopt_existing` both would have the same one. Core plans resources in any order, so the second of the two is refused.
//! What is unknown, not planned yet, or of another run is not seen. This check never changes a plan.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::equality::Essence;
use super::super::model::FlowLog;
use crate::framework::{Attr, Diagnostic};

/// The plans of the run that the process is in.
#[derive(Debug, Default)]
pub(in super::super) struct Plans(Mutex<Run>);

/// The flow logs of one run by what they watch: only flow logs of the same resource can be equal. Each plan adds to it,
/// so it holds hashes.
#[derive(Debug, Default)]
struct Run {
    number: u64,
    /// The flow logs that resources keep, by id.
    kept: BTreeMap<Watched, BTreeMap<String, Essence<u64>>>,
    /// What each of the ids in `kept` watches.
    watched: BTreeMap<String, Watched>,
    /// The flow logs that resources create.
    created: BTreeMap<Watched, Vec<Essence<u64>>>,
}

/// The hash of a region and of the id of a resource in it.
type Watched = u64;

impl Plans {
    /// Records that a resource keeps its flow log.
    ///
    /// # Errors
    /// Another resource creates an equal one.
    pub(in super::super) fn keep(
        &self,
        run: u64,
        id: &str,
        planned: &FlowLog,
    ) -> Result<(), Diagnostic> {
        let Some(watched) = watched(planned) else {
            return Ok(());
        };
        let essence = Essence::planned(planned).hashed();
        let mut run = self.run(run);
        let mut created = run.created.get(&watched).into_iter().flatten();
        let is_equal = created.any(|created| created.is_equal(&essence));
        run.watched.insert(id.to_owned(), watched);
        let kept = run.kept.entry(watched).or_default();
        kept.insert(id.to_owned(), essence);
        if is_equal {
            return Err(declared_twice(id, planned.adopt_existing));
        }
        Ok(())
    }

    /// Records that a resource no longer keeps its flow log: it is replaced or gone.
    pub(in super::super) fn release(&self, run: u64, id: &str) {
        let mut run = self.run(run);
        let watched = run.watched.remove(id);
        if let Some(kept) = watched.and_then(|watched| run.kept.get_mut(&watched)) {
            kept.remove(id);
        }
    }

    /// Records that a resource creates a flow log.
    ///
    /// # Errors
    /// Another resource keeps an equal one.
    pub(in super::super) fn create(&self, run: u64, planned: &FlowLog) -> Result<(), Diagnostic> {
        let Some(watched) = watched(planned) else {
            return Ok(());
        };
        let essence = Essence::planned(planned).hashed();
        let mut run = self.run(run);
        let mut kept = run.kept.get(&watched).into_iter().flatten();
        if let Some((id, _)) = kept.find(|(_, kept)| essence.is_equal(kept)) {
            return Err(declared_twice(id, planned.adopt_existing));
        }
        let created = run.created.entry(watched).or_default();
        if !created.contains(&essence) {
            created.push(essence);
        }
        Ok(())
    }

    /// Forgets the flow logs that were to be created, because one of them is created or imported now.
    pub(in super::super) fn forget_created(&self, run: u64) {
        self.run(run).created.clear();
    }

    /// A process that serves several runs, as under a debugger, starts over with each.
    fn run(&self, number: u64) -> MutexGuard<'_, Run> {
        let mut run = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if run.number != number {
            *run = Run {
                number,
                ..Run::default()
            };
        }
        run
    }
}

/// Returns what a flow log watches, if it is known.
fn watched(planned: &FlowLog) -> Option<Watched> {
    let watched = planned.region.given().zip(planned.resource_id.given())?;
    let mut hasher = DefaultHasher::new();
    watched.hash(&mut hasher);
    Some(hasher.finish())
}

fn declared_twice(id: &str, adopt_existing: Attr<bool>) -> Diagnostic {
    let consequence = if adopt_existing == Attr::Known(true) {
        "With `adopt_existing` both resources would manage it, and destroying either would delete it."
    } else {
        "EC2 would refuse to create it a second time (FlowLogAlreadyExists)."
    };
    Diagnostic::error(
        "the-same-flow-log-is-declared-twice",
        "The same flow log is declared twice",
        format!(
            "One resource of this configuration manages the flow log {id} and keeps it, and another resource is to \
             create a flow log that differs from it at most in its tags. {consequence} Remove one of the two \
             resources. To record the same traffic twice, change the destination or `log_format` of one of them. To \
             rename a resource, use a `moved` block."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow_log(destination: &str) -> FlowLog {
        let known = |text: &str| Attr::Known(text.to_owned());
        FlowLog {
            region: known("us-east-1"),
            resource_id: known("vpc-0123456789abcdef0"),
            resource_type: known("VPC"),
            traffic_type: known("ALL"),
            log_destination_type: known("s3"),
            log_destination: known(destination),
            ..FlowLog::default()
        }
    }

    #[test]
    fn the_second_of_two_equal_flow_logs_is_refused() {
        let (one, other) = (flow_log("arn:aws:s3:::a"), flow_log("arn:aws:s3:::b"));
        let plans = Plans::default();
        assert!(plans.keep(1, "fl-1", &one).is_ok());
        assert!(plans.create(1, &other).is_ok());
        assert!(plans.create(1, &one).is_err());
        assert!(plans.keep(1, "fl-2", &other).is_err());
    }

    #[test]
    fn a_flow_log_that_is_replaced_created_or_of_another_run_refuses_none() {
        let one = flow_log("arn:aws:s3:::a");
        let plans = Plans::default();
        assert!(plans.keep(1, "fl-1", &one).is_ok());
        plans.release(1, "fl-1");
        assert!(plans.create(1, &one).is_ok());
        plans.forget_created(1);
        assert!(plans.keep(1, "fl-1", &one).is_ok());
        assert!(plans.create(2, &one).is_ok());
    }

    #[test]
    fn a_flow_log_of_an_unknown_resource_equals_none() {
        let one = flow_log("arn:aws:s3:::a");
        let unknown = FlowLog {
            resource_id: Attr::Unknown,
            ..one.clone()
        };
        let plans = Plans::default();
        assert!(plans.keep(1, "fl-1", &one).is_ok());
        assert!(plans.create(1, &unknown).is_ok());
    }
}
