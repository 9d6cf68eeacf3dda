//! The policies that allow AWS to deliver flow logs, as canonical JSON: sorted keys, no white space, sorted lists without
//! duplicates, and a list of one element written as that element, as IAM returns them.
//!
//! See <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html> and
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html>.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::optional;
use crate::arn::bucket::{self, Bucket};
use crate::arn::log_group::{self, LogGroup};
use crate::arn::{self, Arn, account, partition, region};
use crate::cty::{Path, Type, Value};
use crate::framework::{Attr, Function, FunctionError, behaviour};

/// The service that writes flow logs into CloudWatch Logs, in every partition.
const FLOW_LOGS: &str = "vpc-flow-logs.amazonaws.com";

/// The service that writes flow logs into S3, in every partition.
const DELIVERY: &str = "delivery.logs.amazonaws.com";

/// The actions of delivery in a log group. Creating the group is not among them: the next record would recreate a group
/// that was destroyed.
const LOG_ACTIONS: [&str; 4] = [
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
];

/// The most bytes of a bucket's policy.
const LONGEST_BUCKET_POLICY: usize = 20 * 1024;

/// With this ACL the owner of the bucket owns the delivered objects.
const OWNER_ACL: &str = "bucket-owner-full-control";

/// All regions.
const EVERY: &str = "*";

/// Returns the trust policy of a role that delivers flow logs to CloudWatch Logs.
///
/// The policy allows the service `vpc-flow-logs.amazonaws.com` to assume the role. It is limited to flow logs of one
/// account and region (`aws:SourceAccount`, `aws:SourceArn`), so that flow logs of other accounts cannot use the role.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DeliveryTrustPolicy {
    /// The account ID of the flow logs (twelve digits).
    account_id: String,
    /// The region of the flow logs, or `*` for all regions.
    region: String,
    /// The partition, such as `aws-cn`. Defaults to the partition of the region.
    #[serde(default)]
    partition: Vec<Option<String>>,
}

/// Returns the policy of a role that delivers flow logs to a CloudWatch Logs group.
///
/// The policy allows creating, describing and writing log streams in the log group. It does not allow creating the log
/// group, because the next record would then recreate a log group that was destroyed.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DeliveryRolePolicy {
    /// The ARN of the log group, with or without a trailing `:*`.
    log_group_arn: String,
}

/// Returns the policy of a bucket to which flow logs are delivered.
///
/// The policy allows the service `delivery.logs.amazonaws.com` to read the ACL of the bucket and to write below
/// `AWSLogs`, with the ACL `bucket-owner-full-control`. It is limited to flow logs of the accounts and regions
/// (`aws:SourceAccount`, `aws:SourceArn`), and to the folders of these accounts, with plain and Hive-compatible names.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DeliveryBucketPolicy {
    /// The ARN of the bucket.
    bucket_arn: String,
    /// The folder that contains `AWSLogs`, such as `network/flow`. Null or empty if there is none.
    #[schemars(transform = behaviour::allow_null)]
    prefix: Attr<String>,
    /// The account IDs of the flow logs (twelve digits each).
    account_ids: Vec<String>,
    /// The regions of the flow logs, or `["*"]` for all regions.
    regions: Vec<String>,
}

impl Function for DeliveryTrustPolicy {
    const NAME: &'static str = "delivery_trust_policy";

    fn returns() -> Type {
        Type::String
    }

    fn call(self) -> Result<Value, FunctionError> {
        let (account, region) = (&self.account_id, &self.region);
        check_account(account, "account_id".into())?;
        check_region(region, "region".into())?;
        let partition = match optional("partition", &self.partition)? {
            None => partition::of_region(region),
            Some(partition) if partition::is_name(partition) => partition,
            Some(other) => {
                let text = format!("\"{other}\" is not a partition, such as \"aws\" or \"aws-cn\"");
                return Err(FunctionError::new(text).at("partition"));
            }
        };
        Ok(policy(&[json!({
            "Sid": "VPCFlowLogsAssumeRole",
            "Effect": "Allow",
            "Principal": { "Service": FLOW_LOGS },
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": { "aws:SourceAccount": account },
                "ArnLike": {
                    "aws:SourceArn": arn::flow_log::arn(partition, region, account, "*")
                },
            },
        })])
        .into())
    }
}

impl Function for DeliveryRolePolicy {
    const NAME: &'static str = "delivery_role_policy";

    fn returns() -> Type {
        Type::String
    }

    fn call(self) -> Result<Value, FunctionError> {
        let given = &self.log_group_arn;
        let arn = log_group::trim(given);
        let group = Arn::parse(given).and_then(|arn| LogGroup::from_arn(&arn).ok());
        if !group.is_some_and(|group| region::is_name(group.region)) {
            let text = format!(
                "\"{given}\" is not the ARN of a log group, such as \
                 \"arn:aws:logs:eu-central-1:123456789012:log-group:name\""
            );
            return Err(FunctionError::new(text).at("log_group_arn"));
        }
        Ok(policy(&[json!({
            "Sid": "VPCFlowLogsDelivery",
            "Effect": "Allow",
            "Action": LOG_ACTIONS,
            "Resource": format!("{arn}:*"),
        })])
        .into())
    }
}

impl Function for DeliveryBucketPolicy {
    const NAME: &'static str = "delivery_bucket_policy";

    fn returns() -> Type {
        Type::String
    }

    fn call(self) -> Result<Value, FunctionError> {
        let partition = self.partition()?;
        let folder = self.folder()?;
        let accounts = distinct("account_ids", &self.account_ids, check_account)?;
        let regions = distinct("regions", &self.regions, check_region)?;
        let bucket = &self.bucket_arn;
        let folders = accounts.iter().flat_map(|account| {
            ["", "aws-account-id="]
                .map(|head| format!("{bucket}/{folder}AWSLogs/{head}{account}/*"))
        });
        let sources = accounts.iter().flat_map(|account| {
            let source = move |region| format!("arn:{partition}:logs:{region}:{account}:*");
            regions.iter().map(source)
        });
        let like = json!({ "aws:SourceArn": list(sources) });
        let accounts = list(accounts.iter().map(|account| (*account).to_owned()));
        let text = policy(&[
            json!({
                "Sid": "AWSLogDeliveryWrite",
                "Effect": "Allow",
                "Principal": { "Service": DELIVERY },
                "Action": "s3:PutObject",
                "Resource": list(folders),
                "Condition": {
                    "StringEquals": { "aws:SourceAccount": accounts, "s3:x-amz-acl": OWNER_ACL },
                    "ArnLike": like,
                },
            }),
            json!({
                "Sid": "AWSLogDeliveryAclCheck",
                "Effect": "Allow",
                "Principal": { "Service": DELIVERY },
                "Action": "s3:GetBucketAcl",
                "Resource": bucket,
                "Condition": {
                    "StringEquals": { "aws:SourceAccount": accounts },
                    "ArnLike": like,
                },
            }),
        ]);
        fits(&text)?;
        Ok(text.into())
    }
}

/// Checks that S3 accepts the size of the policy.
fn fits(policy: &str) -> Result<(), FunctionError> {
    if policy.len() <= LONGEST_BUCKET_POLICY {
        return Ok(());
    }
    let text = format!(
        "the policy would have {} bytes, and S3 takes {LONGEST_BUCKET_POLICY}; write [\"*\"] for the regions, or \
         spread the accounts over several buckets",
        policy.len()
    );
    Err(FunctionError::new(text).at("account_ids"))
}

impl DeliveryBucketPolicy {
    fn partition(&self) -> Result<&str, FunctionError> {
        let given = &self.bucket_arn;
        let fail = |text: String| Err(FunctionError::new(text).at("bucket_arn"));
        let arn = Arn::parse(given).filter(|arn| arn.service == bucket::SERVICE);
        let is_folder = arn.is_some_and(|arn| arn.region.is_none() && arn.resource.contains('/'));
        match arn.map(|arn| Bucket::from_arn(&arn)) {
            Some(Ok(Bucket {
                partition,
                folder: None,
                ..
            })) => Ok(partition),
            Some(_) if is_folder => fail(format!(
                "\"{given}\" names a folder; give the ARN of the bucket alone, and the folder as `prefix`"
            )),
            _ => fail(format!(
                "\"{given}\" is not the ARN of a bucket, such as \"arn:aws:s3:::name\""
            )),
        }
    }

    /// Returns the folder with a trailing slash, or an empty string.
    fn folder(&self) -> Result<String, FunctionError> {
        let prefix = self.prefix.known().map_or("", String::as_str);
        let folder = prefix.trim_matches('/');
        let fail = |text: String| Err(FunctionError::new(text).at("prefix"));
        if folder.is_empty() {
            return Ok(String::new());
        }
        if bucket::is_reserved_folder(folder) {
            return fail(format!(
                "\"{prefix}\" names the folder AWSLogs, which AWS adds itself; leave it out"
            ));
        }
        if folder.contains(['*', '?', '$']) || folder.chars().any(char::is_control) {
            return fail(format!(
                "\"{prefix}\" is not a folder: `*`, `?` and `$` would let other folders be written"
            ));
        }
        Ok(format!("{folder}/"))
    }
}

/// Checks every element of a list argument, and sorts them without duplicates.
fn distinct<'a>(
    name: &str,
    given: &'a [String],
    check: impl Fn(&str, Path) -> Result<(), FunctionError>,
) -> Result<BTreeSet<&'a str>, FunctionError> {
    if given.is_empty() {
        return Err(FunctionError::new(format!("`{name}` is empty; write at least one")).at(name));
    }
    for text in given {
        check(text, name.into())?;
    }
    Ok(given.iter().map(String::as_str).collect())
}

fn check_account(text: &str, path: Path) -> Result<(), FunctionError> {
    if account::is_id(text) {
        return Ok(());
    }
    let hint = if !text.is_empty() && text.len() < 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        "; write it in quotes to keep leading zeros"
    } else {
        ""
    };
    let text = format!("\"{text}\" is not an account ID, which has twelve digits{hint}");
    Err(FunctionError::new(text).at(path))
}

fn check_region(text: &str, path: Path) -> Result<(), FunctionError> {
    if text == EVERY || region::is_name(text) {
        return Ok(());
    }
    let text = format!(
        "\"{text}\" is neither a region, such as \"eu-central-1\", nor \"*\" for every region"
    );
    Err(FunctionError::new(text).at(path))
}

/// Sorts a list. Returns a single element as itself.
fn list(texts: impl IntoIterator<Item = String>) -> Json {
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort();
    match <[String; 1]>::try_from(texts) {
        Ok([only]) => only.into(),
        Err(texts) => texts.into(),
    }
}

fn policy(statements: &[Json]) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

#[cfg(test)]
mod tests;
