//! Judges what is watched: the ids, the resource type, and what depends on it.

use super::super::model::{ALL, FlowLog};
use super::super::target::{
    Family, RESOURCE_TYPES, Watched, arguments, prefix_of_argument, prefix_of_id, prefix_of_type,
    type_of_id,
};
use crate::arn::{is_arn_like, resource_id};
use crate::framework::{Attr, Diagnostics};

/// Ids that are often given, of things that have no flow logs: what to watch instead.
const NOT_WATCHED: [(&str, &str); 9] = [
    (
        "i-",
        "An instance is watched by its network interface (eni-…), its subnet or its VPC",
    ),
    (
        "sg-",
        "A security group has no traffic of its own: watch the VPC, and look for `action`",
    ),
    (
        "igw-",
        "An internet gateway is watched by the VPC that it is attached to",
    ),
    ("rtb-", "A route table is watched by its VPC or its subnets"),
    (
        "acl-",
        "A network ACL is watched by its subnets, and `action` tells what it refused",
    ),
    (
        "vpce-",
        "A VPC endpoint is watched by its network interfaces (eni-…)",
    ),
    (
        "pcx-",
        "A peering connection is watched by the VPCs at its ends",
    ),
    ("vgw-", "A virtual private gateway is watched by its VPC"),
    ("fl-", "That is the id of a flow log"),
];

/// Judges all of it.
pub(super) fn judge(config: &FlowLog, watched: &Watched, diagnostics: &mut Diagnostics) {
    targets(config, diagnostics);
    resource_type(config, watched, diagnostics);
    traffic_type(config, watched, diagnostics);
    interval(config, watched, diagnostics);
}

fn targets(config: &FlowLog, diagnostics: &mut Diagnostics) {
    let arguments = arguments(config);
    if arguments
        .iter()
        .all(|(_, value)| !value.is_unknown() && value.given().is_none())
    {
        diagnostics.error(
            "resource_id",
            "nothing-to-watch",
            "Nothing to watch",
            "A flow log watches one resource. Set one of vpc_id, subnet_id, eni_id, \
             transit_gateway_id, transit_gateway_attachment_id, regional_nat_gateway_id, or \
             resource_id with the id of any of these.",
        );
    }
    let mut first: Option<(&str, &str)> = None;
    for (name, value) in arguments {
        let Some(id) = value.given() else { continue };
        well_formed_id(name, id, diagnostics);
        match first {
            Some((other, before)) if before != id => {
                let detail = format!(
                    "`{name}` is \"{id}\", but `{other}` is \"{before}\". A flow log watches one \
                     resource: remove one of the two, and declare another flow log for it."
                );
                diagnostics.error(
                    name,
                    "two-different-resources-to-watch",
                    "Two different resources to watch",
                    detail,
                );
            }
            _ => first = first.or(Some((name, id))),
        }
    }
}

fn well_formed_id(name: &str, id: &str, diagnostics: &mut Diagnostics) {
    let problem = match prefix_of_argument(name) {
        Some(prefix) if !id.starts_with(prefix) => {
            format!("ids of this kind begin with `{prefix}`")
        }
        Some("tgw-") if id.starts_with("tgw-attach-") => {
            "this is the id of an attachment: use transit_gateway_attachment_id".to_owned()
        }
        Some(prefix) if !resource_id::has_form(id, prefix) => {
            format!("`{prefix}` is followed by 8 or 17 hexadecimal digits")
        }
        None if is_arn_like(id) => "an id is needed here, not an ARN".to_owned(),
        None if id.contains(char::is_whitespace) => "an id has no white space".to_owned(),
        None => match prefix_of_id(id) {
            Some(prefix) if !resource_id::has_form(id, prefix) => {
                format!("`{prefix}` is followed by 8 or 17 hexadecimal digits")
            }
            _ => return,
        },
        Some(_) => return,
    };
    let detail = format!("`{name}` is \"{id}\"; {problem}.");
    diagnostics.error(name, "malformed-id", "Malformed id", detail);
}

fn resource_type(config: &FlowLog, watched: &Watched, diagnostics: &mut Diagnostics) {
    let Some(id) = watched.id.given().filter(|id| !is_arn_like(id)) else {
        return;
    };
    match (type_of_id(id), config.resource_type.given()) {
        (Some(told), Some(written)) if told != written => {
            let detail = format!(
                "`resource_type` is \"{written}\", but \"{id}\" is the id of a {told}. Remove \
                 `resource_type`; it follows from the id."
            );
            diagnostics.error(
                "resource_type",
                "wrong-resource-type",
                "Wrong resource type",
                detail,
            );
        }
        (None, Some(written)) if prefix_of_type(written).is_some() => {
            let detail = format!(
                "`resource_type` is \"{written}\", but \"{id}\" is not the id of one: such ids begin \
                 with `{}`.",
                prefix_of_type(written).unwrap_or_default()
            );
            diagnostics.error(
                "resource_type",
                "wrong-resource-type",
                "Wrong resource type",
                detail,
            );
        }
        (None, None) if !config.resource_type.is_unknown() => {
            let instead = NOT_WATCHED
                .iter()
                .find(|(prefix, _)| id.starts_with(prefix));
            let (path, detail) = match instead {
                Some((_, instead)) => (
                    "resource_id",
                    format!("\"{id}\" cannot be watched. {instead}."),
                ),
                None => (
                    "resource_type",
                    format!(
                        "The prefix of \"{id}\" does not tell what it is. Set `resource_type` to one \
                         of: {}.",
                        RESOURCE_TYPES.join(", ")
                    ),
                ),
            };
            diagnostics.error(path, "resource-type-needed", "Resource type needed", detail);
        }
        _ => {}
    }
}

fn traffic_type(config: &FlowLog, watched: &Watched, diagnostics: &mut Diagnostics) {
    let Some(resource_type) = watched.resource_type.known() else {
        return;
    };
    match (Family::of(resource_type), &config.traffic_type) {
        (Some(Family::Vpc | Family::Nat), Attr::Null) => {
            let detail = format!(
                "A flow log of a {resource_type} needs `traffic_type`: \"ALL\" records everything, \
                 \"REJECT\" only what was refused, \"ACCEPT\" only what was let through."
            );
            diagnostics.error(
                "traffic_type",
                "traffic-type-needed",
                "Traffic type needed",
                detail,
            );
        }
        (Some(Family::Transit), Attr::Known(written)) if written != ALL => {
            let detail = format!(
                "`traffic_type` is \"{written}\", but AWS takes no traffic type for a {resource_type}: all traffic \
                 is recorded. The argument is kept as written and has no effect."
            );
            diagnostics.warning(
                "traffic_type",
                "traffic-type-has-no-effect",
                "Traffic type has no effect",
                detail,
            );
        }
        _ => {}
    }
}

fn interval(config: &FlowLog, watched: &Watched, diagnostics: &mut Diagnostics) {
    let family = watched
        .resource_type
        .known()
        .and_then(|name| Family::of(name));
    if family == Some(Family::Transit) && config.max_aggregation_interval == Attr::Known(600) {
        diagnostics.error(
            "max_aggregation_interval",
            "aggregation-interval-not-possible",
            "Aggregation interval not possible",
            "For transit gateways and Cloud WAN the interval is 60 seconds. Remove the argument.",
        );
    }
}
