//! `Fn::Join`, `Fn::Split`, `Fn::Select`, and `Fn::Length`.

use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Node};
use super::{LONGEST, Resolved, Scope, stronger, unknown};
use crate::report::Position;

impl Scope<'_> {
    /// Evaluates `Fn::Join`. An element without value is left out.
    pub(super) fn join(
        &self,
        argument: &Node,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let Some([delimiter, list]) = pair(argument) else {
            let message = "`Fn::Join` takes a delimiter and a list";
            diagnostics.error(position, message);
            return Resolved::Failed;
        };
        let mut reason = None;
        let mut failed = false;
        let delimiter = match &delimiter.content {
            Content::Scalar { text, .. } => text.as_str(),
            Content::List(_) | Content::Map(_) => {
                let message = "the delimiter of `Fn::Join` must be text";
                diagnostics.error(delimiter.position, message);
                return Resolved::Failed;
            }
        };
        let elements = match self.elements(list, "Fn::Join", diagnostics) {
            Ok(elements) => elements,
            Err(resolved) => return resolved,
        };
        let mut joined: Option<String> = None;
        for element in elements {
            let resolved = self.resolve(&element, diagnostics);
            match resolved {
                Resolved::Nothing => {}
                Resolved::Unknown(other) => reason = stronger(reason, other),
                Resolved::Failed => failed = true,
                Resolved::Node(node) => match &node.content {
                    Content::Scalar { text, .. } => match &mut joined {
                        Some(joined) => {
                            joined.push_str(delimiter);
                            joined.push_str(text);
                        }
                        None => joined = Some(text.clone()),
                    },
                    Content::List(_) | Content::Map(_) => {
                        let message = format!("this is {}; `Fn::Join` joins text", node.what());
                        diagnostics.error(element.position, message);
                        failed = true;
                    }
                },
            }
            if joined.as_ref().is_some_and(|joined| joined.len() > LONGEST) {
                break;
            }
        }
        match reason {
            _ if failed => Resolved::Failed,
            Some(reason) => unknown(reason, joined.as_deref().unwrap_or_default()),
            None => self.text(joined.unwrap_or_default(), position, diagnostics),
        }
    }

    /// Evaluates `Fn::Split`.
    pub(super) fn split(
        &self,
        argument: &Node,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let parts = pair(argument);
        let delimiter = parts.and_then(|[delimiter, _]| delimiter.as_text());
        let (Some([_, text]), Some(delimiter)) = (parts, delimiter.filter(|d| !d.is_empty()))
        else {
            let message = "`Fn::Split` takes a delimiter that is not empty, and text";
            diagnostics.error(position, message);
            return Resolved::Failed;
        };
        match self.text_of(text, "Fn::Split", diagnostics) {
            Ok(text) => {
                let texts: Vec<_> = text.split(delimiter).collect();
                self.list(&texts, position, diagnostics)
            }
            Err(resolved) => resolved,
        }
    }

    /// Evaluates `Fn::Select`. Only the selected element needs a value.
    pub(super) fn select(
        &self,
        argument: &Node,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let Some([index, list]) = pair(argument) else {
            let message = "`Fn::Select` takes an index and a list";
            diagnostics.error(position, message);
            return Resolved::Failed;
        };
        let index_text = match self.text_of(index, "Fn::Select", diagnostics) {
            Ok(text) => text,
            Err(resolved) => return resolved,
        };
        let elements = match self.elements(list, "Fn::Select", diagnostics) {
            Ok(elements) => elements,
            Err(resolved) => return resolved,
        };
        let selected = index_text.parse::<usize>().ok();
        let Some(element) = selected.and_then(|index| elements.get(index)) else {
            let message = format!(
                "`Fn::Select` cannot select {index_text} of {} elements; the first is 0",
                elements.len()
            );
            diagnostics.error(index.position, message);
            return Resolved::Failed;
        };
        self.resolve(element, diagnostics)
    }

    /// Evaluates `Fn::Length`.
    pub(super) fn length(
        &self,
        argument: &Rc<Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        match self.elements(argument, "Fn::Length", diagnostics) {
            Ok(elements) => self.text(elements.len().to_string(), position, diagnostics),
            Err(resolved) => resolved,
        }
    }

    /// Resolves a node that must be a list, and returns its elements, which are not resolved.
    pub(super) fn elements(
        &self,
        list: &Rc<Node>,
        taker: &str,
        diagnostics: &mut FileDiagnostics,
    ) -> Result<Vec<Rc<Node>>, Resolved> {
        let what = match self.resolve(list, diagnostics) {
            Resolved::Node(node) => match &node.content {
                Content::List(elements) => return Ok(elements.clone()),
                Content::Scalar { .. } | Content::Map(_) => node.what(),
            },
            Resolved::Nothing => "nothing",
            other => return Err(other),
        };
        let message = format!("this is {what}; `{taker}` takes a list here");
        diagnostics.error(list.position, message);
        Err(Resolved::Failed)
    }
}

fn pair(argument: &Node) -> Option<[&Rc<Node>; 2]> {
    match &argument.content {
        Content::List(parts) => match parts.as_slice() {
            [first, second] => Some([first, second]),
            _ => None,
        },
        Content::Scalar { .. } | Content::Map(_) => None,
    }
}
