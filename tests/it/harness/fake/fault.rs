//! What the fake does wrong when a test tells it to.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// What happens to a call instead of the plain answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is done; the service answers with this error.
    Error {
        /// The HTTP status.
        status: u16,
        /// AWS's error code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// Nothing is done; HTTP 200, and every id of the call is listed as unsuccessful (CreateFlowLogs and DeleteFlowLogs).
    Unsuccessful {
        /// AWS's error code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// It is done, then the connection is closed without a reply.
    DropAfterDoing,
    /// Nothing is done, and the connection is closed without a reply.
    DropBefore,
    /// It is done; HTTP 200 with a body that is neither XML nor JSON.
    Garbage,
    /// It is done; the body of the reply ends behind the first place of this text, and its length says so.
    Cut(&'static str),
    /// It is done; the body of the reply ends behind the first place of this text, under HTTP/1.0 and without a length.
    CutWithoutLength(&'static str),
    /// It is done; the body of the reply never ends.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only tests of the AWS half use it")
    )]
    Endless,
    /// Nothing is done; the reply has this status and this body.
    Instead(u16, String),
    /// It is done, and answered only after this long.
    Delay(Duration),
    /// It is done, and answered only when the test releases it.
    Hold,
    /// Nothing is done; the service asks to slow down, in its own words.
    Throttle,
}

impl Fault {
    /// An error with HTTP status 400.
    pub(crate) fn error(code: &str, message: &str) -> Self {
        Self::Error {
            status: 400,
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    /// A page of somebody who stands in between and wants to be talked to first.
    pub(crate) fn sign_in_page() -> Self {
        let page = "<!DOCTYPE html>\n<html><title>Sign in</title><p>Who are you?<br></html>";
        Self::Instead(200, page.to_owned())
    }

    /// A partial failure inside HTTP 200.
    pub(crate) fn unsuccessful(code: &str, message: &str) -> Self {
        Self::Unsuccessful {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }
}

/// The faults that wait for their calls, in order, by action.
#[derive(Debug, Default)]
pub(super) struct Faults(BTreeMap<String, VecDeque<(Fault, u32)>>);

impl Faults {
    /// Lets the next `times` calls of an action meet a fault, after those already waiting.
    pub(super) fn push(&mut self, action: &str, fault: Fault, times: u32) {
        if times > 0 {
            let waiting = self.0.entry(action.to_owned()).or_default();
            waiting.push_back((fault, times));
        }
    }

    /// Takes the fault of one call.
    pub(super) fn take(&mut self, action: &str) -> Option<Fault> {
        let waiting = self.0.get_mut(action)?;
        let (fault, times) = waiting.front_mut()?;
        let fault = fault.clone();
        *times -= 1;
        if *times == 0 {
            waiting.pop_front();
        }
        Some(fault)
    }

    /// Forgets every fault.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
