//! Events gathered as rows, up to a limit.

use super::{Gather, Trouble};
use crate::aws::logs;
use crate::events::output::{Columns, Event};
use crate::record::{Format, Reader, Values};

/// Makes a row of every event that is wanted.
#[derive(Debug)]
pub(crate) struct Rows {
    formats: Vec<(Format, Columns)>,
    include_message: bool,
}

impl Rows {
    pub(crate) fn new(reader: &Reader, include_message: bool) -> Self {
        let formats = reader.formats().iter();
        Self {
            formats: formats
                .map(|format| (format.clone(), Columns::of(format)))
                .collect(),
            include_message,
        }
    }
}

impl Gather for Rows {
    type Part = Vec<Event>;

    fn record(
        &mut self,
        part: &mut Vec<Event>,
        raw: &logs::Event,
        format: usize,
        record: &dyn Values,
    ) -> Result<(), Trouble> {
        if let Some((format, columns)) = self.formats.get(format) {
            part.push(Event {
                message: self.include_message.then(|| raw.message.clone()),
                ..columns.event(raw, format, record)
            });
        }
        Ok(())
    }

    fn unparsed(&mut self, part: &mut Vec<Event>, raw: &logs::Event, problem: String) {
        part.push(Event {
            message: Some(raw.message.clone()),
            parse_error: Some(problem),
            ..Event::bare(raw)
        });
    }

    fn count(part: &Vec<Event>) -> usize {
        part.len()
    }
}
