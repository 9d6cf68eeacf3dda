//! The names of the sources of declarations.

/// A source with its name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    /// Whether the name is that of a file.
    pub(super) is_file: bool,
}
