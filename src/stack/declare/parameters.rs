//! The values that a user gives for the names of a template, on the command line and in files.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::decode;
use super::diagnostics::FileDiagnostics;
use super::node::{Content, Entry, Node};
use crate::report::Position;

const FORM: &str = "a file of parameters is a list of {\"ParameterKey\": …, \"ParameterValue\": …}, an object \
                    {\"Parameters\": {…}}, or an object of names and values";

/// The values of a template's names.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    /// Values from the user: of parameters, `AWS::…`, resources, their attributes (`Role.Arn`), and conditions.
    pub given: BTreeMap<String, String>,
    /// Whether the values are for several templates, each of which takes those that it has.
    pub shared: bool,
    /// Names in `given` that the template need not have, because they come from a file.
    pub optional: BTreeSet<String>,
    /// Names whose values are not known, whatever their defaults are.
    pub unknown: BTreeSet<String>,
    /// Names in `given` whose values must not be shown.
    pub secret: BTreeSet<String>,
    /// Values of properties, by the logical id and the property's path: `Main`, `DestinationOptions.FileFormat`.
    pub set: BTreeMap<(String, String), String>,
    /// What the deployed stack knows, if the template is that of one.
    pub deployed: Option<Deployed>,
    /// The value of `AWS::Region`, if it is known.
    pub region: Option<String>,
    /// The value of `AWS::AccountId`, if it is known.
    pub account: Option<String>,
    /// The value of `AWS::Partition`, if it is known.
    pub partition: Option<String>,
}

/// What a deployed stack knows.
#[derive(Clone, Debug, Default)]
pub struct Deployed {
    /// The values of its parameters, those in Systems Manager included. The stack hides the others.
    pub parameters: BTreeMap<String, String>,
    /// The names of its resources at their services, by logical id.
    pub physical: BTreeMap<String, String>,
    /// The values that other stacks export, by name.
    pub exports: BTreeMap<String, String>,
    /// The topics that are notified of the stack's events: `AWS::NotificationARNs`.
    pub notification_arns: Vec<String>,
}

impl Parameters {
    /// Returns the name that a resource of the deployed stack has at its service.
    pub(super) fn physical(&self, logical_id: &str) -> Option<&String> {
        self.deployed.as_ref()?.physical.get(logical_id)
    }

    /// Returns the value that another stack exports.
    pub(super) fn export(&self, name: &str) -> Option<&String> {
        self.deployed.as_ref()?.exports.get(name)
    }
}

/// Reads a file of parameters, in the forms of the AWS CLI and of CodePipeline, or as an object of names and values.
///
/// # Errors
/// All errors in the file.
pub fn read_parameters(
    file: &str,
    text: &str,
) -> Result<BTreeMap<String, String>, FileDiagnostics> {
    let mut reader = Reader {
        diagnostics: FileDiagnostics::of(file),
        values: BTreeMap::new(),
    };
    if let Some(root) = decode::tree(text, &mut reader.diagnostics) {
        reader.file(&root);
    }
    reader.diagnostics.sort();
    if reader.diagnostics.has_errors() {
        Err(reader.diagnostics)
    } else {
        Ok(reader.values)
    }
}

struct Reader {
    diagnostics: FileDiagnostics,
    values: BTreeMap<String, String>,
}

impl Reader {
    fn file(&mut self, root: &Node) {
        match &root.content {
            Content::List(elements) => {
                for element in elements {
                    self.element(element);
                }
            }
            Content::Map(entries) => {
                let of_pipeline = root.get("Parameters").map(|node| &node.content);
                let entries = match of_pipeline {
                    Some(Content::Map(inner)) => inner,
                    _ => entries,
                };
                for Entry {
                    key,
                    value,
                    position,
                } in entries
                {
                    self.add(key, value, *position);
                }
            }
            Content::Scalar { .. } => self.diagnostics.error(root.position, FORM),
        }
    }

    /// Reads an element of the AWS CLI's list: an object, or the text `NAME=VALUE`.
    fn element(&mut self, element: &Rc<Node>) {
        if let Some((name, value)) = element.as_text().and_then(|text| text.split_once('=')) {
            let value = Node::text(element.position, value);
            return self.add(name, &value, element.position);
        }
        let Some(key) = element.get("ParameterKey").and_then(|key| key.as_text()) else {
            return self.diagnostics.error(element.position, FORM);
        };
        match element.get("ParameterValue") {
            Some(value) => self.add(key, value, element.position),
            // `UsePreviousValue`: only the deployed stack has the value.
            None if element.get("UsePreviousValue").is_some() => {}
            None => {
                let message = format!("`{key}` has no `ParameterValue`");
                self.diagnostics.error(element.position, message);
            }
        }
    }

    fn add(&mut self, name: &str, value: &Node, position: Position) {
        let text = match &value.content {
            Content::Scalar { text, .. } if !value.is_null() => Some(text.clone()),
            Content::List(elements) => {
                let texts: Option<Vec<_>> = elements.iter().map(|e| e.as_text()).collect();
                texts.map(|texts| texts.join(","))
            }
            Content::Scalar { .. } | Content::Map(_) => None,
        };
        let Some(text) = text else {
            let message = format!("`{name}` is {}; it must be text", value.what());
            return self.diagnostics.error(value.position, message);
        };
        if self.values.insert(name.to_owned(), text).is_some() {
            let message = format!("duplicate parameter `{name}`");
            self.diagnostics.error(position, message);
        }
    }
}
