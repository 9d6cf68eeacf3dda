//! The death of the parent, on systems that do not report it. Its closed connection ends the process.

/// The process that started us.
pub(in crate::plugin) struct Parent;

impl Parent {
    /// Returns a placeholder.
    pub(in crate::plugin) fn remember() -> Self {
        Self
    }

    /// Never returns.
    pub(super) async fn gone(&self) {
        std::future::pending().await
    }
}
