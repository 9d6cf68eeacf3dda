//! Measures queries of a million events, compared with other programs. Our server takes 200 ms for each page, and throttles
//! more than ten requests per second.
//!
//! The other programs are `flowlogs_reader` and `aws logs filter-log-events`, if `make bench` could install them.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use vpcflow::events::{Completeness, Quals, Query, Summary, SummaryDataSource, SummaryOutput};
use vpcflow::framework::Attr;

use crate::ask::{self, Answer};
use crate::fake::{Fake, FlowLog};
use crate::process;
use crate::table::{Row, Table, megabytes, seconds};

/// A region with the same quota as the server.
pub(crate) const REGION: &str = "us-west-2";
pub(crate) const GROUP: &str = "bench";
pub(crate) const STREAM: &str = "eni-0123456789abcdef0-all";
const CALLS_PER_SECOND: u32 = 10;
const PAGE: Duration = Duration::from_millis(200);
/// The largest page size.
const PAGE_BYTES: usize = 1 << 20;
const PAGE_EVENTS: usize = 10_000;
const EVENTS: usize = 1_000_000;
/// 2026-01-01T00:00:00Z, and the seconds over which the events are spread.
const START: i64 = 1_767_225_600;
const SPAN: i64 = 3_600;
/// What a page may take longer than a summary.
const PAGE_OVERHEAD: Duration = Duration::from_millis(500);
/// The largest number of groups in a summary.
const GROUPS: usize = 100_000;

/// Measures our queries, and those of the other programs.
pub(crate) fn query(provider: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let fake = Fake::start();
    deliver(&fake);
    fake.put_events_in(REGION, GROUP, STREAM, events(EVENTS));
    fake.latency("FilterLogEvents", PAGE);
    fake.calls_per_second("FilterLogEvents", CALLS_PER_SECOND);
    let everything = summary(provider, fake.url(), Quals::default())?;
    if everything.number("total", "flows")? != EVENTS as i64 {
        return Err("some events were not counted".into());
    }
    let row = compared_with_the_quota("query of 1,000,000 events", &everything)?;
    table.add(&row.target("1.15 x quota", over_quota(&everything)? <= 1.15));
    table.add(
        &Row::new("... memory, 100,000 groups", megabytes(everything.memory)).target_if(
            everything.memory > 0,
            "64 MB",
            everything.memory <= 64_000_000,
        ),
    );
    let page = page(provider, fake.url())?;
    let most = everything.wall + PAGE_OVERHEAD;
    table.add(
        &Row::new("... as a page of `traffic`", seconds(page))
            .baseline(seconds(everything.wall))
            .target("summary + 0.5 s", page <= most),
    );
    let either = summary(provider, fake.url(), either_side())?;
    let row = compared_with_the_quota("... of either side, in two calls", &either)?;
    table.add(&row.target("1.15 x quota", over_quota(&either)? <= 1.15));
    let exact = summary(provider, fake.url(), a_hundredth())?;
    let [received, matched] = ["scanned", "matched"].map(|name| exact.number("statistics", name));
    let (received, matched) = (received?, matched?);
    let ratio = received as f64 / matched as f64;
    table.add(&Row::new("... of one in a hundred", seconds(exact.wall)));
    table.add(
        &Row::new("... ... received to matched", received.to_string())
            .baseline(matched.to_string())
            .ratio(ratio)
            .target("1.0", ratio <= 1.0),
    );
    others(&everything, fake.url(), table)
}

/// Compares the duration of a query with the time that the quota requires for its pages.
fn compared_with_the_quota(what: &'static str, answer: &Answer) -> Result<Row, Box<dyn Error>> {
    Ok(Row::new(what, seconds(answer.wall))
        .baseline(seconds(quota(answer)?))
        .ratio(over_quota(answer)?))
}

fn over_quota(answer: &Answer) -> Result<f64, Box<dyn Error>> {
    Ok(answer.wall.as_secs_f64() / quota(answer)?.as_secs_f64())
}

fn quota(answer: &Answer) -> Result<Duration, Box<dyn Error>> {
    let received = usize::try_from(answer.number("statistics", "scanned")?)?;
    let bytes = received * line(0, START).len();
    let pages = bytes
        .div_ceil(PAGE_BYTES)
        .max(received.div_ceil(PAGE_EVENTS));
    Ok(Duration::from_secs(1) * u32::try_from(pages)? / CALLS_PER_SECOND)
}

fn others(ours: &Answer, endpoint: &str, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let reader = "--time-format %Y-%m-%dT%H:%M:%S --start-time 2026-01-01T00:00:00 --end-time 2026-01-01T01:00:00 \
                  --region us-west-2 bench aggregate";
    let cli = format!(
        "logs filter-log-events --region {REGION} --log-group-name {GROUP} --start-time {} --end-time {} --output text",
        START * 1000,
        (START + SPAN) * 1000
    );
    for (what, program, arguments) in [
        ("... flowlogs_reader", "flowlogs_reader", reader),
        ("... aws logs filter-log-events", "aws", &cli),
    ] {
        match other(program, arguments, endpoint)? {
            Some(wall) => {
                let ratio = wall.as_secs_f64() / ours.wall.as_secs_f64();
                let row = Row::new(what, seconds(wall)).baseline(seconds(ours.wall));
                table.add(&row.ratio(ratio).at_least("2 x ours", ratio >= 2.0));
            }
            None => table.add(&Row::new(what, "not installed".to_owned())),
        }
    }
    Ok(())
}

/// Returns events within the hour of [`window`].
pub(crate) fn events(count: usize) -> Vec<(i64, String)> {
    let event = |number: usize| {
        let at = START + (number as i64 * SPAN) / count as i64;
        (at * 1000, line(number, at))
    };
    (0..count).map(event).collect()
}

/// Returns lines of the usual length. There are as many sources as groups, and one record in a hundred is rejected.
fn line(number: usize, at: i64) -> String {
    format!(
        "2 123456789012 eni-0123456789abcdef0 {} 172.16.{}.1 {} 443 6 10 8000 {at} {} {} OK",
        address(number % GROUPS),
        number % 100,
        40_000 + number % 1_000,
        at + 60,
        if number.is_multiple_of(100) {
            "REJECT"
        } else {
            "ACCEPT"
        },
    )
}

fn address(number: usize) -> String {
    format!(
        "10.{}.{}.{}",
        number / 62_500 + 1,
        number / 250 % 250,
        number % 250
    )
}

fn either_side() -> Quals {
    Quals {
        addr: Attr::Known("10.1.0.0/16,172.16.0.0/18".to_owned()),
        ..Quals::default()
    }
}

fn a_hundredth() -> Quals {
    Quals {
        action: Attr::Known("REJECT".to_owned()),
        ..Quals::default()
    }
}

/// Returns a query for a summary by source.
fn summary(provider: &Path, endpoint: &str, quals: Quals) -> Result<Answer, Box<dyn Error>> {
    let summary = Summary {
        group_by: Attr::Known(vec![Attr::Known("src_addr".to_owned())]),
        limit: Attr::Known(100),
        ..Summary::default()
    };
    let question = (
        summary,
        window(),
        quals,
        SummaryOutput::default(),
        Completeness::default(),
    );
    ask::read::<SummaryDataSource>(provider, REGION, endpoint, &question)
}

/// Measures the command `traffic`, which writes a page about all events.
fn page(provider: &Path, endpoint: &str) -> Result<Duration, Box<dyn Error>> {
    let options = format!(
        "traffic --log-group-name {GROUP} --start-time 2026-01-01T00:00:00Z --end-time 2026-01-01T01:00:00Z --format html"
    );
    let mut command = Command::new(provider);
    command
        .args(options.split(' '))
        .envs(ask::environment(REGION, endpoint));
    Ok(process::run(&mut command, None)?.wall)
}

/// Adds the flow log that delivers to the log group, which a query looks up.
pub(crate) fn deliver(fake: &Fake) {
    let format = FlowLog::sample("fl-1", "vpc-1").log_format;
    fake.insert(FlowLog {
        region: REGION.to_owned(),
        ..FlowLog::of_group(1, GROUP, &format)
    });
}

/// Returns a query for all events of the log group.
pub(crate) fn window() -> Query {
    Query {
        log_group_name: Attr::Known(GROUP.to_owned()),
        start_time: Attr::Known("2026-01-01T00:00:00Z".to_owned()),
        end_time: Attr::Known("2026-01-01T01:00:00Z".to_owned()),
        ..Query::default()
    }
}

/// Measures another program, if it is installed.
pub(crate) fn other(
    program: &str,
    arguments: &str,
    endpoint: &str,
) -> Result<Option<Duration>, Box<dyn Error>> {
    let Some(folder) = env::var_os("VPCFLOW_BENCH_PROGRAMS") else {
        return Ok(None);
    };
    let program = PathBuf::from(folder).join(program);
    if !program.exists() {
        return Ok(None);
    }
    let mut command = Command::new(program);
    command
        .args(arguments.split(' '))
        .envs(ask::environment(REGION, endpoint));
    Ok(Some(process::run(&mut command, None)?.wall))
}
