//! The accounts and regions in which flow logs are declared.

use std::collections::BTreeMap;

use crate::stack::declare::{Declaration, Stack};

/// A region, in an account if one is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::stack) struct Target {
    pub(in crate::stack) account: Option<String>,
    pub(in crate::stack) region: String,
}

/// The flow logs of a stack by target.
#[derive(Debug)]
pub(in crate::stack) struct Targets<'s> {
    /// The declarations, with their positions in the stack.
    pub(in crate::stack) declared: BTreeMap<Target, Vec<(usize, &'s Declaration)>>,
    /// The number of declarations whose region is not known.
    pub(in crate::stack) without_region: usize,
}

impl<'s> Targets<'s> {
    /// Assigns each declaration to its own region, the stack's, or the default one.
    pub(in crate::stack) fn of(stack: &'s Stack, default: Option<&str>) -> Self {
        let mut targets = Self {
            declared: BTreeMap::new(),
            without_region: 0,
        };
        let default = stack.region.as_deref().or(default);
        for (index, entry) in stack.entries.iter().enumerate() {
            let Some(region) = entry.region.as_deref().or(default) else {
                targets.without_region += 1;
                continue;
            };
            let target = Target {
                account: entry.account.clone(),
                region: region.to_owned(),
            };
            let declared = targets.declared.entry(target).or_default();
            declared.push((index, entry));
        }
        targets
    }
}
