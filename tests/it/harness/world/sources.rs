//! The services: the successful replies and the error format of each.
//!
//! The access key in a reply shows its source: `ASSUMED.Reader` is the role `Reader`, `WEB.Reader` the same role with
//! a web identity, `SSO.Reader` with single sign-on. `INSTANCE` and `CONTAINER` are the roles of the machine.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{CANARY, Note};

/// The account of all keys that do not come from a role.
const ACCOUNT: &str = "123456789012";

/// A reply before its conversion to HTTP.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    /// The error code, if it is in a header.
    pub(super) error_type: &'static str,
    /// Where a redirect leads.
    pub(super) location: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type,
            error_type: "",
            location: String::new(),
            body: body.into(),
        }
    }

    /// Returns the same reply with half of its body.
    pub(super) fn half(mut self) -> Self {
        self.body.truncate(self.body.len() / 2);
        self
    }
}

/// Returns the reply of a service.
pub(super) fn reply(note: &Note, now: Timestamp) -> Reply {
    let end = now + SignedDuration::from_hours(1);
    let of = |name: &str| note.parameters.get(name).map_or("", String::as_str);
    let signed = ["DescribeFlowLogs", "GetCallerIdentity", "AssumeRole"];
    let unsigned = signed.contains(&note.operation.as_str()) && note.key.is_empty();
    match note.operation.as_str() {
        _ if unsigned => error(&note.operation, 403, "MissingAuthenticationToken", "who?"),
        "DescribeFlowLogs" => xml(
            "<DescribeFlowLogsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
             <requestId>r</requestId><flowLogSet/></DescribeFlowLogsResponse>",
        ),
        "GetCallerIdentity" => caller(&note.key),
        operation @ ("AssumeRole" | "AssumeRoleWithWebIdentity") => {
            assumed(operation, of("RoleArn"), of("RoleSessionName"), end)
        }
        "GetRoleCredentials" => {
            let key = format!("SSO.{}", of("role_name"));
            json_reply(&json!({ "roleCredentials": {
                "accessKeyId": key,
                "secretAccessKey": format!("{CANARY}-secret-of-{key}"),
                "sessionToken": format!("{CANARY}-token-of-{key}"),
                "expiration": end.as_millisecond(),
            }}))
        }
        "CreateToken" => json_reply(&json!({
            "accessToken": format!("{CANARY}-token-refreshed"),
            "refreshToken": format!("{CANARY}-refresh-token-refreshed"),
            "expiresIn": 28_800,
            "tokenType": "Bearer",
        })),
        "InstanceToken" => Reply::new(200, "text/plain", format!("{CANARY}-token-of-instance")),
        "InstanceRoles" => Reply::new(200, "text/plain", "machine"),
        "InstanceRole" => json_reply(&machine("INSTANCE", end)),
        "InstanceRegion" => Reply::new(200, "text/plain", "eu-north-1"),
        "Container" => json_reply(&machine("CONTAINER", end)),
        _ => Reply::new(404, "text/plain", "there is no such thing here"),
    }
}

/// Returns an error in the format of a service.
pub(super) fn error(operation: &str, status: u16, code: &'static str, message: &str) -> Reply {
    let mut reply = match operation {
        "DescribeFlowLogs" => xml(format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
             <RequestID>r</RequestID></Response>"
        )),
        "AssumeRole" | "AssumeRoleWithWebIdentity" | "GetCallerIdentity" => xml(format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        )),
        "CreateToken" => Reply {
            error_type: code,
            ..json_reply(&json!({ "error": code, "error_description": message }))
        },
        "GetRoleCredentials" => Reply {
            error_type: code,
            ..json_reply(&json!({ "message": message }))
        },
        "Container" => json_reply(&json!({ "code": code, "message": message })),
        _ => Reply::new(status, "text/plain", format!("{code}: {message}")),
    };
    reply.status = status;
    reply
}

fn xml(body: impl Into<String>) -> Reply {
    Reply::new(200, "text/xml", body)
}

fn json_reply(body: &serde_json::Value) -> Reply {
    Reply::new(200, "application/json", body.to_string())
}

/// Returns credentials in the format of the metadata services.
fn machine(key: &str, end: Timestamp) -> serde_json::Value {
    json!({
        "Code": "Success",
        "LastUpdated": "2026-01-01T00:00:00Z",
        "Type": "AWS-HMAC",
        "AccessKeyId": key,
        "SecretAccessKey": format!("{CANARY}-secret-of-{key}"),
        "Token": format!("{CANARY}-token-of-{key}"),
        "Expiration": seconds(end),
    })
}

fn seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn assumed(operation: &str, arn: &str, session: &str, end: Timestamp) -> Reply {
    let how = match operation {
        "AssumeRole" => "ASSUMED",
        _ => "WEB",
    };
    let role = arn.rsplit('/').next().unwrap_or(arn);
    let account = arn.split(':').nth(4).unwrap_or_default();
    // The access key identifies the account later.
    let key = format!("{how}.{role}");
    let end = seconds(end);
    xml(format!(
        "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result>\
         <AssumedRoleUser><Arn>arn:aws:sts::{account}:assumed-role/{role}/{session}</Arn>\
         <AssumedRoleId>AROA:{session}</AssumedRoleId></AssumedRoleUser><Credentials>\
         <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{CANARY}-secret-of-{key}</SecretAccessKey>\
         <SessionToken>{CANARY}-token-of-{key}</SessionToken><Expiration>{end}</Expiration></Credentials>\
         </{operation}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
    ))
}

/// Returns the account of a role.
fn caller(key: &str) -> Reply {
    let account = match key.split_once('.') {
        Some(_) => "111122223333",
        None => ACCOUNT,
    };
    xml(format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{account}:assumed-role/somebody/s</Arn><UserId>AROA:s</UserId><Account>{account}</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    ))
}
