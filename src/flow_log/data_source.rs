//! The data source `vpcflow_log`: the one flow log that is meant.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::described::Described;
use super::filter::Filters;
use super::resource::diagnostic;
use crate::arn::flow_log;
use crate::aws::ec2::{self, Ec2};
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostic, Diagnostics, Model, behaviour};

/// How many matches an error names.
const NAMED: usize = 10;

/// Finds one flow log, by its id or by filters. It is an error if none matches, or more than one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lookup {
    /// The id of the flow log (`fl-…`). Filters and tags that are given beside it must fit too.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub id: Attr<String>,
    /// The region in which the flow log is. The default is the provider's.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub region: Attr<String>,
    /// Tags that the flow log must have, with these values. `*` stands for any text, `?` for any
    /// character. When read: all tags of the flow log that was found.
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
    /// The arguments stand first: where names are equal, theirs is the schema.
    type Model = (Lookup, Filters, Described);
    const TYPE_NAME: &'static str = "vpcflow_log";

    fn validate(&self, (lookup, filters, _): &Self::Model, diagnostics: &mut Diagnostics) {
        filters.judge(diagnostics);
        match lookup.id.given() {
            Some(id) if !flow_log::is_id(id) => {
                let detail =
                    format!("`id` is \"{id}\"; ids of flow logs look like fl-0123456789abcdef0.");
                diagnostics.error("id", "malformed-id", "Malformed id", detail);
            }
            None if filters.is_empty() && !lookup.id.is_unknown() => {
                diagnostics.error(
                    "id",
                    "which-flow-log",
                    "Which flow log?",
                    "Set `id` to the id of a flow log, or say by `filter` blocks, `tags` or \
                     `flow_log_ids` which one is meant. For all flow logs there is the data source \
                     `vpcflow_logs`.",
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
                let tried = "The flow log was looked for by DescribeFlowLogs.";
                diagnostic("Flow log not read".to_owned(), tried, &error)
            })?;
        if found.len() > 1 {
            return Err(several(&found, &region).into());
        }
        let Some(one) = found.pop() else {
            return Err(none(lookup.id.given(), &region).into());
        };
        let described = Described::of(one, &region, connection);
        let filters = Filters {
            tags: described.tags.clone(),
            ..filters
        };
        let lookup = Lookup {
            id: described.id.clone(),
            region: described.region.clone(),
            tags: described.tags.clone(),
        };
        Ok((lookup, filters, described))
    }
}

/// Finds the flow logs that are meant, on all pages, in the order of their ids.
pub(super) async fn find(
    ec2: &Ec2,
    filters: &Filters,
    id: Option<&str>,
) -> Result<Vec<ec2::FlowLog>, crate::aws::Error> {
    let conditions = filters.to_ec2();
    let mut ids = filters.ids();
    if let Some(id) = id {
        let meant = ids.is_none_or(|ids| ids.iter().any(|other| other == id));
        ids = Some(meant.then(|| id.to_owned()).into_iter().collect());
    }
    let mut found = match ids {
        Some(ids) => ec2.find_among(&ids, &conditions).await?,
        None => ec2.find(&conditions).await?,
    };
    found.sort_by(|a, b| a.id.cmp(&b.id));
    // A page may repeat what changed its place while the pages were read.
    found.dedup_by(|a, b| a.id == b.id);
    Ok(found)
}

fn none(id: Option<&str>, region: &str) -> Diagnostic {
    let what = match id {
        Some(id) => format!("no flow log {id} that fits"),
        None => "no flow log that fits".to_owned(),
    };
    let diagnostic = Diagnostic::error(
        "no-flow-log-found",
        "No flow log found",
        format!(
            "There is {what} in {region}. Check the id, the filters and the tags, and set `region` if it \
             is elsewhere. If there may be none, use the data source `vpcflow_logs`."
        ),
    );
    match id {
        Some(_) => diagnostic.at("id"),
        None => diagnostic,
    }
}

fn several(found: &[ec2::FlowLog], region: &str) -> Diagnostic {
    let mut lines: Vec<String> = found.iter().take(NAMED).map(line).collect();
    if found.len() > NAMED {
        lines.push(format!("… and {} more", found.len() - NAMED));
    }
    Diagnostic::error(
        "more-than-one-flow-log-found",
        "More than one flow log found",
        format!(
            "{} flow logs in {region} fit; one is wanted. Set `id`, or add filters or tags. For all of \
             them there is the data source `vpcflow_logs`. They are:\n\n{}",
            found.len(),
            lines.join("\n")
        ),
    )
}

/// Tells a person which flow log it is.
fn line(log: &ec2::FlowLog) -> String {
    let destination = log.log_destination.as_deref();
    let destination = destination
        .or(log.log_group_name.as_deref())
        .unwrap_or("nowhere");
    let resource = log.resource_id.as_deref().unwrap_or("nothing");
    let name = log.tags.get("Name").map(|name| format!(" ({name})"));
    format!(
        "  {}{}: {resource} to {destination}",
        log.id,
        name.unwrap_or_default()
    )
}
