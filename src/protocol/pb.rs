//! Generated code of Terraform's protocol 6: messages, the server's trait, and a client for tests.
//!
//! The fence around it: no lint of ours looks inside.

#![allow(
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    clippy::all,
    clippy::str_to_string,
    clippy::use_self,
    reason = "generated"
)]

include!(concat!(env!("OUT_DIR"), "/tfplugin6.rs"));
