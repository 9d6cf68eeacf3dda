//! What runs, by account and region, read with few calls.
//!
//! A few flow logs are asked for by name, many by listing the region: a thousand come in one page, and one that does
//! not exist fails no list. Regions are read side by side; one that fails hides no other.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};

use super::read::{Declared, Wanted};
use crate::arn::role::Role;
use crate::aws::{self, Account, AssumeRole, Aws, Settings, Stop, ec2};
use crate::connection::{Connection, IgnoreTags};
use crate::framework::Attr;

/// How many values EC2 takes in the filters of one call.
const VALUES: usize = 200;
/// How many regions are read at once.
const AT_ONCE: usize = 8;
/// What stands for the account in a role's ARN.
const ACCOUNT: &str = "{account}";

/// How AWS is reached.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Region, profile, endpoints.
    pub settings: Settings,
    /// The role to work in, `{account}` standing for the account of the flow log.
    pub role: Option<String>,
}

/// Told after each region how many are read, and of how many.
pub type Progress<'a> = dyn Fn(usize, usize) + 'a;

/// An account, if one is named, and a region.
pub(super) type Whereabouts = (Option<String>, String);

/// What runs in a region of an account.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) connection: Connection,
    pub(super) flow_logs: Vec<ec2::FlowLog>,
}

impl Reach {
    /// Connects with the credentials at hand, and with the role if it is the same for all accounts.
    ///
    /// # Errors
    /// The configuration cannot work.
    pub async fn connect(&self) -> Result<Aws, aws::Error> {
        let fixed = self.role.as_deref().filter(|role| !role.contains(ACCOUNT));
        Aws::connect(with_role(&self.settings, fixed), Stop::new()).await
    }

    /// Gives the role to work in, for flow logs of an account.
    ///
    /// # Errors
    /// The role depends on the account, and none is named.
    pub(super) fn role_in(&self, account: Option<&str>) -> Result<Option<String>, String> {
        match (self.role.as_deref(), account) {
            (Some(role), Some(account)) => Ok(Some(role.replace(ACCOUNT, account))),
            (Some(role), None) if role.contains(ACCOUNT) => Err(format!(
                "--role is {role}, but these flow logs name no account. Write `Account: \"123456789012\"` into the \
                 stack definition, or the account's number into --role."
            )),
            (role, _) => Ok(role.map(str::to_owned)),
        }
    }

    async fn connect_to(&self, base: &Aws, role: Option<&str>) -> Result<Aws, aws::Error> {
        if role == self.role.as_deref() {
            return Ok(base.clone());
        }
        Aws::connect(with_role(&self.settings, role), Stop::new()).await
    }
}

/// The account that a role works in, as its ARN tells: STS need not be asked.
fn account_of(role: &str) -> Option<Account> {
    let role = Role::parse(role).ok()?;
    Some(Account {
        id: role.account.to_owned(),
        partition: role.partition.to_owned(),
    })
}

fn with_role(settings: &Settings, role: Option<&str>) -> Settings {
    let mut settings = settings.clone();
    settings.assume_role.extend(role.map(|role| AssumeRole {
        role_arn: role.to_owned(),
        session_name: Some("vpcflow-drift".to_owned()),
        ..AssumeRole::default()
    }));
    settings
}

/// Reads what runs where something is declared, or the reason why it could not be read.
pub(super) async fn observe(
    reach: &Reach,
    base: &Aws,
    declared: &BTreeMap<Whereabouts, Vec<&Declared>>,
    everything: bool,
    ignore: &IgnoreTags,
    progress: &Progress<'_>,
) -> BTreeMap<Whereabouts, Result<Observed, String>> {
    let accounts: BTreeSet<&Option<String>> = declared.keys().map(|(account, _)| account).collect();
    let connected = stream::iter(accounts.into_iter().map(async |account| {
        let connected = connect(reach, base, account.as_deref()).await;
        (account, connected)
    }));
    let connected: BTreeMap<_, _> = connected.buffer_unordered(AT_ONCE).collect().await;
    let regions = declared.iter().map(|(whereabouts, declared)| {
        let connected = &connected;
        async move {
            let read = match &connected[&whereabouts.0] {
                Ok((aws, account)) => {
                    read(aws, account, &whereabouts.1, declared, everything, ignore).await
                }
                Err(message) => Err(message.clone()),
            };
            (whereabouts.clone(), read)
        }
    });
    let total = declared.len();
    let mut regions = stream::iter(regions).buffer_unordered(AT_ONCE);
    let mut observed = BTreeMap::new();
    while let Some((whereabouts, read)) = regions.next().await {
        observed.insert(whereabouts, read);
        progress(observed.len(), total);
    }
    observed
}

/// Connects to an account, and makes sure that it is the one.
async fn connect(
    reach: &Reach,
    base: &Aws,
    account: Option<&str>,
) -> Result<(Aws, Account), String> {
    let role = reach.role_in(account)?;
    let aws = reach
        .connect_to(base, role.as_deref())
        .await
        .map_err(|error| explained(&error))?;
    let own = match role.as_deref().and_then(account_of) {
        Some(own) => own,
        None => aws.account().await.map_err(|error| explained(&error))?,
    };
    match account {
        Some(account) if account != own.id => Err(format!(
            "the credentials belong to account {}, but account {account} is to be read. Give \
             --role 'arn:{}:iam::{ACCOUNT}:role/NAME', a role to assume in each account.",
            own.id, own.partition
        )),
        _ => Ok((aws, own)),
    }
}

async fn read(
    aws: &Aws,
    account: &Account,
    region: &str,
    declared: &[&Declared],
    everything: bool,
    ignore: &IgnoreTags,
) -> Result<Observed, String> {
    let filters = if everything {
        Vec::new()
    } else {
        filters(declared)
    };
    let flow_logs = aws.ec2(region).find(&filters).await;
    Ok(Observed {
        flow_logs: flow_logs.map_err(|error| explained(&error))?,
        connection: Connection {
            run: 0,
            aws: Ok(aws.clone()),
            region: Attr::Known(region.to_owned()),
            account: Some(account.clone()),
            default_tags: Attr::Null,
            ignore_tags: Attr::Known(ignore.clone()),
        },
    })
}

/// Asks for what is declared alone, if it is little.
fn filters(declared: &[&Declared]) -> Vec<(String, Vec<String>)> {
    let mut ids = BTreeSet::new();
    let mut resources = BTreeSet::new();
    for declared in declared {
        match (&declared.wanted, &declared.id) {
            (_, Some(id)) => drop(ids.insert(id.clone())),
            (Wanted::Configuration(config) | Wanted::State(config, _), None) => {
                resources.extend(config.resource_id.given().map(str::to_owned));
            }
        }
    }
    match (ids.len(), resources.len()) {
        (1..=VALUES, 0) => vec![("flow-log-id".to_owned(), ids.into_iter().collect())],
        (0, 1..=VALUES) => vec![("resource-id".to_owned(), resources.into_iter().collect())],
        _ => Vec::new(),
    }
}

/// An error with what to do about it.
pub(super) fn explained(error: &aws::Error) -> String {
    match error.advice() {
        _ if error.kind == aws::Kind::OutOfTime => format!(
            "{error} One query has five minutes, and the whole check has the time of --timeout."
        ),
        Some(advice) => format!("{error} {advice}"),
        None => error.to_string(),
    }
}
