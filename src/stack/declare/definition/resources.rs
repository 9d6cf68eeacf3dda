//! The resources of a template: which of them are flow logs, and whether their conditions hold.

use std::rc::Rc;

use super::super::declaration::Declaration;
use super::super::node::{Content, Entry, Node};
use super::super::parameters::Parameters;
use super::super::template::{Resolved, Verdict, conditional};
use super::super::unknown::Unknown;
use super::Reader;
use crate::cty::Path;

/// CloudFormation's name of the resource.
pub(in crate::stack) const RESOURCE: &str = "AWS::EC2::FlowLog";
/// Resources that contain others, in templates of their own.
const NESTED: [&str; 3] = [
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::StackSet",
    "AWS::Serverless::Application",
];

impl Reader<'_> {
    /// Reads the flow logs of a template.
    pub(super) fn template(
        &mut self,
        root: &Node,
        entries: &[Entry],
        parameters: &Parameters,
    ) -> Vec<Declaration> {
        let Some(resources) = root.get("Resources") else {
            let message = "the template has no `Resources`";
            self.diagnostics.error(root.position, message);
            return Vec::new();
        };
        let Content::Map(_) = &resources.content else {
            let message = format!("`Resources` is {}, not a mapping", resources.what());
            self.diagnostics.error(resources.position, message);
            return Vec::new();
        };
        self.overrides = self.valid_overrides(entries, parameters);
        let mut declared = Vec::new();
        let mut found = false;
        for entry in entries {
            if entry.key.starts_with("Fn::") {
                found |= holds_flow_log(&entry.value);
                declared.extend(self.produced_later(entry));
            } else if is_flow_log(&entry.value) {
                found = true;
                self.overrides.select(&entry.key);
                declared.extend(self.resource(entry));
            } else if !self.is_nested
                && let Some(of_set) = self.stack_set(entry)
            {
                found = true;
                declared.extend(of_set);
            }
        }
        if !found {
            self.no_flow_log(resources, entries);
        }
        if let Some(scope) = &self.scope {
            scope.unused(&mut self.diagnostics);
        }
        declared
    }

    /// Reads a flow log, unless its condition does not hold.
    fn resource(&mut self, entry: &Entry) -> Option<Declaration> {
        if let Some(scope) = &self.scope {
            scope.check_names(&entry.value, &mut self.diagnostics);
        }
        let condition = match entry.value.entry("Condition") {
            Some(condition) => self.holds(condition)?,
            None => None,
        };
        let Some(properties) = entry.value.get("Properties") else {
            let message = format!("`{}` has no `Properties`", entry.key);
            self.diagnostics.error(entry.position, message);
            return None;
        };
        let given = self.has_type(properties);
        if !given {
            let message =
                "`ResourceType` is missing: CloudFormation requires it, as in `ResourceType: VPC`";
            self.diagnostics.error(entry.position, message);
        }
        let mut declared = self.flow_log(&entry.key, entry.position, properties, None)?;
        declared.unknown.splice(0..0, condition);
        Some(declared)
    }

    /// Returns whether properties contain the type of the resource, or may contain it.
    fn has_type(&self, properties: &Node) -> bool {
        let supplied = |entry: &Entry| entry.key.starts_with("Fn::") || entry.key == "ResourceType";
        match &properties.content {
            Content::Map(entries) if properties.tag.is_none() => {
                entries.iter().any(supplied) || self.overrides.has("ResourceType")
            }
            _ => true,
        }
    }

    /// Returns whether a condition holds: `None` if it does not, otherwise what is unknown about it. After an error,
    /// assumes that it does, so that other errors in the resource are found.
    pub(super) fn holds(&mut self, condition: &Entry) -> Option<Option<Unknown>> {
        let scope = self.scope.as_ref()?;
        let name = condition.value.as_text().unwrap_or_default();
        let position = condition.position;
        match scope.condition(name, position, &mut self.diagnostics) {
            Verdict::Known(false) => None,
            Verdict::Known(true) | Verdict::Failed => Some(None),
            Verdict::Unknown(reason) if reason.is_location() => {
                self.incomplete = true;
                Some(None)
            }
            Verdict::Unknown(reason) => Some(Some(Unknown {
                path: Path::root(),
                position,
                reason: conditional(name, reason),
                existence: true,
            })),
        }
    }

    /// Declares the flow logs that a loop over an unknown collection, or a macro, produces: how many they are is not known.
    fn produced_later(&mut self, entry: &Entry) -> Vec<Declaration> {
        let Some(scope) = &self.scope else {
            return Vec::new();
        };
        let (produced, secret) = scope.watched(&mut self.diagnostics, |diagnostics| {
            scope.produced_later(&entry.key, &entry.value, diagnostics)
        });
        let Resolved::Unknown(reason) = produced else {
            return Vec::new();
        };
        if !holds_flow_log(&entry.value) {
            return Vec::new();
        }
        if reason.is_location() {
            self.incomplete = true;
            return Vec::new();
        }
        let unknown = Unknown {
            path: Path::root(),
            position: entry.position,
            reason: if secret { reason.hidden() } else { reason },
            existence: true,
        };
        // What is wrong in the body is wrong for some values only.
        let reported = self.diagnostics.len();
        let mut declared = self.of_unknown_turn(entry);
        self.diagnostics.truncate(reported);
        if declared.is_empty() {
            declared.extend(self.nameless(&entry.key, entry.position));
        }
        for declared in &mut declared {
            declared.name.clone_from(&entry.key);
            declared.position = Some(entry.position);
            declared.unknown = vec![unknown.clone()];
        }
        declared
    }

    /// Declares the flow logs of one turn of a loop over an unknown collection, with all that is known of them.
    fn of_unknown_turn(&mut self, entry: &Entry) -> Vec<Declaration> {
        let Some(scope) = &self.scope else {
            return Vec::new();
        };
        let turn = scope.unknown_turn(entry, &mut self.diagnostics);
        let mut declared = Vec::new();
        for inner in turn {
            if inner.key.starts_with("Fn::") {
                declared.extend(self.of_unknown_turn(&inner));
            } else if is_flow_log(&inner.value) {
                let properties = inner.value.get("Properties").map(Rc::clone);
                self.overrides.select(&inner.key);
                let read = properties.and_then(|properties| {
                    self.flow_log(&inner.key, inner.position, &properties, None)
                });
                declared.extend(read.or_else(|| self.nameless(&inner.key, inner.position)));
            }
        }
        declared
    }

    /// Reports a template without flow logs. Those of nested stacks are in other files.
    fn no_flow_log(&mut self, resources: &Node, entries: &[Entry]) {
        let others = entries.iter().find(|entry| {
            let ty = entry.value.get("Type").and_then(|node| node.as_text());
            ty.is_some_and(|ty| NESTED.contains(&ty) || ty.ends_with("::MODULE"))
        });
        let has_macros = self.scope.as_ref().is_some_and(|scope| scope.has_macros());
        let message = match others {
            Some(other) => format!(
                "the template has no resource of the type {RESOURCE}; those of `{}` are in another template, which is not read",
                other.key
            ),
            None => format!("the template has no resource of the type {RESOURCE}"),
        };
        if others.is_some() || has_macros {
            self.diagnostics.warning(resources.position, message);
        } else {
            self.diagnostics.error(resources.position, message);
        }
    }
}

pub(super) fn is_flow_log(resource: &Node) -> bool {
    is_of_type(resource, RESOURCE)
}

pub(super) fn is_of_type(resource: &Node, wanted: &str) -> bool {
    let ty = resource.get("Type").and_then(|node| node.as_text());
    ty == Some(wanted)
}

pub(super) fn holds_flow_log(node: &Rc<Node>) -> bool {
    is_flow_log(node)
        || match &node.content {
            Content::Map(entries) => entries.iter().any(|entry| holds_flow_log(&entry.value)),
            Content::List(elements) => elements.iter().any(holds_flow_log),
            Content::Scalar { .. } => false,
        }
}
