//! Flow logs that other providers have managed: a `moved` block turns their states into ours.
//!
//! The provider is not configured then, so everything follows from the other state. The forms of those states are frozen
//! here and converted to the model field by field, without `..`. This module must not know how AWS is called.

mod aws;
mod awscc;
mod text;

use std::collections::BTreeMap;

use super::defaults::{default_interval, with_default_options};
use super::delivery::Destination;
use super::destination::{LOGS, S3, type_of_arn};
use super::model::{DestinationOptions, FlowLog};
use super::watched;
use crate::arn::{Arn, log_group};
use crate::cty::fields;
use crate::framework::{Attr, Diagnostic, Diagnostics, Source};

const POSSIBLE: &str = "Possible sources are an aws_flow_log of the provider hashicorp/aws (schema version 0 or 1: releases \
    up to 5 and from 6 on) and an awscc_ec2_flow_log of hashicorp/awscc (schema version 0 or 1).";

/// Converts the state of another provider's flow log to one of ours.
///
/// # Errors
/// It is not a flow log of a known form.
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
            "The state of this {} contains no id, which identifies the flow log. Remove the resource from the state \
             (terraform state rm …) and import the flow log.",
            stored.of
        );
        return Err(Diagnostic::error("resource-not-moved", "Resource not moved", detail).into());
    }
    Ok(complete(moved))
}

/// The names of attributes that differ from the model's: first that of the model.
pub(crate) type Names = &'static [(&'static str, &'static str)];

/// A flow log in a state of another provider.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// The recorded attributes, in our model.
    pub(crate) flow_log: FlowLog,
    /// The names of the attributes that the state records and that define the flow log, in our model.
    pub(crate) attributes: Vec<&'static str>,
    /// The names that differ in that provider.
    pub(crate) names: Names,
}

/// The attributes of other providers that identify the flow log, or repeat another attribute.
const NOT_DESIRED: [&str; 5] = ["id", "flow_log_id", "arn", "region", GROUP];
/// The name of a log group, which the ARN contains.
const GROUP: &str = "log_group_name";
/// An attribute that only new releases of the AWS provider record.
const TAG_FIELDS: &str = "tag_field_specification";

/// Returns the names of the attributes that a state of another provider can record.
pub(crate) fn attributes() -> impl Iterator<Item = &'static str> {
    let all = [fields::<aws::AwsFlowLog>(), fields::<awscc::AwsccFlowLog>()];
    all.into_iter().flatten().copied()
}

/// Reads a flow log of the AWS provider, as its state records it.
///
/// # Errors
/// The attributes are not those of a flow log.
pub(crate) fn of_aws(
    mut attributes: serde_json::Map<String, serde_json::Value>,
) -> Result<Recorded, serde_json::Error> {
    attributes.retain(|name, _| !NOT_DESIRED.contains(&name.as_str()));
    let has_tag_fields = attributes
        .get(TAG_FIELDS)
        .is_some_and(|value| !value.is_null());
    let flow_log: FlowLog = serde_json::from_value::<aws::AwsFlowLog>(attributes.into())?.into();
    let names = fields::<aws::AwsFlowLog>().iter().copied();
    let desired =
        names.filter(|name| !NOT_DESIRED.contains(name) && (has_tag_fields || *name != TAG_FIELDS));
    Ok(Recorded {
        flow_log: with_all_tags(flow_log),
        attributes: desired.collect(),
        names: &[],
    })
}

/// Reads a flow log of the Cloud Control provider, as its state records it. Attributes that are null may have any value:
/// Cloud Control reports a flow log as it was created, without the defaults.
///
/// # Errors
/// The attributes are not those of a flow log.
pub(crate) fn of_awscc(
    mut attributes: serde_json::Map<String, serde_json::Value>,
) -> Result<Recorded, serde_json::Error> {
    let has_arn = attributes
        .get("log_destination")
        .is_some_and(|value| !value.is_null());
    attributes.retain(|name, value| {
        let repeats = NOT_DESIRED.contains(&name.as_str()) && (has_arn || name != GROUP);
        !value.is_null() && !repeats
    });
    let own = fields::<awscc::AwsccFlowLog>().iter().copied();
    let own = own.filter(|name| attributes.contains_key(*name));
    let desired = own.map(|name| {
        let renamed = awscc::NAMES.iter().find(|(_, other)| *other == name);
        renamed.map_or(name, |(model, _)| model)
    });
    let desired = desired.chain(["tags_all"]).collect();
    let flow_log: FlowLog =
        serde_json::from_value::<awscc::AwsccFlowLog>(attributes.into())?.into();
    Ok(Recorded {
        flow_log: with_all_tags(flow_log),
        attributes: desired,
        names: awscc::NAMES,
    })
}

/// Adds all tags, if the state records only those of the resource itself.
fn with_all_tags(mut flow_log: FlowLog) -> FlowLog {
    if flow_log.tags_all.is_null() {
        flow_log.tags_all = Attr::Known(known_tags(&flow_log));
    }
    flow_log
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
    watched::derive(&moved, &mut state);
    let own_arn = moved.arn.given().and_then(Arn::parse);
    let own_region = own_arn.and_then(|arn| arn.region);
    state.region = moved.region.or(own_region.map(str::to_owned).into());
    destination(&mut state, own_arn);
    if state.log_destination_type.is_null() {
        let of_arn = state.log_destination.given().and_then(type_of_arn);
        state.log_destination_type = Attr::Known(of_arn.unwrap_or(LOGS).to_owned());
    }
    let options = state.destination_options.into_known().unwrap_or_default();
    state.destination_options = if state.log_destination_type.given() == Some(S3) {
        Attr::Known(with_default_options(options))
    } else {
        Attr::Known(DestinationOptions::default())
    };
    state.max_aggregation_interval = state
        .max_aggregation_interval
        .or(default_interval(&state.resource_type));
    // Not null, so that the plan is empty both for no tags and for an empty map of tags.
    state.tags = state.tags.or(Attr::Known(BTreeMap::new()));
    with_all_tags(state)
}

/// Completes a log group by its ARN, and the ARN by the name. A log group of which only the name is known is in the
/// account and the region of the flow log.
fn destination(state: &mut FlowLog, own: Option<Arn<'_>>) {
    let group = Destination::of(state).log_group.map(str::to_owned);
    if let (Attr::Null, Some(name), Some(own), Some(region)) =
        (&state.log_destination, &group, own, state.region.known())
        && let Some(account) = own.account
    {
        state.log_destination = Attr::Known(log_group::arn(own.partition, region, account, name));
    }
    state.log_group_name = group.into();
}

#[cfg(test)]
mod tests;
