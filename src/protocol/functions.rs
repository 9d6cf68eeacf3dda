//! Calls of functions, and their signatures. Functions work without a configured provider.

use std::collections::BTreeMap;

use super::response::WithDiagnostics;
use super::session::Session;
use super::{convert, pb, unsupported};
use crate::framework::{
    Diagnostic, Diagnostics, FunctionError, Parameter, Provider, Signature, counted,
};
use crate::text::sanitize;

/// Returns the response to GetFunctions, which only OpenTofu sends.
pub(crate) fn declared<P: Provider>(
    session: &Session<P>,
) -> Result<pb::get_functions::Response, Diagnostic> {
    Ok(pb::get_functions::Response {
        functions: signatures(session)?,
        diagnostics: Vec::new(),
    })
}

/// Returns the signatures of all functions, by name.
pub(crate) fn signatures<P: Provider>(
    session: &Session<P>,
) -> Result<BTreeMap<String, pb::Function>, Diagnostic> {
    let functions = session.catalogue().functions.all()?.into_iter();
    let signed =
        functions.map(|(name, function)| (name.to_owned(), signature(function.signature())));
    Ok(signed.collect())
}

/// Calls a function.
pub(crate) fn call<P: Provider>(
    session: &Session<P>,
    request: &pb::call_function::Request,
) -> Result<pb::call_function::Response, Diagnostic> {
    let Some(function) = session.catalogue().functions.get(&request.name)? else {
        return Ok(unsupported::no_function(&request.name));
    };
    let signature = function.signature();
    let mut arguments = Vec::new();
    for (position, wire) in request.arguments.iter().enumerate() {
        let Some(parameter) = signature.parameter(position) else {
            let count = signature.parameters.len();
            return Ok(refused(
                &format!("the function takes {}", counted(count)),
                Some(position),
            ));
        };
        match convert::value(Some(wire), &parameter.ty) {
            Ok(value) => arguments.push(value),
            Err(malformed) => return Ok(refused(&text(&malformed), Some(position))),
        }
    }
    Ok(match function.call(arguments) {
        Ok(value) => pb::call_function::Response {
            result: Some(convert::dynamic_value(&value, &signature.returns)?),
            error: None,
        },
        Err(FunctionError { text, path }) => refused(&text, signature.position(&path)),
    })
}

/// A function response has an error instead of diagnostics, also for a panic or a value that cannot be encoded.
impl WithDiagnostics for pb::call_function::Response {
    fn add(&mut self, diagnostics: Diagnostics) {
        if let Some(first) = diagnostics.iter().next() {
            *self = refused(&text(first), None);
        }
    }
}

fn refused(text: &str, position: Option<usize>) -> pb::call_function::Response {
    let function_argument = position.and_then(|position| i64::try_from(position).ok());
    pb::call_function::Response {
        result: None,
        error: Some(pb::FunctionError {
            text: sanitize::lines(text).into_owned(),
            function_argument,
        }),
    }
}

/// Renders a diagnostic as one sentence. Terraform adds the period.
fn text(diagnostic: &Diagnostic) -> String {
    let detail = diagnostic.detail.trim_end_matches('.');
    format!("{}: {detail}", diagnostic.summary)
}

fn signature(signature: &Signature) -> pb::Function {
    pb::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(pb::function::Return {
            r#type: signature.returns.to_json().into(),
        }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
        deprecation_message: String::new(),
    }
}

fn parameter(parameter: &Parameter) -> pb::function::Parameter {
    pb::function::Parameter {
        name: parameter.name.clone(),
        r#type: parameter.ty.to_json().into(),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
    }
}
