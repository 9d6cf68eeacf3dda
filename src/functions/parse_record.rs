//! The function `parse_record`: a line of a flow log as an object with the columns of an event.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{optional, record_format};
use crate::cty::{Type, Value};
use crate::framework::{Function, FunctionError};
use crate::record::field::{self, FIELDS, Field, Kind};
use crate::record::{self, Format, Likeness, ParseError, Row, Values as _};

/// The attribute with the fields that have no column.
const FIELDS_ATTRIBUTE: &str = "fields";

/// Parses a line of a flow log.
///
/// The result has the same attributes as an event of `vpcflow_log_events`. Numbers are numbers, and times are in RFC
/// 3339 format. A field without a value (`-`) and a field that the format does not contain are null. `fields` contains
/// all other fields of the format by their AWS names, with null for `-`.
///
/// Without a format, a line that is a JSON object is parsed as an ExternalFlow event of Yandex Cloud.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ParseRecord {
    /// The line, as in CloudWatch Logs or in a plain-text file in S3.
    line: String,
    /// The record format of the flow log (`log_format`). Defaults to the default format of AWS for VPCs, which has 14
    /// fields.
    #[serde(default)]
    format: Vec<Option<String>>,
}

impl Function for ParseRecord {
    const NAME: &'static str = "parse_record";

    fn returns() -> Type {
        let column = |field: &Field| match field.kind {
            Kind::Integer => Type::Number,
            Kind::Text | Kind::Address | Kind::Seconds => Type::String,
        };
        let columns = columns().map(|(name, field)| (name, column(field)));
        Type::object(columns.chain([(FIELDS_ATTRIBUTE, Type::map(Type::String))]))
    }

    fn call(self) -> Result<Value, FunctionError> {
        let format = if self.is_event() {
            record::yandex::format()
        } else {
            record_format(&self.format)?
        };
        let row = self.read(&format)?;
        let columns = columns().map(|(name, field)| {
            let place = format.position(field.name);
            let value = place.and_then(|place| column(&row, place, field.kind));
            (name, value.unwrap_or(Value::Null))
        });
        let of_line = matches!(row, Row::Line(_));
        let value = |place| {
            row.text(place)
                .map_or(Value::Null, |text| text.as_ref().into())
        };
        let more = row.more().iter();
        let others = (0..)
            .zip(format.names())
            .filter(|(_, name)| field::find(name).is_none_or(|field| field.column.is_none()))
            .map(|(place, name)| (name.as_str(), value(place)))
            // An event has only the fields that it contains.
            .filter(|(_, value)| of_line || *value != Value::Null)
            .chain(more.map(|(name, text)| (name.as_str(), text.as_str().into())));
        let others = (FIELDS_ATTRIBUTE, Value::map(others));
        Ok(Value::map(columns.chain([others])))
    }
}

impl ParseRecord {
    /// Reports whether the line is a JSON event, which has its own format.
    fn is_event(&self) -> bool {
        let no_format = matches!(optional("format", &self.format), Ok(None));
        no_format && self.line.trim_start().starts_with('{')
    }

    fn read<'a>(&'a self, format: &'a Format) -> Result<Row<'a>, FunctionError> {
        let fail = |text: String| FunctionError::new(text).at("line");
        if self.is_event() {
            let flow = record::yandex::parse_event(&self.line);
            let flow = flow.map_err(|error| match Likeness::of(&self.line) {
                Some(wrapped @ Likeness::Wrapped { .. }) => fail(wrapped.to_string()),
                _ => fail(error.to_string()),
            })?;
            return Ok(Row::ExternalFlow(flow));
        }
        let record = record::parse(&self.line, format).map_err(|error| {
            let hint = match (&error, optional("format", &self.format)) {
                (ParseError::Count { .. }, Ok(None)) => {
                    "; pass the record format of the flow log as the second argument"
                }
                _ => "",
            };
            fail(format!("{error}{hint}"))
        })?;
        Ok(Row::Line(record))
    }
}

/// Returns the fields that have a column, with its name.
fn columns() -> impl Iterator<Item = (&'static str, &'static Field)> {
    FIELDS
        .iter()
        .filter_map(|field| Some((field.column?, field)))
}

fn column(row: &Row<'_>, place: usize, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Integer => row.integer(place).map(Value::from),
        Kind::Text | Kind::Address => row.text(place).map(|text| text.as_ref().into()),
        Kind::Seconds => row.time(place).map(|time| time.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::Map;

    const LINE: &str = "2 012345678901 eni-0a1 10.0.0.1 10.0.0.2 443 49152 6 10 840 1432917027 1432917142 ACCEPT OK";

    fn parse(line: &str, format: &[&str]) -> Result<Value, FunctionError> {
        let format = format.iter().map(|text| Some((*text).to_owned()));
        ParseRecord {
            line: line.to_owned(),
            format: format.collect(),
        }
        .call()
    }

    #[test]
    fn the_default_format_needs_no_argument() {
        let record = parse(LINE, &[]).unwrap();
        let expected = [
            ("version", Value::from(2)),
            ("interface_account_id", "012345678901".into()),
            ("src_addr", "10.0.0.1".into()),
            ("dst_port", 49152.into()),
            ("bytes", 840.into()),
            ("start", "2015-05-29T16:30:27Z".into()),
            ("end", "2015-05-29T16:32:22Z".into()),
            ("log_status", "OK".into()),
            ("vpc_id", Value::Null),
            ("fields", Value::Map(Map::new())),
        ];
        for (name, value) in expected {
            assert_eq!(record.get(name), Some(&value), "{name}");
        }
        assert_eq!(parse(LINE, &[""]).unwrap(), record);
    }

    #[test]
    fn other_fields_go_by_their_own_names_and_a_dash_is_null() {
        let format = "${action} ${srcport} ${az-id} ${reject-reason} ${newer-field}";
        let record = parse("REJECT - use1-az1 - x", &[format]).unwrap();
        assert_eq!(record.get("action"), Some(&"REJECT".into()));
        assert_eq!(record.get("src_port"), Some(&Value::Null));
        let fields = record.get("fields").unwrap();
        assert_eq!(fields.get("az-id"), Some(&"use1-az1".into()));
        assert_eq!(fields.get("reject-reason"), Some(&Value::Null));
        assert_eq!(fields.get("newer-field"), Some(&"x".into()));
        assert_eq!(fields.get("action"), None);
    }

    #[test]
    fn an_external_flow_has_the_same_columns() {
        let event = r#"{"eventType":"a.ExternalFlow","details":{"srcAddr":"10.0.0.1","dstPort":"22","nat":"x","new":1}}"#;
        let record = parse(event, &[]).unwrap();
        assert_eq!(record.get("src_addr"), Some(&"10.0.0.1".into()));
        assert_eq!(record.get("dst_port"), Some(&22.into()));
        assert_eq!(record.get("bytes"), Some(&Value::Null));
        let fields = record.get("fields").unwrap();
        assert_eq!(fields.get("nat"), Some(&"x".into()));
        assert_eq!(fields.get("new"), Some(&"1".into()));
        assert_eq!(fields.get("sampled"), None);
        let error = parse("{\"event_type\":\"other\"}", &[]).unwrap_err();
        assert_eq!(error.path.to_string(), "line");
        assert!(
            error.text.contains("not an ExternalFlow event"),
            "{error:?}"
        );
    }

    #[test]
    fn the_result_is_of_the_declared_type() {
        let record = parse(LINE, &[]).unwrap();
        let bytes = crate::cty::msgpack::encode(&record, &ParseRecord::returns()).unwrap();
        let again = crate::cty::msgpack::decode(&bytes, &ParseRecord::returns()).unwrap();
        assert_eq!(again, record);
    }

    #[test]
    fn an_error_points_at_the_line_or_at_the_format() {
        let cases: [(&str, &[&str], &str, &str); 5] = [
            (
                "2 1",
                &[],
                "line",
                "the line has 2 values, but its record format has 14 fields; pass",
            ),
            ("2 1", &["${version}"], "line", "has 1 fields"),
            (
                "x",
                &["${version}"],
                "line",
                "`x` in field version is not a number",
            ),
            ("2", &["version"], "format", "write `${version}`"),
            (
                "2",
                &["${version}", "${version}"],
                "format[1]",
                "only one `format`",
            ),
        ];
        for (line, format, path, text) in cases {
            let error = parse(line, format).unwrap_err();
            assert_eq!(error.path.to_string(), path);
            assert!(error.text.contains(text), "{error:?}");
        }
    }
}
