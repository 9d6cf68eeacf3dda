//! Quals on TCP flags: which bits have to be set.

use super::part::{self, Part, QualError};

const NAMES: [(&str, i64); 6] = [
    ("fin", 1),
    ("syn", 2),
    ("rst", 4),
    ("psh", 8),
    ("ack", 16),
    ("urg", 32),
];

const HINT: &str =
    "write names joined by `+`, as in `syn+ack`, out of fin, syn, rst, psh, ack, urg";

/// Reads masks, each a number or names joined by `+`, with commas between alternatives.
pub(super) fn masks(text: &str) -> Result<Vec<i64>, QualError> {
    part::split(text)?.into_iter().map(mask).collect()
}

fn mask(part: Part<'_>) -> Result<i64, QualError> {
    part.refuse_comparison("TCP flags")?;
    if part.is_number() {
        return match part.text.parse() {
            Ok(mask) if mask <= 255 => Ok(mask),
            _ => Err(part.error(format!(
                "`{}` is not a set of TCP flags; the greatest is 255",
                part.text
            ))),
        };
    }
    part.split('+')
        .try_fold(0, |mask, name| Ok(mask | bit(name)?))
}

fn bit(name: Part<'_>) -> Result<i64, QualError> {
    let known = NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name.text));
    known
        .map(|(_, bit)| *bit)
        .ok_or_else(|| name.not("a TCP flag", HINT))
}
