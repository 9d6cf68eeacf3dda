//! Identities, lists, generated configurations, moves and upgrades of a small test provider, over the real transport.

mod lists;
mod notebook;
mod stored;

use std::sync::Arc;

use tonic::transport::Channel;
use vpcflow::cty::{Map, Type, Value};
use vpcflow::framework::{Attr, Model, lower};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;

use crate::harness::client::Client;
use crate::harness::wire::{self, configure, encoded, null, summaries};
use notebook::{Config, Ended, Example, Note, NoteIdentity, note};

/// A configured provider and its client.
struct Served {
    client: ProviderClient<Channel>,
    ended: Ended,
    _server: Client,
}

async fn serve() -> Served {
    let ended = Ended::default();
    let (mut client, server) = wire::serve(Example(Arc::clone(&ended))).await;
    let config = encoded(&Value::Map(Map::new()), &config_type());
    assert_eq!(configure(&mut client, config).await, []);
    Served {
        client,
        ended,
        _server: server,
    }
}

fn config_type() -> Type {
    lower::<Config>(0).unwrap().ty
}

fn note_type() -> Type {
    lower::<Note>(1).unwrap().ty
}

fn identity_type() -> Type {
    lower::<NoteIdentity>(1).unwrap().ty
}

fn encoded_note(note: &Note) -> Option<pb::DynamicValue> {
    encoded(&note.encode(&note_type()).unwrap(), &note_type())
}

fn decoded(value: Option<pb::DynamicValue>) -> Value {
    wire::decoded(value, &note_type())
}

/// Returns the two attributes of an identity.
fn identity(data: Option<pb::ResourceIdentityData>) -> (Value, Value) {
    let data = data.unwrap().identity_data.unwrap();
    let value = wire::decoded(Some(data), &identity_type());
    let of = |name: &str| value.get(name).unwrap().clone();
    (of("id"), of("shelf"))
}

fn raw(json: &str) -> Option<pb::RawState> {
    Some(pb::RawState {
        json: json.as_bytes().to_vec(),
        ..Default::default()
    })
}

#[tokio::test]
async fn schemas_of_identities_and_lists_and_their_capabilities_are_returned() {
    let mut served = serve().await;
    let request = pb::get_resource_identity_schemas::Request::default();
    let identities = served.client.get_resource_identity_schemas(request).await;
    let identities = identities.unwrap().into_inner().identity_schemas;
    let schema = &identities["example_note"];
    assert_eq!(schema.version, 1);
    let [id, shelf] = schema.identity_attributes.as_slice() else {
        panic!("{schema:?}")
    };
    assert_eq!(
        (id.name.as_str(), id.r#type.as_slice()),
        ("id", &b"\"string\""[..])
    );
    assert!(id.required_for_import && !id.optional_for_import);
    assert!(shelf.optional_for_import && !shelf.required_for_import);
    assert_eq!(shelf.description, "The shelf.");
    let request = pb::get_provider_schema::Request::default();
    let schema = served
        .client
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    assert!(schema.list_resource_schemas["example_note"].block.is_some());
    let capabilities = schema.server_capabilities.unwrap();
    assert!(capabilities.move_resource_state && capabilities.generate_resource_config);
    let request = pb::get_metadata::Request::default();
    let metadata = served
        .client
        .get_metadata(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(metadata.list_resources[0].type_name, "example_note");
}

#[tokio::test]
async fn responses_about_an_object_contain_its_identity() {
    let mut served = serve().await;
    let known = (Value::from("1"), Value::from("top"));
    let config = Note {
        text: "a".to_owned().into(),
        page: Vec::new().into(),
        ..Note::default()
    };
    let plan = pb::plan_resource_change::Request {
        type_name: "example_note".to_owned(),
        prior_state: null(),
        proposed_new_state: encoded_note(&config),
        config: encoded_note(&config),
        ..Default::default()
    };
    let planned = served
        .client
        .plan_resource_change(plan)
        .await
        .unwrap()
        .into_inner();
    // Terraform 1.15 cannot print a plan with an unknown identity.
    assert_eq!(planned.planned_identity, None);
    for text in ["a", "fail"] {
        let config = Note {
            text: text.to_owned().into(),
            ..config.clone()
        };
        let apply = pb::apply_resource_change::Request {
            type_name: "example_note".to_owned(),
            prior_state: null(),
            planned_state: encoded_note(&Note {
                id: Attr::Unknown,
                ..config.clone()
            }),
            config: encoded_note(&config),
            ..Default::default()
        };
        let applied = served
            .client
            .apply_resource_change(apply)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(identity(applied.new_identity), known, "{text}");
    }
    let read = |id: &str| pb::read_resource::Request {
        type_name: "example_note".to_owned(),
        current_state: encoded_note(&note(id)),
        ..Default::default()
    };
    let response = served
        .client
        .read_resource(read("1"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(identity(response.new_identity), known);
    let response = served
        .client
        .read_resource(read("gone"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.new_identity, None);
    let destroy = pb::apply_resource_change::Request {
        type_name: "example_note".to_owned(),
        prior_state: encoded_note(&note("1")),
        planned_state: null(),
        config: null(),
        ..Default::default()
    };
    let response = served
        .client
        .apply_resource_change(destroy)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (response.new_identity, summaries(&response.diagnostics)),
        (None, vec![])
    );
}

#[tokio::test]
async fn an_import_by_identity_accepts_a_partial_identity_and_returns_the_complete_one() {
    let mut served = serve().await;
    let wanted = Value::map([("id", "7".into()), ("shelf", Value::Null)]);
    let request = pb::import_resource_state::Request {
        type_name: "example_note".to_owned(),
        identity: Some(pb::ResourceIdentityData {
            identity_data: encoded(&wanted, &identity_type()),
        }),
        ..Default::default()
    };
    let response = served
        .client
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.diagnostics, []);
    let imported = response.imported_resources.into_iter().next().unwrap();
    assert_eq!(
        identity(imported.identity),
        ("7 on Null".into(), "top".into())
    );
    assert_eq!(decoded(imported.state).get("id"), Some(&"7 on Null".into()));
    let request = pb::import_resource_state::Request {
        type_name: "example_note".to_owned(),
        id: "8".to_owned(),
        ..Default::default()
    };
    let response = served
        .client
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    let imported = response.imported_resources.into_iter().next().unwrap();
    assert_eq!(identity(imported.identity), ("8".into(), "top".into()));
}

#[tokio::test]
async fn a_generated_configuration_omits_computed_and_default_values() {
    let mut served = serve().await;
    let request = |state| pb::generate_resource_config::Request {
        type_name: "example_note".to_owned(),
        state,
    };
    let generate = request(encoded_note(&note("1")));
    let response = served
        .client
        .generate_resource_config(generate)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.diagnostics, []);
    let config = decoded(response.config);
    assert_eq!(config.get("text"), Some(&"a".into()));
    for name in ["id", "color", "title"] {
        assert_eq!(config.get(name), Some(&Value::Null), "{name}");
    }
    let Some(Value::List(pages)) = config.get("page") else {
        panic!("{config:?}")
    };
    assert_eq!(pages[0].get("number"), Some(&Value::Null));
    assert_eq!(pages[0].get("text"), Some(&"c".into()));
    let colored = Note {
        color: "red".to_owned().into(),
        ..note("1")
    };
    let generate = request(encoded_note(&colored));
    let response = served
        .client
        .generate_resource_config(generate)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(decoded(response.config).get("color"), Some(&"red".into()));
    let response = served
        .client
        .generate_resource_config(request(null()))
        .await;
    assert_eq!(
        summaries(&response.unwrap().into_inner().diagnostics).len(),
        1
    );
}
