//! A flow log that EC2 does not show: it is gone, or EC2 does not show it yet.
//!
//! EC2 is eventually consistent. A reply may come from the time before a create. So a flow log counts as gone only after a
//! reply that cannot come from that time.
//!
//! This module must not know what a flow log that is gone means for the state.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::model::FlowLog;
use crate::aws;
use crate::aws::ec2::{self, Ec2};

/// How long EC2 may answer from the time before a create.
const SETTLES: SignedDuration = SignedDuration::from_mins(2);
/// How long a reply may be on its way. It contains the time of its end only.
const UNDER_WAY: SignedDuration = SignedDuration::from_secs(10);
/// The first pause between two calls, and the longest one.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(10)];

/// Whether a flow log exists.
#[derive(Debug)]
pub(super) enum Found {
    Exists(Box<ec2::FlowLog>),
    Gone,
    /// Terraform was stopped before it was clear.
    Unclear,
}

/// Describes a flow log that EC2 has not shown, until EC2 shows it or it is a little older than two minutes.
pub(super) async fn look_again(
    state: &FlowLog,
    id: &str,
    ec2: &Ec2,
    stop: &CancellationToken,
) -> Result<Found, aws::Error> {
    let began = Instant::now();
    let [mut pause, longest] = PAUSES;
    // The last reply contained EC2's time.
    while let Some(left) = left(state, ec2, began) {
        let pausing = tokio::time::sleep(pause.min(left));
        if stop.run_until_cancelled(pausing).await.is_none() {
            return Ok(Found::Unclear);
        }
        if let Some(found) = ec2.describe(id).await? {
            return Ok(Found::Exists(Box::new(found)));
        }
        pause = longest.min(pause * 2);
    }
    Ok(Found::Gone)
}

/// Returns the time until a missing flow log is gone for certain. The create of one that could not be described then has no
/// time: it was not before this process began to look. One that is being imported has no resource, either.
fn left(state: &FlowLog, ec2: &Ec2, began: Instant) -> Option<Duration> {
    let age = match age(state, ec2) {
        Some(age) => age,
        None if state.resource_id.given().is_some() => began.elapsed().try_into().ok()?,
        None => return None,
    };
    let left = Duration::try_from(SETTLES + UNDER_WAY - age).ok()?;
    Some(left).filter(|left| !left.is_zero())
}

/// Returns the time since the create, by EC2's clock, if it is known.
fn age(state: &FlowLog, ec2: &Ec2) -> Option<SignedDuration> {
    let created: Timestamp = state.creation_time.given()?.parse().ok()?;
    Some(ec2.now().duration_since(created))
}
