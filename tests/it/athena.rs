//! SQL against our own checks: an Athena that executes must choose exactly the records that match.

use std::collections::BTreeMap;

use vpcflow::record::aggregate::Aggregate;
use vpcflow::record::dialect::sql::{self, Files, Layout, Scope, Source, Table};
use vpcflow::record::{Format, Key, Qual, Quals, parse};

use crate::harness::athena::{Athena, BUCKET};

/// 2026-05-01T00:00:00Z.
const DAY: i64 = 1_777_593_600;
const FIELDS: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
    ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${tcp-flags} ${instance-id} ${pkt-dst-aws-service}";
const LAYOUTS: [Layout; 4] = [
    Layout {
        hive: false,
        hourly: false,
    },
    Layout {
        hive: false,
        hourly: true,
    },
    Layout {
        hive: true,
        hourly: false,
    },
    Layout {
        hive: true,
        hourly: true,
    },
];

/// A generator of numbers that gives the same numbers each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// Returns the key of the object that holds a record which ends at a second.
fn key(layout: Layout, files: Files, account: &str, end: i64) -> String {
    let name = jiff::Timestamp::from_second(end - end.rem_euclid(300)).unwrap();
    let name = name.to_zoned(jiff::tz::TimeZone::UTC);
    let folder = match layout {
        Layout { hive: true, hourly } => {
            let day = name.strftime("year=%Y/month=%m/day=%d").to_string();
            let hour = if hourly {
                name.strftime("/hour=%H").to_string()
            } else {
                String::new()
            };
            format!(
                "aws-account-id={account}/aws-service=vpcflowlogs/aws-region=eu-central-1/{day}{hour}"
            )
        }
        Layout {
            hive: false,
            hourly,
        } => {
            let day = name.strftime(if hourly { "%Y/%m/%d/%H" } else { "%Y/%m/%d" });
            format!("{account}/vpcflowlogs/eu-central-1/{day}")
        }
    };
    let time = name.strftime("%Y%m%dT%H%MZ");
    let root = root(layout, files);
    let suffix = if files == Files::Parquet {
        "log.parquet"
    } else {
        "log.gz"
    };
    format!(
        "{root}/AWSLogs/{folder}/{account}_vpcflowlogs_eu-central-1_fl-0123456789abcdef0_{time}_0a1b2c3d.{suffix}"
    )
}

/// Returns the folder of the objects: a table reads everything in its folders.
fn root(layout: Layout, files: Files) -> String {
    format!("{}_{}_{files:?}", layout.hive, layout.hourly).to_lowercase()
}

/// Returns random records, which are spread over two days around midnight.
fn records(dice: &mut Dice, number: usize) -> Vec<String> {
    let addresses = [
        "10.0.0.1",
        "10.0.1.200",
        "10.255.0.7",
        "192.0.2.7",
        "172.16.0.1",
        "2001:db8::1",
        "2001:db8:1::7",
        "::ffff:10.0.0.1",
        "fe80::1",
        "-",
    ];
    let mut one = |_: usize| {
        let start = DAY + i64::try_from(dice.roll(7_200)).unwrap() - 3_600;
        let end = start + i64::try_from(dice.roll(600)).unwrap();
        if dice.roll(15) == 0 {
            return format!("7 123456789012 eni-1 - - - - - - - {start} {end} - NODATA - - -");
        }
        format!(
            "7 123456789012 {} {} {} {} {} {} {} {} {start} {end} {} OK {} {} {}",
            dice.pick(&["eni-1", "eni-2", "eni-3"]),
            dice.pick(&addresses),
            dice.pick(&addresses),
            dice.pick(&["40000", "40001", "-"]),
            dice.pick(&["22", "443", "3389", "0", "65535", "-"]),
            dice.pick(&["6", "17", "1", "58"]),
            dice.roll(9),
            dice.roll(5_000),
            dice.pick(&["ACCEPT", "REJECT", "-"]),
            dice.pick(&["0", "2", "18", "16", "4", "19", "-"]),
            dice.pick(&["i-0123456789abcdef0", "-"]),
            dice.pick(&["S3", "EC2", "AMAZON", "-"]),
        )
    };
    (0..number).map(&mut one).collect()
}

/// Returns a random qual.
fn qual(dice: &mut Dice) -> Qual {
    let all = [
        ("action", "REJECT"),
        ("action", "ACCEPT,-"),
        ("log_status", "OK"),
        ("log_status", "NODATA,SKIPDATA"),
        ("src_addr", "10.0.0.0/8"),
        ("src_addr", "10.0.0.1,192.0.2.0/24"),
        ("dst_addr", "2001:db8::/32"),
        ("dst_addr", "::/0"),
        ("addr", "10.0.0.1"),
        ("addr", "::ffff:0:0/96"),
        ("addr", "-,fe80::/10"),
        ("src_addr", "-"),
        ("dst_addr", "::ffff:10.0.0.0/104"),
        ("addr", "0.0.0.0/0"),
        ("dst_addr", "fe80::1"),
        ("addr", "0::/8"),
        ("dst_port", "22,3389"),
        ("dst_port", "1-1023"),
        ("dst_port", ">=443"),
        ("port", "40000,0"),
        ("dst_port", "-"),
        ("src_port", "-,40001"),
        ("protocol", "tcp"),
        ("protocol", "17,icmp"),
        ("packets", "0"),
        ("packets", "<3"),
        ("bytes", ">=400"),
        ("bytes", "100-200,4000-5000"),
        ("tcp_flags", "syn"),
        ("tcp_flags", "=syn,-"),
        ("tcp_flags", "syn+ack"),
        ("tcp_flags", "0"),
        ("tcp_flags", "rst,fin"),
        ("instance_id", "-"),
        ("instance_id", "i-0123456789abcdef0"),
        ("interface_id", "eni-1,eni-2"),
        ("version", "7"),
        ("interface_account_id", "123456789012"),
        ("start", ">=2026-05-01T00:00:00Z"),
        ("end", "<2026-05-01T00:10:00Z"),
        ("fields.pkt-dst-aws-service", "s3"),
        ("fields.pkt-dst-aws-service", "ec2,-"),
    ];
    let (name, text) = all[dice.roll(all.len())];
    match name.strip_prefix("fields.") {
        Some(field) => Qual::parse_field(field, text).unwrap(),
        None => Qual::parse(name, text).unwrap(),
    }
}

fn quals(dice: &mut Dice) -> Quals {
    let mut some =
        |most: usize| -> Vec<Qual> { (0..dice.roll(most)).map(|_| qual(dice)).collect() };
    let all = some(3);
    let mut blocks = || -> Vec<Vec<Qual>> {
        (0..2)
            .map(|_| some(3))
            .filter(|block| !block.is_empty())
            .collect()
    };
    let (any, none) = (blocks(), blocks());
    Quals { all, any, none }
}

/// Returns the table that the DDL creates, as Athena would describe it, and its statement.
fn table(athena: &Athena, format: &Format, layout: Layout, files: Files) -> Source {
    let name = root(layout, files);
    let table = Table {
        name: vec!["network", &name],
        format,
        bucket: BUCKET,
        folder: &name,
        files,
        layout,
        accounts: Some(vec!["123456789012".to_owned()]),
        regions: None,
        first_day: (2026, 1, 1),
    };
    let statement = sql::create_table(&table).unwrap();
    let (state, reason, _) = athena.execute(&statement);
    assert_eq!(state, "SUCCEEDED", "{reason}\n{statement}");
    let described = athena.describe("network", &name);
    let pairs = |of: &str| -> Vec<(String, String)> {
        let columns = described[of].as_array().unwrap().iter();
        columns
            .map(|column| {
                (
                    column["Name"].as_str().unwrap().to_owned(),
                    column["Type"].as_str().unwrap().to_owned(),
                )
            })
            .collect()
    };
    let properties = serde_json::from_value(described["Parameters"].clone()).unwrap();
    let name = ["AwsDataCatalog", "network", &name];
    Source::new(
        &name,
        &pairs("Columns"),
        &pairs("PartitionKeys"),
        &properties,
    )
    .unwrap()
}

fn scope(window: (i64, i64)) -> Scope {
    let partitions = BTreeMap::from([("aws_region".to_owned(), "eu-central-1".to_owned())]);
    Scope {
        window: (window.0 * 1000, window.1 * 1000),
        partitions,
    }
}

#[test]
fn two_hundred_random_qual_sets_choose_the_same_records_in_every_layout() {
    let mut dice = Dice(7);
    let athena = Athena::start();
    let format = Format::parse(FIELDS).unwrap();
    let records = records(&mut dice, 400);
    let parsed: Vec<_> = records
        .iter()
        .map(|line| parse(line, &format).unwrap())
        .collect();
    let end = format.position("end").unwrap();
    let start = format.position("start").unwrap();
    let mut sources = Vec::new();
    for layout in LAYOUTS {
        for files in [Files::Text, Files::Parquet] {
            let mut objects: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (line, record) in records.iter().zip(&parsed) {
                let key = key(layout, files, "123456789012", record.integer(end).unwrap());
                objects.entry(key).or_default().push(line.clone());
                // Records of an account that the table does not have.
                let key = self::key(layout, files, "210987654321", record.integer(end).unwrap());
                objects.entry(key).or_default().push(line.clone());
            }
            athena.put(format.names(), &objects.into_iter().collect::<Vec<_>>());
            sources.push(table(&athena, &format, layout, files));
        }
    }
    let mut nonempty = 0;
    for round in 0..200 {
        let quals = quals(&mut dice);
        let source = &sources[round % sources.len()];
        let window = (
            DAY - 1_800 + i64::try_from(dice.roll(900)).unwrap(),
            DAY + 1_200,
        );
        let bound = quals.bind(source.format()).unwrap();
        let aggregate = Aggregate {
            keys: vec![Key::named("interface_id")],
            limit: 100,
            ..Aggregate::default()
        };
        let query = sql::compile(&bound, source, &aggregate, &scope(window)).unwrap();
        let (state, reason, rows) = athena.execute(&query.text);
        assert_eq!(state, "SUCCEEDED", "{reason}\n{}", query.text);
        let mut expected: BTreeMap<String, i64> = BTreeMap::new();
        let bound = quals.bind(&format).unwrap();
        let interface = format.position("interface-id").unwrap();
        for record in &parsed {
            let time = record.seconds(start).unwrap();
            if (window.0..window.1).contains(&time) && bound.matches(record, "") {
                *expected
                    .entry(record.get(interface).unwrap_or("-").to_owned())
                    .or_default() += 1;
            }
        }
        let found = rows.iter().skip(1);
        let found: BTreeMap<String, i64> = found
            .map(|row| {
                (
                    row[0].clone().unwrap_or_else(|| "-".to_owned()),
                    row[1].clone().unwrap().parse().unwrap(),
                )
            })
            .collect();
        nonempty += usize::from(!expected.is_empty());
        assert_eq!(found, expected, "{quals:?}\n{}", query.text);
    }
    assert!(nonempty > 50, "{nonempty} filter sets match something");
}

#[test]
fn the_first_and_the_last_second_of_a_window_are_found_whatever_the_delay() {
    let athena = Athena::start();
    let format = Format::parse(FIELDS).unwrap();
    let window = (DAY, DAY + 3_600);
    let line = |start: i64, end: i64| {
        format!("7 123456789012 eni-1 10.0.0.1 10.0.0.2 1 22 6 1 40 {start} {end} ACCEPT OK 2 - -")
    };
    for layout in LAYOUTS {
        let mut objects: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let edges = [
            (window.0, true),
            (window.1 - 1, true),
            (window.0 - 1, false),
            (window.1, false),
        ];
        for (start, _) in edges {
            for interval in [0, 60, 600] {
                // The name is the beginning or the end of the window of its object.
                for named in [0, 300] {
                    let key = key(
                        layout,
                        Files::Text,
                        "123456789012",
                        start + interval + named,
                    );
                    objects
                        .entry(key)
                        .or_default()
                        .push(line(start, start + interval));
                }
            }
        }
        athena.put(format.names(), &objects.into_iter().collect::<Vec<_>>());
        let source = table(&athena, &format, layout, Files::Text);
        let bound = Quals::default().bind(source.format()).unwrap();
        let query = sql::compile(&bound, &source, &Aggregate::default(), &scope(window)).unwrap();
        let (state, reason, rows) = athena.execute(&query.text);
        assert_eq!(state, "SUCCEEDED", "{reason}");
        assert_eq!(
            rows[1][0].as_deref(),
            Some("12"),
            "{layout:?}\n{}",
            query.text
        );
    }
}
