//! Credentials of a container: ECS tasks, EKS Pod Identity, and other servers of the same protocol.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
//! This module must not know any other source of credentials.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_types::os_shim_internal::Env;
use http::Uri;

use super::{
    super::{
        error::{Error, Kind, Setting},
        error_chain::chain,
        network::NetworkProblem,
        os::{home, named_variable, variable},
    },
    clients::{ATTEMPTS, Clients, backoff, unusable},
    instance,
    token::Token,
};

/// The address of ECS.
/// The operation in errors.
const OPERATION: &str = "GetContainerCredentials";
const ECS: &str = "http://169.254.170.2";
/// The hosts that may be called over plain HTTP: this machine, ECS, and EKS.
const PLAIN: [&str; 6] = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "169.254.170.2",
    "169.254.170.23",
    "[fd00:ec2::23]",
];

/// The source of the credentials of a container.
pub(super) struct Container {
    address: String,
    token: Option<Token>,
}

impl Container {
    /// Returns what the environment names, if anything.
    pub(super) fn named(env: &Env) -> Result<Option<Self>, Error> {
        const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
        let (source, address) = match named_variable(env, &[RELATIVE, FULL]) {
            Some((source @ Setting::Variable(RELATIVE), path)) => (source, format!("{ECS}{path}")),
            Some(named) => named,
            None => return Ok(None),
        };
        check(source, &address)?;
        let file = named_variable(env, &["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]);
        let token = match file {
            Some((source, file)) => Some(Token::File {
                path: home(env, &file),
                named_by: source.to_string(),
            }),
            None => variable(env, &["AWS_CONTAINER_AUTHORIZATION_TOKEN"]).map(Token::Given),
        };
        Ok(Some(Self { address, token }))
    }

    /// Fetches the credentials.
    pub(super) async fn get(&self, clients: &Clients) -> Result<Credentials, Error> {
        let context = clients.context();
        let ask = async {
            let mut attempt = 1;
            loop {
                match self.ask(clients).await {
                    Err((_, true)) if attempt < ATTEMPTS && !context.stop.is_cancelled() => {
                        tokio::time::sleep(backoff(attempt)).await;
                        attempt += 1;
                    }
                    result => return result.map_err(|(error, _)| error),
                }
            }
        };
        tokio::select! {
            biased;
            result = ask => result,
            () = context.stop.cancelled() => Err(self.ended(Kind::Stopped)),
            () = context.deadline() => Err(self.ended(Kind::OutOfTime)),
        }
    }

    /// Fetches the credentials once. An error comes with whether a retry may help.
    async fn ask(&self, clients: &Clients) -> Result<Credentials, (Error, bool)> {
        let request = self.request().map_err(|error| (error, false))?;
        let reply = clients.http.call(request).await.map_err(|error| {
            let reason = chain(&error);
            let error = Error {
                network: Some(NetworkProblem::of(&error)),
                ..self.error(Kind::Unreachable, &reason)
            };
            (error, true)
        })?;
        let status = reply.status().as_u16();
        if !reply.status().is_success() {
            // The text of the reply may contain anything.
            let error = self.error(Kind::Refused, &format!("HTTP {status}"));
            return Err((error, status >= 500 || status == 429));
        }
        let session = instance::Session::read(reply_bytes(&reply));
        session.ok_or_else(|| {
            (
                self.error(Kind::Unreadable, "it contains no credentials"),
                true,
            )
        })
    }

    fn request(&self) -> Result<HttpRequest, Error> {
        let mut request = HttpRequest::get(&self.address)
            .map_err(|_| self.error(Kind::Configuration, "it cannot be called"))?;
        request.headers_mut().insert("accept", "application/json");
        if let Some(token) = &self.token {
            let token = token.read()?;
            let inserted = request.headers_mut().try_insert("authorization", token);
            inserted.map_err(|_| {
                unusable("the authorization token of the container has more than one line")
            })?;
        }
        Ok(request)
    }

    fn error(&self, kind: Kind, reason: &str) -> Error {
        let message = format!("container credentials at {}: {reason}", self.address);
        Error::new(OPERATION, kind, message)
    }

    fn ended(&self, kind: Kind) -> Error {
        let message = format!(
            "while waiting for the container credentials at {}",
            self.address
        );
        Error::new(OPERATION, kind, message)
    }
}

fn reply_bytes(reply: &HttpResponse) -> &[u8] {
    reply.body().bytes().unwrap_or_default()
}

/// Checks an address. The request contains a token, so only this machine and its host may be called over plain HTTP.
fn check(source: Setting<&str>, address: &str) -> Result<(), Error> {
    let uri = address.parse::<Uri>().ok();
    let uri = uri.as_ref();
    let host = uri.and_then(Uri::host).unwrap_or_default();
    let is_plain = uri.and_then(Uri::scheme_str) == Some("http");
    match uri.and_then(Uri::scheme_str) {
        Some("https") if !host.is_empty() => Ok(()),
        _ if is_plain && (PLAIN.contains(&host) || host.starts_with("127.")) => Ok(()),
        _ if is_plain && !host.is_empty() => Err(Error::configuration(
            source,
            "plain HTTP is allowed only to loopback addresses and to those of ECS and EKS; use https",
        )),
        _ => Err(Error::configuration(
            source,
            "it is not an address such as http://169.254.170.23/v1/credentials",
        )),
    }
}
