//! CloudWatch Logs in JSON 1.1: log groups, events, searches and queries.

mod insights;
mod search;
mod streams;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::request::Request;
use super::server::{ApiError, Outcome, Reply};
use super::state::State;
use super::sts;

pub(super) use search::search;

pub(super) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

const DAY: i64 = 24 * 60 * 60 * 1000;
const HOUR: i64 = 60 * 60 * 1000;
const INGESTION_DELAY: i64 = 90_000;

/// All log groups, by account, region and name.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: BTreeMap<Key, Group>,
    counter: u64,
    queries: BTreeMap<String, insights::Started>,
    /// The rows that the last large query of Insights selected, by what selected them.
    selected: Option<(String, Vec<insights::Row>)>,
}

type Key = (String, String, String);

#[derive(Debug)]
struct Group {
    created: i64,
    class: String,
    retention_days: Option<u32>,
    key: Option<String>,
    streams: BTreeSet<String>,
    /// The events in order, shared with running searches.
    events: Arc<Vec<Event>>,
}

#[derive(Clone, Debug)]
struct Event {
    place: Place,
    stream: Arc<str>,
    message: String,
}

/// The key that orders events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    timestamp: i64,
    ingestion_time: i64,
    number: u64,
}

impl Groups {
    /// Returns the number of Insights queries that run.
    #[cfg(feature = "aws")]
    pub(super) fn running_queries(&self) -> usize {
        let queries = self.queries.values();
        queries.filter(|query| query.is_running()).count()
    }

    /// Writes events to a stream, and creates the log group and the stream if necessary.
    pub(super) fn put(
        &mut self,
        account: &str,
        region: &str,
        group: &str,
        stream: &str,
        events: Vec<(i64, String)>,
    ) {
        let key = (account.to_owned(), region.to_owned(), group.to_owned());
        let group = self.groups.entry(key).or_insert_with(Group::new);
        group.streams.insert(stream.to_owned());
        let delayed = |(at, message)| (at, at + INGESTION_DELAY, message);
        let events = events.into_iter().map(delayed);
        group.add(stream, events, &mut self.counter);
    }
}

impl Groups {
    /// Changes the class of a log group, and creates it if necessary.
    pub(super) fn set_class(&mut self, account: &str, region: &str, group: &str, class: &str) {
        let key = (account.to_owned(), region.to_owned(), group.to_owned());
        let group = self.groups.entry(key).or_insert_with(Group::new);
        class.clone_into(&mut group.class);
    }

    /// Sets the retention of a log group in days, and creates it if necessary.
    #[cfg(feature = "aws")]
    pub(super) fn set_retention(&mut self, account: &str, region: &str, group: &str, days: u32) {
        let key = (account.to_owned(), region.to_owned(), group.to_owned());
        let group = self.groups.entry(key).or_insert_with(Group::new);
        group.retention_days = Some(days);
    }

    /// Encrypts a log group of the default account with a key of KMS, and creates it if necessary.
    #[cfg(feature = "aws")]
    pub(super) fn set_key(&mut self, region: &str, group: &str, key: &str) {
        let account = super::ACCOUNT.to_owned();
        let place = (account, region.to_owned(), group.to_owned());
        let group = self.groups.entry(place).or_insert_with(Group::new);
        group.key = Some(key.to_owned());
    }
}

impl Group {
    fn new() -> Self {
        Self {
            created: now(),
            class: "STANDARD".to_owned(),
            retention_days: None,
            key: None,
            streams: BTreeSet::new(),
            events: Arc::default(),
        }
    }

    fn add(
        &mut self,
        stream: &str,
        events: impl Iterator<Item = (i64, i64, String)>,
        counter: &mut u64,
    ) {
        let stream: Arc<str> = stream.into();
        let all = Arc::make_mut(&mut self.events);
        for (timestamp, ingestion_time, message) in events {
            *counter += 1;
            all.push(Event {
                place: Place {
                    timestamp,
                    ingestion_time,
                    number: *counter,
                },
                stream: Arc::clone(&stream),
                message,
            });
        }
        all.sort_by_key(|event| event.place);
    }
}

/// Handles all calls except FilterLogEvents.
pub(super) fn answer(state: &mut State, request: &Request) -> Outcome {
    if request.action == "DescribeLogStreams" {
        return streams::describe_log_streams(state, request);
    }
    if matches!(
        request.action.as_str(),
        "StartQuery" | "GetQueryResults" | "StopQuery" | "DescribeQueries"
    ) {
        return insights::answer(state, request);
    }
    let account = sts::account(state, &request.access_key).to_owned();
    let groups = &mut state.groups;
    match request.action.as_str() {
        "CreateLogGroup" => create_log_group(groups, request, &account),
        "CreateLogStream" => create_log_stream(groups, request, &account),
        "PutLogEvents" => put_log_events(groups, request, &account),
        "DescribeLogGroups" => describe_log_groups(groups, request, &account),
        _ => Err(ApiError::new("UnknownOperationException", "")),
    }
}

/// Returns an error in the format of CloudWatch Logs.
pub(super) fn error(code: &str, message: &str) -> String {
    json!({ "__type": code, "message": message }).to_string()
}

fn create_log_group(groups: &mut Groups, request: &Request, account: &str) -> Outcome {
    let name = required(request, "logGroupName")?;
    let key = key(account, request, name);
    if groups.groups.contains_key(&key) {
        return Err(ApiError::new(
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
        ));
    }
    groups.groups.insert(key, Group::new());
    Ok(Reply::ok(CONTENT_TYPE, ""))
}

fn create_log_stream(groups: &mut Groups, request: &Request, account: &str) -> Outcome {
    let group = group(groups, request, account)?;
    let stream = required(request, "logStreamName")?;
    if !group.streams.insert(stream.to_owned()) {
        return Err(ApiError::new(
            "ResourceAlreadyExistsException",
            "The specified log stream already exists",
        ));
    }
    Ok(Reply::ok(CONTENT_TYPE, ""))
}

fn put_log_events(groups: &mut Groups, request: &Request, account: &str) -> Outcome {
    let mut counter = groups.counter;
    let group = group(groups, request, account)?;
    let stream = required(request, "logStreamName")?;
    if !group.streams.contains(stream) {
        return Err(not_found("The specified log stream does not exist."));
    }
    let events = input_events(request)?;
    if !events.is_sorted_by_key(|(at, _)| *at) {
        return Err(invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    let now = now();
    let old = events.partition_point(|(at, _)| *at < now - 14 * DAY);
    let new = events.partition_point(|(at, _)| *at <= now + 2 * HOUR);
    let mut rejected = Map::new();
    if old > 0 {
        rejected.insert("tooOldLogEventEndIndex".to_owned(), old.into());
    }
    if new < events.len() {
        rejected.insert("tooNewLogEventStartIndex".to_owned(), new.into());
    }
    let taken = events.into_iter().take(new).skip(old);
    let stamped = taken.map(|(at, message)| (at, now, message));
    group.add(stream, stamped, &mut counter);
    groups.counter = counter;
    let mut reply = json!({ "nextSequenceToken": format!("{counter:056}") });
    if !rejected.is_empty() {
        reply["rejectedLogEventsInfo"] = rejected.into();
    }
    Ok(Reply::ok(CONTENT_TYPE, reply.to_string()))
}

fn input_events(request: &Request) -> Result<Vec<(i64, String)>, ApiError> {
    let events = request.json.get("logEvents").and_then(Value::as_array);
    let events = events.filter(|events| !events.is_empty());
    let one = |event: &Value| {
        let message = event.get("message")?.as_str()?;
        let timestamp = event.get("timestamp")?.as_i64()?;
        (!message.is_empty()).then(|| (timestamp, message.to_owned()))
    };
    let events = events.and_then(|events| events.iter().map(one).collect());
    events.ok_or_else(|| invalid("logEvents holds at least one event: a timestamp and a message"))
}

fn describe_log_groups(groups: &Groups, request: &Request, account: &str) -> Outcome {
    let prefix = text(request, "logGroupNamePrefix")?.unwrap_or_default();
    let pattern = text(request, "logGroupNamePattern")?.unwrap_or_default();
    let after = text(request, "nextToken")?.unwrap_or_default();
    let limit = integer(request, "limit", 1, 50)?.unwrap_or(50);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = groups.groups.iter().filter(|((owner, region, name), _)| {
        owner == account
            && *region == request.region
            && name.starts_with(prefix)
            && name.contains(pattern)
            && name.as_str() > after
    });
    let page: Vec<_> = found.by_ref().take(limit).collect();
    let described: Vec<Value> = page
        .iter()
        .map(|(key, group)| describe(key, group))
        .collect();
    let mut reply = json!({ "logGroups": described });
    if let (Some(_), Some(((_, _, last), _))) = (found.next(), page.last()) {
        reply["nextToken"] = last.as_str().into();
    }
    Ok(Reply::ok(CONTENT_TYPE, reply.to_string()))
}

fn describe((account, region, name): &Key, group: &Group) -> Value {
    let partition = sts::partition(region);
    let arn = format!("arn:{partition}:logs:{region}:{account}:log-group:{name}");
    let bytes: usize = group.events.iter().map(|event| event.message.len()).sum();
    let mut described = json!({
        "logGroupName": name,
        "creationTime": group.created,
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "logGroupArn": arn,
        "storedBytes": bytes,
        "logGroupClass": group.class,
    });
    if let Some(days) = group.retention_days {
        described["retentionInDays"] = days.into();
    }
    if let Some(key) = &group.key {
        described["kmsKeyId"] = key.as_str().into();
    }
    described
}

fn group<'a>(
    groups: &'a mut Groups,
    request: &Request,
    account: &str,
) -> Result<&'a mut Group, ApiError> {
    let name = required(request, "logGroupName")?;
    let found = groups.groups.get_mut(&key(account, request, name));
    found.ok_or_else(no_group)
}

fn key(account: &str, request: &Request, name: &str) -> Key {
    (account.to_owned(), request.region.clone(), name.to_owned())
}

fn no_group() -> ApiError {
    not_found("The specified log group does not exist.")
}

fn not_found(message: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", message)
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}

/// Returns the message with which the service refuses a value because of its size.
fn constraint(value: &str, member: &str, constraint: &str) -> ApiError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must have {constraint}"
    ))
}

fn required<'a>(request: &'a Request, name: &str) -> Result<&'a str, ApiError> {
    let given = text(request, name)?.filter(|value| !value.is_empty());
    given.ok_or_else(|| constraint("null", name, "length greater than or equal to 1"))
}

fn text<'a>(request: &'a Request, name: &str) -> Result<Option<&'a str>, ApiError> {
    match request.json.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(unexpected(name)),
    }
}

fn integer(request: &Request, name: &str, min: i64, max: i64) -> Result<Option<i64>, ApiError> {
    let n = match request.json.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_i64().ok_or_else(|| unexpected(name))?,
    };
    let bound = match n {
        n if n > max => format!("value less than or equal to {max}"),
        n if n < min => format!("value greater than or equal to {min}"),
        n => return Ok(Some(n)),
    };
    Err(constraint(&n.to_string(), name, &bound))
}

fn unexpected(name: &str) -> ApiError {
    let message = format!("{name} is not of the expected type");
    ApiError::new("SerializationException", message)
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
