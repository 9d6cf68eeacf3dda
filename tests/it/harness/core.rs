//! What Terraform's core does with one resource, without Terraform: hundreds of lives in seconds.
//!
//! The calls go over the real transport to the real provider in this process; what core does between
//! the calls (the proposed new state, and the checks of the answers) is done here.

use serde_json::{Value as Json, json};
use tonic::transport::Channel;
use vpcflow::cty::{self, Value};
use vpcflow::events::DataSource;
use vpcflow::flow_log::FlowLog;
use vpcflow::framework::{self, Block, Nesting, Schema, lower};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::provider::{Config, Provider};

use super::client::Client;
use super::wire::{configure, decoded, encoded, path, serve};

const TYPE: &str = "vpcflow_log";

/// A configured provider, and the one resource type that is looked at.
pub(crate) struct Core {
    client: ProviderClient<Channel>,
    schema: Schema,
    _server: Client,
}

/// A message, with its path as text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) is_error: bool,
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What a plan came to.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) planned: Value,
    pub(crate) replaces: usize,
    pub(crate) messages: Vec<Message>,
}

impl Core {
    /// Serves the provider, and configures it for the endpoint.
    pub(crate) async fn start(endpoint: &str) -> Self {
        let (mut client, server) = serve(Provider).await;
        let schema = lower::<Config>(0).unwrap();
        let config = json!({
            "region": "us-east-1",
            "access_key": "AKIAEXAMPLE",
            "secret_key": "secret-canary",
            "skip_metadata_api_check": "true",
            "endpoints": { "ec2": endpoint, "logs": endpoint, "sts": endpoint },
        });
        let config = wire(&value(&schema, &config), &schema);
        assert_eq!(configure(&mut client, config).await, []);
        Self {
            client,
            schema: lower::<FlowLog>(0).unwrap(),
            _server: server,
        }
    }

    /// Makes a configuration; what is left out is null.
    pub(crate) fn config(&self, json: &Json) -> Value {
        value(&self.schema, json)
    }

    pub(crate) async fn validate(&mut self, config: &Value) -> Vec<Message> {
        let request = pb::validate_resource_config::Request {
            type_name: TYPE.to_owned(),
            config: wire(config, &self.schema),
            client_capabilities: None,
        };
        let answer = self.client.validate_resource_config(request).await.unwrap();
        messages(answer.into_inner().diagnostics)
    }

    /// Plans a change from the state before, if the configuration is valid; null is none.
    pub(crate) async fn plan(&mut self, prior: &Value, config: &Value) -> Plan {
        let refused = self.validate(config).await;
        if !errors(&refused).is_empty() {
            return Plan {
                planned: prior.clone(),
                replaces: 0,
                messages: refused,
            };
        }
        let proposed = proposed(&self.schema.block, prior, config);
        let request = pb::plan_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: wire(prior, &self.schema),
            proposed_new_state: wire(&proposed, &self.schema),
            config: wire(config, &self.schema),
            ..Default::default()
        };
        let answer = self.client.plan_resource_change(request).await.unwrap();
        let answer = answer.into_inner();
        Plan {
            planned: self.unwire(answer.planned_state),
            replaces: answer.requires_replace.len(),
            messages: messages(answer.diagnostics),
        }
    }

    /// Applies a plan. What was planned and known must be answered so.
    pub(crate) async fn apply(
        &mut self,
        prior: &Value,
        planned: &Value,
        config: &Value,
    ) -> (Value, Vec<Message>) {
        let request = pb::apply_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: wire(prior, &self.schema),
            planned_state: wire(planned, &self.schema),
            config: wire(config, &self.schema),
            ..Default::default()
        };
        let answer = self.client.apply_resource_change(request).await.unwrap();
        let answer = answer.into_inner();
        let messages = messages(answer.diagnostics);
        let state = self.unwire(answer.new_state);
        assert!(state.is_wholly_known());
        if !messages.iter().any(|message| message.is_error) {
            keeps_plan(planned, &state);
        }
        (state, messages)
    }

    pub(crate) async fn read(&mut self, state: &Value) -> Value {
        let request = pb::read_resource::Request {
            type_name: TYPE.to_owned(),
            current_state: wire(state, &self.schema),
            ..Default::default()
        };
        let answer = self.client.read_resource(request).await.unwrap();
        let answer = answer.into_inner();
        assert!(errors(&messages(answer.diagnostics)).is_empty());
        self.unwire(answer.new_state)
    }

    /// Imports, and reads as core does thereafter.
    pub(crate) async fn import(&mut self, id: &str) -> Value {
        let request = pb::import_resource_state::Request {
            type_name: TYPE.to_owned(),
            id: id.to_owned(),
            ..Default::default()
        };
        let answer = self.client.import_resource_state(request).await.unwrap();
        let mut answer = answer.into_inner();
        assert!(errors(&messages(answer.diagnostics)).is_empty());
        let state = self.unwire(answer.imported_resources.remove(0).state);
        self.read(&state).await
    }

    /// Plans a creation and applies it; nothing may be said against it.
    pub(crate) async fn create(&mut self, config: &Value) -> Value {
        let plan = self.plan(&Value::Null, config).await;
        assert_eq!(errors(&plan.messages), [], "{config:?}");
        let (state, said) = self.apply(&Value::Null, &plan.planned, config).await;
        assert_eq!(errors(&said), [], "{config:?}");
        state
    }

    pub(crate) async fn delete(&mut self, state: &Value, config: &Value) -> Vec<Message> {
        let (left, said) = self.apply(state, &Value::Null, config).await;
        assert!(left.is_null() || !errors(&said).is_empty());
        said
    }

    /// Asks for events; nothing may be said against it.
    pub(crate) async fn query(&mut self, config: &Json) -> Value {
        let schema = lower::<<DataSource as framework::DataSource>::Model>(0).unwrap();
        let request = pb::read_data_source::Request {
            type_name: "vpcflow_log_events".to_owned(),
            config: wire(&value(&schema, config), &schema),
            ..Default::default()
        };
        let answer = self.client.read_data_source(request).await.unwrap();
        let answer = answer.into_inner();
        assert_eq!(errors(&messages(answer.diagnostics)), [], "{config}");
        cty::msgpack::decode(&answer.state.unwrap().msgpack, &schema.ty).unwrap()
    }

    fn unwire(&self, value: Option<pb::DynamicValue>) -> Value {
        decoded(value, &self.schema.ty)
    }
}

pub(crate) fn errors(messages: &[Message]) -> Vec<Message> {
    let errors = messages.iter().filter(|message| message.is_error);
    errors.cloned().collect()
}

fn value(schema: &Schema, json: &Json) -> Value {
    let value = cty::json::decode(json.to_string().as_bytes(), &schema.ty).unwrap();
    schema.block.complete(value)
}

fn wire(value: &Value, schema: &Schema) -> Option<pb::DynamicValue> {
    encoded(value, &schema.ty)
}

/// What core proposes: the configuration, and the state before where the provider may choose.
fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    let Value::Map(configured) = config else {
        return config.clone();
    };
    let mut values = configured.clone();
    let before = |name: &str| prior.get(name).cloned().unwrap_or(Value::Null);
    for (name, attribute) in &block.attributes {
        if values[name].is_null() && attribute.mode.is_computed() {
            values.insert(name.clone(), before(name));
        }
    }
    for (name, nested) in &block.blocks {
        if matches!(nested.nesting, Nesting::Group) {
            let merged = proposed(&nested.block, &before(name), &values[name]);
            values.insert(name.clone(), merged);
        }
    }
    Value::Map(values)
}

/// Core refuses an answer that is not what was planned, unknown parts aside.
#[track_caller]
fn keeps_plan(planned: &Value, state: &Value) {
    match (planned, state) {
        (Value::Unknown(_), _) => {}
        (Value::Map(planned), Value::Map(state)) => {
            for (name, planned) in planned {
                keeps_plan(planned, &state[name]);
            }
        }
        (planned, state) => assert_eq!(planned, state),
    }
}

fn messages(diagnostics: Vec<pb::Diagnostic>) -> Vec<Message> {
    let message = |diagnostic: pb::Diagnostic| Message {
        is_error: diagnostic.severity == i32::from(pb::diagnostic::Severity::Error),
        path: diagnostic.attribute.map(path).unwrap_or_default(),
        text: format!("{}: {}", diagnostic.summary, diagnostic.detail),
    };
    diagnostics.into_iter().map(message).collect()
}
