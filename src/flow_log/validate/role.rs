//! Judges the roles by which records are delivered.

use super::super::destination::{FIREHOSE, LOGS, S3};
use super::super::model::FlowLog;
use crate::arn::{
    Arn, account, delivery_stream,
    role::{self, LONGEST_NAME, Role},
};
use crate::framework::{Attr, Diagnostics};

/// What the name of the role in the destination account must begin with.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/firehose-cross-account-delivery.html>
pub(crate) const CROSS_ACCOUNT_ROLE: &str = "AWSLogDeliveryFirehoseCrossAccountRole";

/// Judges the roles for a type of destination.
pub(super) fn judge(config: &FlowLog, kind: Option<&str>, diagnostics: &mut Diagnostics) {
    let delivery = ("iam_role_arn", &config.iam_role_arn);
    let cross = (
        "deliver_cross_account_role",
        &config.deliver_cross_account_role,
    );
    for (name, value) in [delivery, cross] {
        let Some(arn) = value.given() else { continue };
        if kind == Some(S3) {
            let detail = format!(
                "`{name}` is for CloudWatch Logs and Firehose. S3 delivery uses the bucket's policy; \
                 AWS refuses a role there. Remove `{name}`."
            );
            diagnostics.error(
                name,
                "role-not-possible-for-s3",
                "Role not possible for S3",
                detail,
            );
        } else if let Some(problem) = role_problem(arn) {
            let detail = format!("`{name}` is \"{arn}\"; {problem}.");
            diagnostics.error(name, "malformed-role-arn", "Malformed role ARN", detail);
        }
    }
    let absent = |value: &Attr<String>| value.given().is_none() && !value.is_unknown();
    if kind == Some(LOGS) && absent(delivery.1) {
        diagnostics.error(
            delivery.0,
            "delivery-role-needed", "Delivery role needed",
            "Delivery to CloudWatch Logs needs a role: set `iam_role_arn` to the ARN of one that trusts \
             vpc-flow-logs.amazonaws.com and allows logs:CreateLogStream, logs:PutLogEvents, \
             logs:DescribeLogGroups and logs:DescribeLogStreams on the group.",
        );
    }
    if kind == Some(FIREHOSE) && absent(cross.1) {
        role_without_the_other(config, diagnostics);
    }
    if let Some(arn) = cross.1.given() {
        cross_account_role(arn, config, kind, diagnostics);
        if kind == Some(FIREHOSE) && absent(delivery.1) {
            diagnostics.error(
                delivery.0,
                "delivery-role-needed", "Delivery role needed",
                "Delivery to Firehose in another account needs two roles: beside \
                 `deliver_cross_account_role`, set `iam_role_arn` to the ARN of a role in this account \
                 that trusts delivery.logs.amazonaws.com and may assume the other.",
            );
        }
    }
}

/// The delivery role is of the flow log's account, so that it tells that a stream is of another.
fn role_without_the_other(config: &FlowLog, diagnostics: &mut Diagnostics) {
    fn account(arn: &Attr<String>) -> Option<&str> {
        arn.given().and_then(Arn::parse)?.account
    }
    let accounts = account(&config.iam_role_arn).zip(account(&config.log_destination));
    if let Some((here, there)) = accounts.filter(|(here, there)| here != there) {
        let detail = format!(
            "The delivery stream is in account {there}, and `iam_role_arn` is a role of account {here}. Delivery to \
             another account needs two roles: `iam_role_arn`, a role of the flow log's account, and \
             `deliver_cross_account_role`, a role of the other whose name begins with {CROSS_ACCOUNT_ROLE}."
        );
        diagnostics.error(
            "deliver_cross_account_role",
            "role-needed-to-deliver-across-accounts",
            "Role needed to deliver across accounts",
            detail,
        );
    }
}

fn role_problem(text: &str) -> Option<String> {
    const EXAMPLE: &str = "arn:aws:iam::123456789012:role/flow-logs";
    Some(match Role::parse(text).err()? {
        role::Problem::NotRole => format!("it must be the ARN of a role, such as {EXAMPLE}"),
        role::Problem::InstanceProfile => {
            format!("that is an instance profile: give the role in it, such as {EXAMPLE}")
        }
        role::Problem::Session => {
            format!("that is the session of a role: give the role itself, such as {EXAMPLE}")
        }
        role::Problem::Name => format!(
            "a role's name has at most {LONGEST_NAME} characters, which are letters, digits and `_+=,.@-`"
        ),
    })
}

fn cross_account_role(
    arn: &str,
    config: &FlowLog,
    kind: Option<&str>,
    diagnostics: &mut Diagnostics,
) {
    const PATH: &str = "deliver_cross_account_role";
    const RULE: &str = "cross-account-role-not-possible";
    const SUMMARY: &str = "Cross-account role not possible";
    if kind == Some(LOGS) {
        diagnostics.error(
            PATH,
            RULE, SUMMARY,
            "`deliver_cross_account_role` is for delivery to Firehose in another account. Remove it; \
             CloudWatch Logs is delivered to by `iam_role_arn` alone.",
        );
        return;
    }
    let Ok(role) = Role::parse(arn) else {
        return;
    };
    if kind != Some(FIREHOSE) {
        return;
    }
    if !role.name.starts_with(CROSS_ACCOUNT_ROLE) {
        let detail = format!(
            "`deliver_cross_account_role` is \"{arn}\"; AWS assumes the role in the destination account \
             only if its name begins with {CROSS_ACCOUNT_ROLE}."
        );
        diagnostics.error(PATH, RULE, SUMMARY, detail);
    }
    let stream = config.log_destination.given().and_then(Arn::parse);
    if let Some(there) = stream.and_then(|stream| stream.account)
        && account::is_id(there)
        && there != role.account
    {
        let detail = format!(
            "`deliver_cross_account_role` is a role of account {}, but the delivery stream is in account \
             {there}. Give a role of the stream's account.",
            role.account
        );
        diagnostics.error(PATH, RULE, SUMMARY, detail);
    }
}

/// A delivery stream of another account needs both roles.
pub(super) fn across_accounts(account: &str, config: &FlowLog, diagnostics: &mut Diagnostics) {
    let stream = config.log_destination.given().and_then(Arn::parse);
    let stream = stream.filter(|arn| arn.service == delivery_stream::SERVICE);
    let there = stream.and_then(|stream| stream.account);
    let Some(there) = there.filter(|there| *there != account) else {
        return;
    };
    let roles = [
        ("iam_role_arn", &config.iam_role_arn),
        (
            "deliver_cross_account_role",
            &config.deliver_cross_account_role,
        ),
    ];
    for (name, value) in roles {
        if value.given().is_none() && !value.is_unknown() {
            let detail = format!(
                "The delivery stream is in account {there}, and the flow log in account {account}. That needs \
                 `iam_role_arn`, a role of this account, and `deliver_cross_account_role`, a role of the \
                 other whose name begins with {CROSS_ACCOUNT_ROLE}."
            );
            diagnostics.error(
                name,
                "role-needed-to-deliver-across-accounts",
                "Role needed to deliver across accounts",
                detail,
            );
        }
    }
}
