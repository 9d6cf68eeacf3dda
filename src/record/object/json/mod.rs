//! ExternalFlow events of Yandex Cloud: a JSON array of events, or an event in each line.

mod elements;

use std::ops::ControlFlow;

use super::gzip::Input;
use super::lines::{self, Line};
use super::matching::{Matching, Place};
use super::problem::Problem;
use super::visitor::{Ask, Found, Read, Unparsed, Visitor};
use crate::record::parse::LONGEST;
use crate::record::reader::ReadError;
use crate::record::yandex;
use elements::{Element, Elements};

/// How many bytes are read at once.
const BUFFER: usize = 1 << 16;

/// Reads the events of an object.
pub(super) fn read(
    input: &mut Input<'_>,
    ask: &Ask<'_>,
    visitor: &mut dyn Visitor,
    read: &mut Read,
) -> Result<(), Problem> {
    let matching = Matching::new(&yandex::format(), ask, visitor, read)?;
    let mut events = Events {
        matching,
        visitor,
        read,
        number: 0,
    };
    let mut buffer = vec![0; BUFFER];
    let first = loop {
        let count = input.fill(&mut buffer)?;
        if count == 0 {
            return Err(Problem::Empty);
        }
        let begin = buffer[..count].iter().position(|byte| !is_blank(*byte));
        if let Some(begin) = begin {
            break begin..count;
        }
    };
    let ended = if buffer[first.start] == b'[' {
        events.in_array(input, &mut buffer, first.start + 1..first.end)?
    } else {
        lines::each(input, &buffer[first], |line| Ok(events.in_line(&line)))?
    };
    events.read.stopped = !ended;
    Ok(())
}

/// Reports whether a byte may be in front of the first value: white space, or a part of a byte order mark.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || [0xef, 0xbb, 0xbf].contains(&byte)
}

/// Takes events, one after the other.
struct Events<'a> {
    matching: Matching,
    visitor: &'a mut dyn Visitor,
    read: &'a mut Read,
    number: u64,
}

impl Events<'_> {
    /// Reads the elements of an array, of which the first bytes are in the buffer. Returns whether it was read to its end.
    fn in_array(
        &mut self,
        input: &mut Input<'_>,
        buffer: &mut [u8],
        first: std::ops::Range<usize>,
    ) -> Result<bool, Problem> {
        let mut elements = Elements::default();
        let mut next = first;
        loop {
            for byte in &buffer[next] {
                let Some(element) = elements.push(*byte).map_err(ended)? else {
                    continue;
                };
                let flow = match element {
                    Element::Whole(bytes) => match std::str::from_utf8(bytes) {
                        Ok(text) => self.take(text),
                        Err(_) => self.unparsed(&shown(bytes), &Unparsed::NotText),
                    },
                    Element::Long(bytes) => {
                        self.unparsed(&shown(bytes), &Unparsed::Long(elements::LONGEST))
                    }
                };
                elements.clear();
                if flow.is_break() {
                    return Ok(false);
                }
            }
            let count = input.fill(buffer)?;
            if count == 0 {
                elements.end().map_err(ended)?;
                return Ok(true);
            }
            next = 0..count;
        }
    }

    fn in_line(&mut self, line: &Line<'_>) -> ControlFlow<()> {
        match line {
            Line::Text(text) => self.take(text),
            Line::NotText(shown) => self.unparsed(shown, &Unparsed::NotText),
            Line::Long(shown) => self.unparsed(shown, &Unparsed::Long(usize::from(LONGEST))),
        }
    }

    /// Reads one event, and hands it on if it matches.
    fn take(&mut self, text: &str) -> ControlFlow<()> {
        let number = self.number;
        self.number += 1;
        if number.is_multiple_of(256) && self.visitor.go_on().is_break() {
            return ControlFlow::Break(());
        }
        let flow = match yandex::parse_event(text) {
            Ok(flow) => flow,
            Err(error) => {
                return self.unparsed(text, &Unparsed::Read(ReadError::Event(error)));
            }
        };
        let delivered = flow_time(&flow);
        let Place::Inside(time) = self.matching.place(&flow, delivered) else {
            self.read.outside += 1;
            return ControlFlow::Continue(());
        };
        self.read.scanned += 1;
        if !self.matching.bound.matches(&flow, "") {
            return ControlFlow::Continue(());
        }
        self.read.matched += 1;
        let found = Found {
            values: &flow,
            time,
            number,
            text: &|| text.trim().to_owned(),
        };
        self.visitor.record(self.matching.number, &found)
    }

    fn unparsed(&mut self, text: &str, problem: &Unparsed) -> ControlFlow<()> {
        self.read.scanned += 1;
        self.read.unparsed += 1;
        let end = text.floor_char_boundary(lines::MOST_SHOWN);
        self.visitor.unparsed(&text[..end], problem)
    }
}

/// Returns when an event happened, which counts if it has no interval.
fn flow_time(flow: &yandex::ExternalFlow) -> Option<i64> {
    use crate::record::values::Values as _;
    flow.event_time().map(|time| time.as_millisecond())
}

fn shown(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(&bytes[..bytes.len().min(lines::MOST_SHOWN)])
}

fn ended(message: &str) -> Problem {
    Problem::Json(message.to_owned())
}
