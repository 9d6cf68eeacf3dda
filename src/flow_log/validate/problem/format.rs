//! Problems of the record format, and of the tags that become record fields.

use super::super::limits::LONGEST_TAG_KEY;
use super::super::vocabulary::Vocabulary;
use crate::record::field::Family;
use crate::record::format::FormatError;

/// A problem of the record format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FormatProblem {
    /// The text is not a record format.
    Malformed {
        /// What is written.
        text: String,
        /// What is wrong with it.
        error: FormatError,
    },
    /// A name is not a field, but similar to one.
    NotAField {
        /// The name.
        name: String,
        /// The name of the similar field.
        similar: &'static str,
    },
    /// A name is not a field that this version of the provider knows.
    UnknownField {
        /// The name.
        name: String,
    },
    /// Flow logs of this resource type do not record the field.
    OtherFamily {
        /// The name of the field.
        field: &'static str,
        /// Whose flow logs record it.
        family: Family,
        /// The resource type of the flow log.
        resource_type: String,
    },
    /// No tag is specified for a field that records one.
    FieldWithoutTag {
        /// The name of the field.
        field: &'static str,
        /// The type of the tagged resource.
        resource_type: &'static str,
        /// The number of keys that are needed.
        keys: usize,
    },
}

/// A problem of the tags that become record fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TagFieldProblem {
    /// The record format has no field for the tags of a type of resource.
    WithoutField {
        /// The type of the tagged resource.
        resource_type: &'static str,
        /// The name of the field.
        field: &'static str,
    },
    /// The record format has no field for the second tag.
    SecondWithoutField {
        /// The type of the tagged resource.
        resource_type: &'static str,
        /// The name of the field.
        field: &'static str,
    },
    /// A type of resource is specified twice.
    TypeTwice {
        /// The type of the tagged resource.
        resource_type: String,
    },
    /// There are no keys.
    NoKeys {
        /// The type of the tagged resource.
        resource_type: String,
    },
    /// A key is specified twice.
    KeyTwice {
        /// The type of the tagged resource.
        resource_type: String,
        /// The key.
        key: String,
    },
    /// A key is empty or too long.
    MalformedKey {
        /// The type of the tagged resource.
        resource_type: String,
        /// The key.
        key: String,
    },
}

impl FormatProblem {
    pub(super) fn title(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed { .. } => ("malformed-record-format", "Malformed record format"),
            Self::NotAField { .. } => ("not-a-record-field", "Not a record field"),
            Self::UnknownField { .. } => ("unknown-record-field", "Unknown record field"),
            Self::OtherFamily { .. } => (
                "field-of-another-kind-of-flow-log",
                "Field of another kind of flow log",
            ),
            Self::FieldWithoutTag { .. } => ("tag-field-without-tag", "Tag field without a tag"),
        }
    }

    pub(super) fn detail(&self, name: &str, words: &dyn Vocabulary) -> String {
        match self {
            Self::Malformed { text, error } => format!("`{name}` is \"{text}\"; {error}."),
            Self::NotAField {
                name: written,
                similar,
            } => not_a_field(written, similar, words),
            Self::UnknownField { name: written } => format!(
                "This version of the provider does not know the field `{written}`. It is sent as written, and AWS \
                 refuses it if it does not exist."
            ),
            Self::OtherFamily {
                field,
                family,
                resource_type,
            } => other_family(field, *family, resource_type, words),
            Self::FieldWithoutTag {
                field,
                resource_type,
                keys,
            } => {
                let resource_type = format!("\"{resource_type}\"");
                let keys = if *keys == 1 {
                    "[\"Name\"]"
                } else {
                    "[\"Name\", \"Team\"]"
                };
                format!(
                    "The field `{}` records a tag. To specify which one, add{}",
                    words.field(field),
                    words.block(
                        "tag_field_specification",
                        &[("resource_type", &resource_type), ("tag_keys", keys)]
                    )
                )
            }
        }
    }
}

fn not_a_field(written: &str, similar: &str, words: &dyn Vocabulary) -> String {
    let (written_field, field) = (words.field(written), words.field(similar));
    let other = if similar == "start" && !written.to_lowercase().starts_with("start") {
        format!(
            " or `{}`: a record holds the times of its first and its last packet",
            words.field("end")
        )
    } else {
        String::new()
    };
    format!("There is no record field `{written_field}`. Write `{field}`{other}.")
}

fn other_family(
    field: &str,
    family: Family,
    resource_type: &str,
    words: &dyn Vocabulary,
) -> String {
    let (owners, instead) = match family {
        Family::TransitGateway => ("transit gateways", instead_of_gateway_field(field)),
        Family::Vpc | Family::Both => (
            "VPCs, subnets and network interfaces",
            instead_of_vpc_field(field),
        ),
    };
    let field = words.field(field);
    let instead: Vec<_> = instead
        .iter()
        .map(|instead| format!("`{}`", words.field(instead)))
        .collect();
    let remedy = match instead.as_slice() {
        [] => format!("Remove `{field}`."),
        instead => format!("Write {}, or remove `{field}`.", instead.join(" or ")),
    };
    format!(
        "Flow logs of {owners} record the field `{field}`, but this is a flow log of a {resource_type}. {remedy}"
    )
}

/// Returns the fields that transit gateways record instead of a field of VPCs.
fn instead_of_vpc_field(name: &str) -> &'static [&'static str] {
    match name {
        "interface-id" => &["tgw-attachment-id", "tgw-src-eni", "tgw-dst-eni"],
        "vpc-id" => &["tgw-src-vpc-id", "tgw-dst-vpc-id"],
        "subnet-id" => &["tgw-src-subnet-id", "tgw-dst-subnet-id"],
        "az-id" => &["tgw-src-az-id", "tgw-dst-az-id"],
        "resource-id" => &["tgw-id"],
        _ => &[],
    }
}

/// Returns the field that VPCs record instead of a field of transit gateways.
fn instead_of_gateway_field(name: &str) -> &'static [&'static str] {
    match name {
        "tgw-src-vpc-id" | "tgw-dst-vpc-id" => &["vpc-id"],
        "tgw-src-subnet-id" | "tgw-dst-subnet-id" => &["subnet-id"],
        "tgw-src-eni" | "tgw-dst-eni" => &["interface-id"],
        "tgw-src-az-id" | "tgw-dst-az-id" => &["az-id"],
        _ => &[],
    }
}

impl TagFieldProblem {
    pub(super) fn title(&self) -> (&'static str, &'static str) {
        match self {
            Self::WithoutField { .. } => ("tag-without-field", "Tag without a field"),
            Self::SecondWithoutField { .. } => {
                ("second-tag-without-field", "Second tag without a field")
            }
            Self::TypeTwice { .. } => ("resource-type-given-twice", "Duplicate resource type"),
            Self::NoKeys { .. } => ("no-tag-keys", "Missing tag keys"),
            Self::KeyTwice { .. } => ("tag-key-given-twice", "Duplicate tag key"),
            Self::MalformedKey { .. } => ("malformed-tag-key", "Malformed tag key"),
        }
    }

    pub(super) fn detail(&self, name: &str, words: &dyn Vocabulary) -> String {
        match self {
            Self::WithoutField {
                resource_type,
                field,
            } => format!(
                "`{name}` specifies tags of \"{resource_type}\", but the record format has no field for them. Add `{}` \
                 to `{}`, or remove the tags.",
                words.field(field),
                words.name("log_format")
            ),
            Self::SecondWithoutField {
                resource_type,
                field,
            } => format!(
                "`{name}` specifies two tags of \"{resource_type}\", but the record format has no field `{}`. The \
                 second tag is not recorded.",
                words.field(field)
            ),
            Self::TypeTwice { resource_type } => format!(
                "`{name}` specifies \"{resource_type}\" twice. Specify it once, with both keys."
            ),
            Self::NoKeys { resource_type } => {
                format!("`{name}` of \"{resource_type}\" is empty. Specify one or two keys.")
            }
            Self::KeyTwice { resource_type, key } => format!(
                "`{name}` of \"{resource_type}\" contains \"{key}\" twice. Specify each key once."
            ),
            Self::MalformedKey { resource_type, key } => format!(
                "`{name}` of \"{resource_type}\" contains \"{key}\". A key has 1 to {LONGEST_TAG_KEY} characters."
            ),
        }
    }
}
