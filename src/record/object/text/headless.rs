//! Lines without a header, as in an export of a log group.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::Scene;
use super::headed;
use crate::record::object::matching::{Matching, Place};
use crate::record::object::problem::Problem;
use crate::record::object::visitor::Unparsed;
use crate::record::quals::Quals;
use crate::record::reader::{Reader, RecordType, Row};

/// The formats that the lines may have.
pub(super) struct Headless {
    matchings: Vec<Matching>,
    /// Finds the format of a line.
    reader: Reader,
}

impl Headless {
    pub(super) fn new(scene: &mut Scene<'_, '_>) -> Result<Self, Problem> {
        let formats = scene.ask.formats.iter();
        let matchings: Vec<_> = formats
            .map(|format| Matching::new(format, scene.ask, scene.visitor, scene.read))
            .collect::<Result<_, _>>()?;
        if matchings.is_empty() {
            return Err(Problem::NoHeader);
        }
        let formats: Vec<_> = matchings.iter().map(|one| one.format().clone()).collect();
        Ok(Self {
            matchings,
            reader: Reader::new(RecordType::Aws, &formats, &Quals::default())?,
        })
    }

    /// Reads a line, and hands it on if it matches.
    pub(super) fn take(&self, line: &str, scene: &mut Scene<'_, '_>) -> ControlFlow<()> {
        let (delivered, line) = without_time(line);
        if let [matching] = self.matchings.as_slice() {
            return headed::take(line, matching, delivered, scene);
        }
        let (number, row) = match self.reader.read(line) {
            Ok(read) => read,
            Err(error) => return scene.unparsed(line, &Unparsed::Read(error)),
        };
        let (Some(matching), Row::Line(record)) = (self.matchings.get(number), &row) else {
            return ControlFlow::Continue(());
        };
        let Place::Inside(time) = matching.place(record, delivered) else {
            scene.read.outside += 1;
            return ControlFlow::Continue(());
        };
        scene.read.scanned += 1;
        scene
            .read
            .count_status(record.log_status().map(str::as_bytes));
        if matching.bound.matches(record, "") {
            headed::hand_on(line, record, matching.number, time, scene)
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Splits the time from the line that it was put in front of.
fn without_time(line: &str) -> (Option<i64>, &str) {
    let split = || {
        let (time, rest) = line.split_once(' ')?;
        let time: Timestamp = time.parse().ok()?;
        Some((Some(time.as_millisecond()), rest))
    };
    let may_be = line.as_bytes().get(4) == Some(&b'-');
    may_be.then(split).flatten().unwrap_or((None, line))
}
