//! The policies of buckets. This module must not know what they must allow.

use aws_sdk_s3::operation::get_bucket_policy::GetBucketPolicyOutput;

use super::super::{call::send, error::Error};
use super::gateway::S3;

impl S3 {
    /// Reads the policy of a bucket in this region. Returns `None` if it has none.
    ///
    /// # Errors
    /// The bucket does not exist or is in another region, or S3 refuses the call.
    pub async fn bucket_policy(&self, bucket: &str) -> Result<Option<String>, Error> {
        let call = self
            .query("GetBucketPolicy")
            .requiring(|reply: &GetBucketPolicyOutput, _| {
                reply
                    .policy
                    .is_none()
                    .then_some("the reply contains no policy")
            });
        let request = self.client.get_bucket_policy().bucket(bucket);
        match call.run(send!(request, call)).await {
            Ok(reply) => Ok(reply.policy),
            Err(error) if error.is_bucket_policy_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
