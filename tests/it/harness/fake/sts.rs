//! STS: GetCallerIdentity and AssumeRole.

use super::request::Request;
use super::server::{ApiError, Outcome, Reply};
use super::state::{ACCOUNT, Session, State};
use super::xml::Xml;

pub(super) const CONTENT_TYPE: &str = "text/xml";
const NAMESPACE: &str = "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"";

/// Handles a call.
pub(super) fn answer(state: &mut State, request: &Request, request_id: &str) -> Outcome {
    match request.action.as_str() {
        "GetCallerIdentity" => Ok(get_caller_identity(state, request, request_id)),
        "AssumeRole" => assume_role(state, request, request_id),
        "AssumeRoleWithWebIdentity" => {
            required(request, "WebIdentityToken")?;
            assume_role(state, request, request_id)
        }
        other => Err(ApiError::new(
            "InvalidAction",
            format!("Could not find operation {other} for version 2011-06-15"),
        )),
    }
}

/// Returns an error in the format of STS.
pub(super) fn error(code: &str, message: &str, request_id: &str) -> String {
    let mut xml = Xml::document();
    xml.within("ErrorResponse", NAMESPACE, |xml| {
        xml.group("Error", |xml| {
            xml.text("Type", "Sender");
            xml.text("Code", code).text("Message", message);
        });
        xml.text("RequestId", request_id);
    });
    xml.finish()
}

/// Returns the account of an access key.
pub(super) fn account<'a>(state: &'a State, access_key: &str) -> &'a str {
    let session = state.sessions.get(access_key);
    session.map_or(ACCOUNT, |session| &session.account)
}

/// Returns the partition of a region.
pub(super) fn partition(region: &str) -> &'static str {
    if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else if region.starts_with("cn-") {
        "aws-cn"
    } else {
        "aws"
    }
}

fn get_caller_identity(state: &State, request: &Request, request_id: &str) -> Reply {
    let caller = state.sessions.get(&request.access_key).cloned();
    let caller = caller.unwrap_or_else(|| Session {
        account: ACCOUNT.to_owned(),
        arn: format!(
            "arn:{}:iam::{ACCOUNT}:user/somebody",
            partition(&request.region)
        ),
        user_id: "AIDAFAKEFAKEFAKEFAKE0".to_owned(),
    });
    Reply::query(NAMESPACE, "GetCallerIdentity", request_id, |xml| {
        xml.text("Arn", &caller.arn);
        xml.text("UserId", &caller.user_id);
        xml.text("Account", &caller.account);
    })
}

fn assume_role(state: &mut State, request: &Request, request_id: &str) -> Outcome {
    let role_arn = required(request, "RoleArn")?;
    let session_name = required(request, "RoleSessionName")?;
    let (partition, account, role) = role(role_arn).ok_or_else(|| {
        ApiError::new(
            "ValidationError",
            format!("{role_arn} is invalid as a role ARN"),
        )
    })?;
    if state.settings.refused_roles.contains(role_arn) {
        return Err(ApiError::new("AccessDenied", "Not you.".to_owned()));
    }
    let number = state.next();
    let access_key = format!("ASIAFAKE{number:012}");
    let role_name = role.rsplit('/').next().unwrap_or(role);
    let session = Session {
        account: account.to_owned(),
        arn: format!("arn:{partition}:sts::{account}:assumed-role/{role_name}/{session_name}"),
        user_id: format!("AROAFAKEFAKEFAKEFAKE0:{session_name}"),
    };
    let reply = Reply::query(NAMESPACE, &request.action, request_id, |xml| {
        xml.group("AssumedRoleUser", |xml| {
            xml.text("Arn", &session.arn);
            xml.text("AssumedRoleId", &session.user_id);
        });
        xml.group("Credentials", |xml| {
            xml.text("AccessKeyId", &access_key);
            xml.text("SecretAccessKey", &format!("secret-of-{access_key}"));
            xml.text("SessionToken", &format!("token-of-{access_key}"));
            xml.text("Expiration", "2099-01-01T00:00:00Z");
        });
    });
    state.sessions.insert(access_key, session);
    Ok(reply)
}

fn required<'a>(request: &'a Request, name: &str) -> Result<&'a str, ApiError> {
    let given = request.get(name).filter(|value| !value.is_empty());
    given.ok_or_else(|| {
        let message = format!("The request must contain the parameter {name}");
        ApiError::new("MissingParameter", message)
    })
}

/// Returns the partition, the account and the path of a role ARN.
pub(super) fn role(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let scheme = parts.next()?;
    let partition = parts.next()?;
    let service = parts.next()?;
    let region = parts.next()?;
    let account = parts.next()?;
    let role = parts.next()?.strip_prefix("role/")?;
    let known = scheme == "arn"
        && matches!(partition, "aws" | "aws-us-gov" | "aws-cn")
        && service == "iam"
        && region.is_empty()
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && !role.is_empty();
    known.then_some((partition, account, role))
}
