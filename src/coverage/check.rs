//! The check of several accounts and regions. This module must not know how a report is written.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

use super::cloud_wan;
use super::judge::{Cause, Rules, Subject, Trouble, Unread, World};
use super::observe::{Regions, cause, observe};
use crate::arn::role::Role;
use crate::aws::{self, Aws};

/// The number of accounts that are read at the same time.
const CONCURRENCY: usize = 8;
/// The name of the sessions in which accounts are read. CloudTrail shows it.
const SESSION: &str = "vpcflow-coverage";

/// An account to check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The account that is meant. `None` for that of the credentials.
    pub id: Option<String>,
    /// The role to assume in it. `None` for no role.
    pub role: Option<String>,
}

/// The regions to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// These.
    Listed(BTreeSet<String>),
    /// All that are enabled in each account, and some that need not be.
    All {
        /// The region that is asked for them.
        home: String,
        /// The other ones.
        also: BTreeSet<String>,
    },
}

/// Is told how many regions of how many are read. The total grows when the regions of an account become known.
pub type Progress<'a> = dyn Fn(usize, usize) + Sync + 'a;

/// Reads accounts, by their roles. What cannot be read is part of the outcome.
pub async fn read(
    base: &Result<Aws, aws::Error>,
    accounts: &[Account],
    places: &Places,
    rules: &Rules,
    progress: &Progress<'_>,
) -> Vec<World> {
    let check = Check {
        base,
        places,
        rules,
        tally: Tally::new(accounts.len(), progress),
    };
    let check = &check;
    let worlds = accounts.iter().cloned();
    let worlds = worlds.map(|account| async move { check.of_account(&account).await });
    let worlds: Vec<_> = stream::iter(worlds).buffered(CONCURRENCY).collect().await;
    worlds.into_iter().flatten().collect()
}

/// What is read in each account.
struct Check<'a> {
    base: &'a Result<Aws, aws::Error>,
    places: &'a Places,
    rules: &'a Rules,
    tally: Tally<'a>,
}

impl Check<'_> {
    async fn of_account(&self, account: &Account) -> Vec<World> {
        let worlds = match self.connected(account).await {
            Ok((aws, found)) => match self.regions(&aws).await {
                Ok(regions) => return self.observed(&aws, &found, &regions).await,
                Err(error) => self.blind(Some(&found), &cause(&error)),
            },
            Err(cause) => self.blind(account.id.as_deref(), &cause),
        };
        self.tally.expect(1);
        self.tally.count();
        worlds
    }

    /// Returns the connection to an account, and its ID.
    async fn connected(&self, account: &Account) -> Result<(Aws, String), Cause> {
        let base = self.base.as_ref().map_err(cause)?;
        let aws = match &account.role {
            Some(role) => base.assuming(role, SESSION),
            None => base.clone(),
        };
        // The ARN of a role tells its account: no call to STS is needed.
        let of_role = account.role.as_deref().and_then(|role| {
            let role = Role::parse(role).ok()?;
            Some(role.account.to_owned())
        });
        let found = match of_role {
            Some(id) => id,
            None => aws.account().await.map_err(|error| cause(&error))?.id,
        };
        match account.id.as_deref().filter(|meant| *meant != found) {
            None => Ok((aws, found)),
            Some(meant) => Err(Cause {
                trouble: Trouble::Credentials,
                code: None,
                message: format!(
                    "The credentials belong to account {found}, not to {meant}. Assume a role of that account."
                ),
            }),
        }
    }

    async fn regions(&self, aws: &Aws) -> Result<Regions, aws::Error> {
        Ok(match self.places {
            Places::Listed(names) => Regions {
                names: names.clone(),
                are_all: false,
            },
            Places::All { home, also } => {
                let mut names = aws.ec2(home).regions().await?;
                names.extend(also.iter().cloned());
                Regions {
                    names,
                    are_all: true,
                }
            }
        })
    }

    async fn observed(&self, aws: &Aws, account: &str, regions: &Regions) -> Vec<World> {
        self.tally.expect(regions.names.len());
        let done = || self.tally.count();
        observe(aws, Some(account), regions, self.rules, &done).await
    }

    /// Returns regions of an account in which nothing could be read.
    fn blind(&self, account: Option<&str>, cause: &Cause) -> Vec<World> {
        let names = match self.places {
            Places::Listed(names) => names.clone(),
            Places::All { home, .. } => BTreeSet::from([home.clone()]),
        };
        let home = match self.base {
            Ok(aws) => cloud_wan::region(aws),
            Err(_) => names.first().cloned(),
        };
        let kinds = self.rules.kinds.iter();
        let global = home.filter(|_| kinds.clone().any(|kind| kind.is_global()));
        let places = names.into_iter().map(|name| (name, false));
        let places = places.chain(global.map(|home| (home, true)));
        let unread = |subject| Unread {
            subject,
            cause: cause.clone(),
        };
        let world = |(region, is_global)| {
            let here = kinds.clone().filter(|kind| kind.is_global() == is_global);
            let here = here.map(|kind| unread(Subject::Networks(*kind)));
            World {
                account: account.map(str::to_owned),
                region,
                is_global,
                networks: Vec::new(),
                flow_logs: Vec::new(),
                unread: here.chain([unread(Subject::FlowLogs)]).collect(),
                now: Timestamp::now(),
            }
        };
        places.map(world).collect()
    }
}

/// Counts the regions that are read. An account whose regions are not known yet counts as one.
struct Tally<'a> {
    done: AtomicUsize,
    total: AtomicUsize,
    progress: &'a Progress<'a>,
}

impl<'a> Tally<'a> {
    fn new(accounts: usize, progress: &'a Progress<'a>) -> Self {
        Self {
            done: AtomicUsize::new(0),
            total: AtomicUsize::new(accounts),
            progress,
        }
    }

    /// Notes how many regions an account has.
    fn expect(&self, regions: usize) {
        self.total.fetch_add(regions, Ordering::Relaxed);
        self.total.fetch_sub(1, Ordering::Relaxed);
    }

    fn count(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.progress)(done, self.total.load(Ordering::Relaxed));
    }
}
