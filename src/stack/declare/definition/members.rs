//! Members of objects that are not written as such: from functions, from the user, and from the AWS CDK.

use std::rc::Rc;

use super::super::node::{Content, Entry, Node};
use super::super::property::{Accepts, Property};
use super::super::template::Resolved;
use super::{Positions, Reader};
use crate::cty::{Map, Path, Value};
use crate::report::Position;

impl Reader<'_> {
    /// Reads the properties that the user gave of a flow log whose own are unknown. All others are unknown.
    pub(super) fn open(
        &mut self,
        entries: &[Entry],
        properties: &[Property],
        positions: &mut Positions,
        position: Position,
    ) -> Map<Value> {
        let transform = Entry {
            key: "Fn::".to_owned(),
            position,
            value: Rc::new(Node::new(position, Content::Map(Vec::new()))),
        };
        let entries: Vec<_> = entries.iter().cloned().chain([transform]).collect();
        self.object(&entries, properties, &Path::root(), positions, position)
    }

    /// Records the functions that supply entries of an object, which are not known. Returns whether there are any.
    pub(super) fn supplied_later(&mut self, entries: &[Entry], path: &Path) -> bool {
        let mut found = false;
        for entry in entries.iter().filter(|entry| entry.key.starts_with("Fn::")) {
            found = true;
            let Some(scope) = self.scope.as_ref().filter(|_| entry.key != "Fn::") else {
                continue;
            };
            let supplied = scope.produced_later(&entry.key, &entry.value, &mut self.diagnostics);
            if let Resolved::Unknown(reason) = supplied {
                self.know_later(path, entry.position, reason);
            }
        }
        found
    }

    /// Finds the property that the AWS CDK writes in its own case, such as `fileFormat`.
    pub(super) fn camel_case<'p>(
        &mut self,
        entry: &Entry,
        properties: &'p [Property],
        path: &Path,
    ) -> Option<&'p Property> {
        if self.scope.is_none() || path.is_root() {
            return None;
        }
        let mut letters = entry.key.chars();
        let first = letters.next()?.to_ascii_uppercase();
        let name: String = [first].into_iter().chain(letters).collect();
        let property = properties.iter().find(|property| property.name == name)?;
        let message = format!(
            "`{}` is written as the AWS CDK writes it; CloudFormation's name is `{name}`",
            entry.key
        );
        self.diagnostics.warning(entry.position, message);
        Some(property)
    }

    /// Reads an object of which the user gave members. If the others are unknown, they stay so.
    pub(super) fn overridden_object(
        &mut self,
        node: &Rc<Node>,
        resolved: &Resolved,
        name: &str,
        accepts: &Accepts,
        path: &Path,
        positions: &mut Positions,
    ) -> Value {
        let Accepts::Object(properties) = accepts else {
            return Value::unknown();
        };
        let (entries, later) = match resolved {
            Resolved::Node(node) => match &node.content {
                Content::Map(entries) => (entries.as_slice(), None),
                Content::Scalar { .. } | Content::List(_) => (&[][..], None),
            },
            Resolved::Unknown(reason) => (&[][..], Some(reason.clone())),
            Resolved::Nothing | Resolved::Failed => (&[][..], None),
        };
        let entries = self.overridden(entries, name, node.position);
        let mut object = Map::new();
        if let Some(reason) = later {
            for property in properties {
                let is_given = entries.iter().any(|entry| entry.key == property.name);
                if !is_given {
                    let path = path.clone().attribute(property.attribute.as_str());
                    self.know_later(&path, node.position, reason.clone());
                    object.insert(property.attribute.as_str().into(), Value::unknown());
                }
            }
        }
        let given = self.object(&entries, properties, path, positions, node.position);
        object.extend(given);
        self.members_of_template(name, &object, properties, node.position);
        Value::Map(object)
    }

    /// Reports members that CloudFormation requires, although EC2 does not.
    pub(super) fn members_of_template(
        &mut self,
        name: &str,
        object: &Map<Value>,
        properties: &[Property],
        position: Position,
    ) {
        if self.scope.is_none() || name != "DestinationOptions" {
            return;
        }
        let missing = properties.iter().filter(|property| {
            let value = object.get(property.attribute.as_str());
            value.is_none_or(Value::is_null)
        });
        let names: Vec<_> = missing.map(|p| format!("`{}`", p.name)).collect();
        if !names.is_empty() {
            let message = format!(
                "`DestinationOptions` has no {}: CloudFormation requires all three members",
                names.join(" and no ")
            );
            self.diagnostics.error(position, message);
        }
    }
}
