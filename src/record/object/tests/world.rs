//! Visitors and objects for tests.

use std::io::Write as _;
use std::ops::ControlFlow;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::record::format::Format;
use crate::record::object::{self, Ask, Fields, Found, Kind, Problem, Read, Unparsed, Visitor};
use crate::record::quals::Quals;

/// Collects what it is handed.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) formats: Vec<Format>,
    /// The line, time and values of each record.
    pub(super) records: Vec<Taken>,
    pub(super) unparsed: Vec<(String, Unparsed)>,
    /// After how many records it stops.
    pub(super) most: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) line: String,
    pub(super) time: Option<i64>,
    pub(super) values: Vec<(String, String)>,
}

impl Visitor for Collected {
    fn format(&mut self, format: &Format) -> usize {
        self.formats.push(format.clone());
        self.formats.len() - 1
    }

    fn record(&mut self, format: usize, record: &Found<'_>) -> ControlFlow<()> {
        let names = self.formats[format].names().iter().enumerate();
        let values = names.filter_map(|(index, name)| {
            Some((name.clone(), record.values.text(index)?.into_owned()))
        });
        self.records.push(Taken {
            line: record.text(),
            time: record.time,
            values: values.collect(),
        });
        match self.most {
            Some(most) if most <= self.records.len() => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    fn unparsed(&mut self, text: &str, problem: &Unparsed) -> ControlFlow<()> {
        self.unparsed.push((text.to_owned(), problem.clone()));
        ControlFlow::Continue(())
    }
}

impl Collected {
    pub(super) fn lines(&self) -> Vec<&str> {
        self.records.iter().map(|one| one.line.as_str()).collect()
    }
}

/// Asks for every record.
pub(super) fn everything(quals: &Quals) -> Ask<'_> {
    Ask {
        quals,
        window: i64::MIN..i64::MAX,
        fields: Fields::All,
        formats: &[],
    }
}

/// Reads an object, and returns what was found, what was counted, and why it cannot be read to its end.
pub(super) fn read(
    bytes: Vec<u8>,
    kind: Kind,
    ask: &Ask<'_>,
) -> (Collected, Read, Option<Problem>) {
    let mut found = Collected::default();
    match object::read(&Bytes::from(bytes), kind, ask, &mut found) {
        Ok(read) => (found, read, None),
        Err(unreadable) => (found, unreadable.read, Some(unreadable.problem)),
    }
}

pub(super) fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}
