//! Chains of errors, and texts of others, in a form that can be shown.
//!
//! This module must not know any service, nor the SDK's kinds of errors.

use crate::text::secrets;

type Cause = dyn std::error::Error + 'static;

/// The most characters of a message that are shown. EC2's encoded authorization failures are long, and useless if cut.
pub(super) const MESSAGE: usize = 4_000;
/// The most characters of a code or a request ID that are shown.
pub(super) const CODE: usize = 200;

/// Returns a text on one line, with at most `most` characters, and without secrets: a part of one must not remain.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let text = &*secrets::hide(text);
    let mut line = String::new();
    let mut left = most;
    for word in text.split_whitespace() {
        let space = usize::from(!line.is_empty());
        let end = word.char_indices().nth(left.saturating_sub(space));
        if space > 0 {
            line.push(' ');
        }
        if let Some((end, _)) = end {
            line.push_str(&word[..end]);
            line.push('…');
            break;
        }
        line.push_str(word);
        left -= space + word.chars().count();
    }
    line
}

/// Finds the first error of type `T` in a chain.
pub(super) fn find<T: std::error::Error + 'static>(error: &Cause) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// Returns an error and its causes, including those that I/O errors contain.
pub(super) fn causes(error: &Cause) -> impl Iterator<Item = &Cause> {
    std::iter::successors(Some(error), |error| {
        match error.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &Cause),
            None => error.source(),
        }
    })
}

/// Renders a chain of errors on one line, without the SDK's wrappers, which name only the step.
pub(super) fn chain(error: &Cause) -> String {
    const WRAPPERS: [&str; 12] = [
        "dispatch failure",
        "service error",
        "response error",
        "request has timed out",
        "failed to construct request",
        "connector error",
        "operation error",
        "interceptor error",
        "other error",
        "timeout",
        "io error",
        "other",
    ];
    let mut parts: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = cause.to_string();
        let is_repeated = parts.last().is_some_and(|last| last.ends_with(&text));
        if !is_repeated && !WRAPPERS.contains(&text.as_str()) {
            parts.push(text);
        }
    }
    if parts.is_empty() {
        return error.to_string();
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let long = "ä\n".repeat(500);
        let cut = one_line(&long, 160);
        assert_eq!(cut.chars().count(), 161);
        assert!(cut.ends_with('…'));
        assert_eq!(one_line(" \n", 9), "");
        assert_eq!(one_line(" a\r\n  b ", 3), "a b");
        assert_eq!(one_line("a bc", 3), "a b…");
        assert_eq!(one_line("abcd", 3), "abc…");
    }

    #[test]
    fn a_chain_renders_each_cause_once() {
        let root = std::io::Error::other("root");
        let middle = std::io::Error::other(root);
        assert_eq!(chain(&middle), "root");
    }
}
