//! S3 in one region. This module must not know what is in an object.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::{EncodingType, RequestPayer};
use bytes::Bytes;

use super::super::{
    call::{Call, CallContext, send},
    error::{Error, Kind},
};
use super::model::{Listing, Object, ObjectsPage, Reply, decoded};

/// S3 in one region.
#[derive(Clone, Debug)]
pub struct S3 {
    pub(super) client: Client,
    region: String,
    context: CallContext,
}

impl S3 {
    pub(in super::super) fn new(client: Client, region: &str, context: CallContext) -> Self {
        Self {
            client,
            region: region.to_owned(),
            context,
        }
    }

    /// Returns the region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Reads the first page of a listing, or the page of a token.
    ///
    /// # Errors
    /// The bucket does not exist, or S3 refuses the call.
    pub async fn page(&self, listing: &Listing, token: Option<String>) -> Result<Reply, Error> {
        let call = self.query("ListObjectsV2");
        let request = self
            .client
            .list_objects_v2()
            .bucket(&listing.bucket)
            .prefix(&listing.prefix)
            .set_delimiter(listing.by_folder.then(|| "/".to_owned()))
            .set_start_after(listing.after.clone())
            .set_request_payer(payer(listing.requester_pays))
            .encoding_type(EncodingType::Url)
            .set_continuation_token(token.clone());
        let page = match (call.run(send!(request, call)).await, call.other_region()) {
            (Ok(page), _) => page,
            (Err(error), Some(region)) => {
                let error = Box::new(error);
                return Ok(Reply::Elsewhere { region, error });
            }
            (Err(error), None) => return Err(error),
        };
        let encoded = page.encoding_type == Some(EncodingType::Url);
        let next = page.next_continuation_token;
        let next = next.filter(|next| !next.is_empty() && page.is_truncated != Some(false));
        if next.is_some() && next == token {
            return Err(call.error(Kind::Unreadable, "the reply repeats the token of its page"));
        }
        let objects = page.contents.unwrap_or_default().into_iter();
        let folders = page.common_prefixes.unwrap_or_default().into_iter();
        let folders = folders.filter_map(|folder| Some(decoded(folder.prefix?, encoded)));
        Ok(Reply::Page(ObjectsPage {
            objects: objects
                .filter_map(|object| Object::of(object, encoded))
                .collect(),
            folders: folders.collect(),
            next,
        }))
    }

    /// Reads bytes of an object, from `start` on, at most `length`. The object must not have changed since it was listed.
    ///
    /// # Errors
    /// The object was deleted or changed, is archived, or S3 refuses the call.
    pub async fn read(
        &self,
        bucket: &str,
        object: &Object,
        (start, length): (u64, u64),
        requester_pays: bool,
    ) -> Result<Bytes, Error> {
        let length = length.min(object.size.saturating_sub(start));
        if length == 0 {
            return Ok(Bytes::new());
        }
        let missing = move |reply: &GetObjectOutput, _: &_| {
            let found = reply
                .content_length
                .and_then(|found| u64::try_from(found).ok());
            (found != Some(length))
                .then_some("the reply does not contain the bytes that were asked for")
        };
        let call = self.query("GetObject").requiring(missing);
        let request = self
            .client
            .get_object()
            .bucket(bucket)
            .key(&object.key)
            .range(format!("bytes={start}-{}", start + length - 1))
            .set_if_match(object.etag.clone())
            .set_request_payer(payer(requester_pays));
        let reply = call.run(send!(request, call)).await?;
        let body = reply.body.collect().await;
        let body = body.map_err(|error| call.error(Kind::Unreadable, error.to_string()))?;
        Ok(body.into_bytes())
    }

    pub(super) fn query(&self, operation: &'static str) -> Call {
        Call::query(operation, Some(&self.region), &self.context)
    }
}

fn payer(requester_pays: bool) -> Option<RequestPayer> {
    requester_pays.then_some(RequestPayer::Requester)
}
