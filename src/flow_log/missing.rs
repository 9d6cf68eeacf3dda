//! A flow log that EC2 does not show: it is gone, or EC2 does not show it yet.
//!
//! This module must not know how a flow log is described.

use jiff::{SignedDuration, Timestamp};

use super::model::FlowLog;
use crate::aws::ec2::Ec2;

/// EC2 is eventually consistent: it may not show a flow log of this age yet.
const YOUNG: SignedDuration = SignedDuration::from_mins(10);

/// Reports whether to look for a flow log again. One that could not be described when it was created has no creation time.
/// One that is being imported has no resource, either.
pub(super) fn is_young(state: &FlowLog, ec2: &Ec2) -> bool {
    match age(state, ec2) {
        Some(age) => age < YOUNG,
        None => state.resource_id.given().is_some(),
    }
}

/// Returns the time since the create, by EC2's clock, if it is known.
fn age(state: &FlowLog, ec2: &Ec2) -> Option<SignedDuration> {
    let created: Timestamp = state.creation_time.given()?.parse().ok()?;
    Some(Timestamp::now().duration_since(created) + ec2.clock_ahead())
}
