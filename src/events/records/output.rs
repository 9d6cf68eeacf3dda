//! The results of a query, typed, and how a record is converted to one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::page::{self, Origin};
use crate::events::statistics::{Push, Statistics};
use crate::framework::{Attr, Model, behaviour};
use crate::record::{self, Format, Values};

/// What a query found.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// The events, in the requested order.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub events: Attr<Vec<Event>>,
    /// Whether `limit` was reached before everything was read.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub truncated: Attr<bool>,
    /// The calls to CloudWatch Logs, each with the filter pattern that was made from the filters.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub pushed: Attr<Vec<Push>>,
    /// The filters that only the provider checked, such as `where[0].src_addr`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub not_pushed: Attr<Vec<String>>,
    /// How far each filter was pushed down: `exact`, `superset` (the service may also return records that do not match)
    /// or `none`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub push_down: Attr<BTreeMap<String, String>>,
    /// What the query did.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub statistics: Attr<Statistics>,
    /// The account of the provider's credentials. Null if `skip_requesting_account_id` is set.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub account_id: Attr<String>,
    /// The partition of the region, such as `aws`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub partition: Attr<String>,
}

impl Model for Output {}

/// One event. An attribute is null if the record has no value for the field (`-`), or its format lacks the field.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// The time of the event, as RFC 3339. In a log group, it is the timestamp that CloudWatch Logs has for the event, which
    /// need not be the time of the flow. In a bucket, it is `start`. The times of the flow are `start` and `end`.
    #[schemars(transform = behaviour::read_only)]
    pub timestamp: Option<String>,
    /// When CloudWatch Logs received the event, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub ingestion_time: Option<String>,
    /// The ID that CloudWatch Logs assigned to the event, or the ID in an ExternalFlow event. Null for records of AWS in a
    /// bucket.
    #[schemars(transform = behaviour::read_only)]
    pub event_id: Option<String>,
    /// The log stream. Usually there is one for each network interface.
    #[schemars(transform = behaviour::read_only)]
    pub log_stream_name: Option<String>,
    /// The key of the object that the event was read from, if it was read from a bucket.
    #[schemars(transform = behaviour::read_only)]
    pub object_key: Option<String>,
    /// The version of the record.
    #[schemars(transform = behaviour::read_only)]
    pub version: Option<i64>,
    /// The account that owns the network interface.
    #[schemars(transform = behaviour::read_only)]
    pub interface_account_id: Option<String>,
    /// The network interface.
    #[schemars(transform = behaviour::read_only)]
    pub interface_id: Option<String>,
    /// The source address.
    #[schemars(transform = behaviour::read_only)]
    pub src_addr: Option<String>,
    /// The destination address.
    #[schemars(transform = behaviour::read_only)]
    pub dst_addr: Option<String>,
    /// The source port.
    #[schemars(transform = behaviour::read_only)]
    pub src_port: Option<i64>,
    /// The destination port.
    #[schemars(transform = behaviour::read_only)]
    pub dst_port: Option<i64>,
    /// The IANA protocol number.
    #[schemars(transform = behaviour::read_only)]
    pub protocol: Option<i64>,
    /// The number of packets.
    #[schemars(transform = behaviour::read_only)]
    pub packets: Option<i64>,
    /// The number of bytes.
    #[schemars(transform = behaviour::read_only)]
    pub bytes: Option<i64>,
    /// When the first packet was seen, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub start: Option<String>,
    /// When the last packet was seen, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub end: Option<String>,
    /// Whether the traffic was accepted: `ACCEPT` or `REJECT`.
    #[schemars(transform = behaviour::read_only)]
    pub action: Option<String>,
    /// The logging status: `OK`, `NODATA` or `SKIPDATA`.
    #[schemars(transform = behaviour::read_only)]
    pub log_status: Option<String>,
    /// The VPC of the network interface.
    #[schemars(transform = behaviour::read_only)]
    pub vpc_id: Option<String>,
    /// The subnet of the network interface.
    #[schemars(transform = behaviour::read_only)]
    pub subnet_id: Option<String>,
    /// The instance of the network interface.
    #[schemars(transform = behaviour::read_only)]
    pub instance_id: Option<String>,
    /// The TCP flags of the record, as a number.
    #[schemars(transform = behaviour::read_only)]
    pub tcp_flags: Option<i64>,
    /// The type of the traffic: `IPv4`, `IPv6` or `EFA`.
    #[schemars(transform = behaviour::read_only)]
    pub r#type: Option<String>,
    /// The direction of the flow: `ingress` or `egress`.
    #[schemars(transform = behaviour::read_only)]
    pub flow_direction: Option<String>,
    /// Every other field that has a value, by AWS's name.
    #[schemars(transform = behaviour::read_only)]
    pub fields: BTreeMap<String, String>,
    /// The line, if `include_message` is set or the line did not parse.
    #[schemars(transform = behaviour::read_only)]
    pub message: Option<String>,
    /// Why the line did not parse.
    #[schemars(transform = behaviour::read_only)]
    pub parse_error: Option<String>,
}

/// Where the values of named results are in one format.
#[derive(Debug)]
pub(super) struct Columns {
    named: BTreeMap<&'static str, usize>,
    others: Vec<usize>,
}

impl Columns {
    pub(super) fn of(format: &Format) -> Self {
        let (mut named, mut others) = (BTreeMap::new(), Vec::new());
        for (index, name) in format.names().iter().enumerate() {
            match record::field::find(name).and_then(|field| field.column) {
                Some(column) => {
                    let _ = named.insert(column, index);
                }
                None => others.push(index),
            }
        }
        Self { named, others }
    }

    /// Converts a record to a result.
    pub(super) fn event(
        &self,
        event: &page::Event,
        format: &Format,
        record: &(impl Values + ?Sized),
    ) -> Event {
        let at = |column: &str| self.named.get(column).copied();
        let text = |column: &str| record.text(at(column)?).map(Cow::into_owned);
        let integer = |column: &str| record.integer(at(column)?);
        let time = |column: &str| record.time(at(column)?).map(|time| time.to_string());
        let other = |index: &usize| {
            let name = format.names().get(*index)?;
            Some((name.clone(), record.text(*index)?.into_owned()))
        };
        let others = self.others.iter().filter_map(other);
        let bare = Event::without_record(event);
        Event {
            event_id: record.event_id().map(str::to_owned).or(bare.event_id),
            timestamp: record
                .event_time()
                .map(|time| time.to_string())
                .or(bare.timestamp),
            ingestion_time: bare.ingestion_time,
            log_stream_name: bare.log_stream_name,
            object_key: bare.object_key,
            version: integer("version"),
            interface_account_id: text("interface_account_id"),
            interface_id: text("interface_id"),
            src_addr: text("src_addr"),
            dst_addr: text("dst_addr"),
            src_port: integer("src_port"),
            dst_port: integer("dst_port"),
            protocol: integer("protocol"),
            packets: integer("packets"),
            bytes: integer("bytes"),
            start: time("start"),
            end: time("end"),
            action: text("action"),
            log_status: text("log_status"),
            vpc_id: text("vpc_id"),
            subnet_id: text("subnet_id"),
            instance_id: text("instance_id"),
            tcp_flags: integer("tcp_flags"),
            r#type: text("type"),
            flow_direction: text("flow_direction"),
            fields: others.chain(record.more().iter().cloned()).collect(),
            message: None,
            parse_error: None,
        }
    }
}

impl Event {
    /// Converts an event to a result without the values of its record.
    pub(super) fn without_record(event: &page::Event) -> Self {
        let bare = Self {
            timestamp: time(event.time),
            event_id: Some(event.id.clone()).filter(|id| !id.is_empty()),
            ..Self::default()
        };
        match &event.origin {
            Origin::LogStream {
                name,
                ingestion_time,
            } => Self {
                ingestion_time: time(*ingestion_time),
                log_stream_name: Some(name.clone()),
                ..bare
            },
            Origin::Object { key } => Self {
                object_key: Some(key.to_string()),
                ..bare
            },
        }
    }
}

fn time(milliseconds: Option<i64>) -> Option<String> {
    Timestamp::from_millisecond(milliseconds?)
        .ok()
        .map(|time| time.to_string())
}
