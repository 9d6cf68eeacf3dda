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

/// How a Parquet file is written.
#[derive(Debug, Clone)]
pub(super) struct Style {
    /// The type of integers.
    pub(super) wide: bool,
    /// How a missing value is written.
    pub(super) missing: Missing,
    pub(super) rows_of_group: usize,
    pub(super) statistics: bool,
    pub(super) dictionary: bool,
    /// From how many bytes of texts on a column is written without its dictionary.
    pub(super) dictionary_size: usize,
    pub(super) version_2: bool,
    pub(super) compression: Compressed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Null,
    /// `-` in texts, and null in numbers.
    Dash,
    /// `-` in texts, and zero in numbers.
    Zero,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Compressed {
    Not,
    Gzip,
    Snappy,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            wide: false,
            missing: Missing::Null,
            rows_of_group: 1000,
            statistics: true,
            dictionary: true,
            dictionary_size: 1 << 20,
            version_2: false,
            compression: Compressed::Gzip,
        }
    }
}

/// Writes lines of a format as Parquet.
pub(super) fn parquet(format: &Format, lines: &[String], style: &Style) -> Vec<u8> {
    use parquet::basic::{Compression, GzipLevel};
    use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
    use parquet::file::writer::SerializedFileWriter;

    let schema = schema(format, style);
    let properties = WriterProperties::builder()
        .set_compression(match style.compression {
            Compressed::Not => Compression::UNCOMPRESSED,
            Compressed::Gzip => Compression::GZIP(GzipLevel::default()),
            Compressed::Snappy => Compression::SNAPPY,
        })
        .set_dictionary_enabled(style.dictionary)
        .set_dictionary_page_size_limit(style.dictionary_size)
        .set_data_page_row_count_limit(7)
        .set_write_batch_size(3)
        .set_writer_version(if style.version_2 {
            WriterVersion::PARQUET_2_0
        } else {
            WriterVersion::PARQUET_1_0
        })
        .set_statistics_enabled(if style.statistics {
            EnabledStatistics::Chunk
        } else {
            EnabledStatistics::None
        });
    let mut file =
        SerializedFileWriter::new(Vec::new(), schema.into(), properties.build().into()).unwrap();
    for lines in lines.chunks(style.rows_of_group) {
        let mut group = file.next_row_group().unwrap();
        let rows: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
        for (index, name) in format.names().iter().enumerate() {
            let values: Vec<_> = rows.iter().map(|row| row[index]).collect();
            let mut column = group.next_column().unwrap().unwrap();
            write(&mut column, name, &values, style);
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    file.into_inner().unwrap()
}

fn is_number(name: &str) -> bool {
    use crate::record::field::{Kind, find};
    find(name).is_some_and(|field| matches!(field.kind, Kind::Integer | Kind::Seconds))
}

/// Reports whether a field is a number of 64 bits in AWS's files.
fn is_wide(name: &str, style: &Style) -> bool {
    style.wide || ["bytes", "packets", "start", "end"].contains(&name)
}

fn schema(format: &Format, style: &Style) -> parquet::schema::types::Type {
    let columns = format.names().iter().map(|name| {
        let kind = match (is_number(name), is_wide(name, style)) {
            (true, true) => "INT64",
            (true, false) => "INT32",
            (false, _) => "BYTE_ARRAY",
        };
        let logical = if kind == "BYTE_ARRAY" { " (UTF8)" } else { "" };
        format!("OPTIONAL {kind} {}{logical};", name.replace('-', "_"))
    });
    let columns: Vec<_> = columns.collect();
    let text = format!("message schema {{ {} }}", columns.join(" "));
    parquet::schema::parser::parse_message_type(&text).unwrap()
}

fn write(
    column: &mut parquet::file::writer::SerializedColumnWriter<'_>,
    name: &str,
    values: &[&str],
    style: &Style,
) {
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
    let number = is_number(name);
    let is_null = |value: &&str| {
        **value == *"-"
            && match style.missing {
                Missing::Null => true,
                Missing::Dash => number,
                Missing::Zero => false,
            }
    };
    let levels: Vec<i16> = values
        .iter()
        .map(|value| i16::from(!is_null(value)))
        .collect();
    let known = values.iter().filter(|value| !is_null(value));
    let numbers = known
        .clone()
        .map(|value| if *value == "-" { "0" } else { value });
    let levels = Some(levels.as_slice());
    if !number {
        let texts: Vec<_> = known.map(|value| ByteArray::from(*value)).collect();
        column
            .typed::<ByteArrayType>()
            .write_batch(&texts, levels, None)
            .unwrap();
    } else if is_wide(name, style) {
        let numbers: Vec<i64> = numbers.map(|value| value.parse().unwrap()).collect();
        column
            .typed::<Int64Type>()
            .write_batch(&numbers, levels, None)
            .unwrap();
    } else {
        let numbers: Vec<i32> = numbers.map(|value| value.parse().unwrap()).collect();
        column
            .typed::<Int32Type>()
            .write_batch(&numbers, levels, None)
            .unwrap();
    }
}
