//! Records collected as rows.

use super::output::{Columns, Event};
use crate::events::page;
use crate::events::scan::{Collector, ScanError};
use crate::record::{Format, Reader, Values};

/// Converts every matching record to a row.
#[derive(Debug)]
pub(super) struct Rows {
    formats: Vec<(Format, Columns)>,
    include_message: bool,
}

impl Rows {
    pub(super) fn new(reader: &Reader, include_message: bool) -> Self {
        let formats = reader.formats().iter();
        Self {
            formats: formats
                .map(|format| (format.clone(), Columns::of(format)))
                .collect(),
            include_message,
        }
    }
}

impl Collector for Rows {
    type Part = Vec<Event>;

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

    fn count(part: &Vec<Event>) -> usize {
        part.len()
    }
}
