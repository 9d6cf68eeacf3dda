//! The data source `vpcflow_log_events`: source, window and quals in, typed events out.

use super::query::{Model, read};
use crate::connection::Connection;
use crate::events::completeness::Detail;
use crate::events::query;
use crate::framework::{self, Context, Diagnostics};

/// The data source `vpcflow_log_events`.
#[derive(Debug)]
pub struct DataSource;

impl framework::DataSource for DataSource {
    type Connection = Connection;
    type Model = Model;
    const TYPE_NAME: &'static str = "vpcflow_log_events";

    fn validate(&self, (_, query, quals, ..): &Model, diagnostics: &mut Diagnostics) {
        query::validate(query, quals, diagnostics);
    }

    async fn read(
        &self,
        connection: &Connection,
        model: Model,
        context: &Context,
    ) -> Result<Model, Diagnostics> {
        read(connection, model, context, Detail::Full).await
    }
}
