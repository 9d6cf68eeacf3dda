//! Undeclared flow logs: which of them to report, and who created them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;

/// The tag that CloudFormation sets on what a stack creates: the name of the stack.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html>
const STACK_NAME: &str = "aws:cloudformation:stack-name";
/// The beginning of the names of the stacks with which AWS Control Tower sets up accounts.
/// <https://docs.aws.amazon.com/controltower/latest/userguide/shared-account-resources.html>
const CONTROL_TOWER: &str = "StackSet-AWSControlTower";
/// The tag of what a telemetry rule of CloudWatch enables.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/telemetry-config-rules.html>
const TELEMETRY_RULE: &str = "CloudWatchTelemetryRuleManaged";

/// A tag that a flow log must have: a key, and perhaps a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagFilter {
    key: String,
    value: Option<String>,
}

/// The reason why a text is not a tag to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it names no tag; write KEY or KEY=VALUE")]
pub struct NotATag;

/// Who created a flow log, according to its tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Creator {
    /// The kind of creator.
    pub kind: CreatorKind,
    /// The name of the stack; null if it is not a stack.
    pub name: Option<String>,
}

/// The known creators of flow logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreatorKind {
    /// A stack of CloudFormation.
    CloudformationStack,
    /// A stack of AWS Control Tower.
    ControlTower,
    /// A telemetry rule of CloudWatch.
    TelemetryRule,
}

impl TagFilter {
    /// Reports whether tags pass all filters. Of several filters with the same key, one must pass.
    pub(super) fn all_pass(filters: &[Self], tags: &BTreeMap<String, String>) -> bool {
        filters.iter().all(|filter| {
            let mut alternatives = filters.iter().filter(|other| other.key == filter.key);
            alternatives.any(|filter| filter.passes(tags))
        })
    }

    fn passes(&self, tags: &BTreeMap<String, String>) -> bool {
        let found = tags.get(&self.key);
        found.is_some_and(|found| self.value.as_ref().is_none_or(|wanted| wanted == found))
    }
}

impl FromStr for TagFilter {
    type Err = NotATag;

    fn from_str(text: &str) -> Result<Self, NotATag> {
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(value.to_owned())),
            None => (text, None),
        };
        if key.is_empty() {
            return Err(NotATag);
        }
        let key = key.to_owned();
        Ok(Self { key, value })
    }
}

impl Creator {
    /// Returns the creator that the tags of a flow log name.
    pub(super) fn of(tags: &BTreeMap<String, String>) -> Option<Self> {
        if let Some(stack) = tags.get(STACK_NAME) {
            let kind = if stack.starts_with(CONTROL_TOWER) {
                CreatorKind::ControlTower
            } else {
                CreatorKind::CloudformationStack
            };
            let name = Some(stack.clone());
            return Some(Self { kind, name });
        }
        tags.contains_key(TELEMETRY_RULE).then_some(Self {
            kind: CreatorKind::TelemetryRule,
            name: None,
        })
    }
}

/// Writes who it is, as in `CloudFormation stack network`.
impl fmt::Display for Creator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            CreatorKind::CloudformationStack => "CloudFormation stack",
            CreatorKind::ControlTower => "AWS Control Tower, stack",
            CreatorKind::TelemetryRule => "a telemetry rule of CloudWatch",
        })?;
        match &self.name {
            Some(name) => write!(f, " {name}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        owned.collect()
    }

    #[test]
    fn filters_with_different_keys_must_all_pass() {
        let team = tags(&[("Team", "network"), ("Env", "")]);
        for (filters, passes) in [
            (&[][..], true),
            (&["Team"], true),
            (&["Team=network"], true),
            (&["Team=shop"], false),
            (&["Team=shop", "Team=network"], true),
            (&["Team=network", "Owner"], false),
            (&["Env="], true),
            (&["Team="], false),
            (&["team"], false),
        ] {
            let parsed: Vec<TagFilter> = filters.iter().map(|f| f.parse().unwrap()).collect();
            assert_eq!(TagFilter::all_pass(&parsed, &team), passes, "{filters:?}");
        }
        assert_eq!("=x".parse::<TagFilter>(), Err(NotATag));
    }

    #[test]
    fn tags_name_the_creator() {
        let shown = |key, value| Creator::of(&tags(&[(key, value)])).map(|c| c.to_string());
        let stack = shown(STACK_NAME, "network");
        assert_eq!(stack.as_deref(), Some("CloudFormation stack network"));
        let tower = "StackSet-AWSControlTowerBP-VPC-ACCOUNT-FACTORY-V1-c0bdd9c9";
        let stack = shown(STACK_NAME, tower).unwrap();
        assert_eq!(stack, format!("AWS Control Tower, stack {tower}"));
        let rule = shown(TELEMETRY_RULE, "true");
        assert_eq!(rule.as_deref(), Some("a telemetry rule of CloudWatch"));
        assert_eq!(shown("Name", "network"), None);
    }
}
