//! Values in MessagePack, as they travel between Terraform and a provider.
//!
//! The type drives both directions: MessagePack tells a list from a map, but not a list from a set nor an object
//! from a map. Lengths in headers are claims of the peer: a length beyond the bytes left is an error at once,
//! and nothing is allocated on the strength of a claim.
//!
//! See [the wire format](https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol/object-wire-format).

mod decode;
mod encode;
mod reader;
mod refinements;
mod writer;

pub use decode::decode;
pub use encode::encode;

#[cfg(test)]
mod tests;
