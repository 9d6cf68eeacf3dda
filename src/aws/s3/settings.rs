//! The settings of buckets that decide about deliveries. This module must not know what they must be.

use aws_sdk_s3::operation::{
    get_bucket_encryption::GetBucketEncryptionOutput, get_bucket_policy::GetBucketPolicyOutput,
};

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
            Err(error) if error.is_bucket_setting_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the key with which a bucket in this region encrypts objects by default. Returns `None` if it uses none of
    /// KMS.
    ///
    /// # Errors
    /// The bucket does not exist or is in another region, or S3 refuses the call.
    pub async fn bucket_key(&self, bucket: &str) -> Result<Option<String>, Error> {
        let call =
            self.query("GetBucketEncryption")
                .requiring(|reply: &GetBucketEncryptionOutput, _| {
                    reply
                        .server_side_encryption_configuration
                        .is_none()
                        .then_some("the reply contains no configuration")
                });
        let request = self.client.get_bucket_encryption().bucket(bucket);
        let reply = match call.run(send!(request, call)).await {
            Ok(reply) => reply,
            Err(error) if error.is_bucket_setting_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let rules = reply.server_side_encryption_configuration;
        let rules = rules.into_iter().flat_map(|rules| rules.rules);
        let mut keys = rules.filter_map(|rule| {
            rule.apply_server_side_encryption_by_default?
                .kms_master_key_id
        });
        Ok(keys.next())
    }
}
