//! What differs, in the vocabulary of the declaration, and without the values that a state marks as sensitive.
//!
//! The value that is found would reveal the recorded one, so neither is shown. An attribute that repeats or determines a
//! sensitive one is sensitive, too.

use std::collections::BTreeSet;

use crate::cty::{Path, Step, json};
use crate::flow_log::drift::Difference;
use crate::report::Change;
use crate::stack::declare::{Declaration, Desired, name_of};

/// Attributes that hold the same fact: if one is sensitive, all are.
const SAME: [&[&str]; 3] = [
    &[
        "resource_id",
        "vpc_id",
        "subnet_id",
        "eni_id",
        "transit_gateway_id",
        "transit_gateway_attachment_id",
        "regional_nat_gateway_id",
    ],
    &["log_destination", "log_group_name"],
    &["id", "arn"],
];

/// Returns whether an attribute, or a part of it, must not be shown.
pub(super) fn hides(sensitive: &BTreeSet<Path>, attribute: &str) -> bool {
    sensitive.iter().any(|path| same(path, attribute))
}

/// Returns the differences as changes of a report. All of those that are hidden by one mark are one change: the keys of a
/// sensitive map are sensitive, too.
pub(super) fn changes(declared: &Declaration, differences: &[Difference]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for difference in differences {
        let change = match hidden(&declared.sensitive, &difference.path) {
            Some(path) => Change::sensitive(name(declared, &path)),
            None => Change {
                attribute: name(declared, &difference.path),
                wanted: json::to_json(&difference.wanted),
                found: json::to_json(&difference.found),
                sensitive: false,
            },
        };
        if !(change.sensitive && changes.contains(&change)) {
            changes.push(change);
        }
    }
    changes
}

/// Returns the path to show for a difference whose values must not be shown.
fn hidden(sensitive: &BTreeSet<Path>, path: &Path) -> Option<Path> {
    let steps = path.steps();
    for marked in sensitive {
        let mark = marked.steps();
        if steps.starts_with(mark) {
            return Some(marked.clone());
        }
        // The difference contains the sensitive value, or the attribute repeats it.
        let repeats = matches!(steps, [Step::Attribute(name)] if same(marked, name));
        if mark.starts_with(steps) || repeats {
            return Some(path.clone());
        }
    }
    None
}

fn same(marked: &Path, attribute: &str) -> bool {
    let Some(Step::Attribute(marked)) = marked.steps().first() else {
        return false;
    };
    let together = |names: &&[&str]| names.contains(&&**marked) && names.contains(&attribute);
    &**marked == attribute || SAME.iter().any(together)
}

fn name(declared: &Declaration, path: &Path) -> String {
    match &declared.desired {
        Desired::Configuration(_) => name_of(path),
        Desired::State { names, .. } => renamed(names, path).to_string(),
    }
}

fn renamed(names: &[(&str, &str)], path: &Path) -> Path {
    let steps = path.steps().iter().enumerate();
    steps
        .map(|(position, step)| match step {
            Step::Attribute(name) if position == 0 => {
                let other = names.iter().find(|(model, _)| *model == &**name);
                Step::Attribute(other.map_or_else(|| name.clone(), |(_, other)| (*other).into()))
            }
            step => step.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;

    use super::*;
    use crate::cty::Value;
    use crate::flow_log::FlowLog;

    const ATTRIBUTES: [&str; 6] = [
        "tags",
        "destination_options",
        "vpc_id",
        "subnet_id",
        "log_destination",
        "log_group_name",
    ];

    fn paths() -> impl Strategy<Value = Path> {
        let first = proptest::sample::select(&ATTRIBUTES);
        (first, proptest::option::of("[ab]")).prop_map(|(first, key)| {
            let path = Path::from(first);
            match (first, key) {
                ("tags", Some(key)) => path.key(key),
                ("destination_options", Some(member)) => path.attribute(member),
                _ => path,
            }
        })
    }

    fn secret(path: &Path) -> Value {
        Value::String(format!("secret of {path}"))
    }

    proptest! {
        #[test]
        fn no_mark_lets_a_value_through(
            sensitive in btree_set(paths(), 0..4),
            differing in vec(paths(), 0..6),
        ) {
            let declared = Declaration {
                name: String::new(),
                position: None,
                positions: BTreeMap::new(),
                region: None,
                account: None,
                id: None,
                desired: Desired::State {
                    recorded: Box::new(FlowLog::default()),
                    attributes: None,
                    names: &[],
                },
                sensitive: sensitive.clone(),
                unknown: Vec::new(),
            };
            let differences: Vec<_> = differing
                .iter()
                .map(|path| Difference { path: path.clone(), wanted: secret(path), found: Value::Null })
                .collect();
            let shown = format!("{:?}", changes(&declared, &differences));
            for path in &differing {
                let first = |path: &Path| path.steps()[..1].iter().cloned().collect::<Path>().to_string();
                let covered = |mark: &Path| {
                    let (mark_steps, steps) = (mark.steps(), path.steps());
                    let alike = [["vpc_id", "subnet_id"], ["log_destination", "log_group_name"]];
                    let alike = alike.iter().any(|names| {
                        names.contains(&first(mark).as_str()) && names.contains(&first(path).as_str())
                    });
                    alike || mark_steps.starts_with(steps) || steps.starts_with(mark_steps)
                };
                let secret = format!("\"secret of {}\"", path.to_string().replace('"', "\\\""));
                prop_assert_eq!(shown.contains(&secret), !sensitive.iter().any(covered), "{} in {}", path, shown);
            }
            let hidden = sensitive.contains(&Path::from("tags"));
            prop_assert!(!(hidden && shown.contains("tags[")), "{}", shown);
        }
    }
}
