//! StartQuery, GetQueryResults, StopQuery and DescribeQueries: queries of CloudWatch Logs Insights.
//!
//! The query is evaluated when it is started; its answer is there after a few more questions, as with the service.

mod expression;
mod query;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::request::Request;
use super::super::server::{ApiError, Outcome, Reply};
use super::super::state::State;
use super::super::sts;
use super::{
    CONTENT_TYPE, Event, Group, integer, invalid, key, no_group, not_found, required, text,
};
use query::Query;

/// Up to so many events, no rows are kept for the next query.
const FEW: usize = 10_000;
const LONGEST_QUERY: usize = 10_000;
/// The most rows of a result, those without a limit, and those of one page.
const MOST_ROWS: i64 = 100_000;
const DEFAULT_ROWS: i64 = 10_000;
const PAGE: i64 = 10_000;

/// The fields that the service finds by itself in a line of the default format.
const DISCOVERED: [&str; 14] = [
    "version",
    "accountId",
    "interfaceId",
    "srcAddr",
    "dstAddr",
    "srcPort",
    "dstPort",
    "protocol",
    "packets",
    "bytes",
    "startTime",
    "endTime",
    "action",
    "logStatus",
];

/// The fields of one event, as text.
pub(super) type Row = BTreeMap<String, String>;

/// A query that was started.
#[derive(Debug)]
pub(in super::super) struct Started {
    text: String,
    group: Option<String>,
    results: Vec<Row>,
    scanned: usize,
    matched: usize,
    /// How often it is still running when it is asked for.
    running_for: u32,
    status: &'static str,
}

impl Started {
    /// Reports whether the query runs.
    #[cfg(feature = "aws")]
    pub(super) fn is_running(&self) -> bool {
        self.running_for > 0
    }
}

/// Answers a call about a query.
pub(super) fn answer(state: &mut State, request: &Request) -> Outcome {
    let reply = match request.action.as_str() {
        "StartQuery" => start(state, request)?,
        "StopQuery" => stop(state, request)?,
        "DescribeQueries" => describe(state, request)?,
        _ => results(state, request)?,
    };
    Ok(Reply::ok(CONTENT_TYPE, reply.to_string()))
}

fn start(state: &mut State, request: &Request) -> Result<Value, ApiError> {
    let text = required(request, "queryString")?;
    if text.chars().count() > LONGEST_QUERY {
        return Err(invalid("queryString is longer than 10000 characters"));
    }
    let malformed = |reason| ApiError::new("MalformedQueryException", reason);
    let query = Query::parse(text).map_err(malformed)?;
    let limit = integer(request, "limit", 1, MOST_ROWS)?.unwrap_or(DEFAULT_ROWS);
    let second = |name| {
        integer(request, name, 0, i64::MAX)?.ok_or_else(|| invalid(format!("{name} is required")))
    };
    let window = (second("startTime")? * 1000, second("endTime")? * 1000);
    if window.0 > window.1 {
        return Err(invalid("endTime must not be before startTime"));
    }
    let mut events = events(group(state, request)?, window);
    if let Some(masked) = &state.settings.masked {
        let stars = "*".repeat(masked.len());
        let mask = |event: &mut Event| event.message = event.message.replace(masked, &stars);
        events.iter_mut().for_each(mask);
    }
    // Queries that differ only in what they count are about the same rows.
    let (select, _) = text.split_once("\n| stats").unwrap_or((text, ""));
    let masked = &state.settings.masked;
    let group = ["logGroupName", "logGroupIdentifiers"].map(|name| request.json.get(name));
    let name = format!(
        "{select} {window:?} {group:?} {} {masked:?}",
        state.groups.counter
    );
    let known = state.groups.selected.take();
    let known = known.filter(|(known, _)| *known == name && events.len() > FEW);
    let selected = match known {
        Some((_, selected)) => selected,
        None => query.select(events.iter().map(row)),
    };
    let matched = selected.len();
    if events.len() > FEW {
        state.groups.selected = Some((name, selected.clone()));
    }
    let mut results = query.count(selected).map_err(malformed)?;
    results.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let group = request.json.get("logGroupName").and_then(Value::as_str);
    let started = Started {
        text: text.to_owned(),
        group: group.map(str::to_owned),
        results,
        scanned: events.len(),
        matched,
        running_for: state.settings.insights_running_for,
        status: state.settings.insights_ends_as,
    };
    let id = state.next_id("query");
    state.groups.queries.insert(id.clone(), started);
    Ok(json!({ "queryId": id }))
}

fn results(state: &mut State, request: &Request) -> Result<Value, ApiError> {
    let page = integer(request, "maxItems", 1, PAGE)?.unwrap_or(PAGE);
    let page = usize::try_from(page)
        .unwrap_or(usize::MAX)
        .min(state.settings.insights_page);
    let skipped = state.settings.insights_skipped;
    let token = text(request, "nextToken")?.map(str::to_owned);
    let started = found(state, request)?;
    if started.running_for > 0 {
        started.running_for -= 1;
        return Ok(json!({ "status": "Running", "results": [] }));
    }
    let field = |(name, value): (&String, &String)| json!({ "field": name, "value": value });
    let from: usize = match &token {
        None => 0,
        Some(token) => token
            .strip_prefix("row-")
            .and_then(|row| row.parse().ok())
            .ok_or_else(|| invalid("The specified nextToken is invalid."))?,
    };
    let rows = started.results.iter().skip(from).take(page);
    let rows: Vec<Vec<Value>> = rows.map(|row| row.iter().map(field).collect()).collect();
    let complete = started.status == "Complete";
    let more = complete && from + page < started.results.len();
    let next = more.then(|| format!("row-{}", from + page));
    Ok(json!({
        "status": started.status,
        "results": if complete { rows } else { Vec::new() },
        "nextToken": next,
        "statistics": {
            "recordsScanned": started.scanned as f64,
            "recordsMatched": started.matched as f64,
            "estimatedRecordsSkipped": skipped,
            "bytesScanned": 0.0,
        },
    }))
}

fn stop(state: &mut State, request: &Request) -> Result<Value, ApiError> {
    let started = found(state, request)?;
    started.status = "Cancelled";
    started.running_for = 0;
    Ok(json!({ "success": true }))
}

/// Describes the queries of a status, or of a log group, one for each page.
fn describe(state: &State, request: &Request) -> Result<Value, ApiError> {
    let status = text(request, "status")?;
    let group = text(request, "logGroupName")?;
    let page: usize = match text(request, "nextToken")? {
        None => 0,
        Some(token) => token.parse().map_err(|_| invalid("nextToken"))?,
    };
    let queries = state.groups.queries.iter().map(|(id, started)| {
        let status = if started.running_for > 0 {
            "Running"
        } else {
            started.status
        };
        (id, started, status)
    });
    let wanted = queries.filter(|(_, started, is)| {
        status.is_none_or(|status| status == *is)
            && group.is_none_or(|group| started.group.as_deref() == Some(group))
    });
    let wanted: Vec<_> = wanted.collect();
    let described = wanted.get(page).map(|(id, started, status)| {
        json!({
            "queryId": id,
            "queryString": started.text,
            "logGroupName": started.group,
            "status": status,
        })
    });
    let more = page + 1 < wanted.len();
    Ok(json!({
        "queries": described.into_iter().collect::<Vec<_>>(),
        "nextToken": more.then(|| (page + 1).to_string()),
    }))
}

fn found<'a>(state: &'a mut State, request: &Request) -> Result<&'a mut Started, ApiError> {
    let id = required(request, "queryId")?;
    let found = state.groups.queries.get_mut(id);
    found.ok_or_else(|| not_found("The specified query does not exist."))
}

fn group<'a>(state: &'a State, request: &Request) -> Result<&'a Group, ApiError> {
    let identifiers = request
        .json
        .get("logGroupIdentifiers")
        .and_then(Value::as_array);
    let identifier = identifiers.and_then(|all| all.first()?.as_str());
    let account = sts::account(state, &request.access_key);
    let key = match (text(request, "logGroupName")?, identifier) {
        (Some(name), None) => key(account, request, name),
        (None, Some(identifier)) => super::search::identified(identifier, account, request)?,
        _ => return Err(invalid("Exactly one log group has to be named")),
    };
    state.groups.groups.get(&key).ok_or_else(no_group)
}

fn events(group: &Group, (from, to): (i64, i64)) -> Vec<Event> {
    let inside = |event: &&Event| (from..=to).contains(&event.place.timestamp);
    group.events.iter().filter(inside).cloned().collect()
}

fn row(event: &Event) -> Row {
    let mut row = Row::new();
    row.insert("@message".to_owned(), event.message.clone());
    row.insert("@logStream".to_owned(), event.stream.to_string());
    row.insert("@timestamp".to_owned(), event.place.timestamp.to_string());
    let values: Vec<&str> = event.message.split_whitespace().collect();
    if values.len() == DISCOVERED.len() {
        let discovered = DISCOVERED.iter().zip(values);
        row.extend(discovered.map(|(name, value)| ((*name).to_owned(), value.to_owned())));
    }
    row
}
