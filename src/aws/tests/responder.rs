//! A server on the loopback interface that replies to one request per connection, in a given order.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::{Notify, watch},
};

/// What the server does with one request.
pub(super) enum Reply {
    /// Replies with a status and a body.
    Answer(u16, String),
    /// Replies with a status and bytes that need not be text.
    Bytes(u16, Vec<u8>),
    /// Replies with success and a wrong length.
    Lying(usize, String),
    /// Closes the connection without a reply.
    Drop,
    /// Replies with success when the test says so.
    Later(Arc<Notify>, String),
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: String,
}

impl Request {
    /// Returns the value of a parameter of a form.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.body.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// The server.
pub(super) struct Responder {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    count: watch::Receiver<usize>,
}

impl Responder {
    /// Starts a server with these replies. Later requests get `418`.
    pub(super) async fn start(replies: Vec<Reply>) -> Self {
        Self::start_with(replies, None).await
    }

    /// Starts a server with TLS.
    pub(super) async fn start_with(
        replies: Vec<Reply>,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (sender, count) = watch::channel(0);
        let seen = requests.clone();
        tokio::spawn(async move {
            let mut replies = VecDeque::from(replies);
            while let Ok((stream, _)) = listener.accept().await {
                let stream: Box<dyn Stream> = match &tls {
                    None => Box::new(stream),
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => Box::new(stream),
                        Err(_) => continue,
                    },
                };
                let mut stream = stream;
                let Some(request) = read(&mut stream).await else {
                    continue;
                };
                seen.lock().unwrap().push(request);
                sender.send_modify(|count| *count += 1);
                answer(stream, replies.pop_front()).await;
            }
        });
        Self {
            url,
            requests,
            count,
        }
    }

    /// Returns all requests so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits for a number of requests.
    pub(super) async fn received(&self, wanted: usize) {
        let mut count = self.count.clone();
        count.wait_for(|count| *count >= wanted).await.unwrap();
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn read(stream: &mut Box<dyn Stream>) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let named = name.eq_ignore_ascii_case("content-length");
                named.then(|| value.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(Request {
                    head: head.to_owned(),
                    body: body.to_owned(),
                });
            }
        }
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&part[..length]),
        }
    }
}

async fn answer(mut stream: Box<dyn Stream>, reply: Option<Reply>) {
    let mut length = None;
    let (status, body) = match reply {
        Some(Reply::Answer(status, body)) => (status, body.into_bytes()),
        Some(Reply::Bytes(status, body)) => (status, body),
        Some(Reply::Lying(told, body)) => {
            length = Some(told);
            (200, body.into_bytes())
        }
        Some(Reply::Drop) => return,
        Some(Reply::Later(when, body)) => {
            when.notified().await;
            (200, body.into_bytes())
        }
        None => (418, b"nothing more was expected".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status} Answer\r\nx-amzn-requestid: header-id\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        length.unwrap_or(body.len())
    );
    // The client may be gone.
    let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
    let _ = stream.shutdown().await;
}
