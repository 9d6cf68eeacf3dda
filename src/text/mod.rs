//! Text for people: sanitizing, suggestions of names, and durations.
//!
//! Every module may use this one. It must not know AWS, Terraform or gRPC.

pub mod duration;
pub mod sanitize;
pub mod suggest;
