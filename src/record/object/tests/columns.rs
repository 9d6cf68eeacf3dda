use super::world::{Compressed, Missing, Style, everything, parquet, read};
use crate::record::Qual;
use crate::record::format::Format;
use crate::record::object::{Ask, Fields, Kind, Problem};
use crate::record::quals::Quals;

const FORMAT: &str = "${version} ${srcaddr} ${dstport} ${start} ${end} ${log-status}";

fn format() -> Format {
    Format::parse(FORMAT).unwrap()
}

fn lines(count: i64) -> Vec<String> {
    let line = |number: i64| {
        let start = 1_700_000_000 + number;
        format!(
            "2 10.0.0.{} {} {start} {} OK",
            number % 200,
            number / 10,
            start + 60
        )
    };
    (0..count).map(line).collect()
}

fn quals(name: &str, text: &str) -> Quals {
    Quals {
        all: vec![Qual::parse(name, text).unwrap()],
        ..Quals::default()
    }
}

#[test]
fn nulls_dashes_and_zeros_are_what_they_say() {
    let format = Format::parse("${srcaddr} ${dstport} ${action} ${brand-new}").unwrap();
    let lines = ["10.0.0.1 22 ACCEPT x".to_owned(), "- - - -".to_owned()];
    for (missing, line) in [
        (Missing::Null, "- - - -"),
        (Missing::Dash, "- - - -"),
        (Missing::Zero, "- 0 - -"),
    ] {
        for wide in [false, true] {
            let style = Style {
                missing,
                wide,
                ..Style::default()
            };
            let bytes = parquet(&format, &lines, &style);
            let quals = Quals::default();
            let (found, _, problem) = read(bytes, Kind::Parquet, &everything(&quals));
            assert!(problem.is_none());
            assert_eq!(found.lines(), [lines[0].as_str(), line]);
        }
    }
}

#[test]
fn row_groups_that_cannot_match_are_not_read() {
    let style = Style {
        rows_of_group: 100,
        ..Style::default()
    };
    let bytes = parquet(&format(), &lines(1000), &style);
    let port = quals("dst_port", "55");
    let (found, counted, _) = read(bytes.clone(), Kind::Parquet, &everything(&port));
    assert_eq!((found.records.len(), counted.scanned), (10, 1000));
    // The pages of the other row groups are damaged, which nobody notices.
    let mut damaged = bytes.clone();
    let end = damaged.len();
    damaged[10..end / 3].fill(0xff);
    let (found, _, problem) = read(damaged.clone(), Kind::Parquet, &everything(&port));
    assert!(problem.is_none(), "{problem:?}");
    assert_eq!(found.records.len(), 10);
    let any = Quals::default();
    let late = Ask {
        window: 1_700_000_800_000..1_700_000_810_000,
        ..everything(&any)
    };
    let (found, counted, problem) = read(damaged.clone(), Kind::Parquet, &late);
    assert!(problem.is_none(), "{problem:?}");
    assert_eq!((found.records.len(), counted.outside), (10, 990));
    let (_, _, problem) = read(damaged, Kind::Parquet, &everything(&any));
    assert!(matches!(problem, Some(Problem::Parquet(_))), "{problem:?}");
}

#[test]
fn a_pruned_row_group_still_counts_skipped_records() {
    let mut lines = lines(100);
    lines[50] = "2 - - 1700000050 1700000060 SKIPDATA".to_owned();
    lines[51] = "2 - - 1700000050 1700000060 NODATA".to_owned();
    let bytes = parquet(&format(), &lines, &Style::default());
    let (found, counted, _) = read(
        bytes,
        Kind::Parquet,
        &everything(&quals("dst_port", "5000")),
    );
    assert_eq!(found.records.len(), 0);
    assert_eq!(
        (counted.scanned, counted.skip_data, counted.no_data),
        (100, 1, 1)
    );
}

#[test]
fn a_column_of_another_type_is_named() {
    use parquet::data_type::DoubleType;
    use parquet::file::writer::SerializedFileWriter;
    let schema = "message schema { OPTIONAL DOUBLE dstport; OPTIONAL DOUBLE brand_new; OPTIONAL DOUBLE packets; }";
    let schema = parquet::schema::parser::parse_message_type(schema).unwrap();
    let mut file =
        SerializedFileWriter::new(Vec::new(), schema.into(), std::sync::Arc::default()).unwrap();
    let mut group = file.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        column
            .typed::<DoubleType>()
            .write_batch(&[1.5], Some(&[1]), None)
            .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    let bytes = file.into_inner().unwrap();
    let any = Quals::default();
    let ask = Ask {
        fields: Fields::Named(&["brand-new"]),
        ..everything(&any)
    };
    let (found, _, problem) = read(bytes.clone(), Kind::Parquet, &ask);
    assert!(problem.is_none(), "{problem:?}");
    assert_eq!(
        found.records[0].values,
        [("brand-new".into(), "1.5".into())]
    );
    for ask in [everything(&any), everything(&quals("dst_port", "1"))] {
        let (_, _, problem) = read(bytes.clone(), Kind::Parquet, &ask);
        let Some(Problem::Column {
            column,
            expected,
            found,
        }) = problem
        else {
            panic!("{problem:?}");
        };
        assert_eq!(
            (column.as_str(), expected, found.as_str()),
            ("dstport", "INT32 or INT64", "DOUBLE")
        );
    }
}

#[test]
fn what_is_not_parquet_or_not_of_records_is_told() {
    let any = Quals::default();
    let ask = everything(&any);
    let whole = parquet(&format(), &lines(100), &Style::default());
    for bytes in [
        b"x".to_vec(),
        b"PAR1".to_vec(),
        b"not parquet at all".to_vec(),
        whole[..whole.len() - 1].to_vec(),
        [&whole[..4], &whole[whole.len() - 20..]].concat(),
    ] {
        let (_, _, problem) = read(bytes, Kind::Parquet, &ask);
        assert!(matches!(problem, Some(Problem::Parquet(_))), "{problem:?}");
    }
    let foreign = Format::parse("${name} ${color}").unwrap();
    let foreign = parquet(&foreign, &["a b".to_owned()], &Style::default());
    assert!(matches!(
        read(foreign, Kind::Parquet, &ask).2,
        Some(Problem::Foreign)
    ));
    assert!(matches!(
        read(Vec::new(), Kind::Parquet, &ask).2,
        Some(Problem::Empty)
    ));
    // A Parquet file with the name of a text is read as what it is.
    let (found, ..) = read(whole, Kind::Text, &ask);
    assert_eq!(found.records.len(), 100);
}

#[test]
fn a_codec_that_is_not_supported_is_named() {
    let style = Style {
        compression: Compressed::Snappy,
        ..Style::default()
    };
    let bytes = parquet(&format(), &lines(3), &style);
    let metadata = bytes.len()
        - 8
        - u32::from_le_bytes(*bytes[..bytes.len() - 4].last_chunk().unwrap()) as usize;
    // The codec of each column is a field after its path: `srcaddr`, field 4, number 1.
    let path = bytes[metadata..]
        .windows(9)
        .position(|part| part == b"\x07srcaddr\x15")
        .unwrap();
    let mut bytes = bytes;
    let codec = metadata + path + 9;
    assert_eq!(bytes[codec], 2);
    bytes[codec] = 12;
    let any = Quals::default();
    let (_, _, problem) = read(bytes, Kind::Parquet, &everything(&any));
    let Some(Problem::Codec { column, codec }) = problem else {
        panic!("{problem:?}");
    };
    assert_eq!((column.as_str(), codec.as_str()), ("srcaddr", "ZSTD"));
}

#[test]
fn a_visitor_may_stop_and_large_files_are_read_in_batches() {
    let style = Style {
        rows_of_group: 20_000,
        ..Style::default()
    };
    let bytes = parquet(&format(), &lines(20_000), &style);
    let port = quals("dst_port", "700,1999");
    let (found, counted, problem) = read(bytes, Kind::Parquet, &everything(&port));
    assert!(problem.is_none(), "{problem:?}");
    assert_eq!((found.records.len(), counted.scanned), (20, 20_000));
    assert_eq!(found.records[19].line, lines(20_000)[19_999]);
}
