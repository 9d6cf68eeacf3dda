//! The limits and names that AWS documents. This module must not know any problem.

pub(crate) use crate::aws::ec2::limits::{
    TAG_KEY as LONGEST_TAG_KEY, TAG_VALUE as LONGEST_TAG_VALUE, TAGS as MOST_TAGS,
};

/// The prefix of the name of a role that AWS assumes in the account of a delivery stream.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/firehose-cross-account-delivery.html>
pub(crate) const CROSS_ACCOUNT_ROLE: &str = "AWSLogDeliveryFirehoseCrossAccountRole";
