//! Writes the XML that AWS uses in replies: elements and text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A document, written from top to bottom.
#[derive(Debug, Default)]
pub(super) struct Xml {
    text: String,
    left_out: BTreeSet<String>,
}

impl Xml {
    /// Creates a document with its declaration.
    pub(super) fn document() -> Self {
        Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
            left_out: BTreeSet::new(),
        }
    }

    /// Omits elements with these names from now on.
    pub(super) fn leave_out(&mut self, names: &BTreeSet<String>) {
        self.left_out.clone_from(names);
    }

    /// Writes an element with children. `attributes` is not escaped.
    pub(super) fn within(
        &mut self,
        name: &str,
        attributes: &str,
        content: impl FnOnce(&mut Self),
    ) -> &mut Self {
        if self.left_out.contains(name) {
            return self;
        }
        let space = if attributes.is_empty() { "" } else { " " };
        let _ = write!(self.text, "<{name}{space}{attributes}>");
        content(self);
        let _ = write!(self.text, "</{name}>");
        self
    }

    /// Writes an element with children.
    pub(super) fn group(&mut self, name: &str, content: impl FnOnce(&mut Self)) -> &mut Self {
        self.within(name, "", content)
    }

    /// Writes an element with text.
    pub(super) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.group(name, |xml| xml.text.push_str(&escaped(value)))
    }

    /// Writes an element with text, if there is one.
    pub(super) fn optional(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Returns the document.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\r' => text.push_str("&#xd;"),
            c => text.push(c),
        }
    }
    text
}
