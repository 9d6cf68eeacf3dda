//! The check of several accounts and regions, for the command line. This module must not know how a report is written.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

use super::judge::{Cause, Coverage, Kind, Rules, Subject, Trouble, Unread, World, judge};
use super::observe::{cause, observe};
use crate::aws::{self, Aws};

/// The number of accounts that are read at the same time.
const CONCURRENCY: usize = 8;

/// An account to check.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account that is meant. `None` for that of the credentials.
    pub id: Option<String>,
    /// The connection to it, or why there is none.
    pub aws: Result<Aws, aws::Error>,
}

/// The regions to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// These.
    Listed(BTreeSet<String>),
    /// All that are enabled in each account. The named one is asked for them.
    All(String),
}

/// Checks accounts. What cannot be read is part of the outcome.
pub async fn check(accounts: &[Account], places: &Places, rules: &Rules) -> Coverage {
    let worlds = accounts.iter().cloned();
    let worlds = worlds.map(|account| async move { of_account(&account, places, rules).await });
    let worlds: Vec<_> = stream::iter(worlds).buffered(CONCURRENCY).collect().await;
    judge(&worlds.concat(), rules)
}

async fn of_account(account: &Account, places: &Places, rules: &Rules) -> Vec<World> {
    let aws = match &account.aws {
        Ok(aws) => aws,
        Err(error) => return blind(account.id.as_deref(), places, rules, &cause(error)),
    };
    let found = match aws.account().await {
        Ok(found) => found.id,
        Err(error) => return blind(account.id.as_deref(), places, rules, &cause(&error)),
    };
    if let Some(meant) = account.id.as_deref().filter(|meant| *meant != found) {
        let wrong = Cause {
            trouble: Trouble::Credentials,
            code: None,
            message: format!(
                "The credentials belong to account {found}, not to {meant}. Assume a role of that account with --role."
            ),
        };
        return blind(Some(meant), places, rules, &wrong);
    }
    match places {
        Places::Listed(names) => observe(aws, Some(&found), names, rules).await,
        Places::All(home) => match aws.ec2(home).regions().await {
            Ok(names) => observe(aws, Some(&found), &names, rules).await,
            Err(error) => blind(Some(&found), places, rules, &cause(&error)),
        },
    }
}

/// Returns regions of an account in which nothing could be read.
fn blind(account: Option<&str>, places: &Places, rules: &Rules, cause: &Cause) -> Vec<World> {
    let names = match places {
        Places::Listed(names) => names.clone(),
        Places::All(home) => BTreeSet::from([home.clone()]),
    };
    let unread = |subject| Unread {
        subject,
        cause: cause.clone(),
    };
    let of_kind = |kind: &Kind| unread(Subject::Networks(*kind));
    let all = rules.kinds.iter().map(of_kind);
    let all: Vec<_> = all.chain([unread(Subject::FlowLogs)]).collect();
    let world = |region| World {
        account: account.map(str::to_owned),
        region,
        networks: Vec::new(),
        flow_logs: Vec::new(),
        unread: all.clone(),
        now: Timestamp::now(),
    };
    names.into_iter().map(world).collect()
}
