//! Deployed stacks in plain types, without the SDK's.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types;

/// A deployed stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// Why it has this status.
    pub status_reason: Option<String>,
    /// The values of its parameters. A value that CloudFormation hides is missing.
    pub parameters: BTreeMap<String, String>,
    /// The topics that are notified of its events.
    pub notification_arns: Vec<String>,
    /// The ARN of the stack of which it is a nested stack.
    pub parent: Option<String>,
}

/// One resource of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackResource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name at its service; missing until it is created.
    pub physical_id: Option<String>,
    /// Its type, such as `AWS::EC2::FlowLog`.
    pub resource_type: String,
    /// Its status, such as `DELETE_COMPLETE`.
    pub status: String,
}

/// CloudFormation shows this instead of the value of a parameter with `NoEcho`.
const HIDDEN: &str = "****";

impl From<types::Stack> for Stack {
    fn from(stack: types::Stack) -> Self {
        let parameters = stack.parameters.unwrap_or_default().into_iter();
        let known = parameters.filter_map(|parameter| {
            // The resolved value is the one in Systems Manager, of which the parameter holds the name.
            let value = parameter.resolved_value.or(parameter.parameter_value)?;
            Some((parameter.parameter_key?, value)).filter(|(_, value)| value != HIDDEN)
        });
        let status = stack.stack_status;
        Self {
            id: stack.stack_id.unwrap_or_default(),
            name: stack.stack_name.unwrap_or_default(),
            status: status.map_or_else(String::new, |status| status.as_str().to_owned()),
            status_reason: stack.stack_status_reason,
            parameters: known.collect(),
            notification_arns: stack.notification_arns.unwrap_or_default(),
            parent: stack.parent_id.filter(|id| !id.is_empty()),
        }
    }
}

impl From<types::StackResourceSummary> for StackResource {
    fn from(resource: types::StackResourceSummary) -> Self {
        let status = resource.resource_status;
        Self {
            logical_id: resource.logical_resource_id.unwrap_or_default(),
            physical_id: resource.physical_resource_id.filter(|id| !id.is_empty()),
            resource_type: resource.resource_type.unwrap_or_default(),
            status: status.map_or_else(String::new, |status| status.as_str().to_owned()),
        }
    }
}
