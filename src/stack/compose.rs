//! Writes stack definitions: flow logs of many networks, all of which deliver to the same kind of place.
//!
//! A definition is read again before it is returned, so that one that could not be used is never written. This module must
//! not know why a network needs a flow log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Serialize, Serializer};

use super::declare::{FileDiagnostics, Parameters, read};
use crate::arn::{account, region};
use crate::report::Level;
use crate::text::sanitize;

/// The properties that tell where a flow log is.
const ACCOUNT: &str = "Account";
const REGION: &str = "Region";
/// The most problems that an error names.
const NAMED: usize = 3;

/// Where flow logs deliver, and by which roles. `{account}` and `{region}` stand for those of each flow log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The ARN of a bucket, a log group or a delivery stream, or the name of a log group.
    pub destination: String,
    /// The role that delivers.
    pub role: Option<String>,
    /// The role in the account of a delivery stream.
    pub cross_account_role: Option<String>,
}

/// A flow log to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFlowLog<'a> {
    /// The account of the network.
    pub account: Option<&'a str>,
    /// The region.
    pub region: &'a str,
    /// The ID of the network.
    pub resource_id: &'a str,
    /// `ALL`, `ACCEPT` or `REJECT`, unless its kind has no traffic type.
    pub traffic_type: Option<&'static str>,
    /// Why it is there. JSON has no comments.
    pub comment: String,
}

/// How a definition is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// For people, with comments.
    Yaml,
    /// For programs.
    Json,
}

/// Why a definition would not be valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join(" "))]
pub struct NotValid(Vec<String>);

/// A stack definition.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    flow_logs: Entries<Entries<String>>,
}

/// Names and values, in the order in which they are written.
struct Entries<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Delivery {
    /// Checks whether a flow log could deliver there.
    ///
    /// # Errors
    /// What AWS would refuse.
    pub fn check(&self) -> Result<(), NotValid> {
        let sample = NewFlowLog {
            account: Some("123456789012"),
            region: "us-east-1",
            resource_id: "vpc-0123456789abcdef0",
            traffic_type: Some("ALL"),
            comment: String::new(),
        };
        let definition = Definition {
            description: String::new(),
            region: None,
            flow_logs: Entries(vec![("sample".to_owned(), self.properties(&sample))]),
        };
        valid(&json(&definition))
    }

    /// Returns the properties of a flow log, without its account and region.
    fn properties(&self, log: &NewFlowLog<'_>) -> Entries<String> {
        let of = |text: &str| {
            let text = text.replace(account::PLACEHOLDER, log.account.unwrap_or_default());
            text.replace(region::PLACEHOLDER, log.region)
        };
        // The name of a log group has no colon.
        let destination = if self.destination.contains(':') {
            "LogDestination"
        } else {
            "LogGroupName"
        };
        let properties = [
            ("ResourceId", Some(log.resource_id.to_owned())),
            ("TrafficType", log.traffic_type.map(str::to_owned)),
            (destination, Some(of(&self.destination))),
            ("DeliverLogsPermissionArn", self.role.as_deref().map(of)),
            (
                "DeliverCrossAccountRole",
                self.cross_account_role.as_deref().map(of),
            ),
        ];
        let given = properties.into_iter();
        Entries(
            given
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect(),
        )
    }
}

/// Returns a stack definition of flow logs. Each names its account if `with_accounts` is set.
///
/// # Errors
/// What AWS would refuse, such as a log group in another region than that of a flow log.
pub fn compose(
    description: &str,
    logs: &[NewFlowLog<'_>],
    delivery: &Delivery,
    with_accounts: bool,
    syntax: Syntax,
) -> Result<String, NotValid> {
    let mut names = BTreeMap::new();
    let entries = logs.iter().map(|log| {
        let mut properties = delivery.properties(log);
        let account = log.account.filter(|_| with_accounts);
        let place = [(ACCOUNT, account), (REGION, Some(log.region))];
        let place = place
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        properties.0.splice(..0, place);
        (unique(log.resource_id, &mut names), properties)
    });
    let mut definition = Definition {
        description: sanitize::line(description).into_owned(),
        region: None,
        flow_logs: Entries(entries.collect()),
    };
    // Each names its region here, against which its destination is checked.
    valid(&json(&definition))?;
    let regions: BTreeSet<_> = logs.iter().map(|log| log.region).collect();
    if regions.len() == 1 {
        definition.region = regions.first().map(|region| (*region).to_owned());
        for (_, properties) in &mut definition.flow_logs.0 {
            properties.0.retain(|(name, _)| name != REGION);
        }
    }
    match syntax {
        Syntax::Json => Ok(json(&definition)),
        Syntax::Yaml => {
            let yaml = yaml(&definition, logs);
            valid(&yaml)?;
            Ok(yaml)
        }
    }
}

/// Returns the ID of a network as a name: two accounts can see the same network.
fn unique(id: &str, names: &mut BTreeMap<String, usize>) -> String {
    let count = names.entry(id.to_owned()).or_default();
    *count += 1;
    match *count {
        1 => id.to_owned(),
        count => format!("{id}.{count}"),
    }
}

fn json(definition: &Definition) -> String {
    // Texts and maps of texts can always be written.
    let text = serde_json::to_string_pretty(definition).unwrap_or_default();
    format!("{}\n", sanitize::json(&text))
}

fn yaml(definition: &Definition, logs: &[NewFlowLog<'_>]) -> String {
    let mut text = format!("Description: {}\n", scalar(&definition.description));
    if let Some(region) = &definition.region {
        let _ = writeln!(text, "Region: {}", scalar(region));
    }
    text.push_str("\nFlowLogs:\n");
    for ((name, properties), log) in definition.flow_logs.0.iter().zip(logs) {
        let _ = writeln!(text, "  # {}", sanitize::line(&log.comment));
        let _ = writeln!(text, "  {}:", scalar(name));
        for (name, value) in &properties.0 {
            let _ = writeln!(text, "    {name}: {}", scalar(value));
        }
    }
    text
}

/// Returns a text as YAML: as it is, if no reader of YAML can take it for something else, or else in quotes, as in JSON.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | ':');
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_word = words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    if begins && !is_word && text.chars().all(is_plain) && !text.ends_with(':') {
        return text.to_owned();
    }
    let quoted = serde_json::Value::from(text).to_string();
    sanitize::json(&quoted).into_owned()
}

/// Reads a definition, as the commands do.
fn valid(text: &str) -> Result<(), NotValid> {
    match read("stack", text, &Parameters::default()) {
        Ok(_) => Ok(()),
        Err(diagnostics) => Err(NotValid(problems(&diagnostics))),
    }
}

/// Returns the first errors, each once: many flow logs have the same.
fn problems(diagnostics: &FileDiagnostics) -> Vec<String> {
    let errors = diagnostics.iter().filter(|one| one.level == Level::Error);
    let messages: BTreeSet<_> = errors
        .map(|error| format!("{}.", error.message.trim_end_matches('.')))
        .collect();
    let more = messages.len().saturating_sub(NAMED);
    let mut shown: Vec<String> = messages.into_iter().take(NAMED).collect();
    if more > 0 {
        shown.push(format!("And {more} more."));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(region: &'static str, id: &'static str) -> NewFlowLog<'static> {
        NewFlowLog {
            account: Some("123456789012"),
            region,
            resource_id: id,
            traffic_type: Some("REJECT"),
            comment: "a\nb: [".to_owned(),
        }
    }

    fn to(destination: &str, role: Option<&str>) -> Delivery {
        Delivery {
            destination: destination.to_owned(),
            role: role.map(str::to_owned),
            cross_account_role: None,
        }
    }

    #[test]
    fn placeholders_stand_for_the_account_and_the_region_of_each_flow_log() {
        let delivery = to(
            "arn:aws:logs:{region}:{account}:log-group:flow",
            Some("arn:aws:iam::{account}:role/deliver"),
        );
        delivery.check().unwrap();
        let logs = [
            log("eu-west-1", "vpc-0123456789abcdef0"),
            log("us-east-1", "vpc-0123456789abcdef0"),
        ];
        let text = compose("x: y", &logs, &delivery, true, Syntax::Yaml).unwrap();
        assert_eq!(
            text,
            "\
Description: \"x: y\"

FlowLogs:
  # a\\nb: [
  vpc-0123456789abcdef0:
    Account: \"123456789012\"
    Region: eu-west-1
    ResourceId: vpc-0123456789abcdef0
    TrafficType: REJECT
    LogDestination: arn:aws:logs:eu-west-1:123456789012:log-group:flow
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/deliver
  # a\\nb: [
  vpc-0123456789abcdef0.2:
    Account: \"123456789012\"
    Region: us-east-1
    ResourceId: vpc-0123456789abcdef0
    TrafficType: REJECT
    LogDestination: arn:aws:logs:us-east-1:123456789012:log-group:flow
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/deliver
"
        );
        let json = compose("", &logs, &delivery, false, Syntax::Json).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let entry = &json["FlowLogs"]["vpc-0123456789abcdef0"];
        assert_eq!(entry["Region"], "eu-west-1");
        assert!(entry.get("Account").is_none());
    }

    #[test]
    fn a_delivery_that_aws_would_refuse_is_not_written() {
        for (delivery, words) in [
            (to("flow-logs", None), "DeliverLogsPermissionArn"),
            (to("s3://bucket", None), "arn:aws:s3"),
            (
                to("a b", Some("arn:aws:iam::123456789012:role/x")),
                "LogGroupName",
            ),
            (
                to(
                    "arn:aws:s3:::bucket",
                    Some("arn:aws:iam::123456789012:role/x"),
                ),
                "S3",
            ),
            (to("", None), "LogGroupName"),
        ] {
            let refused = delivery.check().unwrap_err().to_string();
            assert!(refused.contains(words), "{delivery:?}: {refused}");
        }
        let elsewhere = to(
            "arn:aws:logs:eu-west-1:123456789012:log-group:flow",
            Some("arn:aws:iam::123456789012:role/x"),
        );
        elsewhere.check().unwrap();
        let logs = [log("us-east-1", "vpc-0123456789abcdef0")];
        let refused = compose("", &logs, &elsewhere, false, Syntax::Yaml).unwrap_err();
        assert!(refused.to_string().contains("eu-west-1"), "{refused}");
    }

    #[test]
    fn text_stays_text_in_yaml() {
        for (text, written) in [
            ("vpc-1", "vpc-1"),
            ("arn:aws:s3:::bucket/a", "arn:aws:s3:::bucket/a"),
            ("123456789012", "\"123456789012\""),
            ("No", "\"No\""),
            ("a: b", "\"a: b\""),
            ("a:", "\"a:\""),
            ("a #b", "\"a #b\""),
            ("", "\"\""),
            ("\u{202e}", "\"\\u202e\""),
        ] {
            assert_eq!(scalar(text), written);
        }
    }
}
