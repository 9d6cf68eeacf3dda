//! The provider's functions: records, formats, filter patterns, and the policies that delivery needs.
//!
//! | file | contents |
//! |---|---|
//! | `parse_record` | a line of a flow log as an object |
//! | `log_format` | a record format of field names |
//! | `filter_pattern`, `quals` | quals as a CloudWatch filter pattern, exactly or not at all |
//! | `athena_table` | the statement that creates a table of Athena over objects in S3 |
//! | `policy` | the policies that allow AWS to deliver |
//!
//! Functions are pure and work whether or not the provider is configured. This room must not know gRPC, the SDKs or the
//! nouns.

mod athena_table;
mod filter_pattern;
mod log_format;
mod parse_record;
mod policy;
mod quals;

pub use athena_table::AthenaTable;
pub use filter_pattern::FilterPattern;
pub use log_format::LogFormat;
pub use parse_record::ParseRecord;
pub use policy::{DeliveryBucketPolicy, DeliveryRolePolicy, DeliveryTrustPolicy};

use crate::cty::Path;
use crate::framework::{Catalogue, FunctionError};
use crate::record::Format;
use crate::record::format::Flaw;

/// Adds all functions to a catalogue.
pub fn add<C: Send + Sync + 'static>(catalogue: Catalogue<C>) -> Catalogue<C> {
    catalogue
        .function::<ParseRecord>()
        .function::<LogFormat>()
        .function::<FilterPattern>()
        .function::<AthenaTable>()
        .function::<DeliveryTrustPolicy>()
        .function::<DeliveryRolePolicy>()
        .function::<DeliveryBucketPolicy>()
}

/// Returns the optional last argument. Null and an empty string count as not set.
fn optional<'a>(name: &str, given: &'a [Option<String>]) -> Result<Option<&'a str>, FunctionError> {
    match given {
        [] => Ok(None),
        [only] => Ok(only.as_deref().filter(|text| !text.is_empty())),
        [_, _, ..] => {
            let text = format!("only one `{name}` can be given");
            Err(FunctionError::new(text).at(Path::from(name).index(1)))
        }
    }
}

/// Returns the record format of the argument `format`. The default is AWS's default format for VPCs.
fn record_format(given: &[Option<String>]) -> Result<Format, FunctionError> {
    match optional("format", given)? {
        Some(text) => parse_format("format", text),
        None => Ok(Format::vpc_default()),
    }
}

/// Parses the record format of an argument.
fn parse_format(argument: &str, text: &str) -> Result<Format, FunctionError> {
    let fail = |problem: &str| {
        let text = format!("\"{text}\" is not a record format: {problem}");
        FunctionError::new(text).at(argument)
    };
    let format = Format::parse(text).map_err(|error| fail(&error.to_string()))?;
    let flaws = format.flaws().into_iter();
    // An unknown field may be newer than the field table.
    let mut wrong = flaws.filter(|flaw| !matches!(flaw, Flaw::Unknown { .. }));
    match wrong.next() {
        Some(flaw) => Err(fail(flaw.to_string().trim_end_matches('.'))),
        None => Ok(format),
    }
}
