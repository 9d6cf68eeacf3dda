//! Names and texts in quotes. Hive has backticks around names and escapes with a backslash, Trino does neither.

/// Writes a name for a statement that defines a table. A name consists of letters, digits, `_` and `-`.
pub(super) fn hive_name(name: &str) -> String {
    format!("`{name}`")
}

/// Writes a text for a statement that defines a table.
pub(super) fn hive_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Writes a name for a query.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Writes a text for a query.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Joins conditions, in brackets if there are several.
pub(super) fn joined(conditions: &[String], with: &str) -> Option<String> {
    match conditions {
        [] => None,
        [only] => Some(only.clone()),
        several => Some(format!("({})", several.join(with))),
    }
}
