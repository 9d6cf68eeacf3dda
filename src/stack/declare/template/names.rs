//! `Ref`, `Fn::GetAtt` and `Fn::ImportValue`: parameters, pseudo parameters, resources, and exports.

use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Node};
use super::super::unknown::Reason;
use super::{Resolved, Scope, hint};
use crate::arn::partition;
use crate::report::Position;

/// The pseudo parameters that depend on the stack.
const OF_STACK: [&str; 3] = ["AWS::StackName", "AWS::StackId", TOPICS];
/// The pseudo parameter that is a list.
const TOPICS: &str = "AWS::NotificationARNs";
/// The pseudo parameters.
const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

impl Scope<'_> {
    /// Evaluates `Ref`. With the language extensions, its argument may be a function.
    pub(super) fn reference(
        &self,
        argument: &Rc<Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        match self.text_of(argument, "Ref", diagnostics) {
            Ok(name) => self.name(&name, position, diagnostics),
            Err(resolved) => resolved,
        }
    }

    /// Evaluates `Fn::GetAtt`.
    pub(super) fn attribute(
        &self,
        argument: &Rc<Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let path = match &argument.content {
            Content::List(parts) if parts.len() >= 2 => {
                let mut texts = Vec::new();
                for part in parts {
                    match self.text_of(part, "Fn::GetAtt", diagnostics) {
                        Ok(text) => texts.push(text),
                        Err(resolved) => return resolved,
                    }
                }
                texts.join(".")
            }
            Content::Scalar { text, .. } => text.clone(),
            Content::List(_) | Content::Map(_) => String::new(),
        };
        let Some((resource, attribute)) = path.split_once('.') else {
            let message =
                "`Fn::GetAtt` takes the name of a resource and an attribute, as in `Bucket.Arn`";
            diagnostics.error(position, message);
            return Resolved::Failed;
        };
        self.attribute_of(resource, attribute, position, diagnostics)
    }

    /// Evaluates `Fn::ImportValue`.
    pub(super) fn import(
        &self,
        argument: &Rc<Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        match self.text_of(argument, "Fn::ImportValue", diagnostics) {
            Ok(export) => match self.parameters.export(&export) {
                Some(value) => self.text(value.clone(), position, diagnostics),
                None => Resolved::Unknown(Reason::Import(Some(export))),
            },
            Err(Resolved::Unknown(_)) => Resolved::Unknown(Reason::Import(None)),
            Err(resolved) => resolved,
        }
    }

    /// Returns the value of an attribute of a resource.
    pub(super) fn attribute_of(
        &self,
        resource: &str,
        attribute: &str,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let path = format!("{resource}.{attribute}");
        self.used.borrow_mut().insert(path.clone());
        if let Some(value) = self.parameters.given.get(&path) {
            return self.text(value.clone(), position, diagnostics);
        }
        match self.resources.get(resource) {
            Some(node) => self.resource(resource, Some(attribute), node, position, diagnostics),
            None => self.nothing(resource, position, diagnostics),
        }
    }

    /// Returns the value of `Ref` to a name.
    pub(super) fn name(
        &self,
        name: &str,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        self.used.borrow_mut().insert(name.to_owned());
        if self.declared.contains_key(name) {
            return self.parameter(name, position, diagnostics);
        }
        if name == TOPICS
            && let Some(topics) = self.topics()
        {
            return self.list(&topics, position, diagnostics);
        }
        if let Some(value) = self.parameters.given.get(name) {
            return self.text(value.clone(), position, diagnostics);
        }
        if name.starts_with("AWS::") {
            return self.pseudo(name, position, diagnostics);
        }
        if let Some(physical) = self.parameters.physical(name) {
            return self.text(physical.clone(), position, diagnostics);
        }
        match self.resources.get(name) {
            Some(node) => self.resource(name, None, node, position, diagnostics),
            None => self.nothing(name, position, diagnostics),
        }
    }

    /// Returns the topics that are notified of the stack's events, if they are known.
    fn topics(&self) -> Option<Vec<&str>> {
        let given = self.parameters.given.get(TOPICS);
        let listed = given.map(|given| given.split(',').map(str::trim));
        let deployed = self.parameters.deployed.as_ref();
        let of_stack = || deployed.map(|stack| stack.notification_arns.iter().map(String::as_str));
        listed
            .map(|listed| listed.filter(|topic| !topic.is_empty()).collect())
            .or_else(|| Some(of_stack()?.collect()))
    }

    /// Returns the value of a pseudo parameter.
    pub(super) fn pseudo(
        &self,
        name: &str,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let region = self.parameters.region.as_deref();
        let value = match name {
            "AWS::NoValue" => return Resolved::Nothing,
            "AWS::Region" => region,
            "AWS::AccountId" => self.parameters.account.as_deref(),
            "AWS::Partition" => {
                let given = self.parameters.partition.as_deref();
                given.or_else(|| region.map(partition::of_region))
            }
            "AWS::URLSuffix" => region.map(partition::suffix),
            _ if OF_STACK.contains(&name) => {
                return Resolved::Unknown(Reason::Pseudo(name.to_owned()));
            }
            _ => return self.nothing(name, position, diagnostics),
        };
        match value {
            Some(value) => self.text(value.to_owned(), position, diagnostics),
            None => Resolved::Unknown(Reason::Location(name.to_owned())),
        }
    }

    /// Reports a name that the template does not have, unless a macro may add it.
    pub(super) fn nothing(
        &self,
        name: &str,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        if let Some(first) = self.macros.first() {
            return Resolved::Unknown(Reason::Macro(first.clone()));
        }
        let pseudo = PSEUDO.map(str::to_owned);
        let names = self.declared.keys().chain(self.resources.keys());
        let hint = hint(name, names.chain(&pseudo));
        let message = format!("there is no parameter or resource `{name}`{hint}");
        diagnostics.error(position, message);
        Resolved::Failed
    }

    /// Returns whether the template has a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.declared.contains_key(name)
            || self.resources.contains_key(name)
            || self.parameters.given.contains_key(name)
            || PSEUDO.contains(&name)
    }
}
