//! Where records are: one file for each source, equal in shape.
//!
//! | file | holds |
//! |---|---|
//! | `log_group` | the source "log group of CloudWatch Logs" |
//! | `discovery` | the source of a query, its record formats, and the flow logs that write to it |
//! | `implied` | what a flow log says about all its records |
//! | `push_down` | the calls that the quals are pushed down into |
//!
//! A source says where its pages come from, how many requests can be under way at once, and at what pace. Must not know
//! what becomes of the events.

mod discovery;
mod implied;
mod log_group;
mod push_down;

use std::time::Duration;

pub(crate) use discovery::Discovery;
pub(crate) use implied::Implied;
pub(crate) use log_group::LogGroup;
pub(crate) use push_down::PushDown;

use super::half_open::HalfOpen;
use super::page::{Page, PageRequest, Subset};
use super::query::{Query, one_source};
use crate::aws;
use crate::connection::Connection;
use crate::framework::{Diagnostic, Diagnostics};
use crate::record::Reader;

/// Where pages of events come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A log group of CloudWatch Logs.
    LogGroup(LogGroup),
}

/// The permission to request one page, at the pace of its source.
#[derive(Debug)]
pub(crate) enum Permit {
    /// For a page of a log group.
    LogGroup(log_group::Permit),
}

/// Finds the source of a query, and what is known about its records.
///
/// # Errors
/// There is no such source, or it cannot be described.
pub(crate) async fn find(
    connection: &Connection,
    query: &Query,
) -> Result<(Source, Discovery), Diagnostics> {
    let region = connection.region(query.region.given())?;
    let (name, discovery) = match (query.flow_log_id.given(), query.log_group_name.given()) {
        (Some(id), None) => discovery::of_flow_log(connection, query, id, &region).await?,
        (None, Some(group)) => discovery::of_group(connection, query, group, &region).await?,
        _ => return Err(one_source().into()),
    };
    let logs = connection.aws()?.logs(&region);
    let group = LogGroup::new(logs, name, region, query);
    Ok((Source::LogGroup(group), discovery))
}

impl Source {
    /// Waits until another page may be requested. Canceling the wait uses up no permission.
    pub(crate) async fn permit(&self) -> Permit {
        match self {
            Self::LogGroup(group) => Permit::LogGroup(group.permit().await),
        }
    }

    /// Returns how many requests must be under way to keep the pace, if one takes this long.
    pub(crate) fn requests_at_once(&self, took: Duration) -> usize {
        match self {
            Self::LogGroup(group) => group.requests_at_once(took),
        }
    }

    /// Decides how the quals are pushed down, and keeps the calls. Returns nothing once `is_wanted` returns false.
    pub(crate) async fn push_down(
        &mut self,
        query: &Query,
        reader: &Reader,
        by_stream: bool,
        discovery: &mut Discovery,
        is_wanted: &(dyn Fn() -> bool + Sync),
    ) -> Option<PushDown> {
        match self {
            Self::LogGroup(group) => {
                let decided =
                    push_down::decide(query, reader, by_stream, group, discovery, is_wanted).await;
                decided.inspect(|push_down| group.set_calls(&push_down.calls))
            }
        }
    }

    /// Returns the calls of the plan; none if no event can match.
    pub(crate) fn planned(&self) -> Vec<Subset> {
        match self {
            Self::LogGroup(group) => group.planned(),
        }
    }

    /// Reports whether the calls of the plan leave out events.
    pub(crate) fn is_selective(&self) -> bool {
        match self {
            Self::LogGroup(group) => group.is_selective(),
        }
    }

    /// Returns the earliest start of a window that can be read backward, in milliseconds since 1970.
    pub(crate) fn backward_since(&self) -> i64 {
        match self {
            Self::LogGroup(_) => log_group::BACKWARD_SINCE,
        }
    }

    /// Returns the name for messages.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::LogGroup(group) => group.name(),
        }
    }

    /// Returns the region.
    pub(crate) fn region(&self) -> &str {
        match self {
            Self::LogGroup(group) => group.region(),
        }
    }

    /// Notes whether events at the start of the window may have expired. Takes a call if the window starts more than a day
    /// ago.
    pub(crate) async fn check_retention(
        &self,
        window: HalfOpen,
        age: jiff::SignedDuration,
        discovery: &mut Discovery,
    ) {
        match self {
            Self::LogGroup(group) => group.check_retention(window, age, discovery).await,
        }
    }

    /// Reports whether an error means that the source does not exist.
    pub(crate) fn is_missing(&self, error: &aws::Error) -> bool {
        match self {
            Self::LogGroup(_) => log_group::is_missing(error),
        }
    }

    /// Explains why the service refused a request.
    pub(crate) async fn explain(&self, error: &aws::Error) -> Diagnostic {
        match self {
            Self::LogGroup(group) => group.explain(error).await,
        }
    }
}

impl Permit {
    /// Reads the page.
    pub(crate) async fn page(self, request: &PageRequest) -> Result<Page, aws::Error> {
        match self {
            Self::LogGroup(permit) => permit.page(request).await,
        }
    }
}
