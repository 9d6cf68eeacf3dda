//! Quals on times: RFC 3339 or Unix seconds.
//!
//! Records have whole seconds, so every condition becomes a range of whole seconds.

use jiff::Timestamp;

use super::number::{between, refuse_everything, refuse_separators};
use super::part::{Comparison, Part, QualError};
use super::test::Range;

const FORMS: &str =
    "write `>=2026-01-31T12:00:00Z` or Unix seconds such as `1767225600-1767229200`";

/// The first second beyond what a timestamp can hold. Larger numbers are milliseconds by mistake.
const SECONDS_END: i64 = 100_000_000_000;

/// Parses times, bounds, and ranges of Unix seconds.
pub(super) fn ranges(parts: &[Part<'_>]) -> Result<Vec<Range>, QualError> {
    refuse_separators(parts, true)?;
    let ranges: Vec<_> = parts
        .iter()
        .map(|part| range(*part))
        .collect::<Result<_, _>>()?;
    refuse_everything(parts, &ranges, i64::MIN, i64::MAX)?;
    Ok(ranges)
}

fn range(part: Part<'_>) -> Result<Range, QualError> {
    let (comparison, operand) = part.comparison()?;
    if let Some(comparison) = comparison {
        let instant = instant(operand)?;
        return Ok(bounded(comparison, instant));
    }
    if let Some((first, last)) = part.split_once('-')
        && first.is_number()
        && last.is_number()
        && part.text.matches('-').count() == 1
        && !looks_like_year(first.text)
    {
        return between(part, instant(first)?.floor, instant(last)?.floor);
    }
    let Instant { floor, whole } = instant(part)?;
    if whole {
        Ok(Range::single(floor))
    } else {
        Err(part.error("records have whole seconds; no record equals a fraction"))
    }
}

/// A time as the second that contains it; `whole` if it is the start of that second.
#[derive(Debug, Clone, Copy)]
struct Instant {
    floor: i64,
    whole: bool,
}

fn bounded(comparison: Comparison, Instant { floor, whole }: Instant) -> Range {
    let ceiling = if whole { floor } else { floor + 1 };
    match comparison {
        Comparison::AtLeast => Range {
            low: ceiling,
            high: i64::MAX,
        },
        Comparison::Above => Range {
            low: floor + 1,
            high: i64::MAX,
        },
        Comparison::AtMost => Range {
            low: i64::MIN,
            high: floor,
        },
        Comparison::Below => Range {
            low: i64::MIN,
            high: ceiling - 1,
        },
    }
}

fn instant(part: Part<'_>) -> Result<Instant, QualError> {
    if part.is_number() {
        return unix(part);
    }
    let time: Timestamp = part.text.parse().map_err(|_| not_a_time(part))?;
    let nanoseconds = time.as_nanosecond();
    let floor =
        i64::try_from(nanoseconds.div_euclid(1_000_000_000)).map_err(|_| not_a_time(part))?;
    Ok(Instant {
        floor,
        whole: nanoseconds.rem_euclid(1_000_000_000) == 0,
    })
}

fn unix(part: Part<'_>) -> Result<Instant, QualError> {
    match part.text.parse::<i64>() {
        Ok(seconds) if seconds < SECONDS_END => Ok(Instant {
            floor: seconds,
            whole: true,
        }),
        Ok(milliseconds) if milliseconds < SECONDS_END * 1000 => Err(part.error(format!(
            "`{}` is in milliseconds; write seconds: `{}`",
            part.text,
            milliseconds / 1000
        ))),
        _ => Err(not_a_time(part)),
    }
}

fn not_a_time(part: Part<'_>) -> QualError {
    part.not("a time", FORMS)
}

/// Reports whether a text looks like a year, so that `2026-01` is not taken for a range in the first hours of 1970.
fn looks_like_year(text: &str) -> bool {
    text.len() == 4
}
