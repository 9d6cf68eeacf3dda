//! The flow logs that this process has given to resources and deleted.
//!
//! The ledger keeps three promises: a flow log that was adopted is not deleted, a flow log that was deleted is not
//! adopted, and no two resources get the same one. So a resource that is replaced by its own equal
//! (`create_before_destroy`) keeps its flow log. This module must not know how flow logs are created.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The ids that this process has dealt with.
#[derive(Debug, Default)]
pub(in super::super) struct Ledger(Mutex<Ids>);

#[derive(Debug, Default)]
struct Ids {
    given: BTreeSet<String>,
    adopted: BTreeSet<String>,
    deleted: BTreeSet<String>,
}

impl Ledger {
    /// Records the id of a flow log that was created for a resource.
    pub(super) fn give(&self, id: &str) {
        self.ids().given.insert(id.to_owned());
    }

    /// Gives an existing flow log to a resource, unless another resource has it or it was deleted. Reports whether the
    /// resource got it.
    pub(super) fn adopt(&self, id: &str) -> bool {
        let mut ids = self.ids();
        let is_free = !ids.deleted.contains(id) && ids.given.insert(id.to_owned());
        if is_free {
            ids.adopted.insert(id.to_owned());
        }
        is_free
    }

    /// Records a flow log that is about to be deleted. Returns `false` if it was adopted and therefore must stay.
    pub(in super::super) fn delete(&self, id: &str) -> bool {
        let mut ids = self.ids();
        let can_go = !ids.adopted.contains(id);
        if can_go {
            ids.deleted.insert(id.to_owned());
        }
        can_go
    }

    /// Reports whether this process has given or deleted the flow log.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.has_given(id) || self.has_deleted(id)
    }

    /// Reports whether a resource got the flow log.
    pub(super) fn has_given(&self, id: &str) -> bool {
        self.ids().given.contains(id)
    }

    /// Reports whether the flow log was deleted.
    pub(super) fn has_deleted(&self, id: &str) -> bool {
        self.ids().deleted.contains(id)
    }

    /// Reports whether any flow log was deleted.
    pub(super) fn has_deleted_any(&self) -> bool {
        !self.ids().deleted.is_empty()
    }

    fn ids(&self) -> MutexGuard<'_, Ids> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adopted_flow_log_is_not_deleted() {
        let ledger = Ledger::default();
        assert!(ledger.adopt("fl-1"));
        assert!(!ledger.delete("fl-1"));
    }

    #[test]
    fn a_deleted_flow_log_is_not_adopted() {
        let ledger = Ledger::default();
        assert!(ledger.delete("fl-1"));
        assert!(!ledger.adopt("fl-1"));
    }

    #[test]
    fn no_two_resources_get_the_same_flow_log() {
        let ledger = Ledger::default();
        ledger.give("fl-1");
        assert!(!ledger.adopt("fl-1"));
        assert!(ledger.delete("fl-1"), "a created flow log can be deleted");
        assert!(ledger.adopt("fl-2"));
        assert!(!ledger.adopt("fl-2"));
    }
}
