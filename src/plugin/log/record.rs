//! The format of a log line.
//!
//! The parent is strict: the time has exactly six digits after the point, level and message are strings, and a
//! line of more than 64 KiB is not understood.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use jiff::Timestamp;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Level, Metadata};

use crate::text::sanitize;

/// The placeholder for a text that is not on the allow-list.
const HIDDEN: &str = "(not logged)";

/// The longest line, in bytes; of a longer one the fields are left out.
const LONGEST_LINE: usize = 60 * 1024;

/// The fields of an event or a span, those allowed with their values.
pub(super) struct Fields {
    allowed: &'static [&'static str],
    message: String,
    values: BTreeMap<&'static str, Value>,
}

impl Fields {
    pub(super) fn new(allowed: &'static [&'static str]) -> Self {
        Self {
            allowed,
            message: String::new(),
            values: BTreeMap::new(),
        }
    }

    /// Takes over the fields of a span around this one; the inner ones win.
    pub(super) fn extend(&mut self, outer: &Self) {
        let values = outer
            .values
            .iter()
            .map(|(key, value)| (*key, value.clone()));
        self.values.extend(values);
    }

    /// Renders the line, newline included.
    pub(super) fn into_line(mut self, metadata: &Metadata<'_>) -> String {
        let values = std::mem::take(&mut self.values);
        let line = self.line(metadata, values);
        if line.len() <= LONGEST_LINE {
            return line;
        }
        self.line(metadata, BTreeMap::from([("fields", HIDDEN.into())]))
    }

    fn line(&self, metadata: &Metadata<'_>, mut line: BTreeMap<&str, Value>) -> String {
        line.insert("@level", level(*metadata.level()).into());
        line.insert("@message", self.message.as_str().into());
        line.insert("@module", metadata.target().replace("::", ".").into());
        line.insert("@timestamp", timestamp(Timestamp::now()).into());
        let object = line.into_iter().map(|(key, value)| (key.to_owned(), value));
        let mut text = Value::Object(object.collect()).to_string();
        text.push('\n');
        text
    }

    fn put(&mut self, field: &Field, value: Value) {
        self.values.insert(field.name(), value);
    }

    fn put_text(&mut self, field: &Field, text: impl FnOnce() -> String) {
        if field.name() == "message" {
            self.message = sanitize::line(&text()).into_owned();
        } else if self.allowed.contains(&field.name()) {
            self.put(field, sanitize::line(&text()).into());
        } else {
            self.put(field, HIDDEN.into());
        }
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, || value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.put_text(field, || value.to_string());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put_text(field, || format!("{value:?}"));
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warn",
        Level::ERROR => "error",
    }
}

fn timestamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
