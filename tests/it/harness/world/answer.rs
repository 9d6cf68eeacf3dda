//! Handles one request: its operation, its caller, its fault and the reply.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};

use super::sources::{self, Reply};
use super::{Fault, Note, Shared};

/// The operation that the tests call in the end.
pub(crate) const READ: &str = "DescribeFlowLogs";

/// Handles a request. An error closes the connection without a reply.
pub(super) async fn answer(
    shared: &Shared,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let text = |name: &str| header(&head.headers, name).to_owned();
    let (key, region, service) = scope(header(&head.headers, "authorization"));
    let whole = whole(&head, &body);
    let parameters = parameters(head.uri.query(), &head.headers, &body);
    let path = head.uri.path().to_owned();
    let note = Note {
        operation: operation(&head.method, &path, &parameters),
        signed_at: signed_at(header(&head.headers, "x-amz-date")),
        bearer: bearer(&head.headers),
        host: text("host"),
        user_agent: text("user-agent"),
        path,
        parameters,
        key,
        region,
        service,
    };
    let fault = shared.meet(note.clone());
    let reply = match fault {
        Some(Fault::Hang) => match std::future::pending::<Infallible>().await {},
        Some(Fault::Echo(status)) => {
            sources::error(&note.operation, status, "AccessDenied", &escaped(&whole))
        }
        Some(Fault::EchoPage(status)) => Reply::new(status, "text/html", format!("<pre>{whole}")),
        Some(Fault::Redirect(status, address)) => Reply {
            location: format!("{address}{}", note.path),
            ..Reply::new(status, "text/html", "<html>It moved.</html>")
        },
        Some(Fault::Drop) => return Err(io::Error::other("dropped")),
        Some(Fault::Error(status, code, message)) => {
            sources::error(&note.operation, status, code, message)
        }
        Some(Fault::WrongTime(status, code)) if is_wrong(note.signed_at, shared.now()) => {
            sources::error(&note.operation, status, code, "Signature expired")
        }
        Some(Fault::Instead(status, body)) => Reply::new(status, "text/plain", body),
        Some(Fault::Half) => sources::reply(&note, shared.now()).half(),
        Some(Fault::WrongTime(..)) | None => sources::reply(&note, shared.now()),
    };
    Ok(response(reply, shared.now()))
}

fn response(reply: Reply, now: jiff::Timestamp) -> Response<Full<Bytes>> {
    let Reply {
        status,
        location,
        content_type,
        error_type,
        body,
    } = reply;
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    let headers = response.headers_mut();
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    headers.insert("date", date.parse().unwrap());
    headers.insert("content-type", content_type.parse().unwrap());
    headers.insert(
        "x-amzn-requestid",
        "fa4e0000-0000-4000-8000-000000000001".parse().unwrap(),
    );
    // A client of the instance metadata service reads the lifetime of its token.
    if status == 200 {
        let lasts = "21600".parse().unwrap();
        headers.insert("x-aws-ec2-metadata-token-ttl-seconds", lasts);
    }
    if !location.is_empty() {
        headers.insert("location", location.parse().unwrap());
    }
    if !error_type.is_empty() {
        headers.insert("x-amzn-errortype", error_type.parse().unwrap());
    }
    response
}

/// Returns the whole request.
fn whole(head: &Parts, body: &[u8]) -> String {
    let mut text = format!("{} {}\n", head.method, head.uri);
    for (name, value) in &head.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        text.push_str(&format!("{name}: {value}\n"));
    }
    text + &String::from_utf8_lossy(body)
}

/// Escapes a text for XML and for JSON.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace(['"', '\\', '\n'], " ")
}

/// Parses `20260102T030405Z`.
fn signed_at(text: &str) -> Option<i64> {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    let time = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(time.timestamp().as_second())
}

/// Reports whether the time of a signature differs from now by more than AWS allows.
fn is_wrong(signed_at: Option<i64>, now: jiff::Timestamp) -> bool {
    signed_at.is_none_or(|at| (at - now.as_second()).abs() > 300)
}

/// Returns the operation of a request.
fn operation(method: &Method, path: &str, parameters: &BTreeMap<String, String>) -> String {
    if let Some(action) = parameters.get("Action") {
        return action.clone();
    }
    let name = match path {
        _ if path.ends_with("/latest/api/token") => "InstanceToken",
        _ if path.ends_with("/latest/meta-data/iam/security-credentials/") => "InstanceRoles",
        _ if path.contains("/latest/meta-data/iam/security-credentials/") => "InstanceRole",
        _ if path.ends_with("/latest/meta-data/placement/region") => "InstanceRegion",
        _ if path.contains("/latest/") => "InstanceOther",
        _ if path.ends_with("/federation/credentials") => "GetRoleCredentials",
        _ if path.ends_with("/token") && method == Method::POST => "CreateToken",
        _ if method == Method::GET => "Container",
        _ => "Unknown",
    };
    name.to_owned()
}

fn parameters(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let json: Option<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_slice(body).ok();
    match json {
        Some(json) => all.extend(json.into_iter().map(|(name, value)| {
            let text = value.as_str().map(str::to_owned);
            (name, text.unwrap_or_else(|| value.to_string()))
        })),
        None if header(headers, "content-type").contains("form") => {
            all.extend(form_urlencoded::parse(body).into_owned());
        }
        None => {}
    }
    all
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Returns the token of a request, in addition to its signature or instead of it.
fn bearer(headers: &HeaderMap) -> String {
    let names = [
        "x-amz-sso_bearer_token",
        "x-aws-ec2-metadata-token",
        "proxy-authorization",
        "authorization",
        "x-amz-security-token",
    ];
    let values = names.iter().map(|name| header(headers, name));
    let mut values = values.filter(|value| !value.is_empty() && !value.starts_with("AWS4"));
    values.next().unwrap_or_default().to_owned()
}

/// Returns the access key, the region and the service of `AWS4-HMAC-SHA256
/// Credential=key/date/region/service/aws4_request, …`.
fn scope(authorization: &str) -> (String, String, String) {
    let credential = authorization
        .split(['=', ',', ' '])
        .skip_while(|word| *word != "Credential")
        .nth(1);
    let parts: Vec<_> = credential.unwrap_or_default().split('/').collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or_default().to_owned();
    (part(0), part(2), part(3))
}
