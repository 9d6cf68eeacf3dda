//! Text as markup. This is the only place in which text becomes a part of a page or a picture.
//!
//! A name, a tag or an address may contain markup, control characters or a secret, and have any length. This module must not
//! know what a text is about.

use std::fmt;

use crate::text::sanitize;

/// Markup: text that is escaped, or a part of a page that consists of it. A template writes it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(String);

impl askama::filters::HtmlSafe for Markup {}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Markup {
    /// Renders text on one line.
    pub fn line(text: &str) -> Self {
        Self(escaped(&sanitize::line(text)))
    }

    /// Renders text of several lines.
    pub fn lines(text: &str) -> Self {
        Self(escaped(&sanitize::lines(text)))
    }

    /// Renders text on one line for a picture. A text that is wider than so many letters loses its end.
    pub fn cut(text: &str, most: usize) -> Self {
        Self(escaped(&shortened(&sanitize::line(text), most)))
    }

    /// Wraps a part of a page. All text in it must be markup already.
    pub(in crate::report) fn of(part: String) -> Self {
        Self(part)
    }

    /// Returns the markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn escaped(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\'' => markup.push_str("&#39;"),
            c => markup.push(c),
        }
    }
    markup
}

fn shortened(text: &str, most: usize) -> String {
    let mut width = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        // The scripts from Hangul on have wide letters.
        width += if c < '\u{1100}' { 1 } else { 2 };
        if width > most {
            return format!("{}…", &text[..end]);
        }
        // The letter before the one that does not fit makes room for the ellipsis.
        if width < most {
            end = at + c.len_utf8();
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        let hostile = "<b a=\"x\" b='y'>&lt;\u{202e}\u{1b}[2J\n";
        let shown = "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;lt;\\u{202e}\\u{1b}[2J\\n";
        assert_eq!(Markup::line(hostile).as_str(), shown);
        assert_eq!(Markup::lines("a\n<b>").as_str(), "a\n&lt;b&gt;");
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        for (text, shown) in [
            ("", ""),
            ("abcd", "abcd"),
            ("abcde", "abc…"),
            ("<<<<<", "&lt;&lt;&lt;…"),
            ("日本", "日本"),
            ("日本語", "日…"),
        ] {
            assert_eq!(Markup::cut(text, 4).as_str(), shown);
        }
    }
}
