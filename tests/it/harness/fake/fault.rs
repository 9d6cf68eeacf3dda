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
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only tests of the AWS half use it")
    )]
    Echo(u16),
    /// The call is not executed. A page that repeats the request with all headers.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only tests of the AWS half use it")
    )]
    EchoPage(u16),
    /// The call is not executed. The reply has this status, and sends the client to this address.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only tests of the AWS half use it")
    )]
    Redirect(u16, String),
    /// The call is executed. The reply follows after this time.
    Delay(Duration),
    /// The call is executed. The reply follows when the test releases it.
    Hold,
    /// The call is not executed. The service throttles, with its own error code.
    Throttle,
    /// The call is not executed. The service says that the credentials have expired, with its own error code.
    Expired,
    /// The call is executed, and the service says that it failed (HTTP 500).
    FailAfterDoing,
    /// The call is executed, if this is true. There is no reply, and the connection stays open.
    Hang(bool),
    /// The call is executed. Half of the reply follows, and then nothing.
    Stall,
    /// The call is executed. The reply comes in small parts, one after the other.
    Drip,
    /// The call is executed. The reply is changed before it is sent.
    Spoiled(Spoiled),
    /// The call is executed twice, as if the network had repeated it. The second reply is sent.
    Repeated,
    /// The reply follows when the test releases it, or never: the connection is then closed.
    HoldAndDrop,
    /// DescribeFlowLogs is answered from an earlier state.
    Stale(Age),
}

/// What is wrong with a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoiled {
    /// Half of the body, with a matching length.
    Half,
    /// Half of the body, in HTTP/1.0 without a length.
    HalfWithoutLength,
    /// No body.
    Empty,
    /// One of the closing tags, or one of the colons, is wrong.
    Malformed,
    /// The body comes twice in one reply.
    Twice,
    /// The length is larger than the body.
    TooLong,
}

/// The state from which a stale reply comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// The state when the server began to remember.
    Oldest,
    /// The state before the last change.
    BeforeLast,
    /// Any of the states, another one for each call.
    Any(u64),
}

impl Age {
    /// Chooses one of the states, of which the last one is the present.
    pub(super) fn choose(self, states: usize, call: u64) -> usize {
        match self {
            Self::Oldest => 0,
            Self::BeforeLast => states.saturating_sub(2),
            Self::Any(seed) => {
                let mixed = (seed ^ call).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
                usize::try_from(mixed).unwrap_or_default() % states.max(1)
            }
        }
    }
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

/// The queued faults by action, in order, and those of certain calls.
#[derive(Debug, Default)]
pub(super) struct Faults {
    queued: BTreeMap<String, VecDeque<(Fault, u32)>>,
    aimed: Vec<Aimed>,
}

/// A fault of certain calls of an action.
#[derive(Debug)]
struct Aimed {
    action: String,
    /// The calls before the first one that fails.
    before: u32,
    fault: Fault,
    times: u32,
}

impl Faults {
    /// Adds a fault for `times` calls of an action, after the faults that are already queued.
    pub(super) fn push(&mut self, action: &str, fault: Fault, times: u32) {
        if times > 0 {
            let waiting = self.queued.entry(action.to_owned()).or_default();
            waiting.push_back((fault, times));
        }
    }

    /// Adds a fault for `times` calls of an action, after `before` calls without it.
    pub(super) fn aim(&mut self, action: &str, before: u32, fault: Fault, times: u32) {
        self.aimed.push(Aimed {
            action: action.to_owned(),
            before,
            fault,
            times,
        });
    }

    /// Removes and returns the fault of the next call.
    pub(super) fn take(&mut self, action: &str) -> Option<Fault> {
        for aimed in self.aimed.iter_mut().filter(|aimed| aimed.action == action) {
            if aimed.before > 0 {
                aimed.before -= 1;
            } else if aimed.times > 0 {
                aimed.times -= 1;
                return Some(aimed.fault.clone());
            }
        }
        let waiting = self.queued.get_mut(action)?;
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
        self.queued.clear();
        self.aimed.clear();
    }
}
