//! Which flow logs are meant: the arguments that data sources and the list resource share, declared
//! once, their checks, and their translation to the filters of DescribeFlowLogs.
//!
//! Must not know who asks, nor how the pages are read.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{destination, model};
use crate::arn::flow_log;
use crate::cty::Path;
use crate::framework::{Attr, Diagnostics, Model, behaviour};

/// The names that DescribeFlowLogs filters by, besides `tag:<key>`, each with all values that are
/// possible, where AWS tells them.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFlowLogs.html>
const NAMES: [(&str, &[&str]); 7] = [
    ("deliver-log-status", &["SUCCESS", "FAILED"]),
    ("log-destination-type", destination::TYPES),
    ("flow-log-id", &[]),
    ("log-group-name", &[]),
    ("resource-id", &[]),
    ("traffic-type", model::TRAFFIC_TYPES),
    ("tag-key", &[]),
];
const TAG: &str = "tag:";
/// How many values EC2 takes in all filters of one call together.
const MOST_VALUES: usize = 200;

/// Which flow logs are meant. All that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Filters {
    /// A condition that the flow logs must fulfil; with several of them, all.
    #[serde(default)]
    #[schemars(transform = behaviour::set_block)]
    pub filter: Attr<BTreeSet<Filter>>,
    /// Tags that the flow logs must have, with these values. `*` stands for any text, `?` for any
    /// character; a null value leaves its key out.
    #[serde(default)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// The ids among which the flow logs must be (`fl-…`), as many as you like. Those that do not exist
    /// are left out.
    #[serde(default)]
    pub flow_log_ids: Attr<BTreeSet<Attr<String>>>,
}

impl Model for Filters {}

/// A condition.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Filter {
    /// What is looked at: `deliver-log-status`, `log-destination-type`, `flow-log-id`, `log-group-name`,
    /// `resource-id`, `traffic-type`, `tag:<key>` or `tag-key`.
    pub name: Attr<String>,
    /// The values of which one must fit. `*` stands for any text, `?` for any character.
    pub values: Attr<BTreeSet<Attr<String>>>,
}

impl Filters {
    /// Judges what is known.
    pub(crate) fn judge(&self, diagnostics: &mut Diagnostics) {
        // An element of a set has no path of its own.
        for filter in self.filter.known().into_iter().flatten() {
            judge_name(filter, diagnostics);
            judge_values(filter, diagnostics);
        }
        for key in self.tags.known().into_iter().flat_map(BTreeMap::keys) {
            if key.is_empty() {
                let path = Path::root().attribute("tags").key(key.as_str());
                diagnostics.error(
                    path,
                    "invalid-tag",
                    "Invalid tag",
                    "A tag's key cannot be empty.",
                );
            }
        }
        for id in known(&self.flow_log_ids) {
            if !flow_log::is_id(id) {
                let detail = format!(
                    "`flow_log_ids` holds \"{id}\"; ids of flow logs look like fl-0123456789abcdef0."
                );
                diagnostics.error("flow_log_ids", "malformed-id", "Malformed id", detail);
            }
        }
        let values: usize = self.to_ec2().iter().map(|(_, values)| values.len()).sum();
        if values > MOST_VALUES {
            let detail = format!(
                "The filters and tags have {values} values; DescribeFlowLogs takes {MOST_VALUES}. Use \
                 `*` and `?`; and for many flow logs by id use `flow_log_ids`, which takes any number."
            );
            diagnostics.error(
                "filter",
                "too-many-filter-values",
                "Too many filter values",
                detail,
            );
        }
    }

    /// Gives the filters in EC2's words, tags included, ids not. All arguments are known.
    pub(crate) fn to_ec2(&self) -> Vec<(String, Vec<String>)> {
        let filters = self.filter.known().into_iter().flatten();
        let filters = filters.filter_map(|filter| {
            let values: Vec<_> = known(&filter.values).cloned().collect();
            Some((filter.name.known()?.clone(), values))
        });
        let tags = self.tags.known().into_iter().flatten();
        let tags = tags.filter_map(|(key, value)| {
            let value = value.known()?;
            Some((format!("{TAG}{key}"), vec![value.clone()]))
        });
        filters.chain(tags).collect()
    }

    /// Gives the ids among which the flow logs must be; none if there is no such condition.
    pub(crate) fn ids(&self) -> Option<Vec<String>> {
        let given = self.flow_log_ids.is_known();
        given.then(|| known(&self.flow_log_ids).cloned().collect())
    }

    /// Says whether nothing is given at all.
    pub(crate) fn is_empty(&self) -> bool {
        let filters = self.filter.known().is_some_and(|f| !f.is_empty());
        let tags = self.tags.known().is_some_and(|t| !t.is_empty());
        let unknown =
            self.filter.is_unknown() || self.tags.is_unknown() || self.flow_log_ids.is_unknown();
        !(filters || tags || unknown || self.flow_log_ids.is_known())
    }
}

fn judge_name(filter: &Filter, diagnostics: &mut Diagnostics) {
    let Attr::Known(name) = &filter.name else {
        return;
    };
    if name.is_empty() || name == TAG {
        let detail = format!(
            "A filter's name is one of {}, or `tag:` followed by the key of a tag.",
            names()
        );
        diagnostics.error("filter", "no-filter-name", "No filter name", detail);
        return;
    }
    if name.starts_with(TAG) || NAMES.iter().any(|(known, _)| known == name) {
        return;
    }
    let meant = name.replace('_', "-").to_lowercase();
    let hint = match NAMES.iter().find(|(known, _)| *known == meant) {
        Some((known, _)) => format!("Write `{known}`."),
        None => format!("It knows {}, and `tag:` followed by a key.", names()),
    };
    let detail = format!(
        "DescribeFlowLogs has no filter `{name}` that this version of the provider knows of. It is \
         passed on; AWS refuses it if it does not exist. {hint}"
    );
    diagnostics.warning(
        "filter",
        "unknown-filter-name",
        "Unknown filter name",
        detail,
    );
}

fn judge_values(filter: &Filter, diagnostics: &mut Diagnostics) {
    let Some(values) = filter.values.known() else {
        return;
    };
    let name = filter.name.given().unwrap_or("…");
    if values.iter().all(Attr::is_null) {
        let detail = format!(
            "The filter `{name}` has no values, and so would fit nothing. Add one, or remove the block."
        );
        diagnostics.error(
            "filter",
            "filter-without-values",
            "Filter without values",
            detail,
        );
    }
    let known_values = NAMES.iter().find(|(known, _)| *known == name);
    let possible = known_values.map_or(&[][..], |(_, possible)| possible);
    for value in known(&filter.values) {
        let plain = !value.contains(['*', '?']);
        if plain && !possible.is_empty() && !possible.contains(&value.as_str()) {
            let detail = format!(
                "The filter `{name}` asks for \"{value}\", which no flow log has. Values are: {}.",
                possible.join(", ")
            );
            diagnostics.warning(
                "filter",
                "unknown-filter-value",
                "Unknown filter value",
                detail,
            );
        }
    }
}

fn known(values: &Attr<BTreeSet<Attr<String>>>) -> impl Iterator<Item = &String> {
    values
        .known()
        .into_iter()
        .flatten()
        .filter_map(|value| value.known())
}

fn names() -> String {
    NAMES.map(|(name, _)| format!("`{name}`")).join(", ")
}

#[cfg(test)]
mod tests;
