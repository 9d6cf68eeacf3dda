//! The faults of a sweep, and the calls that can have them.

use crate::harness::fake::{Age, Fault, Spoiled};

/// A fault of one call.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) how: How,
}

/// Where a fault is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum How {
    /// The connection is refused.
    Refused,
    /// The call fails in this way.
    Call(Fault),
    /// Terraform is interrupted while the call is under way. The reply then follows, or not.
    Interrupt(Fault),
}

impl Kind {
    /// Returns all faults.
    pub(super) fn all() -> Vec<Self> {
        let call = |name, fault| Self {
            name,
            how: How::Call(fault),
        };
        let error = |status, code: &str| Fault::Error {
            status,
            code: code.to_owned(),
            message: "The service is unavailable.".to_owned(),
        };
        vec![
            Self {
                name: "refused",
                how: How::Refused,
            },
            call("reset-before", Fault::DropBefore),
            call("reset-after", Fault::DropAfterDoing),
            call("truncated", Fault::Spoiled(Spoiled::Half)),
            call(
                "truncated-without-length",
                Fault::Spoiled(Spoiled::HalfWithoutLength),
            ),
            call("wrong-length", Fault::Spoiled(Spoiled::TooLong)),
            call("hang-before", Fault::Hang(false)),
            call("hang-after", Fault::Hang(true)),
            call("stall", Fault::Stall),
            call("drip", Fault::Drip),
            call("500", error(500, "InternalFailure")),
            call("503", error(503, "ServiceUnavailable")),
            call("throttle", Fault::Throttle),
            call("throttle-json", error(400, "ThrottlingException")),
            call("internal-error", error(500, "InternalError")),
            call("internal-error-after", Fault::FailAfterDoing),
            call("expired", Fault::Expired),
            call("malformed", Fault::Spoiled(Spoiled::Malformed)),
            call("sign-in-page", Fault::sign_in_page()),
            call("empty", Fault::Spoiled(Spoiled::Empty)),
            call("duplicate", Fault::Spoiled(Spoiled::Twice)),
            call("repeated", Fault::Repeated),
            call(
                "unsuccessful",
                Fault::unsuccessful("InternalError", "Try again."),
            ),
            call("stale-oldest", Fault::Stale(Age::Oldest)),
            call("stale-before", Fault::Stale(Age::BeforeLast)),
            call("stale-any", Fault::Stale(Age::Any(0))),
            Self {
                name: "interrupt",
                how: How::Interrupt(Fault::Hold),
            },
            Self {
                name: "interrupt-reset",
                how: How::Interrupt(Fault::HoldAndDrop),
            },
        ]
    }

    /// Reports whether a call can have the fault. The answer to a question is as old as its replies.
    pub(super) fn fits(&self, action: &str, is_question: bool) -> bool {
        match &self.how {
            How::Call(Fault::Unsuccessful { .. }) => {
                matches!(action, "CreateFlowLogs" | "DeleteFlowLogs")
            }
            How::Call(Fault::Stale(_)) => action == "DescribeFlowLogs" && !is_question,
            _ => true,
        }
    }

    /// Reports whether the reply comes from an earlier state.
    pub(super) fn is_stale(&self) -> bool {
        matches!(self.how, How::Call(Fault::Stale(_)))
    }

    /// Reports whether the call waits until its timeout.
    pub(super) fn is_slow(&self) -> bool {
        matches!(&self.how, How::Call(Fault::Hang(_) | Fault::Stall))
    }

    /// Reports whether a fault that lasts would take minutes, because every call waits until its timeout.
    pub(super) fn is_slow_with(&self, attempts: Option<u32>) -> bool {
        self.is_slow() && attempts != Some(1)
    }

    /// Reports whether the fault can be one of every later call.
    pub(super) fn can_last(&self) -> bool {
        !matches!(self.how, How::Interrupt(_))
    }
}
