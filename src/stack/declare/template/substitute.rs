//! `Fn::Sub`: text with placeholders.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Node};
use super::super::unknown::Reason;
use super::{LONGEST, Resolved, Scope, stronger, unknown};
use crate::report::Position;

const FORM: &str = "`Fn::Sub` takes text with `${Name}` placeholders, or a list of such text and a mapping of names";

/// The value of a placeholder.
enum Part {
    Text(String),
    Unknown(Reason),
    Failed,
}

impl Scope<'_> {
    /// Replaces placeholders by values. Each name is resolved once.
    pub(super) fn substitute(
        &self,
        argument: &Node,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let Some((text, own)) = parts(argument) else {
            diagnostics.error(position, FORM);
            return Resolved::Failed;
        };
        let mut known: BTreeMap<&str, Part> = BTreeMap::new();
        let mut result = String::new();
        let (mut reason, mut failed) = (None, false);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                diagnostics.error(position, FORM);
                return Resolved::Failed;
            };
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let name = name.trim();
            let part = known
                .entry(name)
                .or_insert_with(|| self.part(name, &own, position, diagnostics));
            match part {
                Part::Text(text) if result.len() + text.len() > LONGEST => {
                    let message =
                        format!("the result of `Fn::Sub` is longer than {LONGEST} bytes here");
                    diagnostics.error(position, message);
                    return Resolved::Failed;
                }
                Part::Text(text) => result.push_str(text),
                Part::Unknown(other) => {
                    reason = stronger(reason, other.clone());
                    result.push_str(&format!("${{{name}}}"));
                }
                Part::Failed => failed = true,
            }
        }
        result.push_str(rest);
        match reason {
            _ if failed => Resolved::Failed,
            Some(reason) => unknown(reason, &result),
            None => self.text(result, position, diagnostics),
        }
    }

    fn part(
        &self,
        name: &str,
        own: &BTreeMap<&str, &Rc<Node>>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Part {
        let resolved = match (own.get(name), name.split_once('.')) {
            (Some(node), _) => self.resolve(node, diagnostics),
            (None, Some((resource, attribute))) => {
                self.attribute_of(resource, attribute, position, diagnostics)
            }
            (None, None) => self.name(name, position, diagnostics),
        };
        let what = match &resolved {
            Resolved::Node(node) => match &node.content {
                Content::Scalar { text, .. } if !node.is_null() => return Part::Text(text.clone()),
                _ => node.what(),
            },
            Resolved::Nothing => "nothing",
            Resolved::Unknown(reason) => return Part::Unknown(reason.clone()),
            Resolved::Failed => return Part::Failed,
        };
        let message = format!("`${{{name}}}` is {what}; `Fn::Sub` takes only text");
        diagnostics.error(position, message);
        Part::Failed
    }
}

/// Returns the text, and the names that are defined beside it.
fn parts(argument: &Node) -> Option<(&str, BTreeMap<&str, &Rc<Node>>)> {
    let (text, own) = match &argument.content {
        Content::Scalar { text, .. } => (text.as_str(), None),
        Content::List(parts) => match parts.as_slice() {
            [text, own] => (text.as_text()?, Some(&own.content)),
            _ => return None,
        },
        Content::Map(_) => return None,
    };
    let own = match own {
        Some(Content::Map(entries)) => entries
            .iter()
            .map(|entry| (entry.key.as_str(), &entry.value))
            .collect(),
        Some(_) => return None,
        None => BTreeMap::new(),
    };
    (!text.is_empty()).then_some((text, own))
}
