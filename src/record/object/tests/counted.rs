//! Records counted column by column give what records counted one by one give.

use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::same::{ask, cases};
use super::world::{Style, everything, parquet, read};
use crate::record::aggregate::{Answer, Budget, Fold, Positions, Tally};
use crate::record::format::Format;
use crate::record::object::{self, Ask, Fields, Found, Kind, Read, Unparsed, Visitor};
use crate::record::quals::Quals;
use crate::record::values::Columns;
use crate::record::{Aggregate, Key, Qual};

/// What makes groups.
const KEYS: [&str; 11] = [
    "action",
    "src_addr/24",
    "src_addr",
    "dst_port",
    "dst_service",
    "protocol_name",
    "interface_id",
    "bytes",
    "tcp-flags",
    "instance-tag",
    "brand-new",
];

/// Counts records, one by one or column by column.
struct Counting {
    by_column: bool,
    aggregate: Aggregate,
    positions: Option<Positions>,
    fold: Fold,
    unparsed: Vec<String>,
}

impl Visitor for Counting {
    fn format(&mut self, format: &Format) -> usize {
        self.positions = Some(Positions::of(format, &self.aggregate));
        0
    }

    fn record(&mut self, _: usize, record: &Found<'_>) -> ControlFlow<()> {
        let positions = self.positions.as_ref().unwrap();
        self.fold.record(positions, record.values).unwrap();
        ControlFlow::Continue(())
    }

    fn records(&mut self, _: usize, records: &dyn Columns) -> Option<ControlFlow<()>> {
        let positions = self.positions.as_ref().filter(|_| self.by_column)?;
        self.fold.records(positions, records).unwrap();
        Some(ControlFlow::Continue(()))
    }

    fn unparsed(&mut self, text: &str, _: &Unparsed) -> ControlFlow<()> {
        self.unparsed.push(text.to_owned());
        ControlFlow::Continue(())
    }
}

fn count(
    bytes: &[u8],
    ask: &Ask<'_>,
    aggregate: &Aggregate,
    by_column: bool,
) -> (Answer, Read, Vec<String>) {
    let fields = aggregate.fields().into_iter().collect::<Vec<_>>();
    let ask = Ask {
        fields: Fields::Named(&fields),
        ..ask.clone()
    };
    let mut counting = Counting {
        by_column,
        aggregate: aggregate.clone(),
        positions: None,
        fold: Fold::new(aggregate, Budget::new(1 << 20)),
        unparsed: Vec::new(),
    };
    let bytes = Bytes::copy_from_slice(bytes);
    let read = object::read(&bytes, Kind::Parquet, &ask, &mut counting).unwrap();
    let nothing = Tally::nothing(counting.positions.iter());
    let answer = counting.fold.answer(&nothing, (0, 1));
    (answer, read, counting.unparsed)
}

fn keys(names: &[&str]) -> Vec<Key> {
    names.iter().map(|name| Key::parse(name).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn counting_by_column_and_by_record_is_the_same(
        case in cases(),
        names in subsequence(KEYS.to_vec(), 0..=3),
        bin: bool,
        distinct in subsequence(KEYS.to_vec(), 0..=2),
        sums in subsequence(vec!["bytes", "tcp-flags", "brand-new"], 0..=2),
    ) {
        let bin = bin.then(|| Key::parse_bin("1m").unwrap());
        let aggregate = Aggregate {
            keys: bin.into_iter().chain(keys(&names)).collect(),
            distinct: keys(&distinct),
            sums: keys(&sums),
            ..Aggregate::default()
        };
        let bytes = parquet(&case.format, &case.lines, &case.style);
        let (by_record, counted, _) = count(&bytes, &ask(&case), &aggregate, false);
        let (by_column, columns, _) = count(&bytes, &ask(&case), &aggregate, true);
        prop_assert_eq!(by_column, by_record);
        prop_assert_eq!(
            (columns.scanned, columns.matched, columns.outside, columns.no_data, columns.skip_data),
            (counted.scanned, counted.matched, counted.outside, counted.no_data, counted.skip_data)
        );
    }
}

#[test]
fn many_groups_of_ports_and_of_networks_are_counted() {
    let format = Format::parse("${srcaddr} ${dstport} ${bytes} ${action}").unwrap();
    let lines: Vec<_> = (0..3000)
        .map(|number| {
            let action = ["ACCEPT", "REJECT", "-"][number % 3];
            format!(
                "10.0.{}.{} {} 1 {action}",
                number % 7,
                number % 250,
                number % 1500
            )
        })
        .collect();
    let style = Style {
        rows_of_group: 1100,
        dictionary_size: 1000,
        ..Style::default()
    };
    let bytes = parquet(&format, &lines, &style);
    let any = Quals::default();
    for (names, groups) in [
        (&[][..], 1),
        (&["dst_port"][..], 1500),
        (&["action", "dst_port"][..], 1500),
        (&["src_addr/24", "action"][..], 21),
        (&["src_addr"][..], 1750),
    ] {
        let aggregate = Aggregate {
            keys: keys(names),
            ..Aggregate::default()
        };
        let (answer, read, _) = count(&bytes, &everything(&any), &aggregate, true);
        assert_eq!(
            (answer.groups.len(), read.matched),
            (groups, 3000),
            "{names:?}"
        );
        let flows = answer.groups.iter().map(|group| group.tally.flows);
        assert_eq!(flows.sum::<i64>(), 3000);
        let rejected = answer
            .groups
            .iter()
            .filter_map(|group| group.tally.rejected);
        assert_eq!(rejected.sum::<i64>(), 1000);
    }
}

/// Writes a file in which ports are text, and times may be negative.
fn odd(rows: &[(&str, &str, i64)]) -> Vec<u8> {
    use parquet::file::writer::SerializedFileWriter;
    let schema = "message schema { OPTIONAL BYTE_ARRAY srcaddr (UTF8); OPTIONAL BYTE_ARRAY dstport (UTF8); \
                  OPTIONAL INT64 start; OPTIONAL BYTE_ARRAY log_status (UTF8); }";
    let schema = parquet::schema::parser::parse_message_type(schema).unwrap();
    let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::default()).unwrap();
    let mut group = file.next_row_group().unwrap();
    let levels = vec![1_i16; rows.len()];
    for index in 0..4 {
        let mut column = group.next_column().unwrap().unwrap();
        if index == 2 {
            let times: Vec<_> = rows.iter().map(|row| row.2).collect();
            let column = column.typed::<Int64Type>();
            column.write_batch(&times, Some(&levels), None).unwrap();
        } else {
            let texts = rows.iter().map(|row| [row.0, row.1, "", "OK"][index]);
            let texts: Vec<_> = texts.map(ByteArray::from).collect();
            let column = column.typed::<ByteArrayType>();
            column.write_batch(&texts, Some(&levels), None).unwrap();
        }
        column.close().unwrap();
    }
    group.close().unwrap();
    file.into_inner().unwrap()
}

#[test]
fn values_of_the_wrong_type_are_told_for_each_record_that_could_match() {
    let bytes = odd(&[
        ("10.0.0.1", "22", 10),
        ("10.0.0.2", "ssh", 20),
        ("nobody", "22", 30),
        ("nobody", "443", 40),
        ("", "-", 50),
        ("10.0.0.6", "22", -1),
        ("10.0.0.7", "22", 70),
        ("10.0.0.8", "022", 80),
    ]);
    let any = Quals::default();
    let (found, counted, problem) = read(bytes.clone(), Kind::Parquet, &everything(&any));
    assert!(problem.is_none(), "{problem:?}");
    assert_eq!(
        found.lines(),
        ["10.0.0.1 22 10 OK", "- - 50 OK", "10.0.0.7 22 70 OK"]
    );
    let lines: Vec<_> = found
        .unparsed
        .iter()
        .map(|(line, _)| line.as_str())
        .collect();
    // Before the first wrong value of a batch is told, all columns that are asked for are read.
    let mut sorted = lines.clone();
    sorted.sort_unstable();
    let expected = [
        "10.0.0.2 ssh 20 OK",
        "10.0.0.6 22 -1 OK",
        "10.0.0.8 022 80 OK",
        "nobody 22 30 OK",
        "nobody 443 40 OK",
    ];
    assert_eq!(sorted, expected);
    assert_eq!(
        (counted.scanned, counted.matched, counted.unparsed),
        (8, 3, 5)
    );
    let port = Quals {
        all: vec![Qual::parse("dst_port", "22").unwrap()],
        ..Quals::default()
    };
    let aggregate = Aggregate {
        keys: keys(&["src_addr"]),
        ..Aggregate::default()
    };
    for by_column in [false, true] {
        let (answer, counted, unparsed) = count(&bytes, &everything(&port), &aggregate, by_column);
        // A record of another port cannot match, whatever its address is.
        assert_eq!(unparsed.len(), 4, "{unparsed:?}");
        assert_eq!(
            (counted.scanned, counted.matched, counted.unparsed),
            (8, 2, 4)
        );
        assert_eq!(answer.groups.len(), 2);
    }
}
