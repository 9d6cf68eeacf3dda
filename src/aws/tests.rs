//! The gateways against a server on the loopback interface.

mod bounds;
mod configuration;
mod connect;
mod create;
mod credentials;
mod delete;
mod describe;
mod hints;
mod hostile;
mod replies;
mod responder;
mod stopping;

use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_types::os_shim_internal::Env;

use super::{Aws, Endpoints, Error, NewFlowLog, Settings, Stop};
use responder::{Reply, Responder};

const REGION: &str = "eu-central-1";

/// Settings for one server.
fn settings(url: &str) -> Settings {
    Settings {
        region: Some(REGION.to_owned()),
        access_key: Some("AKIDEXAMPLE".to_owned()),
        secret_key: Some("CANARY-secret".to_owned()),
        token: Some("CANARY-token".to_owned()),
        skip_metadata_api_check: true,
        endpoints: Endpoints {
            ec2: Some(url.to_owned()),
            logs: Some(url.to_owned()),
            sts: Some(url.to_owned()),
            iam: Some(url.to_owned()),
            kms: Some(url.to_owned()),
            network_manager: Some(url.to_owned()),
            organizations: Some(url.to_owned()),
            ..Endpoints::default()
        },
        ..Settings::default()
    }
}

fn quickly(retries: RetryConfig) -> RetryConfig {
    retries.with_initial_backoff(Duration::from_millis(1))
}

fn slowly(retries: RetryConfig) -> RetryConfig {
    let hour = Duration::from_secs(3600);
    retries.with_initial_backoff(hour).with_max_backoff(hour)
}

async fn connect(settings: Settings) -> Result<Aws, Error> {
    Aws::connect_from(settings, Stop::new(), Env::from_slice(&[]), quickly).await
}

/// Connects to a server, with quick retries and at most `attempts` attempts.
async fn aws(server: &Responder, attempts: i64) -> Aws {
    let settings = Settings {
        max_retries: Some(attempts),
        ..settings(&server.url)
    };
    connect(settings).await.unwrap()
}

fn new_flow_log() -> NewFlowLog {
    NewFlowLog {
        resource_id: "vpc-1".to_owned(),
        resource_type: "VPC".to_owned(),
        traffic_type: Some("ALL".to_owned()),
        client_token: "one-token".to_owned(),
        ..NewFlowLog::default()
    }
}

fn ok(body: &str) -> Reply {
    Reply::Answer(200, body.to_owned())
}

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>body-id</RequestID></Response>"
    );
    Reply::Answer(status, body)
}

fn made(id: &str) -> String {
    format!(
        r#"<CreateFlowLogsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><flowLogIdSet><item>{id}</item></flowLogIdSet></CreateFlowLogsResponse>"#
    )
}

fn unsuccessful(operation: &str, code: &str, message: &str) -> String {
    format!(
        "<{operation}Response><unsuccessful><item><resourceId>vpc-1</resourceId><error><code>{code}</code>\
         <message>{message}</message></error></item></unsuccessful></{operation}Response>"
    )
}
