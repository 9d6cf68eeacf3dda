//! The records in a log group, and in objects of each layout, as text and as Parquet.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use jiff::tz::Offset;
use vpcflow::record::Format;
use vpcflow::record::dialect::sql::Layout;

use super::records::Record;
use crate::flow_log::random::Dice;
use crate::harness::athena::BUCKET;
use crate::harness::fake::{ACCOUNT, Fake, REGION};
use crate::harness::parquet::{self, File, Missing, Style};

/// The log group of the records.
pub(super) const GROUP: &str = "flow-logs";
/// The log group of the records with zeros instead of missing numbers.
pub(super) const ZEROS: &str = "flow-logs-zeros";

pub(super) const LAYOUTS: [Layout; 4] = [layout(0), layout(1), layout(2), layout(3)];

const fn layout(number: u8) -> Layout {
    Layout {
        hive: number >= 2,
        hourly: number % 2 == 1,
    }
}

/// How the records are in objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Text, of which most is compressed.
    Text,
    /// Parquet with AWS's types.
    Parquet,
    /// Parquet with 64 bits for all numbers.
    Wide,
    /// Parquet without the columns of which an object has no value.
    Absent,
    /// Parquet with zeros for missing numbers.
    Zeros,
}

impl Form {
    pub(super) const ALL: [Self; 5] = [
        Self::Text,
        Self::Parquet,
        Self::Wide,
        Self::Absent,
        Self::Zeros,
    ];

    fn suffix(self) -> &'static str {
        match self {
            Self::Text => "log.gz",
            _ => "log.parquet",
        }
    }

    /// Returns the folder of the objects in a layout.
    pub(super) fn root(self, layout: usize) -> String {
        format!("{self:?}_{layout}").to_lowercase()
    }

    /// Returns the style of an object: each has another one.
    fn style(self, number: usize) -> Style {
        Style {
            missing: match self {
                Self::Zeros => Missing::Zero,
                Self::Absent => Missing::Absent,
                _ if number.is_multiple_of(2) => Missing::Null,
                _ => Missing::Dash,
            },
            wide: match self {
                Self::Wide => true,
                Self::Text | Self::Parquet => false,
                Self::Absent | Self::Zeros => number.is_multiple_of(2),
            },
            compression: ["gzip", "snappy", "none"][number / 2 % 3],
            dictionary: (number / 3).is_multiple_of(2),
            page_version: ["1.0", "2.0"][number / 4 % 2],
            small: number % 5 < 2,
        }
    }
}

/// Returns the key of an object below a folder. Its name has the time of a second.
pub(super) fn key(root: &str, layout: Layout, second: i64, suffix: &str, hash: &str) -> String {
    let time = Offset::UTC.to_datetime(Timestamp::from_second(second).unwrap());
    let form = match (layout.hive, layout.hourly) {
        (false, false) => "%Y/%m/%d",
        (false, true) => "%Y/%m/%d/%H",
        (true, false) => "year=%Y/month=%m/day=%d",
        (true, true) => "year=%Y/month=%m/day=%d/hour=%H",
    };
    let day = time.strftime(form);
    let folder = if layout.hive {
        format!("aws-account-id={ACCOUNT}/aws-service=vpcflowlogs/aws-region={REGION}/{day}")
    } else {
        format!("{ACCOUNT}/vpcflowlogs/{REGION}/{day}")
    };
    let name = time.strftime("%Y%m%dT%H%MZ");
    format!(
        "{root}/AWSLogs/{folder}/{ACCOUNT}_vpcflowlogs_{REGION}_fl-0123456789abcdef0_{name}_{hash}.{suffix}"
    )
}

/// Writes the records in every form below a folder, which stands for the bucket, and to the fake.
pub(super) fn fill(
    fake: &Fake,
    folder: &Path,
    format: &Format,
    records: &[Record],
    forms: &[Form],
) {
    let events = |zeros: bool| {
        records.iter().map(move |record| {
            let line = record.line.clone();
            let line = if zeros { zeroed(format, &line) } else { line };
            (record.start * 1000, line)
        })
    };
    fake.put_events(GROUP, "eni-0a-all", events(false).collect());
    fake.put_events(ZEROS, "eni-0a-all", events(true).collect());
    let objects = objects(records);
    let order: Vec<&str> = objects
        .values()
        .flatten()
        .map(|index| records[*index].line.as_str())
        .collect();
    let mut files = Vec::new();
    let mut last = 0;
    for (number, ((second, part), indexes)) in objects.iter().enumerate() {
        let first = last;
        last += indexes.len();
        for (index, layout) in LAYOUTS.into_iter().enumerate() {
            for form in forms {
                let hash = format!("{part:08x}");
                let key = key(&form.root(index), layout, *second, form.suffix(), &hash);
                if *form == Form::Text {
                    let content = text(format, &order[first..last], number + index);
                    put_file(folder, &key, &content);
                    continue;
                }
                files.push(File {
                    key,
                    lines: first..last,
                    style: form.style(number + index),
                });
            }
        }
    }
    parquet::write(folder, format.names(), &order, &files);
    upload(fake, folder, folder);
}

/// Puts records into objects: by the time in the name, and whether they report traffic.
///
/// The name is the start or the end of the window in which a record ended, and up to one window off on either side.
fn objects(records: &[Record]) -> BTreeMap<(i64, usize), Vec<usize>> {
    let mut dice = Dice::new(7);
    let mut objects: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let named = record.end - record.end.rem_euclid(300) + dice.of(&[-300, 0, 0, 300, 600]);
        let part = usize::from(record.has_traffic);
        objects.entry((named, part)).or_default().push(index);
    }
    objects
}

/// Writes text: compressed, in two members, or as it is.
fn text(format: &Format, lines: &[&str], number: usize) -> Vec<u8> {
    let mut text = format.names().join(" ") + "\n";
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    let cut: Range<usize> = match number % 3 {
        0 => 0..text.len(),
        1 => 0..text.len() / 2,
        _ => return text.into_bytes(),
    };
    let mut bytes = Vec::new();
    for part in [&text[cut.clone()], &text[cut.end..]] {
        let mut gzip = GzEncoder::new(&mut bytes, Compression::fast());
        gzip.write_all(part.as_bytes()).unwrap();
        gzip.finish().unwrap();
    }
    bytes
}

/// Replaces missing numbers by zeros.
fn zeroed(format: &Format, line: &str) -> String {
    let values = line.split(' ').zip(format.names());
    let values = values.map(|(value, name)| match value {
        "-" if parquet::is_number(name) => "0",
        value => value,
    });
    values.collect::<Vec<_>>().join(" ")
}

fn put_file(folder: &Path, key: &str, content: &[u8]) {
    let path = folder.join(key);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Copies the files below a folder to the fake.
pub(super) fn upload(fake: &Fake, root: &Path, folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            upload(fake, root, &path);
        } else {
            let key = path.strip_prefix(root).unwrap().to_str().unwrap();
            fake.put_object(BUCKET, key, std::fs::read(&path).unwrap());
        }
    }
}
