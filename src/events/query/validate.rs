//! The checks of arguments that are known.

use super::arguments::Query;
use super::quals::Quals;
use super::{conditions, window};
use crate::arn::bucket::{Uri, UriProblem};
use crate::framework::{Diagnostic, Diagnostics};
use crate::record::Format;
use crate::record::dialect::filter_pattern;
use crate::record::format::{Flaw, FormatError};

/// Checks the arguments that are known.
pub(crate) fn validate(query: &Query, quals: &Quals, diagnostics: &mut Diagnostics) {
    let sources = [&query.flow_log_id, &query.log_group_name, &query.s3_uri];
    let unknown = sources.iter().any(|source| source.is_unknown());
    if !unknown && sources.iter().all(|source| source.given().is_none()) {
        diagnostics.push(one_source());
    }
    bucket(query, diagnostics);
    validate_question(query, quals, diagnostics);
}

/// Checks what is asked, wherever the records are.
pub(crate) fn validate_question(query: &Query, quals: &Quals, diagnostics: &mut Diagnostics) {
    diagnostics.extend(window::validate(query));
    record_type(query, diagnostics);
    conditions::parse(query, quals, diagnostics);
    format(query, diagnostics);
    let length = query
        .filter_pattern
        .given()
        .map(|text| text.chars().count());
    if let Some(length) = length.filter(|length| *length > filter_pattern::MAX_LENGTH) {
        let detail = format!(
            "The pattern has {length} characters. CloudWatch Logs accepts at most {}.",
            filter_pattern::MAX_LENGTH
        );
        let summary = "Filter pattern too long";
        diagnostics.error("filter_pattern", "filter-pattern-too-long", summary, detail);
    }
}

/// Reports that exactly one source is required.
pub(crate) fn one_source() -> Diagnostic {
    let detail = "Set exactly one of `flow_log_id` (the id of a flow log), `log_group_name` (the name or ARN of a \
                  CloudWatch Logs log group) and `s3_uri` (a bucket and a prefix, such as s3://my-bucket/my-prefix).";
    Diagnostic::error(
        "exactly-one-source-needed",
        "Exactly one source needed",
        detail,
    )
    .at("flow_log_id")
}

/// Checks that the source allows the arguments. Where a flow log delivers to is not known yet.
fn bucket(query: &Query, diagnostics: &mut Diagnostics) {
    let Some(uri) = query.s3_uri.given() else {
        return;
    };
    if let Err(problem) = Uri::parse(uri) {
        diagnostics.push(malformed_uri(uri, problem));
    }
    for (name, given) in query.only_for_log_groups() {
        if given {
            diagnostics.push(not_for_buckets(name));
        }
    }
}

/// Reports an argument that has no meaning for objects of a bucket.
pub(crate) fn not_for_buckets(name: &str) -> Diagnostic {
    let detail = format!(
        "The records are objects of a bucket, and `{name}` is only for log groups. Remove `{name}`."
    );
    let summary = "Not possible for records in a bucket";
    Diagnostic::error("not-possible-for-records-in-a-bucket", summary, detail).at(name)
}

/// Reports a URI that cannot be parsed.
pub(crate) fn malformed_uri(uri: &str, problem: UriProblem) -> Diagnostic {
    let why = match problem {
        UriProblem::Scheme => "it must begin with s3://",
        UriProblem::Name => "the name of the bucket is not valid",
    };
    let detail = format!("`s3_uri` is \"{uri}\"; {why}. Example: s3://my-bucket/my-prefix.");
    Diagnostic::error("malformed-s3-uri", "Malformed S3 URI", detail).at("s3_uri")
}

/// Reports a record format that cannot be parsed.
pub(crate) fn malformed_format(text: &str, problem: &FormatError) -> Diagnostic {
    let detail = format!("`log_format` is \"{text}\"; {problem}.");
    Diagnostic::error("malformed-record-format", "Malformed record format", detail).at("log_format")
}

/// Checks that the record type allows the arguments.
fn record_type(query: &Query, diagnostics: &mut Diagnostics) {
    if query.record_type().format().is_none() {
        return;
    }
    for (name, value) in [
        ("flow_log_id", &query.flow_log_id),
        ("log_format", &query.log_format),
    ] {
        if value.given().is_some() {
            let record_type = query.record_type.given().unwrap_or_default();
            let detail = format!(
                "Records of type {record_type} have a fixed format and do not come from AWS flow logs. Set \
                 `log_group_name` to their log group, or `s3_uri` to their bucket, and remove `{name}`."
            );
            diagnostics.error(
                name,
                "not-possible-for-this-type-of-record",
                "Not possible for this type of record",
                detail,
            );
        }
    }
}

/// Checks the record format by the rules of the resource.
fn format(query: &Query, diagnostics: &mut Diagnostics) {
    let Some(text) = query.log_format.given() else {
        return;
    };
    let format = match Format::parse(text) {
        Ok(format) => format,
        Err(error) => {
            diagnostics.push(malformed_format(text, &error));
            return;
        }
    };
    for flaw in format.flaws() {
        match &flaw {
            Flaw::Alias { .. } => {
                let (rule, summary) = ("not-a-record-field", "Not a record field");
                diagnostics.error("log_format", rule, summary, flaw.to_string());
            }
            Flaw::Mixed { .. } => {
                let summary = "Fields of different kinds of flow log";
                diagnostics.error(
                    "log_format",
                    "mixed-record-fields",
                    summary,
                    flaw.to_string(),
                );
            }
            Flaw::Unknown { .. } => {
                let detail = format!("{flaw} Its values are read as text.");
                let (rule, summary) = ("unknown-record-field", "Unknown record field");
                diagnostics.warning("log_format", rule, summary, detail);
            }
        }
    }
}
