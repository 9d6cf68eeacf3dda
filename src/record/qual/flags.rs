//! Quals on TCP flags: which bits have to be set.

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
    "write names joined by `+`, as in `syn+ack`, out of fin, syn, rst, psh, ack, urg";

/// Reads masks, each a number or names joined by `+`, after `=` if no other bit may be set. `0` asks for no bit at all.
pub(super) fn masks(parts: Vec<Part<'_>>) -> Result<Vec<Mask>, QualError> {
    parts.into_iter().map(mask).collect()
}

fn mask(part: Part<'_>) -> Result<Mask, QualError> {
    part.refuse_negation()?;
    if part.text.starts_with(['<', '>']) {
        return Err(part.error(
            "TCP flags cannot be compared; write `syn` for sets that hold SYN, `=syn` for SYN alone",
        ));
    }
    let (alone, part) = match part.text.starts_with('=') {
        true => (true, part.after(1)),
        false => (false, part),
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
                "`{}` is not a set of TCP flags; the greatest is 255",
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
