//! Objects of a bucket. The first byte selects the kind of object and what is asked of it.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use bytes::Bytes;
use vpcflow::record::object::{self, Ask, Fields, Found, Kind, Unparsed, Visitor};
use vpcflow::record::{Format, Qual, Quals};

use super::selected;

/// What may be asked: everything, or what lets a reader leave out pages and columns.
static QUALS: LazyLock<[Quals; 2]> = LazyLock::new(|| {
    let qual = |name, text| Qual::parse(name, text).ok();
    let all = [qual("dst_port", "1-1023"), qual("action", "REJECT")];
    let some = Quals {
        all: all.into_iter().flatten().collect(),
        ..Quals::default()
    };
    [Quals::default(), some]
});

/// Takes records, and asks for each of their values.
#[derive(Default)]
struct Taken {
    formats: Vec<Format>,
    records: u64,
    unparsed: u64,
}

impl Visitor for Taken {
    fn format(&mut self, format: &Format) -> usize {
        self.formats.push(format.clone());
        self.formats.len() - 1
    }

    fn record(&mut self, format: usize, record: &Found<'_>) -> ControlFlow<()> {
        self.records += 1;
        for index in 0..self.formats[format].names().len() {
            let _ = record.values.text(index);
            let _ = record.values.integer(index);
            let _ = record.values.address(index);
            let _ = record.values.time(index);
        }
        let _ = record.text();
        ControlFlow::Continue(())
    }

    fn unparsed(&mut self, _: &str, problem: &Unparsed) -> ControlFlow<()> {
        self.unparsed += 1;
        let _ = problem.to_string();
        ControlFlow::Continue(())
    }
}

/// An object is read or refused, and the counts agree with what was handed on.
pub(super) fn check(bytes: &[u8]) {
    let (number, bytes) = selected(bytes);
    let kinds = [Kind::Text, Kind::Parquet, Kind::ExternalFlow];
    let formats = [Format::vpc_default()];
    let ask = Ask {
        quals: &QUALS[number / 3 % 2],
        window: match number / 6 % 2 {
            0 => i64::MIN..i64::MAX,
            _ => 1_700_000_000_000..1_700_000_600_000,
        },
        fields: match number / 12 % 2 {
            0 => Fields::All,
            _ => Fields::Named(&["srcaddr", "bytes"]),
        },
        formats: &formats,
    };
    let mut taken = Taken::default();
    let content = Bytes::copy_from_slice(bytes);
    let read = match object::read(&content, kinds[number % 3], &ask, &mut taken) {
        Ok(read) => read,
        Err(unreadable) => {
            let _ = unreadable.problem.to_string();
            unreadable.read
        }
    };
    assert_eq!(read.matched, taken.records);
    assert_eq!(read.unparsed, taken.unparsed);
    assert!(read.matched <= read.scanned);
}
