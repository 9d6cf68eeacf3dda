//! The function `log_format`: a record format from the names of existing fields.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::cty::{Path, Type, Value};
use crate::framework::{Function, FunctionError};
use crate::record::field::{self, FIELDS, Field};
use crate::text::suggest::nearest;

/// Returns a record format for the names of fields.
///
/// The result has the form that AWS requires: each name in braces after a dollar sign. The arguments do not need the
/// doubled dollar signs of a Terraform string. The function checks every name, so that an error is found before AWS
/// refuses the format. To use a field that this version of the provider does not know, write the format as a string.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LogFormat {
    /// The names of the fields as AWS writes them, such as `srcaddr`, in the order of the record.
    #[serde(default)]
    fields: Vec<String>,
}

impl Function for LogFormat {
    const NAME: &'static str = "log_format";

    fn returns() -> Type {
        Type::String
    }

    fn call(self) -> Result<Value, FunctionError> {
        if self.fields.is_empty() {
            return Err(FunctionError::new(
                "name at least one field, such as `version`",
            ));
        }
        let mut chosen: Vec<&Field> = Vec::new();
        for (index, name) in (0..).zip(&self.fields) {
            let fail =
                |text: String| FunctionError::new(text).at(Path::from("fields").index(index));
            let field = field::find(name).ok_or_else(|| fail(unknown(name)))?;
            if chosen.contains(&field) {
                return Err(fail(format!(
                    "`{name}` is named twice; name each field once"
                )));
            }
            if let Some(other) = chosen.iter().find(|other| other.excludes(field)) {
                return Err(fail(format!(
                    "`{name}` is recorded for {}, but `{}` for {}; one flow log cannot have both",
                    field.family.noun(),
                    other.name,
                    other.family.noun()
                )));
            }
            chosen.push(field);
        }
        let words = chosen.iter().map(|field| format!("${{{}}}", field.name));
        Ok(words.collect::<Vec<_>>().join(" ").into())
    }
}

fn unknown(name: &str) -> String {
    let inner = name.trim_start_matches('$').trim_start_matches('{');
    let inner = inner.trim_end_matches('}');
    if inner != name && field::find(inner).is_some() {
        return format!("`{name}` is not the name of a field; write only `{inner}`");
    }
    let meant = field::suggest(inner)
        .map(|field| field.name)
        .or_else(|| nearest(inner, FIELDS.iter().map(|field| field.name)));
    match meant {
        Some(meant) => format!("there is no field `{name}`; did you mean `{meant}`?"),
        None => format!("there is no field `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Format;

    fn format(fields: &[&str]) -> Result<Value, FunctionError> {
        let fields = fields.iter().map(|name| (*name).to_owned()).collect();
        LogFormat { fields }.call()
    }

    #[test]
    fn names_become_a_record_format() {
        let made = format(&["version", "srcaddr", "tcp-flags"]).unwrap();
        assert_eq!(made, "${version} ${srcaddr} ${tcp-flags}".into());
        for default in [Format::vpc_default(), Format::transit_gateway_default()] {
            let names: Vec<&str> = default.names().iter().map(String::as_str).collect();
            assert_eq!(format(&names).unwrap(), default.to_string().into());
        }
    }

    #[test]
    fn an_unknown_name_is_an_error_that_names_the_nearest() {
        let cases = [
            ("srcadr", "did you mean `srcaddr`?"),
            ("src_addr", "did you mean `srcaddr`?"),
            ("log_status", "did you mean `log-status`?"),
            ("timestamp", "did you mean `start`?"),
            ("srcip", "did you mean `srcaddr`?"),
            ("destination_port", "did you mean `dstport`?"),
            ("eni", "did you mean `interface-id`?"),
            ("VERSION", "did you mean `version`?"),
            ("tcp-flag", "did you mean `tcp-flags`?"),
            ("${srcaddr}", "write only `srcaddr`"),
            ("$${srcaddr}", "write only `srcaddr`"),
            ("", "there is no field ``"),
        ];
        for (name, text) in cases {
            let error = format(&["version", name]).unwrap_err();
            assert_eq!(error.path.to_string(), "fields[1]");
            assert!(error.text.contains(text), "{error:?}");
        }
    }

    #[test]
    fn what_no_flow_log_can_record_is_an_error() {
        let cases: [(&[&str], &str, &str); 4] = [
            (&[], "", "at least one field"),
            (&["end", "start", "end"], "fields[2]", "named twice"),
            (
                &["tgw-id", "interface-id"],
                "fields[1]",
                "`interface-id` is recorded for VPCs",
            ),
            (
                &["vpc-id", "version", "tgw-id"],
                "fields[2]",
                "for transit gateways, but `vpc-id`",
            ),
        ];
        for (fields, path, text) in cases {
            let error = format(fields).unwrap_err();
            assert_eq!(error.path.to_string(), path);
            assert!(error.text.contains(text), "{error:?}");
        }
    }
}
