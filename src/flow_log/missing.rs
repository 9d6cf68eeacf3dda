//! A flow log that EC2 does not show: it is gone, or EC2 does not show it yet.
//!
//! EC2 is eventually consistent, so a reply can be older than the create. For two minutes, a flow log that is not shown
//! therefore stays in the state, with a warning. This module must not know how a flow log is described.

use jiff::{SignedDuration, Timestamp};

use super::model::FlowLog;
use crate::aws::ec2::Ec2;
use crate::framework::Diagnostic;

/// A reply may be older than the create of a flow log of this age.
const HIDDEN: SignedDuration = SignedDuration::from_mins(2);
/// A flow log of this age is looked for again before it counts as gone.
const YOUNG: SignedDuration = SignedDuration::from_mins(10);

/// Reports whether to look for a flow log again. The age of one that was moved from another provider is unknown. One that
/// is being imported has no resource.
pub(super) fn is_young(state: &FlowLog, ec2: &Ec2) -> bool {
    match age(state, ec2) {
        Some(age) => age < YOUNG,
        None => state.resource_id.given().is_some(),
    }
}

/// Reports whether a flow log that EC2 does not show may exist all the same.
pub(super) fn may_exist(state: &FlowLog, ec2: &Ec2) -> bool {
    age(state, ec2).is_some_and(|age| age < HIDDEN)
}

/// Returns the warning that a flow log stays in the state although EC2 does not show it.
pub(super) fn not_shown(id: &str) -> Diagnostic {
    Diagnostic::warning(
        "flow-log-not-shown-yet",
        format!("Flow log {id} not shown by EC2 yet"),
        "It was created less than two minutes ago, and EC2 may not show it yet. It stays in the state as it was. If \
         someone has deleted it, the next plan after these two minutes creates it again. To create it again at once, use \
         `terraform apply -replace=ADDRESS`.",
    )
}

/// Returns the time since the create, by EC2's clock, if it is known.
fn age(state: &FlowLog, ec2: &Ec2) -> Option<SignedDuration> {
    let created: Timestamp = state.creation_time.given()?.parse().ok()?;
    Some(Timestamp::now().duration_since(created) + ec2.clock_ahead())
}
