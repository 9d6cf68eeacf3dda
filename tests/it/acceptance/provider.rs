//! The provider block: configuration, endpoints, secrets, and the text of diagnostics.

pub(crate) mod configuration;
mod endpoints;
mod misconfigured;
mod sanitizing;
mod schema;
mod secrets;
mod unknown;
