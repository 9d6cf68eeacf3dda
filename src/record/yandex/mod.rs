//! Yandex Cloud's ExternalFlow events: JSON, one event to a message.
//!
//! Audit Trails writes such an event for traffic of a VPC, or of a BareMetal server, with networks outside. Real events
//! spell their keys in snake_case and the reference page in lowerCamelCase: both are read. Whole numbers come as text or
//! as numbers, and what is zero may be absent: it is then not known. The values get AWS's names where both mean the same,
//! and so the same results and quals; the rest keeps its own name. What is not an event of this type, or holds something
//! else than its keys say, is an error and never a wrong record.

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

/// How the type of an event ends, of whichever service it is.
const EVENT_TYPE: &str = "ExternalFlow";

/// What the type of a BareMetal server's event says; those are sampled.
const BARE_METAL: &str = ".baremetal.";

/// Of how many packets of a BareMetal server one is looked at.
const SAMPLING_RATE: &str = "1000";

/// The values that have a place: AWS's names first, then our own.
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

/// Says why a message is no ExternalFlow event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EventError(String);

/// Returns the values of an ExternalFlow event, in the order in which [`parse_event`] gives them.
#[must_use]
pub fn format() -> Format {
    Format::of(NAMES.map(str::to_owned).to_vec())
}

/// Reads a message.
///
/// # Errors
///
/// The message is no JSON object, is another event, or holds something else than its keys say.
pub fn parse_event(message: &str) -> Result<ExternalFlow, EventError> {
    let event: Value = serde_json::from_str(message)
        .map_err(|error| EventError(format!("the message is no JSON ({error})")))?;
    let Value::Object(event) = event else {
        return fail("the message is no JSON object");
    };
    let event_type = text(&event, "event_type")?.unwrap_or_default();
    if !event_type.ends_with(EVENT_TYPE) {
        return fail(format!(
            "the event is no ExternalFlow event; its type is `{event_type}`"
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

    /// Takes what every event of Audit Trails says of itself.
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

    /// Takes where in the cloud the event belongs: the folder or else the cloud is the account, a network the VPC.
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

/// Finds a member by its key in snake_case, or by the same in lowerCamelCase.
fn member<'a>(object: &'a Map<String, Value>, key: &str) -> Result<Option<&'a Value>, EventError> {
    let camel = details::camel(key);
    match (object.get(key), object.get(&camel)) {
        (Some(_), Some(_)) if camel != key => {
            fail(format!("the event holds both `{key}` and `{camel}`"))
        }
        (one, other) => Ok(one.or(other).filter(|value| !value.is_null())),
    }
}

fn text(object: &Map<String, Value>, key: &str) -> Result<Option<String>, EventError> {
    Ok(member(object, key)?.and_then(plain))
}

/// Writes a value as text; an empty one is none, as the absent one that it stands for.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
