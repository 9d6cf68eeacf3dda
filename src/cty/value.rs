//! Values: null, unknown, or known and made of other values.

use super::refinements::Refinements;
use super::{Error, MAX_VALUES, Map, Name, Number, Path, Type, is_same};

/// A value of some [`Type`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Null.
    Null,
    /// Known after apply, with optional refinements.
    Unknown(Option<Box<Refinements>>),
    /// True or false.
    Bool(bool),
    /// An exact decimal.
    Number(Number),
    /// Text.
    String(String),
    /// A list or tuple.
    List(Vec<Self>),
    /// A set, sorted; created by [`Value::set`].
    Set(Vec<Self>),
    /// A map, object or block.
    Map(Map<Self>),
    /// A value with its type, where the schema has a dynamic type.
    Dynamic(Box<(Type, Self)>),
}

impl Value {
    /// Creates an unknown value without refinements.
    pub fn unknown() -> Self {
        Self::Unknown(None)
    }

    /// Creates a set: sorts the elements and merges those that are wholly known and equal.
    pub fn set(elements: impl IntoIterator<Item = Self>) -> Self {
        let mut elements: Vec<Self> = elements.into_iter().collect();
        elements.sort_unstable();
        elements.dedup_by(|left, right| left == right && left.is_wholly_known());
        Self::Set(elements)
    }

    /// Creates a map, object or block. Of two values with the same name, the last is kept.
    pub fn map<K: Into<Name>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        let entries = entries.into_iter();
        Self::Map(entries.map(|(name, value)| (name.into(), value)).collect())
    }

    /// Checks whether the value itself is null.
    pub fn is_null(&self) -> bool {
        matches!(self.itself(), Self::Null)
    }

    /// Checks whether the value itself is unknown. A known value may have unknown elements.
    pub fn is_unknown(&self) -> bool {
        matches!(self.itself(), Self::Unknown(_))
    }

    /// Checks whether neither the value nor any part of it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(elements) | Self::Set(elements) => {
                elements.iter().all(Self::is_wholly_known)
            }
            Self::Map(entries) => entries.values().all(Self::is_wholly_known),
            Self::Dynamic(typed) => typed.1.is_wholly_known(),
        }
    }

    /// Returns the paths of all unknown parts, in order. The path of an element of a set ends at the set.
    pub fn unknown_paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        self.collect_unknown(&Path::root(), &mut paths);
        paths
    }

    fn collect_unknown(&self, at: &Path, paths: &mut Vec<Path>) {
        match self {
            Self::Unknown(_) => paths.push(at.clone()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => {}
            Self::List(elements) => {
                for (index, element) in (0..).zip(elements) {
                    element.collect_unknown(&at.clone().index(index), paths);
                }
            }
            Self::Set(elements) => {
                if !elements.iter().all(Self::is_wholly_known) {
                    paths.push(at.clone());
                }
            }
            Self::Map(entries) => {
                for (name, value) in entries {
                    value.collect_unknown(&at.clone().attribute(name.clone()), paths);
                }
            }
            Self::Dynamic(typed) => typed.1.collect_unknown(at, paths),
        }
    }

    /// Returns an attribute of an object or an element of a map.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self.itself() {
            Self::Map(entries) => entries.get(name),
            _ => None,
        }
    }

    /// Removes the refinements of all unknown values, at any depth.
    #[must_use]
    pub fn without_refinements(self) -> Self {
        self.replace_unknown(&Self::unknown())
    }

    /// Replaces every unknown by null, at any depth.
    #[must_use]
    pub fn unknown_to_null(self) -> Self {
        self.replace_unknown(&Self::Null)
    }

    fn replace_unknown(self, by: &Self) -> Self {
        match self {
            Self::Unknown(_) => by.clone(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => self,
            Self::List(elements) => {
                let elements = elements
                    .into_iter()
                    .map(|element| element.replace_unknown(by));
                Self::List(elements.collect())
            }
            Self::Set(elements) => Self::set(
                elements
                    .into_iter()
                    .map(|element| element.replace_unknown(by)),
            ),
            Self::Map(entries) => {
                let entries = entries.into_iter();
                Self::Map(
                    entries
                        .map(|(name, value)| (name, value.replace_unknown(by)))
                        .collect(),
                )
            }
            Self::Dynamic(typed) => {
                let (ty, value) = *typed;
                Self::Dynamic(Box::new((ty, value.replace_unknown(by))))
            }
        }
    }

    /// Changes each element of a list, set or map in its place; a set is brought into its order again.
    pub fn change_elements(&mut self, mut change: impl FnMut(&mut Self)) {
        match self {
            Self::List(elements) => elements.iter_mut().for_each(change),
            Self::Set(elements) => {
                elements.iter_mut().for_each(change);
                *self = Self::set(std::mem::take(elements));
            }
            Self::Map(elements) => elements.iter_mut().for_each(|(_, element)| change(element)),
            _ => {}
        }
    }

    /// Returns the value without the type it may carry.
    pub(super) fn itself(&self) -> &Self {
        match self {
            Self::Dynamic(typed) => typed.1.itself(),
            _ => self,
        }
    }

    /// Returns a noun for the kind of value, with its article.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown(_) => "unknown",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Dynamic(_) => "a value with its type",
        }
    }

    /// Creates the error of a value that is not of its type.
    pub(super) fn mismatch(&self, ty: &Type) -> Error {
        Error::new(format!("must be {}, but is {}", ty.noun(), self.noun()))
    }
}

/// Ensures that an object has exactly the attributes of its type.
pub(super) fn check_attributes(values: &Map<Value>, types: &Map<Type>) -> Result<(), Error> {
    let mut pairs = values.keys().zip(types.keys());
    if values.len() == types.len() && pairs.all(|(one, other)| is_same(one, other)) {
        return Ok(());
    }
    match values.keys().find(|name| !types.contains_key(*name)) {
        Some(name) => Err(no_attribute(name)),
        None => Err(missing_attributes(types, |name| values.contains_key(name))),
    }
}

/// Ensures that a tuple has as many elements as its type.
pub(super) fn check_length(length: usize, expected: usize) -> Result<(), Error> {
    if length != expected {
        return Err(Error::new(format!(
            "must have {expected} elements, but has {length}"
        )));
    }
    Ok(())
}

/// Finds an attribute's type, with its place among the others and the name that all values of the type share.
pub(super) fn attribute_type<'t>(
    types: &'t Map<Type>,
    name: &str,
) -> Result<(usize, &'t Name, &'t Type), Error> {
    let place = types.find_index(name).ok();
    let known = place.and_then(|place| {
        let (name, ty) = types.get_indexed(place)?;
        Some((place, name, ty))
    });
    known.ok_or_else(|| no_attribute(name))
}

/// Creates the error of an attribute its type does not have.
fn no_attribute(name: &str) -> Error {
    Error::new("is not a known attribute").within_attribute(name)
}

/// Creates the error of a message that would be more values than there may be.
pub(super) fn too_many_values() -> Error {
    Error::new(format!("holds more than {MAX_VALUES} values"))
}

/// Creates the error of an object without some attributes of its type.
pub(super) fn missing_attributes(types: &Map<Type>, has: impl Fn(&str) -> bool) -> Error {
    let missing: Vec<&str> = types
        .keys()
        .map(AsRef::as_ref)
        .filter(|name| !has(name))
        .collect();
    Error::new(format!("lacks the attributes {}", missing.join(", ")))
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Number(Number::from(integer))
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refined() -> Value {
        let refinements = Refinements {
            not_null: true,
            ..Refinements::default()
        };
        Value::Unknown(Some(Box::new(refinements)))
    }

    #[test]
    fn set_has_one_order_and_merges_known_duplicates_only() {
        let elements = [
            Value::from("b"),
            Value::unknown(),
            "a".into(),
            "b".into(),
            Value::unknown(),
        ];
        let set = Value::set(elements);
        assert_eq!(
            set,
            Value::Set(vec![
                Value::unknown(),
                Value::unknown(),
                "a".into(),
                "b".into()
            ])
        );
    }

    #[test]
    fn unknown_is_found_at_any_depth() {
        let value = Value::map([(
            "a",
            Value::List(vec![Value::map([("b", Value::unknown())])]),
        )]);
        assert!(!value.is_unknown());
        assert!(!value.is_wholly_known());
        assert!(value.unknown_to_null().is_wholly_known());
    }

    #[test]
    fn set_stays_canonical_when_unknowns_become_null() {
        let set = Value::set([Value::unknown(), Value::unknown(), refined()]);
        assert_eq!(set.clone().unknown_to_null(), Value::Set(vec![Value::Null]));
        assert_eq!(
            set.without_refinements(),
            Value::Set(vec![Value::unknown(); 3])
        );
    }

    #[test]
    fn dynamic_value_answers_for_what_it_holds() {
        let null = Value::Dynamic(Box::new((Type::String, Value::Null)));
        assert!(null.is_null());
        let ty = Type::object([("a", Type::String)]);
        let held = Value::Dynamic(Box::new((ty, Value::map([("a", refined())]))));
        assert_eq!(held.get("a"), Some(&refined()));
        assert_eq!(held.without_refinements().get("a"), Some(&Value::unknown()));
    }
}
