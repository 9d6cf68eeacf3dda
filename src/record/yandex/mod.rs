//! ExternalFlow events of Yandex Cloud: JSON, one event in each message.
//!
//! Audit Trails writes such an event for traffic between a VPC, or a BareMetal server, and outside networks. Real events
//! have keys in snake_case, and the reference page has lowerCamelCase: both are read. Whole numbers are texts or numbers.
//! A zero may be absent, and the value is then not known. Values get AWS's names where both mean the same, and with them
//! the same results and quals. All others keep their own names. A message that is not such an event, or has a value of the
//! wrong type, is an error and never a wrong record.

mod details;
mod filter_pattern;
mod schema;

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::format::Format;
use super::parse;
use super::values::Values;
use details::{DETAILS, Kind};

pub(super) use filter_pattern::plan;
pub use schema::schema;

/// The suffix of the event type, for every service.
const EVENT_TYPE: &str = "ExternalFlow";

/// A part of the event type of BareMetal servers, whose traffic is sampled.
const BARE_METAL: &str = ".baremetal.";

/// One packet in this many is recorded for a BareMetal server.
const SAMPLING_RATE: &str = "1000";

/// The values of the format: AWS's names first, then our own.
const NAMES: [&str; 33] = [
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
    "vpc-id",
    "subnet-id",
    "instance-id",
    "tcp-flags",
    "type",
    "flow-direction",
    "action_raw",
    "end_nanos",
    "event_source",
    "event_type",
    "flow_index",
    "folder_id",
    "iface_gen",
    "nat",
    "reject_reason",
    "resource_metadata.path",
    "sampled",
    "sampling_rate",
    "session_id",
    "start_nanos",
];

/// One ExternalFlow event.
#[derive(Debug, Clone)]
pub struct ExternalFlow {
    values: Vec<Option<String>>,
    event_id: Option<String>,
    event_time: Option<Timestamp>,
    more: Vec<(String, String)>,
}

/// Why a message is not an ExternalFlow event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EventError(String);

/// Returns the format of ExternalFlow events.
#[must_use]
pub fn format() -> Format {
    Format::of(NAMES.map(str::to_owned).to_vec())
}

/// Parses a message.
///
/// # Errors
///
/// The message is not a JSON object, is another event, or has a value of the wrong type.
pub fn parse_event(message: &str) -> Result<ExternalFlow, EventError> {
    let event: Value = serde_json::from_str(message)
        .map_err(|error| EventError(format!("the message is not JSON ({error})")))?;
    let Value::Object(event) = event else {
        return fail("the message is not a JSON object");
    };
    let event_type = text(&event, "event_type")?.unwrap_or_default();
    if !event_type.ends_with(EVENT_TYPE) {
        return fail(format!(
            "the event is not an ExternalFlow event; its type is `{event_type}`"
        ));
    }
    let Some(Value::Object(details)) = member(&event, "details")? else {
        return fail("the event has no details");
    };
    let mut flow = ExternalFlow::empty();
    flow.take_event(&event, event_type)?;
    flow.take_details(details)?;
    flow.take_path(&event)?;
    Ok(flow)
}

impl ExternalFlow {
    fn empty() -> Self {
        Self {
            values: vec![None; NAMES.len()],
            event_id: None,
            event_time: None,
            more: Vec::new(),
        }
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        if let Some(place) = NAMES.iter().position(|known| *known == name) {
            self.values[place] = Some(value.into());
        }
    }

    fn known(&self, name: &str) -> Option<&str> {
        let place = NAMES.iter().position(|known| *known == name)?;
        self.values[place].as_deref()
    }

    /// Reads what every event of Audit Trails has.
    fn take_event(
        &mut self,
        event: &Map<String, Value>,
        event_type: String,
    ) -> Result<(), EventError> {
        self.event_id = text(event, "event_id")?;
        self.event_time = text(event, "event_time")?
            .map(|time| instant("event_time", &time))
            .transpose()?;
        if let Some(source) = text(event, "event_source")? {
            self.set("event_source", source);
        }
        match text(event, "event_status")?.as_deref() {
            Some("DONE") => self.set("log-status", "OK"),
            Some(status) => self.set("log-status", status),
            None => {}
        }
        if event_type.contains(BARE_METAL) {
            self.set("sampled", "true");
            self.set("sampling_rate", SAMPLING_RATE);
        }
        self.set("event_type", event_type);
        Ok(())
    }

    fn take_details(&mut self, details: &Map<String, Value>) -> Result<(), EventError> {
        for detail in &DETAILS {
            if let Some(value) = member(details, detail.key)? {
                self.take(detail.key, detail.name, detail.kind, value)?;
            }
        }
        if let (Some(vm), Some(index)) = (self.known("instance-id"), text(details, "iface_idx")?) {
            let interface = format!("{vm}/{index}");
            self.set("interface-id", interface);
        }
        let named =
            |key: &str| key == "iface_idx" || DETAILS.iter().any(|detail| detail.key == key);
        for (key, value) in details {
            let key = details::snake(key);
            if let Some(value) = plain(value).filter(|_| !named(&key)) {
                self.more.push((key, value));
            }
        }
        self.more.sort();
        Ok(())
    }

    fn take(&mut self, key: &str, name: &str, kind: Kind, value: &Value) -> Result<(), EventError> {
        let Some(value) = plain(value) else {
            return Ok(());
        };
        let wrong = |noun: &str| {
            let value: String = value.chars().take(40).collect();
            fail(format!("`{value}` in `{key}` is not {noun}"))
        };
        match kind {
            Kind::Text => self.set(name, value),
            Kind::Integer if parse::integer(&value).is_none() => return wrong("a number"),
            Kind::Integer => self.set(name, value),
            Kind::Address if parse::address(&value).is_none() => return wrong("an IP address"),
            Kind::Address => self.set(name, value),
            Kind::Time => {
                let nanoseconds = instant(key, &value)?.as_nanosecond();
                self.set(&format!("{name}_nanos"), nanoseconds.to_string());
                self.set(name, value);
            }
            Kind::Flags => match details::flags(&value) {
                Some(flags) => self.set(name, flags.to_string()),
                None => return wrong("a set of TCP flags"),
            },
            Kind::Direction => self.set(name, value.to_ascii_lowercase()),
            Kind::Action => match details::action(&value) {
                Some(action) => self.set(name, action),
                None => self.set("action_raw", value),
            },
            Kind::Version => match details::ip_version(&value) {
                Some(version) => self.set(name, version),
                None => self.more.push((key.to_owned(), value)),
            },
        }
        Ok(())
    }

    /// Reads where in the cloud the event belongs: the folder, or else the cloud, is the account, and a network is the VPC.
    fn take_path(&mut self, event: &Map<String, Value>) -> Result<(), EventError> {
        let Some(Value::Object(metadata)) = member(event, "resource_metadata")? else {
            return self.take_account(None);
        };
        let path = member(metadata, "path")?;
        if let Some(path) = path {
            self.set("resource_metadata.path", path.to_string());
        }
        let entries = path
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut of_type = [("folder", None), ("cloud", None), ("network", None)];
        for entry in entries.iter().filter_map(Value::as_object) {
            let (Some(kind), id) = (text(entry, "resource_type")?, text(entry, "resource_id")?)
            else {
                continue;
            };
            let kind = kind.rsplit('.').next().unwrap_or_default();
            if let Some((_, found)) = of_type.iter_mut().find(|(known, _)| *known == kind) {
                *found = id;
            }
        }
        let [(_, folder), (_, cloud), (_, network)] = of_type;
        if let Some(network) = network {
            self.set("vpc-id", network);
        }
        self.take_account(folder.or(cloud))
    }

    fn take_account(&mut self, by_path: Option<String>) -> Result<(), EventError> {
        let folder = self.known("folder_id").map(str::to_owned);
        if let Some(account) = folder.or(by_path) {
            self.set("account-id", account);
        }
        Ok(())
    }
}

impl Values for ExternalFlow {
    fn text(&self, index: usize) -> Option<Cow<'_, str>> {
        self.values.get(index)?.as_deref().map(Cow::Borrowed)
    }

    fn integer(&self, index: usize) -> Option<i64> {
        parse::integer(&self.text(index)?)
    }

    fn address(&self, index: usize) -> Option<IpAddr> {
        parse::address(&self.text(index)?)
    }

    fn time(&self, index: usize) -> Option<Timestamp> {
        self.text(index)?.parse().ok()
    }

    fn event_id(&self) -> Option<&str> {
        self.event_id.as_deref()
    }

    fn event_time(&self) -> Option<Timestamp> {
        self.event_time
    }

    fn more(&self) -> &[(String, String)] {
        &self.more
    }
}

fn fail<T>(message: impl Into<String>) -> Result<T, EventError> {
    Err(EventError(message.into()))
}

fn instant(key: &str, text: &str) -> Result<Timestamp, EventError> {
    text.parse()
        .map_err(|_| EventError(format!("`{text}` in `{key}` is not a time")))
}

/// Finds a member by its key in snake_case or lowerCamelCase.
fn member<'a>(object: &'a Map<String, Value>, key: &str) -> Result<Option<&'a Value>, EventError> {
    let camel = details::camel(key);
    match (object.get(key), object.get(&camel)) {
        (Some(_), Some(_)) if camel != key => {
            fail(format!("the event has both `{key}` and `{camel}`"))
        }
        (one, other) => Ok(one.or(other).filter(|value| !value.is_null())),
    }
}

fn text(object: &Map<String, Value>, key: &str) -> Result<Option<String>, EventError> {
    Ok(member(object, key)?.and_then(plain))
}

/// Renders a value as text; none if it is empty, which means that it is absent.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
