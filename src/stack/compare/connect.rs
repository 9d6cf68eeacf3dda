//! Connections to the accounts in which flow logs are declared.

use super::options::AwsOptions;
use crate::arn::role::Role;
use crate::aws::{Account, Aws};
use crate::stack::error::Error;

/// The number of accounts to which connections are made concurrently, and of regions that are read concurrently.
pub(super) const CONCURRENCY: usize = 8;

/// An account with its connection, or why there is none.
pub(super) type Connected = Result<(Aws, Account), Error>;

/// Connects to an account, and checks that the credentials belong to it.
pub(super) async fn connect(options: &AwsOptions, base: &Aws, account: Option<&str>) -> Connected {
    let role = options.role_in(account)?;
    let aws = options.connect_with(base, role.as_deref()).await?;
    let actual = match role.as_deref().and_then(account_of) {
        Some(actual) => actual,
        None => aws.account().await?,
    };
    match account {
        Some(declared) if declared != actual.id => Err(Error::OtherAccount {
            actual,
            declared: declared.to_owned(),
        }),
        _ => Ok((aws, actual)),
    }
}

/// Returns the account of a role, from its ARN: no call to STS is needed.
fn account_of(role: &str) -> Option<Account> {
    let role = Role::parse(role).ok()?;
    Some(Account {
        id: role.account.to_owned(),
        partition: role.partition.to_owned(),
    })
}
