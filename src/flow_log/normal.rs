//! Two ways of writing one thing are one thing: the normal form of a flow log, in which they are equal, and in which it
//! is asked for.
//!
//! White space in a record format, `:*` behind a log group's ARN, a group by its name or by its ARN, options that only
//! repeat what would be so without them, arguments without effect, no tags and an empty map of tags. Pure, and must not
//! know a connection.

use super::destination::{self, LOGS, S3};
use super::identity::region_of_arn;
use super::model::{DestinationOptions, FlowLog, TagFieldSpecification};
use super::plan::{default_format, family, interval, with_defaults};
use super::target::{self, Family};
use crate::arn::log_group;
use crate::framework::Attr;

/// Gives a flow log in its normal form.
pub(crate) fn form(log: &FlowLog) -> FlowLog {
    let mut form = log.clone();
    target::derive(log, &mut form);
    destination::derive_group(log, &mut form);
    form.log_destination = form
        .log_destination
        .map(|arn| log_group::trim(&arn).to_owned());
    form.log_group_name = form
        .log_group_name
        .map(|name| log_group::trim(&name).to_owned());
    form.log_format = form.log_format.map(|format| single_blanks(&format));
    match family(&form) {
        // All traffic is recorded there, whatever is written.
        Some(Family::Transit) => form.traffic_type = Attr::Null,
        Some(Family::Vpc) => {
            let default = Attr::Known(default_format().to_owned());
            form.log_format = form.log_format.or(default);
        }
        Some(Family::Nat) | None => {}
    }
    form.max_aggregation_interval = form
        .max_aggregation_interval
        .or(interval(&form.resource_type));
    form.destination_options = options(form.destination_options, &form.log_destination_type);
    let tag_fields = form.tag_field_specification.or(Attr::Known([].into()));
    form.tag_field_specification =
        tag_fields.map(|tag_fields| tag_fields.into_iter().map(tag_field).collect());
    form.tags = form.tags.or(Attr::Known([].into()));
    form
}

/// Gives the normal forms of a flow log before and after a change.
pub(crate) fn pair(before: &FlowLog, after: &FlowLog) -> (FlowLog, FlowLog) {
    let mut before = before.clone();
    if is_told_late(&before, after) {
        before.resource_type = after.resource_type.clone();
    }
    // An empty region is told by the ARN alone, and so must become the region itself where the ARN goes.
    let told_by_arn = region_of_arn(&after.arn).map(str::to_owned);
    before.region = before.region.or(told_by_arn.into());
    let (mut before, mut after) = (form(&before), form(after));
    if is_one_group(&before, &after) {
        before.log_destination = Attr::Null;
        after.log_destination = Attr::Null;
    }
    (before, after)
}

/// Gives a record format with single blanks between its fields.
pub(crate) fn single_blanks(format: &str) -> String {
    let fields: Vec<_> = format.split_ascii_whitespace().collect();
    fields.join(" ")
}

/// EC2 describes no resource type. Where the id does not tell it either, an import can only guess, and what the
/// configuration says afterwards changes nothing.
fn is_told_late(before: &FlowLog, after: &FlowLog) -> bool {
    let id = before.resource_id.given();
    before.resource_id == after.resource_id
        && id.is_some_and(|id| target::type_of_id(id).is_none())
        && !after.resource_type.is_unknown()
}

/// Without an account to look up, nothing gives the ARN of a group that is known by its name.
fn is_one_group(before: &FlowLog, after: &FlowLog) -> bool {
    let in_logs = |log: &FlowLog| log.log_destination_type.given() == Some(LOGS);
    let same_name = before
        .log_group_name
        .given()
        .is_some_and(|name| after.log_group_name.given() == Some(name));
    let by_name_alone = before.log_destination.is_null() || after.log_destination.is_null();
    in_logs(before) && in_logs(after) && same_name && by_name_alone
}

fn options(
    options: Attr<DestinationOptions>,
    destination_type: &Attr<String>,
) -> Attr<DestinationOptions> {
    match destination_type {
        Attr::Unknown => options,
        Attr::Known(kind) if kind == S3 => match options {
            Attr::Unknown => Attr::Unknown,
            written => Attr::Known(with_defaults(written.into_known().unwrap_or_default())),
        },
        Attr::Known(_) | Attr::Null => Attr::Known(DestinationOptions::default()),
    }
}

/// Keys that are null are not given.
fn tag_field(mut specification: TagFieldSpecification) -> TagFieldSpecification {
    specification.tag_keys = specification
        .tag_keys
        .map(|keys| keys.into_iter().filter(|key| !key.is_null()).collect());
    specification
}
