//! The data source `vpcflow_logs`: all flow logs that are meant, none included.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::data_source::find;
use super::described::Described;
use super::filter::Filters;
use super::resource::diagnostic;
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostics, Model, behaviour};

/// Finds flow logs by filters, tags and ids; without any, all of the region. That there is none is no
/// error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Search {
    /// The region in which the flow logs are. The default is the provider's.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub region: Attr<String>,
}

impl Model for Search {}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// The ids of the flow logs, in order.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub ids: Attr<Vec<String>>,
    /// The flow logs, in the order of their ids, each with all its attributes.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub flow_logs: Attr<Vec<Described>>,
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
        filters.judge(diagnostics);
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
            let tried = "Flow logs were looked for by DescribeFlowLogs.";
            diagnostic("Flow logs not read".to_owned(), tried, &error)
        })?;
        let ids = found.iter().map(|log| log.id.clone()).collect();
        let flow_logs = found
            .into_iter()
            .map(|log| Described::of(log, &region, connection));
        let found = Found {
            ids: Attr::Known(ids),
            flow_logs: Attr::Known(flow_logs.collect()),
        };
        let search = Search {
            region: Attr::Known(region),
        };
        Ok((search, filters, found))
    }
}
