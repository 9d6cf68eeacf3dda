//! Replies that are mutated, nested without end, or full of entities: each is read or refused, soon and without a panic.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::replies::{CALLS_AT_ONCE, Case, cases};
use super::{super::*, *};

/// How many mutations of each reply are tried.
const MUTATIONS: usize = 60;

/// How deep a reply is nested.
const DEPTH: usize = 100_000;

/// The most time that a call may take.
const LONGEST: Duration = Duration::from_secs(20);

/// Changes, removes, repeats or inserts bytes.
fn mutated(runner: &mut TestRunner, whole: &[u8]) -> Vec<u8> {
    let change = (any::<prop::sample::Index>(), 0..5_u8, any::<u8>());
    let changes = prop::collection::vec(change, 1..6).new_tree(runner);
    let mut bytes = whole.to_vec();
    for (place, kind, byte) in changes.unwrap().current() {
        let at = place.index(bytes.len() + 1);
        let until = (at + usize::from(byte)).min(bytes.len());
        match kind {
            0 if at < bytes.len() => bytes[at] = byte,
            1 if at < bytes.len() => bytes[at] ^= 1 << (byte % 8),
            2 => drop(bytes.drain(at..until)),
            3 => {
                let part = bytes[at..until].to_vec();
                bytes.splice(at..at, part);
            }
            _ => bytes.insert(at, byte),
        }
    }
    bytes
}

/// Puts nested elements, or nested lists, at the beginning of a reply and where a value is.
fn nested(whole: &str) -> Vec<String> {
    let (open, close, first) = if whole.starts_with('{') {
        ("[", "]", "\"x\":")
    } else {
        ("<x>", "</x>", "")
    };
    let deep = open.repeat(DEPTH) + &close.repeat(DEPTH);
    let after = whole.find(['{', '>']).map_or(0, |at| at + 1);
    let comma = if first.is_empty() { "" } else { "," };
    vec![
        format!("{}{first}{deep}{comma}{}", &whole[..after], &whole[after..]),
        format!("{}{first}{}", &whole[..after], open.repeat(DEPTH)),
        whole.replace("[{", &format!("[{deep},{{")),
        whole.replace("<item>", &format!("<item>{deep}")),
        whole.replace("fl-0123456789abcdef0", &deep),
    ]
}

/// Puts entities that grow in front of a reply in XML.
fn entities(whole: &str) -> String {
    let grows: String = (1..20)
        .map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10)))
        .collect();
    let body = whole.replace("vpc-1", "&e19;");
    format!("<!DOCTYPE x [<!ENTITY e0 \"zzzzzzzzzz\">{grows}]>{body}")
}

/// Sends these replies, each to a call of its own.
async fn send(case: &Case, bodies: &[Vec<u8>]) {
    let status = case.reply.0;
    let reply = |body: &Vec<u8>| Reply::Bytes(status, body.clone());
    let server = Responder::start(bodies.iter().map(reply).collect()).await;
    let mut connected = aws(&server, 1).await;
    for (number, body) in bodies.iter().enumerate() {
        if number.is_multiple_of(CALLS_AT_ONCE) {
            connected = aws(&server, 1).await;
        }
        let shown = String::from_utf8_lossy(&body[..body.len().min(2_000)]);
        let call = tokio::spawn((case.call)(connected.clone()));
        let ended = tokio::time::timeout(LONGEST, call).await;
        let outcome = ended.unwrap_or_else(|_| panic!("the call hangs: {shown}"));
        let outcome = outcome.unwrap_or_else(|_| panic!("the call panics: {shown}"));
        let Err(error) = outcome else {
            continue;
        };
        let text = format!("{error} {:?}", error.hint());
        assert!(text.len() < 20_000, "the error is long: {text:.2000}");
        if case.mutates && status == 200 && error.kind == Kind::Unreadable {
            assert!(error.unanswered, "what was done is unknown: {shown}");
        }
    }
}

#[tokio::test]
async fn a_mutated_reply_is_read_or_refused() {
    let mut runner = TestRunner::deterministic();
    for case in cases() {
        let whole = case.reply.1.clone().into_bytes();
        let bodies = (0..MUTATIONS).map(|_| mutated(&mut runner, &whole));
        send(&case, &bodies.collect::<Vec<_>>()).await;
    }
}

#[tokio::test]
async fn a_reply_nested_without_end_or_with_growing_entities_is_read_or_refused() {
    for case in cases() {
        let whole = &case.reply.1;
        let mut bodies = nested(whole);
        bodies.push(entities(whole));
        bodies.retain(|body| body != whole);
        let bodies: Vec<_> = bodies.into_iter().map(String::into_bytes).collect();
        send(&case, &bodies).await;
    }
}
