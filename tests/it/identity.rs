//! Identities, lists, generated configurations, moves and upgrades of a small test provider, over the real transport.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use vpcflow::cty::{Map, Type, Value};
use vpcflow::framework::{
    self, Attr, Catalogue, Change, Context, Diagnostic, Diagnostics, Failure, Finds, Found, Model,
    Source, Stored, behaviour, lower,
};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;

use crate::harness::client::Client;
use crate::harness::wire::{self, configure, encoded, null, summaries};

/// Notified when a list ends for any reason.
type Ended = Arc<Notify>;

struct EndOfList(Ended);

impl Drop for EndOfList {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

struct Example(Ended);

/// No settings.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Config {}

/// A note.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
struct Note {
    /// Its text.
    text: Attr<String>,
    /// Its color.
    #[serde(default)]
    #[schemars(transform = behaviour::default_value("yellow"))]
    color: Attr<String>,
    /// Its title.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    title: Attr<String>,
    /// Its number.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    id: Attr<String>,
    /// Pages.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    page: Attr<Vec<Page>>,
}

/// A page.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
struct Page {
    /// Its number.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    number: Attr<i64>,
    /// Its text.
    #[serde(default)]
    text: Attr<String>,
}

/// A note in the frozen format of version 0.
#[derive(Deserialize)]
struct NoteV0 {
    id: String,
    says: String,
}

impl From<NoteV0> for Note {
    fn from(note: NoteV0) -> Self {
        let NoteV0 { id, says } = note;
        Self {
            text: says.into(),
            color: Attr::Null,
            title: Attr::Null,
            id: id.into(),
            page: Attr::Null,
        }
    }
}

/// The identity of a note.
#[derive(Serialize, Deserialize, JsonSchema)]
struct NoteIdentity {
    /// The number.
    id: Attr<String>,
    /// The shelf.
    #[serde(default)]
    shelf: Attr<String>,
}

/// An identity in the frozen format of version 0.
#[derive(Deserialize)]
struct NoteIdentityV0 {
    number: String,
}

/// The notes to list.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Notes {
    /// Their number.
    #[serde(default)]
    #[schemars(range(min = 0))]
    count: Attr<i64>,
    /// The failure after the last note.
    #[serde(default)]
    failure: Attr<String>,
}

impl Model for Config {}
impl Model for Note {}
impl Model for NoteIdentity {}
impl Model for Notes {}

impl framework::Identity<Note> for NoteIdentity {
    const VERSION: i64 = 1;

    fn of(state: &Note) -> Option<Self> {
        (!state.id.is_null()).then(|| Self {
            id: state.id.clone(),
            shelf: "top".to_owned().into(),
        })
    }

    fn upgrade(stored: &Stored<'_>) -> Result<Self, Diagnostics> {
        match stored.version {
            0 => Ok(Self {
                id: stored.read::<NoteIdentityV0>()?.number.into(),
                shelf: Attr::Null,
            }),
            _ => Err(stored.of_unknown_version(Self::VERSION)),
        }
    }
}

impl framework::Provider for Example {
    type Config = Config;
    type Connection = Ended;

    fn validate(&self, _: &Config, _: &mut Diagnostics) {}

    async fn configure(
        &self,
        _: Config,
        _: &[vpcflow::cty::Path],
        _: CancellationToken,
        _: &mut Diagnostics,
    ) -> Result<Ended, Diagnostics> {
        Ok(Arc::clone(&self.0))
    }

    fn catalogue() -> Catalogue<Ended> {
        Catalogue::default()
            .resource(Notebook)
            .list_resource(Notebook)
    }
}

struct Notebook;

impl framework::Resource for Notebook {
    type Connection = Ended;
    type State = Note;
    type Identity = NoteIdentity;
    const TYPE_NAME: &'static str = "example_note";
    const VERSION: i64 = 1;

    fn validate(&self, _: &Note, _: &mut Diagnostics) {}

    fn plan(
        &self,
        _: &Ended,
        _: &mut Change<Note>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn create(
        &self,
        _: &Ended,
        _: Note,
        planned: Note,
        _: &Context<Note>,
    ) -> Result<Note, Failure<Note>> {
        let created = Note {
            id: "1".to_owned().into(),
            ..planned
        };
        match created.text.known().map(String::as_str) {
            Some("fail") => Err(Failure::with_state(
                Diagnostic::error("torn", "Torn", "As asked."),
                created,
            )),
            _ => Ok(created),
        }
    }

    async fn read(
        &self,
        _: &Ended,
        state: Note,
        _: &Context<Note>,
    ) -> Result<Option<Note>, Diagnostics> {
        Ok(Some(state).filter(|note| note.id != Attr::Known("gone".to_owned())))
    }

    async fn update(
        &self,
        _: &Ended,
        _: Note,
        planned: Note,
        _: &Context<Note>,
    ) -> Result<Note, Failure<Note>> {
        Ok(planned)
    }

    async fn delete(&self, _: &Ended, _: Note, _: &Context<Note>) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn import(&self, _: &Ended, id: &str, _: &Context<Note>) -> Result<Note, Diagnostics> {
        Ok(note(id))
    }

    async fn import_by_identity(
        &self,
        _: &Ended,
        identity: NoteIdentity,
        _: &Context<Note>,
    ) -> Result<Note, Diagnostics> {
        let id = identity.id.into_known().unwrap();
        Ok(note(&format!("{id} on {:?}", identity.shelf)))
    }

    fn upgrade(stored: &Stored<'_>) -> Result<Note, Diagnostics> {
        match stored.version {
            0 => Ok(stored.read::<NoteV0>()?.into()),
            _ => Err(stored.of_unknown_version(Self::VERSION)),
        }
    }

    fn move_from(source: &Source<'_>) -> Result<Note, Diagnostics> {
        match (source.namespace_and_name(), source.stored.of) {
            (Some(("other", "paper")), "paper_note") => Ok(source.stored.read::<NoteV0>()?.into()),
            _ => Err(source.refused(Self::TYPE_NAME, "A paper_note of other/paper can be.")),
        }
    }

    fn generate_config(&self, _: Option<&Ended>, state: Note) -> Note {
        Note {
            title: Attr::Null,
            ..state
        }
    }
}

impl framework::ListResource for Notebook {
    type Resource = Self;
    type Model = Notes;

    fn validate(&self, config: &Notes, diagnostics: &mut Diagnostics) {
        if config.count == Attr::Known(13) {
            diagnostics.warning("count", "unlucky", "Unlucky", "It is thirteen.");
        }
    }

    async fn list(
        &self,
        ended: &Ended,
        config: Notes,
        found: &mut Finds<Note>,
        context: &Context,
    ) -> Result<(), Diagnostics> {
        let _end = EndOfList(Arc::clone(ended));
        context.warn(Diagnostic::warning("old", "Old", "The notebook is old."));
        for number in 0..config.count.into_known().unwrap_or(i64::MAX) {
            let display_name = format!("Note {number}");
            let state = note(&number.to_string());
            if !found
                .send(Found {
                    display_name,
                    state,
                })
                .await
            {
                return Ok(());
            }
        }
        match config.failure.known().map(String::as_str) {
            Some("panic") => panic!("as asked"),
            Some(_) => {
                Err(Diagnostic::error("page-missing", "Page missing", "It was torn out.").into())
            }
            None => Ok(()),
        }
    }
}

fn note(id: &str) -> Note {
    Note {
        text: "a".to_owned().into(),
        color: "yellow".to_owned().into(),
        title: "b".to_owned().into(),
        id: id.to_owned().into(),
        page: vec![Page {
            number: 1.into(),
            text: "c".to_owned().into(),
        }]
        .into(),
    }
}

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
async fn a_stored_identity_is_upgraded_from_every_version() {
    let mut served = serve().await;
    let upgrade = |version, json: &str| pb::upgrade_resource_identity::Request {
        type_name: "example_note".to_owned(),
        version,
        raw_identity: raw(json),
    };
    let present = (
        1,
        r#"{ "id": "1", "shelf": "low", "more": true }"#,
        Value::from("low"),
    );
    let old = (0, r#"{ "number": "1" }"#, Value::Null);
    for (version, json, shelf) in [present, old] {
        let request = upgrade(version, json);
        let response = served
            .client
            .upgrade_resource_identity(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(response.diagnostics, []);
        assert_eq!(identity(response.upgraded_identity), ("1".into(), shelf));
    }
    for (version, json) in [(2, "{}"), (0, "{}"), (1, ""), (1, "[")] {
        let request = upgrade(version, json);
        let response = served
            .client
            .upgrade_resource_identity(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(response.diagnostics.len(), 1, "version {version}: {json}");
        assert_eq!(response.upgraded_identity, None);
    }
}

#[tokio::test]
async fn a_stored_state_is_upgraded_from_an_older_version() {
    let mut served = serve().await;
    let upgrade = |version, json: &str| pb::upgrade_resource_state::Request {
        type_name: "example_note".to_owned(),
        version,
        raw_state: raw(json),
    };
    let old = upgrade(0, r#"{ "id": "1", "says": "hello", "dropped": [] }"#);
    let response = served
        .client
        .upgrade_resource_state(old)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.diagnostics, []);
    let state = decoded(response.upgraded_state);
    assert_eq!(state.get("text"), Some(&"hello".into()));
    assert_eq!(state.get("page"), Some(&Value::List(Vec::new())));
    for (version, json, text) in [
        (0, r#"{ "id": "1" }"#, "`says`"),
        (
            -1,
            "{}",
            "has schema version -1, but this provider supports versions up to 1",
        ),
        (2, "{}", "has schema version 2"),
    ] {
        let request = upgrade(version, json);
        let response = served
            .client
            .upgrade_resource_state(request)
            .await
            .unwrap()
            .into_inner();
        let detail = &response.diagnostics[0].detail;
        assert!(detail.contains(text), "{detail}");
    }
}

#[tokio::test]
async fn an_object_of_another_provider_is_moved_with_its_identity_or_refused() {
    let mut served = serve().await;
    let moving = |provider: &str, source: &str, json: &str| pb::move_resource_state::Request {
        source_provider_address: provider.to_owned(),
        source_type_name: source.to_owned(),
        source_schema_version: 3,
        source_state: raw(json),
        target_type_name: "example_note".to_owned(),
        source_private: b"theirs".to_vec(),
        ..Default::default()
    };
    let json = r#"{ "id": "1", "says": "hello" }"#;
    let request = moving("registry.example.com/other/paper", "paper_note", json);
    let response = served
        .client
        .move_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.diagnostics, []);
    assert_eq!(
        decoded(response.target_state).get("text"),
        Some(&"hello".into())
    );
    assert_eq!(
        identity(response.target_identity),
        ("1".into(), "top".into())
    );
    assert!(response.target_private.is_empty());
    let request = moving("registry.example.com/else/paper", "paper_note", json);
    let response = served
        .client
        .move_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&response.diagnostics), ["Resource not moved"]);
    let detail = &response.diagnostics[0].detail;
    for text in [
        "registry.example.com/else/paper",
        "schema version 3",
        "A paper_note of other/paper can be.",
    ] {
        assert!(detail.contains(text), "{detail}");
    }
    let request = moving("registry.example.com/other/paper", "paper_note", "");
    let response = served
        .client
        .move_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.diagnostics.len(), 1);
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

fn listing(count: Option<i64>, failure: Option<&str>) -> pb::list_resource::Request {
    let ty = lower::<Notes>(0).unwrap().ty;
    let notes = Notes {
        count: count.into(),
        failure: failure.map(str::to_owned).into(),
    };
    pb::list_resource::Request {
        type_name: "example_note".to_owned(),
        config: encoded(&notes.encode(&ty).unwrap(), &ty),
        ..Default::default()
    }
}

async fn events(
    served: &mut Served,
    request: pb::list_resource::Request,
) -> Vec<pb::list_resource::Event> {
    let mut stream = served
        .client
        .list_resource(request)
        .await
        .unwrap()
        .into_inner();
    let mut events = Vec::new();
    while let Some(event) = stream.message().await.unwrap() {
        events.push(event);
    }
    events
}

#[tokio::test]
async fn a_list_returns_names_identities_and_on_request_objects() {
    let mut served = serve().await;
    let found = events(&mut served, listing(Some(3), None)).await;
    let names: Vec<_> = found
        .iter()
        .map(|event| event.display_name.as_str())
        .collect();
    assert_eq!(names, ["Note 0", "Note 1", "Note 2", ""]);
    assert_eq!(
        identity(found[1].identity.clone()),
        ("1".into(), "top".into())
    );
    assert_eq!(found[1].resource_object, None);
    assert_eq!(summaries(&found[3].diagnostic), ["Old"]);
    let request = pb::list_resource::Request {
        include_resource_object: true,
        limit: 2,
        ..listing(None, None)
    };
    let found = events(&mut served, request).await;
    assert_eq!(found.len(), 3);
    let object = decoded(found[0].resource_object.clone());
    assert_eq!(object.get("id"), Some(&"0".into()));
}

#[tokio::test]
async fn a_list_that_fails_returns_its_objects_and_then_the_error() {
    let mut served = serve().await;
    for (failure, summary) in [
        ("error", "Page missing"),
        ("panic", "Listing did not finish"),
    ] {
        let found = events(&mut served, listing(Some(2), Some(failure))).await;
        assert_eq!(found[1].display_name, "Note 1");
        let last = found.last().unwrap();
        assert_eq!(summaries(&last.diagnostic), [summary]);
    }
    let request = listing(Some(-1), None);
    let found = events(&mut served, request).await;
    assert_eq!(summaries(&found[0].diagnostic), ["Invalid value for count"]);
    let unknown = pb::list_resource::Request {
        type_name: "example_else".to_owned(),
        ..Default::default()
    };
    let found = events(&mut served, unknown).await;
    assert_eq!(
        summaries(&found[0].diagnostic),
        ["Unknown list resource type"]
    );
}

#[tokio::test]
async fn a_list_waits_for_the_client_and_ends_when_the_client_disconnects() {
    let mut served = serve().await;
    let request = listing(None, None);
    let mut stream = served
        .client
        .list_resource(request)
        .await
        .unwrap()
        .into_inner();
    for number in 0..10 {
        let event = stream.message().await.unwrap().unwrap();
        assert_eq!(event.display_name, format!("Note {number}"));
    }
    drop(stream);
    let ended = served.ended.notified();
    tokio::time::timeout(Duration::from_secs(20), ended)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_configuration_of_a_list_is_validated() {
    let mut served = serve().await;
    for (count, summary) in [(13, "Unlucky"), (-1, "Invalid value for count")] {
        let request = pb::validate_list_resource_config::Request {
            type_name: "example_note".to_owned(),
            config: listing(Some(count), None).config,
            ..Default::default()
        };
        let response = served
            .client
            .validate_list_resource_config(request)
            .await
            .unwrap();
        assert_eq!(summaries(&response.into_inner().diagnostics), [summary]);
    }
}
