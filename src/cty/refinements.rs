//! What is known of an unknown value. This module must not know how it is sent.

use super::{Number, Type};

/// The refinements of an unknown value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refinements {
    /// It will not be null.
    pub not_null: bool,
    /// It will be a string with this prefix.
    pub prefix: Option<String>,
    /// It will be a number of at least this bound.
    pub minimum: Option<Bound>,
    /// It will be a number of at most this bound.
    pub maximum: Option<Bound>,
    /// It will be a collection with at least this many elements.
    pub min_length: Option<i64>,
    /// It will be a collection with at most this many elements.
    pub max_length: Option<i64>,
}

/// The end of a range of numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// The number at the end.
    pub value: Number,
    /// Whether that number itself is within.
    pub inclusive: bool,
}

impl Refinements {
    /// Keeps the refinements that apply to a type; `None` if none does.
    pub(super) fn suited_to(self, ty: &Type) -> Option<Box<Self>> {
        let Self {
            not_null,
            prefix,
            minimum,
            maximum,
            min_length,
            max_length,
        } = self;
        let bare = Self {
            not_null,
            ..Self::default()
        };
        let suited = match ty {
            Type::String => Self { prefix, ..bare },
            Type::Number => Self {
                minimum,
                maximum,
                ..bare
            },
            Type::List(_) | Type::Set(_) | Type::Map(_) => Self {
                min_length,
                max_length,
                ..bare
            },
            Type::Bool | Type::Tuple(_) | Type::Object(_) => bare,
            Type::Dynamic => Self::default(),
        };
        (suited != Self::default()).then(|| Box::new(suited))
    }
}
