//! Generated code of the packages that every plugin serves: broker, controller, stdio.
//!
//! Lints do not apply to it, and none of its types leaves this layer.

#![allow(
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    clippy::all,
    clippy::str_to_string,
    clippy::use_self,
    reason = "generated"
)]

include!(concat!(env!("OUT_DIR"), "/plugin.rs"));
