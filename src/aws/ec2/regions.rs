//! DescribeRegions: the regions that are enabled in an account.
//!
//! This module must not know what happens in them.

use std::collections::BTreeSet;

use aws_sdk_ec2::operation::describe_regions::DescribeRegionsOutput;

use super::super::{call::send, error::Error};
use super::gateway::Ec2;

impl Ec2 {
    /// Returns the names of the regions that are enabled in the account.
    pub async fn regions(&self) -> Result<BTreeSet<String>, Error> {
        let call = self
            .query("DescribeRegions")
            .requiring(|reply, _| missing(reply));
        // Without `AllRegions`, EC2 leaves out the regions that are not enabled.
        let request = self.client.describe_regions();
        let reply = call.run(send!(request, call)).await?;
        let regions = reply.regions.unwrap_or_default().into_iter();
        Ok(regions.filter_map(|region| region.region_name).collect())
    }
}

/// Returns what a reply lacks. Every account has enabled regions.
fn missing(reply: &DescribeRegionsOutput) -> Option<&'static str> {
    let regions = reply.regions();
    let named = |name: Option<&str>| name.is_some_and(|name| !name.is_empty());
    if regions.is_empty() {
        return Some("the reply contains no region");
    }
    (!regions.iter().all(|region| named(region.region_name())))
        .then_some("the reply describes a region without a name")
}
