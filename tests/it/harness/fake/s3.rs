//! S3: ListObjectsV2, GetObject, and the policies and keys of buckets in one region each, with ranges, in path style.

use std::collections::{BTreeMap, BTreeSet};

#[cfg(feature = "aws")]
use super::Fake;
use super::REGION;
use super::request::Request;
use super::server::{ApiError, Outcome, Reply};
use super::state::State;
use super::xml::Xml;

pub(super) const CONTENT_TYPE: &str = "application/xml";

/// A bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    region: String,
    objects: BTreeMap<String, Content>,
    /// The errors with which GetObject refuses objects: status and code by key.
    refused: BTreeMap<String, (u16, String)>,
    /// The objects that change after their first bytes were read.
    changing: BTreeSet<String>,
    /// The most keys on a page.
    page: usize,
    requester_pays: bool,
    policy: Option<String>,
    key: Option<String>,
}

/// The bytes of an object: a part that is repeated.
#[derive(Debug)]
struct Content {
    part: Vec<u8>,
    times: usize,
    modified: jiff::Timestamp,
}

impl Content {
    fn len(&self) -> usize {
        self.part.len() * self.times
    }

    fn bytes(&self, from: usize, to: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(to - from);
        while from + bytes.len() < to {
            let at = from + bytes.len();
            let begin = at % self.part.len();
            let end = self.part.len().min(begin + to - at);
            bytes.extend_from_slice(&self.part[begin..end]);
        }
        bytes
    }
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            region: REGION.to_owned(),
            objects: BTreeMap::new(),
            refused: BTreeMap::new(),
            changing: BTreeSet::new(),
            page: 1000,
            requester_pays: false,
            policy: None,
            key: None,
        }
    }
}

#[cfg(feature = "aws")]
impl Fake {
    /// Stores an object, and creates the bucket if necessary.
    pub(crate) fn put_object(&self, bucket: &str, key: &str, content: impl Into<Vec<u8>>) {
        self.put_repeated(bucket, key, content.into(), 1);
    }

    /// Stores an object whose bytes are a part that is repeated.
    pub(crate) fn put_repeated(&self, bucket: &str, key: &str, part: Vec<u8>, times: usize) {
        self.bucket(bucket, |bucket| {
            let modified = jiff::Timestamp::now();
            let content = Content {
                part,
                times,
                modified,
            };
            bucket.objects.insert(key.to_owned(), content);
        });
    }

    /// Sets when an object was written.
    pub(crate) fn object_written(&self, bucket: &str, key: &str, at: jiff::Timestamp) {
        self.bucket(bucket, |bucket| {
            let content = bucket.objects.get_mut(key);
            content.expect("the object").modified = at;
        });
    }

    /// Changes an object each time that its first bytes were read.
    pub(crate) fn change_while_read(&self, bucket: &str, key: &str) {
        self.bucket(bucket, |bucket| {
            bucket.changing.insert(key.to_owned());
        });
    }

    /// Refuses GetObject for an object with a status and a code.
    pub(crate) fn refuse_object(&self, bucket: &str, key: &str, status: u16, code: &str) {
        self.bucket(bucket, |bucket| {
            let refusal = (status, code.to_owned());
            bucket.refused.insert(key.to_owned(), refusal);
        });
    }

    /// Sets the most keys on a page of a listing.
    pub(crate) fn keys_on_a_page(&self, bucket: &str, keys: usize) {
        assert!(keys > 0, "a page holds at least one key");
        self.bucket(bucket, |bucket| bucket.page = keys);
    }

    /// Sets the region of a bucket.
    pub(crate) fn bucket_in(&self, bucket: &str, region: &str) {
        self.bucket(bucket, |bucket| region.clone_into(&mut bucket.region));
    }

    /// Refuses requests to a bucket whose sender does not agree to pay.
    pub(crate) fn requester_pays(&self, bucket: &str) {
        self.bucket(bucket, |bucket| bucket.requester_pays = true);
    }

    /// Sets the policy of a bucket.
    pub(crate) fn bucket_policy(&self, bucket: &str, policy: &str) {
        self.bucket(bucket, |bucket| bucket.policy = Some(policy.to_owned()));
    }

    /// Encrypts a bucket with a key of KMS.
    pub(crate) fn bucket_key(&self, bucket: &str, key: &str) {
        self.bucket(bucket, |bucket| bucket.key = Some(key.to_owned()));
    }

    fn bucket(&self, name: &str, change: impl FnOnce(&mut Bucket)) {
        let mut state = self.shared.state();
        change(state.buckets.entry(name.to_owned()).or_default());
    }
}

pub(super) fn answer(state: &State, request: &Request) -> Outcome {
    let name = request.get("Bucket").unwrap_or_default();
    let bucket = state.buckets.get(name);
    let bucket = bucket.ok_or_else(|| {
        ApiError::with_status(404, "NoSuchBucket", "The specified bucket does not exist")
    })?;
    if bucket.region != request.region {
        let error =
            ApiError::with_status(301, "PermanentRedirect", "Use the endpoint of the bucket");
        return Err(error.with_header("x-amz-bucket-region", &bucket.region));
    }
    if bucket.requester_pays && request.get("x-amz-request-payer") != Some("requester") {
        return Err(ApiError::with_status(403, "AccessDenied", "Access Denied"));
    }
    match request.action.as_str() {
        "ListObjectsV2" => list(bucket, request),
        "GetObject" => get(bucket, request),
        "GetBucketEncryption" => encryption(bucket),
        "GetBucketPolicy" => match &bucket.policy {
            Some(policy) => Ok(Reply::ok("application/json", policy.as_str())),
            None => Err(ApiError::with_status(
                404,
                "NoSuchBucketPolicy",
                "The bucket policy does not exist",
            )),
        },
        other => Err(ApiError::with_status(501, "NotImplemented", other)),
    }
}

/// An entry of a listing: an object or a folder.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Entry<'a> {
    Object(&'a str),
    Folder(String),
}

impl Entry<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Object(key) => key,
            Self::Folder(prefix) => prefix,
        }
    }
}

fn list(bucket: &Bucket, request: &Request) -> Outcome {
    let prefix = request.get("prefix").unwrap_or_default();
    let delimiter = request.get("delimiter").filter(|text| !text.is_empty());
    let after = request.get("continuation-token");
    let after = after.or(request.get("start-after")).unwrap_or_default();
    let encoded = request.get("encoding-type") == Some("url");
    let keys = bucket.objects.keys().filter(|key| key.starts_with(prefix));
    let mut entries: Vec<Entry<'_>> = keys
        .map(|key| {
            let folder = delimiter.and_then(|delimiter| key[prefix.len()..].split_once(delimiter));
            match folder {
                Some((name, _)) => Entry::Folder(format!("{prefix}{name}/")),
                None => Entry::Object(key),
            }
        })
        .filter(|entry| entry.name() > after)
        .collect();
    entries.dedup();
    let rest = entries.split_off(entries.len().min(bucket.page));
    let token = entries.last().filter(|_| !rest.is_empty());
    let write = |text: &str| {
        if encoded {
            form_urlencoded::byte_serialize(text.as_bytes()).collect()
        } else {
            text.to_owned()
        }
    };
    let mut xml = Xml::document();
    let namespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    xml.within("ListBucketResult", namespace, |xml| {
        xml.text("IsTruncated", &token.is_some().to_string());
        if encoded {
            xml.text("EncodingType", "url");
        }
        if let Some(token) = token {
            xml.text("NextContinuationToken", token.name());
        }
        for entry in &entries {
            match entry {
                Entry::Folder(folder) => xml.group("CommonPrefixes", |xml| {
                    xml.text("Prefix", &write(folder));
                }),
                Entry::Object(key) => xml.group("Contents", |xml| {
                    xml.text("Key", &write(key));
                    let size = bucket.objects[*key].len();
                    xml.text("Size", &size.to_string());
                    xml.text("LastModified", &bucket.objects[*key].modified.to_string());
                    xml.text("ETag", &etag(size));
                }),
            };
        }
    });
    Ok(Reply::ok(CONTENT_TYPE, xml.finish()))
}

fn encryption(bucket: &Bucket) -> Outcome {
    let Some(key) = &bucket.key else {
        return Err(ApiError::with_status(
            404,
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found",
        ));
    };
    let mut xml = Xml::document();
    xml.group("ServerSideEncryptionConfiguration", |xml| {
        xml.group("Rule", |xml| {
            xml.group("ApplyServerSideEncryptionByDefault", |xml| {
                xml.text("SSEAlgorithm", "aws:kms");
                xml.text("KMSMasterKeyID", key);
            });
        });
    });
    Ok(Reply::ok(CONTENT_TYPE, xml.finish()))
}

fn get(bucket: &Bucket, request: &Request) -> Outcome {
    let key = request.get("Key").unwrap_or_default();
    if let Some((status, code)) = bucket.refused.get(key) {
        return Err(ApiError::with_status(*status, code, "refused by the test"));
    }
    let content = bucket.objects.get(key);
    let content = content.ok_or_else(|| {
        ApiError::with_status(404, "NoSuchKey", "The specified key does not exist.")
    })?;
    let range = request.get("range");
    let has_changed =
        bucket.changing.contains(key) && range.is_some_and(|range| !range.starts_with("bytes=0-"));
    let tag = request.get("if-match");
    if tag.is_some_and(|tag| has_changed || tag != etag(content.len())) {
        let message = "At least one of the pre-conditions you specified did not hold";
        return Err(ApiError::with_status(412, "PreconditionFailed", message));
    }
    let Some(range) = range else {
        let all = content.bytes(0, content.len());
        return Ok(Reply::ok("application/octet-stream", all));
    };
    let (from, to) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
        .and_then(|(from, to)| Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?)))
        .ok_or_else(|| ApiError::with_status(400, "InvalidRequest", "not a range"))?;
    if from >= content.len() || to < from {
        return Err(ApiError::with_status(
            416,
            "InvalidRange",
            "not satisfiable",
        ));
    }
    let part = content.bytes(from, content.len().min(to + 1));
    let until = from + part.len() - 1;
    let range = format!("bytes {from}-{until}/{}", content.len());
    let reply = Reply::ok("application/octet-stream", part);
    Ok(reply.partial().with_header("content-range", &range))
}

fn etag(size: usize) -> String {
    format!("\"{size:032x}\"")
}

/// Renders an error.
pub(super) fn error(code: &str, message: &str, request_id: &str) -> String {
    let mut xml = Xml::document();
    xml.group("Error", |xml| {
        xml.text("Code", code);
        xml.text("Message", message);
        xml.text("RequestId", request_id);
    });
    xml.finish()
}
