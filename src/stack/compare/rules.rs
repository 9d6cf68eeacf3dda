//! What counts as drift, and how serious it is.

use std::collections::{BTreeMap, BTreeSet};

use super::kind::Kind;
use super::regions::Regions;
use super::unmanaged::TagFilter;
use crate::cty::Path;
use crate::report::Level;
use crate::stack::declare::Stack;
use crate::stack::unknown::UnknownValue;

/// What counts as drift, and how serious it is.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Attributes that may differ.
    pub ignored_attributes: BTreeSet<Path>,
    /// Prefixes of the keys of tags that may differ.
    pub ignored_tag_prefixes: BTreeSet<String>,
    /// Whether to report undeclared flow logs.
    pub unmanaged: bool,
    /// The regions in which to look for undeclared flow logs, besides those of the declared ones.
    pub regions: Regions,
    /// The tags that an undeclared flow log must have to be reported.
    pub unmanaged_tags: Vec<TagFilter>,
    /// Whether it is an error if no flow log is declared.
    pub require_declared: bool,
    /// The level of each kind, if it is not the default.
    pub levels: BTreeMap<Kind, Level>,
}

impl Rules {
    /// Returns the unknown values of a stack that would be compared.
    pub(super) fn unknown(&self, stack: &Stack) -> Vec<UnknownValue> {
        let is_ignored = |path: &Path| {
            let mut ignored = self.ignored_attributes.iter();
            ignored.any(|ignored| path.steps().starts_with(ignored.steps()))
        };
        let entries = stack.entries.iter();
        let values = entries.flat_map(|declared| {
            let values = UnknownValue::of_entry(stack, declared);
            declared.unknown.iter().zip(values)
        });
        values
            .filter(|(unknown, _)| !is_ignored(&unknown.path))
            .map(|(_, value)| value)
            .collect()
    }
}
