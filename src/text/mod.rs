//! Text for people: sanitizing, secrets that must not be shown, suggestions of names, and durations.
//!
//! Every module may use this one. It must not know AWS, Terraform or gRPC.

pub mod duration;
pub mod sanitize;
pub mod secrets;
pub mod suggest;
