//! The normal form of a flow log: two ways of writing the same thing are equal in it, and CreateFlowLogs gets it.
//!
//! It ignores white space in a record format, `:*` at the end of a log group's ARN, whether a log group is given by name
//! or by ARN, options that repeat defaults, arguments without effect, and whether there are no tags or an empty map of
//! them. It is a pure function, and must not know a connection.

use std::borrow::Cow;

use super::defaults::{default_format, default_interval, family, with_default_options};
use super::delivery::{Destination, derive_group};
use super::destination::{LOGS, S3};
use super::model::{DestinationOptions, FlowLog, TagFieldSpecification};
use super::region::region_of_arn;
use super::target::{self, Family};
use super::watched;
use crate::arn::log_group;
use crate::framework::Attr;

/// Returns a flow log in its normal form.
pub(crate) fn normal_form(log: &FlowLog) -> FlowLog {
    let mut form = log.clone();
    watched::derive(log, &mut form);
    derive_group(log, &mut form);
    for value in [&mut form.log_destination, &mut form.log_group_name] {
        change(value, |text| Cow::Borrowed(log_group::trim(text)));
    }
    change(&mut form.log_format, single_spaces);
    match family(&form) {
        // AWS records all traffic there, whatever is written.
        Some(Family::Transit) => form.traffic_type = Attr::Null,
        Some(Family::Vpc) if form.log_format.is_null() => {
            form.log_format = Attr::Known(default_format().to_owned());
        }
        Some(Family::Vpc | Family::Nat) | None => {}
    }
    if form.max_aggregation_interval.is_null() {
        form.max_aggregation_interval = default_interval(&form.resource_type);
    }
    form.destination_options = options(form.destination_options, &form.log_destination_type);
    form.tag_field_specification = match form.tag_field_specification {
        Attr::Null => Attr::Known([].into()),
        Attr::Known(tag_fields) if tag_fields.iter().any(has_null_keys) => {
            Attr::Known(tag_fields.into_iter().map(without_null_keys).collect())
        }
        written => written,
    };
    if form.tags.is_null() {
        form.tags = Attr::Known([].into());
    }
    form
}

/// Returns the normal forms of a flow log before and after a change.
pub(crate) fn pair(before: &FlowLog, after: &FlowLog) -> (FlowLog, FlowLog) {
    let (mut old, mut new) = (normal_form(before), normal_form(after));
    if learns_its_type(before, after) {
        let typed = FlowLog {
            resource_type: after.resource_type.clone(),
            ..before.clone()
        };
        old = normal_form(&typed);
    }
    if old.region.is_null() {
        // Only the ARN contains a region that is written as an empty text. It has to count where the ARN changes.
        old.region = region_of_arn(&after.arn).map(str::to_owned).into();
    }
    if is_one_group(&old, &new) {
        old.log_destination = Attr::Null;
        new.log_destination = Attr::Null;
    }
    (old, new)
}

/// Returns a record format with single spaces between its fields.
pub(crate) fn single_spaces(format: &str) -> Cow<'_, str> {
    let is_single = |bytes: &[u8]| bytes != b"  ";
    let has_spaces_only = |byte: u8| byte == b' ' || !byte.is_ascii_whitespace();
    let is_normal = format.trim_ascii().len() == format.len()
        && format.bytes().all(has_spaces_only)
        && format.as_bytes().windows(2).all(is_single);
    if is_normal {
        return Cow::Borrowed(format);
    }
    let fields: Vec<_> = format.split_ascii_whitespace().collect();
    Cow::Owned(fields.join(" "))
}

/// Changes a known text, if it is to be changed at all.
fn change(value: &mut Attr<String>, to: impl for<'a> Fn(&'a str) -> Cow<'a, str>) {
    if let Attr::Known(text) = value {
        let changed = match to(text) {
            Cow::Borrowed(same) if same.len() == text.len() => return,
            changed => changed.into_owned(),
        };
        *text = changed;
    }
}

/// EC2 describes no resource type. If the id does not determine it either, an import cannot know it, and the
/// configuration that names it afterwards changes nothing.
fn learns_its_type(before: &FlowLog, after: &FlowLog) -> bool {
    let id = before.resource_id.given();
    before.resource_id == after.resource_id
        && before.resource_type != after.resource_type
        && id.is_some_and(|id| target::type_of_id(id).is_none())
        && !after.resource_type.is_unknown()
}

/// Without an account, the ARN of a log group that is given by name is not known.
fn is_one_group(before: &FlowLog, after: &FlowLog) -> bool {
    let is_in_logs = |log: &FlowLog| log.log_destination_type.given() == Some(LOGS);
    let is_by_name = before.log_destination.is_null() || after.log_destination.is_null();
    is_in_logs(before)
        && is_in_logs(after)
        && is_by_name
        && Destination::of(before).is_same(&Destination::of(after))
}

fn options(
    options: Attr<DestinationOptions>,
    destination_type: &Attr<String>,
) -> Attr<DestinationOptions> {
    match destination_type {
        Attr::Unknown => options,
        Attr::Known(kind) if kind == S3 => match options {
            Attr::Unknown => Attr::Unknown,
            written => Attr::Known(with_default_options(
                written.into_known().unwrap_or_default(),
            )),
        },
        Attr::Known(_) | Attr::Null => Attr::Known(DestinationOptions::default()),
    }
}

fn has_null_keys(specification: &TagFieldSpecification) -> bool {
    let keys = specification.tag_keys.known();
    keys.is_some_and(|keys| keys.iter().any(Attr::is_null))
}

/// A key that is null counts as left out.
fn without_null_keys(mut specification: TagFieldSpecification) -> TagFieldSpecification {
    if let Attr::Known(keys) = &mut specification.tag_keys {
        keys.retain(|key| !key.is_null());
    }
    specification
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_format_with_other_white_space_is_copied() {
        let normal = "${version} ${srcaddr}";
        assert!(matches!(single_spaces(normal), Cow::Borrowed(_)));
        for format in [
            "${version}  ${srcaddr}",
            "${version}\n${srcaddr}",
            " ${version} ${srcaddr}",
            "${version} ${srcaddr}\t",
        ] {
            assert_eq!(single_spaces(format), normal, "{format:?}");
        }
    }
}
