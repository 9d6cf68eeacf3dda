//! The reasons in words: what a query could not see, why, and how to mend it.

use super::{Assumed, How, Nothing, Reason, Sample, Telling, Unread};
use crate::framework::Diagnostic;
use crate::record::Format;

/// The letters of a line that are shown.
const SHOWN: usize = 300;

/// Says that an answer was to be complete, and is not.
pub(super) fn required(reasons: &[Reason], telling: Telling) -> Diagnostic {
    let list = reasons
        .iter()
        .map(|reason| format!("\n\n{}: {}", reason.name(), reason.detail(telling)));
    let detail = format!(
        "`require_complete` is set, but the query could not see everything that the time window holds:{}",
        list.collect::<String>()
    );
    Diagnostic::error("query-not-complete", "Query not complete", detail).at("require_complete")
}

impl Reason {
    pub(super) fn warning(&self, telling: Telling) -> Diagnostic {
        let warning = Diagnostic::warning(self.name(), self.title(), self.detail(telling));
        match self.argument() {
            Some(argument) => warning.at(argument),
            None => warning,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::FormatAssumed(Assumed::NotUnderstood { .. }) => "Record format not understood",
            Self::FormatAssumed(_) => "Record format assumed",
            Self::UnreadLines(Unread {
                how: How::LeftOut, ..
            }) => "Matching lines left out",
            Self::UnreadLines(_) => "Lines that do not parse",
            Self::FormatChanged { .. } => "Time window begins before the flow log",
            Self::DeliveryFailed { .. } => "Flow log cannot deliver its records",
            Self::NothingDelivered(Nothing::NoGroup { .. }) => "No events yet",
            Self::NothingDelivered(Nothing::NoLines { .. }) => "No events in the time window",
            Self::SkippedRecords { .. } => "Records were skipped",
            Self::NotRecorded { .. } => "Traffic not recorded",
            Self::SharedGroup { .. } => "Records of other flow logs included",
            Self::Truncated(_) => "Result cut at the default limit",
            Self::Masked { .. } => "Masked lines not read",
            Self::Denied { .. } => "Record format not discovered",
            Self::Expired { .. } => "Time window begins before the oldest events kept",
            Self::RetentionDenied { .. } => "Retention of the log group not known",
        }
    }

    /// The argument that mends it.
    fn argument(&self) -> Option<&'static str> {
        match self {
            Self::FormatAssumed(_) | Self::Denied { .. } => Some("log_format"),
            Self::NothingDelivered(Nothing::NoGroup { .. }) | Self::SharedGroup { .. } => {
                Some("flow_log_id")
            }
            Self::Truncated(_) => Some("limit"),
            Self::NotRecorded { .. } => Some("action"),
            _ => None,
        }
    }

    pub(super) fn detail(&self, telling: Telling) -> String {
        match self {
            Self::FormatAssumed(assumed) => assumed.detail(),
            Self::UnreadLines(unread) => unread.detail(telling),
            Self::FormatChanged { flow_logs, start } => {
                let made = flow_logs
                    .iter()
                    .map(|(id, created)| format!("{id} was created at {created}"));
                format!(
                    "The time window begins at {start}, but {}. Traffic from before that was recorded by no flow log, or \
                     by one that has been deleted since, perhaps in another record format. Let the window begin later.",
                    made.collect::<Vec<_>>().join(", ")
                )
            }
            Self::DeliveryFailed { flow_log, cause } => {
                let cause = because(cause.as_deref());
                format!(
                    "EC2 says that the delivery of flow log {flow_log} fails{cause}: traffic may be missing. Check the \
                     role of the flow log, what it is allowed to do, and the log group."
                )
            }
            Self::NothingDelivered(nothing) => nothing.detail(),
            Self::SkippedRecords { count } => {
                let who = match telling {
                    Telling::Everything => format!("{count} of the records say"),
                    Telling::FixedText => "Records say".to_owned(),
                };
                format!(
                    "{who} that AWS skipped others (SKIPDATA): this is not all the traffic there was."
                )
            }
            Self::NotRecorded { recorded } => format!(
                "The query asks for other traffic than what is recorded here, which is {recorded} alone. Query a flow log \
                 that records it, or let this one record all traffic with `traffic_type = \"ALL\"`."
            ),
            Self::SharedGroup {
                flow_log,
                log_group,
                others,
            } => format!(
                "{} also deliver to {log_group} in the same record format, and nothing in a record tells whether it is \
                 one of {flow_log}. Records of theirs may be counted, or the same traffic twice. Give each flow log a log \
                 group of its own, add a field such as ${{vpc-id}} or ${{subnet-id}} to its format, or ask for all of \
                 them with `log_group_name`.",
                others.join(", ")
            ),
            Self::Truncated(cut) => format!(
                "There may be more {} than the {} given. Set `limit` (at most {}), or narrow the query.",
                cut.what, cut.limit, cut.most
            ),
            Self::Masked { log_group, count } => {
                let lines = match telling {
                    Telling::Everything => format!("{count} of the lines"),
                    Telling::FixedText => "Lines".to_owned(),
                };
                format!(
                    "{lines} in {log_group} could not be read: values in them are masked by a data protection policy. Set \
                     `unmask` to true, which takes the permission logs:Unmask."
                )
            }
            Self::Expired {
                log_group,
                days,
                start,
            } => format!(
                "The time window begins at {start}, but {log_group} keeps events for {days} {}: older ones were deleted. \
                 Let the window begin later, or raise the retention of the log group.",
                if *days == 1 { "day" } else { "days" }
            ),
            Self::RetentionDenied { log_group, error } => format!(
                "CloudWatch Logs was asked for how long {log_group} keeps events. {error} Events at the beginning of the \
                 window may have been deleted. The caller needs logs:DescribeLogGroups."
            ),
            Self::Denied { log_group, error } => {
                let advice = error.advice().map(|advice| format!(" {advice}"));
                format!(
                    "EC2 was asked which flow logs write to {log_group}, to learn their record formats and whether their \
                     delivery works. {error} Records in another format than the default one, or than `log_format`, may be \
                     missed.{}",
                    advice.unwrap_or_default()
                )
            }
        }
    }
}

impl Assumed {
    fn detail(&self) -> String {
        match self {
            Self::NoFlowLog { log_group, region } => format!(
                "EC2 knows no flow log in {region} that writes to {log_group}: it may be in another account, or have been \
                 deleted. The default formats of VPCs and of transit gateways were tried; records of any other format \
                 were not read. Set `log_format` to the format of the records. The default of VPCs is, in HCL:\n\n  \
                 log_format = \"{}\"",
                Format::vpc_default().to_string().replace("${", "$${")
            ),
            Self::NotUnderstood {
                flow_log,
                format,
                problem,
            } => format!(
                "EC2 says that the record format of the flow log {flow_log} is \"{format}\"; {problem}. Its records are \
                 read in the default format. If they have another, set `log_format`."
            ),
            Self::NotTold { flow_log } => format!(
                "EC2 does not tell the record format of the flow log {flow_log}. Its records are read in the default \
                 format. If they have another, set `log_format`."
            ),
        }
    }
}

impl Unread {
    fn detail(&self, telling: Telling) -> String {
        let Self {
            log_group,
            lines,
            how,
        } = self;
        match (how, telling) {
            (How::LeftOut, _) => format!(
                "Lines in {log_group} satisfy the quals, but CloudWatch Logs did not send them for the filter pattern that \
                 the quals became: they arrived while the query ran, or the service filters otherwise than AWS. Run the \
                 query again; `filter_pattern = \"[...]\"` has every line sent."
            ),
            (How::Received { among, first }, Telling::Everything) => format!(
                "{lines} of {among} lines in {log_group} could not be read in the record format. {first} {SET_FORMAT}",
            ),
            (How::Received { .. }, Telling::FixedText) => format!(
                "Lines in {log_group} could not be read in the record format; `statistics` says how many. {SET_FORMAT}"
            ),
            (How::SecondLook { among, first }, Telling::Everything) => format!(
                "The filter pattern that the quals became lets only lines of known formats through. Without it, {lines} of \
                 {among} lines in {log_group} turned out to fit none of these formats. {first} {SET_FORMAT}"
            ),
            (How::SecondLook { .. }, Telling::FixedText) => format!(
                "The filter pattern that the quals became lets only lines of known formats through. There are lines in \
                 {log_group} that fit none of these formats. {SET_FORMAT}"
            ),
            (How::Counted, _) => format!(
                "{lines} of the lines in {log_group} fit no record format that is known here, and were left out. \
                 {SET_FORMAT}"
            ),
        }
    }
}

const SET_FORMAT: &str = "If the group holds records of another format, set `log_format`.";

impl std::fmt::Display for Sample {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line: String = self.line.chars().take(SHOWN).collect();
        write!(out, "The first: {}: \"{line}\".", self.problem)
    }
}

impl Nothing {
    fn detail(&self) -> String {
        match self {
            Self::NoGroup {
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
            Self::NoLines {
                log_group,
                start,
                end,
            } => format!(
                "{log_group} holds no line at all from {start} to {end}, not even one that says that there was no traffic. \
                 Nothing is delivered, or not yet: records take some minutes (see `settled_until`). Check the name and the \
                 region of the group and the delivery status of its flow log, or let the time window begin earlier."
            ),
        }
    }
}

fn because(cause: Option<&str>) -> String {
    cause.map(|cause| format!(" ({cause})")).unwrap_or_default()
}
