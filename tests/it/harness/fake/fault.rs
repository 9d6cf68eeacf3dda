//! The faults that a test can inject into the fake server.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The fault of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The call is not executed. The service returns this error.
    Error {
        /// The HTTP status.
        status: u16,
        /// AWS's error code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// The call is not executed. HTTP 200, with all IDs of the call as unsuccessful (CreateFlowLogs and DeleteFlowLogs).
    Unsuccessful {
        /// AWS's error code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// The call is executed, and the connection is closed without a reply.
    DropAfterDoing,
    /// The call is not executed, and the connection is closed without a reply.
    DropBefore,
    /// The call is executed. HTTP 200, with a body that is neither XML nor JSON.
    Garbage,
    /// The call is executed. The body of the reply ends after the first occurrence of this text, with a matching length.
    Cut(&'static str),
    /// The call is executed. The body of the reply ends after the first occurrence of this text, in HTTP/1.0 without a
    /// length.
    CutWithoutLength(&'static str),
    /// The call is executed. The body of the reply never ends.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only tests of the AWS half use it")
    )]
    Endless,
    /// The call is not executed. The reply has this status and this body.
    Instead(u16, String),
    /// The call is not executed. An error of the service, whose message and request ID repeat the request with all headers.
    Echo(u16),
    /// The call is not executed. A page that repeats the request with all headers.
    EchoPage(u16),
    /// The call is executed. The reply follows after this time.
    Delay(Duration),
    /// The call is executed. The reply follows when the test releases it.
    Hold,
    /// The call is not executed. The service throttles, with its own error code.
    Throttle,
}

impl Fault {
    /// Returns an error with HTTP status 400.
    pub(crate) fn error(code: &str, message: &str) -> Self {
        Self::Error {
            status: 400,
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    /// Returns the page of a captive portal.
    pub(crate) fn sign_in_page() -> Self {
        let page = "<!DOCTYPE html>\n<html><title>Sign in</title><p>Who are you?<br></html>";
        Self::Instead(200, page.to_owned())
    }

    /// Returns a partial failure inside HTTP 200.
    pub(crate) fn unsuccessful(code: &str, message: &str) -> Self {
        Self::Unsuccessful {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }
}

/// The queued faults by action, in order.
#[derive(Debug, Default)]
pub(super) struct Faults(BTreeMap<String, VecDeque<(Fault, u32)>>);

impl Faults {
    /// Adds a fault for `times` calls of an action, after the faults that are already queued.
    pub(super) fn push(&mut self, action: &str, fault: Fault, times: u32) {
        if times > 0 {
            let waiting = self.0.entry(action.to_owned()).or_default();
            waiting.push_back((fault, times));
        }
    }

    /// Removes and returns the fault of the next call.
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

    /// Removes all faults.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
