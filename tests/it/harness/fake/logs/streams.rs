//! DescribeLogStreams: the streams of a log group by name, page by page.

use serde_json::{Value, json};

use super::super::request::Request;
use super::super::server::{Outcome, Reply};
use super::super::state::State;
use super::{CONTENT_TYPE, integer, search, text};

pub(super) fn describe_log_streams(state: &State, request: &Request) -> Outcome {
    let group = search::group(state, request)?;
    let prefix = text(request, "logStreamNamePrefix")?.unwrap_or_default();
    let after = text(request, "nextToken")?.unwrap_or_default();
    let limit = integer(request, "limit", 1, 50)?.unwrap_or(50);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = group
        .streams
        .iter()
        .filter(|name| name.starts_with(prefix) && name.as_str() > after);
    let page: Vec<_> = found.by_ref().take(limit).collect();
    let described: Vec<Value> = page
        .iter()
        .map(|name| json!({ "logStreamName": name, "creationTime": group.created }))
        .collect();
    let mut reply = json!({ "logStreams": described });
    if let (Some(_), Some(last)) = (found.next(), page.last()) {
        reply["nextToken"] = last.as_str().into();
    }
    Ok(Reply::ok(CONTENT_TYPE, reply.to_string()))
}
