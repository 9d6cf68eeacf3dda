//! CreateFlowLogs: one flow log, one token, one id.
//!
//! A role that was made a moment ago is not known everywhere; EC2 then says that it cannot assume it, as an error
//! or as an unsuccessful item. That alone is tried again here; everything else the SDK knows how to retry.
//! This module must not know whether an equal flow log may be taken over.

use std::time::Duration;

use aws_sdk_ec2::{
    operation::{
        RequestId,
        create_flow_logs::{CreateFlowLogsOutput, builders::CreateFlowLogsFluentBuilder},
    },
    types,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::time::{Instant, sleep};

use super::{
    super::{
        error::{Error, Kind, Source},
        stop::sends,
    },
    DestinationOptions, Ec2, NewFlowLog, TagField, unsuccessful,
};
use crate::arn::flow_log;

/// Said of a reply that tells nothing about the flow log.
const NEITHER: &str = "the reply holds neither an id nor a failure";
/// How long a new role may take to become known everywhere.
const ROLE_PROPAGATION: Duration = Duration::from_secs(120);
/// The longest wait between two looks at whether it has.
const ROLE_WAIT: Duration = Duration::from_secs(10);
/// The first wait, where the client names none.
const ROLE_FIRST_WAIT: Duration = Duration::from_secs(1);

impl Ec2 {
    /// Makes a flow log and returns its id.
    pub async fn create(&self, new: &NewFlowLog) -> Result<String, Error> {
        let deadline = Instant::now() + ROLE_PROPAGATION;
        let retries = self.client.config().retry_config();
        let mut wait = retries.map_or(ROLE_FIRST_WAIT, |retries| retries.initial_backoff());
        let mut unanswered = false;
        loop {
            let mut error = match self.create_once(new).await {
                Ok(id) => return Ok(id),
                Err(error) => error,
            };
            unanswered |= error.unanswered;
            error.unanswered = unanswered;
            if !error.says_role_not_assumable() || Instant::now() + wait > deadline {
                return Err(error);
            }
            tokio::select! {
                () = self.terms.stop.cancelled() => return Err(stopped_waiting(error)),
                () = sleep(wait) => wait = (wait * 2).min(ROLE_WAIT),
            }
        }
    }

    async fn create_once(&self, new: &NewFlowLog) -> Result<String, Error> {
        let flight = self.mutation("CreateFlowLogs").holding(missing);
        let request = request(self.client.create_flow_logs(), new)?;
        let answer = flight.complete(sends!(request, flight)).await?;
        if let Some(id) = answer.flow_log_ids().first() {
            return Ok(id.clone());
        }
        Err(match answer.unsuccessful().first() {
            Some(item) => unsuccessful(&flight, item, answer.request_id()),
            None => Error {
                status: Some(200),
                request_id: answer.request_id().map(str::to_owned),
                unanswered: true,
                ..flight.error(Kind::Unreadable, NEITHER)
            },
        })
    }
}

/// Says what the reply to a create lacks.
fn missing(answer: &CreateFlowLogsOutput, _: &HttpResponse) -> Option<&'static str> {
    let ids = answer.flow_log_ids();
    if ids.is_empty() && answer.unsuccessful().is_empty() {
        return Some(NEITHER);
    }
    let malformed = ids.iter().any(|id| !flow_log::is_id(id));
    malformed.then_some("the reply holds something that is not the id of a flow log")
}

fn stopped_waiting(refusal: Error) -> Error {
    let code = refusal.code.as_deref().unwrap_or_default();
    Error {
        kind: Kind::Stopped,
        message: format!(
            "before it was tried again; the last attempt failed: {code}: {}",
            refusal.message
        ),
        ..refusal
    }
}

fn request(
    request: CreateFlowLogsFluentBuilder,
    new: &NewFlowLog,
) -> Result<CreateFlowLogsFluentBuilder, Error> {
    let NewFlowLog {
        resource_id,
        resource_type,
        traffic_type,
        log_destination_type,
        log_destination,
        log_group_name,
        deliver_logs_permission_arn,
        deliver_cross_account_role,
        log_format,
        max_aggregation_interval,
        destination_options,
        tag_fields,
        tags,
        client_token,
    } = new;
    let interval = max_aggregation_interval
        .map(i32::try_from)
        .transpose()
        .map_err(|_| {
            let reason = "it is not a number of seconds that EC2 knows";
            Error::configuration(Source::Argument("max_aggregation_interval"), reason)
        })?;
    Ok(request
        .client_token(client_token)
        .resource_ids(resource_id)
        .resource_type(types::FlowLogsResourceType::from(resource_type.as_str()))
        .set_traffic_type(given(traffic_type).map(types::TrafficType::from))
        .set_log_destination_type(given(log_destination_type).map(types::LogDestinationType::from))
        .set_log_destination(given(log_destination).map(str::to_owned))
        .set_log_group_name(given(log_group_name).map(str::to_owned))
        .set_deliver_logs_permission_arn(given(deliver_logs_permission_arn).map(str::to_owned))
        .set_deliver_cross_account_role(given(deliver_cross_account_role).map(str::to_owned))
        .set_log_format(given(log_format).map(str::to_owned))
        .set_max_aggregation_interval(interval)
        .set_destination_options(destination_options.as_ref().map(options))
        .set_tag_field_specifications(some(tag_fields.iter().map(tag_field).collect()))
        .set_tag_specifications(some(tag_specification(tags).into_iter().collect())))
}

fn options(options: &DestinationOptions) -> types::DestinationOptionsRequest {
    let DestinationOptions {
        file_format,
        hive_compatible_partitions,
        per_hour_partition,
    } = options;
    types::DestinationOptionsRequest::builder()
        .set_file_format(given(file_format).map(types::DestinationFileFormat::from))
        .set_hive_compatible_partitions(*hive_compatible_partitions)
        .set_per_hour_partition(*per_hour_partition)
        .build()
}

fn tag_field(field: &TagField) -> types::TagFieldSpecificationRequest {
    let TagField {
        resource_type,
        tag_keys,
    } = field;
    types::TagFieldSpecificationRequest::builder()
        .resource_type(types::TaggableResourceType::from(resource_type.as_str()))
        .set_tag_keys(Some(tag_keys.clone()))
        .build()
}

fn tag_specification(
    tags: &std::collections::BTreeMap<String, String>,
) -> Option<types::TagSpecification> {
    let tags: Vec<_> = tags
        .iter()
        .map(|(key, value)| super::tags::tag(key, value))
        .collect();
    let specification = types::TagSpecification::builder()
        .resource_type(types::ResourceType::VpcFlowLog)
        .set_tags(some(tags));
    Some(specification.build()).filter(|specification| !specification.tags().is_empty())
}

fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.is_empty())
}

fn some<T>(values: Vec<T>) -> Option<Vec<T>> {
    Some(values).filter(|values| !values.is_empty())
}
