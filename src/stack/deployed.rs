//! Deployed CloudFormation stacks, read as declarations.
//!
//! The declaration is the template as CloudFormation processed it, with the parameters of the stack, the names of its
//! resources, and the values that other stacks export. The id of each flow log comes from the stack, so that it is
//! compared with exactly that one. Nested stacks are read, too. This module must not know what is compared.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};

use super::declare::{self, Declaration, Deployed, Parameters, RESOURCE, Reason, STACK_SET, Stack};
use super::error::Error;
use crate::arn::Arn;
use crate::aws::Aws;
use crate::aws::cloudformation::{self, CloudFormation, StackResource};
use crate::report::Position;

/// The type of a nested stack.
const NESTED: &str = "AWS::CloudFormation::Stack";
/// The status of a resource that the stack had.
const DELETED: &str = "DELETE_COMPLETE";
/// The number of stacks that are read concurrently.
const CONCURRENCY: usize = 4;
/// The most levels of nested stacks. CloudFormation allows a few.
const MOST_LEVELS: usize = 10;

/// Reads the deployed stacks with a name, an ARN, or names that fit a pattern with `*`, and their nested stacks, in the
/// default region. Returns for each stack its name and its declarations, or why it could not be read.
pub async fn read_deployed(
    aws: &Aws,
    name: &str,
    parameters: &Parameters,
) -> Vec<(String, Result<Stack, Error>)> {
    let found = match aws.region() {
        Some(region) => {
            let reader = Reader {
                cloudformation: aws.cloudformation(region),
                region,
                parameters,
            };
            reader.all(name).await
        }
        None => Err(Error::NoRegion),
    };
    found.unwrap_or_else(|error| vec![(name.to_owned(), Err(error))])
}

/// Whether the template of a stack says what runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readiness {
    Ready,
    /// With this restriction.
    Partly(&'static str),
    /// The stack has no resources, for this reason.
    Empty(&'static str),
    /// It does not, for this reason.
    Not(&'static str),
}

impl Readiness {
    /// Returns the readiness of a stack in a status.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html>
    fn of(status: &str) -> Self {
        match status {
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
            | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => Self::Ready,
            "REVIEW_IN_PROGRESS" => {
                Self::Empty("Its change set was never executed, so it has no resources.")
            }
            "ROLLBACK_COMPLETE" => Self::Empty(
                "Its creation failed and was rolled back, so it has no resources. Delete the stack, and create it again.",
            ),
            "DELETE_COMPLETE" => Self::Empty("It was deleted."),
            "ROLLBACK_FAILED" => Self::Not(
                "Its creation failed, and the rollback failed, too. Delete the stack, and create it again.",
            ),
            "DELETE_FAILED" => Self::Not("It could not be deleted. Delete it again."),
            "CREATE_FAILED" | "UPDATE_FAILED" => Self::Partly(
                "Some of its resources may not be as the template declares them. Update the stack, or roll it back.",
            ),
            "UPDATE_ROLLBACK_FAILED" | "IMPORT_ROLLBACK_FAILED" => Self::Partly(
                "Some of its resources may not be as the template declares them. Continue the rollback.",
            ),
            status if status.ends_with("_IN_PROGRESS") => {
                Self::Not("It is being changed. Check it again when the operation is complete.")
            }
            _ => Self::Ready,
        }
    }
}

/// Reads the stacks of a region.
struct Reader<'r> {
    cloudformation: CloudFormation,
    region: &'r str,
    parameters: &'r Parameters,
}

/// The stacks that were read, and why others were not.
type Read = Vec<(String, Result<Stack, Error>)>;

impl Reader<'_> {
    /// Reads the stacks with a name, or that fit a pattern.
    async fn all(&self, name: &str) -> Result<Read, Error> {
        let stacks = self.find(name).await?;
        let read = stream::iter(stacks).map(|stack| self.with_nested(stack, 0));
        let read: Vec<_> = read.buffered(CONCURRENCY).collect().await;
        Ok(read.into_iter().flatten().collect())
    }

    /// Finds the stacks with a name, or that fit a pattern. A stack without resources is an error if it is named.
    async fn find(&self, name: &str) -> Result<Vec<cloudformation::Stack>, Error> {
        let region = || self.region.to_owned();
        if !name.contains('*') {
            let found = self.cloudformation.stack(name).await?;
            let stack = found.ok_or_else(|| Error::NoStack {
                name: name.to_owned(),
                region: region(),
            })?;
            return match Readiness::of(&stack.status) {
                Readiness::Empty(why) => Err(not_usable(&stack, why)),
                _ => Ok(vec![stack]),
            };
        }
        let mut stacks = self.cloudformation.stacks().await?;
        stacks.retain(|stack| fits(name, &stack.name));
        stacks.sort_by(|a, b| a.name.cmp(&b.name));
        if stacks.is_empty() {
            return Err(Error::NoStackFits {
                pattern: name.to_owned(),
                region: region(),
            });
        }
        // A nested stack is read with the stack that contains it.
        let ids: Vec<_> = stacks.iter().map(|stack| stack.id.clone()).collect();
        stacks.retain(|stack| !stack.parent.as_ref().is_some_and(|id| ids.contains(id)));
        Ok(stacks)
    }

    /// Reads a stack and its nested stacks.
    async fn with_nested(&self, stack: cloudformation::Stack, level: usize) -> Read {
        let resources = match self.resources(&stack).await {
            Ok(resources) => resources,
            Err(error) => return vec![(stack.name, Err(error))],
        };
        let own = self.stack(&stack, &resources).await;
        let mut read = vec![(stack.name, own)];
        if level == MOST_LEVELS {
            return read;
        }
        let nested = resources.iter().filter(|r| r.resource_type == NESTED);
        for id in nested.filter_map(|resource| resource.physical_id.as_deref()) {
            let error = match self.cloudformation.stack(id).await {
                Ok(Some(nested)) => {
                    read.extend(Box::pin(self.with_nested(nested, level + 1)).await);
                    continue;
                }
                Ok(None) => Error::NoStack {
                    name: id.to_owned(),
                    region: self.region.to_owned(),
                },
                Err(error) => error.into(),
            };
            read.push((id.to_owned(), Err(error)));
        }
        read
    }

    /// Lists the resources that a stack has.
    async fn resources(&self, stack: &cloudformation::Stack) -> Result<Vec<StackResource>, Error> {
        match Readiness::of(&stack.status) {
            Readiness::Not(why) => return Err(not_usable(stack, why)),
            Readiness::Empty(_) => return Ok(Vec::new()),
            Readiness::Ready | Readiness::Partly(_) => {}
        }
        let mut resources = self.cloudformation.resources(&stack.id).await?;
        resources.retain(|resource| resource.status != DELETED);
        Ok(resources)
    }

    /// Reads the flow logs of a stack. A stack without flow logs costs no further call.
    async fn stack(
        &self,
        stack: &cloudformation::Stack,
        resources: &[StackResource],
    ) -> Result<Stack, Error> {
        let mut read = if resources.iter().any(holds_flow_logs) {
            self.flow_logs(stack, resources).await?
        } else {
            Stack::empty(&stack.name)
        };
        read.region = Some(self.region.to_owned());
        read.is_deployed = true;
        match Readiness::of(&stack.status) {
            Readiness::Partly(why) | Readiness::Empty(why) => {
                let warning = not_usable(stack, why).to_string();
                read.warnings.warning(Position::START, warning);
            }
            Readiness::Ready | Readiness::Not(_) => {}
        }
        Ok(read)
    }

    async fn flow_logs(
        &self,
        stack: &cloudformation::Stack,
        resources: &[StackResource],
    ) -> Result<Stack, Error> {
        let template = self.cloudformation.template(&stack.id).await?;
        let mut parameters = parameters(stack, resources, self.parameters);
        let read = |parameters: &Parameters| {
            declare::read(&stack.name, &template, parameters).map_err(Error::InTemplate)
        };
        let mut declared = read(&parameters)?;
        if declared.entries.iter().any(imports) {
            let exports = self.cloudformation.exports().await?;
            let deployed = parameters.deployed.get_or_insert_default();
            deployed.exports = exports;
            declared = read(&parameters)?;
        }
        declared.entries = pair(declared.entries, resources);
        Ok(declared)
    }
}

/// Returns whether a resource is a flow log, or can contain some in the template of its stack.
fn holds_flow_logs(resource: &StackResource) -> bool {
    [RESOURCE, STACK_SET].contains(&resource.resource_type.as_str())
}

/// Returns whether a declaration depends on a value that another stack exports.
fn imports(declared: &Declaration) -> bool {
    declared
        .unknown
        .iter()
        .any(|unknown| matches!(unknown.reason, Reason::Import(_)))
}

/// Returns the names that the stack gives its template. Values from the user replace them.
fn parameters(
    stack: &cloudformation::Stack,
    resources: &[StackResource],
    given: &Parameters,
) -> Parameters {
    let mut parameters = given.clone();
    // Nested stacks have other parameters.
    parameters.shared = true;
    let own = [("AWS::StackName", &stack.name), ("AWS::StackId", &stack.id)];
    for (name, value) in own {
        let value = || value.clone();
        parameters
            .given
            .entry(name.to_owned())
            .or_insert_with(value);
    }
    let names: Vec<_> = resources
        .iter()
        .filter_map(|r| Some((r.logical_id.clone(), r.physical_id.clone()?)))
        .collect();
    parameters.deployed = Some(Deployed {
        parameters: stack.parameters.clone(),
        physical: names.into_iter().collect(),
        exports: BTreeMap::new(),
        notification_arns: stack.notification_arns.clone(),
    });
    let arn = Arn::parse(&stack.id);
    let part = |part: Option<&str>| part.map(str::to_owned);
    parameters.region = part(arn.and_then(|arn| arn.region));
    parameters.account = part(arn.and_then(|arn| arn.account));
    parameters.partition = part(arn.map(|arn| arn.partition));
    parameters
}

/// Gives the flow logs their ids. One that is not among the resources depends on a condition that does not hold.
fn pair(declared: Vec<Declaration>, resources: &[StackResource]) -> Vec<Declaration> {
    let ids: BTreeMap<&str, Option<&str>> = resources
        .iter()
        .filter(|resource| resource.resource_type == RESOURCE)
        .map(|r| (r.logical_id.as_str(), r.physical_id.as_deref()))
        .collect();
    let paired = declared.into_iter().filter_map(|mut entry| {
        let id = ids.get(entry.name.as_str());
        if id.is_none() && entry.is_conditional() && !entry.is_of_stack_set() {
            return None;
        }
        if id.is_some() {
            // It exists, whatever its condition depends on.
            entry.unknown.retain(|unknown| !unknown.existence);
        }
        entry.id = id.copied().flatten().map(str::to_owned);
        // Positions in the template of a stack are of no use: there is no file.
        entry.position = None;
        entry.positions.clear();
        Some(entry)
    });
    paired.collect()
}

fn not_usable(stack: &cloudformation::Stack, why: &'static str) -> Error {
    Error::StackNotUsable {
        name: stack.name.clone(),
        status: stack.status.clone(),
        reason: stack.status_reason.clone(),
        why,
    }
}

/// Returns whether a name fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pattern_fits_names() {
        for (pattern, name, expected) in [
            ("network-*", "network-prod", true),
            ("*-network", "prod-network", true),
            ("a*a", "a", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "acb", false),
            ("*", "", true),
            ("network", "network", true),
            ("network", "network-prod", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_is_an_expression_with_anything_between(pattern in "[ab*]{0,8}", name in "[ab]{0,10}") {
            let expression = format!("^{}$", pattern.replace('*', ".*"));
            let expected = regex_lite::Regex::new(&expression).unwrap().is_match(&name);
            prop_assert_eq!(fits(&pattern, &name), expected);
        }
    }

    #[test]
    fn a_stack_that_changes_or_is_gone_is_not_ready() {
        for (status, ready) in [
            ("CREATE_COMPLETE", true),
            ("UPDATE_ROLLBACK_COMPLETE", true),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", true),
            ("UPDATE_IN_PROGRESS", false),
            ("ROLLBACK_COMPLETE", false),
            ("DELETE_COMPLETE", false),
        ] {
            assert_eq!(Readiness::of(status) == Readiness::Ready, ready, "{status}");
        }
    }
}
