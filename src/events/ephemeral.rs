//! The ephemeral resource `vpcflow_log_events`: the data source's query, whose traffic goes neither into the plan
//! nor into the state. What it says about what it read is fixed text: messages are kept by whoever runs Terraform.

use super::completeness::Telling;
use super::data_source::{Model, read};
use super::search;
use crate::connection::Connection;
use crate::framework::{self, Context, Diagnostics};

/// The ephemeral resource `vpcflow_log_events`.
#[derive(Debug)]
pub struct EphemeralResource;

impl framework::EphemeralResource for EphemeralResource {
    type Connection = Connection;
    type Model = Model;
    const TYPE_NAME: &'static str = "vpcflow_log_events";

    fn validate(&self, (_, query, quals, ..): &Model, diagnostics: &mut Diagnostics) {
        search::validate(query, quals, diagnostics);
    }

    async fn open(
        &self,
        connection: &Connection,
        model: Model,
        context: &Context,
    ) -> Result<Model, Diagnostics> {
        read(connection, model, context, Telling::FixedText).await
    }
}
