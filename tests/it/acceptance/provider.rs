//! The provider block: configuration, endpoints, secrets, and what the provider shows.

pub(crate) mod configuration;
mod misconfigured;
mod reaching;
mod schema;
mod secrets;
mod shown;
mod unknown;
