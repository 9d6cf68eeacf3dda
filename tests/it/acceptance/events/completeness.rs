//! Every way in which a query can be incomplete, for the data source, the ephemeral resource and both engines of the
//! summary: reported by name and as a warning, or as an error if the answer must be complete.

use serde_json::{Value, json};

use crate::harness::fake::{Fake, Fault, FlowLog};
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
const ID: &str = "flow_log_id = \"fl-0aaaaaaaaaaaaaaa0\"";
const GROUP: &str = "log_group_name = \"flow-logs\"";
/// Finds accepted telnet connections.
const GATE: &str = "dst_port = \"23\"\n action = \"ACCEPT\"";
const DEFAULT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/// The four kinds of query.
const QUERIES: [&str; 4] = ["events", "scan", "insights", "hidden"];

fn line(second: i64, text: &str) -> (i64, String) {
    (
        (START + second) * 1000,
        text.replace('@', &(START + second).to_string()),
    )
}

/// A record of the default format.
fn record(second: i64, port: u16, status: &str) -> (i64, String) {
    let rest = format!("198.51.100.7 10.1.0.1 40000 {port} 6 3 180 @ @ ACCEPT {status}");
    line(second, &format!("2 123456789012 eni-0a {rest}"))
}

/// A line by which AWS reports on its records.
fn note(second: i64, status: &str) -> (i64, String) {
    line(
        second,
        &format!("2 123456789012 eni-0a - - - - - - - @ @ - {status}"),
    )
}

fn put(fake: &Fake, lines: Vec<(i64, String)>) {
    fake.put_events("flow-logs", "eni-0a-all", lines);
}

fn writes(fake: &Fake, number: usize, format: &str) {
    fake.insert(FlowLog::of_group(number, "flow-logs", format));
}

fn change(fake: &Fake, change: impl FnOnce(&mut FlowLog)) {
    fake.change("fl-0aaaaaaaaaaaaaaa0", change);
}

/// The same query for all four.
fn configure(work: &Workspace, arguments: &str) {
    let arguments = format!(
        "  start_time = \"2026-01-01T00:00:00Z\"\n  end_time = \"2026-01-01T01:00:00Z\"\n{arguments}\n"
    );
    let summary = |engine: &str| {
        format!(
            "data \"vpcflow_log_summary\" \"{engine}\" {{\n  group_by = []\n  engine = \"{engine}\"\n{arguments}}}\n"
        )
    };
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"events\" {{\n{arguments}}}\nephemeral \"vpcflow_log_events\" \"hidden\" {{\n{arguments}}}\n{}{}",
        summary("scan"),
        summary("insights")
    ));
}

fn result(work: &Workspace, name: &str) -> Value {
    let kind = match name {
        "events" => "events",
        _ => "summary",
    };
    work.instance(&format!("data.vpcflow_log_{kind}.{name}"))
}

fn reasons(result: &Value) -> Vec<&str> {
    let reasons = result["incomplete"].as_array().unwrap().iter();
    reasons
        .map(|reason| reason["reason"].as_str().unwrap())
        .collect()
}

/// One way to be incomplete: what is there, what is queried, and what is reported.
struct Way {
    prepare: fn(&Fake),
    arguments: &'static str,
    reasons: &'static [&'static str],
    title: &'static str,
}

/// Runs the query in all four kinds: a warning without `require_complete`, an error with it.
#[track_caller]
fn walk(way: &Way) {
    let fake = Fake::start();
    (way.prepare)(&fake);
    let work = Workspace::new(Version::Any, fake.url());
    configure(&work, way.arguments);
    let run = work.apply();
    for name in &QUERIES[..3] {
        let result = result(&work, name);
        assert_eq!(reasons(&result), way.reasons, "{name}: {}", way.title);
        assert_eq!(result["complete"], false, "{name}: {}", way.title);
    }
    for query in [
        "data.vpcflow_log_events.events",
        "data.vpcflow_log_summary.scan",
        "data.vpcflow_log_summary.insights",
        "ephemeral.vpcflow_log_events.hidden",
    ] {
        assert!(
            warns(&run, way.title, query),
            "{query} does not say {}:\n{}",
            way.title,
            run.output
        );
    }
    configure(
        &work,
        &format!("{}\n  require_complete = true", way.arguments),
    );
    let run = work.run(&["plan", "-no-color"]);
    assert_eq!(run.code, 1, "{}", run.output);
    let errors = run.output.matches("Error: Query not complete").count();
    assert_eq!(errors, QUERIES.len(), "{}", run.output);
    let run = run.fails_with(way.reasons);
    assert!(!is_warned(&run), "{}", run.output);
}

/// Reports whether the provider warned. Terraform itself warns about the development override.
fn is_warned(run: &Run) -> bool {
    let warnings = run.output.matches("Warning: ").count();
    warnings
        > run
            .output
            .matches("Warning: Provider development overrides")
            .count()
}

/// Reports whether a warning of this title is about a query. Terraform folds equal titles, so one is enough.
fn warns(run: &Run, title: &str, query: &str) -> bool {
    let warning = format!("Warning: {title}");
    run.output.contains(&warning)
        && (run.output.contains(query) || run.output.contains("more similar warning"))
}

#[test]
fn lines_in_an_unknown_format() {
    walk(&Way {
        prepare: |fake| put(fake, vec![line(1, "198.51.100.7 23 ACCEPT")]),
        arguments: "log_group_name = \"flow-logs\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["format_assumed", "unread_lines"],
        title: "Lines that do not parse",
    });
}

#[test]
fn a_group_without_a_known_flow_log() {
    walk(&Way {
        prepare: |fake| put(fake, vec![record(1, 443, "OK")]),
        arguments: "log_group_name = \"flow-logs\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["format_assumed"],
        title: "Record format assumed",
    });
}

#[test]
fn a_group_whose_flow_logs_ec2_does_not_tell() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, "${srcaddr} ${dstport} ${action}");
            put(fake, vec![record(1, 443, "OK")]);
            let refusal = Fault::error("UnauthorizedOperation", "You are not authorized.");
            fake.fail("DescribeFlowLogs", refusal, 1000);
        },
        arguments: "log_group_name = \"flow-logs\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["denied"],
        title: "Record format not discovered",
    });
}

#[test]
fn a_format_that_changed_within_the_window() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, DEFAULT);
            change(fake, |log| {
                "2026-01-01T00:30:00Z".clone_into(&mut log.creation_time)
            });
            put(
                fake,
                vec![line(1, "198.51.100.7 23 ACCEPT"), note(2400, "NODATA")],
            );
        },
        arguments: "flow_log_id = \"fl-0aaaaaaaaaaaaaaa0\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["format_changed", "unread_lines"],
        title: "Time window starts before the flow log",
    });
}

#[test]
fn an_unknown_second_writer() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, DEFAULT);
            let mut lines: Vec<_> = (0..1500).map(|n| record(n, 443, "OK")).collect();
            lines.push(line(3000, "198.51.100.7 23 ACCEPT"));
            put(fake, lines);
        },
        arguments: "log_group_name = \"flow-logs\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["unread_lines"],
        title: "Lines that do not parse",
    });
}

#[test]
fn a_log_format_that_lacks_a_field() {
    walk(&Way {
        prepare: |fake| put(fake, vec![record(1, 23, "OK")]),
        arguments: "log_group_name = \"flow-logs\"\n log_format = \"$${version} $${account-id} $${interface-id} $${srcaddr} $${dstaddr} $${srcport} $${dstport} $${protocol} $${packets} $${bytes} $${start} $${end} $${action}\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["unread_lines"],
        title: "Lines that do not parse",
    });
}

#[test]
fn a_format_that_ec2_tells_in_unknown_words() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, "${srcaddr} $dstport");
            put(fake, vec![record(1, 443, "OK")]);
        },
        arguments: "flow_log_id = \"fl-0aaaaaaaaaaaaaaa0\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["format_assumed"],
        title: "Record format not understood",
    });
}

#[test]
fn a_delivery_that_fails() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, DEFAULT);
            fake.deliver_failing("fl-0aaaaaaaaaaaaaaa0", "Access error");
            put(fake, vec![record(1, 443, "OK")]);
        },
        arguments: "log_group_name = \"flow-logs\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["delivery_failed"],
        title: "Flow log cannot deliver its records",
    });
}

#[test]
fn a_log_group_that_does_not_exist_yet() {
    walk(&Way {
        prepare: |fake| writes(fake, 0, DEFAULT),
        arguments: "flow_log_id = \"fl-0aaaaaaaaaaaaaaa0\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["nothing_delivered"],
        title: "No events yet",
    });
}

#[test]
fn a_window_without_any_line() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, DEFAULT);
            put(fake, vec![record(7200, 23, "OK")]);
        },
        arguments: "log_group_name = \"flow-logs\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["nothing_delivered"],
        title: "No events in the time window",
    });
}

#[test]
fn records_that_aws_skipped() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, DEFAULT);
            put(fake, vec![record(1, 443, "OK"), note(2, "SKIPDATA")]);
        },
        arguments: "log_group_name = \"flow-logs\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["skipped_records"],
        title: "Records were skipped",
    });
}

#[test]
fn traffic_that_the_flow_log_does_not_record() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, DEFAULT);
            change(fake, |log| log.traffic_type = Some("REJECT".to_owned()));
            put(fake, vec![note(1, "NODATA")]);
        },
        arguments: "flow_log_id = \"fl-0aaaaaaaaaaaaaaa0\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["not_recorded"],
        title: "Traffic not recorded",
    });
}

#[test]
fn another_flow_log_whose_records_look_the_same() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, DEFAULT);
            writes(fake, 1, DEFAULT);
            fake.change("fl-0aaaaaaaaaaaaaaa1", |log| {
                "vpc-0fffffffffffffff1".clone_into(&mut log.resource_id);
            });
            put(fake, vec![record(1, 443, "OK")]);
        },
        arguments: "flow_log_id = \"fl-0aaaaaaaaaaaaaaa0\"\n dst_port = \"23\"\n action = \"ACCEPT\"",
        reasons: &["shared_group"],
        title: "Records of other flow logs included",
    });
}

#[test]
fn values_that_a_policy_masks() {
    walk(&Way {
        prepare: |fake| {
            writes(fake, 0, DEFAULT);
            put(fake, vec![record(1, 23, "OK")]);
            fake.mask("198.51.100.7");
        },
        arguments: "log_group_name = \"flow-logs\"\n src_addr = \"192.0.2.0/24\"",
        reasons: &["masked"],
        title: "Masked lines not read",
    });
}

#[test]
fn a_limit_that_cuts_is_reported_and_warns_only_by_default() {
    let fake = Fake::start();
    writes(&fake, 0, DEFAULT);
    put(&fake, (0..1200).map(|n| record(n, 23, "OK")).collect());
    let work = Workspace::new(Version::Any, fake.url());
    let configure = |arguments: &str| {
        work.configure(&format!(
            "data \"vpcflow_log_events\" \"events\" {{\n  start_time = \"2026-01-01T00:00:00Z\"\n  end_time = \"2026-01-01T01:00:00Z\"\n {GROUP}\n{arguments}\n}}\n"
        ));
    };
    configure("");
    work.apply().says(&["Result cut at the default limit"]);
    assert_eq!(reasons(&result(&work, "events")), ["truncated"]);
    configure("limit = 7");
    let run = work.apply();
    assert!(!is_warned(&run), "{}", run.output);
    assert_eq!(reasons(&result(&work, "events")), ["truncated"]);
    configure("limit = 7\n require_complete = true");
    work.run(&["plan", "-no-color"])
        .fails_with(&["Query not complete", "truncated: There may be more events"]);
    configure("limit = 1200\n require_complete = true");
    work.apply();
    assert_eq!(result(&work, "events")["complete"], true);
}

#[test]
fn a_query_that_saw_everything_says_so() {
    let fake = Fake::start();
    writes(&fake, 0, DEFAULT);
    put(
        &fake,
        vec![record(1, 443, "OK"), record(2, 23, "OK"), note(3, "NODATA")],
    );
    let work = Workspace::new(Version::Any, fake.url());
    for source in [ID, GROUP] {
        for (quals, expected) in [
            ("", json!(true)),
            (GATE, Value::Null),
            ("dst_port = \"24\"", Value::Null),
        ] {
            configure(&work, &format!("{source}\n{quals}"));
            let run = work.apply();
            assert!(!is_warned(&run), "{}", run.output);
            for name in ["events", "scan"] {
                let result = result(&work, name);
                assert_eq!(result["complete"], expected, "{name} {quals}");
                assert_eq!(result["incomplete"], json!([]));
                assert_eq!(result["settled_until"], "2026-01-01T01:00:00Z");
            }
            configure(
                &work,
                &format!("{source}\n{quals}\nrequire_complete = true"),
            );
            let run = work.apply();
            assert!(!is_warned(&run), "{}", run.output);
            for name in &QUERIES[..3] {
                assert_eq!(result(&work, name)["complete"], true, "{name} {quals}");
            }
            work.plans_empty();
        }
    }
}

#[test]
fn records_have_had_time_to_arrive_up_to_the_interval_and_the_usual_delay_ago() {
    let fake = Fake::start();
    writes(&fake, 0, DEFAULT);
    let now = jiff::Timestamp::now();
    change(&fake, |log| log.max_aggregation_interval = 60);
    put(
        &fake,
        vec![((now.as_second() - 600) * 1000, "x".to_owned())],
    );
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"events\" {{\n {ID}\n lookback = \"1h\"\n}}"
    ));
    work.apply();
    let settled = result(&work, "events")["settled_until"].clone();
    let settled: jiff::Timestamp = settled.as_str().unwrap().parse().unwrap();
    let ago = now.as_second() - settled.as_second();
    assert!((240..=360).contains(&ago), "{ago} s ago");
}

#[test]
fn a_count_that_was_not_taken_is_null() {
    let fake = Fake::start();
    writes(&fake, 0, DEFAULT);
    put(
        &fake,
        vec![
            record(1, 23, "OK"),
            note(2, "NODATA"),
            note(3, "SKIPDATA"),
            note(4, "SKIPDATA"),
        ],
    );
    let work = Workspace::new(Version::Any, fake.url());
    let counts = |name: &str| {
        let statistics = &result(&work, name)["statistics"];
        json!([
            statistics["no_data"],
            statistics["skip_data"],
            statistics["parse_errors"]
        ])
    };
    configure(&work, GROUP);
    work.apply();
    assert_eq!(counts("events"), json!([1, 2, 0]));
    assert_eq!(counts("scan"), json!([1, 2, 0]));
    assert_eq!(counts("insights"), json!([null, null, null]));
    configure(&work, &format!("{GROUP}\n{GATE}"));
    work.apply();
    assert_eq!(counts("events"), json!([null, null, 0]));
    assert_eq!(counts("scan"), json!([null, null, 0]));
    // A format without `log-status` cannot report it.
    configure(&work, &format!("{GROUP}\n log_format = \"$${{version}}\""));
    work.apply();
    assert_eq!(counts("events")[0], Value::Null);
}

#[test]
fn a_second_look_follows_an_empty_result_and_takes_two_calls() {
    let fake = Fake::start();
    writes(&fake, 0, DEFAULT);
    put(&fake, (0..3000).map(|n| record(n, 443, "OK")).collect());
    let work = Workspace::new(Version::Any, fake.url());
    let calls = |quals: &str| {
        let before = fake.calls_of("FilterLogEvents").len();
        let groups = fake.calls_of("DescribeLogGroups").len();
        work.configure(&format!(
            "data \"vpcflow_log_events\" \"events\" {{\n  start_time = \"2026-01-01T00:00:00Z\"\n  end_time = \"2026-01-01T01:00:00Z\"\n  limit = 5000\n {GROUP}\n{quals}\n}}\n"
        ));
        work.apply();
        let statistics = result(&work, "events")["statistics"].clone();
        let calls = fake.calls_of("FilterLogEvents");
        let others = 1 + fake.calls_of("DescribeLogGroups").len() - groups;
        assert_eq!(
            statistics["calls"],
            calls.len() - before + others,
            "{quals}"
        );
        calls[before..].to_vec()
    };
    assert_eq!(calls("dst_port = \"443\"").len(), 1);
    let looked = calls("dst_port = \"23\"");
    assert_eq!(looked.len(), 3);
    assert!(
        looked[1..]
            .iter()
            .all(|call| !call.parameters.contains_key("filterPattern"))
    );
    assert!(
        looked[1..]
            .iter()
            .all(|call| call.parameters["limit"] == "1000")
    );
    assert_eq!(looked[2].parameters["startFromHead"], "false");
    let required = calls("dst_port = \"443\"\n require_complete = true");
    assert_eq!(required.len(), 4);
    assert_eq!(
        required[3].parameters["filterPattern"],
        "?SKIPDATA ?INCOMPLETEDATA"
    );
    // Without quals, all lines are returned anyway.
    assert_eq!(calls("require_complete = true").len(), 1);
}

#[test]
fn matching_lines_that_the_filter_of_the_service_leaves_out_are_noticed() {
    let fake = Fake::start();
    writes(&fake, 0, "${srcaddr} ${az-id} ${dstport} ${vpc-id}");
    // For the service, text in quotes is one word.
    put(&fake, vec![line(1, "198.51.100.7 \"x 23 y\"")]);
    let work = Workspace::new(Version::Any, fake.url());
    configure(&work, &format!("{GROUP}\n dst_port = \"23\""));
    work.apply().says(&["Matching lines left out"]);
    assert_eq!(reasons(&result(&work, "scan")), ["unread_lines"]);
}

#[test]
fn default_lines_of_transit_gateways_are_read_without_a_known_flow_log() {
    let fake = Fake::start();
    let gateway = "6 TransitGateway 123456789012 tgw-0a tgw-attach-0a 123456789012 123456789012 vpc-0a vpc-0b subnet-0a subnet-0b eni-0a eni-0b use1-az1 use1-az2 tgw-attach-0b 198.51.100.7 10.1.0.1 40000 23 6 3 180 @ @ OK IPv4 0 0 0 0 2 us-east-1 ingress - -";
    put(&fake, vec![line(1, gateway)]);
    let work = Workspace::new(Version::Any, fake.url());
    configure(
        &work,
        &format!("{GROUP}\n dst_port = \"23\"\n fields = {{ \"tgw-id\" = \"tgw-0a\" }}"),
    );
    work.apply().says(&["Record format assumed"]);
    let events = result(&work, "events");
    assert_eq!(events["events"][0]["src_addr"], "198.51.100.7");
    assert_eq!(
        events["events"][0]["fields"]["tgw-attachment-id"],
        "tgw-attach-0a"
    );
    assert_eq!(reasons(&events), ["format_assumed"]);
    configure(&work, &format!("{GROUP}\n dst_port = \"23\""));
    work.apply();
    for name in ["scan", "insights"] {
        assert_eq!(result(&work, name)["total"]["flows"], 1, "{name}");
    }
}

#[test]
fn a_group_of_another_account_is_not_confused_with_our_own() {
    let fake = Fake::start();
    writes(&fake, 0, "${srcaddr} ${dstport} ${action}");
    fake.put_events_of(
        "210987654321",
        "flow-logs",
        "eni-0a-all",
        vec![record(1, 23, "OK")],
    );
    let work = Workspace::new(Version::Any, fake.url());
    let group = "log_group_name = \"arn:aws:logs:us-east-1:210987654321:log-group:flow-logs\"";
    configure(&work, &format!("{group}\n{GATE}"));
    work.apply();
    for name in &QUERIES[..3] {
        assert_eq!(reasons(&result(&work, name)), ["format_assumed"], "{name}");
    }
    assert_eq!(result(&work, "events")["statistics"]["matched"], 1);
    assert_eq!(result(&work, "insights")["total"]["flows"], 1);
}

/// The events of the window are months old.
#[test]
fn expired_events_are_reported_if_everything_is_required() {
    let fake = Fake::start();
    writes(&fake, 0, DEFAULT);
    put(&fake, vec![record(1, 22, "OK")]);
    let work = Workspace::new(Version::Any, fake.url());
    configure(&work, &format!("{GROUP}\n{GATE}\nrequire_complete = true"));
    work.apply();
    fake.retention("flow-logs", 3653);
    work.apply();
    fake.retention("flow-logs", 1);
    let refused = work.run(&["plan", "-no-color"]);
    refused.fails_with(&[
        "Query not complete",
        "expired: The time window starts at",
        "keeps events for 1 day.",
    ]);
    let denied = Fault::error("AccessDeniedException", "not authorized");
    fake.fail("DescribeLogGroups", denied, 99);
    let refused = work.run(&["plan", "-no-color"]);
    refused.fails_with(&[
        "denied: The provider asked CloudWatch Logs how long",
        "logs:DescribeLogGroups",
    ]);
}

#[test]
fn messages_of_an_ephemeral_query_are_fixed_text() {
    let fake = Fake::start();
    writes(&fake, 0, DEFAULT);
    put(
        &fake,
        vec![line(1, "198.51.100.7 canary 23"), note(2, "SKIPDATA")],
    );
    let work = Workspace::new(Version::Any, fake.url());
    let configure = |more: &str| {
        work.configure(&format!(
            "ephemeral \"vpcflow_log_events\" \"q\" {{\n {GROUP}\n start_time = \"2026-01-01T00:00:00Z\"\n end_time = \"2026-01-01T01:00:00Z\"\n{more}\n}}"
        ));
    };
    for quals in ["", GATE] {
        configure(quals);
        let told = work
            .apply()
            .says(&["Lines that do not parse", "Records were skipped"]);
        configure(&format!("{quals}\nrequire_complete = true"));
        let refused = work.run(&["plan", "-no-color"]).fails_with(&[
            "Query not complete",
            "unread_lines",
            "skipped_records",
        ]);
        for output in [&told.output, &refused.output] {
            for traffic in ["198.51.100.7", "canary", "1 of 2", "1 of the"] {
                assert!(!output.contains(traffic), "{traffic} is in:\n{output}");
            }
        }
    }
}
