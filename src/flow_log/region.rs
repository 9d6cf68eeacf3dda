//! The region of a flow log that exists, as far as its state contains it.

use super::model::FlowLog;
use crate::arn::Arn;
use crate::framework::Attr;

/// Returns the region in the ARN of a flow log.
pub(crate) fn region_of_arn(arn: &Attr<String>) -> Option<&str> {
    Arn::parse(arn.given()?)?.region
}

/// Returns the region of what exists, as far as the state contains it.
pub(crate) fn existing_region(state: &FlowLog) -> Option<&str> {
    state.region.given().or(region_of_arn(&state.arn))
}

/// Reports whether a state does not determine the region: one that was moved from another provider and never refreshed.
/// Any other state without a region was written with an empty one, which is that of the provider.
pub(crate) fn has_no_region(state: &FlowLog) -> bool {
    existing_region(state).is_none() && state.creation_time.is_null()
}
