//! Judges the record format: known mistakes, fields of the other family, and tag fields.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::{FlowLog, TagFieldSpecification};
use super::super::target::Watched;
use crate::framework::{Attr, Diagnostics};
use crate::record::format::Flaw;
use crate::record::{Format, field};

/// Each resource type with the fields of its first and its second tag.
pub(crate) const TAG_FIELDS: [(&str, [&str; 2]); 3] = [
    ("instance", ["instance-tag", "instance-tag-2"]),
    ("network-interface", ["interface-tag", "interface-tag-2"]),
    ("auto-scaling-group", ["asg-tag", "asg-tag-2"]),
];
pub(crate) const LONGEST_TAG_KEY: usize = 128;

/// Judges all of it.
pub(super) fn judge(config: &FlowLog, watched: &Watched, diagnostics: &mut Diagnostics) {
    let specified = specifications(config, diagnostics);
    let format = match (&config.log_format, config.log_format.given()) {
        (Attr::Unknown, _) => return,
        // The default formats have no tag fields.
        (_, None) => None,
        (_, Some(text)) => match Format::parse(text) {
            Ok(format) => Some(format),
            Err(error) => {
                let detail = format!("`log_format` is \"{text}\"; {error}.");
                diagnostics.error(
                    "log_format",
                    "malformed-record-format",
                    "Malformed record format",
                    detail,
                );
                return;
            }
        },
    };
    let names = format.as_ref().map_or(&[][..], Format::names);
    for flaw in format.iter().flat_map(Format::flaws) {
        amiss(&flaw, diagnostics);
    }
    for found in names.iter().filter_map(|name| field::find(name)) {
        wrong_family(found, watched, diagnostics);
    }
    if let Some(specified) = specified {
        tag_fields(names, &specified, diagnostics);
    }
}

/// Tells of a name that is none; what goes with the watched resource is judged field by field.
fn amiss(flaw: &Flaw<'_>, diagnostics: &mut Diagnostics) {
    match flaw {
        Flaw::Alias { .. } => {
            diagnostics.error(
                "log_format",
                "not-a-record-field",
                "Not a record field",
                flaw.to_string(),
            );
        }
        Flaw::Unknown { .. } => {
            let detail = format!("{flaw} It is passed on; AWS refuses it if it does not exist.");
            diagnostics.warning(
                "log_format",
                "unknown-record-field",
                "Unknown record field",
                detail,
            );
        }
        Flaw::Mixed { .. } => {}
    }
}

fn wrong_family(found: &field::Field, watched: &Watched, diagnostics: &mut Diagnostics) {
    let Some(resource_type) = watched.resource_type.known() else {
        return;
    };
    // Which fields Cloud WAN records is not documented.
    let family = match resource_type.as_str() {
        "VPC" | "Subnet" | "NetworkInterface" | "RegionalNatGateway" => field::Family::Vpc,
        "TransitGateway" | "TransitGatewayAttachment" => field::Family::TransitGateway,
        _ => return,
    };
    if found.family == field::Family::Both || found.family == family {
        return;
    }
    let name = found.name;
    let (owner, instead) = match found.family {
        field::Family::TransitGateway => ("transit gateways", instead_of_gateway_field(name)),
        _ => (
            "VPCs, subnets and network interfaces",
            instead_of_vpc_field(name),
        ),
    };
    let instead = instead.map_or_else(
        || format!("Remove `${{{name}}}`."),
        |instead| format!("Write {instead}, or remove it."),
    );
    let detail = format!(
        "The field `${{{name}}}` is recorded for {owner} only, and this is a flow log of a \
         {resource_type}. {instead}"
    );
    diagnostics.error(
        "log_format",
        "field-of-another-kind-of-flow-log",
        "Field of another kind of flow log",
        detail,
    );
}

/// What a transit gateway records in place of a field of VPCs.
fn instead_of_vpc_field(name: &str) -> Option<&'static str> {
    Some(match name {
        "interface-id" => "`${tgw-attachment-id}`, `${tgw-src-eni}` or `${tgw-dst-eni}`",
        "vpc-id" => "`${tgw-src-vpc-id}` or `${tgw-dst-vpc-id}`",
        "subnet-id" => "`${tgw-src-subnet-id}` or `${tgw-dst-subnet-id}`",
        "az-id" => "`${tgw-src-az-id}` or `${tgw-dst-az-id}`",
        "resource-id" => "`${tgw-id}`",
        _ => return None,
    })
}

/// What a VPC records in place of a field of transit gateways.
fn instead_of_gateway_field(name: &str) -> Option<&'static str> {
    Some(match name {
        "tgw-src-vpc-id" | "tgw-dst-vpc-id" => "`${vpc-id}`",
        "tgw-src-subnet-id" | "tgw-dst-subnet-id" => "`${subnet-id}`",
        "tgw-src-eni" | "tgw-dst-eni" => "`${interface-id}`",
        "tgw-src-az-id" | "tgw-dst-az-id" => "`${az-id}`",
        _ => return None,
    })
}

/// Judges the blocks and gives the number of tags of each resource type; none if some are unknown.
fn specifications(
    config: &FlowLog,
    diagnostics: &mut Diagnostics,
) -> Option<BTreeMap<String, usize>> {
    let blocks = match &config.tag_field_specification {
        Attr::Unknown => return None,
        Attr::Null => return Some(BTreeMap::new()),
        Attr::Known(blocks) => blocks,
    };
    let mut counts = BTreeMap::new();
    let mut whole = true;
    for block in blocks {
        let (Attr::Known(kind), Some(count)) = (&block.resource_type, keys(block, diagnostics))
        else {
            whole = false;
            continue;
        };
        if counts.insert(kind.clone(), count).is_some() {
            let detail = format!(
                "There are two `tag_field_specification` blocks for \"{kind}\". Join them: one block \
                 takes two keys."
            );
            diagnostics.error(
                PATH,
                "resource-type-given-twice",
                "Resource type given twice",
                detail,
            );
        }
    }
    whole.then_some(counts)
}

const PATH: &str = "tag_field_specification";

/// Judges the keys of a block, and gives their number, if it is known.
fn keys(block: &TagFieldSpecification, diagnostics: &mut Diagnostics) -> Option<usize> {
    let Attr::Known(keys) = &block.tag_keys else {
        return None;
    };
    if keys.iter().any(Attr::is_unknown) {
        return None;
    }
    let kind = block.resource_type.given().unwrap_or("…");
    let known: BTreeSet<_> = keys.iter().filter_map(|key| key.known()).collect();
    if known.is_empty() {
        let detail = format!("`tag_keys` of \"{kind}\" is empty; give one or two keys.");
        diagnostics.error(PATH, "no-tag-keys", "No tag keys", detail);
    }
    for key in &known {
        if keys
            .iter()
            .filter(|other| other.known() == Some(key))
            .count()
            > 1
        {
            let detail =
                format!("`tag_keys` of \"{kind}\" holds \"{key}\" twice; name each tag once.");
            diagnostics.error(PATH, "tag-key-given-twice", "Tag key given twice", detail);
        }
    }
    for key in &known {
        if !(1..=LONGEST_TAG_KEY).contains(&key.chars().count()) {
            let detail = format!(
                "`tag_keys` of \"{kind}\" holds \"{key}\"; a key has 1 to {LONGEST_TAG_KEY} characters."
            );
            diagnostics.error(PATH, "malformed-tag-key", "Malformed tag key", detail);
        }
    }
    Some(known.len())
}

/// Holds the tag fields of a format and the blocks against each other.
fn tag_fields(
    names: &[String],
    specified: &BTreeMap<String, usize>,
    diagnostics: &mut Diagnostics,
) {
    let has = |name: &str| names.iter().any(|known| known == name);
    for (kind, [first, second]) in TAG_FIELDS {
        let count = specified.get(kind).copied().unwrap_or(0);
        let needed = if has(second) {
            2
        } else {
            usize::from(has(first))
        };
        if needed > count {
            let name = if needed == 2 { second } else { first };
            let detail = format!(
                "The field `${{{name}}}` needs to know of which tag: add\n\n  tag_field_specification \
                 {{\n    resource_type = \"{kind}\"\n    tag_keys      = [{}]\n  }}",
                ["\"Name\"", "\"Team\""][..needed].join(", ")
            );
            diagnostics.error(
                "log_format",
                "tag-field-without-its-tag",
                "Tag field without its tag",
                detail,
            );
        }
        if count > 0 && needed == 0 {
            let detail = format!(
                "Tags of \"{kind}\" are chosen, but the record format has no field for them. Add \
                 `${{{first}}}` to `log_format` (in HCL: `$${{{first}}}`), or remove the block."
            );
            diagnostics.error(
                PATH,
                "tag-without-its-field",
                "Tag without its field",
                detail,
            );
        } else if count > needed {
            let detail = format!(
                "Two tags of \"{kind}\" are chosen, but the record format has no `${{{second}}}`: the \
                 second is not recorded."
            );
            diagnostics.warning(
                PATH,
                "tag-without-its-field",
                "Tag without its field",
                detail,
            );
        }
    }
}
