//! The lines of text, in bounded memory.
//!
//! Must not know what a line holds.

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::record::parse::LONGEST;

use super::gzip::Input;
use super::problem::Problem;

/// The size of the buffer for decompressed text.
const BUFFER: usize = 1 << 18;

/// How many bytes of a line that is not a record are shown.
pub(super) const MOST_SHOWN: usize = 4096;

/// One line, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A line of text.
    Text(&'a str),
    /// A line that is not text, with what can be shown of it.
    NotText(Cow<'a, str>),
    /// The start of a line that is longer than any record.
    Long(Cow<'a, str>),
}

/// Calls `take` for each line that is not blank, until it breaks. Returns whether it did not. `before` are bytes that were
/// read from the input before.
pub(super) fn each(
    input: &mut Input<'_>,
    before: &[u8],
    mut take: impl FnMut(Line<'_>) -> Result<ControlFlow<()>, Problem>,
) -> Result<bool, Problem> {
    let mut buffer = vec![0; BUFFER];
    let mut before = &before[..before.len().min(BUFFER)];
    // How many bytes of the buffer are filled, and whether they continue a line that is too long.
    let (mut filled, mut continues) = (0, false);
    loop {
        let added = if before.is_empty() {
            input.fill(&mut buffer[filled..])
        } else {
            buffer[..before.len()].copy_from_slice(before);
            Ok(std::mem::take(&mut before).len())
        };
        let ended = !matches!(added, Ok(added) if added > 0);
        let read = filled + *added.as_ref().unwrap_or(&0);
        let last = buffer[filled..read].iter().rposition(|byte| *byte == b'\n');
        // Bytes after the last end of a line wait for the rest of their line.
        let mut complete = last.map_or(0, |last| filled + last + 1);
        if ended && added.is_ok() {
            complete = read;
        }
        let mut ready = &buffer[..complete];
        if continues && !ready.is_empty() {
            let end = ready.iter().position(|byte| *byte == b'\n');
            ready = end.map_or(&[][..], |end| &ready[end + 1..]);
            continues = false;
        }
        if in_block(ready, &mut take)?.is_break() {
            return Ok(false);
        }
        added?;
        if ended {
            return Ok(true);
        }
        buffer.copy_within(complete..read, 0);
        filled = read - complete;
        if filled > usize::from(LONGEST) {
            if !continues && take(long(&buffer[..filled]))?.is_break() {
                return Ok(false);
            }
            (filled, continues) = (0, true);
        }
    }
}

/// Takes the lines of a block, which ends with a line.
fn in_block(
    block: &[u8],
    take: &mut impl FnMut(Line<'_>) -> Result<ControlFlow<()>, Problem>,
) -> Result<ControlFlow<()>, Problem> {
    // Few blocks hold anything but text, so their lines need not be checked one by one.
    let text = std::str::from_utf8(block).ok();
    if let Some(text) = text.filter(|_| !has_zero(block)) {
        for line in text.split_terminator('\n') {
            if !line.trim_ascii().is_empty() && take(whole(line))?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        return Ok(ControlFlow::Continue(()));
    }
    for bytes in block.split(|byte| *byte == b'\n') {
        let line = match std::str::from_utf8(bytes) {
            _ if bytes.trim_ascii().is_empty() => continue,
            Ok(line) if !has_zero(bytes) => whole(line),
            _ => Line::NotText(shown(bytes)),
        };
        if take(line)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

#[inline]
fn whole(line: &str) -> Line<'_> {
    if line.len() > usize::from(LONGEST) {
        long(line.as_bytes())
    } else {
        Line::Text(line)
    }
}

#[cold]
fn long(bytes: &[u8]) -> Line<'_> {
    Line::Long(shown(bytes))
}

/// Returns what can be shown of bytes.
fn shown(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_SHOWN)])
}

/// Reports whether a byte is zero. It checks every byte of a part, since a loop without an early exit compiles to vector
/// instructions.
fn has_zero(bytes: &[u8]) -> bool {
    let mut parts = bytes.chunks(4096);
    parts.any(|part| part.iter().fold(false, |found, byte| found | (*byte == 0)))
}
