//! The parameters of a template: their values, as text or list, and the values that they allow.

use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Node};
use super::super::unknown::Reason;
use super::{Resolved, Scope, scalar};
use crate::report::Position;
use crate::text::suggest::nearest;

/// The type of a parameter whose value is in Systems Manager; its default is the name there.
const STORED: &str = "AWS::SSM::Parameter::Value<";

impl Scope<'_> {
    /// Returns the value of a declared parameter.
    pub(super) fn parameter(
        &self,
        name: &str,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        self.mark(self.is_secret(name));
        let stored = self.ty(name).starts_with(STORED);
        let unknown = |key: String| {
            Resolved::Unknown(Reason::Stored {
                parameter: name.to_owned(),
                key,
            })
        };
        if self.parameters.unknown.contains(name) {
            return Resolved::Unknown(Reason::Parameter(name.to_owned()));
        }
        let optional = self.parameters.optional.contains(name);
        let deployed = self.parameters.deployed.as_ref();
        // What the stack knows replaces the values of files, which may be meant for other templates.
        let own = deployed.and_then(|deployed| deployed.parameters.get(name));
        let given = self.parameters.given.get(name);
        if let Some(value) = given.filter(|_| !(optional && own.is_some())) {
            // A file holds what a deployment gets: the name in Systems Manager.
            if stored && optional {
                return unknown(value.clone());
            }
            return self.typed(name, value, position, diagnostics);
        }
        if deployed.is_some() {
            return match own {
                Some(value) => self.typed(name, value, position, diagnostics),
                // The stack hides the value, which need not be the default.
                None => Resolved::Unknown(Reason::Parameter(name.to_owned())),
            };
        }
        match self.default(name, diagnostics) {
            Some(default) if stored => unknown(default),
            Some(default) => self.typed(name, &default, position, diagnostics),
            None => Resolved::Unknown(Reason::Parameter(name.to_owned())),
        }
    }

    /// Checks the values of all parameters.
    pub(super) fn parameters(&self, diagnostics: &mut FileDiagnostics) {
        for (name, declared) in &self.declared {
            if self.ty(name).starts_with(STORED) {
                continue;
            }
            let given = self.parameters.given.get(name).cloned();
            // CloudFormation has checked the values of a deployed stack.
            let default = || match self.parameters.deployed {
                None => self.default(name, diagnostics),
                Some(_) => None,
            };
            let Some(value) = given.or_else(default) else {
                continue;
            };
            let Some(Content::List(allowed)) = declared.get("AllowedValues").map(|n| &n.content)
            else {
                continue;
            };
            let allowed: Vec<_> = allowed
                .iter()
                .map(|node| scalar::read(node, diagnostics))
                .filter_map(|node| node.as_text().map(str::to_owned))
                .collect();
            let values: Vec<_> = if self.is_list(name) {
                value.split(',').map(str::trim).collect()
            } else {
                vec![&value]
            };
            for value in values {
                if allowed.iter().any(|known| known == value) {
                    continue;
                }
                let shown = if self.is_secret(name) {
                    "not allowed".to_owned()
                } else {
                    let near = nearest(value, allowed.iter().map(String::as_str));
                    let hint = near.map_or_else(String::new, |near| format!("write {near} "));
                    let allowed = allowed.join(", ");
                    format!("\"{value}\", which is not allowed; {hint}(one of: {allowed})")
                };
                let message = format!("the value of the parameter `{name}` is {shown}");
                diagnostics.error(declared.position, message);
            }
        }
    }

    fn default(&self, name: &str, diagnostics: &mut FileDiagnostics) -> Option<String> {
        let default = self.declared.get(name)?.get("Default")?;
        let default = scalar::read(default, diagnostics);
        match &default.content {
            Content::Scalar { text, .. } if !default.is_null() => Some(text.clone()),
            _ => None,
        }
    }

    fn ty(&self, name: &str) -> &str {
        let declared = self.declared.get(name).and_then(|node| node.get("Type"));
        declared.and_then(|node| node.as_text()).unwrap_or_default()
    }

    fn is_list(&self, name: &str) -> bool {
        let ty = self.ty(name);
        let ty = ty.strip_prefix(STORED).unwrap_or(ty);
        ty.starts_with("CommaDelimitedList") || ty.starts_with("List<")
    }

    /// Returns the value of a parameter, as a list if the parameter is one.
    fn typed(
        &self,
        name: &str,
        value: &str,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        if !self.is_list(name) {
            return self.text(value.to_owned(), position, diagnostics);
        }
        // An empty value is a list of one empty text.
        let texts: Vec<_> = value.split(',').map(str::trim).collect();
        self.list(&texts, position, diagnostics)
    }

    /// Creates a list of texts.
    pub(super) fn list(
        &self,
        texts: &[&str],
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let length = texts.iter().map(|text| text.len() + size_of::<Node>());
        if !self.affords(length.sum(), position, diagnostics) {
            return Resolved::Failed;
        }
        let elements = texts
            .iter()
            .map(|text| Rc::new(Node::text(position, *text)));
        let content = Content::List(elements.collect());
        Resolved::Node(Rc::new(Node::new(position, content)))
    }
}
