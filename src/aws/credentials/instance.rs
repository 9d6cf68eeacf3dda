//! Credentials of an EC2 instance, from the instance metadata service (IMDSv2).
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>
//! This module must not know any other source of credentials.

use std::time::Duration;

use aws_config::imds::{self, client::error::ImdsError};
use aws_credential_types::Credentials;
use aws_types::os_shim_internal::Env;
use serde::Deserialize;

use super::{
    super::{
        configuration::Environment,
        endpoints::check_address,
        error::{Error, Kind},
        os::{Given, variable},
        settings::Settings,
    },
    clients::{Clients, backoff, time},
};

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
/// The timeout of all requests. Only instances have this service.
const TIME: Duration = Duration::from_secs(8);

/// The most attempts if the connection fails.
const ATTEMPTS_ON_IO: u32 = 3;

/// Credentials in the form of the metadata services of instances and containers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Session {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
    expiration: Option<String>,
}

impl Session {
    /// Parses a reply. Returns `None` if it contains no credentials.
    pub(super) fn read(reply: &[u8]) -> Option<Credentials> {
        let session: Self = serde_json::from_slice(reply).ok()?;
        let end = match &session.expiration {
            Some(end) => Some(time(end)?),
            None => None,
        };
        let keys = [&session.access_key_id, &session.secret_access_key];
        keys.iter().all(|key| !key.is_empty()).then(|| {
            Credentials::new(
                session.access_key_id,
                session.secret_access_key,
                session.token.filter(|token| !token.is_empty()),
                end,
                "metadata",
            )
        })
    }
}

/// Fetches the credentials of the instance's role, which a profile may name.
pub(super) async fn get(profile: Option<&str>, clients: &Clients) -> Result<Credentials, Error> {
    let context = clients.context.within(TIME);
    let asked = tokio::select! {
        biased;
        asked = ask(clients) => asked,
        () = context.stop.cancelled() => Err((Kind::Stopped, String::new())),
        () = context.deadline() => Err(if clients.context.is_past_deadline() {
            (Kind::OutOfTime, String::new())
        } else {
            nothing("it does not reply")
        }),
    };
    asked.map_err(|(kind, reason)| error(profile, kind, &reason))
}

/// The kind of a failure, and its reason.
type Failure = (Kind, String);

async fn ask(clients: &Clients) -> Result<Credentials, Failure> {
    let Some(metadata) = &clients.metadata else {
        return Err(nothing(
            "it is disabled (AWS_EC2_METADATA_DISABLED or skip_metadata_api_check)",
        ));
    };
    let roles = read(metadata, ROLES).await?;
    let role = roles.lines().next().unwrap_or_default().trim();
    if role.is_empty() {
        return Err(nothing("the instance has no role"));
    }
    let session = read(metadata, &format!("{ROLES}{role}")).await?;
    Session::read(session.as_bytes()).ok_or_else(|| {
        let reason = format!("it returned no credentials for the role {role}");
        (Kind::Unreadable, reason)
    })
}

/// Reads a page. The client of the SDK does not retry after a failed connection.
async fn read(metadata: &imds::Client, path: &str) -> Result<String, Failure> {
    let mut attempt = 1;
    loop {
        let failure = match metadata.get(path).await {
            Ok(page) => return Ok(page.as_ref().to_owned()),
            Err(failure) => failure,
        };
        if attempt == ATTEMPTS_ON_IO || !is_of_network(&failure) {
            return Err(failed(&failure));
        }
        tokio::time::sleep(backoff(attempt)).await;
        attempt += 1;
    }
}

fn is_of_network(failure: &ImdsError) -> bool {
    match failure {
        ImdsError::FailedToLoadToken(token) => token.is_dispatch_failure(),
        ImdsError::IoError(_) => true,
        _ => false,
    }
}

/// Describes a failure. The text of the reply is not shown, because it may contain anything.
fn failed(failure: &ImdsError) -> Failure {
    match failure {
        _ if is_of_network(failure) => nothing("it does not reply"),
        ImdsError::FailedToLoadToken(_) => (
            Kind::Configuration,
            "it returned no session token. Only IMDSv2 is supported. A container on the instance needs a hop limit of \
             2"
                .to_owned(),
        ),
        ImdsError::ErrorResponse(reply) => match reply.response().status().as_u16() {
            404 => nothing("the instance has no role"),
            status => (Kind::Refused, format!("HTTP {status}")),
        },
        _ => nothing("its reply is malformed"),
    }
}

/// Creates a failure about missing credentials.
fn nothing(reason: &str) -> Failure {
    (Kind::Credentials, reason.to_owned())
}

fn error(profile: Option<&str>, kind: Kind, reason: &str) -> Error {
    const SERVICE: &str = "the instance metadata service";
    let (kind, message) = match (profile, kind) {
        (Some(profile), Kind::Credentials) => (
            Kind::Configuration,
            format!(
                "profile {profile:?}: `credential_source` is Ec2InstanceMetadata, and {SERVICE} has no credentials: {reason}"
            ),
        ),
        (None, Kind::Credentials) => (
            kind,
            format!(
                "there are no credentials in the arguments, the environment or a profile, and {SERVICE} has none: \
                 {reason}"
            ),
        ),
        (_, Kind::Stopped | Kind::OutOfTime) => (kind, format!("while waiting for {SERVICE}")),
        _ => (kind, format!("{SERVICE}: {reason}")),
    };
    Error::new("GetInstanceCredentials", kind, message)
}

/// Reports whether the environment disables the service.
pub(in super::super) fn is_disabled(env: &Env) -> bool {
    variable(env, &["AWS_EC2_METADATA_DISABLED"])
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Returns the address of the service.
pub(in super::super) fn address(
    settings: &Settings,
    environment: &Environment,
) -> Result<String, Error> {
    let named = (
        "ec2_metadata_service_endpoint",
        settings.ec2_metadata_service_endpoint.as_deref(),
    );
    let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
    if let Some((source, address)) =
        environment.first(named, &variables, "ec2_metadata_service_endpoint")
    {
        check_address(source, &address)?;
        return Ok(address);
    }
    let mode = (
        "ec2_metadata_service_endpoint_mode",
        settings.ec2_metadata_service_endpoint_mode.given(),
    );
    let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"];
    let mode = environment.first(mode, &variables, "ec2_metadata_service_endpoint_mode");
    match mode {
        Some((_, mode)) if mode.eq_ignore_ascii_case("ipv6") => {
            Ok("http://[fd00:ec2::254]".to_owned())
        }
        Some((source, mode)) if !mode.eq_ignore_ascii_case("ipv4") => Err(Error::configuration(
            source,
            format!("{mode:?} is neither IPv4 nor IPv6"),
        )),
        _ => Ok("http://169.254.169.254".to_owned()),
    }
}
