//! Quals on TCP flags: which bits must be set.

use super::part::{Part, QualError};
use super::test::Mask;

const NAMES: [(&str, i64); 6] = [
    ("fin", 1),
    ("syn", 2),
    ("rst", 4),
    ("psh", 8),
    ("ack", 16),
    ("urg", 32),
];

const HINT: &str =
    "write names joined by `+`, such as `syn+ack`; the names are fin, syn, rst, psh, ack, urg";

/// Parses masks, each a number or names joined by `+`. With a leading `=`, no other bit may be set. `0` matches records
/// without any flag.
pub(super) fn masks(parts: Vec<Part<'_>>) -> Result<Vec<Mask>, QualError> {
    parts.into_iter().map(mask).collect()
}

fn mask(part: Part<'_>) -> Result<Mask, QualError> {
    part.refuse_negation()?;
    if part.text.starts_with(['<', '>']) {
        return Err(part.error(
            "TCP flags cannot be compared; write `syn` for SYN with any other flags, `=syn` for only SYN",
        ));
    }
    let (alone, part) = if part.text.starts_with('=') {
        (true, part.after(1))
    } else {
        (false, part)
    };
    let bits = bits(part)?;
    Ok(Mask {
        bits,
        alone: alone || bits == 0,
    })
}

fn bits(part: Part<'_>) -> Result<i64, QualError> {
    if part.is_number() {
        return match part.text.parse() {
            Ok(bits) if bits <= 255 => Ok(bits),
            _ => Err(part.error(format!(
                "`{}` is not a set of TCP flags; the maximum is 255",
                part.text
            ))),
        };
    }
    part.split('+')
        .try_fold(0, |bits, name| Ok(bits | bit(name)?))
}

fn bit(name: Part<'_>) -> Result<i64, QualError> {
    let known = NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name.text));
    known
        .map(|(_, bit)| *bit)
        .ok_or_else(|| name.not("a TCP flag", HINT))
}
