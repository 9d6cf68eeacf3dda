//! `Fn::FindInMap`.

use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Node};
use super::super::unknown::Reason;
use super::function::function;
use super::{Resolved, Scope, hint, scalar, stronger};
use crate::report::Position;

const FORM: &str = "`Fn::FindInMap` takes the name of a mapping and two keys, and `DefaultValue: …` as a fourth if needed";

impl Scope<'_> {
    /// Evaluates `Fn::FindInMap`.
    pub(super) fn find_in_map(
        &self,
        argument: &Node,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let parts = match &argument.content {
            Content::List(parts) => parts.as_slice(),
            Content::Scalar { .. } | Content::Map(_) => &[],
        };
        let (keys, default) = match parts {
            [map, first, second] => ([map, first, second], None),
            [map, first, second, options] => ([map, first, second], options.get("DefaultValue")),
            _ => {
                diagnostics.error(position, FORM);
                return Resolved::Failed;
            }
        };
        let mut texts = Vec::new();
        let mut reason = None;
        for key in keys {
            match self.text_of(key, "Fn::FindInMap", diagnostics) {
                Ok(text) => texts.push(text),
                Err(Resolved::Unknown(other)) => reason = stronger(reason, other),
                Err(_) => return Resolved::Failed,
            }
        }
        let [map, first, second] = texts.as_slice() else {
            return reason.map_or(Resolved::Failed, Resolved::Unknown);
        };
        match (self.find(map, first, second), default) {
            (Ok(node), _) if calls(&node) => {
                let message = "a mapping holds only text and lists of text, no functions";
                diagnostics.error(node.position, message);
                Resolved::Failed
            }
            (Ok(node), _) => self.resolve(&node, diagnostics),
            (Err(_), Some(default)) => self.resolve(default, diagnostics),
            (Err(Some(name)), None) => Resolved::Unknown(Reason::Macro(name)),
            (Err(None), None) => {
                let message = self.missing(map, first, second);
                diagnostics.error(position, message);
                Resolved::Failed
            }
        }
    }

    /// Returns a value of a mapping, or the macro that may add it.
    fn find(&self, map: &str, first: &str, second: &str) -> Result<Rc<Node>, Option<String>> {
        let found = self.mappings.get(map);
        let found = found.and_then(|map| key(map, first));
        let found = found.and_then(|keys| key(&keys, second));
        let included = self.mappings.contains_key("Fn::Transform")
            || self
                .mappings
                .get(map)
                .is_some_and(|map| map.get("Fn::Transform").is_some());
        let included = included.then(|| "Fn::Transform".to_owned());
        found.ok_or_else(|| included.or_else(|| self.macros.first().cloned()))
    }

    fn missing(&self, map: &str, first: &str, second: &str) -> String {
        let Some(mapping) = self.mappings.get(map) else {
            let hint = hint(map, self.mappings.keys());
            return format!("there is no mapping `{map}`{hint}");
        };
        match key(mapping, first) {
            None => {
                format!("the mapping `{map}` has no key `{first}`, and there is no `DefaultValue`")
            }
            Some(_) => format!(
                "the mapping `{map}` has no key `{second}` below `{first}`, and there is no `DefaultValue`"
            ),
        }
    }
}

/// Returns whether a value contains a function. A macro may replace `Fn::Transform`.
fn calls(node: &Rc<Node>) -> bool {
    function(node).is_some_and(|(name, _)| name != "Fn::Transform")
        || match &node.content {
            Content::Scalar { .. } => false,
            Content::List(elements) => elements.iter().any(calls),
            Content::Map(entries) => entries.iter().any(|entry| calls(&entry.value)),
        }
}

/// Returns the value of a key. A plain key is read as YAML 1.1 reads it, too.
fn key(node: &Rc<Node>, key: &str) -> Option<Rc<Node>> {
    let Content::Map(entries) = &node.content else {
        return None;
    };
    let exact = node.get(key).cloned();
    exact.or_else(|| {
        let mut read = entries.iter();
        let found = read.find(|entry| scalar::canonical(&entry.key).as_deref() == Some(key));
        found.map(|entry| Rc::clone(&entry.value))
    })
}
