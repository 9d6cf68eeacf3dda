//! Whose account it is, as STS tells.
//!
//! This module must not know what the account is asked for.

use aws_sdk_sts::Client;

use super::{
    error::{Error, Kind},
    stop::{Flight, Stop},
};

/// The account that the credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The twelve digits of the account.
    pub id: String,
    /// The partition, as `aws` or `aws-cn`.
    pub partition: String,
}

/// Asks STS for the account.
pub(super) async fn account(client: &Client, region: &str, stop: &Stop) -> Result<Account, Error> {
    let flight = Flight::query("GetCallerIdentity", Some(region), stop);
    let request = client
        .get_caller_identity()
        .customize()
        .interceptor(flight.clone());
    let caller = flight.complete(request.send()).await?;
    let partition = caller.arn().and_then(|arn| arn.split(':').nth(1));
    match (caller.account(), partition) {
        (Some(id), Some(partition)) => Ok(Account {
            id: id.to_owned(),
            partition: partition.to_owned(),
        }),
        _ => Err(flight.error(Kind::Unreadable, "the answer names no account")),
    }
}

/// The partition that a region lies in, by its name alone.
pub(super) fn partition(region: &str) -> &'static str {
    const PARTITIONS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("us-iso-", "aws-iso"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    PARTITIONS
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or("aws", |(_, partition)| partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_follows_from_the_region() {
        let regions = [
            "eu-west-1",
            "cn-north-1",
            "us-gov-east-1",
            "us-iso-west-1",
            "us-isob-east-1",
            "eusc-de-east-1",
        ];
        assert_eq!(
            regions.map(partition),
            [
                "aws",
                "aws-cn",
                "aws-us-gov",
                "aws-iso",
                "aws-iso-b",
                "aws-eusc"
            ]
        );
    }
}
