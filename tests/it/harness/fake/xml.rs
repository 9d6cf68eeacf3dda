//! As much XML as AWS answers with: elements and text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A document that is written from the top down.
#[derive(Debug, Default)]
pub(super) struct Xml {
    text: String,
    left_out: BTreeSet<String>,
}

impl Xml {
    /// A document with its declaration.
    pub(super) fn document() -> Self {
        Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
            left_out: BTreeSet::new(),
        }
    }

    /// Leaves elements of these names out from here on.
    pub(super) fn leave_out(&mut self, names: &BTreeSet<String>) {
        self.left_out.clone_from(names);
    }

    /// An element around others; `attributes` is written as it is.
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

    /// An element around others.
    pub(super) fn group(&mut self, name: &str, content: impl FnOnce(&mut Self)) -> &mut Self {
        self.within(name, "", content)
    }

    /// An element with text.
    pub(super) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.group(name, |xml| xml.text.push_str(&escaped(value)))
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
