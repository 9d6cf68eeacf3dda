//! A call to AWS that failed: what a user needs to know of it, and what code decides by.
//!
//! `call::failure` reads the SDK's chain of errors into an [`Error`]. What AWS's codes and messages mean is in `codes`, and
//! what to do about them in `hints`. Code decides by the fields and by the methods named `is_…`, never by the message.
//!
//! This module must not know any operation, nor who shows the error.

use std::fmt;

use super::network::NetworkProblem;
use crate::text::sanitize;

/// A call to AWS that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The API operation, or `Configure`.
    pub operation: &'static str,
    /// What kind of failure it is.
    pub kind: Kind,
    /// AWS's code, such as `UnauthorizedOperation`.
    pub code: Option<String>,
    /// AWS's message, or what happened instead of a reply.
    pub message: String,
    /// The ID of the request.
    pub request_id: Option<Box<str>>,
    /// The region that was called.
    pub region: Option<Box<str>>,
    /// The HTTP status of the reply.
    pub status: Option<u16>,
    /// Whether an attempt of a mutation was sent and got no readable reply, so that AWS may have carried it out.
    pub unanswered: bool,
    /// The number of attempts. 255 stands for more.
    pub attempts: u8,
    /// The kind of failure of an earlier call that this call needed, such as the call for its credentials.
    pub cause: Option<Kind>,
    /// Why there was no connection, for [`Kind::Unreachable`].
    pub network: Option<NetworkProblem>,
    /// The setting that is refused, for [`Kind::Configuration`].
    pub setting: Option<Box<Setting>>,
    /// The seconds by which the service's clock is ahead of this machine's, according to its last reply.
    pub skew: i32,
}

/// The kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The service replied with an error.
    Refused,
    /// The service replied with success and listed the item as unsuccessful.
    Unsuccessful,
    /// There was no connection, so nothing was sent.
    Unreachable,
    /// A request was sent and no reply came.
    NoAnswer,
    /// A reply was cut off, or lacks required content.
    Unreadable,
    /// A reply did not come from AWS.
    Foreign,
    /// No credentials were found.
    Credentials,
    /// A setting cannot work.
    Configuration,
    /// The run was stopped before the call was sent, or before it was retried.
    Stopped,
    /// A timeout passed before the call was sent, or before it was retried.
    OutOfTime,
}

/// Where a setting comes from, with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting<T = Box<str>> {
    /// An argument of the configuration, such as `endpoints.ec2`.
    Argument(T),
    /// An environment variable.
    Variable(T),
    /// A key of the profile.
    Profile(T),
    /// The endpoint of a service in the `services` section that the profile names.
    Services(T),
}

impl<T: AsRef<str>> Setting<T> {
    fn to_boxed(&self) -> Setting {
        match self {
            Self::Argument(name) => Setting::Argument(name.as_ref().into()),
            Self::Variable(name) => Setting::Variable(name.as_ref().into()),
            Self::Profile(key) => Setting::Profile(key.as_ref().into()),
            Self::Services(service) => Setting::Services(service.as_ref().into()),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Setting<T> {
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
    /// Creates an error without a reply.
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
            network: None,
            setting: None,
            skew: 0,
        }
    }

    /// Creates an error that refuses a setting, with the reason.
    pub(super) fn configuration(setting: Setting<&str>, reason: impl fmt::Display) -> Self {
        let message = format!("{setting}: {reason}");
        Self {
            setting: Some(Box::new(setting.to_boxed())),
            ..Self::new("Configure", Kind::Configuration, message)
        }
    }

    /// Returns the argument that is refused, such as `endpoints.ec2` or `assume_role[1].duration`.
    pub fn argument(&self) -> Option<&str> {
        match self.setting.as_deref() {
            Some(Setting::Argument(name)) => Some(name),
            _ => None,
        }
    }

    /// Adds the address that was called to the message.
    pub(super) fn at(mut self, endpoint: Option<&str>) -> Self {
        if let Some(endpoint) = endpoint {
            let endpoint = sanitize::without_userinfo(endpoint);
            self.message = format!("{endpoint}: {}", self.message);
        }
        self
    }

    /// Turns an error about a stop into one about a timeout: the caller's timeout was what stopped the call.
    #[must_use]
    pub fn out_of_time(mut self) -> Self {
        if self.kind == Kind::Stopped {
            self.kind = Kind::OutOfTime;
        }
        self
    }

    /// Returns the error and its hint, as two paragraphs.
    pub fn explained(&self) -> String {
        match self.hint() {
            Some(hint) => format!("{self}\n\n{hint}"),
            None => self.to_string(),
        }
    }

    /// Returns the error and its hint, on one line.
    pub fn explained_on_one_line(&self) -> String {
        match self.hint() {
            Some(hint) => format!("{self} {hint}"),
            None => self.to_string(),
        }
    }

    /// Returns what happened to a call that another call needed.
    pub(super) fn as_cause(&self) -> String {
        match self.kind {
            // There was no call.
            Kind::Configuration | Kind::Credentials => self.message.clone(),
            _ => format!("{} {} {}", self.operation, self.verdict(), self.message),
        }
    }

    fn verdict(&self) -> &'static str {
        match self.kind {
            Kind::Refused => "was refused:",
            Kind::Unsuccessful => "was not successful:",
            Kind::Unreachable => "could not reach",
            Kind::NoAnswer => "got no reply from",
            Kind::Unreadable => "got a reply that cannot be read:",
            Kind::Foreign => "got a reply that is not from AWS:",
            Kind::Credentials => "had no usable credentials:",
            Kind::Configuration => "failed:",
            Kind::Stopped => "was stopped",
            Kind::OutOfTime => "timed out",
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
        // The code is of the last attempt, which the message describes. It is not what ended the call.
        let ended = matches!(self.kind, Kind::Stopped | Kind::OutOfTime);
        if let Some(code) = self.code.as_ref().filter(|_| !ended) {
            write!(f, "{code}: ")?;
        }
        f.write_str(self.message.trim_end_matches('.'))?;
        let status = self.status.map(|status| format!("HTTP {status}"));
        let id = self.request_id.as_deref();
        let id = id.map(|id| format!("request id {id}"));
        let attempts = (self.attempts > 1).then(|| format!("{} attempts", self.attempts));
        let details: Vec<String> = status.into_iter().chain(id).chain(attempts).collect();
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        if self.unanswered {
            f.write_str("; AWS may have carried it out")?;
        }
        f.write_str(".")
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_argument_that_it_is_about() {
        let argument = |setting| {
            let error = Error::configuration(setting, "`x`: y");
            error.argument().map(str::to_owned)
        };
        let named = argument(Setting::Argument("endpoints.ec2"));
        assert_eq!(named.as_deref(), Some("endpoints.ec2"));
        assert_eq!(argument(Setting::Variable("AWS_REGION")), None);
        assert_eq!(argument(Setting::Profile("region")), None);
    }
}
