//! One binary for all integration tests, so that there is one link.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(all(feature = "aws", unix))]
mod acceptance;
#[cfg(feature = "aws")]
mod aggregates;
#[cfg(all(feature = "aws", unix))]
mod athena;
#[cfg(all(feature = "aws", unix))]
mod child;
mod circles;
#[cfg(all(feature = "aws", unix))]
mod claims;
#[cfg(all(feature = "aws", unix))]
mod credentials;
// It needs namespaces and a static C library.
#[cfg(all(feature = "aws", target_os = "linux"))]
mod empty_root;
mod fake_itself;
#[cfg(feature = "aws")]
mod flow_log;
mod functions;
#[cfg(feature = "aws")]
mod generated;
mod handshake;
mod harness;
mod hostile;
mod identity;
mod layers;
#[cfg(feature = "aws")]
mod limits;
mod numbers;
#[cfg(feature = "aws")]
mod opentofu;
#[cfg(feature = "aws")]
mod oracle;
#[cfg(all(feature = "aws", unix))]
mod peers;
mod protocol;
mod push_down;
#[cfg(feature = "aws")]
mod redirects;
#[cfg(all(feature = "aws", unix))]
mod release;
#[cfg(all(feature = "aws", unix))]
mod same;
#[cfg(all(feature = "aws", unix))]
mod stack;
// It looks for processes in /proc.
#[cfg(all(feature = "aws", target_os = "linux"))]
mod storm;
#[cfg(all(feature = "aws", unix))]
mod sweep;
