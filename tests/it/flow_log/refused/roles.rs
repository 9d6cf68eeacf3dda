//! Configurations with invalid roles.

use serde_json::json;

use super::super::{CROSS_ROLE, FOREIGN_STREAM, ROLE};
use super::super::{to_bucket, to_group, to_stream};
use super::Row;

pub(super) fn roles() -> Vec<Row> {
    let role = |arn: &str| to_group(json!({ "iam_role_arn": arn }));
    vec![
        (
            to_group(json!({ "iam_role_arn": null })),
            "iam_role_arn",
            "delivery-role-needed",
        ),
        (role(""), "iam_role_arn", "delivery-role-needed"),
        (role("flow-logs"), "iam_role_arn", "malformed-role-arn"),
        (
            role("arn:aws:iam::123456789012:user/me"),
            "iam_role_arn",
            "malformed-role-arn",
        ),
        (
            role("arn:aws:iam::12:role/x"),
            "iam_role_arn",
            "malformed-role-arn",
        ),
        (
            role("arn:aws:iam::123456789012:instance-profile/x"),
            "iam_role_arn",
            "malformed-role-arn",
        ),
        (
            role("arn:aws:sts::123456789012:assumed-role/x/y"),
            "iam_role_arn",
            "malformed-role-arn",
        ),
        (
            to_bucket(json!({ "iam_role_arn": ROLE })),
            "iam_role_arn",
            "role-not-possible-for-s3",
        ),
        (
            to_bucket(json!({ "deliver_cross_account_role": CROSS_ROLE })),
            "deliver_cross_account_role",
            "role-not-possible-for-s3",
        ),
        (
            to_group(json!({ "deliver_cross_account_role": CROSS_ROLE })),
            "deliver_cross_account_role",
            "cross-account-role-not-possible",
        ),
        (
            to_stream(json!({
                "log_destination": FOREIGN_STREAM, "iam_role_arn": ROLE,
                "deliver_cross_account_role": "arn:aws:iam::210987654321:role/other"
            })),
            "deliver_cross_account_role",
            "cross-account-role-not-possible",
        ),
        (
            to_stream(json!({
                "log_destination": FOREIGN_STREAM, "deliver_cross_account_role": CROSS_ROLE
            })),
            "iam_role_arn",
            "delivery-role-needed",
        ),
    ]
}
