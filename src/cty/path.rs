//! Where in a value something is.

use std::fmt::{self, Display, Write as _};

use super::Name;

/// The way from the root of a value to one of its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Goes to an attribute or block of an object.
    Attribute(Name),
    /// Goes to an element of a map.
    Key(Name),
    /// Goes to an element of a list or tuple.
    Index(i64),
    /// Goes to the element of a set that has this key. Terraform's protocol has no name for it: what is sent ends at the
    /// set.
    Element(Name),
}

impl Path {
    /// Returns the path of the whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// Extends the path by an attribute.
    #[must_use]
    pub fn attribute(self, name: impl Into<Name>) -> Self {
        self.step(Step::Attribute(name.into()))
    }

    /// Extends the path by a key of a map.
    #[must_use]
    pub fn key(self, key: impl Into<Name>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// Extends the path by an index of a list.
    #[must_use]
    pub fn index(self, index: i64) -> Self {
        self.step(Step::Index(index))
    }

    /// Extends the path by the element of a set that has this key.
    #[must_use]
    pub fn element(self, key: impl Into<Name>) -> Self {
        self.step(Step::Element(key.into()))
    }

    /// Extends the path by one step.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// Returns the steps from the root on.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Checks whether this is the path of the whole value.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Prepends a step. An error gets its path from the inside out.
    pub(super) fn prepend(&mut self, step: Step) {
        self.0.insert(0, step);
    }
}

/// Returns a key as a JSON string. What has an effect instead of a glyph is escaped, so that a person can copy the key from
/// a message.
pub fn quoted(key: &str) -> String {
    let mut text = "\"".to_owned();
    for c in key.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\'' => text.push(c),
            // Every character that Rust escapes in its own form has a number in JSON.
            c if c.escape_debug().len() > 1 => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string does not fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
            c => text.push(c),
        }
    }
    text + "\""
}

impl From<&str> for Path {
    fn from(name: &str) -> Self {
        Self::root().attribute(name)
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) => {
                    if position > 0 {
                        f.write_char('.')?;
                    }
                    f.write_str(name)?;
                }
                Step::Key(key) | Step::Element(key) => write!(f, "[{}]", quoted(key))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_reads_like_a_terraform_reference() {
        let path = Path::root().attribute("a").attribute("b").key("k").index(0);
        assert_eq!(path.to_string(), r#"a.b["k"][0]"#);
        assert_eq!(
            Path::from("tags").key("a\"b").to_string(),
            r#"tags["a\"b"]"#
        );
        assert_eq!(Path::root().to_string(), "");
    }

    #[test]
    fn keys_are_json_without_effects() {
        for (key, shown) in [
            ("it's", "\"it's\""),
            ("a\\b\n", "\"a\\\\b\\u000a\""),
            ("\u{202e}x", "\"\\u202ex\""),
            ("\u{e0001}", "\"\\udb40\\udc01\""),
            ("ä日", "\"ä日\""),
        ] {
            assert_eq!(quoted(key), shown);
            assert_eq!(serde_json::from_str::<String>(shown).unwrap(), key);
        }
    }

    #[test]
    fn steps_are_told_from_the_root_on() {
        let mut path = Path::from("b");
        path.prepend(Step::Attribute("a".into()));
        assert_eq!(path, Path::from("a").attribute("b"));
        assert_eq!(path.steps().len(), 2);
        assert!(!path.is_root());
        assert!(Path::root().is_root());
    }
}
