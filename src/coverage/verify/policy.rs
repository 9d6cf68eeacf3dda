//! What a policy allows to a service of AWS: that of a bucket, of a key, or about who may assume a role.
//!
//! Only the elements that decide about deliveries are evaluated. A statement with others counts as undecided: it neither
//! allows nor denies. This module is pure, and must not know who reads a policy, nor what a call is for.

use serde_json::Value;

use super::super::judge::matches;

/// The largest policy that is evaluated, in bytes. That of a key may have 32 KB, that of a bucket 20 KB, and that of a role
/// less. A larger one did not come from AWS.
const LARGEST: usize = 32 * 1024;

/// A call of a service of AWS, as a policy sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// The service that calls.
    pub(super) service: String,
    /// What it does.
    pub(super) action: &'static str,
    /// With what. `None` if the policy is about one thing only, or if its ARN is not known.
    pub(super) resource: Option<String>,
    /// The keys of conditions in lower case, and their values.
    pub(super) context: Vec<(&'static str, String)>,
}

/// Why a policy does not allow a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No statement allows an action.
    Lacks {
        /// The action.
        action: &'static str,
        /// The key of the condition that keeps statements from allowing it, if they would.
        condition: Option<String>,
    },
    /// A statement denies an action.
    Denies {
        /// The action.
        action: &'static str,
        /// The ID of the statement, if it has one.
        sid: Option<String>,
    },
}

/// Whether something in a statement applies.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Applies {
    Yes,
    Maybe,
    /// The key of the condition that does not hold, if that is why.
    No(Option<String>),
}

/// Returns why a policy does not allow all of the calls. `None` if it does, or if that is not decided here.
pub(super) fn flaw(policy: Option<&str>, requests: &[Request]) -> Option<Flaw> {
    if policy.is_some_and(|policy| policy.len() > LARGEST) {
        return None;
    }
    let policy = match policy.map(serde_json::from_str::<Value>) {
        Some(Ok(policy)) => policy,
        Some(Err(_)) => return None,
        None => Value::Null,
    };
    let statements = list(&policy["Statement"]);
    let mut flaws = requests.iter().map(|request| refusal(&statements, request));
    flaws.find_map(|flaw| flaw)
}

fn refusal(statements: &[&Value], request: &Request) -> Option<Flaw> {
    let action = request.action;
    let applying = |effect: &'static str| {
        let of_effect = statements.iter();
        let of_effect = of_effect.filter(move |statement| statement["Effect"] == effect);
        of_effect.map(|statement| (*statement, applies(statement, request)))
    };
    let denied = applying("Deny").find(|(_, applies)| *applies == Applies::Yes);
    if let Some((statement, _)) = denied {
        let sid = statement["Sid"].as_str().map(str::to_owned);
        return Some(Flaw::Denies { action, sid });
    }
    let mut condition = None;
    for (_, applies) in applying("Allow") {
        match applies {
            Applies::Yes | Applies::Maybe => return None,
            Applies::No(key) => condition = condition.or(key),
        }
    }
    Some(Flaw::Lacks { action, condition })
}

fn applies(statement: &Value, request: &Request) -> Applies {
    let resource = request.resource.as_deref();
    let parts = [
        principal(statement, &request.service),
        element(statement, "Action", request.action, true),
        resource.map_or(Applies::Yes, |resource| {
            element(statement, "Resource", resource, false)
        }),
    ];
    if parts.contains(&Applies::No(None)) {
        return Applies::No(None);
    }
    match conditions(&statement["Condition"], request) {
        Applies::Yes if parts.contains(&Applies::Maybe) => Applies::Maybe,
        decided => decided,
    }
}

fn principal(statement: &Value, service: &str) -> Applies {
    if statement.get("NotPrincipal").is_some() {
        return Applies::Maybe;
    }
    let named = &statement["Principal"];
    let services = list(&named["Service"]);
    // Everyone includes AWS's services.
    let everyone = [named, &named["AWS"]].into_iter().flat_map(list);
    let is_meant =
        services.iter().any(|one| **one == service) || everyone.into_iter().any(|one| one == "*");
    if is_meant {
        Applies::Yes
    } else {
        Applies::No(None)
    }
}

/// Compares an element with a value. Actions are compared without case.
fn element(statement: &Value, name: &str, value: &str, is_action: bool) -> Applies {
    if statement.get(format!("Not{name}")).is_some() {
        return Applies::Maybe;
    }
    let fold = |text: &str| {
        if is_action {
            text.to_lowercase()
        } else {
            text.to_owned()
        }
    };
    let value = fold(value);
    let patterns = list(&statement[name]);
    let mut patterns = patterns.iter().filter_map(|pattern| pattern.as_str());
    if patterns.any(|pattern| matches(&fold(pattern), &value)) {
        Applies::Yes
    } else {
        Applies::No(None)
    }
}

/// Evaluates the conditions: all of them must hold.
fn conditions(conditions: &Value, request: &Request) -> Applies {
    let mut all = Applies::Yes;
    let operators = conditions.as_object().into_iter().flatten();
    for (operator, keys) in operators {
        for (key, wanted) in keys.as_object().into_iter().flatten() {
            match condition(operator, key, wanted, request) {
                Some(true) => {}
                Some(false) => return Applies::No(Some(key.clone())),
                None => all = Applies::Maybe,
            }
        }
    }
    all
}

/// Evaluates one condition. `None` if it is not decided here.
fn condition(operator: &str, key: &str, wanted: &Value, request: &Request) -> Option<bool> {
    let key = key.to_lowercase();
    let mut known = request.context.iter();
    let value = match key.as_str() {
        "aws:securetransport" | "aws:principalisawsservice" => "true".to_owned(),
        "aws:principalservicename" => request.service.clone(),
        _ => known.find(|(name, _)| *name == key)?.1.clone(),
    };
    let operator = operator.strip_suffix("IfExists").unwrap_or(operator);
    let wanted = list(wanted);
    let texts: Vec<_> = wanted
        .iter()
        .map(|wanted| match wanted {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
        .collect();
    let equals = || texts.contains(&value);
    let like = || texts.iter().any(|pattern| matches(pattern, &value));
    match operator {
        "StringEquals" | "Bool" => Some(equals()),
        "StringNotEquals" => Some(!equals()),
        "StringLike" | "ArnLike" | "ArnEquals" => Some(like()),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => Some(!like()),
        _ => None,
    }
}

/// Returns the elements of a list, or the only one that stands for it.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SERVICE: &str = "delivery.logs.amazonaws.com";

    /// Returns the calls of a delivery to a bucket.
    fn delivery() -> Vec<Request> {
        let objects = "arn:aws:s3:::logs/a/AWSLogs/123456789012/vpcflowlogs/eu-west-1/x";
        let calls = [
            ("s3:GetBucketAcl", "arn:aws:s3:::logs"),
            ("s3:PutObject", objects),
        ];
        let request = |(action, resource): (&'static str, &str)| Request {
            service: SERVICE.to_owned(),
            action,
            resource: Some(resource.to_owned()),
            context: vec![
                ("aws:sourceaccount", "123456789012".to_owned()),
                (
                    "aws:sourcearn",
                    "arn:aws:logs:eu-west-1:123456789012:*".to_owned(),
                ),
                ("s3:x-amz-acl", "bucket-owner-full-control".to_owned()),
            ],
        };
        calls.map(request).into()
    }

    /// Returns a policy that allows the delivery, with changes.
    fn policy(change: impl FnOnce(&mut Value)) -> String {
        let mut policy = json!({ "Statement": [
            {
                "Effect": "Allow", "Principal": { "Service": SERVICE }, "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::logs/a/AWSLogs/123456789012/*",
                "Condition": {
                    "StringEquals": {
                        "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": ["123456789012"],
                    },
                    "ArnLike": { "aws:SourceArn": "arn:aws:logs:*:123456789012:*" },
                },
            },
            {
                "Effect": "Allow", "Principal": { "Service": [SERVICE] }, "Action": ["s3:getBucketAcl", "s3:ListBucket"],
                "Resource": "arn:aws:s3:::logs",
            },
            {
                "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            },
        ] });
        change(&mut policy);
        policy.to_string()
    }

    fn lacks(action: &'static str, condition: Option<&str>) -> Option<Flaw> {
        let condition = condition.map(str::to_owned);
        Some(Flaw::Lacks { action, condition })
    }

    #[test]
    fn a_policy_that_allows_the_delivery_has_no_flaw() {
        assert_eq!(flaw(Some(&policy(|_| {})), &delivery()), None);
        let everyone = json!({ "Statement": {
            "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "*", "Resource": "*",
        } });
        assert_eq!(flaw(Some(&everyone.to_string()), &delivery()), None);
    }

    #[test]
    fn what_is_missing_or_denied_is_named() {
        let none = lacks("s3:GetBucketAcl", None);
        assert_eq!(flaw(None, &delivery()), none);
        assert_eq!(flaw(Some("{}"), &delivery()), none);
        for (pointer, value, expected) in [
            (
                "/Statement/0/Principal/Service",
                json!("ec2.amazonaws.com"),
                lacks("s3:PutObject", None),
            ),
            (
                "/Statement/0/Resource",
                json!("arn:aws:s3:::logs/AWSLogs/*"),
                lacks("s3:PutObject", None),
            ),
            (
                "/Statement/0/Action",
                json!("s3:GetObject"),
                lacks("s3:PutObject", None),
            ),
            (
                "/Statement/0/Condition/StringEquals/aws:SourceAccount",
                json!("210987654321"),
                lacks("s3:PutObject", Some("aws:SourceAccount")),
            ),
            (
                "/Statement/0/Condition/ArnLike/aws:SourceArn",
                json!("arn:aws:logs:us-east-1:123456789012:*"),
                lacks("s3:PutObject", Some("aws:SourceArn")),
            ),
            (
                "/Statement/1/Resource",
                json!("arn:aws:s3:::log"),
                lacks("s3:GetBucketAcl", None),
            ),
            (
                "/Statement/2/Condition",
                json!({ "StringNotEquals": { "aws:SourceAccount": "210987654321" } }),
                Some(Flaw::Denies {
                    action: "s3:GetBucketAcl",
                    sid: None,
                }),
            ),
        ] {
            let changed = policy(|policy| *policy.pointer_mut(pointer).unwrap() = value.clone());
            assert_eq!(flaw(Some(&changed), &delivery()), expected, "{pointer}");
        }
    }

    #[test]
    fn what_is_not_decided_here_is_no_flaw() {
        for (pointer, value) in [
            (
                "/Statement/0/Condition",
                json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }),
            ),
            (
                "/Statement/2/Condition",
                json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } }),
            ),
            (
                "/Statement/2/Condition",
                json!({ "StringNotEqualsIgnoreCase": { "aws:SourceAccount": "1" } }),
            ),
        ] {
            let changed = policy(|policy| *policy.pointer_mut(pointer).unwrap() = value.clone());
            assert_eq!(flaw(Some(&changed), &delivery()), None, "{pointer} {value}");
        }
        assert_eq!(flaw(Some("no JSON"), &delivery()), None);
    }

    #[test]
    fn a_policy_that_is_too_large_is_not_evaluated() {
        let padded = |size: usize| format!("{{}}{}", " ".repeat(size - 2));
        let none = lacks("s3:GetBucketAcl", None);
        assert_eq!(flaw(Some(&padded(LARGEST)), &delivery()), none);
        assert_eq!(flaw(Some(&padded(LARGEST + 1)), &delivery()), None);
    }
}
