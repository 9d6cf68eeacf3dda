//! The data source `vpcflow_log`: exactly one flow log.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::diagnostics::call_failed;
use super::super::filter::Filters;
use super::find::find;
use super::view::View;
use crate::arn::flow_log;
use crate::aws::ec2;
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostic, Diagnostics, Model, behaviour};

/// The number of flow logs that an error lists.
const LISTED: usize = 10;

/// Finds one flow log by its ID, filters or tags. The query fails if no flow log matches, or more than one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lookup {
    /// The ID of the flow log (`fl-…`). **One of `id`, `filter`, `tags` and `flow_log_ids` is required**. The flow log must also match the filters and tags, if there are any.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub id: Attr<String>,
    /// The region of the flow log. The default is the region of the provider.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub region: Attr<String>,
    /// Tags that the flow log must have, with these values. `*` matches any text, `?` any character. The result
    /// contains all tags of the flow log.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
}

impl Model for Lookup {}

/// The data source `vpcflow_log`.
#[derive(Debug)]
pub struct DataSource;

impl framework::DataSource for DataSource {
    type Connection = Connection;
    /// The arguments come first, because the first declaration of a name determines its schema.
    type Model = (Lookup, Filters, View);
    const TYPE_NAME: &'static str = "vpcflow_log";

    fn validate(&self, (lookup, filters, _): &Self::Model, diagnostics: &mut Diagnostics) {
        filters.check(diagnostics);
        match lookup.id.given() {
            Some(id) if !flow_log::is_id(id) => {
                let detail = format!(
                    "`id` is \"{id}\". The ID of a flow log looks like fl-0123456789abcdef0."
                );
                diagnostics.error("id", "malformed-id", "Malformed ID", detail);
            }
            None if filters.is_empty() && !lookup.id.is_unknown() => {
                diagnostics.error(
                    "id",
                    "missing-id-or-filters",
                    "Missing ID or filters",
                    "Set `id` to the id of a flow log, or select one by `filter` blocks, `tags` or `flow_log_ids`. To get \
                     all flow logs, use the data source `vpcflow_logs`.",
                );
            }
            _ => {}
        }
    }

    async fn read(
        &self,
        connection: &Connection,
        (lookup, filters, _): Self::Model,
        _context: &Context,
    ) -> Result<Self::Model, Diagnostics> {
        let region = connection.region(lookup.region.given())?;
        let ec2 = connection.aws()?.ec2(&region);
        let mut found = find(&ec2, &filters, lookup.id.given())
            .await
            .map_err(|error| {
                let tried = "DescribeFlowLogs was called.";
                let summary = "Flow log not read".to_owned();
                call_failed("flow-log-not-read", summary, tried, &error)
            })?;
        if found.len() > 1 {
            return Err(several(&found, &region).into());
        }
        let Some(one) = found.pop() else {
            return Err(none(lookup.id.given(), &region).into());
        };
        let view = View::of(one, &region, connection);
        let filters = Filters {
            tags: view.tags.clone(),
            ..filters
        };
        let lookup = Lookup {
            id: view.id.clone(),
            // Kept as it was written, also if it is empty.
            region: lookup.region.or(view.region.clone()),
            tags: view.tags.clone(),
        };
        Ok((lookup, filters, view))
    }
}

fn none(id: Option<&str>, region: &str) -> Diagnostic {
    let what = match id {
        Some(id) => format!("No flow log {id} in {region} matches."),
        None => format!("No flow log in {region} matches."),
    };
    let diagnostic = Diagnostic::error(
        "no-flow-log-found",
        "No flow log found",
        format!(
            "{what} Check the id, the filters and the tags, and set `region` if the flow log is in another region. If \
             there may be none, use the data source `vpcflow_logs`."
        ),
    );
    match id {
        Some(_) => diagnostic.at("id"),
        None => diagnostic,
    }
}

fn several(found: &[ec2::FlowLog], region: &str) -> Diagnostic {
    let mut lines: Vec<String> = found.iter().take(LISTED).map(line).collect();
    if found.len() > LISTED {
        lines.push(format!("… and {} more", found.len() - LISTED));
    }
    Diagnostic::error(
        "more-than-one-flow-log-found",
        "More than one flow log found",
        format!(
            "{} flow logs in {region} match, but exactly one must match. Set `id`, or add filters or tags. To get all of \
             them, use the data source `vpcflow_logs`. They are:\n\n{}",
            found.len(),
            lines.join("\n")
        ),
    )
}

/// Describes a flow log in one line.
fn line(log: &ec2::FlowLog) -> String {
    let destination = log.log_destination.as_deref();
    let destination = destination
        .or(log.log_group_name.as_deref())
        .unwrap_or("an unknown destination");
    let resource = log.resource_id.as_deref().unwrap_or("an unknown resource");
    let name = log.tags.get("Name").map(|name| format!(" ({name})"));
    format!(
        "  {}{}: {resource} to {destination}",
        log.id,
        name.unwrap_or_default()
    )
}
