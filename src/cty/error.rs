//! Errors in values, with their path.
//!
//! The message is a predicate whose subject is the path (`vpc_id` "is unknown here, …"), so that a path can be put
//! before it, and so that an error inside a set, whose elements Terraform cannot address, can be told of the set.

use std::fmt::{self, Display};

use serde::{de, ser};

use super::{Path, Step};

/// An error in a value, with its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The attribute the message speaks of; the root when it is the value as a whole.
    pub path: Path,
    /// What is wrong, as the predicate of a sentence about the attribute: "must not be null".
    pub message: String,
}

impl Error {
    /// Creates an error about the value itself.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            path: Path::root(),
            message: message.into(),
        }
    }

    /// Returns the error with a step before its path.
    pub(super) fn within(mut self, step: Step) -> Self {
        self.path.prepend(step);
        self
    }

    /// Returns the error with an attribute before its path.
    pub(super) fn within_attribute(self, name: &str) -> Self {
        self.within(Step::Attribute(name.into()))
    }

    /// Returns the error with a key before its path.
    pub(super) fn within_key(self, key: &str) -> Self {
        self.within(Step::Key(key.into()))
    }

    /// Returns the error with an index before its path.
    pub(super) fn within_index(self, index: usize) -> Self {
        self.within(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)))
    }

    /// Returns the error about a set whose element has it: elements of sets have no address in Terraform.
    pub(super) fn within_set(self) -> Self {
        let Self { path, message } = self;
        if path.is_root() {
            return Self::new(format!("has an element that {message}"));
        }
        Self::new(format!("has an element whose {path} {message}"))
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            write!(f, "the value {}", self.message)
        } else {
            write!(f, "{} {}", self.path, self.message)
        }
    }
}

impl std::error::Error for Error {}

impl ser::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("is {unexpected}, but must be {expected}"))
    }

    fn invalid_value(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("is {unexpected}, but must be {expected}"))
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        Self::new(format!("has {length} elements, but must be {expected}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("is {variant:?}, but must be {}", one_of(expected)))
    }

    fn unknown_field(field: &str, _expected: &'static [&'static str]) -> Self {
        Self::new("is not a known attribute").within_attribute(field)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("is missing, but required").within_attribute(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new("is given twice").within_attribute(field)
    }
}

fn one_of(allowed: &[&str]) -> String {
    match allowed {
        [] => "left out".to_owned(),
        [only] => format!("{only:?}"),
        _ => {
            let quoted: Vec<String> = allowed.iter().map(|name| format!("{name:?}")).collect();
            format!("one of {}", quoted.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_the_subject_of_the_sentence() {
        let error = Error::new("is null").within_attribute("file_format");
        assert_eq!(error.to_string(), "file_format is null");
        let error = error.within_index(2).within_attribute("options");
        assert_eq!(error.to_string(), "options[2].file_format is null");
        assert_eq!(Error::new("is null").to_string(), "the value is null");
    }

    #[test]
    fn allowed_names_are_quoted() {
        assert_eq!(one_of(&[]), "left out");
        assert_eq!(one_of(&["a"]), "\"a\"");
        assert_eq!(one_of(&["a", "b"]), "one of \"a\", \"b\"");
    }

    #[test]
    fn error_inside_a_set_is_told_of_the_set() {
        let error = Error::new("is null").within_attribute("tag_keys");
        let error = error
            .within_set()
            .within_attribute("tag_field_specification");
        assert_eq!(
            error.to_string(),
            "tag_field_specification has an element whose tag_keys is null"
        );
        assert_eq!(
            Error::new("is null").within_set().message,
            "has an element that is null"
        );
    }
}
