//! Records collected as rows.

use super::output::{Columns, Event};
use crate::events::page;
use crate::events::scan::{Collector, ScanError};
use crate::record::{Format, Values};

/// Converts every matching record to a row.
#[derive(Debug)]
pub(super) struct Rows {
    formats: Vec<(Format, Columns)>,
    include_message: bool,
}

impl Rows {
    pub(super) fn new(include_message: bool) -> Self {
        Self {
            formats: Vec::new(),
            include_message,
        }
    }
}

impl Collector for Rows {
    type Part = Vec<Event>;

    fn format(&mut self, format: &Format) -> usize {
        let mut known = self.formats.iter();
        known
            .position(|(known, _)| known == format)
            .unwrap_or_else(|| {
                self.formats.push((format.clone(), Columns::of(format)));
                self.formats.len() - 1
            })
    }

    fn wants_message(&self) -> bool {
        self.include_message
    }

    fn record(
        &mut self,
        part: &mut Vec<Event>,
        event: &page::Event,
        format: usize,
        record: &dyn Values,
    ) -> Result<(), ScanError> {
        if let Some((format, columns)) = self.formats.get(format) {
            part.push(Event {
                message: self.include_message.then(|| event.payload.clone()),
                ..columns.event(event, format, record)
            });
        }
        Ok(())
    }

    fn unparsed(&mut self, part: &mut Vec<Event>, event: &page::Event, problem: String) {
        part.push(Event {
            message: Some(event.payload.clone()),
            parse_error: Some(problem),
            ..Event::without_record(event)
        });
    }

    fn fork(&self) -> Self {
        Self::new(self.include_message)
    }

    fn join(&mut self, _other: Self) -> Result<(), ScanError> {
        Ok(())
    }

    fn count(part: &Vec<Event>) -> usize {
        part.len()
    }
}
