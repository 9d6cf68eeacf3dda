//! Noticing the death of the parent where the system does not tell: its connection closes, which is enough.

/// The process that started us.
pub(in crate::plugin) struct Parent;

impl Parent {
    /// Remembers nothing.
    pub(in crate::plugin) fn remember() -> Self {
        Self
    }

    /// Waits for ever.
    pub(super) async fn gone(&self) {
        std::future::pending().await
    }
}
