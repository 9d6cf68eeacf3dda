//! The ephemeral resource `vpcflow_log_events`: the query of the data source, whose results go neither into the plan nor
//! into the state. Its messages are fixed text, since logs of Terraform runs are often kept.

use super::query::{Model, read};
use crate::connection::Connection;
use crate::events::completeness::Detail;
use crate::events::query;
use crate::framework::{self, Context, Diagnostics};

/// The ephemeral resource `vpcflow_log_events`.
#[derive(Debug)]
pub struct EphemeralResource;

impl framework::EphemeralResource for EphemeralResource {
    type Connection = Connection;
    type Model = Model;
    const TYPE_NAME: &'static str = "vpcflow_log_events";

    fn validate(&self, (_, query, quals, ..): &Model, diagnostics: &mut Diagnostics) {
        query::validate(query, quals, diagnostics);
    }

    async fn open(
        &self,
        connection: &Connection,
        model: Model,
        context: &Context,
    ) -> Result<Model, Diagnostics> {
        read(connection, model, context, Detail::FixedText).await
    }
}
