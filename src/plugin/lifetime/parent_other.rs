//! Noticing the death of the parent where the system does not tell: its connection closes, which is enough.

/// Waits for ever.
pub(super) async fn gone() {
    std::future::pending().await
}
