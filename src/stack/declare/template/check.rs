//! Checks the names in the parts of a template that are not evaluated, such as the other value of `Fn::If`.

use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Node};
use super::{Scope, function, repeat};
use crate::report::Position;
use crate::text::suggest::nearest;

impl Scope<'_> {
    /// Reports every name in a node that the template does not have.
    pub(in super::super) fn check_names(&self, node: &Rc<Node>, diagnostics: &mut FileDiagnostics) {
        if let Some((name, argument)) = function(node) {
            self.check_call(&name, &argument, node.position, diagnostics);
            if name.starts_with(repeat::PREFIX) || name == "Fn::Transform" {
                return;
            }
            return self.check_parts(&argument, diagnostics);
        }
        self.check_parts(node, diagnostics);
    }

    fn check_parts(&self, node: &Rc<Node>, diagnostics: &mut FileDiagnostics) {
        match &node.content {
            Content::Scalar { .. } => {}
            Content::List(elements) => {
                for element in elements {
                    self.check_names(element, diagnostics);
                }
            }
            Content::Map(entries) => {
                let evaluated = entries
                    .iter()
                    .filter(|entry| !entry.key.starts_with("Fn::"));
                for entry in evaluated {
                    self.check_names(&entry.value, diagnostics);
                }
            }
        }
    }

    fn check_call(
        &self,
        function: &str,
        argument: &Node,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) {
        match (function, &argument.content) {
            ("Ref", _) => {
                if let Some(name) = argument.as_text() {
                    self.check_name(name, position, diagnostics);
                }
            }
            ("Fn::GetAtt", Content::Scalar { text, .. }) => {
                self.check_attribute(text, position, diagnostics);
            }
            ("Fn::GetAtt", Content::List(parts)) => {
                let texts: Option<Vec<_>> = parts.iter().map(|part| part.as_text()).collect();
                if let Some(texts) = texts {
                    self.check_attribute(&texts.join("."), position, diagnostics);
                }
            }
            ("Fn::Sub", Content::Scalar { text, .. }) => {
                self.check_template(text, None, position, diagnostics);
            }
            ("Fn::Sub", Content::List(parts)) => {
                if let [text, own] = parts.as_slice() {
                    let text = text.as_text().unwrap_or_default();
                    self.check_template(text, Some(own), position, diagnostics);
                }
            }
            ("Fn::If", Content::List(parts)) => {
                let name = parts.first().and_then(|part| part.as_text());
                let is_known = |name: &str| {
                    self.conditions.contains_key(name) || self.parameters.given.contains_key(name)
                };
                if let Some(name) = name.filter(|name| !is_known(name) && !self.has_macros()) {
                    let hint = hint(name, self.conditions.keys());
                    let message = format!("there is no condition `{name}`{hint}");
                    diagnostics.error(parts[0].position, message);
                }
            }
            _ => {}
        }
    }

    fn check_template(
        &self,
        text: &str,
        own: Option<&Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) {
        let names = text
            .split("${")
            .skip(1)
            .filter_map(|part| part.split_once('}'));
        for (name, _) in names {
            let name = name.trim();
            if name.starts_with('!') || own.is_some_and(|own| own.get(name).is_some()) {
                continue;
            }
            if name.contains('.') {
                self.check_attribute(name, position, diagnostics);
            } else {
                self.check_name(name, position, diagnostics);
            }
        }
    }

    fn check_attribute(&self, path: &str, position: Position, diagnostics: &mut FileDiagnostics) {
        let is_given = self.parameters.given.contains_key(path);
        if let Some((resource, _)) = path.split_once('.').filter(|_| !is_given)
            && !self.resources.contains_key(resource)
        {
            self.nothing(resource, position, diagnostics);
        }
    }

    fn check_name(&self, name: &str, position: Position, diagnostics: &mut FileDiagnostics) {
        if !self.has(name) {
            self.nothing(name, position, diagnostics);
        }
    }
}

/// Returns a text as a suggestion, if it resembles one of the names.
pub(super) fn hint<'n>(name: &str, names: impl Iterator<Item = &'n String>) -> String {
    let near = nearest(name, names.map(String::as_str));
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}
