//! Problems of a flow log's own tags.

use super::super::limits::{LONGEST_TAG_KEY, LONGEST_TAG_VALUE, MOST_TAGS};

/// A problem of a flow log's own tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TagsProblem {
    /// AWS would refuse a tag.
    Invalid {
        /// The key.
        key: String,
        /// What is wrong with it.
        why: TagProblem,
    },
    /// There are more tags than AWS allows.
    TooMany {
        /// The number of tags.
        count: usize,
        /// Whether tags that the provider adds are counted, too.
        with_defaults: bool,
    },
}

/// Why AWS refuses a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagProblem {
    /// The key begins with `aws:`.
    Reserved,
    /// The key is empty.
    EmptyKey,
    /// The key has so many characters.
    LongKey(usize),
    /// The value is too long.
    LongValue,
}

impl TagsProblem {
    pub(super) fn title(&self) -> (&'static str, &'static str) {
        match self {
            Self::Invalid { .. } => ("invalid-tag", "Invalid tag"),
            Self::TooMany { .. } => ("too-many-tags", "Too many tags"),
        }
    }

    pub(super) fn detail(&self) -> String {
        match self {
            Self::Invalid { key, why } => why.detail(key),
            Self::TooMany {
                count,
                with_defaults,
            } => {
                let included = if *with_defaults {
                    ", including those from `default_tags`"
                } else {
                    ""
                };
                format!(
                    "The flow log would have {count} tags{included}. AWS allows {MOST_TAGS}. Remove some."
                )
            }
        }
    }
}

impl TagProblem {
    /// Renders why AWS refuses the tag with this key.
    pub(crate) fn detail(self, key: &str) -> String {
        let reason = match self {
            Self::Reserved => "AWS reserves keys that begin with `aws:`.".to_owned(),
            Self::EmptyKey => "A key cannot be empty.".to_owned(),
            Self::LongKey(length) => format!(
                "A key can have at most {LONGEST_TAG_KEY} characters, but this one has {length}."
            ),
            Self::LongValue => {
                format!("A value can have at most {LONGEST_TAG_VALUE} characters.")
            }
        };
        format!("The tag \"{key}\" is invalid. {reason}")
    }
}
