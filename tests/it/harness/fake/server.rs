//! The HTTP server: accepts, decodes and records calls, applies faults and replies.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Response, StatusCode, Version};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use super::fault::Fault;
use super::request::{Request, Service};
use super::state::State;
use super::{Shared, canary, cloudformation, ec2, logs, s3, sts};

/// Serves until `stopped` resolves.
pub(super) fn run(listener: TcpListener, shared: Arc<Shared>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime for the fake");
    runtime.block_on(async {
        listener.set_nonblocking(true).expect("a listener");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        tokio::select! {
            _ = stopped => {}
            never = accept(listener, shared) => match never {},
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
}

async fn accept(listener: tokio::net::TcpListener, shared: Arc<Shared>) -> Infallible {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        // A reply must not wait for a delayed acknowledgement of the client.
        stream.set_nodelay(true).expect("a TCP stream");
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&shared, request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            // An error means that the client disconnected or that a fault closed the connection.
            let _ = connection.await;
        });
    }
}

/// Handles one call. An error closes the connection without a reply.
async fn answer(shared: &Shared, request: hyper::Request<Incoming>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let request = match Request::decode((&head.method, &head.uri), &head.headers, &body) {
        Ok(request) => request,
        Err(reason) => return Ok(Reply::not_a_call(&reason).into_response("none", shared)),
    };
    if let Some(form) = canary::form_of(canary::SECRET, request.text.as_bytes()) {
        let leak = format!("{} sends the secret key, {form}", request.action);
        shared.state().leaks.push(leak);
    }
    // Subscribes before the call is recorded, so that a later release is not missed.
    let mut released = shared.released.subscribe();
    released.mark_unchanged();
    let (fault, latency, request_id) = record(shared, &request);
    if fault == Some(Fault::DropBefore) {
        return Err(io::Error::other("dropped before doing"));
    }
    let mut reply = reply(shared, &request, fault.as_ref(), &request_id);
    tokio::time::sleep(latency).await;
    match fault {
        Some(Fault::DropAfterDoing) => return Err(io::Error::other("dropped after doing")),
        Some(Fault::Delay(delay)) => tokio::time::sleep(delay).await,
        Some(Fault::Hold) => released.changed().await.map_err(io::Error::other)?,
        Some(Fault::Cut(text) | Fault::CutWithoutLength(text)) => reply.cut(text),
        _ => {}
    }
    let mut response = reply.into_response(&request_id, shared);
    if let Some(Fault::Echo(_)) = fault {
        let token = request.token.parse().expect("the value of a header");
        response.headers_mut().insert("x-amzn-requestid", token);
    }
    match fault {
        Some(Fault::CutWithoutLength(_)) => {
            *response.version_mut() = Version::HTTP_10;
            let body = std::mem::take(response.body_mut()).collect().await;
            let bytes = body.map_err(io::Error::other)?.to_bytes();
            *response.body_mut() = streamed(std::iter::once(bytes));
        }
        Some(Fault::Endless) => *response.body_mut() = endless(shared),
        _ => {}
    }
    Ok(response)
}

type Body = BoxBody<Bytes, Infallible>;

/// A body of unknown length.
fn streamed(parts: impl Iterator<Item = Bytes> + Send + Sync + 'static) -> Body {
    let frames = parts.map(|part| Ok(Frame::data(part)));
    BodyExt::boxed(StreamBody::new(stream::iter(frames)))
}

/// An endless body, which counts the bytes that were sent.
fn endless(shared: &Shared) -> Body {
    let sent = Arc::clone(&shared.sent_endlessly);
    let part = Bytes::from(vec![b'x'; 1 << 16]);
    streamed(std::iter::repeat_with(move || {
        sent.fetch_add(part.len() as u64, Ordering::Relaxed);
        part.clone()
    }))
}

/// Records the call, notifies waiting tests, and returns its fault.
fn record(shared: &Shared, request: &Request) -> (Option<Fault>, Duration, String) {
    let mut state = shared.state();
    state.calls.push(request.call());
    shared.seen.notify_all();
    let latencies = &state.settings.latencies;
    let latency = latencies.get(&request.action).or(latencies.get("*"));
    let latency = latency.copied().unwrap_or_default();
    let number = state.next();
    let request_id = format!("fa4e0000-0000-4000-8000-{number:012x}");
    let rate = state.settings.rates.get_mut(&request.action);
    let throttled = rate.is_some_and(|rate| !rate.take());
    state.throttled += usize::from(throttled);
    let fault = if throttled {
        Some(Fault::Throttle)
    } else {
        state.faults.take(&request.action)
    };
    (fault, latency, request_id)
}

/// Executes the call, or applies its fault.
fn reply(shared: &Shared, request: &Request, fault: Option<&Fault>, request_id: &str) -> Reply {
    let outcome = match fault {
        Some(Fault::Error {
            status,
            code,
            message,
        }) => Err(ApiError::with_status(*status, code, message)),
        Some(Fault::Throttle) => Err(throttled(request.service)),
        Some(Fault::Instead(status, body)) => Ok(Reply {
            status: *status,
            content_type: "text/html",
            body: body.clone().into(),
            headers: Vec::new(),
        }),
        Some(Fault::Echo(status)) => Err(ApiError::with_status(
            *status,
            "AccessDenied",
            &request.text,
        )),
        Some(Fault::EchoPage(status)) => Ok(Reply {
            status: *status,
            content_type: "text/html",
            body: format!("<html><pre>{}", request.text).into(),
            headers: Vec::new(),
        }),
        Some(Fault::Unsuccessful { code, message }) => {
            ec2::unsuccessful(request, code, message, request_id)
        }
        _ => authorized(request).and_then(|()| act(shared, request, request_id)),
    };
    match (fault, outcome) {
        (Some(Fault::Garbage), _) => Reply::ok("text/plain", "<html><p>not what was asked for"),
        (_, Ok(reply)) => reply,
        (_, Err(error)) => error.into_reply(request.service, request_id),
    }
}

fn act(shared: &Shared, request: &Request, request_id: &str) -> Outcome {
    if request.action == "FilterLogEvents" {
        // This call can take long, so it searches the events without the lock.
        let search = logs::search(&shared.state(), request)?;
        return Ok(search.run());
    }
    let state: &mut State = &mut shared.state();
    match request.service {
        Service::Ec2 => ec2::answer(state, request, request_id),
        Service::Sts => sts::answer(state, request, request_id),
        Service::Logs => logs::answer(state, request),
        Service::CloudFormation => cloudformation::answer(state, request, request_id),
        Service::S3 => s3::answer(state, request),
    }
}

fn authorized(request: &Request) -> Result<(), ApiError> {
    let signed = !request.access_key.is_empty() && !request.region.is_empty();
    if signed || request.action == "AssumeRoleWithWebIdentity" {
        return Ok(());
    }
    let (status, code) = match request.service {
        Service::Ec2 => (401, "AuthFailure"),
        Service::Sts | Service::CloudFormation => (403, "MissingAuthenticationToken"),
        Service::S3 => (403, "AccessDenied"),
        Service::Logs => (400, "MissingAuthenticationTokenException"),
    };
    let message = "AWS was not able to validate the provided access credentials";
    Err(ApiError::with_status(status, code, message))
}

fn throttled(service: Service) -> ApiError {
    match service {
        Service::Ec2 => {
            ApiError::with_status(503, "RequestLimitExceeded", "Request limit exceeded.")
        }
        Service::Sts | Service::CloudFormation => ApiError::new("Throttling", "Rate exceeded"),
        Service::Logs => ApiError::new("ThrottlingException", "Rate exceeded"),
        Service::S3 => ApiError::with_status(503, "SlowDown", "Please reduce your request rate."),
    }
}

/// The result of a call.
pub(super) type Outcome = Result<Reply, ApiError>;

/// A reply before its conversion to HTTP.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// HTTP 200.
    pub(super) fn ok(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            content_type,
            body: body.into(),
            headers: Vec::new(),
        }
    }

    /// Sets HTTP 206.
    pub(super) fn partial(self) -> Self {
        Self {
            status: 206,
            ..self
        }
    }

    /// Adds a header.
    pub(super) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn not_a_call(reason: &str) -> Self {
        Self {
            status: 404,
            content_type: "text/plain",
            body: format!("the fake does not understand this: {reason}\n").into(),
            headers: Vec::new(),
        }
    }

    /// Ends the body after a text, or makes it empty if it does not contain the text.
    fn cut(&mut self, behind: &str) {
        let behind = behind.as_bytes();
        let mut windows = self.body.windows(behind.len().max(1));
        let at = windows.position(|window| window == behind);
        self.body.truncate(at.map_or(0, |at| at + behind.len()));
    }

    fn into_response(self, request_id: &str, shared: &Shared) -> Response<Body> {
        let mut response = Response::new(Full::new(Bytes::from(self.body)).boxed());
        *response.status_mut() = StatusCode::from_u16(self.status).expect("an HTTP status");
        let headers = response.headers_mut();
        headers.insert(
            "content-type",
            self.content_type.parse().expect("a content type"),
        );
        headers.insert(
            "x-amzn-requestid",
            request_id.parse().expect("a request id"),
        );
        let date = shared
            .state()
            .now()
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string();
        for (name, value) in self.headers {
            headers.insert(name, value.parse().expect("the value of a header"));
        }
        headers.insert("date", date.parse().expect("a date"));
        response
    }
}

/// An error that is not in the format of a service yet.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    status: u16,
    code: String,
    message: String,
    headers: Vec<(&'static str, String)>,
}

impl ApiError {
    /// Returns an error with HTTP status 400.
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self::with_status(400, code, message)
    }

    /// Returns an error with an HTTP status.
    pub(super) fn with_status(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            headers: Vec::new(),
        }
    }

    /// Adds a header.
    pub(super) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn into_reply(self, service: Service, request_id: &str) -> Reply {
        let (content_type, body) = match service {
            Service::Ec2 => (
                ec2::CONTENT_TYPE,
                ec2::error(&self.code, &self.message, request_id),
            ),
            Service::Sts | Service::CloudFormation => (
                sts::CONTENT_TYPE,
                sts::error(&self.code, &self.message, request_id),
            ),
            Service::Logs => (logs::CONTENT_TYPE, logs::error(&self.code, &self.message)),
            Service::S3 => (
                s3::CONTENT_TYPE,
                s3::error(&self.code, &self.message, request_id),
            ),
        };
        Reply {
            status: self.status,
            content_type,
            body: body.into(),
            headers: self.headers,
        }
    }
}
