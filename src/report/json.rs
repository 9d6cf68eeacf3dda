//! A report for programs: the check's own form, which a JSON Schema describes.

use std::io;

use super::findings::Report;
use crate::text::sanitize;

pub(super) fn write(report: &Report) -> io::Result<String> {
    Ok(sanitize::json(&report.document).into_owned() + "\n")
}
