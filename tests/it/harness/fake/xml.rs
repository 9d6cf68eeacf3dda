//! As much XML as AWS answers with: elements and text.

use std::fmt::Write as _;

/// A document that is written from the top down.
#[derive(Debug, Default)]
pub(super) struct Xml(String);

impl Xml {
    /// A document with its declaration.
    pub(super) fn document() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// An element around others; `attributes` is written as it is.
    pub(super) fn within(
        &mut self,
        name: &str,
        attributes: &str,
        content: impl FnOnce(&mut Self),
    ) -> &mut Self {
        let space = if attributes.is_empty() { "" } else { " " };
        let _ = write!(self.0, "<{name}{space}{attributes}>");
        content(self);
        let _ = write!(self.0, "</{name}>");
        self
    }

    /// An element around others.
    pub(super) fn group(&mut self, name: &str, content: impl FnOnce(&mut Self)) -> &mut Self {
        self.within(name, "", content)
    }

    /// An element with text.
    pub(super) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.group(name, |xml| xml.0.push_str(&escaped(value)))
    }

    /// An element with text, where there is one.
    pub(super) fn optional(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// The document.
    pub(super) fn finish(self) -> String {
        self.0
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
