//! Bounds on the size and depth of what others send. ARCHITECTURE.md lists each bound with its test.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::harness::fake::{Fake, Fault};
use crate::harness::nouns::Nouns;
use crate::harness::wire::serve;
use vpcflow::provider::Provider;

/// Reads a data source against a fake with faults, and returns everything that the provider says.
async fn read(type_name: &str, config: &Json, faults: &[(&str, Fault)]) -> String {
    let fake = Fake::start();
    fake.put_events("group", "stream", Vec::new());
    fake.put_object("bucket", "x", "");
    for (action, fault) in faults {
        fake.fail(action, fault.clone(), 100);
    }
    let (_, server) = serve(Provider).await;
    let mut nouns = Nouns::new(server.channel.clone());
    let url = fake.url();
    let config_of_provider = json!({
        "region": "us-east-1", "access_key": "AKIAEXAMPLE", "secret_key": "secret-canary", "max_retries": 0,
        "skip_requesting_account_id": true,
        "endpoints": { "ec2": url, "logs": url, "s3": url, "sts": url },
    });
    nouns.configure(&config_of_provider).await;
    nouns.data(type_name, config).await;
    String::from_utf8_lossy(nouns.said()).into_owned()
}

fn window(mut query: Json) -> Json {
    query["start_time"] = json!("2026-01-01T00:00:00Z");
    query["end_time"] = json!("2026-01-01T01:00:00Z");
    query
}

#[tokio::test]
async fn an_endless_reply_of_each_service_is_refused_at_its_limit() {
    let group = || window(json!({ "log_group_name": "group" }));
    let mut counted = group();
    counted["engine"] = json!("insights");
    let bucket = window(json!({ "s3_uri": "s3://bucket/" }));
    for (type_name, config, action, most) in [
        ("vpcflow_log_events", group(), "FilterLogEvents", "16 MiB"),
        ("vpcflow_log_summary", counted, "StartQuery", "16 MiB"),
        ("vpcflow_log_events", bucket, "ListObjectsV2", "16 MiB"),
        ("vpcflow_logs", json!({}), "DescribeFlowLogs", "64 MiB"),
    ] {
        let said = read(type_name, &config, &[(action, Fault::Endless)]).await;
        let expected = format!("the reply is larger than {most}");
        assert!(said.contains(&expected), "{action}: {said}");
    }
}

/// The parsers of the SDK, and ours, must not use a stack frame for each level.
#[tokio::test]
async fn a_reply_of_any_depth_is_refused_or_read() {
    const DEPTH: usize = 1_000_000;
    let xml = |inside: &str| {
        let (open, close) = ("<a>".repeat(DEPTH), "</a>".repeat(DEPTH));
        format!(
            "<DescribeFlowLogsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>\
             <flowLogSet>{inside}{open}{close}</flowLogSet></DescribeFlowLogsResponse>"
        )
    };
    let list = |text: &str| {
        let (open, close) = ("[".repeat(DEPTH), "]".repeat(DEPTH));
        format!("{{\"events\": [], \"{text}\": {open}{close}}}")
    };
    let object = format!(
        "{{\"events\": [], \"x\": {}1{}}}",
        "{\"a\":".repeat(DEPTH),
        "}".repeat(DEPTH)
    );
    let group = window(json!({ "log_group_name": "group" }));
    let listing = format!(
        "<ListBucketResult>{}{}</ListBucketResult>",
        "<a>".repeat(DEPTH),
        "</a>".repeat(DEPTH)
    );
    let bucket = window(json!({ "s3_uri": "s3://bucket/" }));
    let logs = "vpcflow_logs";
    let events = "vpcflow_log_events";
    let none = json!({});
    for (type_name, config, action, status, body) in [
        (logs, &none, "DescribeFlowLogs", 200, xml("")),
        (logs, &none, "DescribeFlowLogs", 200, xml("<item></item>")),
        (logs, &none, "DescribeFlowLogs", 400, xml("")),
        (events, &group, "FilterLogEvents", 200, list("x")),
        (events, &group, "FilterLogEvents", 200, list("nextToken")),
        (events, &group, "FilterLogEvents", 200, object.clone()),
        (events, &group, "FilterLogEvents", 400, list("x")),
        (events, &group, "FilterLogEvents", 400, object.clone()),
        (events, &bucket, "ListObjectsV2", 200, listing),
    ] {
        let said = read(type_name, config, &[(action, Fault::Instead(status, body))]).await;
        assert!(!said.contains("panicked"), "{action} {status}: {said}");
    }
}

/// A message larger than the limit is refused, and the next one is served.
#[tokio::test]
async fn a_message_larger_than_256_mib_is_refused() {
    use vpcflow::protocol::pb;
    let (mut client, _server) = serve(Provider).await;
    let request = |size: usize| pb::validate_provider_config::Request {
        config: Some(pb::DynamicValue {
            msgpack: vec![0xc0; size],
            json: Vec::new(),
        }),
    };
    let refused = client.validate_provider_config(request(257 << 20)).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::OutOfRange);
    client.validate_provider_config(request(1)).await.unwrap();
}

/// Reads the table of ARCHITECTURE.md: constants, with their files and tests.
#[test]
fn every_bound_of_the_table_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    let architecture = text("ARCHITECTURE.md");
    let (_, table) = architecture.split_once("## Bounds\n").unwrap();
    assert!(!table.contains("## Bounds"), "there are two tables");
    let (table, _) = table.split_once("\n## ").unwrap();
    let rows = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("::"));
    let mut listed = Vec::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, bounds, tests] = cells[..] else {
            panic!("{row}");
        };
        for bound in quoted(bounds) {
            let (file, name) = bound.split_once("::").unwrap();
            let declared = format!("const {name}: ");
            assert!(
                text(&format!("src/{file}")).contains(&declared),
                "no {bound}"
            );
            listed.push(bound);
        }
        for test in quoted(tests) {
            let (file, name) = test.rsplit_once("::").unwrap();
            let code = text(file);
            assert!(code.contains(&format!("fn {name}(")), "no test {test}");
        }
    }
    let mut missing = Vec::new();
    for file in sources(&root.join("src")) {
        let path = file
            .strip_prefix(root.join("src"))
            .unwrap()
            .display()
            .to_string();
        for line in text(&format!("src/{path}")).lines() {
            if let Some(name) = bound(line) {
                let bound = format!("{path}::{name}");
                if !listed.contains(&bound) {
                    missing.push(bound);
                }
            }
        }
    }
    assert_eq!(missing, [""; 0], "not in the table of ARCHITECTURE.md");
}

/// Returns the name of a constant that bounds a size, a number or a depth.
fn bound(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("const ")?;
    let (name, of) = rest.split_once(": ")?;
    let heads = [
        "LARGEST",
        "DEEPEST",
        "MAX_DEPTH",
        "MAX_VALUES",
        "MAX_NODES",
        "MESSAGE_LIMIT",
    ];
    let is_bound = name == "SMALL" || heads.iter().any(|head| name.starts_with(head));
    (is_bound && (of.starts_with("usize") || of.starts_with("u64"))).then_some(name)
}

fn quoted(cell: &str) -> Vec<String> {
    let parts = cell.split('`').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}
