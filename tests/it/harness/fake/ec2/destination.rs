//! The destinations that CreateFlowLogs accepts: log groups, buckets and delivery streams, and the rules of each.

use super::super::request::Request;
use super::super::server::ApiError;
use super::super::state::DestinationOptions;
use super::super::sts;
use super::{Scope, boolean, invalid, invalid_value};

/// The destination of a flow log, as it is described later.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) kind: String,
    pub(super) arn: Option<String>,
    pub(super) group: Option<String>,
    pub(super) role: Option<String>,
    pub(super) cross_account_role: Option<String>,
    pub(super) options: Option<DestinationOptions>,
}

impl Destination {
    /// Checks the destination of a request.
    pub(super) fn check(request: &Request, scope: &Scope) -> Result<Self, ApiError> {
        let kind = request
            .get("LogDestinationType")
            .unwrap_or("cloud-watch-logs");
        let mut destination = Self {
            kind: kind.to_owned(),
            arn: request.get("LogDestination").map(str::to_owned),
            group: request.get("LogGroupName").map(str::to_owned),
            role: role(request, "DeliverLogsPermissionArn")?,
            cross_account_role: role(request, "DeliverCrossAccountRole")?,
            options: options(request)?,
        };
        match kind {
            "cloud-watch-logs" => destination.check_log_group(),
            "s3" => destination.check_bucket(),
            "kinesis-data-firehose" => destination.check_stream(scope),
            other => Err(invalid_value(other, "logDestinationType")),
        }?;
        Ok(destination)
    }

    fn check_log_group(&mut self) -> Result<(), ApiError> {
        self.refuse_options()?;
        if self.role.is_none() {
            return Err(invalid(
                "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
            ));
        }
        let (arn, group) = (self.arn.as_deref(), self.group.as_deref());
        match (arn, group) {
            (None, None) => Err(invalid(
                "LogDestination or LogGroupName is required if LogDestinationType is cloud-watch-logs.",
            )),
            (Some(_), Some(_)) => Err(invalid(
                "Please only provide LogGroupName or only provide LogDestination.",
            )),
            // DescribeFlowLogs returns only its name.
            (None, Some(name)) => check_group_name(name),
            (Some(arn), None) => {
                let name = resource_of(arn, "logs")
                    .and_then(|(_, resource)| resource.strip_prefix("log-group:"))
                    .ok_or_else(|| invalid_value(arn, "logDestination"))?;
                check_group_name(name.strip_suffix(":*").unwrap_or(name))?;
                self.group = Some(name.to_owned());
                Ok(())
            }
        }
    }

    fn check_bucket(&mut self) -> Result<(), ApiError> {
        if self.role.is_some() {
            return Err(invalid(
                "DeliverLogsPermissionArn is not applicable for s3 delivery",
            ));
        }
        let arn = self.required_arn()?;
        let (account, resource) =
            resource_of(arn, "s3").ok_or_else(|| invalid_value(arn, "logDestination"))?;
        let (bucket, folder) = resource.split_once('/').unwrap_or((resource, ""));
        if !account.is_empty() || bucket.is_empty() {
            return Err(invalid_value(arn, "logDestination"));
        }
        if folder.trim_end_matches('/') == "AWSLogs" {
            return Err(invalid(
                "AWSLogs is a reserved term: choose another folder.",
            ));
        }
        self.options.get_or_insert_default();
        Ok(())
    }

    fn check_stream(&self, scope: &Scope) -> Result<(), ApiError> {
        self.refuse_options()?;
        let arn = self.required_arn()?;
        let (account, resource) =
            resource_of(arn, "firehose").ok_or_else(|| invalid_value(arn, "logDestination"))?;
        if !resource.starts_with("deliverystream/") {
            return Err(invalid_value(arn, "logDestination"));
        }
        if let Some(role) = &self.cross_account_role {
            let (_, _, name) = sts::role(role).unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or_default();
            if !name.starts_with("AWSLogDeliveryFirehoseCrossAccountRole") {
                return Err(invalid(
                    "The name of DeliverCrossAccountRole must begin with AWSLogDeliveryFirehoseCrossAccountRole.",
                ));
            }
        }
        let both = self.role.is_some() && self.cross_account_role.is_some();
        if account != scope.account && !both {
            return Err(invalid(
                "DeliverLogsPermissionArn and DeliverCrossAccountRole are required for delivery to another account.",
            ));
        }
        Ok(())
    }

    /// Returns the ARN, which a destination other than a log group requires.
    fn required_arn(&self) -> Result<&str, ApiError> {
        if self.group.is_some() {
            return Err(invalid(format!(
                "LogGroupName is not applicable for {} delivery.",
                self.kind
            )));
        }
        self.arn
            .as_deref()
            .ok_or_else(|| invalid("LogDestination can't be empty."))
    }

    fn refuse_options(&self) -> Result<(), ApiError> {
        match self.options {
            Some(_) => Err(invalid(
                "DestinationOptions are only applicable for s3 delivery.",
            )),
            None => Ok(()),
        }
    }

    /// Returns the delivery error. An ARN that ends in `:*` is accepted, but delivery to it fails.
    pub(super) fn error(&self) -> Option<&'static str> {
        let group = self.group.as_deref().unwrap_or_default();
        group.ends_with(":*").then_some("Access error")
    }

    /// Returns the delivery status.
    pub(super) fn status(&self) -> &'static str {
        self.error().map_or("SUCCESS", |_| "FAILED")
    }
}

fn options(request: &Request) -> Result<Option<DestinationOptions>, ApiError> {
    let mut names = request.form.keys();
    if !names.any(|name| name.starts_with("DestinationOptions.")) {
        return Ok(None);
    }
    let file_format = request.get("DestinationOptions.FileFormat");
    let file_format = file_format.unwrap_or("plain-text");
    if !matches!(file_format, "plain-text" | "parquet") {
        return Err(invalid_value(file_format, "fileFormat"));
    }
    let hive = boolean(request, "DestinationOptions.HiveCompatiblePartitions")?;
    let hour = boolean(request, "DestinationOptions.PerHourPartition")?;
    Ok(Some(DestinationOptions {
        file_format: file_format.to_owned(),
        hive_compatible_partitions: hive.unwrap_or(false),
        per_hour_partition: hour.unwrap_or(false),
    }))
}

fn role(request: &Request, name: &str) -> Result<Option<String>, ApiError> {
    match request.get(name) {
        Some(arn) if sts::role(arn).is_none() => Err(invalid_value(arn, name)),
        given => Ok(given.map(str::to_owned)),
    }
}

fn check_group_name(name: &str) -> Result<(), ApiError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-/.#".contains(c);
    let fits = (1..=512).contains(&name.len()) && name.chars().all(allowed);
    if fits {
        Ok(())
    } else {
        Err(invalid_value(name, "logGroupName"))
    }
}

/// Returns the account and the resource of an ARN of a service.
fn resource_of<'a>(arn: &'a str, service: &str) -> Option<(&'a str, &'a str)> {
    let mut parts = arn.splitn(6, ':');
    let scheme = parts.next()?;
    let partition = parts.next()?;
    let named = parts.next()?;
    let region = parts.next()?;
    let account = parts.next()?;
    let resource = parts.next()?;
    let known = scheme == "arn"
        && matches!(partition, "aws" | "aws-us-gov" | "aws-cn")
        && named == service
        && !resource.is_empty()
        && (service == "s3" || (!region.is_empty() && account.len() == 12));
    known.then_some((account, resource))
}
