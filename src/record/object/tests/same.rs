//! The same records as text and as Parquet give what the reader of lines gives.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::world::{Compressed, Missing, Style, Taken, everything, gzip, parquet, read};
use crate::record::format::Format;
use crate::record::object::{Ask, Fields, Kind};
use crate::record::quals::Quals;
use crate::record::reader::{Outcome, Reader, RecordType};
use crate::record::values::Values as _;
use crate::record::{Bound, Qual};

/// Fields, and values that they may have.
const FIELDS: [(&str, &[&str]); 16] = [
    ("version", &["2", "5", "-"]),
    ("account-id", &["012345678901", "unknown"]),
    ("interface-id", &["eni-1", "eni-2", "-"]),
    ("srcaddr", &["10.0.0.1", "10.1.2.3", "2001:db8::1", "-"]),
    ("dstaddr", &["10.0.0.1", "192.168.1.1", "-"]),
    ("srcport", &["0", "22", "443", "65535", "-"]),
    ("dstport", &["0", "22", "443", "65535", "-"]),
    ("protocol", &["1", "6", "17", "-"]),
    ("packets", &["0", "1", "9999999999", "-"]),
    ("bytes", &["0", "40", "12345678901", "-"]),
    ("start", &["1700000000", "1700000060", "1700000120000", "-"]),
    ("end", &["1700000060", "1700000120", "1700000180"]),
    ("action", &["ACCEPT", "REJECT", "-"]),
    ("tcp-flags", &["0", "2", "18", "-"]),
    ("instance-tag", &["web%20front", "a", "-"]),
    ("brand-new", &["x", "7", "-"]),
];

const STATUS: &[&str] = &["OK", "OK", "OK", "NODATA", "SKIPDATA"];

/// Quals, by name and text.
const QUALS: [(&str, &str); 18] = [
    ("src_addr", "10.0.0.0/16"),
    ("src_addr", "-,10.1.0.0/16"),
    ("dst_addr", "192.168.0.0/16"),
    ("addr", "10.0.0.1"),
    ("dst_port", "22"),
    ("dst_port", "400-500"),
    ("dst_port", "-"),
    ("port", ">=443"),
    ("protocol", "tcp"),
    ("bytes", ">40"),
    ("packets", "0"),
    ("start", ">=1700000060"),
    ("end", "<1700000150"),
    ("action", "reject"),
    ("tcp_flags", "syn"),
    ("interface_id", "eni-2"),
    ("fields.instance-tag", "web front"),
    ("fields.brand-new", "7"),
];

#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) format: Format,
    pub(super) lines: Vec<String>,
    pub(super) quals: Quals,
    pub(super) style: Style,
    pub(super) window: std::ops::Range<i64>,
}

pub(super) fn cases() -> impl Strategy<Value = Case> {
    let formats = subsequence((0..FIELDS.len()).collect::<Vec<_>>(), 1..FIELDS.len());
    let unknown = FIELDS.len() - 1;
    let formats = formats.prop_filter("no known field", move |fields| *fields != [unknown]);
    let formats = formats.prop_shuffle().prop_flat_map(|fields| {
        let row = fields
            .iter()
            .map(|field| select(FIELDS[*field].1))
            .collect::<Vec<_>>();
        let rows = proptest::collection::vec((row, select(STATUS)), 0..40);
        (Just(fields), any::<bool>(), rows)
    });
    let qual = select(&QUALS[..]);
    let quals = (
        proptest::collection::vec(qual.clone(), 0..3),
        proptest::collection::vec(proptest::collection::vec(qual.clone(), 1..3), 0..2),
        proptest::collection::vec(proptest::collection::vec(qual, 1..3), 0..2),
    );
    let missing = select(&[Missing::Null, Missing::Dash][..]);
    let compression = select(&[Compressed::Not, Compressed::Gzip, Compressed::Snappy][..]);
    // A small dictionary is given up within a column.
    let dictionary_size = select(&[1, 20, 1 << 20][..]);
    let style = (
        any::<[bool; 4]>(),
        missing,
        1..40_usize,
        compression,
        dictionary_size,
    );
    let window = select(&[(i64::MIN, i64::MAX), (1_700_000_060_000, 1_700_000_120_000)][..]);
    (formats, quals, style, window).prop_map(|(fields, quals, style, window)| {
        let (fields, with_status, rows) = fields;
        let mut names: Vec<_> = fields.iter().map(|field| FIELDS[*field].0).collect();
        names.extend(with_status.then_some("log-status"));
        let line = |(values, status): (Vec<&str>, &str)| {
            let mut values = values;
            values.extend(with_status.then_some(status));
            values.join(" ")
        };
        let (flags, missing, rows_of_group, compression, dictionary_size) = style;
        let [wide, statistics, dictionary, version_2] = flags;
        Case {
            format: format(&names),
            lines: rows.into_iter().map(line).collect(),
            quals: Quals {
                all: block(&quals.0),
                any: quals.1.iter().map(|quals| block(quals)).collect(),
                none: quals.2.iter().map(|quals| block(quals)).collect(),
            },
            style: Style {
                wide,
                missing,
                rows_of_group,
                statistics,
                // Without a dictionary, version 2 has encodings that are refused.
                dictionary: dictionary || version_2,
                dictionary_size: if version_2 { 1 << 20 } else { dictionary_size },
                version_2,
                compression,
            },
            window: window.0..window.1,
        }
    })
}

fn format(names: &[&str]) -> Format {
    let names: Vec<_> = names.iter().map(|name| format!("${{{name}}}")).collect();
    Format::parse(&names.join(" ")).unwrap()
}

fn block(quals: &[(&str, &str)]) -> Vec<Qual> {
    let one = |(name, text): &(&str, &str)| match name.strip_prefix("fields.") {
        Some(field) => Qual::parse_field(field, text).unwrap(),
        None => Qual::parse(name, text).unwrap(),
    };
    quals.iter().map(one).collect()
}

/// Returns what the reader of lines finds, and how many records are in the window.
fn expected(case: &Case) -> (Vec<Taken>, u64) {
    let plain = Reader::new(
        RecordType::Aws,
        std::slice::from_ref(&case.format),
        &Quals::default(),
    )
    .unwrap();
    let bound: Bound = case.quals.bind_with_gaps(&case.format).unwrap().0;
    let strict = Reader::new(
        RecordType::Aws,
        std::slice::from_ref(&case.format),
        &case.quals,
    )
    .ok();
    let (mut found, mut scanned) = (Vec::new(), 0);
    for line in &case.lines {
        let (_, row) = plain.read(line).unwrap();
        let at = |name: &str| row.time(case.format.position(name)?);
        let time = at("start")
            .or_else(|| at("end"))
            .map(|time| time.as_millisecond());
        if time.is_some_and(|time| !case.window.contains(&time)) {
            continue;
        }
        scanned += 1;
        let matches = bound.matches(&row, "");
        if let Some(strict) = &strict {
            let outcome = strict.evaluate(line, "").unwrap();
            assert_eq!(matches!(outcome, Outcome::Match(..)), matches);
        }
        if matches {
            let names = case.format.names().iter().enumerate();
            let values = names
                .filter_map(|(index, name)| Some((name.clone(), row.text(index)?.into_owned())));
            found.push(Taken {
                line: line.clone(),
                time,
                values: values.collect(),
            });
        }
    }
    (found, scanned)
}

pub(super) fn ask(case: &Case) -> Ask<'_> {
    Ask {
        window: case.window.clone(),
        ..everything(&case.quals)
    }
}

fn text(case: &Case) -> String {
    let header = case.format.names().join(" ");
    let lines: Vec<_> = case.lines.iter().map(|line| format!("{line}\n")).collect();
    format!("{header}\n{}", lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn text_and_parquet_give_what_the_reader_of_lines_gives(case in cases()) {
        let (records, scanned) = expected(&case);
        let skipped = case.lines.iter().filter(|line| line.ends_with(" SKIPDATA")).count();
        for (kind, bytes) in [
            (Kind::Text, gzip(text(&case))),
            (Kind::Text, text(&case).into_bytes()),
            (Kind::Parquet, parquet(&case.format, &case.lines, &case.style)),
        ] {
            let (found, counted, problem) = read(bytes, kind, &ask(&case));
            prop_assert!(problem.is_none(), "{problem:?}");
            prop_assert_eq!(&found.records, &records, "{:?}", kind);
            prop_assert_eq!(counted.scanned, scanned);
            prop_assert_eq!(counted.outside, case.lines.len() as u64 - scanned);
            prop_assert_eq!(counted.matched, records.len() as u64);
            prop_assert_eq!(counted.unparsed, 0);
            if scanned == case.lines.len() as u64 {
                prop_assert_eq!(counted.skip_data, skipped as u64);
            }
        }
    }

    #[test]
    fn columns_that_are_not_asked_for_do_not_change_what_matches(case in cases(), names in subsequence(vec!["srcaddr", "bytes", "brand-new"], 0..=3)) {
        let (records, _) = expected(&case);
        let ask = Ask { fields: Fields::Named(&names), ..ask(&case) };
        let bytes = parquet(&case.format, &case.lines, &case.style);
        let (found, _, problem) = read(bytes, Kind::Parquet, &ask);
        prop_assert!(problem.is_none(), "{problem:?}");
        prop_assert_eq!(found.records.len(), records.len());
        for (found, expected) in found.records.iter().zip(&records) {
            let asked = |name: &str| expected.values.iter().find(|(known, _)| known == name);
            for name in &names {
                prop_assert_eq!(found.values.iter().find(|(known, _)| known == name), asked(name));
            }
            prop_assert_eq!(found.time, expected.time);
        }
    }

    #[test]
    fn headers_that_change_give_the_records_of_each_part(parts in proptest::collection::vec(cases(), 1..4), cut in 0..3_usize) {
        // Within an object, a header begins with a known field and has more than one word.
        let is_told = |case: &Case| case.format.names().len() > 1 && case.format.names()[0] != "brand-new";
        prop_assume!(parts[1..].iter().all(is_told));
        let quals = parts[0].quals.clone();
        let parts: Vec<_> = parts.into_iter().map(|case| Case { quals: quals.clone(), ..case }).collect();
        let ask = Ask { window: i64::MIN..i64::MAX, ..everything(&quals) };
        let whole: String = parts.iter().map(text).collect();
        let at = whole.len() * cut / 3;
        // A member of gzip data may end anywhere, also within a line.
        let bytes = [gzip(&whole[..at]), gzip(&whole[at..])].concat();
        let (found, _, problem) = read(bytes, Kind::Text, &ask);
        prop_assert!(problem.is_none(), "{problem:?}");
        let everywhere = |case: &Case| Case { window: i64::MIN..i64::MAX, ..case.clone() };
        let records: Vec<_> = parts.iter().flat_map(|case| expected(&everywhere(case)).0).collect();
        prop_assert_eq!(found.records, records);
    }
}
