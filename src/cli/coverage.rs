//! The command `coverage`.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use clap::ArgMatches;
use clap::builder::PossibleValue;

use super::error::Error;
use super::gaps::GapArguments;
use super::input::pair;
use super::options::{AwsArguments, block_on};
use super::output::progress;
use super::reports::ReportArguments;
use crate::arn::account;
use crate::aws::{self, Aws};
use crate::coverage::{
    self, Account, EvidenceLevel, Exclusions, KINDS, Kind, Places, Policy, Requirements, Rules,
    World,
};
use crate::stack::{AwsOptions, Regions};

/// Stands for all accounts of the organization.
const ORGANIZATION: &str = "organization";

/// What to check, by which policy, and how to report it.
#[derive(Debug, clap::Args)]
pub(super) struct CoverageArguments {
    /// What must be recorded.
    #[arg(long, value_enum, default_value = "cis")]
    policy: Policy,
    /// Kinds of networks to check, separated by commas, instead of those of the policy.
    #[arg(long, value_name = "LIST", value_enum, value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// Evidence of delivery that a flow log needs in order to count.
    #[arg(long, value_enum, default_value = "status")]
    evidence: EvidenceLevel,
    /// Regions to check: names separated by commas, or `all` for all that are enabled in the accounts. The default is the
    /// configured region.
    #[arg(long, value_name = "LIST")]
    regions: Option<Regions>,
    /// Accounts to check: IDs separated by commas, or `organization` for all active accounts of the organization. `--role`
    /// names a role in each of them, with `{account}` in its ARN.
    #[arg(long, value_name = "LIST", requires = "role")]
    accounts: Option<Accounts>,
    /// ID of a network or account to exclude, with everything in it.
    #[arg(long = "exclude", value_name = "ID")]
    excluded: Vec<String>,
    /// Tag of networks to exclude, with everything in them. `*` matches any text, `?` any character.
    #[arg(long = "exclude-tag", value_name = "KEY=VALUE", value_parser = tag)]
    excluded_tags: Vec<(String, String)>,
    #[command(flatten)]
    reports: ReportArguments,
    #[command(flatten)]
    gaps: GapArguments,
    #[command(flatten)]
    aws: AwsArguments,
}

/// The accounts to check.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Accounts {
    Listed(BTreeSet<String>),
    Organization,
}

impl FromStr for Accounts {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text == ORGANIZATION {
            return Ok(Self::Organization);
        }
        let ids = text.split(',').map(str::trim);
        let ids: BTreeSet<_> = ids.map(str::to_owned).collect();
        if ids.iter().all(|id| account::is_id(id)) {
            Ok(Self::Listed(ids))
        } else {
            Err(Error::NotAnAccount)
        }
    }
}

impl clap::ValueEnum for Policy {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Cis => "Rejected traffic of each VPC in use, as the CIS benchmark requires",
            Self::Ec2_6 => "Rejected traffic of each VPC, as AWS Security Hub's EC2.6 requires",
            Self::Strict => "All traffic of each network of every kind",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl clap::ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        &KINDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Vpc => "VPCs",
            Self::Subnet => "Subnets",
            Self::NetworkInterface => "Network interfaces",
            Self::TransitGateway => "Transit gateways",
            Self::TransitGatewayAttachment => "Attachments to transit gateways",
            Self::RegionalNatGateway => "Regional NAT gateways",
            Self::CoreNetwork => "Core networks of Cloud WAN",
            Self::CoreNetworkAttachment => "Attachments to core networks",
            Self::CoreNetworkEdge => return None,
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl clap::ValueEnum for EvidenceLevel {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::None => "Nothing: an active flow log counts",
            Self::Status => "The status of its delivery, as EC2 reports it",
            Self::Records => "The status, and records that have arrived recently",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl CoverageArguments {
    /// Runs the check, writes its reports, and returns the exit code. The matches hold the order on the command line.
    pub(super) fn run(&self, matches: &ArgMatches) -> Result<u8, Error> {
        let options = self.aws.options();
        let outputs = self.reports.outputs(matches, &[])?;
        let gaps = self.gaps.checked(&outputs)?;
        let role = options.role.as_deref();
        let is_templated = role.is_some_and(|role| role.contains(account::PLACEHOLDER));
        if self.accounts.is_none() == is_templated {
            return Err(Error::AccountsAndRole);
        }
        let rules = self.rules();
        let worlds = block_on(self.read(&options, &rules))?;
        let coverage = coverage::judge(&worlds, &rules);
        outputs.write(coverage::to_report(&coverage, self.policy)?)?;
        if let Some(gaps) = gaps {
            gaps.write(&worlds, &rules, self.accounts.is_some())?;
        }
        Ok(coverage::exit_code(&coverage))
    }

    async fn read(&self, options: &AwsOptions, rules: &Rules) -> Result<Vec<World>, Error> {
        let base = options.connect().await;
        let configured = base.as_ref().ok().and_then(Aws::region);
        let home = self.aws.region.as_deref().or(configured);
        let places = match (&self.regions, home) {
            (Some(Regions::Listed(names)), _) => Places::Listed(names.clone()),
            (_, None) => return Err(Error::NoRegionToCheck),
            (Some(Regions::All), Some(home)) => Places::All {
                home: home.to_owned(),
                also: BTreeSet::new(),
            },
            (_, Some(home)) => Places::Listed(BTreeSet::from([home.to_owned()])),
        };
        let accounts = self.listed(&base, options.role.as_deref()).await?;
        Ok(coverage::read(&base, &accounts, &places, rules, &progress).await)
    }

    /// Returns the accounts to check, each with its role.
    async fn listed(
        &self,
        base: &Result<Aws, aws::Error>,
        role: Option<&str>,
    ) -> Result<Vec<Account>, Error> {
        let ids = match &self.accounts {
            None => return Ok(vec![Account::default()]),
            Some(Accounts::Listed(ids)) => ids.clone(),
            Some(Accounts::Organization) => {
                active_accounts(base).await.map_err(Error::Organization)?
            }
        };
        let ids = ids.into_iter().filter(|id| !self.excluded.contains(id));
        let accounts: Vec<_> = ids
            .map(|id| Account {
                role: role.map(|role| role.replace(account::PLACEHOLDER, &id)),
                id: Some(id),
            })
            .collect();
        if accounts.is_empty() {
            return Err(Error::NoAccountToCheck);
        }
        Ok(accounts)
    }

    fn rules(&self) -> Rules {
        let rules = self.policy.rules();
        let kinds: BTreeSet<_> = self.kinds.iter().copied().collect();
        Rules {
            kinds: if kinds.is_empty() { rules.kinds } else { kinds },
            require: Requirements {
                evidence: self.evidence,
                ..rules.require
            },
            exclude: Exclusions {
                tags: self
                    .excluded_tags
                    .iter()
                    .cloned()
                    .collect::<BTreeMap<_, _>>(),
                ids: self.excluded.iter().cloned().collect(),
            },
            ..rules
        }
    }
}

/// Returns the active accounts of the organization.
async fn active_accounts(base: &Result<Aws, aws::Error>) -> Result<BTreeSet<String>, aws::Error> {
    let organization = base.as_ref().map_err(Clone::clone)?.organizations()?;
    organization.active_accounts().await
}

/// Parses `KEY=VALUE`.
fn tag(text: &str) -> Result<(String, String), Error> {
    let (key, value) = pair(text)?;
    Ok((key.to_owned(), value.to_owned()))
}
