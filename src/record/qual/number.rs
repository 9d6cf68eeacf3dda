//! Quals on numbers: values, ranges and bounds.

use super::part::{self, Comparison, Part, QualError};
use super::{Range, protocol};

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

/// IANA's protocol numbers, which have names too.
pub(super) const PROTOCOL: Numbers = Numbers {
    noun: "a protocol",
    greatest: 255,
    named: protocol::number,
    hint: "write `tcp`, `udp`, `icmp`, or a number up to 255",
};

/// Numbers without a bound of their own.
pub(super) const ANY: Numbers = Numbers {
    noun: "a number",
    greatest: i64::MAX,
    named: |_| None,
    hint: "write `1000`, `1000-2000` or `>=1000`",
};

/// Reads `v`, `a-b`, `>=n`, `<=n`, `>n`, `<n`, with commas between alternatives.
pub(super) fn ranges(text: &str, numbers: &Numbers) -> Result<Vec<Range>, QualError> {
    part::split(text)?
        .into_iter()
        .map(|part| range(part, numbers))
        .collect()
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

/// Makes the range of two bounds; also used for times.
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
            return Err(part.error(format!("nothing can satisfy `{}`", part.text)));
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
            "`{}` is not {}; the greatest is {}",
            part.text, numbers.noun, numbers.greatest
        ))),
    }
}

fn not_a_number(part: Part<'_>, numbers: &Numbers) -> QualError {
    part.not(numbers.noun, numbers.hint)
}
