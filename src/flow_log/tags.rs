//! The rules of tags: `tags` contains the tags that the user wrote, `tags_all` those that the flow log has.
//!
//! The user's tags override default tags. A null value leaves its key out. Ignored keys and those of AWS itself (`aws:`)
//! are neither shown nor changed.

use std::collections::BTreeMap;

use super::model::FlowLog;
use crate::connection::{Connection, IgnoreTags, Tags};
use crate::framework::Attr;

/// The tags of the configuration. A tag whose value is null is omitted.
pub(crate) type Written = Attr<BTreeMap<String, Attr<String>>>;

/// Plans `tags_all`: the default tags and the configured tags, without the ignored ones.
///
/// The plan is unknown as a whole if any part of it is unknown, because Core refuses elements that appear later.
pub(crate) fn plan(connection: &Connection, tags: &Written) -> Attr<Tags> {
    let Attr::Known(ignore) = or_none(&connection.ignore_tags) else {
        return Attr::Unknown;
    };
    let (Attr::Known(mut all), Attr::Known(own)) =
        (or_none(&connection.default_tags), or_none(tags))
    else {
        return Attr::Unknown;
    };
    for (key, value) in own {
        match value {
            Attr::Known(value) => {
                let _ = all.insert(key, value);
            }
            Attr::Null => {}
            Attr::Unknown => return Attr::Unknown,
        }
    }
    all.retain(|key, _| !ignore.ignores(key));
    Attr::Known(all)
}

/// Returns the tags that a refresh shows as `tags_all`.
pub(crate) fn visible(connection: &Connection, described: &Tags) -> Tags {
    let ignore = ignored(connection);
    let shown = |key: &str| !key.starts_with("aws:") && !ignore.ignores(key);
    let tags = described.iter().filter(|(key, _)| shown(key));
    tags.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Returns `tags` and `tags_all` of a described flow log. While the ignored tags are unknown, both keep their previous
/// values.
pub(crate) fn read(
    connection: &Connection,
    described: &Tags,
    before: &FlowLog,
) -> (Written, Attr<Tags>) {
    if connection.ignore_tags.is_unknown() && before.tags_all.known().is_some() {
        return (before.tags.clone(), before.tags_all.clone());
    }
    let all = visible(connection, described);
    (refresh(connection, &all, before), Attr::Known(all))
}

/// Returns the tags that a refresh shows as `tags`: configured tags that still exist, and tags that were added outside
/// of Terraform. It contains no default tag that is not configured.
pub(crate) fn refresh(connection: &Connection, all: &Tags, before: &FlowLog) -> Written {
    let written = before.tags.known().cloned().unwrap_or_default();
    let defaults = match &connection.default_tags {
        Attr::Known(tags) => tags.clone(),
        Attr::Null => Tags::new(),
        // A tag that the user did not write and that was there before counts as a default.
        Attr::Unknown => before.tags_all.known().cloned().unwrap_or_default(),
    };
    let ignore = ignored(connection);
    let mut tags = BTreeMap::new();
    for (key, value) in all {
        let own = written.get(key).is_some_and(|value| !value.is_null());
        if own || defaults.get(key) != Some(value) {
            tags.insert(key.clone(), Attr::Known(value.clone()));
        }
    }
    for (key, value) in written {
        // Kept as written: keys that are left out on purpose, and ignored keys.
        if value.is_null() || ignore.ignores(&key) {
            tags.entry(key).or_insert(value);
        }
    }
    if tags.is_empty() && before.tags.is_null() {
        Attr::Null
    } else {
        Attr::Known(tags)
    }
}

/// The change from one set of tags to another.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Keys to remove.
    pub(crate) remove: Vec<String>,
    /// Tags to add or change.
    pub(crate) set: Tags,
}

impl Difference {
    /// Returns the tags after the change.
    pub(crate) fn applied_to(&self, tags: &Tags) -> Tags {
        let kept = tags.iter().filter(|(key, _)| !self.remove.contains(key));
        kept.chain(&self.set)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }
}

/// Compares two sets of tags.
pub(crate) fn difference(before: &Tags, after: &Tags) -> Difference {
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    let changed = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value));
    Difference {
        remove: gone.cloned().collect(),
        set: changed
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    }
}

fn ignored(connection: &Connection) -> IgnoreTags {
    connection.ignore_tags.known().cloned().unwrap_or_default()
}

/// Returns the value, or an empty one for null.
fn or_none<T: Clone + Default>(value: &Attr<T>) -> Attr<T> {
    match value {
        Attr::Null => Attr::Known(T::default()),
        other => other.clone(),
    }
}
