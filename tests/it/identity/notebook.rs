//! A test provider with one resource, which has an identity and a list.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use vpcflow::framework::{
    self, Attr, Catalogue, Change, Context, Diagnostic, Diagnostics, Failure, Finds, Found, Model,
    Source, Stored, behaviour,
};

/// Notified when a list ends for any reason.
pub(super) type Ended = Arc<Notify>;

struct EndOfList(Ended);

impl Drop for EndOfList {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

pub(super) struct Example(pub(super) Ended);

/// No settings.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Config {}

/// A note.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Note {
    /// Its text.
    pub(super) text: Attr<String>,
    /// Its color.
    #[serde(default)]
    #[schemars(transform = behaviour::default_value("yellow"))]
    pub(super) color: Attr<String>,
    /// Its title.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub(super) title: Attr<String>,
    /// Its number.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub(super) id: Attr<String>,
    /// Pages.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    pub(super) page: Attr<Vec<Page>>,
}

/// A page.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Page {
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
pub(super) struct NoteIdentity {
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
pub(super) struct Notes {
    /// Their number.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub(super) count: Attr<i64>,
    /// The failure after the last note.
    #[serde(default)]
    pub(super) failure: Attr<String>,
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

/// Returns a complete note.
pub(super) fn note(id: &str) -> Note {
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
