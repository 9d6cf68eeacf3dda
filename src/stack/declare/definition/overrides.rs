//! `--set`: values of properties that replace those of the template, or are added to them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::decode;
use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Entry, Node};
use super::super::parameters::Parameters;
use super::super::property::{Accepts, Property};
use super::Reader;
use super::resources::is_flow_log;
use crate::report::Position;
use crate::text::suggest::nearest;

/// The values of the properties of one flow log, by their paths.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    all: BTreeMap<(String, String), String>,
    own: BTreeMap<String, String>,
}

impl Overrides {
    /// Selects the values of a flow log.
    pub(super) fn select(&mut self, id: &str) {
        let all = self.all.iter();
        let own = all.filter(|((known, _), _)| known == id);
        self.own = own
            .map(|((_, property), value)| (property.clone(), value.clone()))
            .collect();
    }

    /// Returns whether the user gave a property of the flow log.
    pub(super) fn has(&self, property: &str) -> bool {
        self.own.contains_key(property)
    }

    /// Returns the values of the members of an object, by their names.
    fn of(&self, path: &str) -> impl Iterator<Item = (&str, &str)> {
        let own = self.own.iter();
        own.filter_map(move |(known, value)| {
            let name = if path.is_empty() {
                known.as_str()
            } else {
                known.strip_prefix(path)?.strip_prefix('.')?
            };
            Some((name, value.as_str()))
        })
    }
}

impl Reader<'_> {
    /// Returns the values for flow logs and properties that exist, and reports the others.
    pub(super) fn valid_overrides(
        &mut self,
        entries: &[Entry],
        parameters: &Parameters,
    ) -> Overrides {
        let mut valid = parameters.set.clone();
        let logs = entries.iter().filter(|entry| is_flow_log(&entry.value));
        let ids: Vec<&str> = logs.map(|entry| entry.key.as_str()).collect();
        for (id, property) in parameters.set.keys() {
            if !ids.contains(&id.as_str()) && parameters.shared {
                valid.remove(&(id.clone(), property.clone()));
                continue;
            }
            if !ids.contains(&id.as_str()) {
                let near = nearest(id, ids.iter().copied());
                let hint = near.map(|near| format!("; did you mean `{near}`?"));
                let message = format!(
                    "--set {id}.{property}: the template has no flow log `{id}`{}",
                    hint.unwrap_or_default()
                );
                self.diagnostics.error(Position::START, message);
                valid.remove(&(id.clone(), property.clone()));
                continue;
            }
            let paths = paths(&self.properties, "");
            if !paths.contains(property) {
                let near = nearest(property, paths.iter().map(String::as_str));
                let hint = near.map(|near| format!("; write `{near}`"));
                let message = format!(
                    "--set {id}.{property}: there is no property `{property}`{}",
                    hint.unwrap_or_default()
                );
                self.diagnostics.error(Position::START, message);
                valid.remove(&(id.clone(), property.clone()));
            }
        }
        Overrides {
            all: valid,
            own: BTreeMap::new(),
        }
    }

    /// Returns the entries of an object with the values that the user gave.
    pub(super) fn overridden(
        &mut self,
        entries: &[Entry],
        path: &str,
        position: Position,
    ) -> Vec<Entry> {
        let mut entries = entries.to_vec();
        let given: Vec<_> = self
            .overrides
            .of(path)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        for (name, value) in given {
            // A member of a member is replaced where that is read; it must exist for it.
            let (name, value) = match name.split_once('.') {
                Some((name, _)) => (name.to_owned(), None),
                None => (name, Some(value)),
            };
            let known = entries.iter_mut().find(|entry| entry.key == name);
            match (known, value) {
                (Some(entry), Some(value)) => entry.value = written(&value, entry.position),
                (Some(_), None) => {}
                (None, value) => entries.push(Entry {
                    value: value.map_or_else(
                        || Rc::new(Node::new(position, Content::Map(Vec::new()))),
                        |value| written(&value, position),
                    ),
                    key: name,
                    position,
                }),
            }
        }
        entries
    }

    /// Returns whether the user gave a member of an object.
    pub(super) fn has_overrides(&self, path: &str) -> bool {
        self.overrides.of(path).next().is_some()
    }
}

/// Returns the paths of all properties, in CloudFormation's names.
fn paths(properties: &[Property], prefix: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for property in properties.iter().filter(|p| p.attribute != "region") {
        let path = format!("{prefix}{}", property.name);
        if let Accepts::Object(members) = &property.accepts {
            paths.extend(self::paths(members, &format!("{path}.")));
        }
        paths.push(path);
    }
    paths
}

/// Returns a value as a node: a list or an object in JSON, else text.
fn written(value: &str, position: Position) -> Rc<Node> {
    let is_json = value.starts_with(['[', '{']) && value.ends_with([']', '}']);
    let parsed = is_json
        .then(|| decode::tree(value, &mut FileDiagnostics::default()))
        .flatten();
    parsed.map_or_else(
        || Rc::new(Node::text(position, value)),
        |node| placed(&node, position),
    )
}

/// Returns a node and all in it at one position.
pub(super) fn placed(node: &Node, position: Position) -> Rc<Node> {
    let content = match &node.content {
        Content::Scalar { text, .. } => Content::Scalar {
            text: text.clone(),
            plain: false,
        },
        Content::List(elements) => {
            Content::List(elements.iter().map(|e| placed(e, position)).collect())
        }
        Content::Map(entries) => {
            let entries = entries.iter().map(|entry| Entry {
                key: entry.key.clone(),
                position,
                value: placed(&entry.value, position),
            });
            Content::Map(entries.collect())
        }
    };
    Rc::new(Node::new(position, content))
}
