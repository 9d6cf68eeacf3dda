//! The values of a key in one piece of memory: each with its length in front.
//!
//! A key is compared and looked up as bytes, so that a group takes one allocation, and a record none.

/// The bytes of a length.
const LENGTH: usize = size_of::<u32>();
/// The length of no value.
const ABSENT: u32 = u32::MAX;

/// Adds a value.
pub(super) fn push(packed: &mut Vec<u8>, value: Option<&str>) {
    match value {
        None => packed.extend_from_slice(&ABSENT.to_le_bytes()),
        Some(text) => {
            let length = u32::try_from(text.len()).unwrap_or(ABSENT - 1);
            packed.extend_from_slice(&length.to_le_bytes());
            packed.extend_from_slice(text.as_bytes());
        }
    }
}

/// Returns the values.
pub(super) fn values(packed: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut rest = packed;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<LENGTH>()?;
        let length = u32::from_le_bytes(*length);
        if length == ABSENT {
            rest = after;
            return Some(None);
        }
        let (value, after) = after.split_at_checked(usize::try_from(length).ok()?)?;
        rest = after;
        Some(Some(value))
    })
}

/// Returns the part before the last value.
pub(super) fn without_last(packed: &[u8]) -> &[u8] {
    let last = values(packed).last().flatten();
    let length = LENGTH + last.map_or(0, <[u8]>::len);
    packed
        .get(..packed.len().saturating_sub(length))
        .unwrap_or_default()
}

/// Returns the values as text.
pub(super) fn texts(packed: &[u8]) -> Vec<Option<String>> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    values(packed).map(|value| value.map(text)).collect()
}
