//! Lines after a header.

use std::ops::ControlFlow;

use super::Scene;
use crate::record::format::Format;
use crate::record::object::matching::{Matching, Place};
use crate::record::object::problem::Problem;
use crate::record::object::visitor::Found;
use crate::record::parse::{ParseError, Record};

/// The formats that the headers of an object named so far.
pub(super) struct Headed {
    known: Vec<(Format, Matching)>,
    current: usize,
}

/// The maximum number of different headers of an object.
const MOST: usize = 64;

impl Headed {
    pub(super) fn new(format: &Format, scene: &mut Scene<'_, '_>) -> Result<Self, Problem> {
        let mut headed = Self {
            known: Vec::new(),
            current: 0,
        };
        headed.turn(format, scene)?;
        Ok(headed)
    }

    /// Reads the lines that follow in another format.
    pub(super) fn turn(
        &mut self,
        format: &Format,
        scene: &mut Scene<'_, '_>,
    ) -> Result<(), Problem> {
        let known = self.known.iter().position(|(known, _)| known == format);
        self.current = known.unwrap_or(self.known.len());
        if known.is_none() {
            if self.known.len() == MOST {
                let problem = format!("there are more than {MOST} different headers");
                return Err(Problem::Header(problem));
            }
            let matching = Matching::new(format, scene.ask, scene.visitor, scene.read)?;
            self.known.push((format.clone(), matching));
        }
        Ok(())
    }

    /// Reads a line, and hands it on if it matches.
    #[inline]
    pub(super) fn take(&self, line: &str, scene: &mut Scene<'_, '_>) -> ControlFlow<()> {
        match self.known.get(self.current) {
            Some((_, matching)) => take(line, matching, None, scene),
            None => ControlFlow::Continue(()),
        }
    }
}

/// Reads a line in one format, and hands it on if it matches.
#[inline]
pub(super) fn take(
    line: &str,
    matching: &Matching,
    delivered: Option<i64>,
    scene: &mut Scene<'_, '_>,
) -> ControlFlow<()> {
    let mut record = Record::unread(line, matching.format());
    let time = match evaluate(&mut record, matching, delivered, scene) {
        Ok(Some(time)) => time,
        Ok(None) => return ControlFlow::Continue(()),
        Err(error) => return scene.unparsed(line, &super::Unparsed::Read(error.into())),
    };
    hand_on(line, &record, matching.number, time, scene)
}

/// Hands on a record that matches.
pub(super) fn hand_on(
    line: &str,
    record: &Record<'_>,
    format: usize,
    time: Option<i64>,
    scene: &mut Scene<'_, '_>,
) -> ControlFlow<()> {
    scene.read.matched += 1;
    let found = Found {
        values: record,
        time,
        number: scene.number,
        text: &|| line.trim_ascii().to_owned(),
    };
    scene.visitor.record(format, &found)
}

/// Checks a line, and returns the time of a record that matches. If one value shows that it does not match, its other
/// values are not checked.
#[inline]
fn evaluate(
    record: &mut Record<'_>,
    matching: &Matching,
    delivered: Option<i64>,
    scene: &mut Scene<'_, '_>,
) -> Result<Option<Option<i64>>, ParseError> {
    record.split()?;
    let Place::Inside(time) = matching.place(record, delivered) else {
        scene.read.outside += 1;
        return Ok(None);
    };
    let refuted = matching.bound.is_refuted_by(record);
    if !refuted {
        record.check()?;
    }
    scene.read.scanned += 1;
    scene
        .read
        .count_status(record.log_status().map(str::as_bytes));
    let matches = !refuted && matching.bound.matches(record, "");
    Ok(matches.then_some(time))
}
