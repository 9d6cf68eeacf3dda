//! Creates without a reply: EC2 may have created the flow log all the same, so it is searched for before the create
//! counts as failed.
//!
//! A flow log that is found belongs to the resource if it is the only one that is equal to the plan, including its tags,
//! was created since the call began by EC2's own clock, and is unknown to this run. This module must not know why there
//! was no reply.

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::super::equality;
use super::super::model::FlowLog;
use super::ledger::Ledger;
use crate::aws::Error;
use crate::aws::ec2::{Ec2, NewFlowLog, PAUSES};

/// The clocks of EC2's own machines can differ by this much.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// One attempt to create a flow log.
#[derive(Clone, Copy)]
pub(in super::super) struct CreateAttempt<'a> {
    /// The request.
    pub(in super::super) request: &'a NewFlowLog,
    /// The plan that the request was made from.
    pub(in super::super) planned: &'a FlowLog,
    /// The region.
    pub(in super::super) region: &'a str,
    /// When the call began, by the clock of this machine.
    pub(in super::super) since: Timestamp,
}

/// Why no flow log was found.
pub(in super::super) enum NotFound {
    /// None matches.
    None,
    /// These match.
    Several(Vec<String>),
    /// The search failed.
    Failed(Error),
}

/// Finds the flow log and returns its id. Searches repeatedly for a few seconds, because EC2 may not show a new flow log
/// yet.
pub(super) async fn find(
    ledger: &Ledger,
    ec2: &Ec2,
    attempt: CreateAttempt<'_>,
    stop: &CancellationToken,
) -> Result<String, NotFound> {
    for pause in PAUSES {
        match find_once(ledger, ec2, attempt).await {
            Err(NotFound::None | NotFound::Failed(_)) => {}
            settled => return settled,
        }
        let pause = tokio::time::sleep(pause);
        if stop.run_until_cancelled(pause).await.is_none() {
            break;
        }
    }
    find_once(ledger, ec2, attempt).await
}

async fn find_once(
    ledger: &Ledger,
    ec2: &Ec2,
    attempt: CreateAttempt<'_>,
) -> Result<String, NotFound> {
    let CreateAttempt { planned, since, .. } = attempt;
    let resource_id = attempt.request.resource_id.clone();
    let filters = [("resource-id".to_owned(), vec![resource_id])];
    let found = ec2.find(&filters).await.map_err(NotFound::Failed)?;
    // At least the reply to this search has shown how far EC2's clock is ahead.
    let tolerated = ec2.clock_ahead() - CLOCK_TOLERANCE;
    let since = since.saturating_add(tolerated).unwrap_or(since);
    let own = found.into_iter().filter(|log| {
        let is_new = log.creation_time.is_some_and(|time| time >= since);
        is_new && !ledger.knows(&log.id) && equality::is_equal_with_tags(planned, log)
    });
    let mut ids: Vec<_> = own.map(|log| log.id).collect();
    match (ids.pop(), ids.is_empty()) {
        (None, _) => Err(NotFound::None),
        (Some(id), true) => Ok(id),
        (Some(id), false) => {
            ids.push(id);
            Err(NotFound::Several(ids))
        }
    }
}

impl NotFound {
    /// Returns what is known of the flow log, and how to import it.
    pub(super) fn hint(&self, resource_id: &str) -> String {
        let known = match self {
            Self::None => {
                "EC2 did not reply, and afterwards no flow log matched the request. If it exists after all, import it:"
                    .to_owned()
            }
            Self::Several(ids) => format!(
                "EC2 did not reply, and several flow logs match the request: {}. If one of them is the flow log of this \
                 resource, import it:",
                ids.join(", ")
            ),
            Self::Failed(error) => format!(
                "EC2 did not reply, and the search for the flow log failed: {error} Look for a flow log of {resource_id} \
                 (aws ec2 describe-flow-logs --filter Name=resource-id,Values={resource_id}). If there is one, import \
                 it:"
            ),
        };
        let id = match self {
            Self::Several(ids) => ids.first().map_or("fl-…", String::as_str),
            Self::None | Self::Failed(_) => "fl-…",
        };
        format!("{known}\n\nimport {{\n  to = vpcflow_log.NAME\n  id = \"{id}\"\n}}")
    }
}
