//! CloudFormation templates: parameters, and the intrinsic functions that can be evaluated without CloudFormation.
//!
//! `Ref` and `Fn::Sub` to parameters are resolved. The user can supply the value of a resource (`Ref` to it, `Fn::GetAtt`)
//! under the same name. Every other function is an error. This module must not know what is resolved.

mod substitute;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::diagnostics::FileDiagnostics;
use super::parameters::Parameters;
use super::yaml::{Content, Node};
use crate::report::Position;
use crate::text::suggest::nearest;

/// The most text that the parameters of a template may produce in all places together, in bytes.
const MOST_TEXT: usize = 8 << 20;
/// The type of a parameter whose value is in Systems Manager; its default is the name there.
const STORED: &str = "AWS::SSM::Parameter::Value<";

/// The result of resolving a node.
pub(super) enum Resolved {
    /// This node.
    Node(Rc<Node>),
    /// No value: `AWS::NoValue`.
    Nothing,
    /// A value that a call to AWS supplies: the region or the account.
    Later,
    /// The value cannot be determined; an error is reported.
    Failed,
}

/// The names of a template.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    parameters: &'a Parameters,
    declared: BTreeMap<String, Rc<Node>>,
    resources: BTreeSet<String>,
    used: RefCell<BTreeSet<String>>,
    /// The amount of text produced so far.
    produced: Cell<usize>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(root: &Node, parameters: &'a Parameters) -> Self {
        let names = |section: &str| match root.get(section).map(|node| &node.content) {
            Some(Content::Map(entries)) => entries.clone(),
            _ => Vec::new(),
        };
        let declared = names("Parameters");
        Self {
            parameters,
            declared: declared.into_iter().map(|e| (e.key, e.value)).collect(),
            resources: names("Resources").into_iter().map(|e| e.key).collect(),
            used: RefCell::default(),
            produced: Cell::default(),
        }
    }

    /// Resolves a node if it is a function. Its parts are resolved when they are read.
    pub(super) fn resolve(&self, node: &Rc<Node>, diagnostics: &mut FileDiagnostics) -> Resolved {
        let Some((function, argument)) = function(node) else {
            if let Some(text) = node.as_text().filter(|text| text.contains("{{resolve:")) {
                let message = format!(
                    "the dynamic reference `{text}` cannot be resolved here. Write the value, or a parameter"
                );
                diagnostics.error(node.position, message);
                return Resolved::Failed;
            }
            return Resolved::Node(Rc::clone(node));
        };
        match (function.as_str(), argument.as_text()) {
            ("Ref", Some(name)) => self.name(name, node.position, diagnostics),
            ("Fn::GetAtt", _) => self.attribute(&argument, node.position, diagnostics),
            ("Fn::Sub", _) => self.substitute(&argument, node.position, diagnostics),
            _ => {
                diagnostics.error(node.position, unresolvable(&function));
                Resolved::Failed
            }
        }
    }

    /// Returns the value of a condition, if the user supplied it.
    pub(super) fn condition(&self, name: &str) -> Option<bool> {
        self.used.borrow_mut().insert(name.to_owned());
        match self.parameters.given.get(name)?.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Reports values for names that the template does not have.
    pub(super) fn unused(&self, diagnostics: &mut FileDiagnostics) {
        let used = self.used.borrow();
        for name in self.parameters.given.keys() {
            let head = name.split('.').next().unwrap_or(name);
            let known = used.contains(name)
                || self.declared.contains_key(name)
                || self.resources.contains(head)
                || self.parameters.optional.contains(name)
                || name.starts_with("AWS::");
            if !known {
                let names = self.declared.keys().map(String::as_str);
                let hint = nearest(name, names).map(|near| format!("; did you mean `{near}`?"));
                let hint = hint.unwrap_or_default();
                let message =
                    format!("--parameter {name}: the template has no parameter `{name}`{hint}");
                diagnostics.error(Position::START, message);
            }
        }
    }

    fn name(&self, name: &str, position: Position, diagnostics: &mut FileDiagnostics) -> Resolved {
        self.used.borrow_mut().insert(name.to_owned());
        if let Some(value) = self.parameters.given.get(name) {
            return self.typed(name, value, position, diagnostics);
        }
        let mut pseudo = |value: &Option<String>| match value {
            Some(value) => self.text(value.clone(), position, diagnostics),
            None => Resolved::Later,
        };
        match name {
            "AWS::NoValue" => return Resolved::Nothing,
            "AWS::Region" => return pseudo(&self.parameters.region),
            "AWS::AccountId" => return pseudo(&self.parameters.account),
            "AWS::Partition" => return pseudo(&self.parameters.partition),
            _ => {}
        }
        if let Some(declared) = self.declared.get(name) {
            let default = declared.get("Default").and_then(|node| node.as_text());
            let message = match default {
                Some(default) if self.ty(name).starts_with(STORED) => format!(
                    "the value of the parameter `{name}` is stored in Systems Manager as `{default}`. Set it with \
                     --parameter {name}=…"
                ),
                Some(default) => return self.typed(name, default, position, diagnostics),
                None => format!(
                    "the parameter `{name}` has no default. Set its value with --parameter {name}=…"
                ),
            };
            diagnostics.error(position, message);
            return Resolved::Failed;
        }
        let message = if self.resources.contains(name) || name.starts_with("AWS::") {
            format!(
                "only CloudFormation knows the value of `Ref` to `{name}`. Set it with --parameter {name}=…"
            )
        } else {
            let names = self.declared.keys().chain(&self.resources);
            let near = nearest(name, names.map(String::as_str));
            let hint = near.map(|near| format!("; did you mean `{near}`?"));
            format!("there is no parameter `{name}`{}", hint.unwrap_or_default())
        };
        diagnostics.error(position, message);
        Resolved::Failed
    }

    fn ty(&self, name: &str) -> &str {
        let declared = self.declared.get(name).and_then(|node| node.get("Type"));
        declared.and_then(|node| node.as_text()).unwrap_or_default()
    }

    /// Returns the value of a parameter, as a list if the parameter is one.
    fn typed(
        &self,
        name: &str,
        value: &str,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let ty = self.ty(name);
        let ty = ty.strip_prefix(STORED).unwrap_or(ty);
        if !ty.starts_with("CommaDelimitedList") && !ty.starts_with("List<") {
            return self.text(value.to_owned(), position, diagnostics);
        }
        let commas = value.bytes().filter(|byte| *byte == b',').count();
        if !self.affords(
            value.len() + commas * size_of::<Node>(),
            position,
            diagnostics,
        ) {
            return Resolved::Failed;
        }
        let elements = value.split(',').map(str::trim);
        let elements = elements.map(|text| Rc::new(Node::text(position, text)));
        Resolved::Node(Rc::new(Node::new(
            position,
            Content::List(elements.collect()),
        )))
    }

    fn text(
        &self,
        text: String,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        if self.affords(text.len(), position, diagnostics) {
            Resolved::Node(Rc::new(Node::text(position, text)))
        } else {
            Resolved::Failed
        }
    }

    /// Returns whether so much more text may be produced, and reports the limit once.
    fn affords(
        &self,
        length: usize,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> bool {
        let before = self
            .produced
            .replace(self.produced.get().saturating_add(length));
        if before <= MOST_TEXT && self.produced.get() > MOST_TEXT {
            let message = format!(
                "from here on, the parameters of the template produce more than {} MiB of text",
                MOST_TEXT >> 20
            );
            diagnostics.error(position, message);
        }
        self.produced.get() <= MOST_TEXT
    }

    fn attribute(
        &self,
        argument: &Node,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let path = match &argument.content {
            Content::Scalar { text, .. } => text.clone(),
            Content::List(parts) => {
                let parts: Vec<_> = parts.iter().filter_map(|part| part.as_text()).collect();
                parts.join(".")
            }
            Content::Map(_) => String::new(),
        };
        self.used.borrow_mut().insert(path.clone());
        if let Some(value) = self.parameters.given.get(&path) {
            return self.text(value.clone(), position, diagnostics);
        }
        let message = format!(
            "only CloudFormation knows the value of `Fn::GetAtt` of `{path}`. Set it with --parameter {path}=…"
        );
        diagnostics.error(position, message);
        Resolved::Failed
    }
}

/// Returns the message about a function that only CloudFormation can evaluate.
pub(super) fn unresolvable(function: &str) -> String {
    format!(
        "`{function}` cannot be resolved here: only `Ref` and `Fn::Sub` to parameters can. Make it a parameter of the \
         template, and set its value with --parameter"
    )
}

/// Returns the name, in its long form, and the argument of the function that a node calls.
fn function(node: &Rc<Node>) -> Option<(String, Rc<Node>)> {
    if let Some(tag) = node.tag.as_deref().filter(|tag| !tag.starts_with('!')) {
        let long = match tag {
            "Ref" | "Condition" => tag.to_owned(),
            _ => format!("Fn::{tag}"),
        };
        let content = match &node.content {
            Content::Scalar { text, .. } => {
                return Some((long, Rc::new(Node::text(node.position, text))));
            }
            Content::List(elements) => Content::List(elements.clone()),
            Content::Map(entries) => Content::Map(entries.clone()),
        };
        return Some((long, Rc::new(Node::new(node.position, content))));
    }
    let Content::Map(entries) = &node.content else {
        return None;
    };
    let [entry] = entries.as_slice() else {
        return None;
    };
    let is_function = entry.key == "Ref" || entry.key.starts_with("Fn::");
    is_function.then(|| (entry.key.clone(), Rc::clone(&entry.value)))
}
