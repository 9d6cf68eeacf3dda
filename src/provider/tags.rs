//! The tag settings of the provider block, with the environment variables that the AWS provider reads.

use std::collections::BTreeSet;

use super::Config;
use crate::connection::{IgnoreTags, Tags};
use crate::framework::Attr;

/// A default tag: `TF_AWS_DEFAULT_TAGS_<key>=<value>`.
const DEFAULT_TAG: &str = "TF_AWS_DEFAULT_TAGS_";
/// Comma-separated keys to ignore.
const IGNORED_KEYS: &str = "TF_AWS_IGNORE_TAGS_KEYS";
/// Comma-separated key prefixes to ignore.
const IGNORED_PREFIXES: &str = "TF_AWS_IGNORE_TAGS_KEY_PREFIXES";

/// Gives the tags that every resource gets; unknown if any part of them is.
pub(crate) fn defaults(config: &Config) -> Attr<Tags> {
    let mut tags: Tags = std::env::vars()
        .filter_map(|(name, value)| Some((name.strip_prefix(DEFAULT_TAG)?.to_owned(), value)))
        .collect();
    let written = match &config.default_tags {
        Attr::Unknown => return Attr::Unknown,
        Attr::Null => return Attr::Known(tags),
        Attr::Known(block) => &block.tags,
    };
    if written.is_unknown() {
        return Attr::Unknown;
    }
    for (key, value) in written.known().into_iter().flatten() {
        match value {
            Attr::Known(value) => drop(tags.insert(key.clone(), value.clone())),
            Attr::Null => {}
            Attr::Unknown => return Attr::Unknown,
        }
    }
    Attr::Known(tags)
}

/// Gives the tags that are left alone; unknown if any part of them is.
pub(crate) fn ignored(config: &Config) -> Attr<IgnoreTags> {
    let mut ignored = IgnoreTags {
        keys: listed(IGNORED_KEYS),
        key_prefixes: listed(IGNORED_PREFIXES),
    };
    let block = match &config.ignore_tags {
        Attr::Unknown => return Attr::Unknown,
        Attr::Null => return Attr::Known(ignored),
        Attr::Known(block) => block,
    };
    let parts = [
        (&block.keys, &mut ignored.keys),
        (&block.key_prefixes, &mut ignored.key_prefixes),
    ];
    for (written, ignored) in parts {
        if written.is_unknown() {
            return Attr::Unknown;
        }
        for key in written.known().into_iter().flatten() {
            match key {
                Attr::Known(key) => drop(ignored.insert(key.clone())),
                Attr::Null => {}
                Attr::Unknown => return Attr::Unknown,
            }
        }
    }
    Attr::Known(ignored)
}

fn listed(variable: &str) -> BTreeSet<String> {
    let text = std::env::var(variable).unwrap_or_default();
    let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
    keys.map(str::to_owned).collect()
}
