//! What users are told when events could not be read.

use super::NOT_READ;
use super::completeness::{Detail, Empty};
use super::scan::{Counts, ScanError};
use super::search::Search;
use super::source::Source;
use crate::aws;
use crate::aws::ec2::FlowLog;
use crate::framework::{Context, Diagnostic};

/// Explains why a scan has no result. A flow log whose log group does not exist has delivered nothing yet, so its result is
/// empty; a missing log group that the user named is an error.
///
/// # Errors
/// Everything else.
pub(crate) async fn empty_or_error(
    error: ScanError,
    search: &Search,
    detail: Detail,
) -> Result<Empty, Diagnostic> {
    if let (ScanError::Refused(refused), Some(flow_log)) = (&error, &search.discovery.flow_log)
        && let Some(empty) = empty(refused, &search.source, flow_log)
    {
        return Ok(empty);
    }
    Err(self::error(error, search, detail).await)
}

/// Explains why a scan has no result.
pub(crate) async fn error(error: ScanError, search: &Search, detail: Detail) -> Diagnostic {
    let source = &search.source;
    match error {
        ScanError::Refused(error) => source.explain(&error).await,
        error => not_read(&error, source.name(), detail),
    }
}

/// Returns what is empty if an error means that the destination of a flow log does not exist.
fn empty(error: &aws::Error, source: &Source, flow_log: &FlowLog) -> Option<Empty> {
    let status = flow_log.deliver_logs_status.as_deref().unwrap_or("unknown");
    let (flow_log, status, cause) = (
        flow_log.id.clone(),
        status.to_owned(),
        flow_log.deliver_logs_error_message.clone(),
    );
    match source {
        Source::LogGroup(group) => error.is_log_group_not_found().then(|| Empty::MissingGroup {
            log_group: group.name().to_owned(),
            flow_log,
            status,
            cause,
        }),
        Source::Bucket(bucket) => error.is_bucket_not_found().then(|| Empty::MissingBucket {
            bucket: bucket.bucket_name().to_owned(),
            flow_log,
            status,
            cause,
        }),
    }
}

fn not_read(error: &ScanError, source: &str, detail: Detail) -> Diagnostic {
    match error {
        ScanError::Deadline(statistics) => {
            let progress = match detail {
                Detail::Full => format!(
                    "after {} pages with {} events of {source}",
                    statistics.pages, statistics.scanned
                ),
                Detail::FixedText => format!("before all events of {source} were read"),
            };
            let detail = format!(
                "The `timeout` passed {progress}. There is no result, because a partial result would look complete. \
                 Narrow the time window, add filters that can be pushed down (see `not_pushed`), or increase `timeout`."
            );
            Diagnostic::error("out-of-time", NOT_READ, detail).at("timeout")
        }
        ScanError::TooManyGroups => {
            let detail = "The groups take more than 64 MB, the maximum for a summary, with the values that \
                          `count_distinct` counts. Group by fewer or coarser keys, such as `src_addr/24` instead of an \
                          address, narrow the query, or let a service count with `engine`.";
            Diagnostic::error("too-many-groups", "Too many groups", detail).at("group_by")
        }
        ScanError::TooManyIds => {
            let detail = "More than 1,000,000 records match the filters. This is the maximum whose ids the engine `scan` \
                          remembers so that each record counts once, however often it was delivered. Narrow the time \
                          window or the filters.";
            Diagnostic::error("too-many-records", "Too many records", detail).at("record_type")
        }
        ScanError::Refused(_) | ScanError::Stopped => {
            let detail = format!("The run was stopped while {source} was being read.");
            Diagnostic::error("stopped", NOT_READ, detail)
        }
    }
}

/// Warns that sums include samples: a sampled packet stands for many.
pub(crate) fn warn_of_samples(counts: &Counts, context: &Context) {
    if counts.sampled == 0 {
        return;
    }
    let detail = format!(
        "{} of the {} counted records are samples of the traffic of BareMetal servers, where one packet in 1000 is \
         recorded. Their packets and bytes are not the full traffic, and do not add up with those of other records. Count \
         them separately with `group_by = [\"sampled\"]`, or exclude them with \
         `exclude {{ fields = {{ sampled = \"true\" }} }}`.",
        counts.sampled, counts.statistics.matched
    );
    context.warn(Diagnostic::warning(
        "sampled-records-were-counted",
        "Sampled records were counted",
        detail,
    ));
}
