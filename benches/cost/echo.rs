//! The echo provider: it has the schema of the real provider and no logic.
//!
//! It validates nothing, plans the proposed values and reads the current values. It shows what Terraform needs with any
//! provider of this schema. The difference is the cost of our provider.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use prost::Message;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use vpcflow::plugin::{self, Identity};
use vpcflow::protocol::pb::provider_server::{Provider, ProviderServer};
use vpcflow::protocol::pb::{
    DynamicValue, configure_provider, get_metadata, get_provider_schema, plan_resource_change,
    read_data_source, read_resource, upgrade_resource_state, validate_data_resource_config,
    validate_provider_config, validate_resource_config,
};

use crate::client::COOKIE;

/// The variable that names the file with the schema, as the real provider sent it. If it is set, this program is the
/// echo provider.
pub(crate) const SCHEMA: &str = "VPCFLOW_ECHO_SCHEMA";

/// The variable that names the file with the result of a data source, as the real provider encoded it.
pub(crate) const ANSWER: &str = "VPCFLOW_ECHO_ANSWER";

const IDENTITY: Identity = Identity {
    cookie_key: COOKIE.0,
    cookie_value: COOKIE.1,
    app_protocol: 6,
    log: plugin::log::Policy {
        level_variables: &["TF_LOG_PROVIDER", "TF_LOG"],
        targets: &[],
        fields: &[],
    },
};

/// Serves as a child of Terraform until Terraform stops it.
pub(crate) fn serve(schema: &Path) -> Result<(), Box<dyn Error>> {
    let schema = get_provider_schema::Response::decode(&*fs::read(schema)?)?;
    let answer = env::var_os(ANSWER).map(fs::read).transpose()?;
    let service = ProviderServer::new(Echo { schema, answer })
        .max_decoding_message_size(plugin::MESSAGE_LIMIT)
        .max_encoding_message_size(plugin::MESSAGE_LIMIT);
    // One thread, because waking other threads costs more than these small calls.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let routes = Routes::new(service);
    runtime.block_on(plugin::serve(&IDENTITY, routes, CancellationToken::new()))?;
    Ok(())
}

struct Echo {
    schema: get_provider_schema::Response,
    answer: Option<Vec<u8>>,
}

#[tonic::async_trait]
impl Provider for Echo {
    async fn get_metadata(
        &self,
        _: Request<get_metadata::Request>,
    ) -> Result<Response<get_metadata::Response>, Status> {
        let resource = |name: &String| get_metadata::ResourceMetadata {
            type_name: name.clone(),
        };
        let data_source = |name: &String| get_metadata::DataSourceMetadata {
            type_name: name.clone(),
        };
        Ok(Response::new(get_metadata::Response {
            server_capabilities: self.schema.server_capabilities,
            resources: self.schema.resource_schemas.keys().map(resource).collect(),
            data_sources: self
                .schema
                .data_source_schemas
                .keys()
                .map(data_source)
                .collect(),
            ..Default::default()
        }))
    }

    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        Ok(Response::new(self.schema.clone()))
    }

    async fn validate_provider_config(
        &self,
        _: Request<validate_provider_config::Request>,
    ) -> Result<Response<validate_provider_config::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn validate_resource_config(
        &self,
        _: Request<validate_resource_config::Request>,
    ) -> Result<Response<validate_resource_config::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn configure_provider(
        &self,
        _: Request<configure_provider::Request>,
    ) -> Result<Response<configure_provider::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn validate_data_resource_config(
        &self,
        _: Request<validate_data_resource_config::Request>,
    ) -> Result<Response<validate_data_resource_config::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn read_data_source(
        &self,
        _: Request<read_data_source::Request>,
    ) -> Result<Response<read_data_source::Response>, Status> {
        let state = self.answer.clone().map(|msgpack| DynamicValue {
            msgpack,
            json: Vec::new(),
        });
        Ok(Response::new(read_data_source::Response {
            state,
            ..Default::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Result<Response<plan_resource_change::Response>, Status> {
        let request = request.into_inner();
        Ok(Response::new(plan_resource_change::Response {
            planned_state: request.proposed_new_state,
            planned_private: request.prior_private,
            ..Default::default()
        }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Result<Response<upgrade_resource_state::Response>, Status> {
        let state = request.into_inner().raw_state;
        let state = state.map(|state| DynamicValue {
            msgpack: Vec::new(),
            json: state.json,
        });
        Ok(Response::new(upgrade_resource_state::Response {
            upgraded_state: state,
            ..Default::default()
        }))
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        let request = request.into_inner();
        Ok(Response::new(read_resource::Response {
            new_state: request.current_state,
            private: request.private,
            ..Default::default()
        }))
    }
}
