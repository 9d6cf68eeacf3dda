//! Checks the watched resource: its ids, its type, and what depends on the type.

use super::super::model::{ALL, FlowLog};
use super::super::target::{Family, prefix_of_argument, prefix_of_id, prefix_of_type, type_of_id};
use super::super::watched::{Watched, arguments};
use super::problem::{MalformedId, Problem, TargetProblem};
use crate::arn::{is_arn_like, resource_id};
use crate::framework::Attr;

/// The prefixes of resources that have no flow logs, each with what to do instead.
const NOT_WATCHED: [(&str, &str); 9] = [
    (
        "i-",
        "To record an instance, use its network interface (eni-…), its subnet or its VPC",
    ),
    (
        "sg-",
        "To see what a security group rejects, record the VPC and look at the field `action`",
    ),
    (
        "igw-",
        "To record an internet gateway, use the VPC that it is attached to",
    ),
    (
        "rtb-",
        "To record the traffic of a route table, use its VPC or its subnets",
    ),
    (
        "acl-",
        "To see what a network ACL rejects, record its subnets and look at the field `action`",
    ),
    (
        "vpce-",
        "To record a VPC endpoint, use its network interfaces (eni-…)",
    ),
    (
        "pcx-",
        "To record a peering connection, use the VPCs that it connects",
    ),
    ("vgw-", "To record a virtual private gateway, use its VPC"),
    ("fl-", "This is the ID of a flow log"),
];

/// Checks the watched resource.
pub(super) fn check(config: &FlowLog, watched: &Watched<'_>, problems: &mut Vec<Problem>) {
    ids(config, problems);
    resource_type(config, watched, problems);
    traffic_type(config, watched, problems);
    interval(config, watched, problems);
}

fn ids(config: &FlowLog, problems: &mut Vec<Problem>) {
    let arguments = arguments(config);
    let is_absent = |value: &Attr<String>| !value.is_unknown() && value.given().is_none();
    if arguments.iter().all(|(_, value)| is_absent(value)) {
        problems.push(Problem::at("resource_id", TargetProblem::Missing));
    }
    let mut first: Option<(&'static str, &str)> = None;
    for (name, value) in arguments {
        let Some(id) = value.given() else { continue };
        if let Some(why) = malformed(name, id) {
            let id = id.to_owned();
            problems.push(Problem::at(name, TargetProblem::MalformedId { id, why }));
        }
        match first {
            Some((other, other_id)) if other_id != id => {
                let kind = TargetProblem::Two {
                    id: id.to_owned(),
                    other,
                    other_id: other_id.to_owned(),
                };
                problems.push(Problem::at(name, kind));
            }
            _ => first = first.or(Some((name, id))),
        }
    }
}

fn malformed(argument: &str, id: &str) -> Option<MalformedId> {
    let prefix = prefix_of_argument(argument);
    match prefix {
        Some(prefix) if !id.starts_with(prefix) => return Some(MalformedId::Prefix(prefix)),
        Some("tgw-") if id.starts_with("tgw-attach-") => return Some(MalformedId::Attachment),
        None if is_arn_like(id) => return Some(MalformedId::Arn),
        None if id.contains(char::is_whitespace) => return Some(MalformedId::WhiteSpace),
        Some(_) | None => {}
    }
    let prefix = prefix.or_else(|| prefix_of_id(id))?;
    (!resource_id::has_form(id, prefix)).then_some(MalformedId::Digits(prefix))
}

fn resource_type(config: &FlowLog, watched: &Watched<'_>, problems: &mut Vec<Problem>) {
    const PATH: &str = "resource_type";
    let id = watched.id.into_known().filter(|id| !is_arn_like(id));
    let Some(id) = id else { return };
    let actual = type_of_id(id);
    match (actual, config.resource_type.given()) {
        (None, None) if config.resource_type.is_unknown() => {}
        (None, None) => {
            let instead = NOT_WATCHED
                .iter()
                .find(|(prefix, _)| id.starts_with(prefix));
            let id = id.to_owned();
            problems.push(match instead {
                Some((_, instead)) => {
                    Problem::at("resource_id", TargetProblem::NotWatched { id, instead })
                }
                None => Problem::at(PATH, TargetProblem::TypeMissing { id }),
            });
        }
        (Some(actual), Some(written)) if actual == written => {}
        (actual, Some(written)) => {
            // The ids of some types have no prefix of their own, and nothing contradicts those.
            let prefix = prefix_of_type(written);
            if actual.is_some() || prefix.is_some() {
                let kind = TargetProblem::WrongType {
                    written: written.to_owned(),
                    id: id.to_owned(),
                    actual,
                    prefix: prefix.unwrap_or_default(),
                };
                problems.push(Problem::at(PATH, kind));
            }
        }
        (Some(_), None) => {}
    }
}

fn traffic_type(config: &FlowLog, watched: &Watched<'_>, problems: &mut Vec<Problem>) {
    let Some(resource_type) = watched.resource_type.into_known() else {
        return;
    };
    let resource_type = || resource_type.to_owned();
    let kind = match (watched.family(), &config.traffic_type) {
        (Some(Family::Vpc | Family::Nat), Attr::Null) => TargetProblem::TrafficTypeMissing {
            resource_type: resource_type(),
        },
        (Some(Family::Transit), Attr::Known(written)) if written != ALL => {
            TargetProblem::TrafficTypeHasNoEffect {
                written: written.clone(),
                resource_type: resource_type(),
            }
        }
        _ => return,
    };
    problems.push(Problem::at("traffic_type", kind));
}

fn interval(config: &FlowLog, watched: &Watched<'_>, problems: &mut Vec<Problem>) {
    let is_fixed = watched.family() == Some(Family::Transit);
    if is_fixed && config.max_aggregation_interval == Attr::Known(600) {
        problems.push(Problem::at(
            "max_aggregation_interval",
            TargetProblem::Interval,
        ));
    }
}
