//! The reasons in words: what a query could not see, why, and how to fix it.

use jiff::Timestamp;

use super::detail::Detail;
use super::reason::{
    Assumed, Empty, FoundBy, ObjectProblem, Reason, Sample, Unread, UnreadableObject,
};
use crate::aws;
use crate::framework::Diagnostic;
use crate::record::Format;

/// The maximum number of objects, or of prefixes, that are named.
const OBJECTS: usize = 20;
/// The maximum number of characters of a line that are shown.
const SHOWN: usize = 300;

/// Reports that an answer is incomplete although it was required to be complete.
pub(super) fn required(reasons: &[Reason], shown: Detail) -> Diagnostic {
    let list = reasons
        .iter()
        .map(|reason| format!("\n\n{}: {}", reason.name(), detail(reason, shown)));
    let text = format!(
        "`require_complete` is set, but the query could not see everything in the time window:{}",
        list.collect::<String>()
    );
    Diagnostic::error("query-not-complete", "Query not complete", text).at("require_complete")
}

/// Converts a reason to a warning at the argument that fixes it.
pub(super) fn warning(reason: &Reason, shown: Detail) -> Diagnostic {
    let warning = Diagnostic::warning(reason.name(), title(reason), detail(reason, shown));
    match argument(reason) {
        Some(argument) => warning.at(argument),
        None => warning,
    }
}

fn title(reason: &Reason) -> &'static str {
    match reason {
        Reason::FormatAssumed(Assumed::NotUnderstood { .. }) => "Record format not understood",
        Reason::FormatAssumed(_) => "Record format assumed",
        Reason::UnreadLines(Unread {
            found_by: FoundBy::LeftOut,
            ..
        }) => "Matching lines left out",
        Reason::UnreadLines(_) => "Lines that do not parse",
        Reason::FormatChanged { .. } => "Time window starts before the flow log",
        Reason::DeliveryFailed { .. } => "Flow log cannot deliver its records",
        Reason::NothingDelivered(Empty::MissingGroup { .. } | Empty::MissingBucket { .. }) => {
            "No events yet"
        }
        Reason::NothingDelivered(Empty::NoObjects { .. } | Empty::NoRows { .. }) => {
            "No objects in the time window"
        }
        Reason::UnreadableObjects(_) => "Objects not read",
        Reason::NothingDelivered(Empty::NoLines { .. }) => "No events in the time window",
        Reason::SkippedRecords { .. } => "Records were skipped",
        Reason::NotRecorded { .. } => "Traffic not recorded",
        Reason::SharedGroup { .. } => "Records of other flow logs included",
        Reason::Truncated(_) => "Result cut at the default limit",
        Reason::Masked { .. } => "Masked lines not read",
        Reason::Denied { .. } => "Record format not discovered",
        Reason::Expired { .. } => "Time window starts before the oldest events kept",
        Reason::RetentionDenied { .. } => "Retention of the log group not known",
    }
}

/// Returns the argument that fixes it.
fn argument(reason: &Reason) -> Option<&'static str> {
    match reason {
        Reason::FormatAssumed(_) | Reason::Denied { .. } => Some("log_format"),
        Reason::NothingDelivered(Empty::MissingGroup { .. } | Empty::MissingBucket { .. })
        | Reason::SharedGroup { .. } => Some("flow_log_id"),
        Reason::Truncated(_) => Some("limit"),
        Reason::NotRecorded { .. } => Some("action"),
        _ => None,
    }
}

/// Returns what a reason means here, and how to fix it.
pub(super) fn detail(reason: &Reason, shown: Detail) -> String {
    match reason {
        Reason::FormatAssumed(assumed) => format_assumed(assumed),
        Reason::UnreadLines(unread) => unread_lines(unread, shown),
        Reason::FormatChanged { flow_logs, start } => format_changed(flow_logs, *start),
        Reason::DeliveryFailed { flow_log, cause } => delivery_failed(flow_log, cause.as_deref()),
        Reason::NothingDelivered(empty) => nothing_delivered(empty),
        Reason::SkippedRecords { count } => {
            let records = match shown {
                Detail::Full => format!("{count} of the records report"),
                Detail::FixedText => "Records report".to_owned(),
            };
            format!("{records} that AWS skipped others (SKIPDATA), so traffic is missing.")
        }
        Reason::NotRecorded { recorded } => format!(
            "The query asks for traffic that is not recorded. Only {recorded} traffic is. Query a flow log that records it, or \
             let this one record all traffic with `traffic_type = \"ALL\"`."
        ),
        Reason::SharedGroup {
            flow_log,
            log_group,
            others,
        } => shared_group(flow_log, log_group, others),
        Reason::UnreadableObjects(objects) => unreadable_objects(objects, shown),
        Reason::Truncated(cut) => format!(
            "There may be more {} than the {} returned. Set `limit` (at most {}), or narrow the query.",
            cut.what, cut.limit, cut.most
        ),
        Reason::Masked { log_group, count } => masked(log_group, *count, shown),
        Reason::Denied { log_group, error } => denied(log_group, error),
        Reason::Expired {
            log_group,
            days,
            start,
        } => format!(
            "The time window starts at {start}, but {log_group} keeps events for {days} {}. Older events were deleted. \
             Start the window later, or increase the retention of the log group.",
            if *days == 1 { "day" } else { "days" }
        ),
        Reason::RetentionDenied { log_group, error } => format!(
            "The provider asked CloudWatch Logs how long {log_group} keeps events. {error} Events at the start of the \
             window may have been deleted. The caller needs logs:DescribeLogGroups."
        ),
    }
}

fn format_changed(flow_logs: &[(String, Timestamp)], start: Timestamp) -> String {
    let created = flow_logs
        .iter()
        .map(|(id, created)| format!("{id} was created at {created}"));
    format!(
        "The time window starts at {start}, but {}. Earlier traffic was not recorded, or was recorded by a flow log that \
         has been deleted, perhaps in another record format. Start the window later.",
        created.collect::<Vec<_>>().join(", ")
    )
}

fn delivery_failed(flow_log: &str, cause: Option<&str>) -> String {
    let cause = cause.map(|cause| format!(" ({cause})"));
    format!(
        "EC2 reports that the delivery of flow log {flow_log} fails{}. Traffic may be missing. Check the IAM role of the \
         flow log, its permissions, and the log group.",
        cause.unwrap_or_default()
    )
}

fn shared_group(flow_log: &str, log_group: &str, others: &[String]) -> String {
    format!(
        "{} also deliver to {log_group} in the same record format, and a record does not show whether it belongs to \
         {flow_log}. Their records may be included, so the same traffic may be counted twice. Give each flow log its own \
         log group, add a field such as ${{vpc-id}} or ${{subnet-id}} to its format, or query all of them with \
         `log_group_name`.",
        others.join(", ")
    )
}

fn denied(log_group: &str, error: &aws::Error) -> String {
    format!(
        "The provider asked EC2 which flow logs write to {log_group}, to find their record formats and whether their \
         delivery works. Records in another format than the default, or than `log_format`, may be missing. {}",
        error.explained_on_one_line()
    )
}

fn masked(log_group: &str, count: i64, shown: Detail) -> String {
    let lines = match shown {
        Detail::Full => format!("{count} of the lines"),
        Detail::FixedText => "Lines".to_owned(),
    };
    format!(
        "{lines} in {log_group} could not be read because a data protection policy masks values in them. Set `unmask` to \
         true, which requires the permission logs:Unmask."
    )
}

fn format_assumed(assumed: &Assumed) -> String {
    match assumed {
        Assumed::NoFlowLog { log_group, region } => format!(
            "EC2 knows no flow log in {region} that writes to {log_group}. The flow log may be in another account, or may \
             have been deleted. The provider tried the default formats of VPCs and of transit gateways, and did not read \
             records in any other format. Set `log_format` to the format of the records. In HCL, the default of VPCs \
             is:\n\n  log_format = \"{}\"",
            Format::vpc_default().to_string().replace("${", "$${")
        ),
        Assumed::NotUnderstood {
            flow_log,
            format,
            problem,
        } => format!(
            "EC2 describes the record format of the flow log {flow_log} as \"{format}\"; {problem}. Its records are read \
             in the default format. If they have another format, set `log_format`."
        ),
        Assumed::NotDescribed { flow_log } => format!(
            "EC2 does not describe the record format of the flow log {flow_log}. Its records are read in the default \
             format. If they have another format, set `log_format`."
        ),
    }
}

fn unread_lines(unread: &Unread, shown: Detail) -> String {
    const SET_FORMAT: &str = "If it holds records in another format, set `log_format`.";
    let Unread {
        log_group,
        lines,
        found_by,
    } = unread;
    match (found_by, shown) {
        (FoundBy::LeftOut, _) => format!(
            "Lines in {log_group} match the filters, but CloudWatch Logs did not return them for the filter pattern made \
             from the filters. They arrived while the query ran, or the service filters differently from AWS. Run the query \
             again. `filter_pattern = \"[...]\"` returns every line."
        ),
        (FoundBy::Query { among, first }, Detail::Full) => format!(
            "{lines} of {among} lines in {log_group} could not be read in the record format. {} {SET_FORMAT}",
            sample(first)
        ),
        (FoundBy::Query { .. }, Detail::FixedText) => format!(
            "Lines in {log_group} could not be read in the record format; `statistics` says how many. {SET_FORMAT}"
        ),
        (FoundBy::SecondLook { among, first }, Detail::Full) => format!(
            "The filter pattern made from the filters returns only lines in known formats. Without it, {lines} of {among} \
             lines in {log_group} fit none of these formats. {} {SET_FORMAT}",
            sample(first)
        ),
        (FoundBy::SecondLook { .. }, Detail::FixedText) => format!(
            "The filter pattern made from the filters returns only lines in known formats. There are lines in {log_group} \
             that fit none of these formats. {SET_FORMAT}"
        ),
        (FoundBy::Athena, _) => format!(
            "{lines} rows of the table {log_group} have no time and were left out: they are not records in the format of the \
             table. Check that the columns of the table are the fields of `log_format`, in the same order. The function \
             `athena_table` returns the statement for such a table."
        ),
        (FoundBy::Insights, _) => format!(
            "{lines} of the lines in {log_group} fit no known record format, and were left out. {SET_FORMAT}"
        ),
    }
}

fn sample(sample: &Sample) -> String {
    let line: String = sample.line.chars().take(SHOWN).collect();
    format!("The first: {}: \"{line}\".", sample.problem)
}

fn unreadable_objects(objects: &[UnreadableObject], shown: Detail) -> String {
    if shown == Detail::FixedText {
        return "Some objects could not be read to their end; `statistics` says how many. Their records may be missing."
            .to_owned();
    }
    let line = |object: &UnreadableObject| match &object.problem {
        ObjectProblem::Refused(error) => {
            format!("\n{}: {}", object.key, error.explained_on_one_line())
        }
        ObjectProblem::Content(problem) => format!("\n{}: {problem}.", object.key),
    };
    let named: String = objects.iter().take(OBJECTS).map(line).collect();
    let more = match objects.len().saturating_sub(OBJECTS) {
        0 => String::new(),
        more => format!("\nand {more} more."),
    };
    format!(
        "{} could not be read to the end. Records that were read before count; the others are missing.{named}{more}",
        match objects.len() {
            1 => "One object".to_owned(),
            number => format!("{number} objects"),
        }
    )
}

fn nothing_delivered(empty: &Empty) -> String {
    match empty {
        Empty::MissingBucket {
            bucket,
            flow_log,
            status,
            cause,
        } => {
            let cause = cause.as_ref().map(|cause| format!(" ({cause})"));
            format!(
                "The bucket {bucket} of flow log {flow_log} does not exist: nothing can be delivered. The delivery status is \
                 {status}{}.",
                cause.unwrap_or_default()
            )
        }
        Empty::NoObjects {
            bucket,
            prefixes,
            start,
            end,
        } => {
            let more = match prefixes.len().saturating_sub(OBJECTS) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!(
                "The bucket {bucket} holds no object with records from {start} to {end}. Nothing was delivered, or not yet: \
                 records take some minutes to arrive (see `settled_until`). The provider looked for keys that begin with \
                 {}{more}. Check the bucket and the prefix, and the delivery status of the flow log, or let the time window \
                 start earlier.",
                prefixes
                    .iter()
                    .take(OBJECTS)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Empty::MissingGroup {
            log_group,
            flow_log,
            status,
            cause,
        } => {
            let cause = cause.as_ref().map(|cause| format!(" ({cause})"));
            format!(
                "The log group {log_group} of flow log {flow_log} does not exist: nothing has been delivered yet. The \
                 delivery status is {status}{}.",
                cause.unwrap_or_default()
            )
        }
        Empty::NoRows { table, start, end } => format!(
            "Athena read no object of the table {table} from {start} to {end}. A partition without objects, or one that was \
             never added to the table, is no error in Athena. Check `SHOW CREATE TABLE`: the location, the projected accounts, \
             regions and times, and `storage.location.template`. The function `athena_table` returns the statement for a \
             table that needs no partitions to be added."
        ),
        Empty::NoLines {
            log_group,
            start,
            end,
        } => format!(
            "{log_group} holds no line from {start} to {end}, not even one that reports no traffic. Nothing was \
             delivered, or not yet: records take some minutes to arrive (see `settled_until`). Check the name and the \
             region of the log group and the delivery status of its flow log, or let the time window start earlier."
        ),
    }
}
