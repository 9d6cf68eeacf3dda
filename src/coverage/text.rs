//! The reasons for a verdict, as codes for programs and sentences for people.

use std::collections::BTreeSet;

use super::judge::{
    Doubt, Exemption, Lack, Partial, Shortfall, Silence, Trouble, Unclear, Undelivered, Verdict,
};
use crate::text::sanitize;

/// The code for a flow log of which nothing arrives, perhaps because there is nothing to record.
const QUIET: &str = "quiet";
/// How sentences write a time.
const TIME: &str = "%Y-%m-%dT%H:%M:%SZ";
/// The most IDs that a sentence names.
const NAMED: usize = 10;

/// One reason for a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The code.
    pub code: &'static str,
    /// The ID of the flow log that it is about.
    pub flow_log: Option<String>,
    /// A sentence.
    pub detail: String,
}

impl Reason {
    fn of(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            flow_log: None,
            detail: detail.into(),
        }
    }

    fn about(code: &'static str, flow_log: &str, detail: impl Into<String>) -> Self {
        Self {
            flow_log: Some(flow_log.to_owned()),
            ..Self::of(code, detail)
        }
    }
}

/// Returns the reasons for a verdict. What is covered has none.
pub fn reasons(verdict: &Verdict) -> Vec<Reason> {
    match verdict {
        Verdict::Covered | Verdict::CoveredByChildren => Vec::new(),
        Verdict::Partial(partial) => missing(partial),
        Verdict::Insufficient(shortfalls) => shortfalls.iter().map(shortfall).collect(),
        Verdict::Pending(flow_logs) => flow_logs
            .iter()
            .map(|id| {
                let detail = format!("Flow log {id} is too new to have delivered anything.");
                Reason::about("too_new", id, detail)
            })
            .collect(),
        Verdict::Unhealthy(failing) => failing.iter().map(undelivered).collect(),
        Verdict::Uncovered => vec![Reason::of("no_flow_log", "No flow log records it.")],
        Verdict::NotApplicable(exemption) => vec![exempt(*exemption)],
        Verdict::Unknown(doubts) => doubts.iter().map(doubt).collect(),
    }
}

fn missing(partial: &Partial) -> Vec<Reason> {
    let names: Vec<_> = partial.missing.names().collect();
    let traffic = (!names.is_empty()).then(|| {
        let traffic = names.join(" and ");
        Reason::of(
            "missing_traffic",
            format!("{traffic} traffic is not recorded as required."),
        )
    });
    let bare = (!partial.bare.is_empty()).then(|| {
        let ids = list(&partial.bare);
        Reason::of(
            "networks_not_covered",
            format!("These networks in it are not covered: {ids}."),
        )
    });
    traffic.into_iter().chain(bare).collect()
}

/// Returns the first IDs of a list, and the number of the others.
fn list(ids: &[String]) -> String {
    let shown = ids[..ids.len().min(NAMED)].join(", ");
    match ids.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn names(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(", ")
}

fn shortfall(shortfall: &Shortfall) -> Reason {
    let id = &shortfall.flow_log;
    let given = |value: &Option<String>| match value {
        Some(value) => sanitize::line(value).into_owned(),
        None => "an unknown one".to_owned(),
    };
    let (code, detail) = match &shortfall.lack {
        Lack::Fields(fields) => (
            "fields",
            format!(
                "The records of flow log {id} lack the fields {}.",
                names(fields)
            ),
        ),
        Lack::Interval { is: Some(is), most } => (
            "interval",
            format!(
                "Flow log {id} has an aggregation interval of {is} seconds; at most {most} are allowed."
            ),
        ),
        Lack::Interval { is: None, most } => (
            "interval",
            format!(
                "EC2 does not report the aggregation interval of flow log {id}; at most {most} seconds are allowed."
            ),
        ),
        Lack::DestinationType(kind) => (
            "destination_type",
            format!(
                "Flow log {id} has a type of destination that does not count: {}.",
                given(kind)
            ),
        ),
        Lack::Destination(place) => (
            "destination",
            format!(
                "Flow log {id} has a destination that does not count: {}.",
                given(place)
            ),
        ),
        Lack::Retention { is, least } => (
            "retention",
            format!(
                "The log group of flow log {id} keeps records for {is} days; at least {least} are required."
            ),
        ),
    };
    Reason::about(code, id, detail)
}

fn undelivered(failing: &Undelivered) -> Reason {
    let id = &failing.flow_log;
    if let Some(silence) = &failing.silence {
        let detail = format!(
            "Flow log {id} does not deliver its records: {} Interfaces are in use, of which AWS writes records even without \
             traffic.",
            silent(silence)
        );
        return Reason::about("no_records", id, detail);
    }
    let cause = failing.cause.as_deref().map(sanitize::line);
    let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
    let detail = format!("Flow log {id} does not deliver its records{cause}.");
    Reason::about("delivery_failed", id, detail)
}

fn silent(silence: &Silence) -> String {
    let since = silence.since.strftime(TIME);
    let newest = silence.newest.map(|newest| newest.strftime(TIME));
    let newest =
        newest.map(|newest| format!(" The newest one that was found arrived at {newest}."));
    format!(
        "No record has arrived since {since}.{}",
        newest.unwrap_or_default()
    )
}

fn exempt(exemption: Exemption) -> Reason {
    let (code, detail) = match exemption {
        Exemption::ExcludedId => (
            "excluded_id",
            "Its ID is excluded, or that of what contains it.",
        ),
        Exemption::ExcludedTag => (
            "excluded_tag",
            "A tag of it is excluded, or of what contains it.",
        ),
        Exemption::DefaultVpc => ("default_vpc", "It is a default VPC, or in one."),
        Exemption::Participant => (
            "participant",
            "Another account owns it, or what contains it, and sees its flow logs.",
        ),
        Exemption::Owner => (
            "owner",
            "The account owns it, and only networks of other accounts are checked.",
        ),
        Exemption::Empty => ("empty", "There is nothing in it that could send traffic."),
    };
    Reason::of(code, detail)
}

fn doubt(doubt: &Doubt) -> Reason {
    match doubt {
        Doubt::FlowLogs(cause) => {
            let detail = match cause.trouble {
                Trouble::RegionNotRead | Trouble::EdgeNotListed => cause.message.clone(),
                _ => format!("Not all flow logs could be read. {}", cause.message),
            };
            Reason::of(cause.trouble.name(), detail)
        }
        Doubt::Networks(kind, cause) => {
            let kind = kind.name();
            let detail = format!(
                "Not all networks of the kind {kind} could be read. {}",
                cause.message
            );
            Reason::of(cause.trouble.name(), detail)
        }
        Doubt::Owner(owner) => Reason::of(
            "owner_not_read",
            format!("Account {owner} owns what contains it. Only that account sees its flow logs."),
        ),
        Doubt::Status(id) => {
            let detail = format!("EC2 does not report the status of flow log {id}.");
            Reason::about("status_not_reported", id, detail)
        }
        Doubt::Records { flow_log, why } => unclear(flow_log, why),
        Doubt::Format(id) => {
            let detail = format!("EC2 does not report the record format of flow log {id}.");
            Reason::about("format_not_reported", id, detail)
        }
        Doubt::Retention { flow_log, cause } => {
            let why = match cause {
                Some(cause) => cause.message.clone(),
                None => "The destination is not a log group of this account, or does not exist."
                    .to_owned(),
            };
            let detail =
                format!("How long the records of flow log {flow_log} are kept is not known. {why}");
            Reason::about("retention_not_known", flow_log, detail)
        }
    }
}

fn unclear(id: &str, why: &Unclear) -> Reason {
    let (code, why) = unclear_why(why);
    if code == QUIET {
        return Reason::about(code, id, format!("Flow log {id}: {why}"));
    }
    let detail =
        format!("Whether records of flow log {id} have arrived recently is not known. {why}");
    Reason::about(code, id, detail)
}

/// Returns why it is not known whether records have arrived, as a code and as a sentence.
pub(super) fn unclear_why(why: &Unclear) -> (&'static str, String) {
    match why {
        Unclear::Failed(cause) => (cause.trouble.name(), cause.message.clone()),
        Unclear::DeliveryStream => (
            "delivery_stream",
            "It delivers to Firehose, and delivery streams cannot be read.".to_owned(),
        ),
        Unclear::NoPlace => (
            "no_place",
            "EC2 does not report where they go, or the account of the flow log is not known."
                .to_owned(),
        ),
        Unclear::TooMuch => (
            "too_much",
            "Its destination holds too many records of other flow logs.".to_owned(),
        ),
        Unclear::Quiet(silence) => (
            QUIET,
            format!(
                "{} Either there was no traffic that it records, or its records are not delivered.",
                silent(silence)
            ),
        ),
    }
}
