//! Looks up names in a map in order, during an iteration over another map with mostly the same names.

use std::iter::Peekable;
use std::slice;

use super::{Map, Name, is_same};

/// An iteration over a map in step with another one. Shared names are compared by their address in memory, not as text.
#[derive(Debug)]
pub struct InStep<'m, V> {
    rest: Peekable<slice::Iter<'m, (Name, V)>>,
}

impl<'m, V> InStep<'m, V> {
    /// Begins at the first name of a map.
    pub fn with(map: &'m Map<V>) -> Self {
        Self {
            rest: map.as_slice().iter().peekable(),
        }
    }

    /// Advances to a name and returns its value. Names must be requested in order.
    pub fn at(&mut self, name: &Name) -> Option<&'m V> {
        if let Some((_, value)) = self.rest.next_if(|(known, _)| is_same(known, name)) {
            return Some(value);
        }
        while self.rest.next_if(|(known, _)| known < name).is_some() {}
        let found = self.rest.next_if(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whatever_else_there_is_on_either_side() {
        let map: Map<i32> = [("b", 1), ("c", 2), ("e", 3), ("f", 4)]
            .map(|(name, value)| (name.into(), value))
            .into_iter()
            .collect();
        let mut walk = InStep::with(&map);
        let found = ["a", "b", "d", "e", "g"].map(|name| walk.at(&name.into()).copied());
        assert_eq!(found, [None, Some(1), None, Some(3), None]);
    }
}
