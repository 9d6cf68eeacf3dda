//! A client for all nouns of the provider, which keeps every byte that the provider says.
//!
//! It takes configurations as JSON, and the schemas from the catalogue of the provider. It checks nothing.

use prost::Message;
use serde_json::Value as Json;
use tonic::transport::Channel;
use tonic::{Response, Status, Streaming};
use vpcflow::connection::Connection;
use vpcflow::cty::{self, Type, Value};
use vpcflow::framework::{Catalogue, Provider as _, Schema, lower};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::provider::{Config, Provider};

use super::core::rules;
use super::wire::encoded;

/// A client of a provider.
pub(crate) struct Nouns {
    calls: ProviderClient<Channel>,
    catalogue: Catalogue<Connection>,
    provider: Schema,
    said: Vec<u8>,
}

impl Nouns {
    pub(crate) fn new(channel: Channel) -> Self {
        Self {
            calls: ProviderClient::new(channel),
            catalogue: Provider::catalogue(),
            provider: lower::<Config>(0).unwrap(),
            said: Vec::new(),
        }
    }

    /// Returns every response so far, as it arrived: values, private data, diagnostics and errors.
    pub(crate) fn said(&self) -> &[u8] {
        &self.said
    }

    /// Forgets the responses so far.
    pub(crate) fn forget(&mut self) {
        self.said.clear();
    }

    /// Validates and configures the provider.
    pub(crate) async fn configure(&mut self, config: &Json) -> Vec<pb::Diagnostic> {
        let config = encoded(&value(&self.provider, config), &self.provider.ty);
        let request = pb::validate_provider_config::Request {
            config: config.clone(),
        };
        let answer = self.calls.validate_provider_config(request).await;
        let mut said = self.keep(answer).diagnostics;
        let request = pb::configure_provider::Request {
            config,
            ..Default::default()
        };
        let answer = self.calls.configure_provider(request).await;
        said.extend(self.keep(answer).diagnostics);
        said
    }

    /// Validates, plans and applies a new resource. Returns its state, which is null if nothing was created.
    pub(crate) async fn create(&mut self, type_name: &str, config: &Json) -> Value {
        let schema = self.resource(type_name);
        let config = value(&schema, config);
        self.change(type_name, &Value::Null, &config).await
    }

    /// Plans and applies a change. A null configuration destroys the resource.
    pub(crate) async fn change(&mut self, type_name: &str, prior: &Value, config: &Value) -> Value {
        let schema = self.resource(type_name);
        let mut planned = pb::plan_resource_change::Response {
            planned_state: encoded(&Value::Null, &schema.ty),
            ..Default::default()
        };
        if !config.is_null() {
            planned = self.plan(type_name, prior, config).await;
            if planned.diagnostics.iter().any(is_error) {
                return prior.clone();
            }
        }
        let request = pb::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: encoded(prior, &schema.ty),
            planned_state: planned.planned_state,
            config: encoded(config, &schema.ty),
            planned_private: planned.planned_private,
            ..Default::default()
        };
        let answer = self.calls.apply_resource_change(request).await;
        let applied = self.keep(answer);
        decoded(applied.new_state, &schema.ty)
    }

    async fn plan(
        &mut self,
        type_name: &str,
        prior: &Value,
        config: &Value,
    ) -> pb::plan_resource_change::Response {
        let schema = self.resource(type_name);
        let request = pb::validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config: encoded(config, &schema.ty),
            client_capabilities: None,
        };
        let answer = self.calls.validate_resource_config(request).await;
        self.keep(answer);
        let proposed = rules::proposed(&schema.block, prior, config);
        let request = pb::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: encoded(prior, &schema.ty),
            proposed_new_state: encoded(&proposed, &schema.ty),
            config: encoded(config, &schema.ty),
            ..Default::default()
        };
        let answer = self.calls.plan_resource_change(request).await;
        self.keep(answer)
    }

    pub(crate) async fn read(&mut self, type_name: &str, state: &Value) -> Value {
        let ty = self.resource(type_name).ty;
        let request = pb::read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: encoded(state, &ty),
            ..Default::default()
        };
        let answer = self.calls.read_resource(request).await;
        decoded(self.keep(answer).new_state, &ty)
    }

    pub(crate) async fn import(&mut self, type_name: &str, id: &str) {
        let request = pb::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            ..Default::default()
        };
        let answer = self.calls.import_resource_state(request).await;
        self.keep(answer);
    }

    pub(crate) async fn list(&mut self, type_name: &str, config: &Json) {
        let found = self.catalogue.list_resources.get(type_name).unwrap();
        let schema = found.unwrap().schema();
        let request = pb::list_resource::Request {
            type_name: type_name.to_owned(),
            config: encoded(&value(schema, config), &schema.ty),
            include_resource_object: true,
            limit: 10,
        };
        match self.calls.list_resource(request).await {
            Ok(events) => self.keep_all(events.into_inner()).await,
            Err(status) => self.said.extend(format!("{status:?}").into_bytes()),
        }
    }

    /// Validates and reads a data source. Returns its state, unless it fails.
    pub(crate) async fn data(&mut self, type_name: &str, config: &Json) -> Option<Value> {
        let found = self.catalogue.data_sources.get(type_name).unwrap();
        let schema = found.unwrap().schema().clone();
        let config = encoded(&value(&schema, config), &schema.ty);
        let request = pb::validate_data_resource_config::Request {
            type_name: type_name.to_owned(),
            config: config.clone(),
        };
        let answer = self.calls.validate_data_resource_config(request).await;
        self.keep(answer);
        let request = pb::read_data_source::Request {
            type_name: type_name.to_owned(),
            config,
            ..Default::default()
        };
        let answer = self.calls.read_data_source(request).await;
        let state = self.keep(answer).state?;
        Some(cty::msgpack::decode(&state.msgpack, &schema.ty).unwrap())
    }

    /// Validates, opens and closes an ephemeral resource.
    pub(crate) async fn ephemeral(&mut self, type_name: &str, config: &Json) {
        let found = self.catalogue.ephemeral_resources.get(type_name).unwrap();
        let schema = found.unwrap().schema();
        let config = encoded(&value(schema, config), &schema.ty);
        let request = pb::validate_ephemeral_resource_config::Request {
            type_name: type_name.to_owned(),
            config: config.clone(),
        };
        let answer = self.calls.validate_ephemeral_resource_config(request).await;
        self.keep(answer);
        let request = pb::open_ephemeral_resource::Request {
            type_name: type_name.to_owned(),
            config,
            client_capabilities: None,
        };
        let answer = self.calls.open_ephemeral_resource(request).await;
        let private = self.keep(answer).private;
        let request = pb::close_ephemeral_resource::Request {
            type_name: type_name.to_owned(),
            private,
        };
        let answer = self.calls.close_ephemeral_resource(request).await;
        self.keep(answer);
    }

    /// Validates, plans and runs an action to its end.
    pub(crate) async fn action(&mut self, type_name: &str, config: &Json) {
        match self.invoke(type_name, config).await {
            Ok(events) => self.keep_all(events).await,
            Err(status) => self.said.extend(format!("{status:?}").into_bytes()),
        }
    }

    /// Validates, plans and starts an action.
    pub(crate) async fn invoke(
        &mut self,
        type_name: &str,
        config: &Json,
    ) -> Result<Streaming<pb::invoke_action::Event>, Status> {
        let found = self.catalogue.actions.get(type_name).unwrap();
        let schema = found.unwrap().schema();
        let config = encoded(&value(schema, config), &schema.ty);
        let request = pb::validate_action_config::Request {
            type_name: type_name.to_owned(),
            config: config.clone(),
        };
        let answer = self.calls.validate_action_config(request).await;
        self.keep(answer);
        let request = pb::plan_action::Request {
            action_type: type_name.to_owned(),
            config: config.clone(),
            client_capabilities: None,
        };
        let answer = self.calls.plan_action(request).await;
        self.keep(answer);
        let request = pb::invoke_action::Request {
            action_type: type_name.to_owned(),
            config,
            client_capabilities: None,
        };
        Ok(self.calls.invoke_action(request).await?.into_inner())
    }

    /// Calls a function with text arguments.
    pub(crate) async fn function(&mut self, name: &str, arguments: &[&str]) {
        let text = |text: &&str| encoded(&Value::from(*text), &Type::String).unwrap();
        let request = pb::call_function::Request {
            name: name.to_owned(),
            arguments: arguments.iter().map(text).collect(),
        };
        let answer = self.calls.call_function(request).await;
        self.keep(answer);
    }

    fn resource(&self, type_name: &str) -> Schema {
        let found = self.catalogue.resources.get(type_name).unwrap();
        found.unwrap().schema().clone()
    }

    fn keep<T: Message + Default>(&mut self, answer: Result<Response<T>, Status>) -> T {
        match answer {
            Ok(answer) => {
                let answer = answer.into_inner();
                self.said.extend(answer.encode_to_vec());
                answer
            }
            Err(status) => {
                self.said.extend(format!("{status:?}").into_bytes());
                T::default()
            }
        }
    }

    async fn keep_all<T: Message>(&mut self, mut events: Streaming<T>) {
        loop {
            match events.message().await {
                Ok(Some(event)) => self.said.extend(event.encode_to_vec()),
                Ok(None) => return,
                Err(status) => return self.said.extend(format!("{status:?}").into_bytes()),
            }
        }
    }
}

pub(crate) fn is_error(diagnostic: &pb::Diagnostic) -> bool {
    diagnostic.severity == i32::from(pb::diagnostic::Severity::Error)
}

/// Converts a configuration. Omitted arguments are null.
fn value(schema: &Schema, json: &Json) -> Value {
    let value = cty::json::decode(json.to_string().as_bytes(), &schema.ty).unwrap();
    schema.block.complete(value)
}

fn decoded(value: Option<pb::DynamicValue>, ty: &Type) -> Value {
    value.map_or(Value::Null, |value| {
        cty::msgpack::decode(&value.msgpack, ty).unwrap()
    })
}
