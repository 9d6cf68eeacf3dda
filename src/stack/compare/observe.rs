//! Reads what runs, by account and region, with few calls.
//!
//! A few flow logs are looked up by id or resource, many by listing the region: one page holds a thousand, and a missing
//! flow log does not fail the list. Regions are read concurrently. A region that fails does not affect the others.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};

use super::options::AwsOptions;
use super::target::{Target, Targets};
use crate::arn::role::Role;
use crate::aws::ec2::limits::FILTER_VALUES;
use crate::aws::{Account, Aws, ec2};
use crate::connection::{Connection, IgnoreTags};
use crate::framework::Attr;
use crate::stack::declare::Declaration;
use crate::stack::error::Error;

/// The number of regions that are read concurrently.
const CONCURRENCY: usize = 8;

/// Called after each region with the number of regions that are read, and of all regions.
pub type Progress<'a> = dyn Fn(usize, usize) + 'a;

/// What runs in a region of an account.
#[derive(Debug)]
pub(in crate::stack) struct Observed {
    pub(in crate::stack) connection: Connection,
    pub(in crate::stack) flow_logs: Vec<ec2::FlowLog>,
}

/// What to read.
#[derive(Debug)]
pub(in crate::stack) struct Request<'r> {
    pub(in crate::stack) options: &'r AwsOptions,
    /// The connection with the configured credentials.
    pub(in crate::stack) base: &'r Aws,
    /// Whether to read all flow logs, not only the declared ones.
    pub(in crate::stack) everything: bool,
    /// The tags to ignore.
    pub(in crate::stack) ignore: IgnoreTags,
}

/// Reads what runs in each target, or returns why it could not be read.
pub(in crate::stack) async fn observe(
    request: &Request<'_>,
    targets: &Targets<'_>,
    progress: &Progress<'_>,
) -> BTreeMap<Target, Result<Observed, Error>> {
    let accounts: BTreeSet<_> = targets.declared.keys().map(|t| &t.account).collect();
    let connected = stream::iter(accounts.into_iter().map(async |account| {
        let connected = connect(request, account.as_deref()).await;
        (account, connected)
    }));
    let connected: BTreeMap<_, _> = connected.buffer_unordered(CONCURRENCY).collect().await;
    let regions = targets.declared.iter().map(|(target, declared)| {
        let connected = &connected;
        async move {
            let read = match &connected[&target.account] {
                Ok((aws, account)) => read(request, aws, account, &target.region, declared).await,
                Err(error) => Err(error.clone()),
            };
            (target.clone(), read)
        }
    });
    let total = targets.declared.len();
    let mut regions = stream::iter(regions).buffer_unordered(CONCURRENCY);
    let mut observed = BTreeMap::new();
    while let Some((target, read)) = regions.next().await {
        observed.insert(target, read);
        progress(observed.len(), total);
    }
    observed
}

/// Connects to an account, and checks that the credentials belong to it.
async fn connect(request: &Request<'_>, account: Option<&str>) -> Result<(Aws, Account), Error> {
    let role = request.options.role_in(account)?;
    let aws = request
        .options
        .connect_with(request.base, role.as_deref())
        .await?;
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

async fn read(
    request: &Request<'_>,
    aws: &Aws,
    account: &Account,
    region: &str,
    declared: &[(usize, &Declaration)],
) -> Result<Observed, Error> {
    let filters = if request.everything {
        Vec::new()
    } else {
        filters(declared)
    };
    Ok(Observed {
        flow_logs: aws.ec2(region).find(&filters).await?,
        connection: Connection {
            run: 0,
            aws: Ok(aws.clone()),
            region: Attr::Known(region.to_owned()),
            account: Some(account.clone()),
            default_tags: Attr::Null,
            ignore_tags: Attr::Known(request.ignore.clone()),
        },
    })
}

/// Returns filters for the declared flow logs; none if there are too many.
fn filters(declared: &[(usize, &Declaration)]) -> Vec<(String, Vec<String>)> {
    let mut ids = BTreeSet::new();
    let mut resources = BTreeSet::new();
    for (_, declared) in declared {
        match &declared.id {
            Some(id) => {
                ids.insert(id.clone());
            }
            None => {
                let resource = declared.desired.flow_log().resource_id.given();
                resources.extend(resource.map(str::to_owned));
            }
        }
    }
    match (ids.len(), resources.len()) {
        (1..=FILTER_VALUES, 0) => vec![("flow-log-id".to_owned(), ids.into_iter().collect())],
        (0, 1..=FILTER_VALUES) => vec![("resource-id".to_owned(), resources.into_iter().collect())],
        _ => Vec::new(),
    }
}
