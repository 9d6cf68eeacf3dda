//! Taking over an equal flow log that exists already, and what must never happen then.
//!
//! EC2 refuses a second flow log that is equal to another. With `adopt_existing` the other is taken
//! over; without it the error names it. The ledger of one process keeps three promises: what was taken
//! over is not deleted, what was deleted is not taken over, and no two resources get the same id. So a
//! resource that is replaced by its own equal (create_before_destroy) keeps its flow log.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::convert;
use super::model::FlowLog;
use crate::aws::Error;
use crate::aws::ec2::{self, Ec2};
use crate::framework::Diagnostic;

/// The code under which EC2 refuses a second equal flow log.
pub(crate) const EXISTS: &str = "FlowLogAlreadyExists";

/// The ids that this process has dealt with.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Ids>);

#[derive(Debug, Default)]
struct Ids {
    handed_out: BTreeSet<String>,
    adopted: BTreeSet<String>,
    deleted: BTreeSet<String>,
}

impl Ledger {
    /// Notes an id that a create was answered with.
    pub(crate) fn hand_out(&self, id: &str) {
        self.ids().handed_out.insert(id.to_owned());
    }

    /// Says whether this process has given out or deleted the id.
    pub(crate) fn knows(&self, id: &str) -> bool {
        let ids = self.ids();
        ids.handed_out.contains(id) || ids.deleted.contains(id)
    }

    fn has_deleted_any(&self) -> bool {
        !self.ids().deleted.is_empty()
    }

    fn has_handed_out(&self, id: &str) -> bool {
        self.ids().handed_out.contains(id)
    }

    fn has_deleted(&self, id: &str) -> bool {
        self.ids().deleted.contains(id)
    }

    /// Takes an id for a resource, unless another has it or it was deleted.
    fn adopt(&self, id: &str) -> bool {
        let mut ids = self.ids();
        let free = !ids.deleted.contains(id) && ids.handed_out.insert(id.to_owned());
        if free {
            ids.adopted.insert(id.to_owned());
        }
        free
    }

    /// Notes an id that is about to be deleted; `false` if it was taken over, and so must stay.
    pub(crate) fn delete(&self, id: &str) -> bool {
        let mut ids = self.ids();
        let may = !ids.adopted.contains(id);
        if may {
            ids.deleted.insert(id.to_owned());
        }
        may
    }

    fn ids(&self) -> MutexGuard<'_, Ids> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What EC2's refusal came to.
pub(crate) enum Existing {
    /// This flow log is the resource's now.
    Adopted(Box<ec2::FlowLog>),
    /// Nothing was taken over: what the user can do about it.
    Left(String),
    /// This run has deleted it, and EC2 has not noticed everywhere: what to do if that lasts.
    Going(String),
}

/// Looks at the flow log that stands in the way, and takes it over if that is wanted and allowed.
pub(crate) async fn settle(
    ledger: &Ledger,
    ec2: &Ec2,
    request: &ec2::NewFlowLog,
    planned: &FlowLog,
    region: &str,
) -> Result<Existing, Error> {
    let filters = [("resource-id".to_owned(), vec![request.resource_id.clone()])];
    let found = ec2.find(&filters).await?;
    let (equal, others): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|log| convert::is_equal(request, planned, log));
    let wanted = planned.adopt_existing.known() == Some(&true);
    Ok(match equal.as_slice() {
        // It was the one that this run has deleted, most likely, and is gone by now.
        [] if others.is_empty() && ledger.has_deleted_any() => Existing::Going(none_equal(&others)),
        [] => Existing::Left(none_equal(&others)),
        [one] if ledger.has_deleted(&one.id) => Existing::Going(going(&one.id)),
        [one] if ledger.has_handed_out(&one.id) => Existing::Left(taken(&one.id)),
        [one] if wanted && ledger.adopt(&one.id) => Existing::Adopted(Box::new(one.clone())),
        [one] => Existing::Left(adopt_or_import(&one.id, region)),
        several => Existing::Left(ambiguous(several)),
    })
}

/// Says aloud that a flow log was taken over.
pub(crate) fn adopted(id: &str) -> Diagnostic {
    Diagnostic::warning(
        "flow-log-taken-over", format!("Flow log {id} taken over"),
        "An equal flow log existed already, and `adopt_existing` is true. It is managed here from now \
         on. Nothing was created.",
    )
    .at("adopt_existing")
}

/// Says aloud that a flow log was not deleted.
pub(crate) fn kept(id: &str) -> Diagnostic {
    Diagnostic::warning(
        "flow-log-not-deleted",
        format!("Flow log {id} not deleted"),
        "It was taken over in this very run (`adopt_existing`), so that something else is in charge of \
         it now. It is gone from this place in the state, and goes on recording.",
    )
}

/// Whose the flow log is cannot be told here: what helps one owner does not help another.
fn adopt_or_import(id: &str, region: &str) -> String {
    format!(
        "The equal flow log is {id}. What helps depends on who manages it.\n\nIf it is the old object of this very \
         resource, which `create_before_destroy` replaces by its equal, set `adopt_existing = true`: the new \
         object takes it over. An import cannot help there, since this address still holds {id}.\n\nIf no \
         resource manages it, set `adopt_existing = true` too, or import it:\n\nimport {{\n  to = \
         vpcflow_log.NAME\n  id = \"{id}@{region}\"\n}}\n\nIf another resource manages it, remove one of the two. To \
         record the same traffic twice, change the destination or the format."
    )
}

fn taken(id: &str) -> String {
    format!(
        "The equal flow log is {id}, which another resource of this configuration has created or taken over in \
         this run: the same flow log is declared twice. Remove one of the two resources. To record the same \
         traffic twice, change the destination or the format of one of them."
    )
}

fn going(id: &str) -> String {
    format!(
        "The equal flow log is {id}, which this run has deleted; EC2 still counted it when the time was \
         over. Run again."
    )
}

fn none_equal(others: &[ec2::FlowLog]) -> String {
    if others.is_empty() {
        return "No flow log of this resource can be seen. It may have been made or deleted a moment ago: \
                run again."
            .to_owned();
    }
    format!(
        "No flow log of this resource is equal in everything; it has {}. Compare them with what is \
         declared; `terraform import` takes one of them over all the same.",
        listed(others)
    )
}

fn ambiguous(several: &[ec2::FlowLog]) -> String {
    format!(
        "Several flow logs may be meant: {}. Import the right one.",
        listed(several)
    )
}

fn listed(logs: &[ec2::FlowLog]) -> String {
    let ids: Vec<_> = logs.iter().map(|log| log.id.as_str()).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_over_is_not_deleted() {
        let ledger = Ledger::default();
        assert!(ledger.adopt("fl-1"));
        assert!(!ledger.delete("fl-1"));
    }

    #[test]
    fn what_was_deleted_is_not_taken_over() {
        let ledger = Ledger::default();
        assert!(ledger.delete("fl-1"));
        assert!(!ledger.adopt("fl-1"));
    }

    #[test]
    fn no_two_resources_get_the_same_id() {
        let ledger = Ledger::default();
        ledger.hand_out("fl-1");
        assert!(!ledger.adopt("fl-1"));
        assert!(ledger.delete("fl-1"), "what was created may be deleted");
        assert!(ledger.adopt("fl-2"));
        assert!(!ledger.adopt("fl-2"));
    }
}
