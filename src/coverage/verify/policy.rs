//! What the policy of a bucket allows to the service that delivers flow logs.
//!
//! Only the elements that decide about deliveries are evaluated. A statement with others counts as undecided: it neither
//! allows nor denies. This module is pure, and must not know who reads a policy.

use serde_json::Value;

use super::super::judge::matches;

/// The service that writes flow logs into S3, in every partition.
const SERVICE: &str = "delivery.logs.amazonaws.com";
/// What it does with the bucket, and with objects.
const ACTIONS: [&str; 2] = ["s3:GetBucketAcl", "s3:PutObject"];

/// The largest policy that S3 stores, in bytes. A larger one did not come from S3, and is not evaluated.
const LARGEST: usize = 20 * 1024;

/// A delivery to a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    /// The partition.
    pub(super) partition: String,
    /// The name of the bucket.
    pub(super) bucket: String,
    /// The key of an object.
    pub(super) key: String,
    /// The account of the flow log.
    pub(super) account: String,
    /// The region of the flow log.
    pub(super) region: String,
}

/// Why a policy does not allow a delivery.
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

/// Returns why a policy does not allow a delivery. `None` if it does, or if that is not decided here.
pub(super) fn flaw(policy: Option<&str>, delivery: &Delivery) -> Option<Flaw> {
    if policy.is_some_and(|policy| policy.len() > LARGEST) {
        return None;
    }
    let policy = match policy.map(serde_json::from_str::<Value>) {
        Some(Ok(policy)) => policy,
        Some(Err(_)) => return None,
        None => Value::Null,
    };
    let statements = list(&policy["Statement"]);
    ACTIONS.into_iter().find_map(|action| {
        let applying = |effect: &'static str| {
            let of_effect = statements.iter();
            let of_effect = of_effect.filter(move |statement| statement["Effect"] == effect);
            of_effect.map(|statement| (*statement, applies(statement, action, delivery)))
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
    })
}

fn applies(statement: &Value, action: &str, delivery: &Delivery) -> Applies {
    let Delivery {
        partition,
        bucket,
        key,
        ..
    } = delivery;
    let bucket = format!("arn:{partition}:s3:::{bucket}");
    let resource = if action == "s3:PutObject" {
        format!("{bucket}/{key}")
    } else {
        bucket
    };
    let parts = [
        principal(statement),
        element(statement, "Action", action, true),
        element(statement, "Resource", &resource, false),
    ];
    if parts.contains(&Applies::No(None)) {
        return Applies::No(None);
    }
    match conditions(&statement["Condition"], action, delivery) {
        Applies::Yes if parts.contains(&Applies::Maybe) => Applies::Maybe,
        decided => decided,
    }
}

fn principal(statement: &Value) -> Applies {
    if statement.get("NotPrincipal").is_some() {
        return Applies::Maybe;
    }
    let named = &statement["Principal"];
    let services = list(&named["Service"]);
    // In a bucket's policy, everyone includes AWS's services.
    let everyone = [named, &named["AWS"]].into_iter().flat_map(list);
    let is_meant = services.iter().any(|service| **service == SERVICE)
        || everyone.into_iter().any(|one| one == "*");
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
fn conditions(conditions: &Value, action: &str, delivery: &Delivery) -> Applies {
    let mut all = Applies::Yes;
    let operators = conditions.as_object().into_iter().flatten();
    for (operator, keys) in operators {
        for (key, wanted) in keys.as_object().into_iter().flatten() {
            match condition(operator, key, wanted, action, delivery) {
                Some(true) => {}
                Some(false) => return Applies::No(Some(key.clone())),
                None => all = Applies::Maybe,
            }
        }
    }
    all
}

/// Evaluates one condition. `None` if it is not decided here.
fn condition(
    operator: &str,
    key: &str,
    wanted: &Value,
    action: &str,
    delivery: &Delivery,
) -> Option<bool> {
    let Delivery {
        partition,
        account,
        region,
        ..
    } = delivery;
    let value = match key.to_lowercase().as_str() {
        "aws:sourceaccount" => account.clone(),
        "aws:sourcearn" => format!("arn:{partition}:logs:{region}:{account}:*"),
        "aws:securetransport" | "aws:principalisawsservice" => "true".to_owned(),
        "aws:principalservicename" => SERVICE.to_owned(),
        "s3:x-amz-acl" if action == "s3:PutObject" => "bucket-owner-full-control".to_owned(),
        _ => return None,
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

    fn delivery() -> Delivery {
        Delivery {
            partition: "aws".to_owned(),
            bucket: "logs".to_owned(),
            key: "a/AWSLogs/123456789012/vpcflowlogs/eu-west-1/x".to_owned(),
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
        }
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
