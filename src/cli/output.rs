//! What a command prints.

use std::io::{IsTerminal as _, Write as _};

use super::error::Error;
use crate::report::Style;
use crate::text::sanitize;

/// The number of regions from which on a progress line is shown.
const MANY: usize = 4;

/// Writes to the standard error, line by line. Quoted text of others is sanitized. Failures are ignored: there may be no
/// reader.
pub(super) fn print_error(text: &str) {
    let lines = text.trim_end().lines();
    let lines: String = lines
        .map(|line| format!("{}\n", sanitize::line(line)))
        .collect();
    let _ = std::io::stderr().write_all(lines.as_bytes());
}

/// Writes to the standard output. If its reader has gone, there is nobody to tell, and the exit code stays as it is.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if !is_closed(&error) => Err(Error::Stdout(error)),
        _ => Ok(()),
    }
}

/// Reports whether a write failed because the reader of a pipe has gone.
pub(super) fn is_closed(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
}

/// Returns the style of text on the standard output.
pub(super) fn style() -> Style {
    let allowed = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if allowed && std::io::stdout().is_terminal() {
        Style::Color
    } else {
        Style::Plain
    }
}

/// Shows on a terminal how many regions are read, if there are many.
pub(super) fn progress(done: usize, total: usize) {
    let mut out = std::io::stderr();
    if out.is_terminal()
        && let Some(line) = progress_line(done, total)
    {
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
}

/// Shows on a terminal how many records were read; none at the end.
pub(super) fn records_progress(records: Option<u64>) {
    let mut out = std::io::stderr();
    if !out.is_terminal() {
        return;
    }
    let line = match records {
        Some(records) => format!("\rRead {records} records"),
        None => "\r\u{1b}[K".to_owned(),
    };
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
}

/// Returns a line that replaces the one before. The last one is empty.
fn progress_line(done: usize, total: usize) -> Option<String> {
    (total >= MANY).then(|| {
        if done < total {
            format!("\rRead {done} of {total} regions")
        } else {
            "\r\u{1b}[K".to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_shown_for_many_regions_and_removed_at_the_end() {
        assert_eq!(progress_line(1, 3), None);
        assert_eq!(
            progress_line(1, 4).as_deref(),
            Some("\rRead 1 of 4 regions")
        );
        assert_eq!(progress_line(4, 4).as_deref(), Some("\r\u{1b}[K"));
    }
}
