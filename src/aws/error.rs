//! What went wrong in a call to AWS, in words that a person can act on.
//!
//! The SDK tells a failure as a chain of types (`stop::failure` reads it); [`Error`] keeps what matters: who refused (the service, the
//! network, the configuration), with which code, under which request id, and whether the call may have been
//! carried out all the same. What to do about it is in `advice`.
//!
//! This module must not know any one operation, nor who shows the error.

use std::fmt;

use crate::text::sanitize;

/// The most that clocks may differ, in seconds: a signature is good for five minutes around its time.
pub(super) const SKEW: i64 = 240;
/// The codes under which services refuse a signature of the wrong time.
pub(super) const SKEWED: [&str; 5] = [
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "AuthFailure",
];

/// A call to AWS that did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Name of the API operation, or `Configure`.
    pub operation: &'static str,
    /// What kind of failure it was.
    pub kind: Kind,
    /// AWS's code, as `UnauthorizedOperation`.
    pub code: Option<String>,
    /// AWS's message, or what was found instead of an answer.
    pub message: String,
    /// Id under which AWS knows the request.
    pub request_id: Option<String>,
    /// Region that was called.
    pub region: Option<Box<str>>,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// Whether some attempt of a mutation was sent and got no readable answer: it may have been carried out.
    pub unanswered: bool,
    /// How often the call was sent; 255 stands for more.
    pub attempts: u8,
    /// What kind of failure the call had that this call needed first, such as the one for its credentials.
    pub cause: Option<Kind>,
    /// How far the service's clock is ahead of this machine's, in seconds, as the last reply told.
    pub skew: i64,
}

/// Who or what stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The service answered with an error.
    Refused,
    /// The service answered with success, and listed the item as unsuccessful.
    Unsuccessful,
    /// No connection came about: nothing was sent.
    Unreachable,
    /// A request was sent and no answer came.
    NoAnswer,
    /// An answer came that was cut off, or that lacks what it must hold.
    Unreadable,
    /// An answer came that is not from AWS.
    Foreign,
    /// No credentials could be had.
    Credentials,
    /// What was configured cannot work.
    Configuration,
    /// The call was stopped before it was sent, or before it was tried again.
    Stopped,
    /// The time of the caller was over before the call was sent, or before it was tried again.
    OutOfTime,
}

/// What a setting was given by, as an error names it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a> {
    /// An argument of the configuration.
    Argument(&'a str),
    /// An environment variable.
    Variable(&'a str),
    /// A key of the profile.
    Profile(&'a str),
    /// The endpoint of a service in the `services` section that the profile names.
    Services(&'a str),
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(name) => write!(f, "`{name}`"),
            Self::Variable(name) => write!(f, "environment variable `{name}`"),
            Self::Profile(key) => write!(f, "`{key}` of the profile"),
            Self::Services(service) => write!(
                f,
                "`endpoint_url` of `{service}` in the `services` section of the profile"
            ),
        }
    }
}

impl Error {
    /// Begins an error that no answer came with.
    pub(super) fn new(operation: &'static str, kind: Kind, message: impl Into<String>) -> Self {
        Self {
            operation,
            kind,
            code: None,
            message: sanitize::without_userinfo(&message.into()).into_owned(),
            request_id: None,
            region: None,
            status: None,
            unanswered: false,
            attempts: 0,
            cause: None,
            skew: 0,
        }
    }

    /// Refuses what was given, by the name of its source, with the reason.
    pub(super) fn configuration(source: Source<'_>, reason: impl fmt::Display) -> Self {
        let message = format!("{source}: {reason}");
        Self::new("Configure", Kind::Configuration, message)
    }

    /// The argument that is refused, as `endpoints.ec2` or `assume_role[1].duration`.
    pub fn argument(&self) -> Option<&str> {
        let (argument, reason) = self.message.strip_prefix('`')?.split_once('`')?;
        let is_blamed = self.kind == Kind::Configuration && reason.starts_with(": ");
        is_blamed.then_some(argument)
    }

    /// Names the address that could not be reached.
    pub(super) fn at(mut self, endpoint: Option<&str>) -> Self {
        if let Some(endpoint) = endpoint {
            let endpoint = sanitize::without_userinfo(endpoint);
            self.message = format!("{endpoint}: {}", self.message);
        }
        self
    }

    /// Says that what stopped the call was the caller's time.
    #[must_use]
    pub fn out_of_time(mut self) -> Self {
        if self.kind == Kind::Stopped {
            self.kind = Kind::OutOfTime;
        }
        self
    }

    /// Tells whether the service gave one of these codes.
    pub fn has_code(&self, codes: &[&str]) -> bool {
        self.code
            .as_deref()
            .is_some_and(|code| codes.contains(&code))
    }
}

impl Error {
    /// What happened to a call that another call needed.
    pub(super) fn story(&self) -> String {
        match self.kind {
            // No call is to blame.
            Kind::Configuration | Kind::Credentials => self.message.clone(),
            _ => format!("{} {} {}", self.operation, self.verdict(), self.message),
        }
    }

    fn verdict(&self) -> &'static str {
        match self.kind {
            Kind::Refused => "was refused:",
            Kind::Unsuccessful => "was not successful:",
            Kind::Unreachable => "could not reach",
            Kind::NoAnswer => "got no answer from",
            Kind::Unreadable => "got a reply that cannot be read:",
            Kind::Foreign => "got a reply that is not from AWS:",
            Kind::Credentials => "had no usable credentials:",
            Kind::Configuration => "cannot work:",
            Kind::Stopped => "was stopped",
            Kind::OutOfTime => "ran out of time",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)?;
        if let Some(region) = &self.region {
            write!(f, " in {region}")?;
        }
        write!(f, " {} ", self.verdict())?;
        // What ended the call was not what the service said last, which the message tells.
        let ended = matches!(self.kind, Kind::Stopped | Kind::OutOfTime);
        if let Some(code) = self.code.as_ref().filter(|_| !ended) {
            write!(f, "{code}: ")?;
        }
        f.write_str(self.message.trim_end_matches('.'))?;
        let status = self.status.map(|status| format!("HTTP {status}"));
        let id = self
            .request_id
            .as_deref()
            .map(|id| format!("request id {id}"));
        let attempts = (self.attempts > 1).then(|| format!("{} attempts", self.attempts));
        let place: Vec<String> = status.into_iter().chain(id).chain(attempts).collect();
        if !place.is_empty() {
            write!(f, " ({})", place.join(", "))?;
        }
        if self.unanswered {
            f.write_str("; it may have been carried out")?;
        }
        f.write_str(".")
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_alone_are_to_blame_by_their_name() {
        let blamed = |source| {
            let error = Error::configuration(source, "`x`: y");
            error.argument().map(str::to_owned)
        };
        let argument = blamed(Source::Argument("endpoints.ec2"));
        assert_eq!(argument.as_deref(), Some("endpoints.ec2"));
        assert_eq!(blamed(Source::Variable("AWS_REGION")), None);
        assert_eq!(blamed(Source::Profile("region")), None);
    }
}
