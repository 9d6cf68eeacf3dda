//! Problems of the roles that deliver.

use super::super::limits::CROSS_ACCOUNT_ROLE;
use super::super::vocabulary::Vocabulary;
use crate::arn::role::{self, LONGEST_NAME};

const EXAMPLE: &str = "arn:aws:iam::123456789012:role/flow-logs";

/// A problem of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RoleProblem {
    /// Delivery to S3 uses no role.
    NotForS3,
    /// The text is not the ARN of a role.
    Malformed {
        /// What is written.
        text: String,
        /// What is wrong with it.
        why: role::Problem,
    },
    /// Delivery to CloudWatch Logs requires a role.
    DeliveryRoleMissing,
    /// The second role of a delivery across accounts is written, but not the first.
    FirstRoleMissing,
    /// Delivery to another account requires two roles.
    BothNeeded {
        /// The account of the delivery stream.
        there: String,
        /// The account of the flow log.
        here: String,
    },
    /// The cross-account role applies to Firehose only.
    CrossAccountNotForLogs,
    /// AWS would not assume a cross-account role of this name.
    CrossAccountName {
        /// The ARN of the role.
        arn: String,
    },
    /// The cross-account role is not in the account of the delivery stream.
    CrossAccountElsewhere {
        /// The account of the role.
        account: String,
        /// The account of the delivery stream.
        there: String,
    },
}

impl RoleProblem {
    pub(super) fn title(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotForS3 => ("role-not-possible-for-s3", "Role not possible for S3"),
            Self::Malformed { .. } => ("malformed-role-arn", "Malformed role ARN"),
            Self::DeliveryRoleMissing | Self::FirstRoleMissing => {
                ("delivery-role-needed", "Missing delivery role")
            }
            Self::BothNeeded { .. } => (
                "role-needed-to-deliver-across-accounts",
                "Missing role for delivery across accounts",
            ),
            Self::CrossAccountNotForLogs
            | Self::CrossAccountName { .. }
            | Self::CrossAccountElsewhere { .. } => (
                "cross-account-role-not-possible",
                "Cross-account role not possible",
            ),
        }
    }

    pub(super) fn detail(&self, name: &str, words: &dyn Vocabulary) -> String {
        let delivery = words.name("iam_role_arn");
        let cross_account = words.name("deliver_cross_account_role");
        match self {
            Self::NotForS3 => format!(
                "`{name}` applies to CloudWatch Logs and Firehose only. Delivery to S3 uses the bucket policy, and \
                 AWS refuses a role. Remove `{name}`."
            ),
            Self::Malformed { text, why } => {
                format!("`{name}` is \"{text}\". {}", malformed(*why))
            }
            Self::DeliveryRoleMissing => format!(
                "Delivery to CloudWatch Logs requires a role. Set `{name}` to the ARN of a role that trusts \
                 vpc-flow-logs.amazonaws.com and allows logs:CreateLogStream, logs:PutLogEvents, \
                 logs:DescribeLogGroups and logs:DescribeLogStreams on the log group."
            ),
            Self::FirstRoleMissing => format!(
                "Delivery to Firehose in another account requires two roles. Besides `{cross_account}`, set `{name}` \
                 to the ARN of a role in this account that trusts delivery.logs.amazonaws.com and can assume the \
                 other role."
            ),
            Self::BothNeeded { there, here } => format!(
                "The delivery stream is in account {there}, but the flow log is in account {here}. Delivery to another \
                 account requires two roles: `{delivery}`, a role in account {here}, and `{cross_account}`, a role in \
                 account {there} whose name begins with {CROSS_ACCOUNT_ROLE}."
            ),
            Self::CrossAccountNotForLogs => format!(
                "`{name}` is for delivery to Firehose in another account. Remove it: delivery to CloudWatch Logs uses \
                 `{delivery}` only."
            ),
            Self::CrossAccountName { arn } => format!(
                "`{name}` is \"{arn}\". AWS assumes the role in the destination account only if the name of the role \
                 begins with {CROSS_ACCOUNT_ROLE}."
            ),
            Self::CrossAccountElsewhere { account, there } => format!(
                "`{name}` is a role in account {account}, but the delivery stream is in account {there}. Use a role in \
                 the account of the delivery stream."
            ),
        }
    }
}

fn malformed(problem: role::Problem) -> String {
    match problem {
        role::Problem::NotRole => format!("It must be the ARN of a role, such as {EXAMPLE}."),
        role::Problem::InstanceProfile => {
            format!("That is an instance profile. Use the ARN of its role, such as {EXAMPLE}.")
        }
        role::Problem::Session => {
            format!("That is the session of a role. Use the ARN of the role, such as {EXAMPLE}.")
        }
        role::Problem::Name => format!(
            "The name of a role has at most {LONGEST_NAME} characters, which are letters, digits and `_+=,.@-`."
        ),
    }
}
