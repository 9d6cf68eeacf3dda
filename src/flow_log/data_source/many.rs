//! The data source `vpcflow_logs`: all flow logs that match, if any.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::diagnostics::call_failed;
use super::super::filter::Filters;
use super::find::find;
use super::view::View;
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostics, Model, behaviour};

/// Finds flow logs by filters, tags and IDs. Without any of them, it finds all flow logs of the region. An empty result
/// is not an error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Search {
    /// The region of the flow logs. The default is the region of the provider.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub region: Attr<String>,
}

impl Model for Search {}

/// The matching flow logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// The IDs of the flow logs, in order.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub ids: Attr<Vec<String>>,
    /// The flow logs with all their attributes, in the order of their IDs.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub flow_logs: Attr<Vec<View>>,
}

impl Model for Found {}

/// The data source `vpcflow_logs`.
#[derive(Debug)]
pub struct DataSources;

impl framework::DataSource for DataSources {
    type Connection = Connection;
    type Model = (Search, Filters, Found);
    const TYPE_NAME: &'static str = "vpcflow_logs";

    fn validate(&self, (_, filters, _): &Self::Model, diagnostics: &mut Diagnostics) {
        filters.check(diagnostics);
    }

    async fn read(
        &self,
        connection: &Connection,
        (search, filters, _): Self::Model,
        _context: &Context,
    ) -> Result<Self::Model, Diagnostics> {
        let region = connection.region(search.region.given())?;
        let ec2 = connection.aws()?.ec2(&region);
        let found = find(&ec2, &filters, None).await.map_err(|error| {
            let tried = "DescribeFlowLogs was called.";
            let summary = "Flow logs not read".to_owned();
            call_failed("flow-logs-not-read", summary, tried, &error)
        })?;
        let ids = found.iter().map(|log| log.id.clone()).collect();
        let flow_logs = found
            .into_iter()
            .map(|log| View::of(log, &region, connection));
        let found = Found {
            ids: Attr::Known(ids),
            flow_logs: Attr::Known(flow_logs.collect()),
        };
        let search = Search {
            // Kept as it was written, also if it is empty.
            region: search.region.or(Attr::Known(region)),
        };
        Ok((search, filters, found))
    }
}
