//! Conditions, and `Fn::If`. Each condition is evaluated once.

use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Node};
use super::super::unknown::Reason;
use super::{MAX_DEPTH, Resolved, Scope, Verdict, function, hint, stronger};
use crate::report::Position;

impl Scope<'_> {
    /// Evaluates all conditions, so that every mistake in them is reported.
    pub(super) fn all_conditions(&self, diagnostics: &mut FileDiagnostics) {
        for (name, node) in &self.conditions {
            self.condition(name, node.position, diagnostics);
        }
    }

    /// Returns whether a condition holds.
    pub(in super::super) fn condition(
        &self,
        name: &str,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Verdict {
        self.used.borrow_mut().insert(name.to_owned());
        // A parameter of the same name has its own value.
        let given = self.parameters.given.get(name);
        let given = given.filter(|_| !self.declared.contains_key(name));
        match given.map(String::as_str) {
            Some("true") => return Verdict::Known(true),
            Some("false") => return Verdict::Known(false),
            _ => {}
        }
        if let Some((verdict, secret)) = self.verdicts.borrow().get(name) {
            self.mark(*secret);
            return verdict.clone();
        }
        let Some(node) = self.conditions.get(name) else {
            if let Some(first) = self.macros.first() {
                return Verdict::Unknown(Reason::Macro(first.clone()));
            }
            let hint = hint(name, self.conditions.keys());
            diagnostics.error(position, format!("there is no condition `{name}`{hint}"));
            return Verdict::Failed;
        };
        let key = format!("condition {name}");
        if !self.under_way.borrow_mut().insert(key.clone()) {
            let message = format!("the condition `{name}` depends on itself");
            diagnostics.error(node.position, message);
            return Verdict::Failed;
        }
        let (verdict, secret) =
            self.watched(diagnostics, |diagnostics| self.verdict(node, diagnostics));
        let verdict = match verdict {
            Verdict::Unknown(reason) if secret => Verdict::Unknown(reason.hidden()),
            verdict => verdict,
        };
        self.mark(secret);
        self.under_way.borrow_mut().remove(&key);
        let known = (verdict.clone(), secret);
        self.verdicts.borrow_mut().insert(name.to_owned(), known);
        verdict
    }

    /// Evaluates `Fn::If`. If both of its values are the same text, the condition does not matter.
    pub(super) fn choose(
        &self,
        argument: &Node,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let parts = match &argument.content {
            Content::List(parts) => parts.as_slice(),
            Content::Scalar { .. } | Content::Map(_) => &[],
        };
        let [condition, yes, no] = parts else {
            let message = "`Fn::If` takes the name of a condition and two values";
            diagnostics.error(position, message);
            return Resolved::Failed;
        };
        let Some(name) = condition.as_text() else {
            let message = "`Fn::If` takes the name of a condition first, as text";
            diagnostics.error(condition.position, message);
            return Resolved::Failed;
        };
        let reason = match self.condition(name, condition.position, diagnostics) {
            Verdict::Known(true) => return self.resolve(yes, diagnostics),
            Verdict::Known(false) => return self.resolve(no, diagnostics),
            Verdict::Unknown(reason) => reason,
            Verdict::Failed => return Resolved::Failed,
        };
        let (yes, no) = (
            self.resolve(yes, diagnostics),
            self.resolve(no, diagnostics),
        );
        match (&yes, &no) {
            (Resolved::Failed, _) | (_, Resolved::Failed) => Resolved::Failed,
            (Resolved::Nothing, Resolved::Nothing) => Resolved::Nothing,
            (Resolved::Node(one), Resolved::Node(other))
                if one.as_text().is_some() && one.as_text() == other.as_text() =>
            {
                yes
            }
            _ => Resolved::Unknown(conditional(name, reason)),
        }
    }

    /// Returns whether the expression of a condition is true.
    fn verdict(&self, node: &Rc<Node>, diagnostics: &mut FileDiagnostics) -> Verdict {
        let called = function(node).or_else(|| referred(node));
        let Some((name, argument)) = called else {
            let message = format!(
                "this is {}, not a condition; use `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not`, or `Condition`",
                node.what()
            );
            diagnostics.error(node.position, message);
            return Verdict::Failed;
        };
        if self.depth.get() >= MAX_DEPTH {
            let message = format!("conditions need each other deeper than {MAX_DEPTH} levels");
            diagnostics.error(node.position, message);
            return Verdict::Failed;
        }
        self.depth.set(self.depth.get() + 1);
        let verdict = self.evaluate(&name, &argument, node.position, diagnostics);
        self.depth.set(self.depth.get() - 1);
        verdict
    }

    fn evaluate(
        &self,
        name: &str,
        argument: &Rc<Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Verdict {
        let parts = match &argument.content {
            Content::List(parts) => parts.as_slice(),
            Content::Scalar { .. } | Content::Map(_) => &[],
        };
        match (name, parts) {
            ("Condition", _) if argument.as_text().is_some() => {
                let name = argument.as_text().unwrap_or_default();
                self.condition(name, position, diagnostics)
            }
            ("Fn::Not", [part]) => match self.verdict(part, diagnostics) {
                Verdict::Known(holds) => Verdict::Known(!holds),
                other => other,
            },
            ("Fn::And", parts) if (2..=10).contains(&parts.len()) => {
                self.all_or_any(parts, false, diagnostics)
            }
            ("Fn::Or", parts) if (2..=10).contains(&parts.len()) => {
                self.all_or_any(parts, true, diagnostics)
            }
            ("Fn::Equals", [one, other]) => self.equal(one, other, diagnostics),
            _ => {
                let message = match name {
                    "Fn::Not" => "`Fn::Not` takes a list of one condition".to_owned(),
                    "Fn::And" | "Fn::Or" => {
                        format!("`{name}` takes a list of 2 to 10 conditions")
                    }
                    "Fn::Equals" => "`Fn::Equals` takes a list of two values".to_owned(),
                    "Condition" => "`Condition` takes the name of a condition".to_owned(),
                    _ => format!(
                        "`{name}` is not a condition; use `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not`, or `Condition`"
                    ),
                };
                diagnostics.error(position, message);
                Verdict::Failed
            }
        }
    }

    /// Evaluates `Fn::And` and `Fn::Or`: one part with the deciding value decides, whatever the others are.
    fn all_or_any(
        &self,
        parts: &[Rc<Node>],
        deciding: bool,
        diagnostics: &mut FileDiagnostics,
    ) -> Verdict {
        let mut reason = None;
        let (mut decided, mut failed) = (false, false);
        for part in parts {
            match self.verdict(part, diagnostics) {
                Verdict::Known(holds) => decided |= holds == deciding,
                Verdict::Unknown(other) => reason = stronger(reason, other),
                Verdict::Failed => failed = true,
            }
        }
        match reason {
            _ if failed => Verdict::Failed,
            _ if decided => Verdict::Known(deciding),
            Some(reason) => Verdict::Unknown(reason),
            None => Verdict::Known(!deciding),
        }
    }

    fn equal(
        &self,
        one: &Rc<Node>,
        other: &Rc<Node>,
        diagnostics: &mut FileDiagnostics,
    ) -> Verdict {
        let one = self.document(one, false, diagnostics);
        let other = self.document(other, false, diagnostics);
        let mut reason = None;
        for value in [&one, &other] {
            match value {
                Err(Resolved::Unknown(other)) => reason = stronger(reason, other.clone()),
                Err(Resolved::Failed) => return Verdict::Failed,
                _ => {}
            }
        }
        match reason {
            Some(reason) => Verdict::Unknown(reason),
            // A value that is missing equals nothing but another one.
            None => Verdict::Known(one.ok() == other.ok()),
        }
    }
}

/// Returns the reason of a value that depends on a condition.
pub(in super::super) fn conditional(name: &str, reason: Reason) -> Reason {
    match reason {
        Reason::Condition { because, .. } => Reason::Condition {
            name: name.to_owned(),
            because,
        },
        because => Reason::Condition {
            name: name.to_owned(),
            because: Box::new(because),
        },
    }
}

/// Returns the name of the condition that `Condition: NAME` refers to, as a call.
fn referred(node: &Rc<Node>) -> Option<(String, Rc<Node>)> {
    let Content::Map(entries) = &node.content else {
        return None;
    };
    match entries.as_slice() {
        [entry] if entry.key == "Condition" => Some((entry.key.clone(), Rc::clone(&entry.value))),
        _ => None,
    }
}
