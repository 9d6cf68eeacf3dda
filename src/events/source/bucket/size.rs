//! How much the objects with some keys hold, from their listing.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::{Bucket, Objects};
use crate::arn::bucket::Uri;
use crate::aws::s3::Listing;
use crate::aws::{self, Aws};

/// The most listings that are under way at once.
const AT_ONCE: usize = 16;

/// How much objects hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) objects: u64,
    pub(crate) bytes: u64,
    /// The calls that it took.
    pub(crate) calls: i64,
}

impl Size {
    /// Lists the objects below some addresses, such as `s3://bucket/folder/`. None if one is not an address of S3.
    ///
    /// # Errors
    /// S3 refuses a call.
    pub(crate) async fn below(
        places: &BTreeSet<String>,
        aws: &Aws,
        region: &str,
    ) -> Result<Option<Self>, aws::Error> {
        let parsed = places.iter().map(|place| Uri::parse(place));
        let Ok(parsed) = parsed.collect::<Result<Vec<_>, _>>() else {
            return Ok(None);
        };
        let Some(first) = parsed.first().filter(|first| {
            let mut all = parsed.iter();
            all.all(|place| place.bucket == first.bucket)
        }) else {
            return Ok(None);
        };
        let bucket = Bucket {
            aws: aws.clone(),
            uri: format!("s3://{}", first.bucket),
            name: first.bucket.to_owned(),
            prefix: String::new(),
            objects: Objects::FlowLogs,
            region: region.to_owned(),
            found: std::sync::Arc::default(),
            requester_pays: false,
        };
        let mut waiting: Vec<_> = parsed.iter().map(|place| place.prefix.to_owned()).collect();
        let mut sizes = FuturesUnordered::new();
        let mut all = Self::default();
        loop {
            while sizes.len() < AT_ONCE
                && let Some(prefix) = waiting.pop()
            {
                sizes.push(bucket.size(prefix));
            }
            let Some(size) = sizes.next().await else {
                return Ok(Some(all));
            };
            let size = size?;
            all.objects += size.objects;
            all.bytes = all.bytes.saturating_add(size.bytes);
            all.calls += size.calls;
        }
    }
}

impl Bucket {
    /// Adds up the objects with a prefix. Athena reads no objects whose names begin with `_` or `.`.
    async fn size(&self, prefix: String) -> Result<Size, aws::Error> {
        let listing = Listing {
            bucket: self.name.clone(),
            prefix,
            ..Listing::default()
        };
        let (mut size, mut token) = (Size::default(), None);
        loop {
            let page = self.page(&listing, token).await?;
            size.calls += 1;
            for object in page.objects {
                let name = object.key.rsplit('/').next().unwrap_or_default();
                if object.size > 0 && !name.starts_with(['_', '.']) {
                    size.objects += 1;
                    size.bytes = size.bytes.saturating_add(object.size);
                }
            }
            token = page.next;
            if token.is_none() {
                return Ok(size);
            }
        }
    }
}
