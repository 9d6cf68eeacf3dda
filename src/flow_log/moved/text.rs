//! Texts in the states of other providers.

use crate::framework::Attr;

/// Converts a text: other providers store an argument that is not set as null or as an empty text.
pub(super) fn text(value: Option<String>) -> Attr<String> {
    value.filter(|text| !text.is_empty()).into()
}
