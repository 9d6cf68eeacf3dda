//! Finds flow logs by filters and ids.

use super::super::filter::Filters;
use crate::aws::Error;
use crate::aws::ec2::{self, Ec2};

/// Finds the matching flow logs on all pages, sorted by ID.
pub(super) async fn find(
    ec2: &Ec2,
    filters: &Filters,
    id: Option<&str>,
) -> Result<Vec<ec2::FlowLog>, Error> {
    let conditions = filters.to_ec2();
    let mut ids = filters.ids();
    if let Some(id) = id {
        let is_possible = ids.is_none_or(|ids| ids.iter().any(|other| other == id));
        ids = Some(is_possible.then(|| id.to_owned()).into_iter().collect());
    }
    let mut found = match ids {
        Some(ids) => ec2.find_among(&ids, &conditions).await?,
        None => ec2.find(&conditions).await?,
    };
    found.sort_by(|a, b| a.id.cmp(&b.id));
    // A page can repeat a flow log that moved while the pages were read.
    found.dedup_by(|a, b| a.id == b.id);
    Ok(found)
}
