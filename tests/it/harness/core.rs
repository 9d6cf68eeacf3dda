//! Simulates Terraform Core for one resource, without Terraform: hundreds of lifecycles in seconds.
//!
//! The calls use the real transport to the real provider in this process. This module does what Core does between the
//! calls. A response that Core would refuse fails the test (`rules`).

pub(crate) mod rules;
pub(crate) mod saved;

use serde_json::{Value as Json, json};
use tonic::transport::Channel;
use vpcflow::cty::{self, Value};
use vpcflow::events::{DataSource, SummaryDataSource};
use vpcflow::flow_log::FlowLog;
use vpcflow::framework::{self, Schema, lower};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::provider::{Config, Provider};

use super::client::Client;
use super::wire::{configure, decoded, encoded, path, serve};

const TYPE: &str = "vpcflow_log";

/// A configured provider, and the resource type under test.
pub(crate) struct Core {
    client: ProviderClient<Channel>,
    schema: Schema,
    provider_schema: Schema,
    endpoint: String,
    /// The last configuration of the provider.
    configured: Value,
    _server: Client,
}

/// A diagnostic, with its path as text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) is_error: bool,
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The result of a plan.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) planned: Value,
    /// The paths whose change requires replacement.
    pub(crate) replacing: Vec<String>,
    pub(crate) messages: Vec<Message>,
}

/// The action that Core derives from a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Nothing,
    Create,
    Update,
    Replace,
}

impl Plan {
    pub(crate) fn action(&self, prior: &Value) -> Action {
        match () {
            () if prior.is_null() => Action::Create,
            () if !self.replacing.is_empty() => Action::Replace,
            () if self.planned == *prior => Action::Nothing,
            () => Action::Update,
        }
    }
}

impl Core {
    /// Serves the provider, and configures it for the endpoint.
    pub(crate) async fn start(endpoint: &str) -> Self {
        let (client, server) = serve(Provider).await;
        let mut core = Self {
            client,
            schema: lower::<FlowLog>(0).unwrap(),
            provider_schema: lower::<Config>(0).unwrap(),
            endpoint: endpoint.to_owned(),
            configured: Value::Null,
            _server: server,
        };
        core.configure(&json!({}), &[]).await;
        core
    }

    /// Configures the provider again, with more arguments. The named arguments are unknown.
    pub(crate) async fn configure(&mut self, more: &Json, unknown: &[&str]) {
        let endpoint = &self.endpoint;
        let mut config = json!({
            "region": "us-east-1",
            "access_key": "AKIAEXAMPLE",
            "secret_key": "secret-canary",
            "skip_metadata_api_check": "true",
            "endpoints": { "ec2": endpoint, "logs": endpoint, "s3": endpoint, "sts": endpoint },
        });
        let arguments = config.as_object_mut().unwrap();
        arguments.extend(more.as_object().unwrap().clone());
        let schema = &self.provider_schema;
        let mut config = value(schema, &config);
        hide(&mut config, unknown);
        if config == self.configured {
            return;
        }
        self.configured.clone_from(&config);
        let said = configure(&mut self.client, wire(&config, schema)).await;
        assert_eq!(said, [], "{more}");
    }

    /// Creates a configuration. Omitted arguments are null.
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

    /// Plans a change from the prior state, if the configuration is valid. Null means no state.
    pub(crate) async fn plan(&mut self, prior: &Value, config: &Value) -> Plan {
        let refused = self.validate(config).await;
        if !errors(&refused).is_empty() {
            return Plan {
                planned: prior.clone(),
                replacing: Vec::new(),
                messages: refused,
            };
        }
        let proposed = rules::proposed(&self.schema.block, prior, config);
        let request = pb::plan_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: wire(prior, &self.schema),
            proposed_new_state: wire(&proposed, &self.schema),
            config: wire(config, &self.schema),
            ..Default::default()
        };
        let answer = self.client.plan_resource_change(request).await.unwrap();
        let answer = answer.into_inner();
        let planned = self.unwire(answer.planned_state);
        let messages = messages(answer.diagnostics);
        let mut replacing = Vec::new();
        if errors(&messages).is_empty() {
            let block = &self.schema.block;
            let problems = rules::invalid_plan(block, prior, config, &planned);
            assert!(problems.is_empty(), "invalid plan: {problems:#?}");
            if !prior.is_null() {
                let paths = answer.requires_replace.into_iter().map(names);
                let paths: Vec<_> = paths.collect();
                replacing = rules::replacing(&paths, prior, &planned).unwrap();
            }
        }
        Plan {
            planned,
            replacing,
            messages,
        }
    }

    /// Applies a plan. The result must contain all known planned values.
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
            let problems = rules::incompatible(planned, &state);
            assert!(problems.is_empty(), "inconsistent result: {problems:#?}");
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
        assert_eq!(errors(&messages(answer.diagnostics)), []);
        let state = self.unwire(answer.new_state);
        assert!(state.is_wholly_known(), "{state:?}");
        state
    }

    /// Reads an object, and stops the provider once `begun` returns. Returns the messages.
    pub(crate) async fn read_and_stop(
        &mut self,
        state: &Value,
        begun: impl FnOnce() + Send + 'static,
    ) -> Vec<Message> {
        let request = pb::read_resource::Request {
            type_name: TYPE.to_owned(),
            current_state: wire(state, &self.schema),
            ..Default::default()
        };
        let mut client = self.client.clone();
        let reading = tokio::spawn(async move { client.read_resource(request).await });
        tokio::task::spawn_blocking(begun).await.unwrap();
        let request = pb::stop_provider::Request::default();
        self.client.stop_provider(request).await.unwrap();
        messages(reading.await.unwrap().unwrap().into_inner().diagnostics)
    }

    /// Imports an object, and then reads it as Core does.
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
        assert!(state.is_wholly_known(), "{state:?}");
        self.read(&state).await
    }

    /// Moves the state of another provider's resource, and then reads it as Core does.
    pub(crate) async fn move_from(&mut self, provider: &str, of: &str, state: &Json) -> Value {
        let request = pb::move_resource_state::Request {
            source_provider_address: provider.to_owned(),
            source_type_name: of.to_owned(),
            source_schema_version: 1,
            source_state: Some(pb::RawState {
                json: state.to_string().into_bytes(),
                ..Default::default()
            }),
            target_type_name: TYPE.to_owned(),
            ..Default::default()
        };
        let answer = self.client.move_resource_state(request).await.unwrap();
        let answer = answer.into_inner();
        assert_eq!(errors(&messages(answer.diagnostics)), []);
        let state = self.unwire(answer.target_state);
        assert!(state.is_wholly_known(), "{state:?}");
        self.read(&state).await
    }

    /// Plans and applies a create, without diagnostics.
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

    /// Reads the data source for events.
    pub(crate) async fn query(&mut self, config: &Json) -> Value {
        let schema = lower::<<DataSource as framework::DataSource>::Model>(0).unwrap();
        self.ask("vpcflow_log_events", &schema, config).await
    }

    /// Reads the data source for summaries.
    pub(crate) async fn summarize(&mut self, config: &Json) -> Value {
        let schema = lower::<<SummaryDataSource as framework::DataSource>::Model>(0).unwrap();
        self.ask("vpcflow_log_summary", &schema, config).await
    }

    async fn ask(&mut self, type_name: &str, schema: &Schema, config: &Json) -> Value {
        let request = pb::read_data_source::Request {
            type_name: type_name.to_owned(),
            config: wire(&value(schema, config), schema),
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

pub(crate) fn value(schema: &Schema, json: &Json) -> Value {
    let value = cty::json::decode(json.to_string().as_bytes(), &schema.ty).unwrap();
    schema.block.complete(value)
}

pub(crate) fn wire(value: &Value, schema: &Schema) -> Option<pb::DynamicValue> {
    encoded(value, &schema.ty)
}

/// Makes parts of a configuration unknown: arguments, attributes of blocks or elements of maps, such as `tags.Env`.
pub(crate) fn hide(config: &mut Value, paths: &[&str]) {
    for path in paths {
        let mut value = &mut *config;
        for name in path.split('.') {
            let Value::Map(values) = value else {
                panic!("{path} is not in {value:?}");
            };
            value = values.get_mut(name).unwrap();
        }
        *value = Value::unknown();
    }
}

/// Returns the steps of a path of names.
pub(crate) fn names(path: pb::AttributePath) -> Vec<String> {
    let text = self::path(path);
    text.split('.').map(str::to_owned).collect()
}

pub(crate) fn messages(diagnostics: Vec<pb::Diagnostic>) -> Vec<Message> {
    let message = |diagnostic: pb::Diagnostic| Message {
        is_error: diagnostic.severity == i32::from(pb::diagnostic::Severity::Error),
        path: diagnostic.attribute.map(path).unwrap_or_default(),
        text: format!("{}: {}", diagnostic.summary, diagnostic.detail),
    };
    diagnostics.into_iter().map(message).collect()
}
