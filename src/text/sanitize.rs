//! Makes untrusted text safe to show in a diagnostic, a report, a log or a terminal.
//!
//! A message of AWS, a name in a file or a value in a configuration may contain escape sequences, characters that
//! reverse the direction of text, or lines that a build server treats as commands. It may also have any length, and repeat a
//! secret of this process (`secrets`). Only text that is shown is sanitized; data stays unchanged.
//! This module must not know where the text is shown.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::secrets::hide;

/// The longest line that is shown, in bytes.
pub const LONGEST_LINE: usize = 4 * 1024;
/// The longest text of several lines, in bytes.
pub const LONGEST_TEXT: usize = 32 * 1024;

/// Renders a text on one line with escaped line breaks and without secrets. A text that is too long loses its middle.
pub fn line(text: &str) -> Cow<'_, str> {
    match hide(text) {
        Cow::Borrowed(text) => one_line(text),
        Cow::Owned(text) => Cow::Owned(one_line(&text).into_owned()),
    }
}

/// Renders a text of several lines, without secrets. A line or text that is too long loses its middle.
pub fn lines(text: &str) -> Cow<'_, str> {
    match hide(text) {
        Cow::Borrowed(text) => several_lines(text),
        Cow::Owned(text) => Cow::Owned(several_lines(&text).into_owned()),
    }
}

/// Escapes harmful characters in a JSON document, and hides secrets. Other data does not change.
pub fn json(document: &str) -> Cow<'_, str> {
    match hide(document) {
        Cow::Borrowed(document) => escaped_json(document),
        Cow::Owned(document) => Cow::Owned(escaped_json(&document).into_owned()),
    }
}

/// Removes user names and passwords from the URLs in a text: `https://…@host`.
pub fn without_userinfo(text: &str) -> Cow<'_, str> {
    const SCHEME: &str = "://";
    let mut told = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(SCHEME) {
        let (before, address) = rest.split_at(at + SCHEME.len());
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
        let end = address.find(ends).unwrap_or(address.len());
        told.push_str(before);
        // A password may contain any character of a URL, so the last @ ends it.
        rest = match address[..end].rfind('@') {
            Some(at) => {
                told.push('…');
                &address[at..]
            }
            None => address,
        };
    }
    if told.is_empty() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(told + rest)
    }
}

/// Checks whether a character has an effect instead of a glyph: it moves the cursor, begins an escape sequence, ends a
/// line, or changes the direction of text.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
                | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

fn one_line(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_LINE && is_harmless(text) {
        return Cow::Borrowed(text);
    }
    // Shorten it again, because escaping makes it longer.
    let escaped = harmless(&shortened(text, LONGEST_LINE));
    Cow::Owned(shortened(&escaped, LONGEST_LINE).into_owned())
}

fn several_lines(text: &str) -> Cow<'_, str> {
    let is_plain = text.len() <= LONGEST_LINE && text.split('\n').all(is_harmless);
    if is_plain {
        return Cow::Borrowed(text);
    }
    let lines = text.split('\n').map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        one_line(line)
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    Cow::Owned(shortened(&text, LONGEST_TEXT).into_owned())
}

fn escaped_json(document: &str) -> Cow<'_, str> {
    if document.split('\n').all(is_harmless) {
        return Cow::Borrowed(document);
    }
    // All of them have four digits. Writing to a string does not fail.
    let number = |c: char, shown: &mut String| {
        let _ = write!(shown, "\\u{:04x}", u32::from(c));
    };
    let lines = document
        .split('\n')
        .map(|line| rewritten(line, number, number));
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

fn is_harmless(line: &str) -> bool {
    !line.contains(|c: char| c != '\t' && is_harmful(c)) && commands(line).next().is_none()
}

/// Escapes the harmful characters of a line, and breaks build server commands with a backslash.
fn harmless(line: &str) -> String {
    let escape = |c: char, shown: &mut String| shown.extend(c.escape_default());
    let break_up = |c, shown: &mut String| shown.extend(['\\', c]);
    rewritten(line, escape, break_up)
}

/// Renders a line with replacements for its harmful characters and for those that begin a command.
fn rewritten(
    line: &str,
    harmful: impl Fn(char, &mut String),
    command: impl Fn(char, &mut String),
) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut commands = commands(line).peekable();
    for (at, c) in line.char_indices() {
        if commands.next_if_eq(&at).is_some() {
            command(c, &mut shown);
        } else if c != '\t' && is_harmful(c) {
            harmful(c, &mut shown);
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Finds the starts of build server commands in a line: `::error::` at the start (GitHub Actions), and anywhere `##[error]`
/// (GitHub Actions, Azure Pipelines), `##vso[…]` (Azure Pipelines) and `##teamcity[…]`.
pub(crate) fn commands(line: &str) -> impl Iterator<Item = usize> {
    let trimmed = line.trim_start_matches(|c: char| c.is_whitespace() || is_harmful(c));
    let head = trimmed
        .strip_prefix("::")
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains("::"));
    let head = head.map(|_| line.len() - trimmed.len());
    let inner = line.match_indices('[').filter_map(|(at, _)| {
        let before = line[..at].trim_end_matches(|c: char| c.is_ascii_alphabetic());
        before.strip_suffix("##").map(|before| before.len() + 1)
    });
    head.into_iter().chain(inner)
}

/// Replaces the middle of a text with more than `most` bytes by the number of characters left out.
fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let head = text.floor_char_boundary(most / 2);
    let tail = text.ceil_char_boundary(text.len() - most / 4);
    let left_out = text[head..tail].chars().count();
    Cow::Owned(format!(
        "{}… ({left_out} more characters) …{}",
        &text[..head],
        &text[tail..]
    ))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn harmful_characters_are_shown_as_their_numbers() {
        for (text, shown) in [
            ("plain\ttext", "plain\ttext"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\nb\r\0", "a\\nb\\r\\u{0}"),
            ("\u{7f}\u{9b}", "\\u{7f}\\u{9b}"),
            ("\u{202e}\u{2066}\u{200f}", "\\u{202e}\\u{2066}\\u{200f}"),
            ("\u{2028}", "\\u{2028}"),
            ("naïve 日本 👩‍👩‍👧", "naïve 日本 👩‍👩‍👧"),
        ] {
            assert_eq!(line(text), shown);
        }
        assert_eq!(lines("a\r\nb\rc"), "a\nb\\rc");
    }

    #[test]
    fn commands_of_build_servers_are_broken() {
        for (text, shown) in [
            ("::error::x", "\\::error::x"),
            (" \t::add-mask::x", " \t\\::add-mask::x"),
            ("\u{feff}::error::x", "\\u{feff}\\::error::x"),
            ("a ::error::x", "a ::error::x"),
            ("::1 and ::/0 are networks", "::1 and ::/0 are networks"),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
            ("a ##[error]x", "a #\\#[error]x"),
            ("##vso[task.complete]", "#\\#vso[task.complete]"),
            ("###[group]", "##\\#[group]"),
            ("## a heading [1]", "## a heading [1]"),
        ] {
            assert_eq!(line(text), shown);
            assert_eq!(lines(&format!("a\n{text}")), format!("a\n{shown}"));
        }
    }

    #[test]
    fn long_text_loses_its_middle_and_says_how_much() {
        let long = format!("begin {} end", "ä".repeat(100_000));
        let shown = line(&long);
        assert!(shown.len() < LONGEST_LINE, "{}", shown.len());
        assert!(
            shown.starts_with("begin ä") && shown.ends_with("ä end"),
            "{shown}"
        );
        assert!(shown.contains("more characters) …"), "{shown}");
        let many = "a line\n".repeat(100_000);
        assert!(lines(&many).len() < LONGEST_TEXT);
        let advice = format!("`x` is \"{}\"; write y.\n\nOr z.", "v".repeat(1_000_000));
        assert!(lines(&advice).ends_with("; write y.\n\nOr z."));
    }

    #[test]
    fn addresses_lose_their_userinfo() {
        for (text, told) in [
            ("https://host/a@b c", "https://…@b c"),
            ("no address: me@host", "no address: me@host"),
            ("https://host:1/x", "https://host:1/x"),
            ("\"http://me:pw@host:1\": x", "\"http://…@host:1\": x"),
            (
                "http://me:p/w@1@host and https://t@h",
                "http://…@host and https://…@h",
            ),
        ] {
            assert_eq!(without_userinfo(text), told);
        }
    }

    /// Text with many of the characters and marks in question.
    pub(crate) fn hostile() -> impl Strategy<Value = String> {
        let parts = prop_oneof![
            any::<char>().prop_map(String::from),
            prop::sample::select(vec![
                "\u{1b}[2J",
                "\n",
                "\r\n",
                "\t",
                "\0",
                "\u{7f}",
                "\u{85}",
                "\u{9b}31m",
                "\u{202e}",
                "\u{2066}",
                "\u{2028}",
                "::error::",
                "\n::stop-commands::",
                "##[group]",
                "%0A",
                "::",
                "##",
                "[",
                "`",
                "|",
                "<b>",
                "]]>",
                "&",
                "\"",
                "\\",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(parts, 0..24).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn whatever_goes_in_nothing_harmful_comes_out(text in hostile()) {
            let one = line(&text);
            prop_assert!(!one.contains(|c| c != '\t' && is_harmful(c)), "{one:?}");
            prop_assert!(commands(&one).next().is_none(), "{one:?}");
            let several = lines(&text);
            prop_assert!(several.split('\n').all(is_harmless), "{several:?}");
            prop_assert_eq!(&*lines(&several), &*several, "shown twice");
        }

        #[test]
        fn json_keeps_its_data(text in hostile()) {
            let document = serde_json::to_string_pretty(&[&text]).unwrap();
            let escaped = json(&document);
            prop_assert!(escaped.split('\n').all(is_harmless), "{escaped:?}");
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&escaped).unwrap(), vec![text]);
        }
    }
}
