//! Why a scan has no result.

use crate::aws;
use crate::events::statistics::Statistics;

/// Why a scan has no result.
#[derive(Debug)]
pub(crate) enum ScanError {
    /// The service refused a request.
    Refused(aws::Error),
    /// The deadline passed after this many pages and events.
    Deadline(Box<Statistics>),
    /// There are more groups than a summary may have.
    TooManyGroups,
    /// More records have ids of their own than are remembered.
    TooManyIds,
    /// The run was stopped.
    Stopped,
}
