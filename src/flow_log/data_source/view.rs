//! A flow log as the data sources show it: the attributes of the resource, all of them read-only.
//!
//! Schema and values are those of the model, so there is no second list of attributes.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::super::convert;
use super::super::model::FlowLog;
use crate::aws::ec2;
use crate::connection::Connection;
use crate::framework::{Attr, Model, behaviour};

/// The attributes of the resource that only manage it. `tags` shows what `tags_all` contains.
const LEFT_OUT: [&str; 3] = ["adopt_existing", "tags_all", "timeouts"];

/// A flow log, with all its attributes read-only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct View(FlowLog);

impl Model for View {}

impl View {
    /// Returns the view of a flow log that EC2 describes.
    pub(super) fn of(described: ec2::FlowLog, region: &str, connection: &Connection) -> Self {
        let before = FlowLog::default();
        let state = convert::state(described, &before, region, connection);
        let tags = state.tags_all.map(|tags| {
            let tags = tags.into_iter();
            tags.map(|(key, value)| (key, Attr::Known(value))).collect()
        });
        Self(FlowLog {
            tags,
            // The model does not serialize these if they are null.
            adopt_existing: Attr::Null,
            tags_all: Attr::Null,
            timeouts: Attr::Null,
            ..state
        })
    }
}

impl Deref for View {
    type Target = FlowLog;

    fn deref(&self) -> &FlowLog {
        &self.0
    }
}

impl JsonSchema for View {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "View".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = FlowLog::json_schema(generator);
        behaviour::read_only_view(&mut schema, &LEFT_OUT);
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::{Mode, lower};

    #[test]
    fn the_view_has_the_attributes_of_the_resource_and_none_can_be_written() {
        let resource = lower::<FlowLog>(0).unwrap().block;
        let view = lower::<View>(0).unwrap().block;
        let names = resource.attributes.keys().chain(resource.blocks.keys());
        let mut names: Vec<_> = names.filter(|name| !LEFT_OUT.contains(&&***name)).collect();
        names.sort();
        assert_eq!(view.attributes.keys().collect::<Vec<_>>(), names);
        assert!(view.blocks.is_empty());
        for (name, attribute) in &view.attributes {
            assert_eq!(attribute.mode, Mode::Computed, "{name}");
            assert!(attribute.description.ends_with('.'), "{name}");
            assert!(!attribute.description.contains(". "), "{name}");
        }
    }
}
