//! CloudWatch Logs Insights: the results of queries, and invalid queries.

use serde_json::{Value, json};

use super::wire::logs;
use crate::harness::fake::Fake;

const BASE: i64 = 1_767_225_600;

fn filled() -> Fake {
    let fake = Fake::start();
    let line = |n: i64, text: &str| ((BASE + n) * 1000, text.to_owned());
    let lines = vec![
        line(0, "10.0.0.1 22 a"),
        line(1, "10.0.0.2 443 b"),
        line(2, "10.0.0.1 80 -"),
        line(3, "cut"),
    ];
    fake.put_events("group", "eni-1-all", lines);
    fake.insights_end(0, "Complete");
    fake
}

fn start(fake: &Fake, query: &str) -> Value {
    let body = json!({
        "logGroupName": "group", "startTime": BASE, "endTime": BASE + 3, "queryString": query,
    });
    logs(fake, "StartQuery", &body).json()
}

/// Returns the rows of a query as `field=value`, and the number of events that matched.
#[track_caller]
fn rows(fake: &Fake, query: &str) -> (Vec<String>, f64) {
    let id = start(fake, query)["queryId"].clone();
    let answer = logs(fake, "GetQueryResults", &json!({ "queryId": id })).json();
    assert_eq!(answer["status"], "Complete", "{answer}");
    let field = |field: &Value| {
        format!(
            "{}={}",
            field["field"].as_str().unwrap(),
            field["value"].as_str().unwrap()
        )
    };
    let row = |row: &Value| {
        row.as_array()
            .unwrap()
            .iter()
            .map(field)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let rows = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(row)
        .collect();
    (
        rows,
        answer["statistics"]["recordsMatched"].as_f64().unwrap(),
    )
}

const PARSE: &str = r"parse @message /^(?<who>\S+) (?<port>\S+) (?<tag>\S+)$/
| filter ispresent(who)";

#[test]
fn events_are_filtered_grouped_and_sorted() {
    let fake = filled();
    for (condition, expected) in [
        (
            "ispresent(tag)",
            vec!["n=2 who=10.0.0.1", "n=1 who=10.0.0.2"],
        ),
        ("port >= 80 and not (port = 443)", vec!["n=1 who=10.0.0.1"]),
        (
            "port in [22, 443]",
            vec!["n=1 who=10.0.0.1", "n=1 who=10.0.0.2"],
        ),
        (
            "isIpInSubnet(who, \"10.0.0.2/31\") or tag = \"-\"",
            vec!["n=1 who=10.0.0.1", "n=1 who=10.0.0.2"],
        ),
        (
            "floor(port / 2) % 2 = 1",
            vec!["n=1 who=10.0.0.1", "n=1 who=10.0.0.2"],
        ),
        (
            "@logStream like /^eni\\-1/ and strcontains(tag, \"a\") = 1",
            vec!["n=1 who=10.0.0.1"],
        ),
        (
            "toMillis(@timestamp) < 1767225601000",
            vec!["n=1 who=10.0.0.1"],
        ),
        ("tag > 1", vec![]),
    ] {
        let query = format!(
            "{PARSE}\n| filter {condition}\n| stats count(*) as n by who\n| sort n desc, who asc\n| limit 5"
        );
        assert_eq!(rows(&fake, &query).0, expected, "{condition}");
    }
    let (total, matched) = rows(
        &fake,
        &format!("{PARSE}\n| stats sum(port) as s, min(port) as least, max(port) as most"),
    );
    assert_eq!(total, ["least=22 most=443 s=545"]);
    assert!((matched - 3.0).abs() < 1e-9, "{matched}");
}

#[test]
fn a_query_runs_for_a_while_and_can_be_stopped() {
    let fake = filled();
    fake.insights_end(1, "Complete");
    let id = start(&fake, "stats count(*) as n")["queryId"].clone();
    let ask = || logs(&fake, "GetQueryResults", &json!({ "queryId": id })).json()["status"].clone();
    assert_eq!((ask(), ask()), (json!("Running"), json!("Complete")));
    logs(&fake, "StopQuery", &json!({ "queryId": id }));
    assert_eq!(ask(), "Cancelled");
}

#[test]
fn what_is_no_query_is_refused() {
    let fake = filled();
    for query in [
        "filter (a = 1",
        "explain everything",
        "stats median(a) as m by b\n| limit x",
        "filter a = 1 b",
    ] {
        assert_eq!(
            start(&fake, query)["__type"],
            "MalformedQueryException",
            "{query}"
        );
    }
    let missing = logs(&fake, "GetQueryResults", &json!({ "queryId": "none" })).json();
    assert_eq!(missing["__type"], "ResourceNotFoundException");
}

#[test]
fn a_group_of_another_class_is_queried_but_not_filtered() {
    let fake = filled();
    fake.group_class("group", "INFREQUENT_ACCESS");
    let refused = logs(
        &fake,
        "FilterLogEvents",
        &json!({ "logGroupName": "group" }),
    )
    .json();
    assert_eq!(refused["__type"], "InvalidParameterException");
    let described = logs(&fake, "DescribeLogGroups", &json!({})).json();
    assert_eq!(
        described["logGroups"][0]["logGroupClass"],
        "INFREQUENT_ACCESS"
    );
    assert_eq!(rows(&fake, "stats count(*) as n").0, ["n=4"]);
}

#[test]
fn calls_beyond_the_rate_are_throttled() {
    let fake = filled();
    fake.calls_per_second("FilterLogEvents", 3);
    let call = || {
        logs(
            &fake,
            "FilterLogEvents",
            &json!({ "logGroupName": "group" }),
        )
        .status
    };
    let answers: Vec<_> = (0..20).map(|_| call()).collect();
    assert_eq!(answers[..3], [200, 200, 200]);
    assert!(answers.contains(&400), "{answers:?}");
}
