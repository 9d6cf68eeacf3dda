//! The time that a query asks for: half-open, its beginning included, its end excluded.

use std::time::Duration;

use jiff::Timestamp;

use super::query::{DEFAULT_TIMEOUT, Query};
use crate::framework::{Attr, Diagnostic, Diagnostics};
use crate::text::duration;

/// A stretch of time, in milliseconds since 1970, as CloudWatch Logs counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The first millisecond.
    pub(crate) start: i64,
    /// The millisecond after the last.
    pub(crate) end: i64,
}

/// Gives the window of a query whose arguments are known and valid.
///
/// # Errors
/// An end that is not after the start.
pub(crate) fn window(query: &Query, now: Timestamp) -> Result<Window, Diagnostics> {
    validate(query).into_result()?;
    let end = time(&query.end_time).unwrap_or(now);
    let start = match query.lookback.given().map(duration::parse) {
        Some(Ok(lookback)) => end.saturating_sub(lookback).unwrap_or(Timestamp::MIN),
        _ => time(&query.start_time).unwrap_or(Timestamp::MIN),
    };
    if start >= end {
        let detail =
            format!("The window begins at {start} and ends at {end}: nothing lies between.");
        return Err(
            Diagnostic::error("empty-time-window", "Empty time window", detail)
                .at("start_time")
                .into(),
        );
    }
    // The service counts from 1970 on.
    let end = end.as_millisecond().max(1);
    Ok(Window {
        start: start.as_millisecond().max(0),
        end,
    })
}

/// Gives how long a query may take.
pub(crate) fn timeout(query: &Query) -> Duration {
    let text = query.timeout.given().unwrap_or(DEFAULT_TIMEOUT);
    duration::parse(text).unwrap_or(Duration::from_secs(300))
}

/// Judges the arguments about time that are known.
pub(crate) fn validate(query: &Query) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let lookback = [&query.lookback, &query.start_time];
    if lookback
        .iter()
        .all(|value| !value.is_unknown() && value.given().is_none())
    {
        diagnostics.error(
            "lookback",
            "no-time-window", "No time window",
            "Set `lookback` (such as \"1h\") or `start_time` (RFC 3339), and `end_time` with either if the window \
             does not end now: without a beginning the whole log group would be searched.",
        );
    }
    for (name, value) in [
        ("start_time", &query.start_time),
        ("end_time", &query.end_time),
    ] {
        if let Some(text) = value.given()
            && let Err(problem) = text.parse::<Timestamp>()
        {
            let detail = format!(
                "`{name}` is \"{text}\"; it must be a time with its offset as RFC 3339, such as \
                 2026-05-01T00:00:00Z ({problem})."
            );
            diagnostics.error(name, "malformed-time", "Malformed time", detail);
        }
    }
    if let (Some(start), Some(end)) = (time(&query.start_time), time(&query.end_time))
        && start >= end
    {
        let detail =
            format!("`start_time` is {start} and `end_time` is {end}: nothing lies between.");
        diagnostics.error(
            "start_time",
            "empty-time-window",
            "Empty time window",
            detail,
        );
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

fn time(value: &Attr<String>) -> Option<Timestamp> {
    value.given()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_back_begins_at_the_end_of_the_window() {
        let query = |lookback: &str, end: Option<&str>| Query {
            lookback: Attr::Known(lookback.to_owned()),
            end_time: Attr::from(end.map(str::to_owned)),
            ..Query::default()
        };
        let now = "2026-05-03T12:00:00Z".parse().unwrap();
        let of = |query: &Query| {
            let window = window(query, now).unwrap();
            let time = |at| Timestamp::from_millisecond(at).unwrap().to_string();
            (time(window.start), time(window.end))
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
    fn a_window_begins_no_earlier_than_the_service_counts() {
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
