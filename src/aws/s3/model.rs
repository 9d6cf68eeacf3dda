//! Objects in plain types, without the SDK's.

use aws_sdk_s3::{primitives::DateTime, types};
use jiff::Timestamp;

use super::super::error::Error;

/// Which objects of a bucket to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The name of the bucket.
    pub bucket: String,
    /// What the keys begin with.
    pub prefix: String,
    /// Whether keys that have another slash after the prefix are listed as folders.
    pub by_folder: bool,
    /// List only keys that are greater than this one.
    pub after: Option<String>,
    /// Whether the caller agrees to pay for requests.
    pub requester_pays: bool,
}

/// What S3 replies to a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A page.
    Page(ObjectsPage),
    /// The bucket is in another region. Ask there.
    Elsewhere {
        /// The region of the bucket.
        region: String,
        /// What S3 replied.
        error: Box<Error>,
    },
}

/// One page of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectsPage {
    /// The objects, by key.
    pub objects: Vec<Object>,
    /// The folders, with the slash at their end.
    pub folders: Vec<String>,
    /// The token of the next page, unless this is the last.
    pub next: Option<String>,
}

/// An object of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// The key.
    pub key: String,
    /// The size in bytes.
    pub size: u64,
    /// The tag that changes with the content.
    pub etag: Option<String>,
    /// When it was written, if the service tells.
    pub modified: Option<Timestamp>,
}

impl Object {
    /// Converts an object. Returns `None` if it has no key.
    pub(super) fn of(listed: types::Object, encoded: bool) -> Option<Self> {
        Some(Self {
            key: decoded(listed.key?, encoded),
            size: u64::try_from(listed.size.unwrap_or_default()).unwrap_or_default(),
            etag: listed.e_tag,
            modified: listed.last_modified.and_then(time),
        })
    }
}

/// Converts a time of the SDK.
fn time(time: DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// Decodes a key. S3 encodes keys on request, because XML cannot contain every character of a key.
pub(super) fn decoded(key: String, encoded: bool) -> String {
    if !encoded || !key.contains(['%', '+']) {
        return key;
    }
    let spaced = key.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn an_encoded_key_is_decoded() {
        let key = || "a%2Fb+c%C3%A4&d=e%0A".to_owned();
        assert_eq!(decoded(key(), true), "a/b cä&d=e\n");
        assert_eq!(decoded(key(), false), key());
    }
}
