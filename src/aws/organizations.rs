//! AWS Organizations: the accounts of the caller's organization.
//!
//! It is one service for each partition. This module must not know what the accounts are for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Aws,
    call::{Call, CallContext, QUERY_TIME},
    endpoints::Service,
    error::{Error, Kind},
    signed::{Form, GlobalService, SignedService},
};
use crate::arn::account;

const LIST: &str = "ListAccounts";
/// The most accounts on one page.
const PAGE: u32 = 20;
/// The state of an account that can be used.
const ACTIVE: &str = "ACTIVE";

/// Where it is. See <https://docs.aws.amazon.com/general/latest/gr/ao.html>.
const SERVICE: GlobalService = GlobalService {
    service: Service::Organizations,
    title: "AWS Organizations",
    name: "organizations",
    form: Form::Json("AWSOrganizationsV20161128"),
    hosts: &[
        ("aws", "organizations.us-east-1.amazonaws.com", "us-east-1"),
        (
            "aws-cn",
            "organizations.cn-northwest-1.amazonaws.com.cn",
            "cn-northwest-1",
        ),
        (
            "aws-us-gov",
            "organizations.us-gov-west-1.amazonaws.com",
            "us-gov-west-1",
        ),
    ],
    fips: ("aws", "organizations-fips.us-east-1.amazonaws.com"),
};

/// AWS Organizations.
#[derive(Clone, Debug)]
pub struct Organizations {
    service: SignedService,
    context: CallContext,
}

impl Aws {
    /// Returns AWS Organizations.
    ///
    /// # Errors
    /// Its address is not known.
    pub fn organizations(&self) -> Result<Organizations, Error> {
        Ok(Organizations {
            service: self.global(&SERVICE)?,
            context: self.0.context.for_another_service(),
        })
    }
}

impl Organizations {
    /// Lists the IDs of the active accounts, on all pages.
    pub async fn active_accounts(&self) -> Result<BTreeSet<String>, Error> {
        let context = self.context.within(QUERY_TIME);
        let mut found = BTreeSet::new();
        let mut token: Option<String> = None;
        loop {
            let call = Call::query(LIST, Some(&self.service.region), &context)
                .requiring(|page: &Value, _| lacking(page));
            let input = match &token {
                Some(token) => json!({ "MaxResults": PAGE, "NextToken": token }),
                None => json!({ "MaxResults": PAGE }),
            };
            let page = self.service.call(LIST, &input, &call).await?;
            found.extend(active(&page));
            let next = page.get("NextToken").and_then(Value::as_str);
            let next = next.filter(|next| !next.is_empty()).map(str::to_owned);
            if next.is_none() {
                return Ok(found);
            }
            if next == token {
                let message = "the reply repeats the token of its page";
                return Err(call.error(Kind::Unreadable, message));
            }
            token = next;
        }
    }
}

/// Returns what a page lacks: the list, or in the list the ID or the state of an account.
fn lacking(page: &Value) -> Option<&'static str> {
    let Some(accounts) = page.get("Accounts").and_then(Value::as_array) else {
        return Some("the reply contains no list of accounts");
    };
    let is_whole = |one: &Value| id(one).is_some_and(account::is_id) && state(one).is_some();
    let whole = accounts.iter().all(is_whole);
    (!whole).then_some("the reply describes an account without an ID or a state")
}

fn active(page: &Value) -> impl Iterator<Item = String> {
    let accounts = page.get("Accounts").and_then(Value::as_array);
    let accounts = accounts.into_iter().flatten();
    let active = accounts.filter(|one| state(one) == Some(ACTIVE));
    active.filter_map(id).map(str::to_owned)
}

fn id(one: &Value) -> Option<&str> {
    one.get("Id").and_then(Value::as_str)
}

/// Returns the state of an account. Its older name is `Status`.
fn state(one: &Value) -> Option<&str> {
    let state = one.get("State").or_else(|| one.get("Status"));
    state.and_then(Value::as_str)
}
