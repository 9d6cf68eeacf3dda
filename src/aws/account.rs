//! Whose account it is, as STS tells.
//!
//! This module must not know what the account is asked for.

use aws_sdk_sts::{Client, operation::get_caller_identity::GetCallerIdentityOutput};

use super::{
    error::{Error, Kind},
    stop::{Flight, sends},
    terms::Terms,
};
use crate::arn::Arn;

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
            partition: Arn::parse(caller.arn()?)?.partition.to_owned(),
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
