//! What a description leaves out although AWS always reports it, as emulators of AWS do: the value is not known, and so
//! it is not a difference. The state keeps the value from before.
//!
//! This is correct because a flow log cannot be changed: these arguments stay as they are as long as it exists. This
//! module must not know who reads the flow log.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::defaults::family;
use super::destination::{FIREHOSE, LOGS};
use super::model::FlowLog;
use super::target::Family;
use super::validate::TAG_FIELDS;
use crate::arn::Arn;
use crate::framework::{Attr, Diagnostic};

/// An argument that AWS reports for every flow log of a kind.
struct Argument {
    /// Its name, and that of another argument that has the same meaning.
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

/// An argument stands before those that follow from it.
const ALWAYS_REPORTED: [Argument; 7] = [
    argument!(traffic_type, |state| {
        let family = family(state);
        let has_traffic_type = family.is_some_and(|family| family != Family::Transit);
        has_traffic_type && state.traffic_type.is_null()
    }),
    Argument {
        names: &["log_destination", "log_group_name"],
        // EC2 reports the name of a log group, its ARN or both, and the ARN of other destinations.
        is_missing: |state| state.log_destination.is_null() && state.log_group_name.is_null(),
        keep: |state, before| {
            state.log_destination = before.log_destination.clone();
            state.log_group_name = before.log_group_name.clone();
        },
    },
    argument!(log_format, |state| state.log_format.is_null()),
    argument!(max_aggregation_interval, |state| {
        state.max_aggregation_interval.is_null()
    }),
    argument!(iam_role_arn, |state| {
        let has_role =
            state.log_destination_type.given() == Some(LOGS) || is_across_accounts(state);
        has_role && state.iam_role_arn.is_null()
    }),
    argument!(deliver_cross_account_role, |state| {
        is_across_accounts(state) && state.deliver_cross_account_role.is_null()
    }),
    argument!(tag_field_specification, |state| {
        let specified = state.tag_field_specification.known();
        specified.is_none_or(|specified| specified.is_empty()) && can_have_tag_fields(state)
    }),
];

/// Returns the arguments that a state lacks although AWS reports them. What the configuration says about them is taken
/// to be true.
pub(crate) fn missing(state: &FlowLog) -> impl Iterator<Item = &'static str> {
    let missing = ALWAYS_REPORTED
        .into_iter()
        .filter(|argument| (argument.is_missing)(state));
    missing.flat_map(|argument| argument.names).copied()
}

/// Fills what a description left out with what was known before, and returns the names of these arguments.
pub(crate) fn complete(state: &mut FlowLog, before: &FlowLog) -> Vec<&'static str> {
    let mut missing = Vec::new();
    for Argument {
        names,
        is_missing,
        keep,
    } in ALWAYS_REPORTED
    {
        if is_missing(state) {
            keep(state, before);
            missing.extend(names.first());
        }
    }
    missing
}

/// The arguments that were warned about: each once in a process.
#[derive(Debug, Default)]
pub(crate) struct Warned(Mutex<BTreeSet<&'static str>>);

impl Warned {
    /// Returns the warning about the arguments that were not warned about before.
    pub(crate) fn warning(&self, missing: &[&'static str]) -> Option<Diagnostic> {
        if missing.is_empty() {
            return None;
        }
        let mut warned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = missing.iter().filter(|name| warned.insert(name));
        let news: Vec<_> = news.map(|name| format!("`{name}`")).collect();
        (!news.is_empty()).then(|| {
            Diagnostic::warning(
                "drift-not-visible-at-this-endpoint",
                "Drift not visible at this endpoint",
                format!(
                    "DescribeFlowLogs leaves out what AWS always reports: {}. The endpoint may be an emulator. The state \
                     keeps the values that were known before. Changes of these arguments cannot be detected.",
                    news.join(", ")
                ),
            )
        })
    }
}

/// A format that is not known can have any field.
fn can_have_tag_fields(state: &FlowLog) -> bool {
    let Some(format) = state.log_format.given() else {
        return true;
    };
    let mut names = TAG_FIELDS.iter().flat_map(|(_, names)| names);
    // Most formats have no tag field, and a shorter search finds that out.
    format.contains("-tag") && names.any(|name| format.contains(&format!("${{{name}}}")))
}

/// Reports whether records go to a delivery stream in another account, which requires two roles.
fn is_across_accounts(state: &FlowLog) -> bool {
    fn account(arn: &Attr<String>) -> Option<&str> {
        Arn::parse(arn.given()?)?.account
    }
    let here = account(&state.arn).or_else(|| account(&state.iam_role_arn));
    let there = account(&state.log_destination);
    state.log_destination_type.given() == Some(FIREHOSE)
        && here.zip(there).is_some_and(|(here, there)| here != there)
}
