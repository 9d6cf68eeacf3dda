//! Why a call or a listing failed, in the terms of the judgement. This module must not know what was asked.

use super::judge::{Cause, Subject, Trouble, Unread, World};
use crate::aws;

/// Returns why a call failed.
pub(crate) fn cause(error: &aws::Error) -> Cause {
    use aws::Kind as Failed;
    let trouble = match error.kind {
        _ if error.is_throttled() => Trouble::Throttled,
        Failed::Credentials | Failed::Configuration => Trouble::Credentials,
        _ if error.is_region_off() => Trouble::RegionOff,
        _ if error.is_denied() => Trouble::Denied,
        Failed::Unreachable | Failed::NoAnswer => Trouble::Unreachable,
        Failed::Stopped | Failed::OutOfTime => Trouble::Stopped,
        Failed::Unreadable | Failed::Foreign => Trouble::Unreadable,
        Failed::Refused | Failed::Unsuccessful => Trouble::Refused,
    };
    Cause {
        trouble,
        code: error.code.clone(),
        message: error.explained_on_one_line(),
    }
}

impl World {
    /// Notes that a listing broke, if it did.
    pub(super) fn note(&mut self, subject: Subject, broken: Option<&aws::Error>) {
        let unread = broken.map(|error| Unread {
            subject,
            cause: cause(error),
        });
        self.unread.extend(unread);
    }
}
