//! AWS Organizations: ListAccounts.

use serde_json::json;

use super::logs::CONTENT_TYPE;
use super::request::Request;
use super::server::{ApiError, Outcome, Reply};
use super::state::State;

/// The most accounts on a page.
const PAGE: usize = 20;

/// Handles a call.
pub(super) fn answer(state: &State, request: &Request) -> Outcome {
    if request.action != "ListAccounts" {
        let message = format!("there is no operation {}", request.action);
        return Err(ApiError::new("UnknownOperationException", message));
    }
    if state.settings.organization.is_empty() {
        let message = "Your account is not a member of an organization.";
        return Err(ApiError::new("AWSOrganizationsNotInUseException", message));
    }
    let token = request.json.get("NextToken").map(|token| token.as_str());
    let begin = match token {
        None => 0,
        Some(token) => token
            .and_then(|token| token.parse().ok())
            .ok_or_else(|| ApiError::new("InvalidInputException", "The token is invalid."))?,
    };
    let page = request
        .json
        .get("MaxResults")
        .and_then(|most| most.as_u64());
    let page = page.map_or(PAGE, |most| PAGE.min(most as usize));
    let accounts = state.settings.organization.iter();
    let accounts = accounts.skip(begin).take(page).map(|(id, status)| {
        json!({ "Id": id, "Name": format!("account {id}"), "Status": status, "State": status })
    });
    let mut reply = json!({ "Accounts": accounts.collect::<Vec<_>>() });
    if begin + page < state.settings.organization.len() {
        reply["NextToken"] = (begin + page).to_string().into();
    }
    Ok(Reply::ok(CONTENT_TYPE, reply.to_string()))
}
