//! Responses to calls for kinds of types that this provider does not have.

use super::pb;
use super::response::WithDiagnostics;
use crate::framework::Diagnostic;

/// Creates the response to a call for a type of an unsupported kind.
pub(crate) fn no_such<A: WithDiagnostics>(kind: &str, type_name: &str) -> A {
    A::only(diagnostic(kind, type_name))
}

/// Creates the response to a call of a function that does not exist.
pub(crate) fn no_function(name: &str) -> pb::call_function::Response {
    pb::call_function::Response {
        result: None,
        error: Some(pb::FunctionError {
            text: format!("This version of the provider has no function named \"{name}\"."),
            function_argument: None,
        }),
    }
}

/// Creates the response to a read from a state store.
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
