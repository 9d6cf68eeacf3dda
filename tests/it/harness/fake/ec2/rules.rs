//! The requests that CreateFlowLogs accepts according to AWS's documentation, and the flow logs that they create.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::super::request::Request;
use super::super::server::ApiError;
use super::super::state::{FlowLog, Settings, TagFieldSpecification};
use super::destination::Destination;
use super::format::{self, Family};
use super::{Scope, invalid, invalid_value, missing};

/// A valid request.
#[derive(Debug)]
pub(super) struct ValidRequest {
    resources: Vec<String>,
    resource_type: String,
    traffic_type: Option<String>,
    destination: Destination,
    log_format: String,
    interval: u32,
    tag_fields: Vec<TagFieldSpecification>,
}

impl ValidRequest {
    /// Checks a request against all rules.
    pub(super) fn check(
        request: &Request,
        scope: &Scope,
        settings: &Settings,
    ) -> Result<Self, ApiError> {
        let resource_type = request
            .get("ResourceType")
            .ok_or_else(|| missing("ResourceType"))?;
        let family = Family::of(resource_type)
            .ok_or_else(|| invalid_value(resource_type, "resourceType"))?;
        let resources = resources(request, resource_type, family, settings)?;
        let tag_fields = tag_fields(request)?;
        Ok(Self {
            resources,
            resource_type: resource_type.to_owned(),
            traffic_type: traffic_type(request, family)?,
            destination: Destination::check(request, scope)?,
            log_format: log_format(request, resource_type, family, settings, &tag_fields)?,
            interval: interval(request, family)?,
            tag_fields,
        })
    }

    /// Returns the flow logs to create. Their IDs are still empty.
    pub(super) fn flow_logs(
        &self,
        scope: &Scope,
        tags: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Vec<FlowLog> {
        let now = format!("{now:.3}");
        let one = |resource_id: &String| FlowLog {
            id: String::new(),
            account: scope.account.clone(),
            region: scope.region.clone(),
            resource_id: resource_id.clone(),
            resource_type: self.resource_type.clone(),
            traffic_type: self.traffic_type.clone(),
            log_destination_type: self.destination.kind.clone(),
            log_destination: self.destination.arn.clone(),
            log_group_name: self.destination.group.clone(),
            deliver_logs_permission_arn: self.destination.role.clone(),
            deliver_cross_account_role: self.destination.cross_account_role.clone(),
            log_format: self.log_format.clone(),
            max_aggregation_interval: self.interval,
            destination_options: self.destination.options.clone(),
            tag_field_specifications: self.tag_fields.clone(),
            tags: tags.clone(),
            creation_time: now.clone(),
            flow_log_status: "ACTIVE".to_owned(),
            deliver_logs_status: self.destination.status().to_owned(),
            deliver_logs_error_message: self.destination.error().map(str::to_owned),
            hidden_for: 0,
        };
        self.resources.iter().map(one).collect()
    }
}

fn resources(
    request: &Request,
    resource_type: &str,
    family: Family,
    settings: &Settings,
) -> Result<Vec<String>, ApiError> {
    let ids = request.list("ResourceId");
    let most = if family.is_transit() { 25 } else { 300 };
    if ids.is_empty() {
        return Err(missing("ResourceId"));
    }
    if ids.len() > most {
        let message = format!("No more than {most} resource ids of type {resource_type} at once.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
        return Err(invalid("A resource id is given twice."));
    }
    for id in &ids {
        check_resource(id, resource_type, settings)?;
    }
    Ok(ids)
}

fn check_resource(id: &str, resource_type: &str, settings: &Settings) -> Result<(), ApiError> {
    let (prefix, noun, not_found) = match resource_type {
        "VPC" => ("vpc-", "vpc", "InvalidVpcID.NotFound"),
        "Subnet" => ("subnet-", "subnet", "InvalidSubnetID.NotFound"),
        "NetworkInterface" => (
            "eni-",
            "networkInterface",
            "InvalidNetworkInterfaceID.NotFound",
        ),
        "TransitGateway" => ("tgw-", "transitGateway", "InvalidTransitGatewayID.NotFound"),
        "TransitGatewayAttachment" => (
            "tgw-attach-",
            "transitGatewayAttachment",
            "InvalidTransitGatewayAttachmentID.NotFound",
        ),
        "RegionalNatGateway" => ("nat-", "natGateway", "NatGatewayNotFound"),
        // Cloud WAN: AWS does not document the format of edge IDs.
        _ => ("", "resource", "InvalidParameterValue"),
    };
    let other = resource_type == "TransitGateway" && id.starts_with("tgw-attach-");
    if other || !id.starts_with(prefix) || id.len() == prefix.len() {
        return Err(invalid_value(id, "resourceId"));
    }
    if !settings.any_resource && !settings.resources.contains(id) {
        let message = format!("The {noun} ID '{id}' does not exist");
        return Err(ApiError::new(not_found, message));
    }
    Ok(())
}

fn traffic_type(request: &Request, family: Family) -> Result<Option<String>, ApiError> {
    match (request.get("TrafficType"), family.is_transit()) {
        (None, true) => Ok(None),
        (Some(_), true) => Err(invalid(
            "TrafficType is not supported for transit gateways, their attachments and Cloud WAN resources.",
        )),
        (None, false) => Err(invalid(
            "traffic-type is required when the resource-type is VPC, Subnet or NetworkInterface",
        )),
        (Some(given @ ("ACCEPT" | "REJECT" | "ALL")), false) => Ok(Some(given.to_owned())),
        (Some(other), false) => Err(invalid_value(other, "trafficType")),
    }
}

fn interval(request: &Request, family: Family) -> Result<u32, ApiError> {
    match (request.get("MaxAggregationInterval"), family.is_transit()) {
        (Some("60"), _) | (None, true) => Ok(60),
        (Some("600") | None, false) => Ok(600),
        (Some("600"), true) => Err(invalid(
            "MaxAggregationInterval must be 60 for this resource type.",
        )),
        (Some(_), _) => Err(invalid("Invalid Flow Log Max Aggregation Interval")),
    }
}

fn log_format(
    request: &Request,
    resource_type: &str,
    family: Family,
    settings: &Settings,
    tag_fields: &[TagFieldSpecification],
) -> Result<String, ApiError> {
    let Some(given) = request.get("LogFormat") else {
        return Ok(format::default_format(resource_type));
    };
    format::check(given, family, &settings.extra_fields, tag_fields)?;
    Ok(given.to_owned())
}

fn tag_fields(request: &Request) -> Result<Vec<TagFieldSpecification>, ApiError> {
    let mut specifications = Vec::new();
    for n in request.numbers("TagFieldSpecification") {
        let name = format!("TagFieldSpecification.{n}");
        let resource_type = request.get(&format!("{name}.ResourceType"));
        let resource_type = resource_type.ok_or_else(|| missing(&name))?;
        if !matches!(
            resource_type,
            "network-interface" | "instance" | "auto-scaling-group"
        ) {
            return Err(invalid_value(resource_type, "resourceType"));
        }
        let tag_keys = request.list(&format!("{name}.TagKey"));
        let fits = |key: &String| (1..=128).contains(&key.chars().count());
        if !(1..=2).contains(&tag_keys.len()) || !tag_keys.iter().all(fits) {
            return Err(invalid(
                "A TagFieldSpecification has one or two tag keys of 1 to 128 characters.",
            ));
        }
        specifications.push(TagFieldSpecification {
            resource_type: resource_type.to_owned(),
            tag_keys,
        });
    }
    let types: BTreeSet<&String> = specifications.iter().map(|s| &s.resource_type).collect();
    if types.len() < specifications.len() {
        return Err(invalid(
            "A resource type has more than one TagFieldSpecification.",
        ));
    }
    Ok(specifications)
}
