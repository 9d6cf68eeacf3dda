//! CloudFormation templates: conditions, parameters, mappings, loops, and the intrinsic functions.
//!
//! The value of an expression is known, or unknown with a [`Reason`]: then only the deployed stack has it. Only what
//! CloudFormation would refuse is an error. Each condition and each name of a resource is evaluated once, the text that
//! functions produce and the nodes that loops produce are limited, and so is the depth of the evaluation. This module must
//! not know what is evaluated.
//!
//! | file | holds |
//! |---|---|
//! | `function` | which function a node calls |
//! | `names`, `resource` | `Ref`, `Fn::GetAtt`, `Fn::ImportValue`: parameters, pseudo parameters, resources, exports |
//! | `parameter` | values of parameters, as text or list |
//! | `condition` | conditions, and `Fn::If` |
//! | `mapping` | `Fn::FindInMap` |
//! | `list` | `Fn::Join`, `Fn::Split`, `Fn::Select`, `Fn::Length` |
//! | `document` | values at any depth: `Fn::ToJsonString`, and what `Fn::Equals` compares |
//! | `substitute` | `Fn::Sub` |
//! | `repeat`, `turn` | `Fn::ForEach` |
//! | `check` | the names in parts that are not evaluated |
//! | `secret` | values that must not be shown |
//! | `scalar` | plain scalars as YAML 1.1 reads them |

mod check;
mod condition;
mod document;
mod function;
mod list;
mod mapping;
mod names;
mod parameter;
mod repeat;
mod resource;
mod scalar;
mod secret;
mod substitute;
mod turn;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use base64::Engine as _;

use super::diagnostics::FileDiagnostics;
use super::node::{Content, Entry, Node};
use super::parameters::Parameters;
use super::unknown::Reason;
use crate::report::Position;
use crate::text::suggest::nearest;
use check::hint;
pub(super) use condition::conditional;
use function::function;

/// The most text that the functions of a template may produce in all places together, in bytes.
const MOST_TEXT: usize = 8 << 20;
/// The longest text that a function may produce, in bytes. No property of a flow log accepts as much.
const LONGEST: usize = 64 << 10;
/// The largest depth of evaluations that need each other.
const MAX_DEPTH: usize = 200;
/// The functions whose values only AWS has.
const OF_AWS: [&str; 3] = ["Fn::Cidr", "Fn::GetAZs", "Fn::GetStackOutput"];
/// The functions that only conditions may use.
const OF_CONDITIONS: [&str; 5] = ["Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Condition"];
/// The functions that every property may use.
const OF_VALUES: [&str; 12] = [
    "Ref",
    "Fn::GetAtt",
    "Fn::Sub",
    "Fn::If",
    "Fn::FindInMap",
    "Fn::Join",
    "Fn::Split",
    "Fn::Select",
    "Fn::Length",
    "Fn::Base64",
    "Fn::ToJsonString",
    "Fn::ImportValue",
];

/// The result of resolving a node.
#[derive(Clone, Debug)]
pub(super) enum Resolved {
    /// This node.
    Node(Rc<Node>),
    /// No value: `AWS::NoValue`.
    Nothing,
    /// Only the deployed stack has the value, or a call to AWS supplies it.
    Unknown(Reason),
    /// The value cannot be determined; an error is reported.
    Failed,
}

/// Whether a condition holds.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    Known(bool),
    Unknown(Reason),
    /// An error is reported.
    Failed,
}

/// The names of a template.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    parameters: &'a Parameters,
    declared: BTreeMap<String, Rc<Node>>,
    mappings: BTreeMap<String, Rc<Node>>,
    conditions: BTreeMap<String, Rc<Node>>,
    resources: BTreeMap<String, Rc<Node>>,
    /// The macros that may add names to the template.
    macros: Vec<String>,
    used: RefCell<BTreeSet<String>>,
    /// The conditions that are evaluated, and whether they depend on a secret.
    verdicts: RefCell<BTreeMap<String, (Verdict, bool)>>,
    /// The names of resources that are evaluated, and whether they depend on a secret.
    named: RefCell<BTreeMap<String, (Resolved, bool)>>,
    /// The conditions and resources that are being evaluated.
    under_way: RefCell<BTreeSet<String>>,
    depth: Cell<usize>,
    /// Whether the evaluation that is under way depends on a secret.
    secret: Cell<bool>,
    /// The amount of text produced so far.
    produced: Cell<usize>,
    turns: Cell<usize>,
    nodes: Cell<usize>,
}

impl<'a> Scope<'a> {
    /// Reads the names of a template, and returns its resources with their loops expanded.
    pub(super) fn of(
        root: &Node,
        parameters: &'a Parameters,
        diagnostics: &mut FileDiagnostics,
    ) -> (Self, Vec<Entry>) {
        let mut scope = Self {
            parameters,
            declared: index(entries(root, "Parameters")),
            mappings: index(entries(root, "Mappings")),
            conditions: BTreeMap::new(),
            resources: BTreeMap::new(),
            macros: Vec::new(),
            used: RefCell::default(),
            verdicts: RefCell::default(),
            named: RefCell::default(),
            under_way: RefCell::default(),
            depth: Cell::default(),
            secret: Cell::default(),
            produced: Cell::default(),
            turns: Cell::default(),
            nodes: Cell::default(),
        };
        scope.macros(root, diagnostics);
        scope.parameters(diagnostics);
        let conditions = scope.expanded(&entries(root, "Conditions"), diagnostics);
        scope.conditions = index(conditions);
        let resources = scope.expanded(&entries(root, "Resources"), diagnostics);
        scope.resources = index(resources.clone());
        scope.all_conditions(diagnostics);
        (scope, resources)
    }

    /// Resolves a node if it is a function. Its parts are resolved when they are read.
    pub(super) fn resolve(&self, node: &Rc<Node>, diagnostics: &mut FileDiagnostics) -> Resolved {
        self.mark(node.secret);
        let Some((name, argument)) = function(node) else {
            return dynamic(Resolved::Node(scalar::read(node, diagnostics)));
        };
        if self.depth.get() >= MAX_DEPTH {
            let message =
                format!("functions and conditions need each other deeper than {MAX_DEPTH} levels");
            diagnostics.error(node.position, message);
            return Resolved::Failed;
        }
        self.depth.set(self.depth.get() + 1);
        let resolved = self.call(&name, &argument, node.position, diagnostics);
        self.depth.set(self.depth.get() - 1);
        dynamic(resolved)
    }

    /// Reports values for names that the template does not have.
    pub(super) fn unused(&self, diagnostics: &mut FileDiagnostics) {
        if self.parameters.shared {
            return;
        }
        let used = self.used.borrow();
        for name in self.parameters.given.keys() {
            let head = name.split('.').next().unwrap_or(name);
            let known = used.contains(name)
                || self.declared.contains_key(name)
                || self.conditions.contains_key(name)
                || self.resources.contains_key(head)
                || self.parameters.optional.contains(name)
                || name.starts_with("AWS::");
            if !known {
                let hint = hint(name, self.declared.keys());
                let message =
                    format!("--parameter {name}: the template has no parameter `{name}`{hint}");
                diagnostics.error(Position::START, message);
            }
        }
    }

    /// Returns whether macros may change the template.
    pub(super) fn has_macros(&self) -> bool {
        !self.macros.is_empty()
    }

    fn call(
        &self,
        name: &str,
        argument: &Rc<Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        match name {
            "Ref" => self.reference(argument, position, diagnostics),
            "Fn::GetAtt" => self.attribute(argument, position, diagnostics),
            "Fn::Sub" => self.substitute(argument, position, diagnostics),
            "Fn::If" => self.choose(argument, position, diagnostics),
            "Fn::FindInMap" => self.find_in_map(argument, position, diagnostics),
            "Fn::Join" => self.join(argument, position, diagnostics),
            "Fn::Split" => self.split(argument, position, diagnostics),
            "Fn::Select" => self.select(argument, position, diagnostics),
            "Fn::Length" => self.length(argument, position, diagnostics),
            "Fn::ToJsonString" => self.to_json(argument, position, diagnostics),
            "Fn::Base64" => match self.text_of(argument, name, diagnostics) {
                Ok(text) => {
                    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
                    self.text(encoded, position, diagnostics)
                }
                Err(resolved) => resolved,
            },
            "Fn::ImportValue" => self.import(argument, position, diagnostics),
            _ if OF_AWS.contains(&name) => Resolved::Unknown(Reason::Function(name.to_owned())),
            _ if name == "Fn::Transform" || name.starts_with(repeat::PREFIX) => {
                self.produced_later(name, argument, diagnostics)
            }
            _ if OF_CONDITIONS.contains(&name) => {
                let message = format!(
                    "`{name}` is for conditions; define one in `Conditions`, and use it with `Fn::If`"
                );
                diagnostics.error(position, message);
                Resolved::Failed
            }
            _ => {
                let known = OF_VALUES.into_iter().chain(OF_AWS);
                let near = nearest(name, known).map(|near| format!("; write `{near}`"));
                let message = format!("there is no function `{name}`{}", near.unwrap_or_default());
                diagnostics.error(position, message);
                Resolved::Failed
            }
        }
    }

    /// Returns the value of a function that produces entries of a mapping, which is not known here.
    pub(super) fn produced_later(
        &self,
        name: &str,
        argument: &Rc<Node>,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        if name.starts_with(repeat::PREFIX) {
            return self.collection_of(argument, diagnostics);
        }
        let macro_name = argument.get("Name").and_then(|node| node.as_text());
        Resolved::Unknown(Reason::Macro(macro_name.unwrap_or(name).to_owned()))
    }

    /// Resolves a node that must be text. Returns what it resolved to if it is not.
    fn text_of(
        &self,
        node: &Rc<Node>,
        taker: &str,
        diagnostics: &mut FileDiagnostics,
    ) -> Result<String, Resolved> {
        let resolved = self.resolve(node, diagnostics);
        let what = match &resolved {
            Resolved::Node(node) => match node.as_text() {
                Some(text) => return Ok(text.to_owned()),
                None => node.what(),
            },
            Resolved::Nothing => "nothing",
            Resolved::Unknown(_) | Resolved::Failed => return Err(resolved),
        };
        let message = format!("this is {what}; `{taker}` takes text here");
        diagnostics.error(node.position, message);
        Err(Resolved::Failed)
    }

    /// Creates a node of text that a function produced.
    fn text(
        &self,
        text: String,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        if text.len() > LONGEST {
            let message = format!("the result is longer than {LONGEST} bytes here");
            diagnostics.error(position, message);
            return Resolved::Failed;
        }
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
                "from here on, the functions of the template produce more than {} MiB of text",
                MOST_TEXT >> 20
            );
            diagnostics.error(position, message);
        }
        self.produced.get() <= MOST_TEXT
    }

    /// Finds the macros that process the template, and warns of those that may change it in unknown ways.
    fn macros(&mut self, root: &Node, diagnostics: &mut FileDiagnostics) {
        let Some(transform) = root.get("Transform") else {
            return;
        };
        let one = [Rc::clone(transform)];
        let all = match &transform.content {
            Content::List(elements) => elements.as_slice(),
            Content::Scalar { .. } | Content::Map(_) => &one,
        };
        for element in all {
            let name = element.as_text().or_else(|| element.get("Name")?.as_text());
            let Some(name) = name else { continue };
            if name.starts_with("AWS::LanguageExtensions") {
                continue;
            }
            self.macros.push(name.to_owned());
            if !name.starts_with("AWS::Serverless-") {
                let message = format!(
                    "the macro `{name}` may change the template; what it changes is not checked"
                );
                diagnostics.warning(element.position, message);
            }
        }
    }
}

/// Returns the reason to tell of two: the one that no call to AWS removes.
fn stronger(first: Option<Reason>, second: Reason) -> Option<Reason> {
    match first {
        Some(first) if !first.is_location() || second.is_location() => Some(first),
        _ => Some(second),
    }
}

/// Replaces text with a dynamic reference by an unknown value.
fn dynamic(resolved: Resolved) -> Resolved {
    match &resolved {
        Resolved::Node(node) => match node.as_text().and_then(reference) {
            Some(reason) => Resolved::Unknown(reason),
            None => resolved,
        },
        _ => resolved,
    }
}

/// Returns an unknown value of which a part is known. A dynamic reference in it needs more than a call to AWS.
fn unknown(reason: Reason, part: &str) -> Resolved {
    let reference = reference(part).filter(|_| reason.is_location());
    Resolved::Unknown(reference.unwrap_or(reason))
}

/// Returns the first dynamic reference in a text.
fn reference(text: &str) -> Option<Reason> {
    let (_, reference) = text.split_once("{{resolve:")?;
    let (reference, _) = reference.split_once("}}").unwrap_or((reference, ""));
    Some(Reason::Dynamic(format!("{{{{resolve:{reference}}}}}")))
}

fn entries(root: &Node, section: &str) -> Vec<Entry> {
    match root.get(section).map(|node| &node.content) {
        Some(Content::Map(entries)) => entries.clone(),
        _ => Vec::new(),
    }
}

fn index(entries: Vec<Entry>) -> BTreeMap<String, Rc<Node>> {
    entries.into_iter().map(|e| (e.key, e.value)).collect()
}

#[cfg(test)]
mod tests;
