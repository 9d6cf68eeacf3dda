//! The time that a query covers, and how long it may take.

use std::time::Duration;

use jiff::Timestamp;

use super::arguments::Query;
use crate::events::half_open::HalfOpen;
use crate::framework::{Attr, Diagnostic, Diagnostics};
use crate::text::duration;

/// How long a query may take if `timeout` is not set.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// Returns the window of a query whose arguments are known.
///
/// # Errors
/// The arguments are malformed, or the window is empty.
pub(crate) fn window(query: &Query, now: Timestamp) -> Result<HalfOpen, Diagnostics> {
    validate(query).into_result()?;
    let end = time(&query.end_time).unwrap_or(now);
    let start = match query.lookback.given().map(duration::parse) {
        Some(Ok(lookback)) => end.saturating_sub(lookback).unwrap_or(Timestamp::MIN),
        _ => time(&query.start_time).unwrap_or(Timestamp::MIN),
    };
    if start >= end {
        // Both times were compared before, so the window ends now.
        let detail = format!(
            "start_time must be in the past if end_time is not set. It is {start}, and now is {end}."
        );
        return Err(empty(detail).into());
    }
    // CloudWatch Logs counts from 1970.
    Ok(HalfOpen {
        start: start.as_millisecond().max(0),
        end: end.as_millisecond().max(1),
    })
}

/// Returns how long a query may take.
pub(crate) fn timeout(query: &Query) -> Duration {
    let timeout = query.timeout.given().map(duration::parse);
    timeout.and_then(Result::ok).unwrap_or(DEFAULT_TIMEOUT)
}

/// Checks the arguments about time that are known.
pub(super) fn validate(query: &Query) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let starts = [&query.lookback, &query.start_time];
    let is_missing = |value: &&Attr<String>| !value.is_unknown() && value.given().is_none();
    if starts.iter().all(is_missing) {
        let detail = "Set `lookback` (such as \"1h\") or `start_time` (RFC 3339). Also set `end_time` if the window does \
                      not end now. Without a start, the whole log group would be searched.";
        diagnostics.error("lookback", "no-time-window", "No time window", detail);
    }
    for (name, value) in [
        ("start_time", &query.start_time),
        ("end_time", &query.end_time),
    ] {
        if let Some(text) = value.given()
            && let Err(problem) = text.parse::<Timestamp>()
        {
            let detail = format!(
                "`{name}` is \"{text}\"; it must be an RFC 3339 time with an offset, such as 2026-05-01T00:00:00Z \
                 ({problem})."
            );
            diagnostics.error(name, "malformed-time", "Malformed time", detail);
        }
    }
    if let (Some(start), Some(end)) = (time(&query.start_time), time(&query.end_time))
        && start >= end
    {
        let detail = format!(
            "start_time must be before end_time. The window starts at {start} and ends at {end}."
        );
        diagnostics.push(empty(detail));
    }
    for (name, value) in [("lookback", &query.lookback), ("timeout", &query.timeout)] {
        if let Some(text) = value.given()
            && let Err(problem) = duration::parse(text)
        {
            let detail = format!("`{name}` is \"{text}\"; {problem}.");
            diagnostics.error(name, "malformed-duration", "Malformed duration", detail);
        }
    }
    diagnostics
}

fn empty(detail: String) -> Diagnostic {
    Diagnostic::error("empty-time-window", "Empty time window", detail).at("start_time")
}

fn time(value: &Attr<String>) -> Option<Timestamp> {
    value.given()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookback_counts_from_the_end_of_the_window() {
        let query = |lookback: &str, end: Option<&str>| Query {
            lookback: Attr::Known(lookback.to_owned()),
            end_time: Attr::from(end.map(str::to_owned)),
            ..Query::default()
        };
        let now = "2026-05-03T12:00:00Z".parse().unwrap();
        let of = |query: &Query| {
            let window = window(query, now).unwrap();
            (
                window.start_time().to_string(),
                window.end_time().to_string(),
            )
        };
        let pair = |start: &str, end: &str| (start.to_owned(), end.to_owned());
        for (lookback, end, expected) in [
            (
                "1h",
                None,
                pair("2026-05-03T11:00:00Z", "2026-05-03T12:00:00Z"),
            ),
            (
                "1h",
                Some(""),
                pair("2026-05-03T11:00:00Z", "2026-05-03T12:00:00Z"),
            ),
            (
                "1d",
                Some("2026-05-03T00:00:00Z"),
                pair("2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z"),
            ),
            (
                "90m",
                Some("2026-05-04T01:00:00+02:00"),
                pair("2026-05-03T21:30:00Z", "2026-05-03T23:00:00Z"),
            ),
            (
                "30000d",
                Some("1970-01-02T00:00:00Z"),
                pair("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z"),
            ),
        ] {
            assert_eq!(of(&query(lookback, end)), expected, "{lookback} {end:?}");
        }
    }

    #[test]
    fn a_window_never_starts_before_1970() {
        let of = |lookback: &str, now: &str| {
            let query = Query {
                lookback: Attr::Known(lookback.to_owned()),
                ..Query::default()
            };
            let window = window(&query, now.parse().unwrap()).unwrap();
            (window.start, window.end)
        };
        assert_eq!(of("1h", "1970-01-01T02:00:00Z"), (3_600_000, 7_200_000));
        assert_eq!(of("30000d", "1970-01-01T02:00:00Z"), (0, 7_200_000));
        assert_eq!(of("1h", "1969-01-01T02:00:00Z"), (0, 1));
    }
}
