//! The flow logs of a Terraform state: the output of `terraform show -json`, or a state file.
//!
//! `aws_flow_log` is read like `vpcflow_log`, as far as its state records it. This module must not know how AWS is called.

mod document;

use std::collections::BTreeMap;

use serde_json::Value;

use super::declaration::{Declaration, Desired, Stack};
use super::diagnostics::FileDiagnostics;
use super::yaml;
use crate::arn::Arn;
use crate::cty;
use crate::flow_log::moved;
use crate::report::Position;
use document::{Found, State};

/// The largest size of a state, in bytes.
pub const LARGEST: usize = 256 << 20;
/// The largest number of values in a state, and the number of bytes that allow one more. The names of attributes alone
/// take more room.
const VALUES: usize = 1_000_000;
const BYTES_FOR_ONE_MORE: usize = 16;

const STACK: &str =
    "this is a stack definition, not a Terraform state; check it with `drift --stack FILE`";

/// The reason why a flow log in a state cannot be read.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("it has no id; run `terraform apply -refresh-only`")]
    NoId,
    #[error("its attributes are not those of a flow log: {0}")]
    Attributes(#[from] serde_json::Error),
}

/// Reads a state.
///
/// # Errors
/// It is not a state, its version is not supported, or a flow log in it cannot be read.
pub fn read(file: &str, bytes: &[u8]) -> Result<Stack, FileDiagnostics> {
    let mut diagnostics = FileDiagnostics::of(file);
    let state = match parse(bytes) {
        Ok(state) => state,
        Err((position, message)) => {
            diagnostics.error(position, message);
            return Err(diagnostics);
        }
    };
    let mut entries = Vec::new();
    for found in state.flow_logs() {
        let address = found.address.clone();
        match declaration(found) {
            Ok(declaration) => entries.push(declaration),
            Err(problem) => diagnostics.error(Position::START, format!("{address}: {problem}")),
        }
    }
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    Ok(Stack {
        file: file.to_owned(),
        region: None,
        entries,
        warnings: diagnostics,
        incomplete: false,
    })
}

fn parse(bytes: &[u8]) -> Result<State, (Position, String)> {
    if cty::json::count(bytes) > VALUES + bytes.len() / BYTES_FOR_ONE_MORE {
        let message = "this is not a Terraform state: it holds too many values for its size";
        return Err((Position::START, message.to_owned()));
    }
    let (position, message) = match serde_json::from_slice::<State>(bytes) {
        Ok(state) => match state.check() {
            Ok(()) => return Ok(state),
            Err(problem) => (Position::START, problem.to_string()),
        },
        Err(error) => {
            let position = Position {
                line: error.line().max(1),
                column: error.column().max(1),
            };
            let text = error.to_string();
            // The position is printed before the message.
            let text = text.split(" at line ").next().unwrap_or_default();
            let message = format!(
                "this is not a Terraform state: {text}. Pass the output of `terraform show -json`, or a state file"
            );
            (position, message)
        }
    };
    if is_stack(bytes) {
        return Err((Position::START, STACK.to_owned()));
    }
    Err((position, message))
}

/// Returns whether a file that is not a state is a stack definition or a template.
fn is_stack(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok();
    let root = text.and_then(|text| yaml::parse(text, &mut FileDiagnostics::default()));
    root.is_some_and(|root| {
        ["FlowLogs", "Resources"]
            .iter()
            .any(|key| root.get(key).is_some())
    })
}

fn declaration(found: Found) -> Result<Declaration, Problem> {
    let attributes = found.attributes;
    let text = |name: &str| {
        let value = attributes.get(name).and_then(Value::as_str);
        value.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let arn = text("arn");
    let arn = arn.as_deref().and_then(Arn::parse);
    let region = text("region").or_else(|| Some(arn?.region?.to_owned()));
    let account = arn.and_then(|arn| arn.account).map(str::to_owned);
    let id = text("id").ok_or(Problem::NoId)?;
    let desired = if found.ours {
        Desired::State {
            recorded: serde_json::from_value(attributes.into())?,
            attributes: None,
        }
    } else {
        let recorded = moved::of_aws(attributes)?;
        Desired::State {
            recorded: Box::new(recorded.flow_log),
            attributes: Some(recorded.attributes),
        }
    };
    Ok(Declaration {
        unknown: Vec::new(),
        name: found.address,
        position: None,
        positions: BTreeMap::new(),
        region,
        account,
        id: Some(id),
        desired,
    })
}
