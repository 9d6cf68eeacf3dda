//! The list resource `vpcflow_log`: the flow logs that exist, for `terraform query`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::convert;
use super::destination::{FIREHOSE, LOGS, S3};
use super::filter::Filters;
use super::model::FlowLog;
use super::resource::{Resource, diagnostic};
use crate::arn::{Arn, log_group};
use crate::aws::ec2;
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostics, Finds, Found, Model};

/// Finds flow logs.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListResource;

/// Finds the flow logs of a region, of whatever kind and whoever made them.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The region in which flow logs are looked for. The default is the provider's.
    #[serde(default)]
    pub region: Attr<String>,
}

impl Model for Place {}

impl framework::ListResource for ListResource {
    type Resource = Resource;
    type Model = (Place, Filters);

    fn validate(&self, (_, filters): &(Place, Filters), diagnostics: &mut Diagnostics) {
        filters.judge(diagnostics);
    }

    async fn list(
        &self,
        connection: &Connection,
        (place, filters): (Place, Filters),
        found: &mut Finds<FlowLog>,
        _: &Context,
    ) -> Result<(), Diagnostics> {
        let region = connection.region(place.region.given())?;
        let ec2 = connection.aws()?.ec2(&region);
        let ids = filters.ids();
        let mut pages = ec2.find_paged(&filters.to_ec2(), ids.as_deref(), found.left());
        let failed = |error| {
            let tried = format!("They were asked for by DescribeFlowLogs in {region}.");
            diagnostic("Flow logs not listed".to_owned(), &tried, &error)
        };
        while let Some(page) = pages.next().await.map_err(failed)? {
            for described in page {
                let display_name = display_name(&described);
                let before = FlowLog::default();
                let state = convert::state(described, &before, &region, connection);
                let more = found
                    .send(Found {
                        display_name,
                        state,
                    })
                    .await;
                if !more {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Gives the name of a flow log as people know it: its tag `Name`, else what it watches and where the
/// records go.
fn display_name(described: &ec2::FlowLog) -> String {
    if let Some(name) = described.tags.get("Name").filter(|name| !name.is_empty()) {
        return name.clone();
    }
    let watched = described.resource_id.as_deref().unwrap_or(&described.id);
    match destination_name(described) {
        Some(destination) => format!("{watched} to {destination}"),
        None => format!("{watched} ({})", described.id),
    }
}

fn destination_name(described: &ec2::FlowLog) -> Option<String> {
    let arn = described.log_destination.as_deref();
    let resource = || Some(Arn::parse(arn?)?.resource.to_owned());
    match described.log_destination_type.as_deref() {
        Some(S3) => Some(format!("s3://{}", resource()?)),
        Some(FIREHOSE) => resource(),
        None | Some(LOGS) => described
            .log_group_name
            .as_deref()
            .or_else(|| log_group::name_in_arn(arn?))
            .map(str::to_owned),
        Some(_) => arn.map(str::to_owned),
    }
}
