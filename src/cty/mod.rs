//! Terraform's values: their types, the values themselves, the paths into them, and their two encodings.
//!
//! Everything Terraform tells a provider, and everything a provider answers, is a [`Value`] of a [`Type`].
//! On the wire it is MessagePack ([`msgpack`]); in a state file it is JSON ([`json`]); in the code of a resource it is
//! a plain struct, filled by [`from_value`] and turned back by [`to_value`].
//!
//! Three promises hold throughout. Numbers are exact decimals, since Terraform compares them digit by digit.
//! No input makes this module allocate more than a constant factor of its own size and [`MAX_VALUES`] values, nor recurse
//! deeper than [`MAX_DEPTH`]. And every [`Error`] carries the [`Path`] of the attribute it speaks of.
//!
//! This module must not know gRPC, AWS, nor what a resource is.

mod bridge;
mod error;
mod fields;
mod in_step;
pub mod json;
pub mod msgpack;
mod number;
mod path;
mod refinements;
mod types;
mod value;

#[cfg(test)]
mod arbitrary;

use std::sync::Arc;

pub use bridge::{UNKNOWN, from_value, to_value};
pub use error::Error;
pub use fields::fields;
pub use in_step::InStep;
pub use number::Number;
pub use path::{Path, Step, quoted};
pub use refinements::{Bound, Refinements};
pub use types::Type;
pub use value::Value;

/// The name of an attribute, or the key of an element. Cheap to clone: the values of a type share its names.
pub type Name = Arc<str>;

/// Values, types or whatever else there is, by name and in the order of the names: small, and looked through far more
/// often than changed.
pub type Map<V> = litemap::LiteMap<Name, V>;

/// Checks whether two names are the same, mostly by their place in memory: the library compares the text alone.
fn is_same(one: &Name, other: &Name) -> bool {
    Arc::ptr_eq(one, other) || one == other
}

/// How deep values and types may be nested before they are refused.
pub const MAX_DEPTH: usize = 64;

/// How many values one message may hold, those within others counted too. On the wire a value may be one byte, in memory
/// it never is.
pub const MAX_VALUES: usize = 1_000_000;
