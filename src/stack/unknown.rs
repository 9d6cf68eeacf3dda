//! The values that only the deployed stack has, as a report tells them.

use schemars::JsonSchema;
use serde::Serialize;

use super::declare::{Declaration, Stack, Unknown, name_of};
use crate::report::Position;

/// The most values that one line lists.
const LISTED: usize = 20;

/// A value that only the deployed stack has. It is not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnknownValue {
    /// The file.
    pub source: String,
    /// The flow log's name.
    pub name: String,
    /// The property; null if it is the whole flow log.
    pub attribute: Option<String>,
    /// What would tell the value.
    pub reason: String,
    /// The position in the file; null for a deployed stack.
    pub place: Option<Position>,
}

impl UnknownValue {
    /// Returns the unknown values of a stack, in the order of the file.
    pub fn of(stack: &Stack) -> Vec<Self> {
        let entries = stack.entries.iter();
        let values = entries.flat_map(|declared| Self::of_entry(stack, declared));
        values.collect()
    }

    /// Returns the unknown values of a declaration, in its order.
    pub(super) fn of_entry(stack: &Stack, declared: &Declaration) -> Vec<Self> {
        let unknown = declared.unknown.iter();
        unknown
            .map(|unknown| Self::new(stack, declared, unknown))
            .collect()
    }

    fn new(stack: &Stack, declared: &Declaration, unknown: &Unknown) -> Self {
        let is_whole = unknown.path.is_root();
        Self {
            source: stack.file.clone(),
            name: declared.name.clone(),
            attribute: (!is_whole).then(|| name_of(&unknown.path)),
            reason: unknown.reason.to_string(),
            place: (!stack.is_deployed).then_some(unknown.position),
        }
    }

    /// Returns the name of the value: `Main.LogDestination`.
    pub fn label(&self) -> String {
        match &self.attribute {
            Some(attribute) => format!("{}.{attribute}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Tells unknown values in one line. Returns `None` if there are none.
pub(super) fn sentence(values: &[UnknownValue]) -> Option<String> {
    let listed = values.iter().take(LISTED);
    let listed = listed.map(|value| format!("{} ({})", value.label(), value.reason));
    let mut listed: Vec<_> = listed.collect();
    if values.len() > LISTED {
        listed.push(format!("and {} more", values.len() - LISTED));
    }
    let verb = match values.len() {
        0 => return None,
        1 => "value is",
        _ => "values are",
    };
    Some(format!(
        "{} {verb} known after deployment: {}",
        values.len(),
        listed.join(", ")
    ))
}
