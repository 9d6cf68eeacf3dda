//! The function `filter_pattern`: quals as a CloudWatch filter pattern, exactly or not at all.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{quals, record_format};
use crate::cty::{Type, Value};
use crate::framework::{Function, FunctionError};
use crate::record::QualPath;
use crate::record::dialect::filter_pattern;

/// Returns the filter pattern of CloudWatch Logs for filters, for metric filters and subscription filters.
///
/// The pattern matches exactly the records that match the filters. If no pattern can express this, the call fails and
/// names the filters that cannot be expressed. The filters are those of `vpcflow_log_events`: a record must match all
/// filters at the top level, at least one object of the list `where`, if there are any, and no object of the list
/// `exclude`. Within an object, all filters must match.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct FilterPattern {
    /// The filters, such as `{ action = "REJECT", dst_port = "22,3389", exclude = [{ src_addr = "10.0.0.0/8" }] }`.
    filters: serde_json::Value,
    /// The record format of the flow log (`log_format`). Defaults to the default format of AWS for VPCs, which has 14
    /// fields.
    #[serde(default)]
    format: Vec<Option<String>>,
}

/// The most filters that an error names.
const MOST_NAMED: usize = 10;

impl Function for FilterPattern {
    const NAME: &'static str = "filter_pattern";

    fn returns() -> Type {
        Type::String
    }

    fn call(self) -> Result<Value, FunctionError> {
        let fail = |text: String| FunctionError::new(text).at("filters");
        let format = record_format(&self.format)?;
        let quals = quals::read(&self.filters)?;
        if quals.is_empty() {
            let text = "there is no filter; the pattern for every record is empty: \"\"";
            return Err(fail(text.to_owned()));
        }
        let bound = quals
            .bind(&format)
            .map_err(|error| fail(error.to_string()))?;
        let pushed = filter_pattern::compile(&bound);
        match pushed.pattern {
            Some(pattern) if pushed.not_pushed.is_empty() => Ok(pattern.into()),
            _ => Err(fail(inexact(&pushed.not_pushed))),
        }
    }
}

fn inexact(quals: &[QualPath]) -> String {
    let named = quals.iter().take(MOST_NAMED);
    let mut named: Vec<_> = named.map(|qual| format!("`{qual}`")).collect();
    if let Some(more) = quals.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        named.push(format!("{more} more"));
    }
    format!(
        "no filter pattern of at most {} characters says exactly the same as {}; a pattern has one condition for each \
         field and cannot put \"or\" between fields. Leave these filters out, or write them so that each asks one field \
         for values, for one range, or for a network that ends at an octet",
        filter_pattern::MAX_LENGTH,
        named.join(", ")
    )
}

#[cfg(test)]
mod tests;
