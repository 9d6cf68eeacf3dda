//! Values at any depth, as JSON: `Fn::ToJsonString`, and what `Fn::Equals` compares.

use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Node, is_flag, is_number};
use super::{LONGEST, Resolved, Scope, stronger};
use crate::report::Position;

impl Scope<'_> {
    /// Evaluates `Fn::ToJsonString`.
    pub(super) fn to_json(
        &self,
        argument: &Rc<Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        match self.document(argument, true, diagnostics) {
            Ok(text) => self.text(text, position, diagnostics),
            Err(resolved) => resolved,
        }
    }

    /// Returns a value as JSON, with its functions evaluated and without what has no value. Without types, every scalar is
    /// text.
    pub(super) fn document(
        &self,
        node: &Rc<Node>,
        typed: bool,
        diagnostics: &mut FileDiagnostics,
    ) -> Result<String, Resolved> {
        let node = match self.resolve(node, diagnostics) {
            Resolved::Node(node) => node,
            other => return Err(other),
        };
        let text = match &node.content {
            Content::Scalar { text, plain } if typed && *plain && is_literal(text) => {
                text.to_ascii_lowercase()
            }
            Content::Scalar { .. } if typed && node.is_null() => "null".to_owned(),
            Content::Scalar { text, .. } => quoted(text),
            Content::List(elements) => {
                let parts = elements.iter().map(|element| (String::new(), element));
                let parts = self.parts(parts, typed, node.position, diagnostics)?;
                format!("[{parts}]")
            }
            Content::Map(entries) => {
                let parts = entries
                    .iter()
                    .map(|entry| (format!("{}:", quoted(&entry.key)), &entry.value));
                let parts = self.parts(parts, typed, node.position, diagnostics)?;
                format!("{{{parts}}}")
            }
        };
        Ok(text)
    }

    fn parts<'n>(
        &self,
        parts: impl Iterator<Item = (String, &'n Rc<Node>)>,
        typed: bool,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Result<String, Resolved> {
        let mut text = String::new();
        let mut reason = None;
        let mut failed = false;
        for (key, node) in parts {
            match self.document(node, typed, diagnostics) {
                Ok(part) => {
                    if !text.is_empty() {
                        text.push(',');
                    }
                    text.push_str(&key);
                    text.push_str(&part);
                }
                Err(Resolved::Unknown(other)) => reason = stronger(reason, other),
                Err(Resolved::Failed) => failed = true,
                Err(Resolved::Nothing | Resolved::Node(_)) => {}
            }
            if text.len() > LONGEST {
                let message = format!("the result is longer than {LONGEST} bytes here");
                diagnostics.error(position, message);
                return Err(Resolved::Failed);
            }
        }
        match reason {
            _ if failed => Err(Resolved::Failed),
            Some(reason) => Err(Resolved::Unknown(reason)),
            None => Ok(text),
        }
    }
}

fn is_literal(text: &str) -> bool {
    is_flag(text) || (is_number(text) && serde_json::from_str::<serde_json::Number>(text).is_ok())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
