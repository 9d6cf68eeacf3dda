//! Credentials of a container: ECS tasks, EKS pod identity, and whoever else serves the same protocol.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
//! This module must not know what else gives credentials.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_types::os_shim_internal::Env;
use http::Uri;

use super::{
    super::{
        environment::{home, named_variable, variable},
        error::{Error, Kind, Source},
    },
    instance,
    means::{ATTEMPTS, Means, backoff, unusable},
    token::Token,
};

/// Where ECS answers.
const ECS: &str = "http://169.254.170.2";
/// Hosts that plain HTTP is allowed to: this machine, ECS, and EKS.
const PLAIN: [&str; 6] = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "169.254.170.2",
    "169.254.170.23",
    "[fd00:ec2::23]",
];

/// Where a container gets its credentials.
pub(super) struct Container {
    address: String,
    token: Option<Token>,
}

impl Container {
    /// What the environment names, if anything.
    pub(super) fn named(env: &Env) -> Result<Option<Self>, Error> {
        const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
        let (source, address) = match named_variable(env, &[RELATIVE, FULL]) {
            Some((source @ Source::Variable(RELATIVE), path)) => (source, format!("{ECS}{path}")),
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

    /// Asks for the credentials.
    pub(super) async fn get(&self, means: &Means) -> Result<Credentials, Error> {
        let terms = means.terms();
        let ask = async {
            let mut attempt = 1;
            loop {
                match self.ask(means).await {
                    Err((_, true)) if attempt < ATTEMPTS && !terms.stop.is_cancelled() => {
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
            () = terms.stop.cancelled() => Err(self.error(Kind::Stopped, "")),
            () = terms.over() => Err(self.error(Kind::OutOfTime, "")),
        }
    }

    /// Asks once; with the error comes whether another attempt may help.
    async fn ask(&self, means: &Means) -> Result<Credentials, (Error, bool)> {
        let request = self.request().map_err(|error| (error, false))?;
        let reply = means.http.call(request).await.map_err(|error| {
            let reason = super::super::causes::chain(&error);
            (self.error(Kind::Unreachable, &reason), true)
        })?;
        let status = reply.status().as_u16();
        if !reply.status().is_success() {
            // The reply's own text may hold anything.
            let error = self.error(Kind::Refused, &format!("HTTP {status}"));
            return Err((error, status >= 500 || status == 429));
        }
        let session = instance::Session::read(reply_bytes(&reply));
        session.ok_or_else(|| {
            (
                self.error(Kind::Unreadable, "it holds no credentials"),
                true,
            )
        })
    }

    fn request(&self) -> Result<HttpRequest, Error> {
        let mut request = HttpRequest::get(&self.address)
            .map_err(|_| self.error(Kind::Configuration, "it cannot be asked"))?;
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
        let message = format!("the container's credentials at {}: {reason}", self.address);
        Error::new(
            "GetContainerCredentials",
            kind,
            message.trim_end_matches([':', ' ']),
        )
    }
}

fn reply_bytes(reply: &HttpResponse) -> &[u8] {
    reply.body().bytes().unwrap_or_default()
}

/// Checks an address: the request carries a token, so plain HTTP goes to this machine and its host alone.
fn check(source: Source<'_>, address: &str) -> Result<(), Error> {
    let uri = address.parse::<Uri>().ok();
    let uri = uri.as_ref();
    let host = uri.and_then(Uri::host).unwrap_or_default();
    let is_plain = uri.and_then(Uri::scheme_str) == Some("http");
    match uri.and_then(Uri::scheme_str) {
        Some("https") if !host.is_empty() => Ok(()),
        _ if is_plain && (PLAIN.contains(&host) || host.starts_with("127.")) => Ok(()),
        _ if is_plain && !host.is_empty() => Err(Error::configuration(
            source,
            "plain HTTP is allowed to the loopback addresses and to those of ECS and EKS alone; use https",
        )),
        _ => Err(Error::configuration(
            source,
            "it is not an address such as http://169.254.170.23/v1/credentials",
        )),
    }
}
