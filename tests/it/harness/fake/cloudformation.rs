//! CloudFormation: DescribeStacks, GetTemplate, ListStackResources and ListExports, page by page.

use std::collections::BTreeMap;

use super::request::Request;
use super::server::{ApiError, Outcome, Reply};
use super::state::{ACCOUNT, State};
use super::xml::Xml;

const NAMESPACE: &str = "xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"";

/// A stack as CloudFormation stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeployedStack {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) status: String,
    pub(crate) status_reason: Option<String>,
    /// The template after macros.
    pub(crate) template: String,
    /// The values of parameters, and the values in Systems Manager of those that name one.
    pub(crate) parameters: Vec<(String, String, Option<String>)>,
    pub(crate) resources: Vec<DeployedResource>,
    pub(crate) notification_arns: Vec<String>,
    pub(crate) exports: BTreeMap<String, String>,
    /// The name of the stack that contains it.
    pub(crate) parent: Option<String>,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeployedResource {
    pub(crate) logical_id: String,
    pub(crate) physical_id: String,
    pub(crate) resource_type: String,
    pub(crate) status: String,
}

impl DeployedStack {
    /// Returns a complete stack without parameters and resources. A test can change it.
    #[cfg(feature = "aws")]
    pub(crate) fn of(name: &str, template: &str) -> Self {
        Self {
            name: name.to_owned(),
            region: super::state::REGION.to_owned(),
            status: "CREATE_COMPLETE".to_owned(),
            status_reason: None,
            template: template.to_owned(),
            parameters: Vec::new(),
            resources: Vec::new(),
            notification_arns: Vec::new(),
            exports: BTreeMap::new(),
            parent: None,
        }
    }

    /// Adds a resource.
    #[cfg(feature = "aws")]
    pub(crate) fn with(mut self, logical_id: &str, resource_type: &str, physical_id: &str) -> Self {
        self.resources.push(DeployedResource {
            logical_id: logical_id.to_owned(),
            physical_id: physical_id.to_owned(),
            resource_type: resource_type.to_owned(),
            status: "CREATE_COMPLETE".to_owned(),
        });
        self
    }

    /// Returns its ARN, which contains a number in addition to the name.
    pub(crate) fn id(&self) -> String {
        id(&self.region, &self.name)
    }
}

/// Handles a call.
pub(super) fn answer(state: &State, request: &Request, request_id: &str) -> Outcome {
    match request.action.as_str() {
        "DescribeStacks" => describe_stacks(state, request, request_id),
        "GetTemplate" => {
            let stack = named(state, request)?;
            Ok(Reply::query(NAMESPACE, "GetTemplate", request_id, |xml| {
                xml.text("TemplateBody", &stack.template);
                xml.group("StagesAvailable", |xml| {
                    xml.text("member", "Original").text("member", "Processed");
                });
            }))
        }
        "ListStackResources" => list_resources(state, request, request_id),
        "ListExports" => list_exports(state, request, request_id),
        other => Err(ApiError::new(
            "InvalidAction",
            format!("Could not find operation {other} for version 2010-05-15"),
        )),
    }
}

fn describe_stacks(state: &State, request: &Request, request_id: &str) -> Outcome {
    let in_region = |stack: &&DeployedStack| stack.region == request.region;
    let stacks: Vec<_> = match request.get("StackName") {
        Some(_) => vec![named(state, request)?],
        None => state
            .stacks
            .iter()
            .filter(in_region)
            .filter(|stack| stack.status != "DELETE_COMPLETE")
            .collect(),
    };
    let (page, next) = page(state, request, &stacks)?;
    Ok(Reply::query(
        NAMESPACE,
        "DescribeStacks",
        request_id,
        |xml| {
            xml.group("Stacks", |xml| {
                for stack in page {
                    xml.group("member", |xml| describe(xml, stack));
                }
            });
            xml.optional("NextToken", next.as_deref());
        },
    ))
}

fn describe(xml: &mut Xml, stack: &DeployedStack) {
    xml.text("StackName", &stack.name)
        .text("StackId", &stack.id());
    xml.text("StackStatus", &stack.status);
    xml.optional("StackStatusReason", stack.status_reason.as_deref());
    xml.text("CreationTime", "2026-01-02T03:04:05.678Z");
    let parent = stack.parent.as_deref().map(|name| id(&stack.region, name));
    xml.optional("ParentId", parent.as_deref());
    xml.group("NotificationARNs", |xml| {
        for topic in &stack.notification_arns {
            xml.text("member", topic);
        }
    });
    xml.group("Parameters", |xml| {
        for (key, value, resolved) in &stack.parameters {
            xml.group("member", |xml| {
                xml.text("ParameterKey", key).text("ParameterValue", value);
                xml.optional("ResolvedValue", resolved.as_deref());
            });
        }
    });
}

fn list_resources(state: &State, request: &Request, request_id: &str) -> Outcome {
    let resources: Vec<_> = named(state, request)?.resources.iter().collect();
    let (page, next) = page(state, request, &resources)?;
    Ok(Reply::query(
        NAMESPACE,
        "ListStackResources",
        request_id,
        |xml| {
            xml.group("StackResourceSummaries", |xml| {
                for resource in page {
                    xml.group("member", |xml| {
                        xml.text("LogicalResourceId", &resource.logical_id);
                        xml.text("PhysicalResourceId", &resource.physical_id);
                        xml.text("ResourceType", &resource.resource_type);
                        xml.text("ResourceStatus", &resource.status);
                        xml.text("LastUpdatedTimestamp", "2026-01-02T03:04:05.678Z");
                    });
                }
            });
            xml.optional("NextToken", next.as_deref());
        },
    ))
}

fn list_exports(state: &State, request: &Request, request_id: &str) -> Outcome {
    let stacks = state
        .stacks
        .iter()
        .filter(|stack| stack.region == request.region);
    let exports: Vec<_> = stacks
        .flat_map(|stack| stack.exports.iter().map(move |export| (stack, export)))
        .collect();
    let (page, next) = page(state, request, &exports)?;
    Ok(Reply::query(NAMESPACE, "ListExports", request_id, |xml| {
        xml.group("Exports", |xml| {
            for (stack, (name, value)) in page {
                xml.group("member", |xml| {
                    xml.text("ExportingStackId", &stack.id());
                    xml.text("Name", name).text("Value", value);
                });
            }
        });
        xml.optional("NextToken", next.as_deref());
    }))
}

/// Returns the stack that a request names. A deleted stack has no name any more, only its ARN.
fn named<'s>(state: &'s State, request: &Request) -> Result<&'s DeployedStack, ApiError> {
    let name = request.get("StackName").unwrap_or_default();
    let is_meant = |stack: &&DeployedStack| {
        let by_name = stack.name == name && stack.status != "DELETE_COMPLETE";
        stack.region == request.region && (by_name || stack.id() == name)
    };
    state.stacks.iter().find(is_meant).ok_or_else(|| {
        ApiError::new(
            "ValidationError",
            format!("Stack with id {name} does not exist"),
        )
    })
}

/// Returns the page of a list that a request asks for, and the token of the next page.
fn page<'l, T>(
    state: &State,
    request: &Request,
    list: &'l [T],
) -> Result<(&'l [T], Option<String>), ApiError> {
    let start = match request.get("NextToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("from-")
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| ApiError::new("ValidationError", "invalid token"))?,
    };
    let end = list.len().min(start + state.settings.stacks_page);
    let next = (end < list.len()).then(|| format!("from-{end}"));
    Ok((&list[start..end], next))
}

fn id(region: &str, name: &str) -> String {
    let number: u64 = name
        .bytes()
        .fold(7, |sum, byte| sum * 31 % 999_983 + u64::from(byte));
    format!(
        "arn:{}:cloudformation:{region}:{ACCOUNT}:stack/{name}/0a1b2c3d-0000-4000-8000-{number:012}",
        super::sts::partition(region)
    )
}
