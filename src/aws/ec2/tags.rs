//! CreateTags and DeleteTags on a flow log.
//!
//! This module must not know which tags are whose.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::Tag;

use super::{super::error::Error, Ec2};

impl Ec2 {
    /// Sets tags, and leaves the others as they are.
    pub async fn tag(&self, id: &str, tags: &BTreeMap<String, String>) -> Result<(), Error> {
        if tags.is_empty() {
            return Ok(());
        }
        let flight = self.mutation("CreateTags");
        let tags = tags.iter().map(|(key, value)| tag(key, value)).collect();
        let request = self.client.create_tags().resources(id).set_tags(Some(tags));
        let answer = request.customize().interceptor(flight.clone()).send();
        flight.complete(answer).await?;
        Ok(())
    }

    /// Removes tags by their keys, whatever their values.
    pub async fn untag(&self, id: &str, keys: &[String]) -> Result<(), Error> {
        if keys.is_empty() {
            return Ok(());
        }
        let flight = self.mutation("DeleteTags");
        // With a value, even an empty one, EC2 would remove the tag only if the value is the same.
        let tags = keys
            .iter()
            .map(|key| Tag::builder().key(key).build())
            .collect();
        let request = self.client.delete_tags().resources(id).set_tags(Some(tags));
        let answer = request.customize().interceptor(flight.clone()).send();
        flight.complete(answer).await?;
        Ok(())
    }
}

pub(super) fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}
