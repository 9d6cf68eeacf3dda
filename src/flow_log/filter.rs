//! The arguments that select flow logs, in the data sources and the list resource: their checks, and their conversion to
//! the filters of DescribeFlowLogs.
//!
//! This module must not know who uses them, nor how pages are read.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::destination::TYPES;
use super::model::TRAFFIC_TYPES;
use crate::arn::flow_log;
use crate::aws::ec2::limits::FILTER_VALUES;
use crate::cty::Path;
use crate::framework::{Attr, Diagnostics, Model, behaviour};
use crate::text::suggest;

/// The names of the filters of DescribeFlowLogs besides `tag:<key>`, each with all possible values if AWS documents
/// them.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFlowLogs.html>
const NAMES: [(&str, &[&str]); 7] = [
    ("deliver-log-status", &["SUCCESS", "FAILED"]),
    ("log-destination-type", TYPES),
    ("flow-log-id", &[]),
    ("log-group-name", &[]),
    ("resource-id", &[]),
    ("traffic-type", TRAFFIC_TYPES),
    ("tag-key", &[]),
];
const TAG: &str = "tag:";

/// Selects flow logs. A flow log must match all arguments that are set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Filters {
    /// A condition that the flow logs must match. If there are several, the flow logs must match all of them.
    #[serde(default)]
    #[schemars(transform = behaviour::set_block)]
    pub filter: Attr<BTreeSet<Filter>>,
    /// Tags that the flow logs must have, with these values. `*` matches any text, `?` any character. A tag whose value
    /// is null is ignored.
    #[serde(default)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// IDs of flow logs (`fl-…`), in any number. IDs that do not exist are ignored.
    #[serde(default)]
    pub flow_log_ids: Attr<BTreeSet<Attr<String>>>,
}

impl Model for Filters {}

/// A condition.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Filter {
    /// The property to compare: `deliver-log-status`, `log-destination-type`, `flow-log-id`, `log-group-name`,
    /// `resource-id`, `traffic-type`, `tag:<key>` or `tag-key`.
    pub name: Attr<String>,
    /// The possible values. One of them must match. `*` matches any text, `?` any character.
    pub values: Attr<BTreeSet<Attr<String>>>,
}

impl Filters {
    /// Checks the known arguments.
    pub(crate) fn check(&self, diagnostics: &mut Diagnostics) {
        for filter in self.filter.known().into_iter().flatten() {
            check_name(filter, diagnostics);
            check_values(filter, diagnostics);
        }
        for key in self.tags.known().into_iter().flat_map(BTreeMap::keys) {
            if key.is_empty() {
                let path = Path::root().attribute("tags").key(key.as_str());
                diagnostics.error(
                    path,
                    "invalid-tag",
                    "Invalid tag",
                    "The key of a tag cannot be empty.",
                );
            }
        }
        for id in known(&self.flow_log_ids) {
            if !flow_log::is_id(id) {
                let detail = format!(
                    "`flow_log_ids` contains \"{id}\". The ID of a flow log looks like fl-0123456789abcdef0."
                );
                diagnostics.error("flow_log_ids", "malformed-id", "Malformed ID", detail);
            }
        }
        let values: usize = self.to_ec2().iter().map(|(_, values)| values.len()).sum();
        if values > FILTER_VALUES {
            let detail = format!(
                "The filters and tags have {values} values, but DescribeFlowLogs accepts {FILTER_VALUES}. Use `*` and `?`. To \
                 select many flow logs by id, use `flow_log_ids`, which accepts any number."
            );
            diagnostics.error(
                "filter",
                "too-many-filter-values",
                "Too many filter values",
                detail,
            );
        }
    }

    /// Converts the filters and tags to filters of EC2. The IDs are not included. All arguments are known.
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

    /// Returns the possible IDs, or `None` if any ID is possible.
    pub(crate) fn ids(&self) -> Option<Vec<String>> {
        let given = self.flow_log_ids.is_known();
        given.then(|| known(&self.flow_log_ids).cloned().collect())
    }

    /// Reports whether no argument is set.
    pub(crate) fn is_empty(&self) -> bool {
        let filters = self.filter.known().is_some_and(|f| !f.is_empty());
        let tags = self.tags.known().is_some_and(|t| !t.is_empty());
        let unknown =
            self.filter.is_unknown() || self.tags.is_unknown() || self.flow_log_ids.is_unknown();
        !(filters || tags || unknown || self.flow_log_ids.is_known())
    }
}

fn check_name(filter: &Filter, diagnostics: &mut Diagnostics) {
    let Attr::Known(name) = &filter.name else {
        return;
    };
    let path = path(filter).attribute("name");
    if name.is_empty() || name == TAG {
        let detail = format!(
            "The name of a filter is one of {}, or `tag:` followed by the key of a tag.",
            names()
        );
        diagnostics.error(path, "no-filter-name", "Missing filter name", detail);
        return;
    }
    if name.starts_with(TAG) || NAMES.iter().any(|(known, _)| known == name) {
        return;
    }
    let hint = match suggest::nearest(name, NAMES.map(|(known, _)| known)) {
        Some(known) => format!("Did you mean `{known}`?"),
        None => format!(
            "Known names are {}, and `tag:` followed by the key of a tag.",
            names()
        ),
    };
    let detail = format!(
        "This version of the provider does not know the filter `{name}` of DescribeFlowLogs. It is sent as written, and \
         AWS refuses it if it does not exist. {hint}"
    );
    diagnostics.warning(path, "unknown-filter-name", "Unknown filter name", detail);
}

fn check_values(filter: &Filter, diagnostics: &mut Diagnostics) {
    let Some(values) = filter.values.known() else {
        return;
    };
    let name = filter.name.given().unwrap_or("…");
    let path = || path(filter).attribute("values");
    if values.iter().all(Attr::is_null) {
        let detail = format!(
            "The filter `{name}` has no values, so nothing matches it. Add one, or remove the block."
        );
        diagnostics.error(
            path(),
            "filter-without-values",
            "Filter without values",
            detail,
        );
    }
    let known_values = NAMES.iter().find(|(known, _)| *known == name);
    let possible = known_values.map_or(&[][..], |(_, possible)| possible);
    for value in known(&filter.values) {
        let is_plain = !value.contains(['*', '?']);
        if is_plain && !possible.is_empty() && !possible.contains(&value.as_str()) {
            let detail = format!(
                "The filter `{name}` contains \"{value}\", which no flow log has. Possible values are: {}.",
                possible.join(", ")
            );
            diagnostics.warning(
                path(),
                "unknown-filter-value",
                "Unknown filter value",
                detail,
            );
        }
    }
}

fn path(filter: &Filter) -> Path {
    let path = Path::from("filter");
    match filter.name.known() {
        Some(name) => path.element(name.as_str()),
        None => path,
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
