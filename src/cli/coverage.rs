//! The command `coverage`.

use std::collections::{BTreeMap, BTreeSet};

use clap::ArgMatches;
use clap::builder::PossibleValue;

use super::error::Error;
use super::input::pair;
use super::options::{AwsArguments, block_on};
use super::reports::ReportArguments;
use crate::arn::account;
use crate::coverage::{
    self, Account, Coverage, EvidenceLevel, Exclusions, Places, Policy, Requirements, Rules,
};
use crate::stack::{AwsOptions, Regions};

/// The placeholder for the account in a role's ARN.
const ACCOUNT: &str = "{account}";

/// What to check, by which policy, and how to report it.
#[derive(Debug, clap::Args)]
pub(super) struct CoverageArguments {
    /// What must be recorded.
    #[arg(long, value_enum, default_value = "cis")]
    policy: Policy,
    /// What must show that a flow log delivers.
    #[arg(long, value_enum, default_value = "status")]
    evidence: EvidenceLevel,
    /// Regions to check: names separated by commas, or `all` for all that are enabled in the accounts. The default is the
    /// configured region.
    #[arg(long, value_name = "LIST")]
    regions: Option<Regions>,
    /// Accounts to check: IDs separated by commas. `--role` names a role in each of them, with `{account}` in its ARN.
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "role", value_parser = account_id)]
    accounts: Vec<String>,
    /// Network that is not checked, with everything in it.
    #[arg(long = "exclude", value_name = "ID")]
    excluded: Vec<String>,
    /// Tag of networks that are not checked, with everything in them. `*` matches any text, `?` any character.
    #[arg(long = "exclude-tag", value_name = "KEY=VALUE", value_parser = tag)]
    excluded_tags: Vec<(String, String)>,
    #[command(flatten)]
    reports: ReportArguments,
    #[command(flatten)]
    aws: AwsArguments,
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

impl clap::ValueEnum for EvidenceLevel {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::None => "Nothing: an active flow log counts",
            Self::Status => "The status of its delivery, as EC2 reports it",
            Self::Records => "The status, and records that have arrived lately",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl CoverageArguments {
    /// Runs the check, writes its reports, and returns the exit code. The matches hold the order on the command line.
    pub(super) fn run(&self, matches: &ArgMatches) -> Result<u8, Error> {
        let options = self.aws.options();
        let outputs = self.reports.outputs(matches, &[])?;
        let is_templated = options
            .role
            .as_deref()
            .is_some_and(|role| role.contains(ACCOUNT));
        if self.accounts.is_empty() == is_templated {
            return Err(Error::AccountsAndRole);
        }
        let coverage = block_on(self.check(&options))?;
        outputs.write(coverage::to_report(&coverage, self.policy)?)?;
        Ok(coverage::exit_code(&coverage))
    }

    async fn check(&self, options: &AwsOptions) -> Result<Coverage, Error> {
        let mut accounts = Vec::new();
        let ids: BTreeSet<_> = self.accounts.iter().cloned().map(Some).collect();
        let ids = if ids.is_empty() {
            BTreeSet::from([None])
        } else {
            ids
        };
        for id in ids {
            let aws = connected(options, id.as_deref()).await;
            accounts.push(Account { id, aws });
        }
        let home = accounts
            .iter()
            .find_map(|account| account.aws.as_ref().ok()?.region());
        let home = self.aws.region.as_deref().or(home);
        let places = match (&self.regions, home) {
            (Some(Regions::Listed(names)), _) => Places::Listed(names.clone()),
            (_, None) => return Err(Error::NoRegionToCheck),
            (Some(Regions::All), Some(home)) => Places::All(home.to_owned()),
            (_, Some(home)) => Places::Listed(BTreeSet::from([home.to_owned()])),
        };
        Ok(coverage::check(&accounts, &places, &self.rules()).await)
    }

    fn rules(&self) -> Rules {
        let rules = self.policy.rules();
        Rules {
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

/// Connects to an account, with the role in it.
async fn connected(
    options: &AwsOptions,
    id: Option<&str>,
) -> Result<crate::aws::Aws, crate::aws::Error> {
    let mut options = options.clone();
    if let (Some(role), Some(id)) = (&options.role, id) {
        options.role = Some(role.replace(ACCOUNT, id));
    }
    options.connect().await
}

/// Parses the ID of an account.
fn account_id(text: &str) -> Result<String, Error> {
    if account::is_id(text) {
        Ok(text.to_owned())
    } else {
        Err(Error::NotAnAccount)
    }
}

/// Parses `KEY=VALUE`.
fn tag(text: &str) -> Result<(String, String), Error> {
    let (key, value) = pair(text)?;
    Ok((key.to_owned(), value.to_owned()))
}
