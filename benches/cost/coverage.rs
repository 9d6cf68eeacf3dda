//! Runs `coverage` for many accounts and regions of an organization, against the fake AWS of the tests.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::fake::{Fake, FlowLog, Network};
use crate::process;

/// The accounts, and the regions in each of them.
const ACCOUNTS: usize = 50;
const REGIONS: usize = 17;
/// The latency of a call.
const LATENCY: Duration = Duration::from_millis(100);
/// The VPCs in each region, and the interfaces in each of them. Every other VPC is recorded.
const VPCS: usize = 4;
const INTERFACES: usize = 10;
/// The exit code: something is not recorded.
const NOT_RECORDED: i32 = 2;

/// The cost of one check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    /// From start to end, including the replies of the fake server.
    pub(crate) wall: Duration,
    /// The peak anonymous memory, in bytes, or 0 if it cannot be determined.
    pub(crate) memory: u64,
    /// Calls to AWS.
    pub(crate) calls: usize,
}

/// Creates the organization, and runs one check of all its accounts.
pub(crate) fn check(binary: &Path) -> Result<Check, Box<dyn Error>> {
    let fake = organization();
    let mut command = Command::new(binary);
    command
        .args(["coverage", "--format", "json", "--regions", "all"])
        .args(["--accounts", "organization"])
        .args(["--role", "arn:aws:iam::{account}:role/audit"])
        .env("AWS_ENDPOINT_URL", fake.url())
        .env("AWS_REGION", region(0))
        .env("AWS_ACCESS_KEY_ID", "bench")
        .env("AWS_SECRET_ACCESS_KEY", "bench")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let (wall, memory) = process::alone(&mut command, NOT_RECORDED)?;
    Ok(Check {
        wall,
        memory,
        calls: fake.calls().len(),
    })
}

fn organization() -> Fake {
    let fake = Fake::start();
    let accounts: Vec<_> = (0..ACCOUNTS).map(account).collect();
    let active: Vec<_> = accounts.iter().map(|id| (id.as_str(), "ACTIVE")).collect();
    fake.organize(&active);
    let regions: Vec<_> = (0..REGIONS).map(region).collect();
    let names: Vec<_> = regions.iter().map(String::as_str).collect();
    fake.enable_regions(&names);
    let mut number = 0;
    for account in &accounts {
        for region in &regions {
            for _ in 0..VPCS {
                number += 1;
                add_vpc(&fake, account, region, number);
            }
        }
    }
    fake.latency("*", LATENCY);
    fake
}

fn add_vpc(fake: &Fake, account: &str, region: &str, number: usize) {
    let vpc = format!("vpc-{number:017x}");
    let add = |id: &str, above: &[&str]| {
        fake.add_network(Network {
            account: account.to_owned(),
            owner: account.to_owned(),
            region: region.to_owned(),
            ..Network::new(id, above)
        });
    };
    add(&vpc, &[]);
    for interface in 0..INTERFACES {
        add(&format!("eni-{number:013x}{interface:04x}"), &[&vpc]);
    }
    if number.is_multiple_of(2) {
        let log = FlowLog::sample_in(region, &format!("fl-{number:017x}"), &vpc);
        fake.insert(FlowLog {
            account: account.to_owned(),
            ..log
        });
    }
}

fn account(number: usize) -> String {
    format!("{:012}", 100_000_000_000 + number)
}

fn region(number: usize) -> String {
    format!("eu-test-{}", number + 1)
}
