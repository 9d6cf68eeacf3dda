//! Checks the roles that deliver.

use super::super::destination::{FIREHOSE, LOGS, S3};
use super::super::model::FlowLog;
use super::limits::CROSS_ACCOUNT_ROLE;
use super::problem::{Problem, RoleProblem};
use crate::arn::role::Role;
use crate::arn::{Arn, account, delivery_stream};
use crate::framework::Attr;

const DELIVERY: &str = "iam_role_arn";
const CROSS_ACCOUNT: &str = "deliver_cross_account_role";

/// Checks the roles for a type of destination.
pub(super) fn check(config: &FlowLog, kind: Option<&str>, problems: &mut Vec<Problem>) {
    let delivery = &config.iam_role_arn;
    let cross_account = &config.deliver_cross_account_role;
    for (name, value) in [(DELIVERY, delivery), (CROSS_ACCOUNT, cross_account)] {
        let Some(text) = value.given() else { continue };
        if kind == Some(S3) {
            problems.push(Problem::at(name, RoleProblem::NotForS3));
        } else if let Err(why) = Role::parse(text) {
            let text = text.to_owned();
            problems.push(Problem::at(name, RoleProblem::Malformed { text, why }));
        }
    }
    if kind == Some(LOGS) && is_absent(delivery) {
        problems.push(Problem::at(DELIVERY, RoleProblem::DeliveryRoleMissing));
    }
    match cross_account.given() {
        Some(arn) => check_cross_account(arn, config, kind, problems),
        None if kind == Some(FIREHOSE) && is_absent(cross_account) => {
            problems.extend(cross_account_missing(config));
        }
        None => {}
    }
}

/// Checks whether a flow log in this account has both roles if its delivery stream is in another account.
pub(super) fn across_accounts(here: &str, config: &FlowLog, problems: &mut Vec<Problem>) {
    let Some(there) = account_of_stream(config).filter(|there| *there != here) else {
        return;
    };
    let roles = [
        (DELIVERY, &config.iam_role_arn),
        (CROSS_ACCOUNT, &config.deliver_cross_account_role),
    ];
    for (name, _) in roles.into_iter().filter(|(_, value)| is_absent(value)) {
        problems.push(both_needed(name, here, there));
    }
}

/// The delivery role is in the account of the flow log, and so shows whether the stream is in another.
fn cross_account_missing(config: &FlowLog) -> Option<Problem> {
    let here = config.iam_role_arn.given().and_then(Arn::parse)?.account?;
    let there = account_of_stream(config)?;
    (here != there).then(|| both_needed(CROSS_ACCOUNT, here, there))
}

fn both_needed(name: &str, here: &str, there: &str) -> Problem {
    let kind = RoleProblem::BothNeeded {
        there: there.to_owned(),
        here: here.to_owned(),
    };
    Problem::at(name, kind)
}

fn check_cross_account(
    arn: &str,
    config: &FlowLog,
    kind: Option<&str>,
    problems: &mut Vec<Problem>,
) {
    if kind == Some(LOGS) {
        let kind = RoleProblem::CrossAccountNotForLogs;
        problems.push(Problem::at(CROSS_ACCOUNT, kind));
    }
    if kind != Some(FIREHOSE) {
        return;
    }
    if let Ok(role) = Role::parse(arn) {
        if !role.name.starts_with(CROSS_ACCOUNT_ROLE) {
            let arn = arn.to_owned();
            let kind = RoleProblem::CrossAccountName { arn };
            problems.push(Problem::at(CROSS_ACCOUNT, kind));
        }
        let there = account_of_stream(config).filter(|there| account::is_id(there));
        if let Some(there) = there.filter(|there| *there != role.account) {
            let kind = RoleProblem::CrossAccountElsewhere {
                account: role.account.to_owned(),
                there: there.to_owned(),
            };
            problems.push(Problem::at(CROSS_ACCOUNT, kind));
        }
    }
    if is_absent(&config.iam_role_arn) {
        problems.push(Problem::at(DELIVERY, RoleProblem::FirstRoleMissing));
    }
}

fn account_of_stream(config: &FlowLog) -> Option<&str> {
    let arn = config.log_destination.given().and_then(Arn::parse)?;
    arn.account
        .filter(|_| arn.service == delivery_stream::SERVICE)
}

fn is_absent(value: &Attr<String>) -> bool {
    value.given().is_none() && !value.is_unknown()
}
