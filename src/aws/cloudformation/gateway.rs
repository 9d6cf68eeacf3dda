//! CloudFormation in one region. This module must not know what is in a template.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::operation::{
    describe_stacks::DescribeStacksOutput, get_template::GetTemplateOutput,
    list_exports::ListExportsOutput, list_stack_resources::ListStackResourcesOutput,
};
use aws_sdk_cloudformation::types::TemplateStage;

use super::super::{
    call::{Call, CallContext, QUERY_TIME, send},
    error::{Error, Kind},
};
use super::model::{Stack, StackResource};

/// CloudFormation in one region.
#[derive(Clone, Debug)]
pub struct CloudFormation {
    client: Client,
    region: String,
    context: CallContext,
}

impl CloudFormation {
    pub(in super::super) fn new(client: Client, region: &str, context: CallContext) -> Self {
        Self {
            client,
            region: region.to_owned(),
            context,
        }
    }

    /// Describes a stack by name or ARN. Returns `None` if it does not exist. A deleted stack exists by its ARN only.
    pub async fn stack(&self, name: &str) -> Result<Option<Stack>, Error> {
        match self.stacks_page(Some(name), None).await {
            Ok((stacks, _)) => Ok(stacks.into_iter().next()),
            Err(error) if error.is_stack_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Describes all stacks of the region, on all pages. Deleted stacks are not among them.
    pub async fn stacks(&self) -> Result<Vec<Stack>, Error> {
        let gateway = self.within_one_query();
        all_pages(async |token| gateway.stacks_page(None, token).await).await
    }

    /// Returns the template of a stack after its macros, in JSON or YAML.
    pub async fn template(&self, stack: &str) -> Result<String, Error> {
        let call = self
            .query("GetTemplate")
            .requiring(|reply: &GetTemplateOutput, _| {
                reply
                    .template_body
                    .is_none()
                    .then_some("the reply contains no template")
            });
        let request = self.client.get_template().stack_name(stack);
        let request = request.template_stage(TemplateStage::Processed);
        let reply = call.run(send!(request, call)).await?;
        Ok(reply.template_body.unwrap_or_default())
    }

    /// Lists the resources of a stack, on all pages.
    pub async fn resources(&self, stack: &str) -> Result<Vec<StackResource>, Error> {
        let gateway = self.within_one_query();
        all_pages(async |token| gateway.resources_page(stack, token).await).await
    }

    /// Lists the values that the stacks of the region export, by name, on all pages.
    pub async fn exports(&self) -> Result<BTreeMap<String, String>, Error> {
        let gateway = self.within_one_query();
        let exports = all_pages(async |token| gateway.exports_page(token).await).await?;
        Ok(exports.into_iter().collect())
    }

    async fn stacks_page(
        &self,
        name: Option<&str>,
        token: Option<String>,
    ) -> Result<Page<Stack>, Error> {
        let call = self
            .query("DescribeStacks")
            .requiring(|page: &DescribeStacksOutput, _| {
                page.stacks
                    .is_none()
                    .then_some("the reply contains no list of stacks")
            });
        let request = self.client.describe_stacks();
        let request = request
            .set_stack_name(name.map(str::to_owned))
            .set_next_token(token.clone());
        let page = call.run(send!(request, call)).await?;
        let stacks = page.stacks.unwrap_or_default().into_iter();
        let next = next(&call, token.as_deref(), page.next_token)?;
        Ok((stacks.map(Stack::from).collect(), next))
    }

    async fn resources_page(
        &self,
        stack: &str,
        token: Option<String>,
    ) -> Result<Page<StackResource>, Error> {
        let call =
            self.query("ListStackResources")
                .requiring(|page: &ListStackResourcesOutput, _| {
                    page.stack_resource_summaries
                        .is_none()
                        .then_some("the reply contains no list of resources")
                });
        let request = self.client.list_stack_resources().stack_name(stack);
        let request = request.set_next_token(token.clone());
        let page = call.run(send!(request, call)).await?;
        let resources = page
            .stack_resource_summaries
            .unwrap_or_default()
            .into_iter();
        let next = next(&call, token.as_deref(), page.next_token)?;
        Ok((resources.map(StackResource::from).collect(), next))
    }

    async fn exports_page(&self, token: Option<String>) -> Result<Page<(String, String)>, Error> {
        let call = self
            .query("ListExports")
            .requiring(|page: &ListExportsOutput, _| {
                page.exports
                    .is_none()
                    .then_some("the reply contains no list of exports")
            });
        let request = self.client.list_exports().set_next_token(token.clone());
        let page = call.run(send!(request, call)).await?;
        let exports = page.exports.unwrap_or_default().into_iter();
        let next = next(&call, token.as_deref(), page.next_token)?;
        let named = exports.filter_map(|export| Some((export.name?, export.value?)));
        Ok((named.collect(), next))
    }

    fn query(&self, operation: &'static str) -> Call {
        Call::query(operation, Some(&self.region), &self.context)
    }

    /// Returns this gateway with the time limit of one query for all pages together.
    fn within_one_query(&self) -> Self {
        Self {
            context: self.context.within(QUERY_TIME),
            ..self.clone()
        }
    }
}

/// What is on a page, and the token of the next one.
type Page<T> = (Vec<T>, Option<String>);

/// Returns the token of the next page. A reply that repeats the token of its page would never end.
fn next(call: &Call, token: Option<&str>, next: Option<String>) -> Result<Option<String>, Error> {
    let next = next.filter(|next| !next.is_empty());
    if next.is_some() && next.as_deref() == token {
        return Err(call.error(Kind::Unreadable, "the reply repeats the token of its page"));
    }
    Ok(next)
}

/// Reads all pages of a list. The time limit of the query ends a list that never ends.
async fn all_pages<T>(
    page: impl AsyncFn(Option<String>) -> Result<Page<T>, Error>,
) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let (found, next) = page(token).await?;
        all.extend(found);
        if next.is_none() {
            return Ok(all);
        }
        token = next;
    }
}
