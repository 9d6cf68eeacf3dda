//! What a description leaves out although AWS always reports it, as emulators of AWS do: it is not known, and so no
//! difference. What was known before stays.
//!
//! Sound because a flow log cannot be changed: as long as it exists, these arguments are what they were. Must not know
//! who asks.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::destination::{FIREHOSE, LOGS};
use super::model::FlowLog;
use super::target::Family;
use super::validate::format::TAG_FIELDS;
use crate::arn::Arn;
use crate::framework::{Attr, Diagnostic};

/// An argument of which AWS reports a value for every flow log of a kind.
struct Argument {
    /// Its name, and behind it that of another argument for the same.
    names: &'static [&'static str],
    is_missing: fn(&FlowLog) -> bool,
    keep: fn(&mut FlowLog, &FlowLog),
}

macro_rules! argument {
    ($name:ident, $is_missing:expr) => {
        Argument {
            names: &[stringify!($name)],
            is_missing: $is_missing,
            keep: |state, before| state.$name = before.$name.clone(),
        }
    };
}

/// Those that others follow from stand first.
const ALWAYS_TOLD: [Argument; 7] = [
    argument!(traffic_type, |state| {
        let family = state
            .resource_type
            .known()
            .and_then(|name| Family::of(name));
        family.is_some_and(|family| family != Family::Transit) && is_absent(&state.traffic_type)
    }),
    Argument {
        names: &["log_destination", "log_group_name"],
        is_missing: has_no_destination,
        keep: |state, before| {
            state.log_destination = before.log_destination.clone();
            state.log_group_name = before.log_group_name.clone();
        },
    },
    argument!(log_format, |state| is_absent(&state.log_format)),
    argument!(max_aggregation_interval, |state| {
        state.max_aggregation_interval.is_null()
    }),
    argument!(iam_role_arn, |state| {
        let by_role = state.log_destination_type.given() == Some(LOGS) || is_across_accounts(state);
        by_role && is_absent(&state.iam_role_arn)
    }),
    argument!(deliver_cross_account_role, |state| {
        is_across_accounts(state) && is_absent(&state.deliver_cross_account_role)
    }),
    argument!(tag_field_specification, |state| {
        let specified = state.tag_field_specification.known();
        specified.is_none_or(|specified| specified.is_empty()) && may_have_tag_fields(state)
    }),
];

/// Gives the arguments that the state of a flow log lacks although AWS reports them: nobody has told them. What is
/// written for them is taken to be so.
pub(crate) fn lacking(state: &FlowLog) -> Vec<&'static str> {
    let missing = ALWAYS_TOLD
        .iter()
        .filter(|argument| (argument.is_missing)(state));
    missing
        .flat_map(|argument| argument.names)
        .copied()
        .collect()
}

/// Fills what a description did not tell with what was known before, and gives the names of these arguments.
pub(crate) fn complete(state: &mut FlowLog, before: &FlowLog) -> Vec<&'static str> {
    let mut untold = Vec::new();
    for Argument {
        names,
        is_missing,
        keep,
    } in ALWAYS_TOLD
    {
        if is_missing(state) {
            keep(state, before);
            untold.extend(names.first());
        }
    }
    untold
}

/// What was said of the arguments that are not told: each once in a process.
#[derive(Debug, Default)]
pub(crate) struct Said(Mutex<BTreeSet<&'static str>>);

impl Said {
    /// Gives the warning about those of which nothing was said yet.
    pub(crate) fn warning(&self, untold: &[&'static str]) -> Option<Diagnostic> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = untold.iter().filter(|name| said.insert(name));
        let news: Vec<_> = news.map(|name| format!("`{name}`")).collect();
        (!news.is_empty()).then(|| {
            Diagnostic::warning(
                "drift-not-visible-at-this-endpoint", "Drift not visible at this endpoint",
                format!(
                    "DescribeFlowLogs leaves out what AWS always reports: {}. The endpoint may be an \
                     emulator. The state keeps what was known before, and whether it is still so cannot be \
                     seen here.",
                    news.join(", ")
                ),
            )
        })
    }
}

/// An empty text was written by a user: it is not given, and that is known.
fn is_absent(value: &Attr<String>) -> bool {
    value.is_null()
}

/// A format that is not known may have any field.
fn may_have_tag_fields(state: &FlowLog) -> bool {
    let mut names = TAG_FIELDS.iter().flat_map(|(_, names)| names);
    state
        .log_format
        .given()
        .is_none_or(|format| names.any(|name| format.contains(&format!("${{{name}}}"))))
}

/// EC2 reports a log group's name, its ARN or both, and of other destinations the ARN.
fn has_no_destination(state: &FlowLog) -> bool {
    is_absent(&state.log_destination) && is_absent(&state.log_group_name)
}

/// Says whether records go to a delivery stream of another account, which takes two roles.
fn is_across_accounts(state: &FlowLog) -> bool {
    fn account(arn: &Attr<String>) -> Option<&str> {
        arn.given().and_then(Arn::parse)?.account
    }
    let here = account(&state.arn).or_else(|| account(&state.iam_role_arn));
    let there = account(&state.log_destination);
    state.log_destination_type.given() == Some(FIREHOSE)
        && here.zip(there).is_some_and(|(here, there)| here != there)
}
