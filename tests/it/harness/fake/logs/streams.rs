//! DescribeLogStreams: the streams of a log group by name, or those with the newest events first, page by page.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::super::request::Request;
use super::super::server::{Outcome, Reply};
use super::super::state::State;
use super::{CONTENT_TYPE, Group, integer, invalid, search, text};

/// The times of a stream, as far as the service has updated them.
#[derive(Clone, Copy, Default)]
struct Times {
    newest_event: Option<i64>,
    last_arrival: Option<i64>,
}

pub(super) fn describe_log_streams(state: &State, request: &Request) -> Outcome {
    let group = search::group(state, request)?;
    let prefix = text(request, "logStreamNamePrefix")?.unwrap_or_default();
    let by_time = text(request, "orderBy")? == Some("LastEventTime");
    if by_time && !prefix.is_empty() {
        return Err(invalid(
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ));
    }
    let descending = request.json.get("descending") == Some(&Value::Bool(true));
    let begin = text(request, "nextToken")?.map(str::parse::<usize>);
    let begin = begin.transpose();
    let begin = begin.map_err(|_| invalid("The specified nextToken is invalid."))?;
    let begin = begin.unwrap_or_default();
    let limit = integer(request, "limit", 1, 50)?.unwrap_or(50);
    let end = begin + usize::try_from(limit).unwrap_or_default();
    let names = group.streams.iter().filter(|name| name.starts_with(prefix));
    let is_stale = state.settings.stale_streams;
    let mut found: Vec<_> = names
        .map(|name| (name, times(group, name, is_stale)))
        .collect();
    if by_time {
        found.sort_by_key(|(name, times)| (times.newest_event, Reverse(*name)));
    }
    if descending {
        found.reverse();
    }
    let page = found.iter().skip(begin).take(end - begin);
    let described: Vec<Value> = page
        .map(|(name, times)| {
            let mut stream = json!({ "logStreamName": name, "creationTime": group.created });
            if let (Some(event), Some(arrival)) = (times.newest_event, times.last_arrival) {
                stream["lastEventTimestamp"] = event.into();
                stream["lastIngestionTime"] = arrival.into();
            }
            stream
        })
        .collect();
    let mut reply = json!({ "logStreams": described });
    if end < found.len() {
        reply["nextToken"] = end.to_string().into();
    }
    Ok(Reply::ok(CONTENT_TYPE, reply.to_string()))
}

/// Returns the times of a stream. The service updates them late.
fn times(group: &Group, name: &str, is_stale: bool) -> Times {
    if is_stale {
        return Times::default();
    }
    let events = group.events.iter();
    let events = events.filter(|event| &*event.stream == name);
    events.fold(Times::default(), |times, event| Times {
        newest_event: times.newest_event.max(Some(event.place.timestamp)),
        last_arrival: times.last_arrival.max(Some(event.place.ingestion_time)),
    })
}
