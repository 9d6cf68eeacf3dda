//! Text for people: what makes it safe to show, which name was meant, and how long a duration is.
//!
//! Every room may use this one. It must not know AWS, Terraform or gRPC.

pub mod duration;
pub mod sanitize;
pub mod suggest;
