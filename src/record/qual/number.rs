//! Quals on numbers: values, ranges and bounds.

use super::part::{Comparison, Part, QualError};
use super::protocol;
use super::test::Range;

/// The numbers that a field can hold.
pub(super) struct Numbers {
    noun: &'static str,
    greatest: i64,
    named: fn(&str) -> Option<i64>,
    hint: &'static str,
}

/// Ports.
pub(super) const PORT: Numbers = Numbers {
    noun: "a port",
    greatest: 65_535,
    named: |_| None,
    hint: "write `22`, `22,3389`, `1-1023` or `>=1024`",
};

/// IANA protocol numbers, which also have names.
pub(super) const PROTOCOL: Numbers = Numbers {
    noun: "a protocol",
    greatest: 255,
    named: protocol::number,
    hint: "write `tcp`, `udp`, `icmp`, or a number up to 255",
};

/// Numbers without an upper bound.
pub(super) const ANY: Numbers = Numbers {
    noun: "a number",
    greatest: i64::MAX,
    named: |_| None,
    hint: "write `1000`, `1000-2000` or `>=1000`",
};

/// Parses alternatives of the form `v`, `a-b`, `>=n`, `<=n`, `>n` or `<n`.
pub(super) fn ranges(parts: &[Part<'_>], numbers: &Numbers) -> Result<Vec<Range>, QualError> {
    refuse_separators(parts, false)?;
    let ranges = parts.iter().map(|part| range(*part, numbers));
    let ranges: Vec<_> = ranges.collect::<Result<_, _>>()?;
    refuse_everything(parts, &ranges, 0, numbers.greatest)?;
    Ok(ranges)
}

/// Refuses alternatives that together match every value from `least` to `greatest`.
pub(super) fn refuse_everything(
    parts: &[Part<'_>],
    ranges: &[Range],
    least: i64,
    greatest: i64,
) -> Result<(), QualError> {
    let merged = Range::merged(ranges);
    let ([first, _, ..], [whole]) = (parts, merged.as_slice()) else {
        return Ok(());
    };
    if whole.low > 0 || whole.high < greatest {
        return Ok(());
    }
    let low = ranges.iter().map(|range| range.low).max();
    let high = ranges.iter().map(|range| range.high).min();
    let both = match (low, high) {
        (Some(low), Some(high)) if low == high => {
            format!("; to require all of them, write `{low}`")
        }
        (Some(low), Some(high)) if low < high && (low > least || high < greatest) => {
            let range = match (low > least, high < greatest) {
                (true, false) => format!(">={low}"),
                (false, true) => format!("<={high}"),
                _ => format!("{low}-{high}"),
            };
            format!("; to require all of them, write `{range}`")
        }
        _ => "; remove the filter, or write only `>=0` for records that have a value".to_owned(),
    };
    Err(first.error(format!(
        "a comma means \"or\", and together these alternatives match every value{both}"
    )))
}

/// Refuses a number with a comma in it, such as `1,000`, which would mean 1 or 0. With `always`, everything that looks like
/// digits in groups of three is refused, since a list of small numbers makes no sense.
pub(super) fn refuse_separators(parts: &[Part<'_>], always: bool) -> Result<(), QualError> {
    let pairs = parts.iter().zip(parts.iter().skip(1));
    for (place, (before, part)) in pairs.enumerate() {
        let ends_in_digits = digits(before.text.rsplit(|letter: char| !letter.is_ascii_digit()));
        let begins_with_digits = digits(part.text.split(|letter: char| !letter.is_ascii_digit()));
        let looks_grouped = part.follows(*before)
            && (1..=3).contains(&ends_in_digits.len())
            && begins_with_digits.len() == 3;
        let is_bound = before.text.starts_with(['<', '>']) && part.is_number();
        if looks_grouped && (begins_with_digits.starts_with('0') || is_bound || always) {
            let whole = grouped(&parts[place..]);
            return Err(before.error(format!(
                "a comma means \"or\"; write numbers without separators, as in `{whole}`, and alternatives without \
                 leading zeros"
            )));
        }
    }
    Ok(())
}

fn digits<'a>(mut pieces: impl Iterator<Item = &'a str>) -> &'a str {
    pieces.next().unwrap_or_default()
}

/// Joins the digit groups of a number.
fn grouped(parts: &[Part<'_>]) -> String {
    let mut whole = String::new();
    let mut before: Option<Part<'_>> = None;
    for part in parts {
        let is_group = before.is_none_or(|before| part.follows(before))
            && (before.is_none()
                || part
                    .text
                    .starts_with(|letter: char| letter.is_ascii_digit()));
        if !is_group {
            break;
        }
        whole.push_str(part.text);
        before = Some(*part);
    }
    whole
}

fn range(part: Part<'_>, numbers: &Numbers) -> Result<Range, QualError> {
    let (comparison, operand) = part.comparison()?;
    if let Some(comparison) = comparison {
        return bounded(part, comparison, number(operand, numbers)?, numbers);
    }
    if let Some(value) = (numbers.named)(part.text) {
        return Ok(Range::single(value));
    }
    if let Some((before, _)) = part.text.split_once("..") {
        let after = part.text[before.len()..].trim_start_matches('.');
        return Err(part.error(format!(
            "a range is written `{}-{}`",
            before.trim(),
            after.trim()
        )));
    }
    let Some((first, last)) = part.split_once('-') else {
        return Ok(Range::single(number(part, numbers)?));
    };
    if first.text.is_empty() {
        return Err(part.error(format!(
            "`{}`: numbers in records are not negative",
            part.text
        )));
    }
    if !first
        .text
        .starts_with(|letter: char| letter.is_ascii_digit())
    {
        return Err(not_a_number(part, numbers));
    }
    between(part, number(first, numbers)?, number(last, numbers)?)
}

/// Creates the range between two bounds. Also used for times.
pub(super) fn between(part: Part<'_>, low: i64, high: i64) -> Result<Range, QualError> {
    if low > high {
        return Err(part.error(format!("the range is reversed; write `{high}-{low}`")));
    }
    Ok(Range { low, high })
}

fn bounded(
    part: Part<'_>,
    comparison: Comparison,
    value: i64,
    numbers: &Numbers,
) -> Result<Range, QualError> {
    let (low, high) = match comparison {
        Comparison::AtLeast => (value, numbers.greatest),
        Comparison::AtMost => (0, value),
        Comparison::Above if value < numbers.greatest => (value + 1, numbers.greatest),
        Comparison::Below if value > 0 => (0, value - 1),
        Comparison::Above | Comparison::Below => {
            return Err(part.error(format!("nothing can match `{}`", part.text)));
        }
    };
    Ok(Range { low, high })
}

fn number(part: Part<'_>, numbers: &Numbers) -> Result<i64, QualError> {
    if let Some(value) = (numbers.named)(part.text) {
        return Ok(value);
    }
    if !part.is_number() {
        return Err(not_a_number(part, numbers));
    }
    match part.text.parse::<i64>() {
        Ok(value) if value <= numbers.greatest => Ok(value),
        _ => Err(part.error(format!(
            "`{}` is not {}; the maximum is {}",
            part.text, numbers.noun, numbers.greatest
        ))),
    }
}

fn not_a_number(part: Part<'_>, numbers: &Numbers) -> QualError {
    part.not(numbers.noun, numbers.hint)
}
