//! The calls of a tag change, and what they came to: a call that got no answer is settled by looking at the flow log.
//!
//! Must not know which tags are whose.

use super::tags;
use crate::aws;
use crate::aws::ec2::Ec2;
use crate::connection::{Connection, Tags};

/// Changes tags, and keeps account of what has changed. If a call got no answer, the flow log is looked at.
pub(crate) async fn retag(
    connection: &Connection,
    ec2: &Ec2,
    id: &str,
    change: &tags::Difference,
    now: &mut Tags,
) -> Result<(), aws::Error> {
    let wanted = change.applied_to(now);
    let Err(error) = call_for_tags(ec2, id, change, now).await else {
        return Ok(());
    };
    if error.unanswered
        && let Ok(Some(described)) = ec2.describe(id).await
    {
        *now = tags::visible(connection, &described.tags);
        if *now == wanted {
            return Ok(());
        }
    }
    Err(error)
}

/// Makes the calls of a tag change.
async fn call_for_tags(
    ec2: &Ec2,
    id: &str,
    change: &tags::Difference,
    now: &mut Tags,
) -> Result<(), aws::Error> {
    if !change.remove.is_empty() {
        ec2.untag(id, &change.remove).await?;
        now.retain(|key, _| !change.remove.contains(key));
    }
    if !change.set.is_empty() {
        ec2.tag(id, &change.set).await?;
        now.extend(change.set.clone());
    }
    Ok(())
}
