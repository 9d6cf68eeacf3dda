//! AWS Network Manager: ListCoreNetworks and ListAttachments, as REST with JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::request::Request;
use super::server::{ApiError, Outcome, Reply};
use super::state::State;
use super::sts;

pub(super) const CONTENT_TYPE: &str = "application/json";
/// The most networks on a page.
const PAGE: usize = 500;
/// What follows the number in a token. A client must encode it.
const TOKEN: &str = " +/=&";

/// The operations: their paths, and the lists in their replies.
const OPERATIONS: [(&str, &str, &str); 2] = [
    ("ListCoreNetworks", "/core-networks", "CoreNetworks"),
    ("ListAttachments", "/attachments", "Attachments"),
];

/// A core network or an attachment.
#[derive(Clone, Debug)]
pub(crate) struct CloudWan {
    pub(crate) id: String,
    /// The account that sees it.
    pub(crate) account: String,
    /// The account that owns it.
    pub(crate) owner: String,
    /// The core network of an attachment.
    pub(crate) core_network: Option<String>,
    pub(crate) state: String,
    pub(crate) tags: BTreeMap<String, String>,
}

#[cfg(feature = "aws")]
impl CloudWan {
    /// Returns a core network of the default account.
    pub(crate) fn core_network(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            account: super::ACCOUNT.to_owned(),
            owner: super::ACCOUNT.to_owned(),
            core_network: None,
            state: "AVAILABLE".to_owned(),
            tags: BTreeMap::new(),
        }
    }

    /// Returns an attachment of the default account to a core network.
    pub(crate) fn attachment(id: &str, core_network: &str) -> Self {
        Self {
            core_network: Some(core_network.to_owned()),
            ..Self::core_network(id)
        }
    }
}

/// Returns the operation at a path.
pub(super) fn operation(path: &str) -> Option<&'static str> {
    let found = OPERATIONS.iter().find(|(_, known, _)| *known == path);
    found.map(|(operation, ..)| *operation)
}

/// Handles a call.
pub(super) fn answer(state: &State, request: &Request) -> Outcome {
    let invalid = |what: &str| ApiError::new("ValidationException", format!("{what} is invalid."));
    let size = match request.get("maxResults").map(str::parse::<usize>) {
        None => PAGE,
        Some(Ok(size)) if (1..=PAGE).contains(&size) => size,
        Some(_) => return Err(invalid("maxResults")),
    };
    let size = size.min(state.settings.networks_page);
    let begin = match request.get("nextToken") {
        None => 0,
        Some(token) => token
            .strip_suffix(TOKEN)
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| invalid("nextToken"))?,
    };
    let account = sts::account(state, &request.access_key);
    let is_core = request.action == "ListCoreNetworks";
    let all: Vec<&CloudWan> = state
        .cloud_wan
        .iter()
        .filter(|one| one.account == account && one.core_network.is_none() == is_core)
        .collect();
    let page = all.iter().skip(begin).take(size).map(|one| written(one));
    let list = OPERATIONS
        .iter()
        .find(|(operation, ..)| *operation == request.action);
    let mut reply = json!({ list.map_or("", |(_, _, list)| *list): page.collect::<Vec<_>>() });
    if begin + size < all.len() {
        reply["NextToken"] = format!("{}{TOKEN}", begin + size).into();
    }
    Ok(Reply::ok(CONTENT_TYPE, reply.to_string()))
}

fn written(one: &CloudWan) -> Value {
    let tags = one.tags.iter();
    let tags: Vec<_> = tags
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    let mut written = json!({ "OwnerAccountId": one.owner, "State": one.state, "Tags": tags });
    match &one.core_network {
        None => written["CoreNetworkId"] = one.id.as_str().into(),
        Some(core_network) => {
            written["CoreNetworkId"] = core_network.as_str().into();
            written["AttachmentId"] = one.id.as_str().into();
            written["AttachmentType"] = "VPC".into();
            written["EdgeLocation"] = "eu-west-1".into();
        }
    }
    written
}
