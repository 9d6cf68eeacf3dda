//! How the query language is written: quotes, escapes, brackets.

/// Joins conditions, in brackets if there are several.
pub(super) fn joined(conditions: Vec<String>, with: &str) -> Option<String> {
    match conditions.len() {
        0 => None,
        1 => conditions.into_iter().next(),
        _ => Some(format!("({})", conditions.join(with))),
    }
}

pub(super) fn bracketed(condition: String) -> String {
    if condition.starts_with('(') {
        condition
    } else {
        format!("({condition})")
    }
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Escapes every character that could have a meaning in a regular expression.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if !letter.is_alphanumeric() && letter != '_' {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Renders a time in whole seconds, even where the record has milliseconds: from twelve digits on.
pub(super) fn in_seconds(field: &str) -> String {
    format!("floor({field} / (1 + 999 * floor(strlen({field}) / 12)))")
}
