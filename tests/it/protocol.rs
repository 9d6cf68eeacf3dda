//! Terraform's calls to a small test provider, over the real transport.

mod actions;
mod stopping;
mod truncated;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use vpcflow::cty::{Map, Type, Value};
use vpcflow::framework::{
    self, Attr, Catalogue, Change, Context, Diagnostic, Diagnostics, Failure, Model, Private,
    behaviour, lower,
};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;

use crate::harness::client::Client;
use crate::harness::wire::{self, configure, encoded, null, summaries};

/// Signals between the provider and its test.
#[derive(Default)]
struct Signals {
    /// A slow step has started.
    begun: Notify,
    /// A slow create can continue.
    go_on: Notify,
    /// A create has ended.
    ended: Notify,
}

/// The test provider.
struct Example(Arc<Signals>);

/// Its configuration.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Config {
    /// Fails to connect if set.
    #[serde(default)]
    broken: Attr<bool>,
    /// Connects only when it is stopped.
    #[serde(default)]
    slow: Attr<bool>,
}

/// A thing.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Thing {
    /// What the thing does.
    name: Attr<String>,
    /// The id.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    id: Attr<String>,
    /// A group.
    #[serde(default)]
    #[schemars(transform = behaviour::group_block)]
    group: Attr<Group>,
}

/// A group.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Group {
    /// A member.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    member: Attr<String>,
}

impl Model for Config {}
impl Model for Thing {}

impl framework::Provider for Example {
    type Config = Config;
    type Connection = Arc<Signals>;

    fn validate(&self, _: &Config, _: &mut Diagnostics) {}

    async fn configure(
        &self,
        config: Config,
        _: &[vpcflow::cty::Path],
        stop: CancellationToken,
        _: &mut Diagnostics,
    ) -> Result<Arc<Signals>, Diagnostics> {
        if config.slow == Attr::Known(true) {
            self.0.begun.notify_one();
            stop.cancelled().await;
        }
        match config.broken {
            Attr::Known(true) => {
                Err(Diagnostic::error("not-connected", "Not connected", "It is broken.").into())
            }
            _ => Ok(Arc::clone(&self.0)),
        }
    }

    fn catalogue() -> Catalogue<Arc<Signals>> {
        Catalogue::default()
            .resource(ThingResource)
            .action(actions::Wait)
    }
}

struct ThingResource;

impl framework::Resource for ThingResource {
    type Connection = Arc<Signals>;
    type State = Thing;
    type Identity = framework::NoIdentity;
    const TYPE_NAME: &'static str = "example_thing";

    fn validate(&self, config: &Thing, diagnostics: &mut Diagnostics) {
        if config.name == Attr::Known("bad".to_owned()) {
            diagnostics.error("name", "bad-name", "Bad name", "Choose another.");
        }
    }

    fn plan(
        &self,
        _: &Arc<Signals>,
        change: &mut Change<Thing>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        assert!(
            change.config.name != Attr::Known("panic at plan".to_owned()),
            "as asked"
        );
        Ok(())
    }

    fn private(&self, change: &Change<Thing>, _: &[vpcflow::cty::Path]) -> Vec<u8> {
        let Private {
            is_stored,
            planned,
            prior,
        } = &change.private;
        let received = [planned, prior].map(|bytes| String::from_utf8_lossy(bytes));
        format!(
            "stored: {is_stored}, planned: {}, prior: {}",
            received[0], received[1]
        )
        .into_bytes()
    }

    async fn create(
        &self,
        signals: &Arc<Signals>,
        _: Thing,
        planned: Thing,
        context: &Context<Thing>,
    ) -> Result<Thing, Failure<Thing>> {
        let made = Thing {
            id: Attr::Known("1".to_owned()),
            ..planned
        };
        let must_be_private = made.name == Attr::Known("a".to_owned());
        assert!(!must_be_private || context.private() == b"private");
        context.remember(made.clone());
        match made.name.known().map(String::as_str) {
            Some("panic") => panic!("as asked"),
            Some("fail") => {
                return Err(Diagnostic::error("not-made", "Not made", "As asked.").into());
            }
            Some("wait for stop") => {
                signals.begun.notify_one();
                context.stop().cancelled().await;
            }
            Some("slow") => {
                signals.begun.notify_one();
                signals.go_on.notified().await;
            }
            _ => {}
        }
        signals.ended.notify_one();
        Ok(made)
    }

    async fn read(
        &self,
        _: &Arc<Signals>,
        state: Thing,
        _: &Context<Thing>,
    ) -> Result<Option<Thing>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(
        &self,
        _: &Arc<Signals>,
        _: Thing,
        planned: Thing,
        _: &Context<Thing>,
    ) -> Result<Thing, Failure<Thing>> {
        Ok(planned)
    }

    async fn delete(
        &self,
        _: &Arc<Signals>,
        _: Thing,
        _: &Context<Thing>,
    ) -> Result<(), Diagnostics> {
        Err(Diagnostic::error("not-deleted", "Not deleted", "As always.").into())
    }

    async fn import(
        &self,
        _: &Arc<Signals>,
        _: &str,
        _: &Context<Thing>,
    ) -> Result<Thing, Diagnostics> {
        panic!("as asked")
    }
}

/// A running provider and its client.
struct Served {
    client: ProviderClient<Channel>,
    signals: Arc<Signals>,
    _server: Client,
}

async fn serve() -> Served {
    let signals = Arc::new(Signals::default());
    let (client, server) = wire::serve(Example(Arc::clone(&signals))).await;
    Served {
        client,
        signals,
        _server: server,
    }
}

async fn configured() -> Served {
    let mut served = serve().await;
    assert_eq!(configure(&mut served.client, config(&[])).await, []);
    served
}

fn config(values: &[(&str, Value)]) -> Option<pb::DynamicValue> {
    object(&lower::<Config>(0).unwrap().ty, values)
}

fn thing_type() -> Type {
    lower::<Thing>(0).unwrap().ty
}

fn object(ty: &Type, values: &[(&str, Value)]) -> Option<pb::DynamicValue> {
    let Type::Object(attributes) = ty else {
        unreachable!()
    };
    let mut all: Map<Value> = attributes
        .keys()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    all.extend(
        values
            .iter()
            .map(|(name, value)| ((*name).into(), value.clone())),
    );
    encoded(&Value::Map(all), ty)
}

fn thing(name: &str, id: Value) -> Option<pb::DynamicValue> {
    let member = Value::map([("member", Value::Null)]);
    object(
        &thing_type(),
        &[("name", name.into()), ("id", id), ("group", member)],
    )
}

fn decoded(value: Option<pb::DynamicValue>) -> Value {
    wire::decoded(value, &thing_type())
}

fn create(name: &str) -> pb::apply_resource_change::Request {
    pb::apply_resource_change::Request {
        type_name: "example_thing".to_owned(),
        prior_state: null(),
        planned_state: thing(name, Value::unknown()),
        config: thing(name, Value::Null),
        planned_private: b"private".to_vec(),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_schema_contains_every_mode_and_the_group() {
    let mut served = serve().await;
    let request = pb::get_provider_schema::Request::default();
    let schema = served
        .client
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    let block = schema.resource_schemas["example_thing"]
        .block
        .clone()
        .unwrap();
    assert_eq!(block.description, "A thing.");
    let [id, name] = block.attributes.as_slice() else {
        panic!("{block:?}")
    };
    assert!(id.computed && !id.optional && !id.required);
    assert!(name.required && !name.computed);
    assert_eq!(name.r#type, b"\"string\"");
    assert_eq!(
        block.block_types[0].nesting(),
        pb::schema::nested_block::NestingMode::Group
    );
    assert!(
        schema
            .server_capabilities
            .unwrap()
            .get_provider_schema_optional
    );
    assert!(schema.provider.unwrap().block.is_some());
}

#[tokio::test]
async fn validation_points_at_the_attribute() {
    let mut served = serve().await;
    let request = pb::validate_resource_config::Request {
        type_name: "example_thing".to_owned(),
        config: thing("bad", Value::Null),
        client_capabilities: None,
    };
    let answer = served
        .client
        .validate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Bad name"]);
    let path = answer.diagnostics[0].attribute.clone().unwrap();
    let step = path.steps[0].selector.clone().unwrap();
    assert_eq!(
        step,
        pb::attribute_path::step::Selector::AttributeName("name".to_owned())
    );
}

#[tokio::test]
async fn a_plan_makes_computed_values_unknown_and_a_panic_is_a_diagnostic() {
    let mut served = configured().await;
    let plan = |name: &str| pb::plan_resource_change::Request {
        type_name: "example_thing".to_owned(),
        prior_state: null(),
        proposed_new_state: thing(name, Value::Null),
        config: thing(name, Value::Null),
        ..Default::default()
    };
    let answer = served
        .client
        .plan_resource_change(plan("a"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.diagnostics, []);
    let planned = decoded(answer.planned_state);
    assert_eq!(planned.get("id"), Some(&Value::unknown()));
    assert_eq!(
        planned.get("group").unwrap().get("member"),
        Some(&Value::unknown())
    );
    assert!(!answer.legacy_type_system);
    let request = plan("panic at plan");
    let answer = served
        .client
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        summaries(&answer.diagnostics),
        ["PlanResourceChange did not finish"]
    );
    assert!(answer.diagnostics[0].detail.contains("as asked"));
}

#[tokio::test]
async fn private_data_reach_the_plan_they_are_for() {
    let mut served = configured().await;
    let existing = thing("a", "1".into());
    for (prior, stored, expected) in [
        (null(), true, "stored: true, planned: p, prior: q"),
        (null(), false, "stored: false, planned: p, prior: q"),
        // Those of a state are from another version.
        (existing, true, "stored: true, planned: p, prior: "),
    ] {
        let request = pb::plan_resource_change::Request {
            type_name: "example_thing".to_owned(),
            prior_state: prior,
            proposed_new_state: thing("a", Value::Null),
            config: thing("a", Value::Null),
            planned_private: b"p".to_vec(),
            prior_private: b"q".to_vec(),
            client_capabilities: Some(pb::ClientCapabilities {
                store_planned_private: stored,
                ..Default::default()
            }),
            ..Default::default()
        };
        let answer = served.client.plan_resource_change(request).await.unwrap();
        let private = answer.into_inner().planned_private;
        assert_eq!(String::from_utf8(private).unwrap(), expected);
    }
}

#[tokio::test]
async fn a_failed_step_returns_the_existing_object() {
    let mut served = configured().await;
    for (name, summary) in [
        ("panic", "Applying the change did not finish"),
        ("fail", "Not made"),
    ] {
        let answer = served
            .client
            .apply_resource_change(create(name))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&answer.diagnostics), [summary]);
        let state = decoded(answer.new_state);
        assert_eq!(state.get("id"), Some(&"1".into()), "{name}");
        assert!(state.is_wholly_known(), "{name}");
        assert!(answer.private.is_empty(), "the state has no private data");
    }
    let delete = pb::apply_resource_change::Request {
        type_name: "example_thing".to_owned(),
        prior_state: thing("a", "1".into()),
        planned_state: null(),
        config: null(),
        ..Default::default()
    };
    let answer = served
        .client
        .apply_resource_change(delete)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Not deleted"]);
    assert_eq!(decoded(answer.new_state).get("id"), Some(&"1".into()));
}

#[tokio::test]
async fn without_a_configuration_calls_are_an_error() {
    let mut served = serve().await;
    let answer = served
        .client
        .apply_resource_change(create("a"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Provider not configured"]);
    let broken = config(&[("broken", true.into())]);
    let said = configure(&mut served.client, broken).await;
    assert_eq!(summaries(&said), ["Not connected"]);
}

#[tokio::test]
async fn a_stored_state_of_the_current_version_is_accepted_and_others_are_refused() {
    let mut served = serve().await;
    let upgrade = |version, json: &str| pb::upgrade_resource_state::Request {
        type_name: "example_thing".to_owned(),
        version,
        raw_state: Some(pb::RawState {
            json: json.as_bytes().to_vec(),
            ..Default::default()
        }),
    };
    let stored = r#"{ "name": "a", "id": "1", "dropped_long_ago": true }"#;
    let answer = served
        .client
        .upgrade_resource_state(upgrade(0, stored))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.diagnostics, []);
    let state = decoded(answer.upgraded_state);
    assert_eq!(state.get("id"), Some(&"1".into()));
    assert!(!state.get("group").unwrap().is_null());
    for (version, json) in [(7, stored), (0, "{"), (0, "")] {
        let request = upgrade(version, json);
        let answer = served
            .client
            .upgrade_resource_state(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.diagnostics.len(), 1, "version {version}: {json}");
    }
}

#[tokio::test]
async fn calls_for_unsupported_kinds_return_diagnostics() {
    let mut served = configured().await;
    let client = &mut served.client;
    macro_rules! lacks {
        ($($method:ident, $request:expr;)*) => {
            $(
                let answer = client.$method($request).await.unwrap().into_inner();
                let messages = summaries(&answer.diagnostics);
                assert_eq!(messages.len(), 1, stringify!($method));
                assert!(messages[0].starts_with("Unknown "), "{}: {messages:?}", stringify!($method));
            )*
        };
    }
    lacks! {
        validate_ephemeral_resource_config, pb::validate_ephemeral_resource_config::Request::default();
        validate_list_resource_config, pb::validate_list_resource_config::Request::default();
        validate_action_config, pb::validate_action_config::Request::default();
        validate_state_store_config, pb::validate_state_store::Request::default();
        validate_data_resource_config, pb::validate_data_resource_config::Request::default();
        upgrade_resource_identity, pb::upgrade_resource_identity::Request::default();
        move_resource_state, pb::move_resource_state::Request::default();
        generate_resource_config, pb::generate_resource_config::Request::default();
        open_ephemeral_resource, pb::open_ephemeral_resource::Request::default();
        renew_ephemeral_resource, pb::renew_ephemeral_resource::Request::default();
        close_ephemeral_resource, pb::close_ephemeral_resource::Request::default();
        plan_action, pb::plan_action::Request::default();
        configure_state_store, pb::configure_state_store::Request::default();
        lock_state, pb::lock_state::Request::default();
        unlock_state, pb::unlock_state::Request::default();
        get_states, pb::get_states::Request::default();
        delete_state, pb::delete_state::Request::default();
        read_data_source, pb::read_data_source::Request::default();
    }
    let identities = pb::get_resource_identity_schemas::Request::default();
    let identities = client
        .get_resource_identity_schemas(identities)
        .await
        .unwrap()
        .into_inner();
    assert!(identities.identity_schemas.is_empty() && identities.diagnostics.is_empty());
    let functions = pb::get_functions::Request::default();
    let functions = client.get_functions(functions).await.unwrap().into_inner();
    assert!(functions.functions.is_empty() && functions.diagnostics.is_empty());
    let call = pb::call_function::Request {
        name: "f".to_owned(),
        ..Default::default()
    };
    let called = client.call_function(call).await.unwrap().into_inner();
    assert!(called.error.unwrap().text.contains("\"f\""));
    let list = client
        .list_resource(pb::list_resource::Request::default())
        .await
        .unwrap();
    let event = list.into_inner().message().await.unwrap().unwrap();
    assert_eq!(event.diagnostic.len(), 1);
    let invoked = client
        .invoke_action(pb::invoke_action::Request::default())
        .await
        .unwrap();
    let event = invoked.into_inner().message().await.unwrap().unwrap();
    let completed = matches!(
        event.r#type,
        Some(pb::invoke_action::event::Type::Completed(_))
    );
    assert!(completed);
    let import = pb::import_resource_state::Request {
        type_name: "example_thing".to_owned(),
        id: "1".to_owned(),
        ..Default::default()
    };
    let imported = client
        .import_resource_state(import)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        summaries(&imported.diagnostics),
        ["Importing the resource did not finish"]
    );
    assert!(imported.imported_resources.is_empty());
}
