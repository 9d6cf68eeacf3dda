//! Measures queries of ten million records in a bucket of our server, as compressed text and as Parquet, compared with
//! other programs over the same bytes: `gzip` and `wc`, DuckDB, and `flowlogs_reader`.
//!
//! DuckDB and `flowlogs_reader` are measured if `make bench` could install them. DuckDB writes the Parquet files.

use std::env;
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use vpcflow::events::{
    Completeness, DataSource, Output, Quals, Query, Selection, Summary, SummaryDataSource,
    SummaryOutput,
};
use vpcflow::framework::Attr;

use crate::ask::{self, Answer};
use crate::fake::{ACCOUNT, Fake, FlowLog};
use crate::process;
use crate::query::REGION;
use crate::table::{Row, Table, megabytes, seconds};

const RECORDS: usize = 10_000_000;
/// One object for each five minutes of a day.
const OBJECTS: usize = 288;
const OTHERS: usize = 1_000_000;
const BUCKET: &str = "bench";
const PARQUET: &str = "bench-parquet";
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
const PERIOD: i64 = 300;
const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                      action log-status";
/// The port of half of the records, and one of a few records in every 24th object.
const COMMON: u16 = 443;
const RARE: u16 = 8443;
const ID: &str = "fl-0123456789abcdef0";

/// Measures our queries, and those of the other programs.
pub(crate) fn objects(
    provider: &Path,
    folder: &Path,
    table: &mut Table,
) -> Result<(), Box<dyn Error>> {
    let fake = Fake::start();
    let text = folder.join("text");
    fs::create_dir(&text)?;
    let mut size = 0;
    for number in 0..OBJECTS {
        let object = object(number)?;
        size += object.len();
        fs::write(text.join(format!("{number:03}.log.gz")), &object)?;
        fake.put_object(BUCKET, &key(number, "log.gz"), object);
    }
    let ours = summary(provider, fake.url(), BUCKET)?;
    let shell = shell(&text)?;
    let ratio = ours.wall.as_secs_f64() / shell.as_secs_f64();
    table.add(
        &Row::new("10,000,000 records of gzip text", seconds(ours.wall))
            .baseline(seconds(shell))
            .ratio(ratio)
            .target("1.0 x gzip | wc", ratio <= 1.0),
    );
    table.add(
        &Row::new("... anonymous memory", megabytes(ours.memory)).target_if(
            ours.memory > 0,
            "128 MB",
            ours.memory <= 128_000_000,
        ),
    );
    let from = format!(
        "read_csv('{}/*.log.gz', delim=' ', header=true, nullstr='-')",
        text.display()
    );
    compared_with_duckdb(&ours, &from, 1.0, ("... DuckDB", "1.0 x"), table)?;
    newest(provider, fake.url(), size, table)?;
    columns(provider, &fake, &text, ours.wall, table)?;
    reader(provider, &fake, table)?;
    listing(provider, table)
}

/// Measures the newest hundred records of the day.
fn newest(
    provider: &Path,
    endpoint: &str,
    size: usize,
    table: &mut Table,
) -> Result<(), Box<dyn Error>> {
    let selection = Selection {
        limit: Attr::Known(100),
        order: Attr::Known("newest_first".to_owned()),
        ..Selection::default()
    };
    let question = (
        selection,
        window(BUCKET),
        Quals::default(),
        Output::default(),
        Completeness::default(),
    );
    let answer = ask::read::<DataSource>(provider, REGION, endpoint, &question)?;
    let objects = answer
        .state
        .get("statistics")
        .and_then(|statistics| statistics.get("objects"));
    let Some(vpcflow::cty::Value::Number(read)) = objects.and_then(|objects| objects.get("bytes"))
    else {
        return Err("no bytes".into());
    };
    let share = read.to_string().parse::<f64>()? / size as f64;
    table.add(&Row::new("... the newest 100", seconds(answer.wall)));
    table.add(
        &Row::new(
            "... ... share of the bytes",
            format!("{:.2} %", share * 100.0),
        )
        .target("2 %", share <= 0.02),
    );
    Ok(())
}

/// Measures the same as Parquet.
fn columns(
    provider: &Path,
    fake: &Fake,
    text: &Path,
    of_text: Duration,
    table: &mut Table,
) -> Result<(), Box<dyn Error>> {
    let folder = text.with_file_name("parquet");
    fs::create_dir(&folder)?;
    let write = format!(
        "import duckdb, glob, os\n\
         for path in sorted(glob.glob('{}/*.log.gz')):\n\
         \x20   name = os.path.basename(path).removesuffix('.log.gz')\n\
         \x20   columns = duckdb.sql(f\"describe from read_csv('{{path}}', delim=' ', header=true, nullstr='-')\").fetchall()\n\
         \x20   kept = ', '.join('\"%s\" as \"%s\"' % (c[0], c[0].replace('-', '_')) for c in columns)\n\
         \x20   duckdb.sql(f\"copy (select {{kept}} from read_csv('{{path}}', delim=' ', header=true, nullstr='-')) to '{}/{{name}}.parquet' (format parquet, compression gzip)\")",
        text.display(),
        folder.display()
    );
    if python(&write)?.is_none() {
        table.add(&Row::new("the same as Parquet", "not installed".to_owned()));
        return Ok(());
    }
    for number in 0..OBJECTS {
        let file = fs::read(folder.join(format!("{number:03}.parquet")))?;
        fake.put_object(PARQUET, &key(number, "log.parquet"), file);
    }
    let ours = summary(provider, fake.url(), PARQUET)?;
    let ratio = of_text.as_secs_f64() / ours.wall.as_secs_f64();
    table.add(
        &Row::new("the same as Parquet", seconds(ours.wall))
            .baseline(seconds(of_text))
            .ratio(ratio),
    );
    let from = format!("'{}/*.parquet'", folder.display());
    compared_with_duckdb(&ours, &from, 2.0, ("... DuckDB", "2.0 x"), table)?;
    pruned(provider, fake, table)
}

/// Measures a qual that leaves one object in 24, by the statistics of Parquet.
fn pruned(provider: &Path, fake: &Fake, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let of_rare = |bucket| count(provider, fake.url(), window(bucket), RARE);
    let (text, ours) = (of_rare(BUCKET)?, of_rare(PARQUET)?);
    if text.number("statistics", "matched")? != ours.number("statistics", "matched")? {
        return Err("text and Parquet have different records".into());
    }
    let ratio = text.wall.as_secs_f64() / ours.wall.as_secs_f64();
    table.add(
        &Row::new("... a port in one object of 24", seconds(ours.wall))
            .baseline(seconds(text.wall))
            .ratio(ratio)
            .at_least("5 x text", ratio >= 5.0),
    );
    Ok(())
}

fn compared_with_duckdb(
    ours: &Answer,
    from: &str,
    most: f64,
    (what, target): (&'static str, &'static str),
    table: &mut Table,
) -> Result<(), Box<dyn Error>> {
    let query = format!(
        "import duckdb, time\n\
         duckdb.sql('set threads = 2')\n\
         duckdb.sql('set enable_progress_bar = false')\n\
         begin = time.monotonic()\n\
         duckdb.sql(\"select action, count(*), sum(packets), sum(bytes), min(start), max(\\\"end\\\") from {from} where dstport = 443 group by action\").fetchall()\n\
         print(time.monotonic() - begin)"
    );
    let Some(printed) = python(&query)? else {
        table.add(&Row::new(what, "not installed".to_owned()));
        return Ok(());
    };
    let wall: f64 = printed
        .trim()
        .parse()
        .map_err(|_| format!("DuckDB printed no time: {printed}"))?;
    let duckdb = Duration::from_secs_f64(wall);
    let ratio = ours.wall.as_secs_f64() / duckdb.as_secs_f64();
    table.add(
        &Row::new(what, seconds(duckdb))
            .baseline(seconds(ours.wall))
            .ratio(ratio)
            .target(target, ratio <= most),
    );
    Ok(())
}

/// Measures `flowlogs_reader` over an hour of the objects: it needs minutes for all of them.
fn reader(provider: &Path, fake: &Fake, table: &mut Table) -> Result<(), Box<dyn Error>> {
    const SOME: &str = "bench-some";
    for number in 0..OBJECTS / 24 {
        fake.put_object(SOME, &key(number, "log.gz"), object(number)?);
    }
    let ours = summary(provider, fake.url(), SOME)?;
    let arguments = format!(
        "--location-type s3 --region {REGION} --time-format %Y-%m-%dT%H:%M:%S --start-time 2026-01-01T00:00:00 \
         --end-time 2026-01-02T00:00:00 {SOME} aggregate"
    );
    let what = "flowlogs_reader, some of them";
    let Some(wall) = crate::query::other("flowlogs_reader", &arguments, fake.url())? else {
        table.add(&Row::new(what, "not installed".to_owned()));
        return Ok(());
    };
    let ratio = wall.as_secs_f64() / ours.wall.as_secs_f64();
    table.add(
        &Row::new(what, seconds(wall))
            .baseline(seconds(ours.wall))
            .ratio(ratio)
            .at_least("30 x ours", ratio >= 30.0),
    );
    Ok(())
}

/// Counts the calls that list a day of one flow log among a million keys of others.
fn listing(provider: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let fake = Fake::start();
    let mut log = FlowLog::sample_in(REGION, ID, "vpc-0123456789abcdef0");
    log.log_group_name = None;
    log.log_destination_type = "s3".to_owned();
    log.log_destination = Some(format!("arn:aws:s3:::{BUCKET}"));
    log.creation_time = "2025-12-01T00:00:00.000Z".to_owned();
    fake.insert(log);
    for number in 0..OBJECTS {
        fake.put_object(BUCKET, &key(number, "log.gz"), object_of(number, 1)?);
    }
    for number in 0..OTHERS {
        let other = format!("fl-{number:017x}");
        let key = key(number % OBJECTS, "log.gz").replace(ID, &other);
        fake.put_object(BUCKET, &key, Vec::new());
    }
    let query = Query {
        flow_log_id: Attr::Known(ID.to_owned()),
        s3_uri: Attr::Null,
        ..window(BUCKET)
    };
    let answer = read_summary(provider, fake.url(), query)?;
    if answer.number("statistics", "scanned")? != OBJECTS as i64 {
        return Err("some records were not read".into());
    }
    let calls = fake.calls_of("ListObjectsV2").len();
    table.add(
        &Row::new("a day among 1,000,000 keys, listings", calls.to_string())
            .target("10", calls <= 10),
    );
    Ok(())
}

fn summary(provider: &Path, endpoint: &str, bucket: &str) -> Result<Answer, Box<dyn Error>> {
    read_summary(provider, endpoint, window(bucket))
}

/// Counts the records of a common port by their action.
fn read_summary(provider: &Path, endpoint: &str, query: Query) -> Result<Answer, Box<dyn Error>> {
    count(provider, endpoint, query, COMMON)
}

/// Counts the records of one port by their action.
fn count(
    provider: &Path,
    endpoint: &str,
    query: Query,
    port: u16,
) -> Result<Answer, Box<dyn Error>> {
    let summary = Summary {
        group_by: Attr::Known(vec![Attr::Known("action".to_owned())]),
        ..Summary::default()
    };
    let quals = Quals {
        dst_port: Attr::Known(port.to_string()),
        ..Quals::default()
    };
    let question = (
        summary,
        query,
        quals,
        SummaryOutput::default(),
        Completeness::default(),
    );
    ask::read::<SummaryDataSource>(provider, REGION, endpoint, &question)
}

fn window(bucket: &str) -> Query {
    Query {
        s3_uri: Attr::Known(format!("s3://{bucket}")),
        start_time: Attr::Known("2026-01-01T00:00:00Z".to_owned()),
        end_time: Attr::Known("2026-01-02T00:00:00Z".to_owned()),
        ..Query::default()
    }
}

fn key(number: usize, ending: &str) -> String {
    let (hour, minute) = (number / 12, number % 12 * 5);
    format!(
        "AWSLogs/{ACCOUNT}/vpcflowlogs/{REGION}/2026/01/01/\
         {ACCOUNT}_vpcflowlogs_{REGION}_{ID}_20260101T{hour:02}{minute:02}Z_0123abcd.{ending}"
    )
}

fn object(number: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    object_of(number, RECORDS / OBJECTS)
}

/// Writes an object with this many records of the default format.
fn object_of(number: usize, records: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    writeln!(gzip, "{HEADER}")?;
    let begin = START + PERIOD * number as i64;
    for record in 0..records {
        let mixed = (number * records + record).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
        let end = begin + (record as i64 * PERIOD) / records as i64;
        writeln!(
            gzip,
            "2 {ACCOUNT} eni-{:017x} 10.{}.{}.{} 172.16.{}.1 {} {} 6 {} {} {} {end} {} OK",
            mixed % 500,
            mixed % 4,
            mixed / 4 % 250,
            mixed / 1_000 % 250,
            mixed % 100,
            40_000 + mixed % 1_000,
            port(number, mixed),
            mixed % 100 + 1,
            mixed % 100_000,
            (end - 60).max(START),
            if mixed.is_multiple_of(100) {
                "REJECT"
            } else {
                "ACCEPT"
            },
        )?;
    }
    Ok(gzip.finish()?)
}

/// Measures how long two cores take to decompress the objects and to count their lines.
fn shell(folder: &Path) -> Result<Duration, Box<dyn Error>> {
    let script = "ls | xargs -P 2 -n 36 sh -c 'cat \"$@\" | gzip -dc | wc -l' sh";
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(folder);
    Ok(process::run(&mut command, None)?.wall)
}

/// Runs a script with the Python of the other programs. Returns what it printed, or nothing if DuckDB is not installed.
fn python(script: &str) -> Result<Option<String>, Box<dyn Error>> {
    let Some(folder) = env::var_os("VPCFLOW_BENCH_PROGRAMS") else {
        return Ok(None);
    };
    let program = PathBuf::from(folder).join("python");
    let has_duckdb = Command::new(&program)
        .args(["-c", "import duckdb"])
        .output();
    if !has_duckdb.is_ok_and(|output| output.status.success()) {
        return Ok(None);
    }
    let output = Command::new(&program).args(["-c", script]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(Some(String::from_utf8(output.stdout)?))
}

fn port(object: usize, mixed: usize) -> u16 {
    match (object % 24, mixed % 1_000) {
        (0, 999) => RARE,
        (_, number) if number.is_multiple_of(2) => COMMON,
        _ => 22,
    }
}
