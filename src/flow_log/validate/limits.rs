//! The limits and names that AWS documents. This module must not know any problem.

/// The number of tags that a resource can have, without those of AWS itself.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
pub(crate) const MOST_TAGS: usize = 50;
/// The number of characters that the key of a tag can have.
pub(crate) const LONGEST_TAG_KEY: usize = 128;
/// The number of characters that the value of a tag can have.
pub(crate) const LONGEST_TAG_VALUE: usize = 256;
/// The prefix of the name of a role that AWS assumes in the account of a delivery stream.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/firehose-cross-account-delivery.html>
pub(crate) const CROSS_ACCOUNT_ROLE: &str = "AWSLogDeliveryFirehoseCrossAccountRole";
