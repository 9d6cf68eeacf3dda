//! Code that the integration tests share.

#[cfg(all(feature = "aws", unix))]
pub(crate) mod athena;
pub(crate) mod canary;
pub(crate) mod client;
#[cfg(feature = "aws")]
pub(crate) mod core;
#[cfg(all(feature = "aws", unix))]
mod emulator;
pub(crate) mod fake;
#[cfg(feature = "aws")]
pub(crate) mod golden;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod ministack;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod moto;
#[cfg(feature = "aws")]
pub(crate) mod nouns;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod parquet;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod python;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod terraform;
pub(crate) mod wire;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod world;
