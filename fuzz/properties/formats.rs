//! Record formats.

use vpcflow::record::{Format, format, parse};

/// A format can be written and read again, and a line of it is a record.
pub(super) fn check(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let _ = format::names(text).map(|names| names.len());
    let Ok(format) = Format::parse(text) else {
        return;
    };
    for flaw in format.flaws() {
        let _ = flaw.to_string();
    }
    let written = format.to_string();
    assert_eq!(Format::parse(&written).as_ref(), Ok(&format));
    for (index, name) in format.names().iter().enumerate() {
        assert!(format.position(name).is_some_and(|at| at <= index));
    }
    assert!(!format.versions().is_empty());
    let line = vec!["-"; format.names().len()].join(" ");
    let _ = parse(&line, &format);
}
