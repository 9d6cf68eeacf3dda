//! What the services that deliver flow logs do: with a bucket, with the key of a destination, and with a role.
//!
//! This module is pure.

use super::policy::Request;
use crate::arn::log_group;

/// The service that writes flow logs into S3, in every partition.
pub(super) const WRITER: &str = "delivery.logs.amazonaws.com";
/// The service that assumes delivery roles, in every partition.
pub(super) const ASSUMES: &str = "vpc-flow-logs.amazonaws.com";
/// What it does in a log group, of all that AWS requires.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html>
pub(super) const IN_GROUP: [&str; 4] = [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
];

/// Where a flow log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// The partition.
    pub(super) partition: String,
    /// The account.
    pub(super) account: String,
    /// The region.
    pub(super) region: String,
}

impl Source {
    /// Returns what is done with a bucket. `key` is the key of an object.
    pub(super) fn to_bucket(&self, bucket: &str, key: &str) -> Vec<Request> {
        let bucket = format!("arn:{}:s3:::{bucket}", self.partition);
        let object = format!("{bucket}/{key}");
        let acl = ("s3:x-amz-acl", "bucket-owner-full-control".to_owned());
        let mut put = self.write("s3:PutObject", Some(object));
        put.context.push(acl);
        vec![self.write("s3:GetBucketAcl", Some(bucket)), put]
    }

    /// Returns what is done with the key of a bucket.
    pub(super) fn with_key_of_bucket(&self, key_arn: &str) -> Vec<Request> {
        let actions = ["kms:GenerateDataKey", "kms:Decrypt"];
        let request = |action| self.write(action, Some(key_arn.to_owned()));
        actions.map(request).into()
    }

    /// Returns what is done with the key of a log group in a region.
    pub(super) fn with_key_of_group(
        &self,
        key_arn: &str,
        group: &str,
        group_region: &str,
    ) -> Vec<Request> {
        let group = log_group::arn(&self.partition, group_region, &self.account, group);
        let actions = [
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "kms:DescribeKey",
        ];
        let request = |action| Request {
            service: keeper(group_region),
            action,
            resource: Some(key_arn.to_owned()),
            context: vec![("kms:encryptioncontext:aws:logs:arn", group.clone())],
        };
        actions.map(request).into()
    }

    /// Returns what is done with a delivery role.
    pub(super) fn by_role(&self, flow_log: &str) -> Vec<Request> {
        let Self {
            partition,
            account,
            region,
        } = self;
        vec![Request {
            service: ASSUMES.to_owned(),
            action: "sts:AssumeRole",
            resource: None,
            context: vec![
                ("aws:sourceaccount", account.clone()),
                (
                    "aws:sourcearn",
                    format!("arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{flow_log}"),
                ),
            ],
        }]
    }

    fn write(&self, action: &'static str, resource: Option<String>) -> Request {
        let Self {
            partition,
            account,
            region,
        } = self;
        Request {
            service: WRITER.to_owned(),
            action,
            resource,
            context: vec![
                ("aws:sourceaccount", account.clone()),
                (
                    "aws:sourcearn",
                    format!("arn:{partition}:logs:{region}:{account}:*"),
                ),
            ],
        }
    }
}

/// Returns the service that encrypts the log groups of a region.
pub(super) fn keeper(region: &str) -> String {
    format!("logs.{region}.amazonaws.com")
}
