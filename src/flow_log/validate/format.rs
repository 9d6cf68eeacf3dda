//! Checks the record format: names of fields, and fields that flow logs of the watched resource do not record.

use super::super::model::FlowLog;
use super::super::watched::Watched;
use super::problem::{FormatProblem, Problem};
use super::tag_field;
use crate::record::{field, format};

const PATH: &str = "log_format";

/// Checks the record format, and the tags that become fields.
pub(super) fn check(config: &FlowLog, watched: &Watched<'_>, problems: &mut Vec<Problem>) {
    let specified = tag_field::check(config, problems);
    if config.log_format.is_unknown() {
        return;
    }
    let names = match config.log_format.given() {
        // The default formats have no tag fields.
        None => Vec::new(),
        Some(text) => match format::names(text) {
            Ok(names) => names,
            Err(error) => {
                let text = text.to_owned();
                problems.push(Problem::at(PATH, FormatProblem::Malformed { text, error }));
                return;
            }
        },
    };
    let family = watched
        .resource_type
        .into_known()
        .and_then(family_of_fields);
    for name in &names {
        let kind = match field::find(name) {
            Some(found) => family.and_then(|(family, of)| other_family(found, family, of)),
            None => Some(not_found(name)),
        };
        problems.extend(kind.map(|kind| Problem::at(PATH, kind)));
    }
    if let Some(specified) = specified {
        tag_field::compare(&names, &specified, problems);
    }
}

fn not_found(name: &str) -> FormatProblem {
    let similar = field::suggest(name);
    let name = name.to_owned();
    match similar {
        Some(similar) => FormatProblem::NotAField {
            name,
            similar: similar.name,
        },
        None => FormatProblem::UnknownField { name },
    }
}

/// Returns which fields flow logs of a resource type record. Nothing documents those of Cloud WAN.
fn family_of_fields(resource_type: &str) -> Option<(field::Family, &str)> {
    let family = match resource_type {
        "VPC" | "Subnet" | "NetworkInterface" | "RegionalNatGateway" => field::Family::Vpc,
        "TransitGateway" | "TransitGatewayAttachment" => field::Family::TransitGateway,
        _ => return None,
    };
    Some((family, resource_type))
}

fn other_family(
    found: &field::Field,
    family: field::Family,
    resource_type: &str,
) -> Option<FormatProblem> {
    let is_recorded = found.family == field::Family::Both || found.family == family;
    (!is_recorded).then(|| FormatProblem::OtherFamily {
        field: found.name,
        family: found.family,
        resource_type: resource_type.to_owned(),
    })
}
