//! What a user is told when events could not be read.

use super::completeness::{Nothing, Telling};
use super::query::Query;
use super::scan::{Seen, Trouble};
use super::source::Source;
use crate::aws::{self, logs::Logs};
use crate::framework::{Context, Diagnostic};

const SUMMARY: &str = "Flow-log events not read";

/// The class of log groups in which events can be filtered.
const STANDARD: &str = "STANDARD";

/// Says that a log group does not exist if it is that of a flow log: it has delivered nothing yet, so the result is
/// empty. Any other trouble is an error; so is a group that the user named.
///
/// # Errors
/// Everything else.
pub(crate) async fn nothing_yet(
    trouble: Trouble,
    source: &Source,
    logs: &Logs,
    telling: Telling,
) -> Result<Nothing, Diagnostic> {
    match (trouble, &source.flow_log) {
        (Trouble::Refused(error), Some(flow_log))
            if error.has_code(&["ResourceNotFoundException"]) =>
        {
            let status = flow_log.deliver_logs_status.as_deref().unwrap_or("unknown");
            Ok(Nothing::NoGroup {
                log_group: source.log_group.clone(),
                flow_log: flow_log.id.clone(),
                status: status.to_owned(),
                cause: flow_log.deliver_logs_error_message.clone(),
            })
        }
        (Trouble::Refused(error), _) => Err(refused(&error, source, logs).await),
        (trouble, _) => Err(not_read(&trouble, source, telling)),
    }
}

/// Explains what the service refused.
async fn refused(error: &aws::Error, source: &Source, logs: &Logs) -> Diagnostic {
    let group = &source.log_group;
    if error.operation == "FilterLogEvents" && may_be_of_the_class(error) {
        // Asked only now: most groups are of the standard class.
        let found = logs.group(group).await.ok().flatten();
        let class = found.and_then(|group| group.class);
        if let Some(class) = class.filter(|class| class != STANDARD) {
            let detail = format!(
                "The log group {group} in {} is of the class {class}, whose events cannot be filtered by \
                 FilterLogEvents. {error}\n\nCloudWatch Logs Insights can read it: use the data source \
                 `vpcflow_log_summary` with `engine = \"insights\"`, or let the flow log write to a group of \
                 the class {STANDARD}.",
                source.region
            );
            return Diagnostic::error(
                "events-of-this-log-group-cannot-be-filtered",
                "Events of this log group cannot be filtered",
                detail,
            );
        }
    }
    let missing = error.has_code(&["ResourceNotFoundException"]);
    let stream = missing && error.message.contains("stream");
    let advice = error.advice().filter(|_| !missing).unwrap_or_else(|| {
        "Check the name of the log group and of the log stream, and set `region` if they are elsewhere."
            .to_owned()
    });
    let detail = format!(
        "The log group {group} in {} was read by {}. {error}\n\n{advice}",
        source.region, error.operation
    );
    let diagnostic = Diagnostic::error("events-not-read", SUMMARY, detail);
    match (missing, stream) {
        (true, true) => diagnostic.at("log_stream_name"),
        (true, false) => diagnostic.at("log_group_name"),
        (false, _) => diagnostic,
    }
}

/// Tells whether a refusal may be because of the group's class: any that does not say that it is for another reason.
fn may_be_of_the_class(error: &aws::Error) -> bool {
    let otherwise = [
        "ResourceNotFoundException",
        "AccessDeniedException",
        "AccessDenied",
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "ExpiredToken",
        "ExpiredTokenException",
        "MissingAuthenticationTokenException",
        "ThrottlingException",
        "Throttling",
        "ServiceUnavailableException",
    ];
    error.kind == aws::Kind::Refused && !error.has_code(&otherwise)
}

fn not_read(trouble: &Trouble, source: &Source, telling: Telling) -> Diagnostic {
    let group = &source.log_group;
    match trouble {
        Trouble::Deadline(statistics) => {
            let progress = match telling {
                Telling::Everything => format!(
                    "after {} pages with {} events of {group}",
                    statistics.pages, statistics.scanned
                ),
                Telling::FixedText => format!("before all events of {group} were read"),
            };
            let detail = format!(
                "The `timeout` was over {progress}. A partial result would look like a complete one, so there \
                 is none. Narrow the time window, add quals that can be pushed down (see `not_pushed`), or \
                 raise `timeout`."
            );
            Diagnostic::error("out-of-time", SUMMARY, detail).at("timeout")
        }
        Trouble::TooManyGroups => {
            let detail = "The events fall into more than 100,000 groups, which is the most that the engine \
                          `scan` counts. Group by fewer or by coarser keys (an address and a source port \
                          together seldom repeat), narrow the query, or let CloudWatch do it with \
                          `engine = \"insights\"`.";
            Diagnostic::error("too-many-groups", "Too many groups", detail).at("group_by")
        }
        Trouble::TooManyIds => {
            let detail = "More than 1,000,000 records satisfy the quals, which is the most of which the engine \
                          `scan` remembers the ids, so that each counts once however often it was delivered. \
                          Narrow the time window or the quals.";
            Diagnostic::error("too-many-records", "Too many records", detail).at("record_type")
        }
        Trouble::Refused(_) | Trouble::Stopped => Diagnostic::error(
            "stopped",
            SUMMARY,
            format!("The run was stopped while {group} was read."),
        ),
    }
}

/// Says that sums are of samples: a sampled packet stands for many.
pub(crate) fn tell_of_samples(seen: &Seen, context: &Context) {
    if seen.sampled == 0 {
        return;
    }
    let detail = format!(
        "{} of the {} records that were counted are samples of the traffic of BareMetal servers, of which one packet \
         in 1000 is looked at: their packets and bytes are not all there were, and do not add up with those of other \
         records. Count them apart with `group_by = [\"sampled\"]`, or leave them out with \
         `exclude {{ fields = {{ sampled = \"true\" }} }}`.",
        seen.sampled, seen.statistics.matched
    );
    context.warn(Diagnostic::warning(
        "sampled-records-were-counted",
        "Sampled records were counted",
        detail,
    ));
}

/// Echoes what was given, and fills in what was found.
pub(crate) fn found_at(query: Query, source: &Source) -> Query {
    Query {
        log_group_name: query.log_group_name.or(source.log_group.clone().into()),
        region: query.region.or(source.region.clone().into()),
        ..query
    }
}
