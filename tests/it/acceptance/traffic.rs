//! The command `traffic`: what a day looks like, in every format and from every source.

pub(crate) mod day;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use vpcflow::record::Format;

use super::events::athena::Setting;
use crate::generated::schemas::TRAFFIC_REPORT;
use crate::harness::fake::Fake;
use crate::harness::program;
use crate::harness::terraform::{Run, Version, Workspace};
use crate::stack::schema_verdicts;
use day::{BUCKET_ID, HOUR, ID, MISSING, OUTAGE, PORTS, QUIET, SCAN, SCANNER, SKIPPED};

const PROGRAM: &str = env!("CARGO_BIN_EXE_terraform-provider-vpcflow");
pub(crate) const WINDOW: [&str; 4] = [
    "--start-time",
    "2026-01-01T00:00:00Z",
    "--end-time",
    "2026-01-02T00:00:00Z",
];
/// The tables of a report.
const TABLES: [&str; 7] = [
    "sources",
    "destinations",
    "rejected_sources",
    "rejected_ports",
    "protocols",
    "scopes",
    "flows",
];
/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(60);

/// Runs the command with these options.
fn traffic(fake: &Fake, options: &[&str]) -> Run {
    let mut command = program::command(fake);
    Run::of(&command.arg("traffic").args(options).output().unwrap())
}

/// Returns the exit code and the JSON of a report of the day.
#[track_caller]
fn report(fake: &Fake, options: &[&str]) -> (i32, Value) {
    let run = traffic(fake, &[&WINDOW, options, &["--format", "json"]].concat());
    let report = serde_json::from_str(&run.stdout);
    (
        run.code,
        report.unwrap_or_else(|_| panic!("no report:\n{}", run.output)),
    )
}

/// Returns the bins of some hours.
fn bins(report: &Value, (from, to): (i64, i64)) -> Vec<&Value> {
    let width = report["series"]["bin_seconds"].as_i64().unwrap();
    let bins = report["series"]["bins"].as_array().unwrap();
    let (first, last) = (from * HOUR / width, to * HOUR / width);
    bins[first as usize..last as usize].iter().collect()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

#[test]
fn a_day_shows_the_quiet_night_the_scan_the_gap_and_the_outage() {
    let fake = day::fake();
    let (code, report) = report(&fake, &["--flow-log-id", ID]);
    assert_eq!(code, 3);
    assert_eq!(report["series"]["bin_seconds"], 900);
    assert_eq!(report["series"]["bins"].as_array().unwrap().len(), 96);
    // The quiet night: little traffic, and everything was seen.
    for bin in bins(&report, QUIET) {
        assert_eq!(bin["state"], "seen", "{bin}");
        assert!(
            (1..200).contains(&number(&bin["accepted"]["bytes"])),
            "{bin}"
        );
    }
    // The scan: one source, many ports, in one hour.
    assert_eq!(
        report["rejected_sources"]["groups"][0]["key"]["src_addr"],
        SCANNER
    );
    assert_eq!(
        report["rejected_sources"]["groups"][0]["distinct"]["dst_port"],
        PORTS
    );
    let rejected = |hours| {
        bins(&report, hours)
            .iter()
            .map(|bin| number(&bin["rejected"]["flows"]))
            .sum::<i64>()
    };
    assert!(rejected((SCAN, SCAN + 1)) > PORTS);
    assert!(rejected((SCAN + 1, SCAN + 2)) < 10);
    // The delivery gap: nothing could be seen.
    for bin in bins(&report, MISSING) {
        assert_eq!(bin["state"], "gap", "{bin}");
    }
    let gaps = report["series"]["gaps"].as_array().unwrap();
    let reasons: Vec<_> = gaps
        .iter()
        .map(|gap| [&gap["start"], &gap["end"], &gap["reason"]])
        .collect();
    assert_eq!(
        json!(reasons),
        json!([
            ["2026-01-01T13:00:00Z", "2026-01-01T15:00:00Z", "no_records"],
            [
                "2026-01-01T16:00:00Z",
                "2026-01-01T16:15:00Z",
                "skipped_records"
            ],
        ])
    );
    assert_eq!(bins(&report, (SKIPPED, SKIPPED + 1))[0]["skipped"], 1);
    // The outage: there was no traffic, and that was seen.
    for bin in bins(&report, OUTAGE) {
        assert_eq!(bin["state"], "seen", "{bin}");
        assert_eq!(bin["accepted"]["flows"], 0, "{bin}");
        assert!(number(&bin["no_data"]) > 0, "{bin}");
    }
    assert_eq!(report["complete"], false);
    let incomplete = report["incomplete"].as_array().unwrap().iter();
    let incomplete: Vec<_> = incomplete.map(|one| one["reason"].clone()).collect();
    assert_eq!(json!(incomplete), json!(["skipped_records", "no_records"]));
}

#[test]
fn skipped_records_have_their_place_in_time_even_if_they_do_not_match() {
    let fake = day::fake();
    let (code, report) = report(&fake, &["--flow-log-id", ID, "--action", "REJECT"]);
    assert_eq!(code, 3);
    let gaps = report["series"]["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(gaps[0]["start"], "2026-01-01T16:00:00Z");
    assert_eq!(gaps[0]["reason"], "skipped_records");
    assert_eq!(number(&report["total"]["accepted"]), 0);
}

#[test]
fn groups_and_others_add_up_to_all_records() {
    let fake = day::fake();
    let (_, report) = report(&fake, &["--flow-log-id", ID, "--top", "3"]);
    let total = &report["total"];
    assert_eq!(number(&total["flows"]), day::lines().len() as i64);
    for table in TABLES {
        let ranking = &report[table];
        let groups = ranking["groups"].as_array().unwrap();
        assert!(table == "scopes" || groups.len() <= 3, "{table}");
        for measure in ["flows", "packets", "bytes", "accepted", "rejected"] {
            let sum: i64 = groups.iter().map(|group| number(&group[measure])).sum();
            let others = number(&ranking["others"][measure]);
            assert_eq!(
                sum + others,
                number(&total[measure]),
                "{measure} of {table}"
            );
        }
    }
    let bins = report["series"]["bins"].as_array().unwrap();
    let of = |bin: &Value| {
        let traffic = ["accepted", "rejected", "other"].map(|name| number(&bin[name]["flows"]));
        traffic.iter().sum::<i64>() + number(&bin["no_data"]) + number(&bin["skipped"])
    };
    assert_eq!(bins.iter().map(of).sum::<i64>(), number(&total["flows"]));
}

/// Returns a value in which equal numbers are written in the same way.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| (name.clone(), plain(value)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// The arguments of the data source for each table.
const QUERIES: [(&str, &str); 7] = [
    (
        "sources",
        "group_by = [\"src_addr\"]\n order_by = \"bytes\"",
    ),
    (
        "destinations",
        "group_by = [\"dst_addr\"]\n order_by = \"bytes\"",
    ),
    (
        "rejected_sources",
        "group_by = [\"action\", \"src_addr\"]\n order_by = \"rejected\"\n count_distinct = [\"dst_port\", \"dst_addr\"]\n having { rejected = \">0\" }",
    ),
    (
        "rejected_ports",
        "group_by = [\"action\", \"dst_port\", \"protocol\"]\n order_by = \"rejected\"\n count_distinct = [\"src_addr\", \"dst_addr\"]\n having { rejected = \">0\" }",
    ),
    (
        "protocols",
        "group_by = [\"protocol\"]\n order_by = \"bytes\"",
    ),
    ("all", ""),
    (
        "flows",
        "group_by = [\"src_addr\", \"dst_addr\", \"protocol\", \"dst_port\", \"action\"]\n order_by = \"bytes\"",
    ),
];

#[test]
fn the_numbers_are_those_of_the_data_source() {
    let fake = day::fake();
    let (_, report) = report(&fake, &["--flow-log-id", ID, "--dst-addr", "10.0.0.0/8"]);
    let work = Workspace::new(Version::Any, fake.url());
    let data = QUERIES.map(|(name, arguments)| {
        format!(
            "data \"vpcflow_log_summary\" \"{name}\" {{\n flow_log_id = \"{ID}\"\n dst_addr = \"10.0.0.0/8\"\n limit = 10\n \
             start_time = \"{}\"\n end_time = \"{}\"\n {arguments}\n}}\n",
            WINDOW[1], WINDOW[3]
        )
    });
    work.configure(&data.concat());
    work.apply();
    for (name, _) in QUERIES {
        let summary = work.instance(&format!("data.vpcflow_log_summary.{name}"));
        if name == "all" {
            let mut total = summary["total"].clone();
            let members = total.as_object_mut().unwrap();
            members.remove("groups");
            members.remove("sums");
            assert_eq!(plain(&total), plain(&report["total"]));
            continue;
        }
        let mut ranking = report[name].clone();
        for group in ranking["groups"].as_array_mut().unwrap() {
            let key = group["key"].as_object_mut().unwrap();
            key.remove("dst_service");
            key.remove("protocol_name");
        }
        for part in ["groups", "others"] {
            assert_eq!(
                plain(&ranking[part]),
                plain(&summary[part]),
                "{part} of {name}"
            );
        }
    }
}

#[test]
fn every_source_and_engine_tells_the_same() {
    let fake = day::fake();
    let (_, by_id) = report(&fake, &["--flow-log-id", ID]);
    let (code, objects) = report(&fake, &["--flow-log-id", BUCKET_ID]);
    assert_eq!(code, 3);
    let (code, insights) = report(&fake, &["--flow-log-id", ID, "--engine", "insights"]);
    assert_eq!(code, 3);
    assert_eq!(insights["engine_queries"].as_array().unwrap().len(), 2);
    for other in [&objects, &insights] {
        for part in TABLES.iter().chain(&["series", "total", "complete"]) {
            assert_eq!(by_id[part], other[part], "{part} by {}", other["engine"]);
        }
    }
    assert_eq!(objects["place"]["flow_log_id"], BUCKET_ID);
    assert_eq!(fake.running_queries(), 0);
}

#[test]
fn athena_tells_the_same_as_the_scan() {
    let setting = Setting::with_table(true, "log.parquet");
    let hour = [
        "--start-time",
        "2026-01-01T00:00:00Z",
        "--end-time",
        "2026-01-01T01:00:00Z",
        "--format",
        "json",
    ];
    let format = Format::vpc_default().to_string();
    let of_group = ["--log-group", "flow-logs", "--log-format", &format];
    let of_table = [
        "--engine",
        "athena",
        "--athena-table",
        "network.flow_logs",
        "--athena-output-location",
        "s3://results/here/",
        "--athena-partitions",
        "aws_region=us-east-1",
    ];
    let report = |options: &[&str]| -> Value {
        let mut command = program::command(&setting.fake);
        command.env("AWS_ENDPOINT_URL_ATHENA", setting.athena.url());
        command.arg("traffic").args(hour).args(options);
        let run = Run::of(&command.output().unwrap());
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.output))
    };
    for filters in [
        &[][..],
        &["--dst-port", "22,443", "--src-addr", "10.0.0.0/8"],
    ] {
        let scan = report(&[&of_group, filters].concat());
        let athena = report(&[&of_table, filters].concat());
        assert_eq!(athena["engine"], "athena");
        assert_ne!(scan["total"]["flows"], 0);
        for part in TABLES.iter().chain(&["series", "total"]) {
            assert_eq!(scan[part], athena[part], "{part} of {filters:?}");
        }
    }
}

#[test]
fn the_report_names_the_command_that_repeats_it() {
    let fake = day::fake();
    let name = "it's; $(id)";
    fake.put_events(name, "eni-1-all", day::lines());
    let options = [
        "--log-group",
        name,
        "--top",
        "2",
        "--where",
        "dst_port=443; action=ACCEPT",
    ];
    let (code, report) = report(&fake, &options);
    let command = report["command"].as_str().unwrap();
    assert!(!command.contains("canary"));
    let command = command.replacen("terraform-provider-vpcflow", PROGRAM, 1);
    let mut shell = program::at(Command::new("sh"), &fake);
    let again = shell.args(["-c", &format!("{command} --format json")]);
    let again = Run::of(&again.output().unwrap());
    assert_eq!(again.code, code, "{}", again.output);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(again["flows"], report["flows"]);
    assert_eq!(again["command"], report["command"]);
}

#[test]
fn every_format_shows_the_day() {
    let fake = day::fake();
    let of = |format: &str| {
        let options = [&WINDOW[..], &["--flow-log-id", ID, "--format", format]].concat();
        let (run, again) = (traffic(&fake, &options), traffic(&fake, &options));
        assert_eq!(run.code, 3, "{}", run.output);
        assert!(
            run.stdout == again.stdout,
            "{format} differs from run to run"
        );
        run
    };
    let text = of("text");
    for part in [
        "no_records",
        "skipped_records",
        SCANNER,
        "https (443)",
        "tcp (6)",
        "others",
        "░░░░░░░░",
        "Repeat: ",
    ] {
        assert!(
            text.stdout.contains(part),
            "{part} is not in:\n{}",
            text.stdout
        );
    }
    let csv = of("csv");
    let rows: Vec<Vec<&str>> = csv
        .stdout
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    let columns = rows[0].len();
    assert!(
        rows.iter().all(|row| row.len() == columns),
        "{}",
        csv.stdout
    );
    let place = |name: &str| rows[0].iter().position(|column| *column == name).unwrap();
    let (table, state, flows) = (place("table"), place("state"), place("flows"));
    let sum = |name: &str| -> i64 {
        let rows = rows.iter().filter(|row| row[table] == name);
        rows.map(|row| row[flows].parse::<i64>().unwrap()).sum()
    };
    for name in [
        "series",
        "sources",
        "destinations",
        "protocols",
        "scopes",
        "flows",
    ] {
        assert_eq!(sum(name), sum("total"), "{name}");
    }
    assert!(rows.iter().any(|row| row[state] == "gap"));
    assert!(
        csv.output.contains("warning: no_records: "),
        "{}",
        csv.output
    );
    let page = of("html").stdout;
    for part in [
        "not seen in 8 of 96 bins: no records",
        "not seen in 1 of 96 bins: records skipped by AWS",
        SCANNER,
        "https (443)",
        "Content-Security-Policy",
        "2001:db8::1",
        "RFC 1918",
    ] {
        assert!(page.contains(part), "{part} is not in the page");
    }
    assert!(!page.contains("<script"));
    assert!(page.len() < 300_000, "{} bytes", page.len());
}

#[test]
fn a_page_of_ten_thousand_groups_is_small_and_the_same_each_time() {
    let fake = Fake::start();
    let line = |number: i64| {
        let flow = format!("2001:db8::{number:x} 10.0.{}.9 {number} 6", number % 250);
        let action = ["ACCEPT", "REJECT"][usize::from(number % 3 == 0)];
        day::line(
            number * 8,
            &flow,
            &format!("{number} {}", number * 1_000_003),
            action,
        )
    };
    fake.put_events("flow-logs", "eni-1-all", (1..=10_000).map(line).collect());
    let options = [
        "--log-group",
        "flow-logs",
        "--top",
        "100",
        "--format",
        "html",
    ];
    let page = || traffic(&fake, &[&WINDOW[..], &options].concat()).stdout;
    let first = page();
    assert!(first.contains("10,000 records"), "{first}");
    assert!(first.len() < 300_000, "{} bytes", first.len());
    assert_eq!(first, page());
}

#[test]
fn the_json_complies_with_its_schema() {
    let fake = day::fake();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let path = file.display().to_string();
    let options = ["--flow-log-id", ID, "--format", "json", "--output", &path];
    let run = traffic(&fake, &[&WINDOW[..], &options].concat());
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{}", run.output);
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join(TRAFFIC_REPORT);
    assert_eq!(schema_verdicts(&schema, &[&file]), [None]);
}

#[test]
fn an_empty_report_says_why() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-1-all", Vec::new());
    for format in ["text", "html"] {
        let options = ["--log-group-name", "flow-logs", "--format", format];
        let run = traffic(&fake, &[&WINDOW[..], &options].concat());
        assert_eq!(run.code, 3, "{}", run.output);
        let said = "holds no line from 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z";
        assert!(run.stdout.contains(said), "{}", run.stdout);
    }
}

#[test]
fn one_flow_and_the_largest_numbers_and_hostile_names_are_shown() {
    let fake = Fake::start();
    let most = i64::MAX.to_string();
    let hostile = format!("<script>alert(1)</script>\u{202e}{}", "x".repeat(200));
    let flow = "2001:db8::1 10.0.0.2 65535 41";
    let line = |second, action: &str| day::line(second, flow, &format!("{most} {most}"), action);
    fake.put_events("flow-logs", "eni-1-all", vec![line(0, "ACCEPT")]);
    let all = ["--log-group-name", "flow-logs"];
    let (_, one) = report(&fake, &all);
    assert_eq!(one["flows"]["groups"].as_array().unwrap().len(), 1);
    assert_eq!(one["total"]["bytes"], i64::MAX);
    fake.put_events(
        "flow-logs",
        "eni-1-all",
        vec![line(5, &hostile), line(6, "ACCEPT")],
    );
    let (_, report) = report(&fake, &all);
    assert_eq!(report["total"]["bytes"], i64::MAX);
    for format in ["text", "csv", "html"] {
        let options = [&WINDOW[..], &all, &["--format", format]].concat();
        let shown = traffic(&fake, &options).stdout;
        assert!(!shown.contains('\u{202e}'), "{shown}");
        assert!(format != "html" || !shown.contains("<script"), "{shown}");
    }
}

#[test]
fn mistakes_are_those_of_the_data_source() {
    let fake = Fake::start();
    let group = ["--log-group-name", "flow-logs"];
    for (options, expected) in [
        (
            &["--lookback", "1d"][..],
            "error: --flow-log-id: Exactly one source needed. Set exactly one of --flow-log-id",
        ),
        (
            &group[..],
            "error: --lookback: No time window. Set --lookback",
        ),
        (
            &[
                &group[..],
                &["--lookback", "1d", "--src-addr", "10.0.0.300"],
            ]
            .concat()[..],
            "error: --src-addr: Malformed filter src_addr.",
        ),
        (
            &[&group[..], &["--lookback", "1d", "--where", "dst_prt=22"]].concat()[..],
            "Did you mean dst_port?",
        ),
        (
            &[&group[..], &["--lookback", "1d", "--where", "dst_port=x"]].concat()[..],
            "error: --where #1 dst_port: Malformed filter dst_port.",
        ),
        (
            &[&group[..], &["--lookback", "1d", "--fields", "az-id"]].concat()[..],
            "\"az-id\" is not of the form NAME=VALUE",
        ),
        (
            &[
                "--engine",
                "athena",
                "--athena-database",
                "x",
                "--lookback",
                "1d",
            ][..],
            "error: --athena-table: Missing required argument.",
        ),
        (
            &["--log-group-name", "missing", "--lookback", "1d"][..],
            "missing",
        ),
    ] {
        let run = traffic(&fake, options);
        assert_eq!(run.code, 1, "{options:?}: {}", run.output);
        assert_eq!(run.stdout, "");
        assert!(
            run.output.contains(expected),
            "{expected:?} is not in:\n{}",
            run.output
        );
    }
}

#[test]
fn a_query_at_a_service_is_stopped_with_the_command() {
    let fake = day::fake();
    fake.insights_end(u32::MAX, "Complete");
    let mut command = program::command(&fake);
    let options = ["traffic", "--flow-log-id", ID, "--engine", "insights"];
    let child = command.args(options).args(WINDOW).spawn().unwrap();
    fake.wait_for_calls("GetQueryResults", 1, SOON);
    let id = Pid::from_raw(child.id().cast_signed()).unwrap();
    kill_process(id, Signal::INT).unwrap();
    let run = Run::of(&child.wait_with_output().unwrap());
    assert_eq!(run.code, 1, "{}", run.output);
    assert!(run.output.contains("The run was stopped"), "{}", run.output);
    assert_eq!(fake.running_queries(), 0);
}
