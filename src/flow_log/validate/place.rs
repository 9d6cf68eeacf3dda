//! Judges whether a flow log reaches what it names from where it is: regions and partitions.
//!
//! A bucket may be in any region; a log group and a delivery stream are in the flow log's own.

use super::super::destination::{FIREHOSE, LOGS, type_of_arn};
use super::super::model::FlowLog;
use crate::arn::{Arn, partition};
use crate::framework::Diagnostics;

/// Judges what a configuration names, for the region that the flow log is in, if it is known.
pub(super) fn judge(config: &FlowLog, region: Option<&str>, diagnostics: &mut Diagnostics) {
    let destination = ("log_destination", &config.log_destination);
    let delivery = ("iam_role_arn", &config.iam_role_arn);
    let cross = (
        "deliver_cross_account_role",
        &config.deliver_cross_account_role,
    );
    let mut first: Option<(&str, &str)> = None;
    for (name, value) in [destination, delivery, cross] {
        let Some(arn) = value.given().and_then(Arn::parse) else {
            continue;
        };
        if let Some(region) = region.filter(|_| arn.service == "iam") {
            in_partition(name, &arn, region, diagnostics);
        }
        match first {
            Some((other, before)) if before != arn.partition => {
                let detail = format!(
                    "`{name}` is an ARN of the partition {}, but `{other}` is one of {before}. Nothing is \
                     delivered from one partition to another: use ARNs of one partition.",
                    arn.partition
                );
                diagnostics.error(
                    name,
                    "two-different-partitions",
                    "Two different partitions",
                    detail,
                );
            }
            _ => first = first.or(Some((name, arn.partition))),
        }
    }
    if let (Some(arn), Some(region)) = (destination.1.given(), region) {
        in_region(arn, region, diagnostics);
    }
}

/// A partition that is not known here is not judged: AWS opens new ones.
fn in_partition(name: &str, arn: &Arn<'_>, region: &str, diagnostics: &mut Diagnostics) {
    let wanted = partition::of_region(region);
    if wanted == arn.partition || !partition::is_known(arn.partition) {
        return;
    }
    let detail = format!(
        "`{name}` is a role of the partition {}, but the flow log is in {region}, which belongs to the \
         partition {wanted}. Give a role whose ARN begins with \"arn:{wanted}:\".",
        arn.partition
    );
    diagnostics.error(
        name,
        "role-of-another-partition",
        "Role of another partition",
        detail,
    );
}

fn in_region(text: &str, region: &str, diagnostics: &mut Diagnostics) {
    let there = Arn::parse(text).and_then(|arn| arn.region);
    let Some(there) = there.filter(|there| *there != region) else {
        return;
    };
    let noun = match type_of_arn(text) {
        Some(LOGS) => "log group",
        Some(FIREHOSE) => "delivery stream",
        _ => return,
    };
    let detail = format!(
        "`log_destination` is a {noun} in {there}, but the flow log is in {region}. A flow log delivers to a \
         {noun} of its own region only. If what it watches is in {there}, set region = \"{there}\" on the \
         resource; else give a {noun} in {region}, or a bucket, which may be in any region."
    );
    diagnostics.error(
        "log_destination",
        "destination-in-another-region",
        "Destination in another region",
        detail,
    );
}
