//! CloudFormation templates: parameters, and the intrinsic functions that can be told without CloudFormation.
//!
//! `Ref` and `Fn::Sub` to parameters are resolved. What a resource comes to (`Ref` to it, `Fn::GetAtt`) can be given
//! by hand under the same name; every other function is named as not resolvable. Must not know what is resolved.

mod substitute;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::source::{Mistakes, Place};
use super::yaml::{Content, Node};
use crate::text::suggest::nearest;

/// How much text the parameters of a template may come to, everywhere they are used, in bytes.
const MOST_TEXT: usize = 8 << 20;
/// What a parameter is whose value Systems Manager keeps; its default is the name there.
const KEPT: &str = "AWS::SSM::Parameter::Value<";

/// What a template's names come to.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    /// Values given by hand: of parameters, `AWS::…`, resources and their attributes (`Role.Arn`), conditions.
    pub given: BTreeMap<String, String>,
    /// What `AWS::Region` is, if it is known.
    pub region: Option<String>,
    /// What `AWS::AccountId` is, if it is known.
    pub account: Option<String>,
    /// What `AWS::Partition` is, if it is known.
    pub partition: Option<String>,
}

/// What a node comes to.
pub(super) enum Resolved {
    /// This.
    Node(Rc<Node>),
    /// Nothing: `AWS::NoValue`.
    Nothing,
    /// Something that is known once AWS has been asked: the region or the account.
    Later,
    /// Nobody knows; the mistake is reported.
    Failed,
}

/// A template's names.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    parameters: &'a Parameters,
    declared: BTreeMap<String, Rc<Node>>,
    resources: BTreeSet<String>,
    used: RefCell<BTreeSet<String>>,
    /// How much text was made so far.
    made: Cell<usize>,
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
            made: Cell::default(),
        }
    }

    /// Resolves a node, if it is a function; parts of it are resolved when they are read.
    pub(super) fn resolve(&self, node: &Rc<Node>, mistakes: &mut Mistakes) -> Resolved {
        let Some((function, argument)) = function(node) else {
            if let Some(text) = node.as_text().filter(|text| text.contains("{{resolve:")) {
                let message = format!(
                    "the dynamic reference `{text}` is not resolvable here: write the value, or a parameter"
                );
                mistakes.error(node.place, message);
                return Resolved::Failed;
            }
            return Resolved::Node(Rc::clone(node));
        };
        match (function.as_str(), argument.as_text()) {
            ("Ref", Some(name)) => self.name(name, node.place, mistakes),
            ("Fn::GetAtt", _) => self.attribute(&argument, node.place, mistakes),
            ("Fn::Sub", _) => self.substitute(&argument, node.place, mistakes),
            _ => {
                mistakes.error(node.place, not_resolvable(&function));
                Resolved::Failed
            }
        }
    }

    /// Says whether a condition holds, as far as that is given.
    pub(super) fn condition(&self, name: &str) -> Option<bool> {
        self.used.borrow_mut().insert(name.to_owned());
        match self.parameters.given.get(name)?.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Reports values that were given for nothing.
    pub(super) fn unused(&self, mistakes: &mut Mistakes) {
        let used = self.used.borrow();
        for name in self.parameters.given.keys() {
            let head = name.split('.').next().unwrap_or(name);
            let known = used.contains(name)
                || self.declared.contains_key(name)
                || self.resources.contains(head)
                || name.starts_with("AWS::");
            if !known {
                let names = self.declared.keys().map(String::as_str);
                let hint = nearest(name, names).map(|near| format!("; is `{near}` meant?"));
                let hint = hint.unwrap_or_default();
                let message =
                    format!("--parameter {name}: the template has no parameter `{name}`{hint}");
                mistakes.error(Place::START, message);
            }
        }
    }

    fn name(&self, name: &str, place: Place, mistakes: &mut Mistakes) -> Resolved {
        self.used.borrow_mut().insert(name.to_owned());
        if let Some(value) = self.parameters.given.get(name) {
            return self.typed(name, value, place, mistakes);
        }
        let mut pseudo = |value: &Option<String>| match value {
            Some(value) => self.text(value.clone(), place, mistakes),
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
                Some(default) if self.ty(name).starts_with(KEPT) => format!(
                    "the value of the parameter `{name}` is kept by Systems Manager under `{default}`; give the value \
                     itself by --parameter {name}=…"
                ),
                Some(default) => return self.typed(name, default, place, mistakes),
                None => format!(
                    "the parameter `{name}` has no default; give its value by --parameter {name}=…"
                ),
            };
            mistakes.error(place, message);
            return Resolved::Failed;
        }
        let message = if self.resources.contains(name) || name.starts_with("AWS::") {
            format!(
                "what `Ref` to `{name}` comes to is known to CloudFormation alone; give it by --parameter {name}=…"
            )
        } else {
            let names = self.declared.keys().chain(&self.resources);
            let near = nearest(name, names.map(String::as_str));
            let hint = near.map(|near| format!("; is `{near}` meant?"));
            format!("there is no parameter `{name}`{}", hint.unwrap_or_default())
        };
        mistakes.error(place, message);
        Resolved::Failed
    }

    fn ty(&self, name: &str) -> &str {
        let declared = self.declared.get(name).and_then(|node| node.get("Type"));
        declared.and_then(|node| node.as_text()).unwrap_or_default()
    }

    /// Gives a parameter's value: a list if the parameter is one.
    fn typed(&self, name: &str, value: &str, place: Place, mistakes: &mut Mistakes) -> Resolved {
        let ty = self.ty(name);
        let ty = ty.strip_prefix(KEPT).unwrap_or(ty);
        if !ty.starts_with("CommaDelimitedList") && !ty.starts_with("List<") {
            return self.text(value.to_owned(), place, mistakes);
        }
        let commas = value.bytes().filter(|byte| *byte == b',').count();
        if !self.affords(value.len() + commas * size_of::<Node>(), place, mistakes) {
            return Resolved::Failed;
        }
        let elements = value.split(',').map(str::trim);
        let elements = elements.map(|text| Rc::new(Node::text(place, text)));
        Resolved::Node(Rc::new(Node::new(place, Content::List(elements.collect()))))
    }

    fn text(&self, text: String, place: Place, mistakes: &mut Mistakes) -> Resolved {
        if self.affords(text.len(), place, mistakes) {
            Resolved::Node(Rc::new(Node::text(place, text)))
        } else {
            Resolved::Failed
        }
    }

    /// Says whether so much more text may be made, and tells once if not.
    fn affords(&self, length: usize, place: Place, mistakes: &mut Mistakes) -> bool {
        let before = self.made.replace(self.made.get().saturating_add(length));
        if before <= MOST_TEXT && self.made.get() > MOST_TEXT {
            let message = format!(
                "from here on the template's parameters come to more than {} MiB of text",
                MOST_TEXT >> 20
            );
            mistakes.error(place, message);
        }
        self.made.get() <= MOST_TEXT
    }

    fn attribute(&self, argument: &Node, place: Place, mistakes: &mut Mistakes) -> Resolved {
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
            return self.text(value.clone(), place, mistakes);
        }
        let message = format!(
            "`Fn::GetAtt` of `{path}` is not resolvable here: CloudFormation alone knows it; give what it comes to by \
             --parameter {path}=…"
        );
        mistakes.error(place, message);
        Resolved::Failed
    }
}

/// Says of a function that only CloudFormation can evaluate it.
pub(super) fn not_resolvable(function: &str) -> String {
    format!(
        "`{function}` is not resolvable here: only `Ref` and `Fn::Sub` to parameters are. Make it a parameter of the \
         template, and give its value by --parameter"
    )
}

/// Gives the function that a node is, in its long form, and its argument.
fn function(node: &Rc<Node>) -> Option<(String, Rc<Node>)> {
    if let Some(tag) = node.tag.as_deref().filter(|tag| !tag.starts_with('!')) {
        let long = match tag {
            "Ref" | "Condition" => tag.to_owned(),
            _ => format!("Fn::{tag}"),
        };
        let content = match &node.content {
            Content::Scalar { text, .. } => {
                return Some((long, Rc::new(Node::text(node.place, text))));
            }
            Content::List(elements) => Content::List(elements.clone()),
            Content::Map(entries) => Content::Map(entries.clone()),
        };
        return Some((long, Rc::new(Node::new(node.place, content))));
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
