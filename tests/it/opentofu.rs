//! The calls of OpenTofu 1.12, in its order and with its arguments, as its source makes them.
//!
//! OpenTofu speaks the same protocol as Terraform, but not in the same way: it asks for the functions again after it has
//! configured the provider, calls functions of a configured provider, gives an absent argument as an empty value, knows no
//! capability except write-only arguments, and plans the new object of a replacement without the identity of the old one.
//! Each command starts processes of its own, and so does each step here. This module must not use Terraform's order.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tonic::transport::Channel;
use vpcflow::cty::Value;
use vpcflow::flow_log::FlowLog;
use vpcflow::framework::{Schema, lower};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::provider::{Config, Provider};

use crate::harness::client::Client;
use crate::harness::core::{errors, messages, names, rules, value, wire};
use crate::harness::fake::{Fake, REGION};
use crate::harness::wire::{bytes, decoded, serve};

const TYPE: &str = "vpcflow_log";
/// OpenTofu gives its own version where Terraform gives that of Terraform.
const VERSION: &str = "1.12.6";

/// What OpenTofu stores of an object.
#[derive(Clone)]
struct Stored {
    state: Value,
    private: Vec<u8>,
    identity: Option<pb::ResourceIdentityData>,
}

/// A plan of one object.
struct Planned {
    state: Value,
    private: Vec<u8>,
    identity: Option<pb::ResourceIdentityData>,
    replaces: bool,
}

/// A provider process of OpenTofu.
struct Process {
    client: ProviderClient<Channel>,
    schema: Schema,
    /// Whether a destroy is planned by the provider. If not, OpenTofu plans it without a call.
    plans_destroy: bool,
    _server: Client,
}

fn capabilities() -> Option<pb::ClientCapabilities> {
    Some(pb::ClientCapabilities {
        write_only_attributes_allowed: true,
        ..Default::default()
    })
}

impl Process {
    /// Starts a process and reads its schemas.
    async fn start() -> Self {
        let (mut client, server) = serve(Provider).await;
        let request = pb::get_provider_schema::Request::default();
        let schemas = client
            .get_provider_schema(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(errors(&messages(schemas.diagnostics)), []);
        let plans_destroy = schemas.server_capabilities.unwrap().plan_destroy;
        let request = pb::get_resource_identity_schemas::Request::default();
        let identities = client.get_resource_identity_schemas(request).await.unwrap();
        assert!(identities.into_inner().identity_schemas.contains_key(TYPE));
        Self {
            client,
            schema: lower::<FlowLog>(0).unwrap(),
            plans_destroy,
            _server: server,
        }
    }

    /// Starts a process and configures it.
    async fn configured(fake: &Fake) -> Self {
        let mut process = Self::start().await;
        let endpoint = fake.url();
        let config = json!({
            "region": REGION,
            "access_key": "AKIAEXAMPLE",
            "secret_key": "secret-canary",
            "endpoints": { "ec2": endpoint, "logs": endpoint, "s3": endpoint, "sts": endpoint },
        });
        let schema = lower::<Config>(0).unwrap();
        let config = wire(&value(&schema, &config), &schema);
        let request = pb::validate_provider_config::Request {
            config: config.clone(),
        };
        let answer = process
            .client
            .validate_provider_config(request)
            .await
            .unwrap();
        assert_eq!(errors(&messages(answer.into_inner().diagnostics)), []);
        let request = pb::configure_provider::Request {
            terraform_version: VERSION.to_owned(),
            config,
            client_capabilities: capabilities(),
        };
        let answer = process.client.configure_provider(request).await.unwrap();
        assert_eq!(errors(&messages(answer.into_inner().diagnostics)), []);
        process
    }

    async fn validate(&mut self, config: &Value) {
        let request = pb::validate_resource_config::Request {
            type_name: TYPE.to_owned(),
            config: wire(config, &self.schema),
            client_capabilities: capabilities(),
        };
        let answer = self.client.validate_resource_config(request).await.unwrap();
        assert_eq!(errors(&messages(answer.into_inner().diagnostics)), []);
    }

    /// Upgrades and refreshes an object, as at the beginning of each plan.
    async fn refresh(&mut self, stored: &Stored) -> Stored {
        let json = vpcflow::cty::json::encode(&stored.state, &self.schema.ty).unwrap();
        let request = pb::upgrade_resource_state::Request {
            type_name: TYPE.to_owned(),
            version: 0,
            raw_state: Some(pb::RawState {
                json,
                ..Default::default()
            }),
        };
        let answer = self
            .client
            .upgrade_resource_state(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(errors(&messages(answer.diagnostics)), []);
        let upgraded = decoded(answer.upgraded_state, &self.schema.ty);
        assert_eq!(upgraded, stored.state);
        let request = pb::read_resource::Request {
            type_name: TYPE.to_owned(),
            current_state: wire(&upgraded, &self.schema),
            private: stored.private.clone(),
            client_capabilities: capabilities(),
            current_identity: stored.identity.clone(),
            ..Default::default()
        };
        let answer = self
            .client
            .read_resource(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(errors(&messages(answer.diagnostics)), []);
        assert!(answer.deferred.is_none());
        Stored {
            state: decoded(answer.new_state, &self.schema.ty),
            private: answer.private,
            identity: answer.new_identity,
        }
    }

    /// Plans a change. A replacement is planned once more, as a create without an identity.
    async fn plan(&mut self, prior: Option<&Stored>, config: &Value) -> Planned {
        if !config.is_null() {
            self.validate(config).await;
        }
        let planned = self.plan_once(prior, config).await;
        if !planned.replaces {
            return planned;
        }
        let create = self.plan_once(None, config).await;
        Planned {
            replaces: true,
            ..create
        }
    }

    async fn plan_once(&mut self, prior: Option<&Stored>, config: &Value) -> Planned {
        if config.is_null() && !self.plans_destroy {
            return Planned {
                state: Value::Null,
                private: prior.map(|prior| prior.private.clone()).unwrap_or_default(),
                identity: None,
                replaces: false,
            };
        }
        let state = prior.map_or(Value::Null, |prior| prior.state.clone());
        let proposed = if config.is_null() {
            Value::Null
        } else {
            rules::proposed(&self.schema.block, &state, config)
        };
        let request = pb::plan_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: wire(&state, &self.schema),
            proposed_new_state: wire(&proposed, &self.schema),
            config: wire(config, &self.schema),
            prior_private: prior.map(|prior| prior.private.clone()).unwrap_or_default(),
            client_capabilities: capabilities(),
            prior_identity: prior.and_then(|prior| prior.identity.clone()),
            ..Default::default()
        };
        let answer = self
            .client
            .plan_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(errors(&messages(answer.diagnostics)), []);
        assert!(!answer.legacy_type_system && answer.deferred.is_none());
        let planned = decoded(answer.planned_state, &self.schema.ty);
        if !config.is_null() {
            let problems = rules::invalid_plan(&self.schema.block, &state, config, &planned);
            assert!(problems.is_empty(), "{problems:#?}");
        }
        let paths: Vec<_> = answer.requires_replace.into_iter().map(names).collect();
        let replacing = match prior {
            Some(prior) if !planned.is_null() => {
                rules::replacing(&paths, &prior.state, &planned).unwrap()
            }
            _ => Vec::new(),
        };
        Planned {
            state: planned,
            private: answer.planned_private,
            identity: answer.planned_identity,
            replaces: !replacing.is_empty(),
        }
    }

    async fn apply(
        &mut self,
        prior: Option<&Stored>,
        planned: &Planned,
        config: &Value,
    ) -> Option<Stored> {
        let state = prior.map_or(Value::Null, |prior| prior.state.clone());
        let request = pb::apply_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: wire(&state, &self.schema),
            planned_state: wire(&planned.state, &self.schema),
            config: wire(config, &self.schema),
            planned_private: planned.private.clone(),
            planned_identity: planned.identity.clone(),
            ..Default::default()
        };
        let answer = self
            .client
            .apply_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(errors(&messages(answer.diagnostics)), []);
        assert!(!answer.legacy_type_system);
        let state = decoded(answer.new_state, &self.schema.ty);
        let problems = rules::incompatible(&planned.state, &state);
        assert!(problems.is_empty(), "{problems:#?}");
        (!state.is_null()).then_some(Stored {
            state,
            private: answer.private,
            identity: answer.new_identity,
        })
    }

    async fn call(
        &mut self,
        name: &str,
        arguments: Vec<Option<pb::DynamicValue>>,
    ) -> pb::call_function::Response {
        let request = pb::call_function::Request {
            name: name.to_owned(),
            arguments: arguments
                .into_iter()
                .map(Option::unwrap_or_default)
                .collect(),
        };
        self.client
            .call_function(request)
            .await
            .unwrap()
            .into_inner()
    }
}

/// `tofu apply`: a process plans, and another one plans again and applies.
async fn apply(fake: &Fake, prior: Option<Stored>, config: &Value) -> Option<Stored> {
    let mut process = Process::configured(fake).await;
    let prior = match prior {
        Some(prior) => Some(process.refresh(&prior).await),
        None => None,
    };
    let planned = process.plan(prior.as_ref(), config).await;
    let mut process = Process::configured(fake).await;
    let prior = if planned.replaces {
        let destroyed = process.plan_once(prior.as_ref(), &Value::Null).await;
        assert!(destroyed.state.is_null());
        assert!(
            process
                .apply(prior.as_ref(), &destroyed, &Value::Null)
                .await
                .is_none()
        );
        None
    } else {
        prior
    };
    let again = process.plan(prior.as_ref(), config).await;
    let changed = rules::incompatible(&planned.state, &again.state);
    assert!(changed.is_empty(), "the final plan differs: {changed:#?}");
    process.apply(prior.as_ref(), &again, config).await
}

/// Refreshes and plans, and fails if there is something to do.
async fn plans_empty(fake: &Fake, stored: &Stored, config: &Value) {
    let mut process = Process::configured(fake).await;
    let stored = process.refresh(stored).await;
    let planned = process.plan(Some(&stored), config).await;
    assert!(!planned.replaces);
    assert_eq!(planned.state, stored.state);
}

fn config(more: &Json) -> Value {
    let mut config = json!({
        "vpc_id": "vpc-0123456789abcdef0",
        "traffic_type": "ALL",
        "log_group_name": "flow-logs",
        "iam_role_arn": "arn:aws:iam::123456789012:role/flow-logs",
    });
    config
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    value(&lower::<FlowLog>(0).unwrap(), &config)
}

#[tokio::test]
async fn a_flow_log_is_created_changed_replaced_and_destroyed() {
    let fake = Fake::start();
    let first = config(&json!({}));
    let stored = apply(&fake, None, &first).await.unwrap();
    plans_empty(&fake, &stored, &first).await;
    let created = fake.flow_logs(REGION).remove(0);

    let tagged = config(&json!({ "tags": { "Team": "network" } }));
    let stored = apply(&fake, Some(stored), &tagged).await.unwrap();
    plans_empty(&fake, &stored, &tagged).await;
    let updated = fake.flow_logs(REGION).remove(0);
    assert_eq!(
        (&updated.id, &updated.tags["Team"][..]),
        (&created.id, "network")
    );

    let faster = config(&json!({ "max_aggregation_interval": 60 }));
    let stored = apply(&fake, Some(stored), &faster).await.unwrap();
    plans_empty(&fake, &stored, &faster).await;
    let replaced = fake.flow_logs(REGION);
    assert_eq!(replaced.len(), 1);
    assert_ne!(replaced[0].id, created.id);
    assert_eq!(replaced[0].max_aggregation_interval, 60);

    assert!(apply(&fake, Some(stored), &Value::Null).await.is_none());
    assert_eq!(fake.flow_logs(REGION), []);
}

#[tokio::test]
async fn an_import_by_identity_plans_no_change() {
    let fake = Fake::start();
    let config = config(&json!({}));
    let stored = apply(&fake, None, &config).await.unwrap();
    let mut process = Process::configured(&fake).await;
    let request = pb::import_resource_state::Request {
        type_name: TYPE.to_owned(),
        client_capabilities: capabilities(),
        identity: stored.identity,
        ..Default::default()
    };
    let answer = process
        .client
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&messages(answer.diagnostics)), []);
    let [imported] = &answer.imported_resources[..] else {
        panic!("not one object");
    };
    let stored = Stored {
        state: decoded(imported.state.clone(), &process.schema.ty),
        private: imported.private.clone(),
        identity: imported.identity.clone(),
    };
    plans_empty(&fake, &stored, &config).await;
}

#[tokio::test]
async fn functions_are_the_same_before_and_after_the_configuration() {
    let fake = Fake::start();
    let mut fresh = Process::start().await;
    let mut configured = Process::configured(&fake).await;
    let request = pb::get_provider_schema::Request::default();
    let of_schema = fresh
        .client
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner()
        .functions;
    let request = pb::get_functions::Request::default();
    let asked = configured
        .client
        .get_functions(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&messages(asked.diagnostics)), []);

    assert_eq!(asked.functions, of_schema);
    // An absent argument is an empty value. Where null is allowed it is null, elsewhere an error at the argument.
    let mut outcomes = BTreeMap::new();
    for (name, function) in &of_schema {
        let nulls = vec![None; function.parameters.len()];
        let [before, after] = [
            fresh.call(name, nulls.clone()).await,
            configured.call(name, nulls).await,
        ];
        assert_eq!(before, after, "{name}");
        outcomes.insert(
            name.as_str(),
            before.error.map(|error| error.function_argument),
        );
    }
    assert_eq!(outcomes["parse_record"], Some(Some(0)), "{outcomes:?}");
    let line = "2 012345678901 eni-0a1 10.0.0.1 10.0.0.2 443 49152 6 10 840 1432917027 1432917142 ACCEPT OK";
    let line =
        bytes(vpcflow::cty::msgpack::encode(&line.into(), &vpcflow::cty::Type::String).unwrap());
    let parsed = configured.call("parse_record", vec![line]).await;
    assert_eq!(parsed.error, None);
}
