//! Checks regions and partitions: whether a flow log reaches what it names from its region.
//!
//! A bucket can be in any region. A log group and a delivery stream are in the region of the flow log.

use super::super::destination::{FIREHOSE, LOGS, type_of_service};
use super::super::model::FlowLog;
use super::problem::{Problem, RegionMistake, RegionProblem};
use crate::arn::{Arn, partition};

/// Checks the region that is written.
pub(super) fn check(config: &FlowLog, problems: &mut Vec<Problem>) {
    let Some(region) = config.region.given() else {
        return;
    };
    // The name of an availability zone is often taken for that of its region.
    let of_zone = region
        .strip_suffix(|last: char| last.is_ascii_lowercase())
        .filter(|rest| rest.ends_with(|last: char| last.is_ascii_digit()));
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let why = match of_zone {
        Some(of_zone) => RegionMistake::Zone(of_zone.to_owned()),
        None if !region.chars().all(is_allowed) => RegionMistake::Characters,
        None => return,
    };
    let text = region.to_owned();
    problems.push(Problem::at(
        "region",
        RegionProblem::Malformed { text, why },
    ));
}

/// Checks the ARNs of a configuration against each other, and against the region of the flow log if it is known.
pub(super) fn reachable(config: &FlowLog, region: Option<&str>, problems: &mut Vec<Problem>) {
    let arguments = [
        ("log_destination", &config.log_destination),
        ("iam_role_arn", &config.iam_role_arn),
        (
            "deliver_cross_account_role",
            &config.deliver_cross_account_role,
        ),
    ];
    let mut first: Option<(&'static str, &str)> = None;
    for (name, value) in arguments {
        let Some(arn) = value.given().and_then(Arn::parse) else {
            continue;
        };
        if let Some(region) = region {
            let kind = match arn.service {
                "iam" => role_in_other_partition(&arn, region),
                _ if name == "log_destination" => destination_in_other_region(&arn, region),
                _ => None,
            };
            problems.extend(kind.map(|kind| Problem::at(name, kind)));
        }
        match first {
            Some((other, other_partition)) if other_partition != arn.partition => {
                let kind = RegionProblem::TwoPartitions {
                    partition: arn.partition.to_owned(),
                    other,
                    other_partition: other_partition.to_owned(),
                };
                problems.push(Problem::at(name, kind));
            }
            _ => first = first.or(Some((name, arn.partition))),
        }
    }
}

/// A partition that this release does not know is not checked, because AWS opens new ones.
fn role_in_other_partition(arn: &Arn<'_>, region: &str) -> Option<RegionProblem> {
    let needed = partition::of_region(region);
    let is_other = arn.partition != needed && partition::is_known(arn.partition);
    is_other.then(|| RegionProblem::RoleInOtherPartition {
        partition: arn.partition.to_owned(),
        region: region.to_owned(),
        needed,
    })
}

fn destination_in_other_region(arn: &Arn<'_>, region: &str) -> Option<RegionProblem> {
    let there = arn.region.filter(|there| *there != region)?;
    let kind = type_of_service(arn.service).filter(|kind| [LOGS, FIREHOSE].contains(kind))?;
    Some(RegionProblem::DestinationInOtherRegion {
        kind,
        there: there.to_owned(),
        region: region.to_owned(),
    })
}
