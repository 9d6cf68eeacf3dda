//! The regions in which undeclared flow logs are looked for, besides those of the declarations.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use futures_util::{StreamExt as _, stream};

use super::connect::{CONCURRENCY, Connected};
use super::target::{Target, Targets};
use crate::arn::region;
use crate::aws::{Account, Aws};
use crate::stack::error::Error;

/// The regions to read besides those of the declarations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Regions {
    /// None.
    #[default]
    Declared,
    /// These.
    Listed(BTreeSet<String>),
    /// All regions that are enabled in the account.
    All,
}

/// The reason why a list of regions is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name:?} is not the name of a region; write names such as eu-central-1, separated by commas, or all"
)]
pub struct NotARegion {
    name: String,
}

/// Targets to read, with their connections, and targets that cannot be determined.
#[derive(Default)]
pub(super) struct More {
    pub(super) regions: Vec<(Target, (Aws, Account))>,
    pub(super) failed: Vec<(Target, Error)>,
}

impl FromStr for Regions {
    type Err = NotARegion;

    fn from_str(text: &str) -> Result<Self, NotARegion> {
        if text == "all" {
            return Ok(Self::All);
        }
        let names = text.split(',').map(str::trim);
        let checked = names.map(|name| {
            let name = name.to_owned();
            if region::is_name(&name) {
                Ok(name)
            } else {
                Err(NotARegion { name })
            }
        });
        Ok(Self::Listed(checked.collect::<Result<_, _>>()?))
    }
}

impl Regions {
    /// Returns the regions to read in each account that is connected.
    pub(super) async fn more(
        &self,
        base: &Aws,
        connected: &BTreeMap<&Option<String>, Connected>,
        targets: &Targets<'_>,
    ) -> More {
        let mut accounts = BTreeMap::new();
        for (aws, account) in connected.values().flatten() {
            accounts.entry(account.id.clone()).or_insert((aws, account));
        }
        // All regions of an account are listed in any of them.
        let home = base.region().map(str::to_owned);
        let home = home.or_else(|| targets.declared.keys().next().map(|t| t.region.clone()));
        let (Some(home), true) = (home, *self != Self::Declared) else {
            return More::default();
        };
        let listed = accounts.into_iter().map(|(id, (aws, account))| {
            let home = &home;
            async move {
                let names = match self {
                    Self::Declared => Ok(BTreeSet::new()),
                    Self::Listed(names) => Ok(names.clone()),
                    Self::All => aws.ec2(home).regions().await.map_err(Error::from),
                };
                (id, aws, account, names)
            }
        });
        let mut listed = stream::iter(listed).buffer_unordered(CONCURRENCY);
        let mut more = More::default();
        while let Some((id, aws, account, names)) = listed.next().await {
            let target = |region: &str| Target {
                account: Some(id.clone()),
                region: region.to_owned(),
            };
            match names {
                Ok(names) => more.regions.extend(
                    names
                        .iter()
                        .map(|name| (target(name), (aws.clone(), account.clone()))),
                ),
                Err(error) => more.failed.push((target(&home), error)),
            }
        }
        more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_a_list_or_all() {
        assert_eq!("all".parse(), Ok(Regions::All));
        let listed = ["eu-west-1", "us-east-1"].map(str::to_owned).into();
        assert_eq!(
            "us-east-1, eu-west-1,us-east-1".parse(),
            Ok(Regions::Listed(listed))
        );
        for wrong in [
            "",
            "ALL",
            "eu-west-1,",
            "all,eu-west-1",
            "EU",
            "eu-west-1 us-east-1",
        ] {
            assert!(wrong.parse::<Regions>().is_err(), "{wrong}");
        }
    }
}
