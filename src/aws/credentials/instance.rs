//! Credentials of an EC2 instance, from the instance metadata service (IMDSv2).
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>
//! This module must not know what else gives credentials.

use std::time::Duration;

use aws_config::imds::{self, client::error::ImdsError};
use aws_credential_types::Credentials;
use aws_types::os_shim_internal::Env;
use serde::Deserialize;

use super::{
    super::{
        configuration::Surroundings,
        endpoints::check_address,
        environment::{given, variable},
        error::{Error, Kind},
        settings::Settings,
    },
    means::{Means, backoff, time},
};

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
/// Time for everything: on any other machine nobody answers.
const TIME: Duration = Duration::from_secs(8);

/// How often the service is asked where the connection breaks.
const ATTEMPTS_ON_IO: u32 = 3;

/// Credentials as the metadata services of instances and containers write them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Session {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
    expiration: Option<String>,
}

impl Session {
    /// Reads a reply; nothing if it holds no credentials.
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

/// Asks for the credentials of the instance's role, which a profile may have named.
pub(super) async fn get(profile: Option<&str>, means: &Means) -> Result<Credentials, Error> {
    let terms = means.terms.within(TIME);
    let asked = tokio::select! {
        biased;
        asked = ask(means) => asked,
        () = terms.stop.cancelled() => Err((Kind::Stopped, "stopped".to_owned())),
        () = terms.over() => Err(match means.terms.is_over() {
            true => (Kind::OutOfTime, "out of time".to_owned()),
            false => nothing("it does not answer"),
        }),
    };
    asked.map_err(|(kind, reason)| error(profile, kind, &reason))
}

/// What kind of failure it was, and why.
type Failure = (Kind, String);

async fn ask(means: &Means) -> Result<Credentials, Failure> {
    let Some(metadata) = &means.metadata else {
        return Err(nothing(
            "it is not asked (AWS_EC2_METADATA_DISABLED or skip_metadata_api_check)",
        ));
    };
    let roles = read(metadata, ROLES).await?;
    let role = roles.lines().next().unwrap_or_default().trim();
    if role.is_empty() {
        return Err(nothing("the instance has no role"));
    }
    let session = read(metadata, &format!("{ROLES}{role}")).await?;
    Session::read(session.as_bytes()).ok_or_else(|| {
        let reason = format!("it gives no credentials for the role {role}");
        (Kind::Unreadable, reason)
    })
}

/// Reads a page. Its own client does not try again where the connection broke.
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

/// Says what the service did in place of an answer. What it wrote is not shown: it may hold anything.
fn failed(failure: &ImdsError) -> Failure {
    match failure {
        _ if is_of_network(failure) => nothing("it does not answer"),
        ImdsError::FailedToLoadToken(_) => (
            Kind::Configuration,
            "it gives no session token. IMDSv2 is needed, and only that is asked; a container on the instance needs a \
             hop limit of 2"
                .to_owned(),
        ),
        ImdsError::ErrorResponse(reply) => match reply.response().status().as_u16() {
            404 => nothing("the instance has no role"),
            status => (Kind::Refused, format!("HTTP {status}")),
        },
        _ => nothing("it does not answer as it should"),
    }
}

/// The service has nothing.
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
                "neither the arguments, nor the environment, nor a profile name credentials, and {SERVICE} has none: \
                 {reason}"
            ),
        ),
        _ => (kind, format!("{SERVICE}: {reason}")),
    };
    Error::new("GetInstanceCredentials", kind, message)
}

/// Tells whether the environment asks to leave the service alone.
pub(in super::super) fn is_disabled(env: &Env) -> bool {
    variable(env, &["AWS_EC2_METADATA_DISABLED"])
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Where the service answers.
pub(in super::super) fn address(
    settings: &Settings,
    surroundings: &Surroundings,
) -> Result<String, Error> {
    let named = (
        "ec2_metadata_service_endpoint",
        settings.ec2_metadata_service_endpoint.as_deref(),
    );
    let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
    if let Some((source, address)) =
        surroundings.first(named, &variables, "ec2_metadata_service_endpoint")
    {
        check_address(source, &address)?;
        return Ok(address);
    }
    let mode = (
        "ec2_metadata_service_endpoint_mode",
        given(settings.ec2_metadata_service_endpoint_mode.as_deref()),
    );
    let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"];
    let mode = surroundings.first(mode, &variables, "ec2_metadata_service_endpoint_mode");
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
