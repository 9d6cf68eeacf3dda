//! Reads what a query asks for, and finds out what that could not show.
//!
//! | file | holds |
//! |---|---|
//! | `pages` | the lines of a log group, and a second look at what a filter pattern leaves out |
//! | `objects` | the objects of a bucket |
//!
//! Must not know what becomes of the records.

mod objects;
mod pages;

use std::collections::BTreeSet;

use super::completeness::{Detail, Gaps, Reason};
use super::scan::{Collector, Found, Paging};
use super::search::Search;
use super::source::Source;
use super::statistics::Statistics;
use crate::framework::{Context, Diagnostic};

/// What a query found, and what it could not see.
#[derive(Debug)]
pub(crate) struct Reading<P> {
    pub(crate) found: Found<P>,
    pub(crate) gaps: Gaps,
    /// When records that report skipped ones start, in Unix seconds, as far as they were read.
    pub(crate) skipped_at: BTreeSet<i64>,
    pub(crate) statistics: Statistics,
}

/// Runs the scan of a search, and finds out what it could not see.
///
/// # Errors
/// A service refuses a request, or the query runs out of time or is stopped. There is no partial result.
pub(crate) async fn read<C: Collector>(
    search: &Search,
    paging: Paging,
    collector: &mut C,
    detail: Detail,
    context: &Context,
) -> Result<Reading<C::Part>, Diagnostic> {
    let mut reading = Reading {
        found: Found::default(),
        gaps: search.discovery.gaps.clone(),
        skipped_at: BTreeSet::new(),
        statistics: Statistics::default(),
    };
    match &search.source {
        Source::LogGroup(group) => {
            let pages = pages::Pages::new(search, group, context);
            pages.read(paging, collector, detail, &mut reading).await?;
        }
        Source::Bucket(bucket) => {
            let objects = objects::Objects::new(search, bucket, context);
            objects
                .read(paging, collector, detail, &mut reading)
                .await?;
        }
    }
    reading.statistics.calls += search.discovery.calls;
    Ok(reading)
}

impl<P> Reading<P> {
    /// Notes that AWS skipped records.
    fn note_skipped(&mut self, count: i64) {
        if count > 0 {
            self.gaps.add(Reason::SkippedRecords { count });
        }
    }
}
