//! The rules of `validate` for texts as regular expressions, for the JSON Schema of stack definitions.
//!
//! They are built from the tables that `validate` uses, in the dialect of JSON Schema: ECMA 262 without flags. A test
//! applies both to the same configurations.

use super::target::{prefix_of_id, prefix_of_type};
use super::validate::TAG_FIELDS;
use super::validate::limits::CROSS_ACCOUNT_ROLE;
use crate::arn::log_group::{CHARACTER_PATTERN as GROUP, LONGEST_NAME as LONGEST_GROUP};
use crate::arn::{account, bucket, partition, resource_id};
use crate::record::field;
use crate::record::format::MAX_FIELDS;

pub(crate) use super::validate::limits::{LONGEST_TAG_KEY, LONGEST_TAG_VALUE, MOST_TAGS};

const PARTITION: &str = partition::PATTERN;
const ACCOUNT: &str = account::PATTERN;
/// A name in a record format.
const NAME: &str = "[A-Za-z0-9_-]+";

/// Returns the pattern of ids with a prefix, if digits must follow it.
pub(crate) fn id(prefix: &str) -> Option<String> {
    let digits = resource_id::DIGITS_PATTERN;
    prefix_of_id(prefix).map(|prefix| format!("^{prefix}{digits}$"))
}

/// Reports whether the ids of a resource type have a prefix that AWS documents.
pub(crate) fn has_prefix(resource_type: &str) -> bool {
    prefix_of_type(resource_type).is_some()
}

/// Returns the pattern of a destination: an empty text, or the ARN of a log group, a bucket or a delivery stream.
pub(crate) fn destination() -> String {
    let place = format!("[^:\\s]+:{ACCOUNT}");
    let group = format!("logs:{place}:log-group:{GROUP}{{1,{LONGEST_GROUP}}}(:\\*)?");
    let bucket = bucket::PATTERN;
    let stream = format!("firehose:{place}:deliverystream/\\S+");
    format!("^(arn:{PARTITION}:({group}|{bucket}|{stream}))?$")
}

/// Returns the pattern of the name of a log group, which can be empty.
pub(crate) fn log_group() -> String {
    format!("^{GROUP}{{0,{LONGEST_GROUP}}}$")
}

/// Returns the pattern of the ARN of a role, which can be empty.
pub(crate) fn role() -> String {
    format!("^(arn:{PARTITION}:iam::{ACCOUNT}:role/\\S*[^/\\s])?$")
}

/// Returns the pattern of the ARN of a role that AWS assumes in another account, which can be empty.
pub(crate) fn cross_account_role() -> String {
    format!("^(.*[:/]{CROSS_ACCOUNT_ROLE}[^/]*)?$")
}

/// Returns the pattern of a record format, which can be empty.
pub(crate) fn format() -> String {
    let (space, field) = ("[ \\t\\n\\f\\r]", format!("\\$\\{{{NAME}\\}}"));
    let more = MAX_FIELDS - 1;
    format!("^({space}*{field}({space}+{field}){{0,{more}}}{space}*)?$")
}

/// Returns the pattern of a record format that contains a field twice.
pub(crate) fn twice() -> String {
    format!("\\$\\{{({NAME})\\}}[\\s\\S]*\\$\\{{\\1\\}}")
}

/// Returns the pattern of a record format with a name that is a known mistake, or another spelling of a field.
pub(crate) fn mistakes() -> String {
    let known: Vec<_> = field::FIELDS.iter().map(|field| field.name).collect();
    let words = known.iter().copied().chain(field::aliases()).map(spelt);
    let columns = field::FIELDS.iter().filter_map(|field| field.column);
    let words: Vec<_> = words.chain(columns.map(str::to_owned)).collect();
    let (known, words) = (known.join("|"), words.join("|"));
    format!("\\$\\{{(?!({known})\\}})[-_]*({words})[-_]*\\}}")
}

/// Returns the pattern of a record format with a field that flow logs of a resource type do not record, if there are any.
pub(crate) fn of_others(resource_type: &str) -> Option<String> {
    let own = match resource_type {
        "VPC" | "Subnet" | "NetworkInterface" | "RegionalNatGateway" => field::Family::Vpc,
        "TransitGateway" | "TransitGatewayAttachment" => field::Family::TransitGateway,
        _ => return None,
    };
    let others = field::FIELDS
        .iter()
        .filter(|field| field.family != own && field.family != field::Family::Both);
    let others: Vec<_> = others.map(|field| field.name).collect();
    Some(format!("\\$\\{{({})\\}}", others.join("|")))
}

/// Returns the types of tagged resources, each with the patterns of the fields of its first and its second tag.
pub(crate) fn tag_fields() -> [(&'static str, String, String); 3] {
    let pattern = |name: &str| format!("\\$\\{{{name}\\}}");
    TAG_FIELDS.map(|(kind, [first, second])| (kind, pattern(first), pattern(second)))
}

/// Returns the pattern of a word in any case, with hyphens and underscores anywhere.
fn spelt(word: &str) -> String {
    let letters = word.chars().filter(|letter| *letter != '-');
    let letters = letters.map(|letter| {
        if letter.is_ascii_alphabetic() {
            format!("[{letter}{}]", letter.to_ascii_uppercase())
        } else {
            letter.to_string()
        }
    });
    letters.collect::<Vec<_>>().join("[-_]*")
}
