//! One object, decoded on a thread of its own.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::first::{First, Position};
use super::remote::Remote;
use super::{Asked, Shared, lock};
use crate::events::completeness::Sample;
use crate::events::page::{Event, Origin, Stored};
use crate::events::scan::collector::Collector;
use crate::events::scan::error::ScanError;
use crate::record::Format;
use crate::record::object::{self, Ask, Fields, Found, Problem, Unparsed, Visitor};
use crate::record::values::Columns;

/// What was read of one object.
pub(super) struct Decoded<P> {
    pub(super) rows: Rows<P>,
    pub(super) read: object::Read,
    /// Why it was not read to its end.
    pub(super) problem: Option<Problem>,
    /// Why the whole scan cannot go on.
    pub(super) error: Option<ScanError>,
    /// The first line that did not parse.
    pub(super) unread: Option<Sample>,
    /// Matching records that are samples of the traffic.
    pub(super) sampled: i64,
    /// Matching records that were received before, and count once.
    pub(super) repeated: u64,
    /// The formats of the records.
    pub(super) formats: Vec<Format>,
    pub(super) bytes: i64,
    pub(super) calls: i64,
}

/// The rows of an object.
pub(super) enum Rows<P> {
    /// All of them, together.
    All(P),
    /// The first in order, each alone.
    First(First<P>),
}

/// Decodes an object.
pub(super) fn decode<C: Collector>(
    remote: &Remote,
    stored: &Stored,
    shared: &Shared<C>,
    collector: &mut C,
) -> Decoded<C::Part> {
    let asked = &*shared.asked;
    let wanted = collector.fields();
    let wanted: Option<Vec<&str>> = wanted
        .as_ref()
        .map(|fields| fields.iter().map(String::as_str).collect());
    let ask = Ask {
        quals: &asked.quals,
        window: asked.window.start..asked.window.end,
        fields: wanted.as_deref().map_or(Fields::All, Fields::Named),
        formats: &asked.formats,
    };
    let paging = shared.paging;
    let key: Arc<str> = stored.object.key.as_str().into();
    let mut taking = Taking {
        rows: match paging.limit {
            Some(limit) => Rows::First(First::new(limit, paging.newest_first)),
            None => Rows::All(C::Part::default()),
        },
        event: Event {
            id: String::new(),
            time: None,
            origin: Origin::Object {
                key: Arc::clone(&key),
            },
            payload: String::new(),
        },
        key,
        named: stored.named,
        shared,
        remote,
        collector,
        formats: Vec::new(),
        error: None,
        unread: None,
        sampled: 0,
        repeated: 0,
        taken: 0,
    };
    let (read, problem) = match object::read(remote, stored.kind, &ask, &mut taking) {
        Ok(read) => (read, None),
        Err(unreadable) => (unreadable.read, Some(unreadable.problem)),
    };
    let (bytes, calls) = remote.cost();
    let Taking {
        rows,
        error,
        unread,
        sampled,
        repeated,
        formats,
        ..
    } = taking;
    Decoded {
        rows,
        read,
        problem,
        error,
        unread,
        sampled,
        repeated,
        formats: formats.into_iter().map(|known| known.format).collect(),
        bytes,
        calls,
    }
}

/// Takes the records of one object.
struct Taking<'a, C: Collector> {
    rows: Rows<C::Part>,
    /// The event of the current record.
    event: Event,
    key: Arc<str>,
    /// The time in the name of the object, which a record without its own has.
    named: Option<i64>,
    shared: &'a Shared<C>,
    remote: &'a Remote,
    collector: &'a mut C,
    formats: Vec<Known>,
    error: Option<ScanError>,
    unread: Option<Sample>,
    sampled: i64,
    repeated: u64,
    taken: u64,
}

/// A format of the object.
struct Known {
    /// The number by which the collector knows it.
    number: usize,
    /// The position of the field that marks samples.
    sampled: Option<usize>,
    format: Format,
}

impl<C: Collector> Taking<'_, C> {
    fn take(&mut self, format: usize, record: &Found<'_>) -> Result<(), ScanError> {
        let values = record.values;
        if let Some(id) = values.event_id()
            && !lock(&self.shared.seen).is_new(Some(id))?
        {
            self.repeated += 1;
            return Ok(());
        }
        let known = self.formats.iter().find(|known| known.number == format);
        if let Some(position) = known.and_then(|known| known.sampled) {
            self.sampled += i64::from(values.text(position).as_deref() == Some("true"));
        }
        let time = record.time.or(self.named);
        let (collector, event) = (&mut *self.collector, &mut self.event);
        event.time = record.time;
        match &mut self.rows {
            Rows::All(part) => collector.record(part, event, format, values),
            Rows::First(first) => {
                let position = Position {
                    time,
                    key: Arc::clone(&self.key),
                    number: record.number,
                };
                first.add(position, || {
                    if collector.wants_message() {
                        event.payload = record.text();
                    }
                    let mut part = C::Part::default();
                    collector.record(&mut part, event, format, values)?;
                    Ok(part)
                })
            }
        }
    }

    /// Ends the reading after an error.
    fn after(&mut self, result: Result<(), ScanError>) -> ControlFlow<()> {
        self.taken += 1;
        match result {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.error = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}

impl<C: Collector> Visitor for Taking<'_, C> {
    fn format(&mut self, format: &Format) -> usize {
        let number = self.collector.format(format);
        self.formats.push(Known {
            number,
            sampled: format.position("sampled"),
            format: format.clone(),
        });
        number
    }

    fn record(&mut self, format: usize, record: &Found<'_>) -> ControlFlow<()> {
        let result = self.take(format, record);
        self.after(result)
    }

    fn records(&mut self, format: usize, records: &dyn Columns) -> Option<ControlFlow<()>> {
        let mut known = self.formats.iter();
        let known = known.find(|known| known.number == format);
        // Samples are counted one by one.
        if known.is_some_and(|known| known.sampled.is_some()) {
            return None;
        }
        let Rows::All(part) = &mut self.rows else {
            return None;
        };
        let result = self.collector.records(part, format, records)?;
        self.taken += (records.len() as u64).saturating_sub(1);
        Some(self.after(result))
    }

    fn go_on(&mut self) -> ControlFlow<()> {
        if self.remote.is_cancelled() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn unparsed(&mut self, text: &str, problem: &Unparsed) -> ControlFlow<()> {
        let unread = || Sample {
            line: text.to_owned(),
            problem: problem.to_string(),
        };
        if self.unread.is_none() {
            self.unread = Some(unread());
        }
        let Asked { qualified, .. } = &*self.shared.asked;
        if *qualified {
            return self.after(Ok(()));
        }
        let (collector, event) = (&mut *self.collector, &mut self.event);
        event.time = None;
        event.payload = text.to_owned();
        let mut part = C::Part::default();
        let result = match &mut self.rows {
            Rows::All(part) => {
                collector.unparsed(part, event, problem.to_string());
                Ok(())
            }
            Rows::First(first) => {
                let position = Position {
                    time: self.named,
                    key: Arc::clone(&self.key),
                    number: self.taken,
                };
                first.add(position, || {
                    collector.unparsed(&mut part, event, problem.to_string());
                    Ok(part)
                })
            }
        };
        self.after(result)
    }
}
