//! One call to AWS: when it may begin, how often it is sent, and when it ends.
//!
//! | file | contents |
//! |---|---|
//! | `run` | [`Call`], and the rules for stopping it |
//! | `interceptor` | the SDK's hooks around each attempt |
//! | `attempts` | what the attempts so far have shown |
//! | `failure` | the SDK's error, as an [`Error`](super::Error) |
//! | `pace` | the token bucket of an operation |
//! | `context` | what the calls of one gateway share: stop, deadline, credentials, the service's clock |
//!
//! This module must not know any service.

mod attempts;
mod context;
mod failure;
mod interceptor;
mod pace;
mod run;

pub use context::Stop;
pub(super) use context::{CallContext, CredentialProvider};
pub(super) use pace::Pace;
pub(super) use run::{Call, QUERY_TIME, send};
