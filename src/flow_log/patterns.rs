//! What `validate` asks of texts, as regular expressions for the JSON Schema of stack definitions.
//!
//! They are made of the tables that `validate` goes by, in the dialect that JSON Schema names, ECMA 262 without flags.
//! A test holds both to the same configurations.

use super::target::{prefix_of_id, prefix_of_type};
use super::validate::format::TAG_FIELDS;
use super::validate::role::CROSS_ACCOUNT_ROLE;
use crate::arn::log_group::{CHARACTER_PATTERN as GROUP, LONGEST_NAME as LONGEST_GROUP};
use crate::arn::{account, bucket, partition, resource_id};
use crate::record::field;
use crate::record::format::MAX_FIELDS;

pub(crate) use super::validate::format::LONGEST_TAG_KEY;
pub(crate) use super::validate::{LONGEST_TAG_VALUE, MOST_TAGS};

const PARTITION: &str = partition::PATTERN;
const ACCOUNT: &str = account::PATTERN;
/// What a name in a record format consists of.
const NAME: &str = "[A-Za-z0-9_-]+";

/// Gives the pattern of ids with a prefix, if digits must follow it.
pub(crate) fn id(prefix: &str) -> Option<String> {
    let digits = resource_id::DIGITS_PATTERN;
    prefix_of_id(prefix).map(|prefix| format!("^{prefix}{digits}$"))
}

/// Says whether ids of a resource type are known by their prefix.
pub(crate) fn has_prefix(resource_type: &str) -> bool {
    prefix_of_type(resource_type).is_some()
}

/// Gives the pattern of a destination: nothing, or the ARN of a log group, a bucket or a delivery stream.
pub(crate) fn destination() -> String {
    let place = format!("[^:\\s]+:{ACCOUNT}");
    let group = format!("logs:{place}:log-group:{GROUP}{{1,{LONGEST_GROUP}}}(:\\*)?");
    let bucket = bucket::PATTERN;
    let stream = format!("firehose:{place}:deliverystream/\\S+");
    format!("^(arn:{PARTITION}:({group}|{bucket}|{stream}))?$")
}

/// Gives the pattern of a log group's name, or nothing.
pub(crate) fn log_group() -> String {
    format!("^{GROUP}{{0,{LONGEST_GROUP}}}$")
}

/// Gives the pattern of a role's ARN, or nothing.
pub(crate) fn role() -> String {
    format!("^(arn:{PARTITION}:iam::{ACCOUNT}:role/\\S*[^/\\s])?$")
}

/// Gives the pattern of the ARN of a role that AWS assumes in another account, or nothing.
pub(crate) fn cross_account_role() -> String {
    format!("^(.*[:/]{CROSS_ACCOUNT_ROLE}[^/]*)?$")
}

/// Gives the pattern of a record format, or nothing.
pub(crate) fn format() -> String {
    let (space, field) = ("[ \\t\\n\\f\\r]", format!("\\$\\{{{NAME}\\}}"));
    let more = MAX_FIELDS - 1;
    format!("^({space}*{field}({space}+{field}){{0,{more}}}{space}*)?$")
}

/// Gives the pattern of a record format that names a field twice.
pub(crate) fn twice() -> String {
    format!("\\$\\{{({NAME})\\}}[\\s\\S]*\\$\\{{\\1\\}}")
}

/// Gives the pattern of a record format with a name that is a known mistake, or a field's spelt otherwise.
pub(crate) fn mistakes() -> String {
    let known: Vec<_> = field::FIELDS.iter().map(|field| field.name).collect();
    let words = known.iter().copied().chain(field::aliases()).map(spelt);
    let columns = field::FIELDS.iter().filter_map(|field| field.column);
    let words: Vec<_> = words.chain(columns.map(str::to_owned)).collect();
    let (known, words) = (known.join("|"), words.join("|"));
    format!("\\$\\{{(?!({known})\\}})[-_]*({words})[-_]*\\}}")
}

/// Gives the pattern of a record format with a field that flow logs of a resource type do not record, if any.
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

/// Gives for each type of tagged resource its name, and the patterns of its first and its second field.
pub(crate) fn tag_fields() -> [(&'static str, String, String); 3] {
    let pattern = |name: &str| format!("\\$\\{{{name}\\}}");
    TAG_FIELDS.map(|(kind, [first, second])| (kind, pattern(first), pattern(second)))
}

/// A word in small or capital letters, with hyphens and underscores anywhere.
fn spelt(word: &str) -> String {
    let letters = word.chars().filter(|letter| *letter != '-');
    let letters = letters.map(|letter| match letter.is_ascii_alphabetic() {
        true => format!("[{letter}{}]", letter.to_ascii_uppercase()),
        false => letter.to_string(),
    });
    letters.collect::<Vec<_>>().join("[-_]*")
}
