//! `Fn::Sub`: text with placeholders.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::yaml::{Content, Node};
use super::{Resolved, Scope};
use crate::report::Position;

/// The longest result, in bytes. No property of a flow log accepts as much.
const LONGEST: usize = 64 << 10;
const FORM: &str = "`Fn::Sub` takes text with `${Name}` placeholders, or a list of such text and a mapping of names";

/// The value of a placeholder.
enum Part {
    Text(String),
    Later,
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
        let (mut later, mut failed) = (false, false);
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
                Part::Later => later = true,
                Part::Failed => failed = true,
            }
        }
        result.push_str(rest);
        match (failed, later) {
            (true, _) => Resolved::Failed,
            (false, true) => Resolved::Later,
            (false, false) => self.text(result, position, diagnostics),
        }
    }

    fn part(
        &self,
        name: &str,
        own: &BTreeMap<&str, &Rc<Node>>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Part {
        let resolved = match own.get(name) {
            Some(node) => self.resolve(node, diagnostics),
            None if name.contains('.') => {
                self.attribute(&Node::text(position, name), position, diagnostics)
            }
            None => self.name(name, position, diagnostics),
        };
        let what = match &resolved {
            Resolved::Node(node) => match node.as_text() {
                Some(text) => return Part::Text(text.to_owned()),
                None => node.what(),
            },
            Resolved::Nothing => "nothing",
            Resolved::Later => return Part::Later,
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
