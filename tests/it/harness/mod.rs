//! Code that the integration tests share.

#[cfg(all(feature = "aws", unix))]
pub(crate) mod athena;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod browser;
pub(crate) mod canary;
pub(crate) mod client;
#[cfg(feature = "aws")]
pub(crate) mod core;
#[cfg(all(feature = "aws", unix))]
mod emulator;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod executable;
pub(crate) mod fake;
#[cfg(feature = "aws")]
pub(crate) mod golden;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod keyring;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod ministack;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod moto;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod not_run;
#[cfg(feature = "aws")]
pub(crate) mod nouns;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod parquet;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod program;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod python;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod release;
#[cfg(all(feature = "aws", target_os = "linux"))]
pub(crate) mod site;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod terraform;
pub(crate) mod wire;
#[cfg(all(feature = "aws", unix))]
pub(crate) mod world;
