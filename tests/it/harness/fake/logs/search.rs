//! FilterLogEvents: selects events, sorts them, and splits them into pages.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::super::pattern::Pattern;
use super::super::request::Request;
use super::super::server::{ApiError, Reply};
use super::super::state::State;
use super::super::sts;
use super::{
    CONTENT_TYPE, Event, Group, Key, Place, constraint, integer, invalid, key, no_group, not_found,
    text,
};

const LARGEST_PAGE: i64 = 10_000;
const PAGE_BYTES: usize = 1024 * 1024;
const LONGEST_PATTERN: usize = 1024;
/// The maximum number of events examined for a page. A page can therefore be short or empty before the end.
const MOST_EXAMINED: usize = 200_000;
/// 2024-01-01. The service reads backwards only after this time.
const BACKWARDS_SINCE: i64 = 1_704_067_200_000;

/// A search for one page. It contains all data, so that it needs no lock.
#[derive(Debug)]
pub(in super::super) struct Search {
    events: Arc<Vec<Event>>,
    streams: Streams,
    /// Both ends are inclusive.
    window: (i64, i64),
    newest_first: bool,
    pattern: Pattern,
    limit: usize,
    cursor: Cursor,
    request_hash: u64,
    empty_page_every: u64,
    /// The text to mask in messages.
    masked: Option<String>,
    /// The token of the request, if the last page must repeat it.
    repeated: Option<String>,
}

/// Checks a request and returns its search.
pub(in super::super) fn search(state: &State, request: &Request) -> Result<Search, ApiError> {
    let limit = integer(request, "limit", 1, LARGEST_PAGE)?.unwrap_or(LARGEST_PAGE);
    let limit = usize::try_from(limit).unwrap_or(1);
    let window = window(request)?;
    let newest_first = newest_first(request)?;
    let pattern = pattern(request)?;
    let streams = Streams::of(request)?;
    let group = group(state, request)?;
    if group.class != "STANDARD" {
        return Err(invalid(format!(
            "FilterLogEvents is not supported for log groups of the class {}",
            group.class
        )));
    }
    streams.refuse_unknown(group)?;
    let request_hash = request_hash(request);
    let token = text(request, "nextToken")?;
    let cursor = match token {
        Some(token) => Cursor::read(token, request_hash)
            .ok_or_else(|| invalid("The specified nextToken is invalid."))?,
        None => Cursor::default(),
    };
    let settings = &state.settings;
    Ok(Search {
        events: Arc::clone(&group.events),
        streams,
        window,
        newest_first,
        pattern,
        limit: limit.min(settings.events_page),
        cursor,
        request_hash,
        empty_page_every: settings.empty_page_every,
        masked: settings
            .masked
            .clone()
            .filter(|_| request.json.get("unmask") != Some(&Value::Bool(true))),
        repeated: token
            .filter(|_| settings.repeat_last_token)
            .map(str::to_owned),
    })
}

impl Search {
    /// Runs the search and returns the page.
    pub(in super::super) fn run(&self) -> Reply {
        let left = self.left();
        let every = self.empty_page_every;
        let stays_empty = every > 0 && self.cursor.page.is_multiple_of(every);
        let (page, examined) = if stays_empty {
            (Vec::new(), 0)
        } else {
            self.page(left)
        };
        let next = (examined < left.len() || stays_empty).then(|| {
            let last = examined.checked_sub(1).and_then(|n| self.nth(left, n));
            Cursor {
                page: self.cursor.page + 1,
                after: last.map(|event| event.place).or(self.cursor.after),
            }
            .write(self.request_hash)
        });
        let body = Body {
            events: page.into_iter().map(|event| self.found(event)).collect(),
            searched_log_streams: [],
            next_token: next.or_else(|| self.repeated.clone()),
        };
        Reply::ok(
            CONTENT_TYPE,
            serde_json::to_string(&body).expect("a page as JSON"),
        )
    }

    fn found<'a>(&self, event: &'a Event) -> Found<'a> {
        let mut found = Found::of(event);
        if let Some(masked) = &self.masked {
            let stars = "*".repeat(masked.len());
            found.message = Cow::Owned(event.message.replace(masked, &stars));
        }
        found
    }

    /// Returns the events of the window that no earlier page examined.
    fn left(&self) -> &[Event] {
        let (from, to) = self.window;
        let start = |place: Place| place.timestamp < from;
        let end = |place: Place| place.timestamp <= to;
        let mut start = self.events.partition_point(|event| start(event.place));
        let mut end = self.events.partition_point(|event| end(event.place));
        if let Some(after) = self.cursor.after {
            if self.newest_first {
                end = end.min(self.events.partition_point(|event| event.place < after));
            } else {
                start = start.max(self.events.partition_point(|event| event.place <= after));
            }
        }
        self.events.get(start..end).unwrap_or_default()
    }

    fn nth<'a>(&self, left: &'a [Event], n: usize) -> Option<&'a Event> {
        if self.newest_first {
            left.get(left.len().checked_sub(n + 1)?)
        } else {
            left.get(n)
        }
    }

    /// Returns the events of the page, and the number of examined events.
    fn page<'a>(&self, left: &'a [Event]) -> (Vec<&'a Event>, usize) {
        let mut page = Vec::new();
        let mut bytes = 0;
        let examined = left.len().min(MOST_EXAMINED);
        for n in 0..examined {
            let Some(event) = self.nth(left, n) else {
                break;
            };
            if !self.streams.contain(&event.stream) || !self.pattern.matches(&event.message) {
                continue;
            }
            bytes += event.message.len();
            if page.len() == self.limit || (bytes > PAGE_BYTES && !page.is_empty()) {
                return (page, n);
            }
            page.push(event);
        }
        (page, examined)
    }
}

/// The start of a page.
#[derive(Debug, Default)]
struct Cursor {
    page: u64,
    after: Option<Place>,
}

impl Cursor {
    fn write(&self, request_hash: u64) -> String {
        let place = self.after.map(|place| {
            let Place {
                timestamp,
                ingestion_time,
                number,
            } = place;
            format!("/{timestamp}/{ingestion_time}/{number}")
        });
        let place = place.unwrap_or_default();
        format!("{request_hash:016x}/{}{place}", self.page)
    }

    /// Parses a token. It is valid only for the same request.
    fn read(token: &str, request_hash: u64) -> Option<Self> {
        let mut parts = token.split('/');
        parts.next();
        let page = parts.next()?.parse().ok()?;
        let after = match parts.next() {
            Some(timestamp) => Some(Place {
                timestamp: timestamp.parse().ok()?,
                ingestion_time: parts.next()?.parse().ok()?,
                number: parts.next()?.parse().ok()?,
            }),
            None => None,
        };
        let cursor = Self { page, after };
        (cursor.write(request_hash) == token).then_some(cursor)
    }
}

fn request_hash(request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (name, value) in &request.json {
        if name != "nextToken" && name != "limit" {
            (name, value.to_string()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// The streams to search.
#[derive(Debug)]
enum Streams {
    All,
    Named(Vec<String>),
    Prefixed(String),
}

impl Streams {
    fn of(request: &Request) -> Result<Self, ApiError> {
        let names = request.json.get("logStreamNames");
        let names = names.filter(|names| !names.is_null());
        match (names, text(request, "logStreamNamePrefix")?) {
            (Some(_), Some(_)) => Err(invalid(
                "LogStreamNames and LogStreamNamePrefix cannot be specified together",
            )),
            (None, None) => Ok(Self::All),
            (None, Some("")) => Err(constraint(
                "",
                "logStreamNamePrefix",
                "length greater than or equal to 1",
            )),
            (None, Some(prefix)) => Ok(Self::Prefixed(prefix.to_owned())),
            (Some(names), None) => Self::named(names),
        }
    }

    fn named(names: &Value) -> Result<Self, ApiError> {
        let given = names.as_array().map(Vec::as_slice).unwrap_or_default();
        let names: Vec<String> = given
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        let fits = (1..=100).contains(&names.len()) && names.len() == given.len();
        if fits {
            Ok(Self::Named(names))
        } else {
            Err(constraint(
                &format!("{given:?}"),
                "logStreamNames",
                "length between 1 and 100",
            ))
        }
    }

    fn refuse_unknown(&self, group: &Group) -> Result<(), ApiError> {
        match self {
            Self::Named(names) if !names.iter().all(|name| group.streams.contains(name)) => {
                Err(not_found("The specified log stream does not exist."))
            }
            _ => Ok(()),
        }
    }

    fn contain(&self, stream: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|name| name == stream),
            Self::Prefixed(prefix) => stream.starts_with(prefix),
        }
    }
}

fn window(request: &Request) -> Result<(i64, i64), ApiError> {
    let from = integer(request, "startTime", 0, i64::MAX)?.unwrap_or(0);
    let to = integer(request, "endTime", 0, i64::MAX)?.unwrap_or(i64::MAX);
    if from > to {
        return Err(invalid("endTime must not be before startTime"));
    }
    Ok((from, to))
}

fn newest_first(request: &Request) -> Result<bool, ApiError> {
    let backwards = match request.json.get("startFromHead") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(from_head)) => !from_head,
        Some(_) => return Err(super::unexpected("startFromHead")),
    };
    let from = integer(request, "startTime", 0, i64::MAX)?.unwrap_or(0);
    if backwards && from < BACKWARDS_SINCE {
        return Err(invalid(
            "startFromHead can only be false with a startTime of 2024-01-01 or later",
        ));
    }
    Ok(backwards)
}

fn pattern(request: &Request) -> Result<Pattern, ApiError> {
    let text = text(request, "filterPattern")?.unwrap_or_default();
    if text.chars().count() > LONGEST_PATTERN {
        return Err(constraint(
            text,
            "filterPattern",
            "length less than or equal to 1024",
        ));
    }
    Pattern::parse(text).map_err(|error| invalid(error.to_string()))
}

/// Returns the log group, which the request identifies by name or by identifier.
pub(super) fn group<'a>(state: &'a State, request: &Request) -> Result<&'a Group, ApiError> {
    let name = text(request, "logGroupName")?;
    let identifier = text(request, "logGroupIdentifier")?;
    let account = sts::account(state, &request.access_key);
    let key = match (name, identifier) {
        (Some(name), None) => key(account, request, name),
        (None, Some(identifier)) => identified(identifier, account, request)?,
        _ => {
            return Err(invalid(
                "Either logGroupName or logGroupIdentifier must be specified, and not both",
            ));
        }
    };
    state.groups.groups.get(&key).ok_or_else(no_group)
}

pub(super) fn identified(
    identifier: &str,
    account: &str,
    request: &Request,
) -> Result<Key, ApiError> {
    let Some(rest) = identifier.strip_prefix("arn:") else {
        return Ok(key(account, request, identifier));
    };
    let parts: Vec<&str> = rest.splitn(6, ':').collect();
    match parts[..] {
        [_, "logs", region, owner, "log-group", name] if !name.ends_with(":*") => {
            Ok((owner.to_owned(), region.to_owned(), name.to_owned()))
        }
        _ => Err(invalid(format!(
            "Invalid log group identifier: {identifier}"
        ))),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    events: Vec<Found<'a>>,
    /// Always empty, because the service no longer fills it.
    searched_log_streams: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    log_stream_name: &'a str,
    timestamp: i64,
    message: Cow<'a, str>,
    ingestion_time: i64,
    event_id: String,
}

impl<'a> Found<'a> {
    fn of(event: &'a Event) -> Self {
        let Place {
            timestamp,
            ingestion_time,
            number,
        } = event.place;
        Self {
            log_stream_name: &event.stream,
            timestamp,
            message: Cow::Borrowed(&event.message),
            ingestion_time,
            event_id: format!("{timestamp:028}{number:028}"),
        }
    }
}
