//! CreateTags and DeleteTags on a flow log.
//!
//! This module must not know which tags are whose.

use std::collections::BTreeMap;

use aws_sdk_ec2::{
    operation::{create_tags::CreateTagsOutput, delete_tags::DeleteTagsOutput},
    types::Tag,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{
    super::{
        error::Error,
        reply,
        stop::{Flight, QUERY_TIME, sends},
    },
    Ec2,
};

impl Ec2 {
    /// Sets tags, and leaves the others as they are.
    pub async fn tag(&self, id: &str, tags: &BTreeMap<String, String>) -> Result<(), Error> {
        if tags.is_empty() {
            return Ok(());
        }
        let flight = self
            .tagging("CreateTags")
            .holding(|_: &CreateTagsOutput, reply| not_done(reply));
        let tags = tags.iter().map(|(key, value)| tag(key, value)).collect();
        let request = self.client.create_tags().resources(id).set_tags(Some(tags));
        flight.complete(sends!(request, flight)).await?;
        Ok(())
    }

    /// Nobody else gives these calls a time.
    fn tagging(&self, operation: &'static str) -> Flight {
        self.within(QUERY_TIME).mutation(operation)
    }

    /// Removes tags by their keys, whatever their values.
    pub async fn untag(&self, id: &str, keys: &[String]) -> Result<(), Error> {
        if keys.is_empty() {
            return Ok(());
        }
        let flight = self
            .tagging("DeleteTags")
            .holding(|_: &DeleteTagsOutput, reply| not_done(reply));
        // With a value, even an empty one, EC2 would remove the tag only if the value is the same.
        let tags = keys
            .iter()
            .map(|key| Tag::builder().key(key).build())
            .collect();
        let request = self.client.delete_tags().resources(id).set_tags(Some(tags));
        flight.complete(sends!(request, flight)).await?;
        Ok(())
    }
}

/// Says of a reply that it does not say `<return>true</return>`. moto leaves it out; its reply is whole all the same,
/// and the answer to this call.
fn not_done(reply: &HttpResponse) -> Option<&'static str> {
    match reply::text_of(reply, "return").as_deref() {
        None | Some("true") => None,
        Some(_) => Some("EC2 does not say that it was done"),
    }
}

pub(super) fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}
