//! The calls for kinds of things that this provider does not have: the protocol's own way to say so.

use super::answer::Answer;
use super::pb;
use crate::framework::Diagnostic;

/// Answers a call for a type of a kind of which there is none.
pub(crate) fn no_such<A: Answer>(kind: &str, type_name: &str) -> A {
    A::only(diagnostic(kind, type_name))
}

/// Answers a function call.
pub(crate) fn no_function(name: &str) -> pb::call_function::Response {
    pb::call_function::Response {
        result: None,
        error: Some(pb::FunctionError {
            text: format!("This version of the provider has no function named \"{name}\"."),
            function_argument: None,
        }),
    }
}

/// Answers a request to act; an action always ends with one "completed".
pub(crate) fn no_action(type_name: &str) -> pb::invoke_action::Event {
    use pb::invoke_action::event::{Completed, Type};
    let diagnostics = vec![super::convert::diagnostic(diagnostic("action", type_name))];
    pb::invoke_action::Event {
        r#type: Some(Type::Completed(Completed { diagnostics })),
    }
}

/// Answers a request to read a stored state.
pub(crate) fn no_state_bytes(type_name: &str) -> pb::read_state_bytes::Response {
    pb::read_state_bytes::Response {
        diagnostics: vec![super::convert::diagnostic(diagnostic(
            "state store",
            type_name,
        ))],
        ..pb::read_state_bytes::Response::default()
    }
}

fn diagnostic(kind: &str, type_name: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-type",
        format!("Unknown {kind} type"),
        format!("This version of the provider has no {kind} named \"{type_name}\"."),
    )
}
