//! Parquet files by pyarrow, a writer of others, in the styles in which files occur.

use std::io::Write as _;
use std::ops::Range;
use std::path::Path;

use serde_json::{Value, json};
use vpcflow::record::field::{self, Kind};

use super::python;

const SCRIPT: &str = include_str!("parquet.py");

/// How a missing value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Null,
    /// `-` in texts, and null in numbers.
    Dash,
    /// `-` in texts, and zero in numbers.
    Zero,
    /// Null, and a column of nulls is left out.
    Absent,
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) missing: Missing,
    /// Whether all numbers have 64 bits, and not only those that have them in AWS's files.
    pub(crate) wide: bool,
    pub(crate) compression: &'static str,
    pub(crate) dictionary: bool,
    pub(crate) page_version: &'static str,
    /// Whether row groups and pages are tiny.
    pub(crate) small: bool,
}

/// One file: its key, its lines, and its style.
pub(crate) struct File {
    pub(crate) key: String,
    pub(crate) lines: Range<usize>,
    pub(crate) style: Style,
}

impl File {
    fn told(&self) -> Value {
        let Style {
            missing,
            wide,
            compression,
            dictionary,
            page_version,
            small,
        } = self.style;
        json!({
            "key": self.key,
            "first": self.lines.start,
            "count": self.lines.len(),
            "missing": format!("{missing:?}").to_lowercase(),
            "wide": wide,
            "compression": compression,
            "dictionary": dictionary,
            "page_version": page_version,
            "page_bytes": if small { 64 } else { 1 << 20 },
            "rows_of_group": if small { 7.max(self.lines.len() / 1000) } else { 1 << 20 },
            "statistics": !small || dictionary,
        })
    }
}

/// Writes files below a folder, in one run of Python. The lines are in the format of the names.
pub(crate) fn write(folder: &Path, names: &[String], lines: &[&str], files: &[File]) {
    let mut text = tempfile::NamedTempFile::new().unwrap();
    text.write_all(lines.join("\n").as_bytes()).unwrap();
    let fields = names.iter().map(|name| {
        let kind = match field::find(name) {
            Some(field) if field.kind == Kind::Integer && field.small => "int32",
            _ if is_number(name) => "int64",
            _ => "string",
        };
        json!({ "name": name, "type": kind })
    });
    let spec = json!({
        "folder": folder,
        "lines": text.path(),
        "fields": fields.collect::<Vec<_>>(),
        "files": files.iter().map(File::told).collect::<Vec<_>>(),
    });
    python::run(SCRIPT, &spec);
}

/// Reports whether the values of a field are numbers.
pub(crate) fn is_number(name: &str) -> bool {
    let field = field::find(name);
    field.is_some_and(|field| matches!(field.kind, Kind::Integer | Kind::Seconds))
}
