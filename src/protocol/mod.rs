//! Terraform's protocol 6: decode a call, let the framework answer it, encode the answer.
//!
//! The only place that sees prost messages and `tonic::Status`. A status is for a broken protocol
//! only; everything a user can cause or mend is a diagnostic. Must not know AWS or any noun.
//!
//! | file | holds |
//! |---|---|
//! | `pb` | the generated code |
//! | `server` | the service: one thin method per call |
//! | `session` | what a configured provider is between calls |
//! | `answer` | logging, panics and diagnostics, the same for every call |
//! | `describe` | what there is: schemas and metadata |
//! | `managed`, `data`, `ephemeral` | the calls of resources, data sources and ephemeral resources |
//! | `functions` | the calls of functions, and what functions there are |
//! | `arrival` | identities, moves, and the configuration that is written for what exists |
//! | `list` | the calls of list resources |
//! | `absent` | the calls for kinds of things that this provider does not have |
//! | `convert` | values, paths, diagnostics and schemas on the wire |

mod absent;
mod answer;
mod arrival;
mod convert;
mod data;
mod describe;
mod ephemeral;
mod functions;
mod list;
mod managed;
pub mod pb;
mod server;
mod session;

pub use server::{MESSAGE_LIMIT, Server, service};
