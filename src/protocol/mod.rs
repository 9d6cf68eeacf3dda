//! Terraform's plugin protocol 6: decodes a call, has the framework answer it, and encodes the response.
//!
//! Nothing else sees prost messages or `tonic::Status`. A status reports a broken protocol only: whatever a user can
//! cause or fix is a diagnostic. This module must not know AWS or any noun.
//!
//! | file | holds |
//! |---|---|
//! | `pb` | the generated code |
//! | `server` | the gRPC service: one thin method per call |
//! | `session` | the state of a provider between calls |
//! | `response` | logging, panics, threads and diagnostics, the same for every call |
//! | `metadata` | schemas and metadata of all types |
//! | `managed`, `data`, `ephemeral` | calls for resources, data sources and ephemeral resources |
//! | `identity`, `move_state` | resource identities; moves from other providers |
//! | `functions` | calls of functions, and their signatures |
//! | `list` | calls for list resources |
//! | `action` | calls for actions |
//! | `unsupported` | calls for kinds of types that this provider does not have |
//! | `convert` | values, paths, diagnostics and schemas on the wire |

mod action;
mod convert;
mod data;
mod ephemeral;
mod functions;
mod identity;
mod list;
mod managed;
mod metadata;
mod move_state;
pub mod pb;
mod response;
mod server;
mod session;
mod unsupported;

pub use server::{MESSAGE_LIMIT, Server, service};
