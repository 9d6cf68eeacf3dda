//! CreateFlowLogs: one flow log, one token, one ID.
//!
//! EC2 cannot assume a new role at once. It then says so in an error or in an unsuccessful item. Only this is retried
//! here; for other errors, the SDK decides.
//! This module must not know whether an equal flow log may be adopted.

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
        call::send,
        error::{Error, Kind, Setting},
        os::Given,
    },
    gateway::{Ec2, unsuccessful},
    model::{DestinationOptions, NewFlowLog, TagField},
};
use crate::arn::flow_log;

const NEITHER: &str = "the reply contains neither an ID nor a failure";
/// How long EC2 may take to be able to assume a new role.
const ROLE_PROPAGATION: Duration = Duration::from_secs(120);
/// The longest wait between two attempts.
const ROLE_WAIT: Duration = Duration::from_secs(10);
/// The first wait, if the client has none.
const ROLE_FIRST_WAIT: Duration = Duration::from_secs(1);

impl Ec2 {
    /// Creates a flow log and returns its ID.
    pub async fn create(&self, new: &NewFlowLog) -> Result<String, Error> {
        let deadline = Instant::now() + ROLE_PROPAGATION;
        let retries = self.client.config().retry_config();
        let mut wait = retries.map_or(ROLE_FIRST_WAIT, |retries| retries.initial_backoff());
        let mut unanswered = false;
        loop {
            let mut error = match self.create_once(new).await {
                Ok(id) => {
                    self.reader.wrote(&id);
                    return Ok(id);
                }
                Err(error) => error,
            };
            unanswered |= error.unanswered;
            error.unanswered = unanswered;
            if !error.is_role_not_assumable() || Instant::now() + wait > deadline {
                return Err(error);
            }
            tokio::select! {
                () = self.context.stop.cancelled() => return Err(stopped_waiting(error)),
                () = sleep(wait) => wait = (wait * 2).min(ROLE_WAIT),
            }
        }
    }

    async fn create_once(&self, new: &NewFlowLog) -> Result<String, Error> {
        let call = self.mutation("CreateFlowLogs").requiring(missing);
        let request = request(self.client.create_flow_logs(), new)?;
        let reply = call.run(send!(request, call)).await?;
        if let Some(id) = reply.flow_log_ids().first() {
            return Ok(id.clone());
        }
        Err(match reply.unsuccessful().first() {
            Some(item) => unsuccessful(&call, item, reply.request_id()),
            None => Error {
                status: Some(200),
                request_id: reply.request_id().map(Box::from),
                unanswered: true,
                ..call.error(Kind::Unreadable, NEITHER)
            },
        })
    }
}

/// Returns what the reply to a create lacks.
fn missing(reply: &CreateFlowLogsOutput, _: &HttpResponse) -> Option<&'static str> {
    let ids = reply.flow_log_ids();
    if ids.is_empty() && reply.unsuccessful().is_empty() {
        return Some(NEITHER);
    }
    let malformed = ids.iter().any(|id| !flow_log::is_id(id));
    malformed.then_some("the reply contains something that is not the ID of a flow log")
}

fn stopped_waiting(refusal: Error) -> Error {
    let code = refusal.code.as_deref().unwrap_or_default();
    Error {
        kind: Kind::Stopped,
        message: format!(
            "before a retry; the last attempt failed: {code}: {}",
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
            let reason = "it is not a number of seconds that EC2 accepts";
            Error::configuration(Setting::Argument("max_aggregation_interval"), reason)
        })?;
    Ok(request
        .client_token(client_token)
        .resource_ids(resource_id)
        .resource_type(types::FlowLogsResourceType::from(resource_type.as_str()))
        .set_traffic_type(traffic_type.given().map(types::TrafficType::from))
        .set_log_destination_type(
            log_destination_type
                .given()
                .map(types::LogDestinationType::from),
        )
        .set_log_destination(log_destination.given().map(str::to_owned))
        .set_log_group_name(log_group_name.given().map(str::to_owned))
        .set_deliver_logs_permission_arn(deliver_logs_permission_arn.given().map(str::to_owned))
        .set_deliver_cross_account_role(deliver_cross_account_role.given().map(str::to_owned))
        .set_log_format(log_format.given().map(str::to_owned))
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
        .set_file_format(file_format.given().map(types::DestinationFileFormat::from))
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

fn some<T>(values: Vec<T>) -> Option<Vec<T>> {
    Some(values).filter(|values| !values.is_empty())
}
