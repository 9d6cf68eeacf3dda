//! A small provider with attributes of every shape. Its steps succeed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use vpcflow::cty::Path;
use vpcflow::framework::{
    self, Attr, Catalogue, Change, Context, Diagnostics, Failure, Model, NoIdentity, behaviour,
};
use vpcflow::functions;

/// The provider.
pub(super) struct Example;

/// The provider block.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Config {
    /// A text.
    #[serde(default)]
    text: Attr<String>,
    /// A block.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    block: Vec<Group>,
}

/// A thing.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Thing {
    /// What the thing does.
    name: Attr<String>,
    /// The ID.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    id: Attr<String>,
    /// A number.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    number: Attr<i64>,
    /// A choice.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(&["ALL", "NONE"]))]
    #[schemars(transform = behaviour::requires_replace)]
    choice: Attr<String>,
    /// Tags.
    #[serde(default)]
    tags: Attr<BTreeMap<String, Attr<String>>>,
    /// A group.
    #[serde(default)]
    #[schemars(transform = behaviour::group_block)]
    group: Attr<Group>,
    /// Members.
    #[serde(default)]
    #[schemars(transform = behaviour::set_block)]
    members: Vec<Group>,
}

/// A group.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct Group {
    /// A member.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    member: Attr<String>,
    /// Texts.
    #[serde(default)]
    texts: Attr<Vec<String>>,
}

impl Model for Config {}
impl Model for Thing {}

impl framework::Provider for Example {
    type Config = Config;
    type Connection = ();

    fn validate(&self, _: &Config, _: &mut Diagnostics) {}

    async fn configure(
        &self,
        _: Config,
        _: &[Path],
        _: CancellationToken,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn catalogue() -> Catalogue<()> {
        functions::add(Catalogue::default().resource(Things))
    }
}

struct Things;

impl framework::Resource for Things {
    type Connection = ();
    type State = Thing;
    type Identity = NoIdentity;
    const TYPE_NAME: &'static str = super::THING;
    const VERSION: i64 = 1;

    fn validate(&self, config: &Thing, diagnostics: &mut Diagnostics) {
        if config.members.len() > 2 {
            diagnostics.error("members", "too-many", "Too many", "Leave one out.");
        }
    }

    fn plan(
        &self,
        (): &(),
        change: &mut Change<Thing>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        if change.planned.number.is_unknown() {
            change.planned.number = Attr::Known(7);
        }
        Ok(())
    }

    async fn create(
        &self,
        (): &(),
        _: Thing,
        planned: Thing,
        _: &Context<Thing>,
    ) -> Result<Thing, Failure<Thing>> {
        Ok(made(planned))
    }

    async fn read(
        &self,
        (): &(),
        state: Thing,
        _: &Context<Thing>,
    ) -> Result<Option<Thing>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(
        &self,
        (): &(),
        _: Thing,
        planned: Thing,
        _: &Context<Thing>,
    ) -> Result<Thing, Failure<Thing>> {
        Ok(made(planned))
    }

    async fn delete(&self, (): &(), _: Thing, _: &Context<Thing>) -> Result<(), Diagnostics> {
        Ok(())
    }

    async fn import(&self, (): &(), id: &str, _: &Context<Thing>) -> Result<Thing, Diagnostics> {
        Ok(Thing {
            name: Attr::Known(id.to_owned()),
            id: Attr::Known(id.to_owned()),
            number: Attr::Null,
            choice: Attr::Null,
            tags: Attr::Null,
            group: Attr::Null,
            members: Vec::new(),
        })
    }
}

fn made(planned: Thing) -> Thing {
    Thing {
        id: Attr::Known("1".to_owned()),
        ..planned
    }
}
