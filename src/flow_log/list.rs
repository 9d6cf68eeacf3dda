//! The list resource `vpcflow_log`: the flow logs that exist, for `terraform query`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::convert;
use super::delivery::Destination;
use super::destination::{FIREHOSE, LOGS, S3};
use super::diagnostics::call_failed;
use super::filter::Filters;
use super::model::FlowLog;
use super::resource::Resource;
use crate::arn::Arn;
use crate::aws::ec2;
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostics, Finds, Found, Model};

/// Finds flow logs.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListResource;

/// Finds the flow logs of a region, including those that were created outside of Terraform.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The region of the flow logs. The default is the region of the provider.
    #[serde(default)]
    pub region: Attr<String>,
}

impl Model for Place {}

impl framework::ListResource for ListResource {
    type Resource = Resource;
    type Model = (Place, Filters);

    fn validate(&self, (_, filters): &(Place, Filters), diagnostics: &mut Diagnostics) {
        filters.check(diagnostics);
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
            let tried = format!("DescribeFlowLogs was called in {region}.");
            let summary = "Flow logs not listed".to_owned();
            call_failed("flow-logs-not-listed", summary, &tried, &error)
        };
        while let Some(page) = pages.next().await.map_err(failed)? {
            for described in page {
                let display_name = display_name(&described);
                let before = FlowLog::default();
                let state = convert::state(described, &before, &region, connection);
                let is_more_wanted = found
                    .send(Found {
                        display_name,
                        state,
                    })
                    .await;
                if !is_more_wanted {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Returns a readable name: the tag `Name`, otherwise the recorded resource and the destination.
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
        None | Some(LOGS) => {
            let log_group = Destination::described(described).log_group;
            log_group.map(str::to_owned)
        }
        Some(_) => arn.map(str::to_owned),
    }
}
