//! The output of a panic.
//!
//! The parent recognises a crash by a line that begins with `panic: ` and shows it, and what follows it, to the
//! user. Only the message and the place are written: no values, no environment.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::{PanicHookInfo, set_hook};

use crate::text::sanitize;

/// Writes panics in the parent's form from now on.
pub(super) fn install() {
    set_hook(Box::new(|info| {
        let backtrace = Backtrace::capture();
        let report = report(info, &backtrace);
        // Nobody may be listening any more, and there is nobody to tell.
        let _ = std::io::stderr().lock().write_all(report.as_bytes());
    }));
}

fn report(info: &PanicHookInfo<'_>, backtrace: &Backtrace) -> String {
    let message = sanitize::line(info.payload_as_str().unwrap_or("no message"));
    let place = info
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("without a name");
    let mut report = format!("panic: {message}\n\nat {place}, thread {thread}\n");
    if backtrace.status() == BacktraceStatus::Captured {
        report.push_str(&backtrace.to_string());
    }
    report
}
