//! Whose account it is, as STS tells.
//!
//! This module must not know what the account is asked for.

use aws_sdk_sts::{Client, operation::get_caller_identity::GetCallerIdentityOutput};

use super::{
    error::{Error, Kind},
    stop::{Flight, sends},
    terms::Terms,
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
pub(super) async fn account(
    client: &Client,
    region: &str,
    terms: &Terms,
) -> Result<Account, Error> {
    let named = |caller: &GetCallerIdentityOutput| {
        Some(Account {
            id: caller.account().filter(|id| !id.is_empty())?.to_owned(),
            partition: caller.arn()?.split(':').nth(1)?.to_owned(),
        })
    };
    let flight =
        Flight::source("GetCallerIdentity", Some(region), terms).holding(move |caller, _| {
            named(caller)
                .is_none()
                .then_some("the reply names no account")
        });
    let request = client.get_caller_identity();
    let caller = flight.complete(sends!(request, flight)).await?;
    named(&caller).ok_or_else(|| flight.error(Kind::Unreadable, "the reply names no account"))
}

/// The partition that a region lies in, by its name alone.
pub fn partition(region: &str) -> &'static str {
    PARTITIONS
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or(COMMERCIAL, |(_, partition)| partition)
}

/// Says whether this is the name of a partition that is known here.
pub fn is_partition(name: &str) -> bool {
    name == COMMERCIAL || PARTITIONS.iter().any(|(_, partition)| *partition == name)
}

const COMMERCIAL: &str = "aws";

/// The other partitions, by what the names of their regions begin with.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
];

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
