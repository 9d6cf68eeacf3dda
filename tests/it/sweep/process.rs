//! A provider process as Terraform starts one for each command, but in this process, without TLS.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tempfile::NamedTempFile;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Channel;
use vpcflow::cty::Value;
use vpcflow::events::{DataSource, SummaryDataSource};
use vpcflow::flow_log::{FlowLog, ListResource};
use vpcflow::framework::{self, Schema, lower};
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::protocol::{pb, service};
use vpcflow::provider::{Config, Provider};

use crate::harness::client::{Client, ClientIdentity};
use crate::harness::core::{Message, Plan, errors, messages, names, rules, value, wire};
use crate::harness::wire::decoded;

const TYPE: &str = "vpcflow_log";
/// How long a process may take to end.
const END: Duration = Duration::from_secs(30);

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas {
    provider: lower::<Config>(0).unwrap(),
    flow_log: lower::<FlowLog>(0).unwrap(),
    events: lower::<<DataSource as framework::DataSource>::Model>(0).unwrap(),
    summary: lower::<<SummaryDataSource as framework::DataSource>::Model>(0).unwrap(),
    list: lower::<<ListResource as framework::ListResource>::Model>(0).unwrap(),
});

/// A bundle with one certificate. To read the many of the system takes a third of the time of a case.
static BUNDLE: LazyLock<NamedTempFile> = LazyLock::new(|| {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), ClientIdentity::new().pem()).unwrap();
    file
});

struct Schemas {
    provider: Schema,
    flow_log: Schema,
    events: Schema,
    summary: Schema,
    list: Schema,
}

/// What Terraform stores of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object {
    pub(super) value: Value,
    private: Vec<u8>,
}

/// A response: its content, its diagnostics, and what Core would refuse in it.
#[derive(Debug)]
pub(super) struct Told<T> {
    pub(super) content: T,
    pub(super) messages: Vec<Message>,
    pub(super) violations: Vec<String>,
}

/// A question that changes nothing.
#[derive(Clone, Debug)]
pub(super) enum Question {
    Events(Json),
    Summary(Json),
    List(Json),
}

/// A running process.
pub(super) struct Process {
    server: Client,
    pub(super) calls: Calls,
}

/// The calls to a process. Clones share it.
#[derive(Clone)]
pub(super) struct Calls {
    client: ProviderClient<Channel>,
    /// Whether Terraform was interrupted.
    stopped: CancellationToken,
}

impl Process {
    /// Starts a process.
    pub(super) async fn start() -> Self {
        let routes = Routes::new(service(Provider, CancellationToken::new()));
        let server = Client::serve_as(routes, None).await;
        Self {
            calls: Calls {
                client: ProviderClient::new(server.channel.clone()),
                stopped: CancellationToken::new(),
            },
            server,
        }
    }

    /// Ends the process as Terraform does.
    pub(super) async fn end(self) {
        drop(self.calls);
        let ended = tokio::time::timeout(END, self.server.shutdown()).await;
        ended.expect("the process ends");
    }
}

impl Calls {
    /// Stops the process, as an interrupt of Terraform does.
    pub(super) async fn stop(&self) {
        self.stopped.cancel();
        let request = pb::stop_provider::Request::default();
        self.client.clone().stop_provider(request).await.unwrap();
    }

    /// Reports whether Terraform was interrupted: it begins nothing then.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.is_cancelled()
    }

    /// Configures the process. Returns its diagnostics.
    pub(super) async fn configure(&mut self, endpoint: &str, settings: &Json) -> Vec<Message> {
        let mut config = json!({
            "region": "us-east-1",
            "access_key": "AKIAEXAMPLE",
            "secret_key": "secret-canary",
            "skip_metadata_api_check": "true",
            "custom_ca_bundle": BUNDLE.path(),
            "endpoints": { "ec2": endpoint, "logs": endpoint, "s3": endpoint, "sts": endpoint },
        });
        let arguments = config.as_object_mut().unwrap();
        arguments.extend(settings.as_object().unwrap().clone());
        let schema = &SCHEMAS.provider;
        let request = pb::configure_provider::Request {
            config: wire(&value(schema, &config), schema),
            ..Default::default()
        };
        let answer = self.client.configure_provider(request).await.unwrap();
        messages(answer.into_inner().diagnostics)
    }

    /// Refreshes an object. Returns `None` if it is gone.
    pub(super) async fn read(&mut self, object: &Object) -> Told<Option<Object>> {
        let schema = &SCHEMAS.flow_log;
        let request = pb::read_resource::Request {
            type_name: TYPE.to_owned(),
            current_state: wire(&object.value, schema),
            private: object.private.clone(),
            ..Default::default()
        };
        let answer = self.client.read_resource(request).await.unwrap();
        let answer = answer.into_inner();
        let said = messages(answer.diagnostics);
        let read = Object {
            value: decoded(answer.new_state, &schema.ty),
            private: answer.private,
        };
        let failed = !errors(&said).is_empty();
        let mut violations = Vec::new();
        if !read.value.is_wholly_known() {
            violations.push(format!("unknown values after a refresh: {:?}", read.value));
        }
        Told {
            content: if failed {
                Some(object.clone())
            } else {
                Some(read).filter(|read| !read.value.is_null())
            },
            messages: said,
            violations,
        }
    }

    /// Plans a change. Without a prior object, it plans a create.
    pub(super) async fn plan(&mut self, prior: Option<&Object>, config: &Json) -> Told<Planned> {
        let schema = &SCHEMAS.flow_log;
        let config = value(schema, config);
        let before = prior.map_or(Value::Null, |prior| prior.value.clone());
        let proposed = rules::proposed(&schema.block, &before, &config);
        let request = pb::plan_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: wire(&before, schema),
            proposed_new_state: wire(&proposed, schema),
            config: wire(&config, schema),
            prior_private: prior.map_or_else(Vec::new, |prior| prior.private.clone()),
            ..Default::default()
        };
        let answer = self.client.plan_resource_change(request).await.unwrap();
        let answer = answer.into_inner();
        let said = messages(answer.diagnostics);
        let planned = decoded(answer.planned_state, &schema.ty);
        let (mut replacing, mut violations) = (Vec::new(), Vec::new());
        if errors(&said).is_empty() {
            violations = rules::invalid_plan(&schema.block, &before, &config, &planned);
            if !before.is_null() {
                let paths: Vec<_> = answer.requires_replace.into_iter().map(names).collect();
                replacing = rules::replacing(&paths, &before, &planned).unwrap();
            }
        }
        Told {
            content: Planned {
                plan: Plan {
                    planned,
                    replacing,
                    messages: Vec::new(),
                },
                private: answer.planned_private,
                config,
            },
            messages: said,
            violations,
        }
    }

    /// Applies a plan. Returns the new object, if there is one.
    pub(super) async fn apply(
        &mut self,
        prior: Option<&Object>,
        planned: &Planned,
    ) -> Told<Option<Object>> {
        let schema = &SCHEMAS.flow_log;
        let before = prior.map_or(Value::Null, |prior| prior.value.clone());
        let request = pb::apply_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: wire(&before, schema),
            planned_state: wire(&planned.plan.planned, schema),
            config: wire(&planned.config, schema),
            planned_private: planned.private.clone(),
            ..Default::default()
        };
        let answer = self.client.apply_resource_change(request).await.unwrap();
        let answer = answer.into_inner();
        let said = messages(answer.diagnostics);
        let object = Object {
            value: decoded(answer.new_state, &schema.ty),
            private: answer.private,
        };
        let mut violations = Vec::new();
        if !object.value.is_wholly_known() {
            violations.push(format!("unknown values after an apply: {:?}", object.value));
        }
        if errors(&said).is_empty() {
            violations.extend(rules::incompatible(&planned.plan.planned, &object.value));
        }
        Told {
            content: Some(object).filter(|object| !object.value.is_null()),
            messages: said,
            violations,
        }
    }

    /// Imports an object, and then reads it as Core does.
    pub(super) async fn import(&mut self, id: &str) -> Told<Option<Object>> {
        let request = pb::import_resource_state::Request {
            type_name: TYPE.to_owned(),
            id: id.to_owned(),
            ..Default::default()
        };
        let answer = self.client.import_resource_state(request).await.unwrap();
        let mut answer = answer.into_inner();
        let said = messages(answer.diagnostics);
        if !errors(&said).is_empty() || answer.imported_resources.is_empty() {
            return Told {
                content: None,
                messages: said,
                violations: Vec::new(),
            };
        }
        let imported = answer.imported_resources.remove(0);
        let object = Object {
            value: decoded(imported.state, &SCHEMAS.flow_log.ty),
            private: imported.private,
        };
        let mut read = self.read(&object).await;
        if !errors(&read.messages).is_empty() {
            read.content = None;
        }
        read
    }

    /// Asks a question. Returns the answer as text, to compare it.
    pub(super) async fn ask(&mut self, question: &Question) -> Told<String> {
        let (content, said) = match question {
            Question::Events(config) => {
                self.data("vpcflow_log_events", &SCHEMAS.events, config)
                    .await
            }
            Question::Summary(config) => {
                self.data("vpcflow_log_summary", &SCHEMAS.summary, config)
                    .await
            }
            Question::List(config) => self.list(config).await,
        };
        Told {
            content,
            messages: messages(said),
            violations: Vec::new(),
        }
    }

    async fn data(
        &mut self,
        type_name: &str,
        schema: &Schema,
        config: &Json,
    ) -> (String, Vec<pb::Diagnostic>) {
        let request = pb::read_data_source::Request {
            type_name: type_name.to_owned(),
            config: wire(&value(schema, config), schema),
            ..Default::default()
        };
        let answer = self.client.read_data_source(request).await.unwrap();
        let answer = answer.into_inner();
        let state = answer.state.map(|state| decoded(Some(state), &schema.ty));
        let mut state = state.unwrap_or(Value::Null);
        // How a query went differs between two runs.
        if let Value::Map(values) = &mut state {
            values.insert("statistics".into(), Value::Null);
        }
        (format!("{state:?}"), answer.diagnostics)
    }

    async fn list(&mut self, config: &Json) -> (String, Vec<pb::Diagnostic>) {
        let schema = &SCHEMAS.list;
        let request = pb::list_resource::Request {
            type_name: TYPE.to_owned(),
            config: wire(&value(schema, config), schema),
            include_resource_object: true,
            limit: 100,
        };
        let mut stream = self
            .client
            .list_resource(request)
            .await
            .unwrap()
            .into_inner();
        let (mut found, mut said) = (Vec::new(), Vec::new());
        while let Some(event) = stream.message().await.unwrap() {
            said.extend(event.diagnostic);
            let object = event.resource_object;
            found.extend(object.map(|object| {
                let object = decoded(Some(object), &SCHEMAS.flow_log.ty);
                format!("{} {object:?}", event.display_name)
            }));
        }
        found.sort();
        (found.join("\n"), said)
    }
}

/// A plan, with what goes with it to the apply.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) plan: Plan,
    private: Vec<u8>,
    config: Value,
}

impl Planned {
    /// The plan to delete an object.
    pub(super) fn delete() -> Self {
        Self {
            plan: Plan {
                planned: Value::Null,
                replacing: Vec::new(),
                messages: Vec::new(),
            },
            private: Vec::new(),
            config: Value::Null,
        }
    }
}

/// Returns an attribute that is text.
pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    match value.get(name) {
        Some(Value::String(text)) => text,
        _ => "",
    }
}
