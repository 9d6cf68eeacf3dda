//! Flow logs that other providers have managed: their states become ours by a `moved` block.
//!
//! The provider is not configured then, so everything follows from the other state alone. The forms of
//! those states are frozen here and joined to the model field by field, without `..`. Must not know
//! AWS.

mod aws;
mod awscc;

use std::collections::BTreeMap;

use super::destination::{self, LOGS, S3};
use super::model::FlowLog;
use super::plan::{default_options, family};
use super::target::{self, Family};
use crate::arn::{Arn, log_group};
use crate::cty::fields;
use crate::framework::{Attr, Diagnostic, Diagnostics, Source};

const POSSIBLE: &str = "What can be moved is an aws_flow_log of the provider hashicorp/aws (schema \
    version 0 or 1: releases up to 5 and from 6 on) and an awscc_ec2_flow_log of hashicorp/awscc \
    (schema version 0 or 1).";

/// Makes the state of another provider's flow log one of ours.
///
/// # Errors
/// It is no flow log of a known form.
pub(crate) fn state(source: &Source<'_>) -> Result<FlowLog, Diagnostics> {
    let stored = &source.stored;
    let moved: FlowLog = match (source.namespace_and_name(), stored.of, stored.version) {
        (Some(("hashicorp", "aws")), "aws_flow_log", 0 | 1) => {
            stored.read::<aws::AwsFlowLog>()?.into()
        }
        (Some(("hashicorp", "awscc")), "awscc_ec2_flow_log", 0 | 1) => {
            stored.read::<awscc::AwsccFlowLog>()?.into()
        }
        _ => return Err(source.refused("vpcflow_log", POSSIBLE)),
    };
    if moved.id.is_null() {
        let detail = format!(
            "The state of this {} has no id, so nothing tells which flow log it is. Remove it from the \
             state (terraform state rm …) and import the flow log.",
            stored.of
        );
        return Err(Diagnostic::error("resource-not-moved", "Resource not moved", detail).into());
    }
    Ok(complete(moved))
}

/// A flow log in a state of the AWS provider.
#[derive(Debug)]
pub(crate) struct OfAws {
    /// The recorded attributes, in our model.
    pub(crate) flow_log: FlowLog,
    /// The names of the attributes that the state records and that say how the flow log should be.
    pub(crate) attributes: Vec<&'static str>,
}

/// The attributes of `aws_flow_log` that identify the flow log, or repeat another attribute.
const NOT_DESIRED: [&str; 4] = ["id", "arn", "region", "log_group_name"];
/// An attribute that only new releases of the AWS provider record.
const TAG_FIELDS: &str = "tag_field_specification";

/// Returns the names of the attributes that a state of the AWS provider may record.
pub(crate) fn attributes_of_aws() -> &'static [&'static str] {
    fields::<aws::AwsFlowLog>()
}

/// Reads a flow log of the AWS provider, as its state records it.
///
/// # Errors
/// The attributes are not those of a flow log.
pub(crate) fn of_aws(
    mut attributes: serde_json::Map<String, serde_json::Value>,
) -> Result<OfAws, serde_json::Error> {
    attributes.retain(|name, _| !NOT_DESIRED.contains(&name.as_str()));
    let has_tag_fields = attributes
        .get(TAG_FIELDS)
        .is_some_and(|value| !value.is_null());
    let mut flow_log: FlowLog =
        serde_json::from_value::<aws::AwsFlowLog>(attributes.into())?.into();
    if flow_log.tags_all.is_null() {
        flow_log.tags_all = Attr::Known(known_tags(&flow_log));
    }
    let names = attributes_of_aws().iter().copied();
    let desired =
        names.filter(|name| !NOT_DESIRED.contains(name) && (has_tag_fields || *name != TAG_FIELDS));
    Ok(OfAws {
        flow_log,
        attributes: desired.collect(),
    })
}

/// Returns the tags whose values are known.
fn known_tags(flow_log: &FlowLog) -> BTreeMap<String, String> {
    let tags = flow_log.tags.known().into_iter().flatten();
    tags.filter_map(|(key, value)| Some((key.clone(), value.known()?.clone())))
        .collect()
}

/// Adds what follows from the rest, as a plan derives it.
fn complete(moved: FlowLog) -> FlowLog {
    let mut state = moved.clone();
    target::derive(&moved, &mut state);
    let own_arn = moved.arn.given().and_then(Arn::parse);
    let own_region = own_arn.and_then(|arn| arn.region);
    state.region = moved.region.or(own_region.map(str::to_owned).into());
    destination(&mut state, own_arn);
    if state.log_destination_type.is_null() {
        let told = state
            .log_destination
            .given()
            .and_then(destination::type_of_arn);
        state.log_destination_type = Attr::Known(told.unwrap_or(LOGS).to_owned());
    }
    if state.log_destination_type == Attr::Known(S3.to_owned()) {
        let (options, defaults) = (state.destination_options, default_options());
        let mut options = options.into_known().unwrap_or_default();
        options.file_format = options.file_format.or(defaults.file_format);
        options.hive_compatible_partitions = options
            .hive_compatible_partitions
            .or(defaults.hive_compatible_partitions);
        options.per_hour_partition = options.per_hour_partition.or(defaults.per_hour_partition);
        state.destination_options = Attr::Known(options);
    } else {
        state.destination_options = Attr::Known(super::DestinationOptions::default());
    }
    if state.max_aggregation_interval.is_null() {
        let transit = family(&state) == Some(Family::Transit);
        state.max_aggregation_interval = Attr::Known(if transit { 60 } else { 600 });
    }
    // Not null: whether no tags are written or an empty map of them, the plan is empty.
    state.tags = state.tags.or(Attr::Known(BTreeMap::new()));
    if state.tags_all.is_null() {
        state.tags_all = Attr::Known(known_tags(&state));
    }
    state
}

/// Completes a log group by its ARN, and the ARN by the group. A group that is known by its name alone
/// is in the account and region of the flow log.
fn destination(state: &mut FlowLog, own: Option<Arn<'_>>) {
    let group = state.log_group_name.given().map(log_group::trim);
    let of_arn = || log_group::name_in_arn(state.log_destination.given()?);
    let group = group.or_else(of_arn).map(str::to_owned);
    if let (Attr::Null, Some(name), Some(own), Some(region)) =
        (&state.log_destination, &group, own, state.region.known())
        && let Some(account) = own.account
    {
        state.log_destination = Attr::Known(log_group::arn(own.partition, region, account, name));
    }
    state.log_group_name = group.into();
}

/// Other providers store an argument that is not given as null or as an empty string.
fn text(value: Option<String>) -> Attr<String> {
    value.filter(|text| !text.is_empty()).into()
}

#[cfg(test)]
mod tests;
