//! Quals and aggregates in the language of a service, one folder a language.
//!
//! A dialect renders quals that are bound to a format. It must not know how the service is called.

pub mod filter_pattern;
pub mod insights;
pub mod sql;
