//! The HTTP server: accepts, decodes and records calls, applies faults and replies.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{oneshot, watch};

use super::delivery::{self, Body};
use super::fault::Fault;
use super::request::{Request, Service};
use super::state::State;
use super::xml::Xml;
use super::{
    Shared, canary, cloudformation, ec2, iam, kms, logs, network_manager, organizations, s3, sts,
};

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

pub(super) async fn accept(
    mut listener: tokio::net::TcpListener,
    shared: Arc<Shared>,
) -> Infallible {
    let mut open = shared.open.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = turns(&mut open, false) => {
                listener = reopened(listener, &shared).await;
                continue;
            }
        };
        if let Ok((stream, _)) = accepted {
            tokio::spawn(connection(stream, Arc::clone(&shared)));
        }
    }
}

/// Refuses connections until the server opens again. A socket that does not listen keeps the port.
async fn reopened(listener: tokio::net::TcpListener, shared: &Shared) -> tokio::net::TcpListener {
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option of sockets");
    socket.bind(address).expect("the port that was just free");
    turns(&mut shared.open.subscribe(), true).await;
    socket.listen(64).expect("a listener")
}

/// Waits until the server is open, or is not.
async fn turns(open: &mut watch::Receiver<bool>, to: bool) {
    let _ = open.wait_for(|open| *open == to).await;
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // A reply must not wait for a delayed acknowledgement of the client.
    stream.set_nodelay(true).expect("a TCP stream");
    let mut open = shared.open.subscribe();
    let service = service_fn(|request| answer(&shared, request));
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // An error means that the client disconnected or that a fault closed the connection.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = turns(&mut open, false) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Handles one call. An error closes the connection without a reply.
async fn answer(
    shared: &Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> io::Result<Response<Body>> {
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
    match fault {
        Some(Fault::DropBefore) => return Err(io::Error::other("dropped before doing")),
        Some(Fault::Hang(false)) => std::future::pending().await,
        _ => {}
    }
    let reply = reply(shared, &request, fault.as_ref(), &request_id);
    tokio::time::sleep(latency).await;
    let Some(fault) = fault else {
        return Ok(reply.into_response(&request_id, shared));
    };
    let request_id = match fault {
        Fault::Echo(_) => request.token,
        _ => request_id,
    };
    delivery::deliver(shared, reply, &fault, &request_id, released).await
}

/// Records the call, notifies waiting tests, and returns its fault.
fn record(shared: &Arc<Shared>, request: &Request) -> (Option<Fault>, Duration, String) {
    let mut state = shared.state();
    state.calls.push(request.call());
    if let Some((calls, length)) = &mut state.refuses {
        *calls = calls.saturating_sub(1);
        if *calls == 0 {
            let length = *length;
            state.refuses = None;
            refuse(shared, length);
        }
    }
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

/// Refuses connections, for a time or until the test opens the server.
pub(super) fn refuse(shared: &Arc<Shared>, length: Option<Duration>) {
    shared.open.send_replace(false);
    if let Some(length) = length {
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            tokio::time::sleep(length).await;
            shared.open.send_replace(true);
        });
    }
}

/// The time that passes at the service with each stale reply.
const STEP: jiff::SignedDuration = jiff::SignedDuration::from_secs(40);

/// Executes the call, or applies its fault.
fn reply(shared: &Shared, request: &Request, fault: Option<&Fault>, request_id: &str) -> Reply {
    let outcome = match fault {
        Some(Fault::Error {
            status,
            code,
            message,
        }) => Err(ApiError::with_status(*status, code, message)),
        Some(Fault::Throttle) => Err(throttled(request.service)),
        Some(Fault::Expired) => Err(expired(request.service)),
        Some(Fault::FailAfterDoing) => {
            let _ = authorized(request).and_then(|()| act(shared, request, request_id));
            let message = "An internal error has occurred";
            Err(ApiError::with_status(500, "InternalError", message))
        }
        Some(Fault::Repeated) => {
            let _ = authorized(request).and_then(|()| act(shared, request, request_id));
            authorized(request).and_then(|()| act(shared, request, request_id))
        }
        Some(Fault::Stale(age)) if request.action == "DescribeFlowLogs" => {
            let state: &mut State = &mut shared.state();
            let now = state.flow_logs.clone();
            let number = state.next();
            let mut past = state.past();
            let place = age.choose(past.len(), number);
            if place + 1 < past.len() {
                // The service's time passes, so that a test need not wait until the state is too old for a reply.
                state.settings.clock_ahead += STEP;
                state.flow_logs = past.swap_remove(place);
            }
            let outcome = ec2::answer(state, request, request_id);
            state.flow_logs = now;
            outcome
        }
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
        Some(Fault::Redirect(status, location)) => {
            let error = ApiError::with_status(*status, "TemporaryRedirect", "It moved.");
            Err(error.with_header("location", location))
        }
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
        Service::Ec2 => {
            let outcome = ec2::answer(state, request, request_id);
            state.remember();
            outcome
        }
        Service::Sts => sts::answer(state, request, request_id),
        Service::Logs => logs::answer(state, request),
        Service::CloudFormation => cloudformation::answer(state, request, request_id),
        Service::S3 => s3::answer(state, request),
        Service::Organizations => organizations::answer(state, request),
        Service::Iam => iam::answer(state, request, request_id),
        Service::Kms => kms::answer(state, request),
        Service::NetworkManager => network_manager::answer(state, request),
    }
}

fn authorized(request: &Request) -> Result<(), ApiError> {
    let signed = !request.access_key.is_empty() && !request.region.is_empty();
    if signed || request.action == "AssumeRoleWithWebIdentity" {
        return Ok(());
    }
    let (status, code) = match request.service {
        Service::Ec2 => (401, "AuthFailure"),
        Service::Sts | Service::CloudFormation | Service::Iam => {
            (403, "MissingAuthenticationToken")
        }
        Service::S3 => (403, "AccessDenied"),
        Service::NetworkManager => (403, "MissingAuthenticationTokenException"),
        Service::Logs | Service::Organizations | Service::Kms => {
            (400, "MissingAuthenticationTokenException")
        }
    };
    let message = "AWS was not able to validate the provided access credentials";
    Err(ApiError::with_status(status, code, message))
}

fn throttled(service: Service) -> ApiError {
    match service {
        Service::Ec2 => {
            ApiError::with_status(503, "RequestLimitExceeded", "Request limit exceeded.")
        }
        Service::Sts | Service::CloudFormation | Service::Iam => {
            ApiError::new("Throttling", "Rate exceeded")
        }
        Service::Logs | Service::Kms => ApiError::new("ThrottlingException", "Rate exceeded"),
        Service::NetworkManager => {
            ApiError::with_status(429, "ThrottlingException", "Rate exceeded")
        }
        Service::Organizations => ApiError::new("TooManyRequestsException", "Rate exceeded"),
        Service::S3 => ApiError::with_status(503, "SlowDown", "Please reduce your request rate."),
    }
}

fn expired(service: Service) -> ApiError {
    let message = "The security token included in the request is expired";
    match service {
        Service::Ec2 => ApiError::new("RequestExpired", "Request has expired."),
        Service::Sts | Service::CloudFormation | Service::Iam => {
            ApiError::with_status(403, "ExpiredToken", message)
        }
        Service::NetworkManager => ApiError::with_status(403, "ExpiredTokenException", message),
        Service::Logs | Service::Organizations | Service::Kms => {
            ApiError::new("ExpiredTokenException", message)
        }
        Service::S3 => ApiError::new("ExpiredToken", message),
    }
}

/// The result of a call.
pub(super) type Outcome = Result<Reply, ApiError>;

/// A reply before its conversion to HTTP.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    content_type: &'static str,
    pub(super) body: Vec<u8>,
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

    /// HTTP 200, in the form of AWS Query.
    pub(super) fn query(
        namespace: &str,
        action: &str,
        request_id: &str,
        content: impl FnOnce(&mut Xml),
    ) -> Self {
        let mut xml = Xml::document();
        xml.within(&format!("{action}Response"), namespace, |xml| {
            xml.group(&format!("{action}Result"), content);
            xml.group("ResponseMetadata", |xml| {
                xml.text("RequestId", request_id);
            });
        });
        Self::ok(sts::CONTENT_TYPE, xml.finish())
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
    pub(super) fn cut(&mut self, behind: &str) {
        let behind = behind.as_bytes();
        let mut windows = self.body.windows(behind.len().max(1));
        let at = windows.position(|window| window == behind);
        self.body.truncate(at.map_or(0, |at| at + behind.len()));
    }

    pub(super) fn into_response(self, request_id: &str, shared: &Shared) -> Response<Body> {
        let mut response = Response::new(delivery::whole(self.body));
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
        let mut headers = self.headers;
        let (content_type, body) = match service {
            Service::Ec2 => (
                ec2::CONTENT_TYPE,
                ec2::error(&self.code, &self.message, request_id),
            ),
            Service::Sts | Service::CloudFormation | Service::Iam => (
                sts::CONTENT_TYPE,
                sts::error(&self.code, &self.message, request_id),
            ),
            Service::Logs | Service::Organizations | Service::Kms => {
                (logs::CONTENT_TYPE, logs::error(&self.code, &self.message))
            }
            // The code is in a header.
            Service::NetworkManager => {
                headers.push(("x-amzn-errortype", format!("{}:http://x/", self.code)));
                let body = serde_json::json!({ "Message": self.message });
                (network_manager::CONTENT_TYPE, body.to_string())
            }
            Service::S3 => (
                s3::CONTENT_TYPE,
                s3::error(&self.code, &self.message, request_id),
            ),
        };
        Reply {
            status: self.status,
            content_type,
            body: body.into(),
            headers,
        }
    }
}
