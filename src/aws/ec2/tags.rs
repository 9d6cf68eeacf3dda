//! CreateTags and DeleteTags on a flow log.
//!
//! This module must not know who owns a tag.

use std::collections::BTreeMap;

use aws_sdk_ec2::{
    operation::{create_tags::CreateTagsOutput, delete_tags::DeleteTagsOutput},
    types::Tag,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{
    super::{
        call::{Call, QUERY_TIME, send},
        error::Error,
        reply,
    },
    gateway::Ec2,
};

impl Ec2 {
    /// Sets tags. Other tags stay as they are.
    pub async fn tag(&self, id: &str, tags: &BTreeMap<String, String>) -> Result<(), Error> {
        if tags.is_empty() {
            return Ok(());
        }
        self.reader.wrote(id);
        let call = self
            .tagging("CreateTags")
            .requiring(|_: &CreateTagsOutput, reply| not_done(reply));
        let tags = tags.iter().map(|(key, value)| tag(key, value)).collect();
        let request = self.client.create_tags().resources(id).set_tags(Some(tags));
        call.run(send!(request, call)).await?;
        Ok(())
    }

    /// Creates a call with a timeout: the callers of this module set none.
    fn tagging(&self, operation: &'static str) -> Call {
        self.within(QUERY_TIME).mutation(operation)
    }

    /// Removes tags by key, with any value.
    pub async fn untag(&self, id: &str, keys: &[String]) -> Result<(), Error> {
        if keys.is_empty() {
            return Ok(());
        }
        self.reader.wrote(id);
        let call = self
            .tagging("DeleteTags")
            .requiring(|_: &DeleteTagsOutput, reply| not_done(reply));
        // With a value, even an empty one, EC2 removes the tag only if its value is equal.
        let tags = keys
            .iter()
            .map(|key| Tag::builder().key(key).build())
            .collect();
        let request = self.client.delete_tags().resources(id).set_tags(Some(tags));
        call.run(send!(request, call)).await?;
        Ok(())
    }
}

/// Checks that a reply contains `<return>true</return>`. moto leaves it out.
fn not_done(reply: &HttpResponse) -> Option<&'static str> {
    match reply::text_of(reply, "return").as_deref() {
        None | Some("true") => None,
        Some(_) => Some("EC2 does not confirm the change"),
    }
}

pub(super) fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}
