//! Calls that are settled by describing the flow log: EC2 is eventually consistent, and a call without a reply may have
//! succeeded.
//!
//! This module must not know what the calls are for.

use super::tags;
use crate::aws;
use crate::aws::ec2::Ec2;
use crate::connection::{Connection, Tags};

/// Deletes a flow log. Without a reply, the flow log is described. Returns `false` if it did not exist.
pub(super) async fn delete(ec2: &Ec2, id: &str) -> Result<bool, aws::Error> {
    match ec2.delete(id).await {
        Err(error) if error.unanswered => match ec2.describe(id).await {
            Ok(None) => Ok(true),
            Ok(Some(_)) | Err(_) => Err(error),
        },
        settled => settled,
    }
}

/// Changes tags and keeps `now`, the tags of the flow log, up to date. Without a reply, the flow log is described.
pub(super) async fn retag(
    connection: &Connection,
    ec2: &Ec2,
    id: &str,
    change: &tags::Difference,
    now: &mut Tags,
) -> Result<(), aws::Error> {
    let wanted = change.applied_to(now);
    let Err(error) = change_tags(ec2, id, change, now).await else {
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

async fn change_tags(
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
