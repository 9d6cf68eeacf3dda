//! KMS: GetKeyPolicy. It refuses all calls for keys without a policy of the test's.

use serde_json::json;

use super::logs::CONTENT_TYPE;
use super::request::Request;
use super::server::{ApiError, Outcome, Reply};
use super::state::State;

/// Handles a call.
pub(super) fn answer(state: &State, request: &Request) -> Outcome {
    let text = |name: &str| request.json.get(name).and_then(|value| value.as_str());
    if request.action != "GetKeyPolicy" || text("PolicyName") != Some("default") {
        let message = format!("there is no operation {}", request.action);
        return Err(ApiError::new("UnknownOperationException", message));
    }
    let policies = &state.settings.key_policies;
    let policy = policies.get(text("KeyId").unwrap_or_default());
    let policy = policy.ok_or_else(|| {
        let message = "You may not call kms:GetKeyPolicy.";
        ApiError::new("AccessDeniedException", message)
    })?;
    let reply = json!({ "Policy": policy, "PolicyName": "default" });
    Ok(Reply::ok(CONTENT_TYPE, reply.to_string()))
}
