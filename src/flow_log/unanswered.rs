//! Calls that got no answer: EC2 may have done what was asked all the same, so what exists is looked at before the
//! call counts as failed.
//!
//! A flow log that is found after a create is the resource's if it is the only one that is what was asked for, tags
//! included, was made since the call began by EC2's own clock, and is unknown to this run. Must not know why there
//! was no answer.

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::adopt::Ledger;
use super::convert;
use super::make::ASK_AGAIN;
use super::model::FlowLog;
use crate::aws::Error;
use crate::aws::ec2::{Ec2, NewFlowLog};

/// Clocks may differ by so much, though EC2's is known from its replies: not all of its machines share one.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Why none was found.
pub(crate) enum NotFound {
    /// None matches.
    None,
    /// Several match.
    Several(Vec<String>),
    /// Whether one matches could not be found out.
    NotAsked(Error),
}

/// A create, as it was asked for.
pub(crate) struct Asked<'a> {
    pub(crate) request: &'a NewFlowLog,
    pub(crate) planned: &'a FlowLog,
    /// When the call began, by this machine's clock.
    pub(crate) since: Timestamp,
}

/// Looks for the flow log and gives its id: again and again for a few seconds, since what is new may not be
/// visible yet.
pub(crate) async fn look(
    ledger: &Ledger,
    ec2: &Ec2,
    asked: &Asked<'_>,
    stop: &CancellationToken,
) -> Result<String, NotFound> {
    for pause in ASK_AGAIN {
        match look_once(ledger, ec2, asked).await {
            Err(NotFound::None | NotFound::NotAsked(_)) => {}
            settled => return settled,
        }
        let pause = tokio::time::sleep(pause);
        if stop.run_until_cancelled(pause).await.is_none() {
            break;
        }
    }
    look_once(ledger, ec2, asked).await
}

async fn look_once(ledger: &Ledger, ec2: &Ec2, asked: &Asked<'_>) -> Result<String, NotFound> {
    let Asked {
        request,
        planned,
        since,
    } = asked;
    let filters = [("resource-id".to_owned(), vec![request.resource_id.clone()])];
    let found = ec2.find(&filters).await.map_err(NotFound::NotAsked)?;
    // The replies, the one to this search at the latest, have told how far EC2's clock is ahead.
    let tolerated = ec2.clock_ahead() - CLOCK_TOLERANCE;
    let since = since.saturating_add(tolerated).unwrap_or(*since);
    let mine = found.into_iter().filter(|log| {
        let new = log.creation_time.is_some_and(|time| time >= since);
        new && !ledger.knows(&log.id) && convert::is_answer(request, planned, log)
    });
    let mut ids: Vec<_> = mine.map(|log| log.id).collect();
    match (ids.pop(), ids.is_empty()) {
        (None, _) => Err(NotFound::None),
        (Some(id), true) => Ok(id),
        (Some(id), false) => {
            ids.push(id);
            Err(NotFound::Several(ids))
        }
    }
}

/// Deletes a flow log, and looks whether it is gone if there was no answer; `false` if it was gone already.
pub(crate) async fn delete(ec2: &Ec2, id: &str) -> Result<bool, Error> {
    match ec2.delete(id).await {
        Err(error) if error.unanswered => match ec2.describe(id).await {
            Ok(None) => Ok(true),
            Ok(Some(_)) | Err(_) => Err(error),
        },
        answered => answered,
    }
}

impl NotFound {
    /// Says what is known of the flow log, and how to come by it if there is one.
    pub(crate) fn what_to_do(&self, resource_id: &str) -> String {
        let known = match self {
            Self::None => {
                "EC2 gave no answer, and no flow log that matches was found afterwards. If \
                              there is one after all, import it:"
                    .to_owned()
            }
            Self::Several(ids) => format!(
                "EC2 gave no answer, and several flow logs match what was asked for: {}. If one of them \
                 belongs here, import it:",
                ids.join(", ")
            ),
            Self::NotAsked(error) => format!(
                "EC2 gave no answer, and whether there is a flow log now could not be found out: {error} \
                 Look for one of {resource_id} (aws ec2 describe-flow-logs --filter \
                 Name=resource-id,Values={resource_id}), and import it if there is one:"
            ),
        };
        let id = match self {
            Self::Several(ids) => ids.first().map_or("fl-…", String::as_str),
            Self::None | Self::NotAsked(_) => "fl-…",
        };
        format!("{known}\n\nimport {{\n  to = vpcflow_log.NAME\n  id = \"{id}\"\n}}")
    }
}
