//! The accounts and regions in which flow logs are declared.

use std::collections::BTreeMap;

use crate::stack::declare::{Declaration, Stack};

/// A region, in an account if one is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::stack) struct Target {
    pub(in crate::stack) account: Option<String>,
    pub(in crate::stack) region: String,
}

/// A declaration with its place in everything that is declared.
#[derive(Clone, Copy, Debug)]
pub(in crate::stack) struct Entry<'s> {
    /// The position of its stack among all stacks.
    pub(in crate::stack) source: usize,
    /// Its position in its stack.
    pub(in crate::stack) index: usize,
    pub(in crate::stack) stack: &'s Stack,
    pub(in crate::stack) declared: &'s Declaration,
}

/// The flow logs of several stacks by target.
#[derive(Debug)]
pub(in crate::stack) struct Targets<'s> {
    /// The declarations, in the order of the stacks.
    pub(in crate::stack) declared: BTreeMap<Target, Vec<Entry<'s>>>,
    /// The declarations whose region is not known.
    pub(in crate::stack) without_region: Vec<Entry<'s>>,
}

impl Entry<'_> {
    /// Returns the place that orders the entries.
    pub(in crate::stack) fn place(&self) -> (usize, usize) {
        (self.source, self.index)
    }
}

impl<'s> Targets<'s> {
    /// Assigns each declaration to its own region, its stack's, or the default one.
    pub(in crate::stack) fn of(stacks: &'s [Stack], default: Option<&str>) -> Self {
        let mut targets = Self {
            declared: BTreeMap::new(),
            without_region: Vec::new(),
        };
        for (source, stack) in stacks.iter().enumerate() {
            let default = stack.region.as_deref().or(default);
            for (index, declared) in stack.entries.iter().enumerate() {
                let entry = Entry {
                    source,
                    index,
                    stack,
                    declared,
                };
                let Some(region) = declared.region.as_deref().or(default) else {
                    targets.without_region.push(entry);
                    continue;
                };
                let target = Target {
                    account: declared.account.clone(),
                    region: region.to_owned(),
                };
                targets.declared.entry(target).or_default().push(entry);
            }
        }
        targets
    }
}
