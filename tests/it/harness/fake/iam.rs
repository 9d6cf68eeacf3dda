//! IAM: GetRole and SimulatePrincipalPolicy. It refuses all calls until a test adds a role.

use super::request::Request;
use super::server::{ApiError, Outcome, Reply};
use super::state::State;
use super::sts;

const NAMESPACE: &str = "xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"";

/// A role of IAM.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// The policy about who may assume it.
    pub(crate) trust: String,
    /// The actions that its policies allow.
    pub(crate) allowed: Vec<String>,
}

/// Handles a call.
pub(super) fn answer(state: &State, request: &Request, request_id: &str) -> Outcome {
    let Some(roles) = &state.settings.roles else {
        let message = format!("You may not call iam:{}.", request.action);
        return Err(ApiError::with_status(403, "AccessDenied", message));
    };
    let given = |name| request.get(name).unwrap_or_default();
    let name = match request.action.as_str() {
        "GetRole" => given("RoleName"),
        "SimulatePrincipalPolicy" => {
            let role = sts::role(given("PolicySourceArn")).map(|(_, _, role)| role);
            role.unwrap_or_default()
                .rsplit('/')
                .next()
                .unwrap_or_default()
        }
        other => {
            let message = format!("Could not find operation {other} for version 2010-05-08");
            return Err(ApiError::new("InvalidAction", message));
        }
    };
    let role = roles.get(name).ok_or_else(|| {
        let message = format!("The role with name {name} cannot be found.");
        ApiError::with_status(404, "NoSuchEntity", message)
    })?;
    Ok(Reply::query(
        NAMESPACE,
        &request.action,
        request_id,
        |xml| {
            if request.action == "GetRole" {
                let trust = form_urlencoded::byte_serialize(role.trust.as_bytes());
                let trust = trust.collect::<String>().replace('+', "%20");
                xml.group("Role", |xml| {
                    xml.text("RoleName", name)
                        .text("AssumeRolePolicyDocument", &trust);
                });
                return;
            }
            xml.group("EvaluationResults", |xml| {
                for action in request.list("ActionNames.member") {
                    let decision = if role.allowed.contains(&action) {
                        "allowed"
                    } else {
                        "implicitDeny"
                    };
                    xml.group("member", |xml| {
                        xml.text("EvalActionName", &action)
                            .text("EvalDecision", decision);
                    });
                }
            });
        },
    ))
}
