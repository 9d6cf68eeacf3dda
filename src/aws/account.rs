//! The account of the credentials, according to STS.
//!
//! This module must not know what the account is needed for.

use aws_sdk_sts::{Client, operation::get_caller_identity::GetCallerIdentityOutput};

use super::{
    call::{Call, CallContext, send},
    error::{Error, Kind},
};
use crate::arn::Arn;

/// The account of the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account ID.
    pub id: String,
    /// The partition, such as `aws` or `aws-cn`.
    pub partition: String,
}

/// Reads the account from STS.
pub(super) async fn account(
    client: &Client,
    region: &str,
    context: &CallContext,
) -> Result<Account, Error> {
    let named = |caller: &GetCallerIdentityOutput| {
        Some(Account {
            id: caller.account().filter(|id| !id.is_empty())?.to_owned(),
            partition: Arn::parse(caller.arn()?)?.partition.to_owned(),
        })
    };
    let call = Call::for_credentials("GetCallerIdentity", Some(region), context).requiring(
        move |caller, _| {
            named(caller)
                .is_none()
                .then_some("the reply names no account")
        },
    );
    let request = client.get_caller_identity();
    let caller = call.run(send!(request, call)).await?;
    named(&caller).ok_or_else(|| call.error(Kind::Unreadable, "the reply names no account"))
}
