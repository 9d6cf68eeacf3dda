//! The attributes that a state marks as sensitive, in either form: a tree beside the values, or a list of paths.
//!
//! A mark that cannot be read covers all around it: it is better to hide too much than to show a secret.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cty::{self, Path};
use crate::flow_log::FlowLog;

/// The steps to a marked value: names of attributes and keys of maps; none for an element of a list or a set.
type Steps = Vec<Option<String>>;

/// The marks of a flow log, in one of both forms.
#[derive(Clone, Debug)]
pub(super) enum Marks {
    /// `sensitive_values` of `terraform show -json`: `true` in place of each sensitive value.
    Tree(Value),
    /// `sensitive_attributes` of a state file: a path to each sensitive value.
    Paths(Value),
}

impl Marks {
    /// Returns the paths in the model. The names are those that differ from the model's: first that of the model.
    pub(super) fn paths(&self, names: &[(&'static str, &'static str)]) -> BTreeSet<Path> {
        let mut marked = Vec::new();
        match self {
            Self::Tree(tree) => walk(tree, &mut Vec::new(), &mut marked),
            Self::Paths(paths) => marked = listed(paths),
        }
        marked
            .iter()
            .flat_map(|steps| model(steps, names))
            .collect()
    }
}

/// Finds the marks in a tree. The depth of a JSON document is limited.
fn walk(tree: &Value, steps: &mut Steps, marked: &mut Vec<Steps>) {
    match tree {
        Value::Null | Value::Bool(false) => {}
        Value::Array(elements) => {
            steps.push(None);
            for element in elements {
                walk(element, steps, marked);
            }
            steps.pop();
        }
        Value::Object(members) => {
            for (name, member) in members {
                steps.push(Some(name.clone()));
                walk(member, steps, marked);
                steps.pop();
            }
        }
        _ => marked.push(steps.clone()),
    }
}

/// Reads a list of paths. A step is `{"type": "get_attr", "value": NAME}` or `{"type": "index", "value": {"value": KEY}}`.
fn listed(paths: &Value) -> Vec<Steps> {
    let step = |step: &Value| match (step["type"].as_str(), &step["value"]) {
        (Some("get_attr"), Value::String(name)) => Some(Some(name.clone())),
        (Some("index"), key) => Some(key["value"].as_str().map(str::to_owned)),
        _ => None,
    };
    match paths {
        Value::Null => Vec::new(),
        Value::Array(paths) => {
            let steps = |path: &Value| {
                path.as_array()
                    .into_iter()
                    .flatten()
                    .map_while(step)
                    .collect()
            };
            paths.iter().map(steps).collect()
        }
        _ => vec![Vec::new()],
    }
}

/// Converts steps in the state to paths in the model. Only tags and destination options are compared by their parts.
fn model(steps: &[Option<String>], names: &[(&'static str, &'static str)]) -> Vec<Path> {
    let Some((Some(first), rest)) = steps.split_first() else {
        let all = cty::fields::<FlowLog>().iter();
        return all.map(|name| Path::from(*name)).collect();
    };
    let renamed = names.iter().find(|(_, other)| other == first);
    let attribute = match renamed.map_or(first.as_str(), |(model, _)| model) {
        "tags_all" => "tags",
        "flow_log_id" => "id",
        name => name,
    };
    let path = Path::from(attribute);
    vec![match (attribute, rest) {
        ("tags", [Some(key), ..]) => path.key(key.as_str()),
        ("destination_options", [Some(member), ..] | [None, Some(member), ..]) => {
            path.attribute(member.as_str())
        }
        _ => path,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAMES: &[(&str, &str)] = &[("iam_role_arn", "deliver_logs_permission_arn")];

    fn paths(marks: &Marks) -> Vec<String> {
        marks.paths(NAMES).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn both_forms_name_the_same_attributes() {
        let tree = json!({
            "deliver_logs_permission_arn": true, "vpc_id": false, "subnet_id": null, "tags": { "Owner": true, "Team": false },
            "tags_all": {}, "destination_options": [{ "file_format": true }], "tag_field_specification": [{ "tag_keys": [true] }],
        });
        let attribute = |name: &str| json!({ "type": "get_attr", "value": name });
        let index =
            |key: Value| json!({ "type": "index", "value": { "value": key, "type": "string" } });
        let list = json!([
            [attribute("deliver_logs_permission_arn")],
            [attribute("tags_all"), index("Owner".into())],
            [
                attribute("destination_options"),
                index(0.into()),
                attribute("file_format")
            ],
            [
                attribute("tag_field_specification"),
                index(0.into()),
                attribute("tag_keys")
            ],
        ]);
        let expected = [
            "destination_options.file_format",
            "iam_role_arn",
            "tag_field_specification",
            "tags[\"Owner\"]",
        ];
        assert_eq!(paths(&Marks::Tree(tree)), expected);
        assert_eq!(paths(&Marks::Paths(list)), expected);
        assert_eq!(paths(&Marks::Tree(Value::Null)), [""; 0]);
        assert_eq!(paths(&Marks::Paths(Value::Null)), [""; 0]);
    }

    #[test]
    fn a_mark_that_cannot_be_read_covers_all_around_it() {
        let all = cty::fields::<FlowLog>().len();
        for marks in [
            Marks::Tree(true.into()),
            Marks::Tree("x".into()),
            Marks::Paths("x".into()),
            Marks::Paths(json!([[]])),
            Marks::Paths(json!(["x"])),
            Marks::Paths(json!([[{ "type": "new", "value": "x" }]])),
        ] {
            // `tags_all` and `tags` stay apart here, as both are attributes of the model.
            assert_eq!(paths(&marks).len(), all, "{marks:?}");
        }
        let part = json!([[{ "type": "get_attr", "value": "tags" }, { "type": "new" }]]);
        assert_eq!(paths(&Marks::Paths(part)), ["tags"]);
        let part = json!({ "tags": { "Owner": "x" }, "log_format": 1 });
        assert_eq!(paths(&Marks::Tree(part)), ["log_format", "tags[\"Owner\"]"]);
    }
}
