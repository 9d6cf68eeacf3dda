//! One binary for all integration tests, so that there is one link.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(all(feature = "aws", unix))]
mod child;
mod handshake;
mod harness;
mod numbers;
