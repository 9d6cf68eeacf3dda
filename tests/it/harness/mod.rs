//! What the tests share.

pub(crate) mod client;
pub(crate) mod fake;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod moto;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod terraform;
