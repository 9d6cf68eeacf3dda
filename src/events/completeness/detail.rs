//! How much of what was read a message may show.

/// How much of what was read a message may show. Messages of an ephemeral resource must not reveal what it read, not even
/// as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Samples and counts may be shown.
    Full,
    /// Only fixed text.
    FixedText,
}
