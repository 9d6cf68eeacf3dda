//! Delivers a reply, or what a fault leaves of it.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Response, Version, header};
use tokio::sync::watch;

use super::Shared;
use super::fault::{Fault, Spoiled};
use super::server::Reply;

/// The time between two parts of a reply that comes slowly.
const DRIP: Duration = Duration::from_millis(100);
/// The parts of a reply that comes slowly.
const PARTS: usize = 8;

/// The body of a reply.
pub(super) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// A body of known length.
pub(super) fn whole(bytes: Vec<u8>) -> Body {
    Full::new(Bytes::from(bytes)).boxed_unsync()
}

/// Delivers a reply with its fault. An error closes the connection.
pub(super) async fn deliver(
    shared: &Shared,
    mut reply: Reply,
    fault: &Fault,
    request_id: &str,
    mut released: watch::Receiver<u64>,
) -> io::Result<Response<Body>> {
    match fault {
        Fault::DropAfterDoing => return Err(io::Error::other("dropped after doing")),
        Fault::Hang(_) => std::future::pending().await,
        Fault::Delay(delay) => tokio::time::sleep(*delay).await,
        Fault::Hold | Fault::HoldAndDrop => {
            shared.held.send_modify(|held| *held += 1);
            released.changed().await.map_err(io::Error::other)?;
            if *fault == Fault::HoldAndDrop {
                return Err(io::Error::other("dropped after it was held"));
            }
        }
        Fault::Cut(text) | Fault::CutWithoutLength(text) => reply.cut(text),
        Fault::Spoiled(how) => spoil(&mut reply.body, *how),
        _ => {}
    }
    let bytes = Bytes::from(reply.body.clone());
    let mut response = reply.into_response(request_id, shared);
    match fault {
        Fault::CutWithoutLength(_) | Fault::Spoiled(Spoiled::HalfWithoutLength) => {
            *response.version_mut() = Version::HTTP_10;
            *response.body_mut() = streamed(std::iter::once(bytes));
        }
        Fault::Spoiled(Spoiled::TooLong) => {
            let length = (bytes.len() + 16).into();
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, length);
            *response.body_mut() = broken_off(bytes);
        }
        Fault::Stall => *response.body_mut() = stalled(&bytes),
        Fault::Drip => *response.body_mut() = dripping(&bytes),
        Fault::Endless => *response.body_mut() = endless(shared),
        _ => {}
    }
    Ok(response)
}

fn spoil(body: &mut Vec<u8>, how: Spoiled) {
    match how {
        Spoiled::Half | Spoiled::HalfWithoutLength => body.truncate(body.len() / 2),
        Spoiled::Empty => body.clear(),
        Spoiled::Twice => body.extend_from_within(..),
        Spoiled::TooLong => {}
        Spoiled::Malformed => {
            let tag = body.windows(2).rposition(|two| two == b"</");
            if let Some(at) = tag {
                body.insert(at + 2, b'x');
            } else if let Some(at) = body.iter().rposition(|byte| *byte == b':') {
                body[at] = b';';
            } else {
                body.reverse();
            }
        }
    }
}

/// A body of unknown length.
fn streamed(parts: impl Iterator<Item = Bytes> + Send + 'static) -> Body {
    let frames = parts.map(|part| Ok(Frame::data(part)));
    BodyExt::boxed_unsync(StreamBody::new(stream::iter(frames)))
}

/// Half of a body, which never ends.
fn stalled(bytes: &Bytes) -> Body {
    let half = stream::iter([Ok(Frame::data(bytes.slice(..bytes.len() / 2)))]);
    BodyExt::boxed_unsync(StreamBody::new(half.chain(stream::pending())))
}

/// A body that ends after it was sent, before its announced length.
fn broken_off(bytes: Bytes) -> Body {
    let end = stream::unfold((), |()| async {
        tokio::time::sleep(DRIP).await;
        None
    });
    let part = stream::iter([Ok(Frame::data(bytes))]);
    BodyExt::boxed_unsync(StreamBody::new(part.chain(end)))
}

/// A body in small parts.
fn dripping(bytes: &Bytes) -> Body {
    let size = bytes.len().div_ceil(PARTS).max(1);
    let parts: Vec<_> = bytes.chunks(size).map(Bytes::copy_from_slice).collect();
    let frames = stream::iter(parts).then(|part| async {
        tokio::time::sleep(DRIP).await;
        Ok(Frame::data(part))
    });
    BodyExt::boxed_unsync(StreamBody::new(frames))
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
