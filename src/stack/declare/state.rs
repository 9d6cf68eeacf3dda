//! The flow logs of a Terraform state: the output of `terraform show -json`, of a state or a plan, or a state file.
//!
//! Flow logs of other providers are read like `vpcflow_log`, as far as their states record them. This module must not know
//! how AWS is called.

mod document;
mod entry;
mod sensitive;

use super::declaration::{Stack, Unreadable};
use super::decode;
use super::diagnostics::FileDiagnostics;
use super::json::SyntaxError;
use crate::cty;
use crate::report::Position;
use document::State;

/// The largest size of a state, in bytes.
pub const LARGEST: usize = 256 << 20;
/// The largest number of values in a state, and the number of bytes that allow one more. The names of attributes alone
/// take more room.
const VALUES: usize = 1_000_000;
const BYTES_FOR_ONE_MORE: usize = 16;
/// The first bytes of a plan as Terraform saves it, which is a ZIP archive.
const SAVED_PLAN: &[u8] = b"PK\x03\x04";

const STACK: &str =
    "this is a stack definition, not a Terraform state; check it with `drift --stack FILE`";
const PLAN: &str = "this is a plan: the state before it is checked, as Terraform read it for the plan. To find drift since \
    the last apply, pass the output of `terraform show -json` without a file name";
const NOT_SHOWN: &str = "this is a saved plan, not a state; pass the output of `terraform show -json` without a file name";

/// The first bytes of a line of the log of `terraform plan -json`.
const LOG_LINE: &str = "{\"@level\"";
const LOG: &str = "this is a log, not a state; pass the output of `terraform show -json`";

/// Reads a state.
///
/// # Errors
/// It is not a state, or its version is not supported. A flow log that cannot be read is no error: the others are checked.
pub fn read(file: &str, bytes: &[u8]) -> Result<Stack, FileDiagnostics> {
    let mut diagnostics = FileDiagnostics::of(file);
    if bytes.starts_with(SAVED_PLAN) {
        diagnostics.error(Position::START, NOT_SHOWN);
        return Err(diagnostics);
    }
    let text = decode::text(file, bytes)?;
    let state = match parse(&text) {
        Ok(state) => state,
        Err((position, message)) => {
            diagnostics.error(position, message);
            return Err(diagnostics);
        }
    };
    if state.is_plan() {
        diagnostics.note(Position::START, PLAN);
    }
    let mut entries = Vec::new();
    let mut unreadable = Vec::new();
    for found in state.flow_logs() {
        let name = found.address.clone();
        match entry::declaration(found) {
            Ok(declaration) => entries.push(declaration),
            Err(problem) => unreadable.push(Unreadable {
                name,
                reason: problem.to_string(),
            }),
        }
    }
    Ok(Stack {
        file: file.to_owned(),
        region: None,
        entries,
        warnings: diagnostics,
        incomplete: false,
        unreadable,
        is_deployed: false,
    })
}

fn parse(text: &str) -> Result<State, (Position, String)> {
    if text.starts_with(LOG_LINE) {
        return Err((Position::START, LOG.to_owned()));
    }
    let bytes = text.as_bytes();
    if cty::json::count(bytes) > VALUES + bytes.len() / BYTES_FOR_ONE_MORE {
        let message = "this is not a Terraform state: it holds too many values for its size";
        return Err((Position::START, message.to_owned()));
    }
    let (position, message) = match serde_json::from_str::<State>(text) {
        Ok(state) => match state.check() {
            Ok(()) => return Ok(state),
            Err(problem) => (Position::START, problem.to_string()),
        },
        Err(error) => {
            let SyntaxError { position, message } = SyntaxError::of(&error, bytes, Position::START);
            let message = format!(
                "this is not a Terraform state: {message}. Pass the output of `terraform show -json`, or a state file"
            );
            (position, message)
        }
    };
    if is_stack(text) {
        return Err((Position::START, STACK.to_owned()));
    }
    Err((position, message))
}

/// Returns whether a file that is not a state is a stack definition or a template.
fn is_stack(text: &str) -> bool {
    let root = decode::tree(text, &mut FileDiagnostics::default());
    root.is_some_and(|root| {
        ["FlowLogs", "Resources"]
            .iter()
            .any(|key| root.get(key).is_some())
    })
}
