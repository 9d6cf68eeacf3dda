use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::subscriber::with_default;

use super::*;

const POLICY: Policy = Policy {
    level_variables: &["FIRST", "SECOND"],
    targets: &["vpcflow"],
    fields: &["region", "tf_rpc", "error"],
};

/// Runs code with a layer of that level and returns what it wrote, line by line.
fn logged(level: LevelFilter, code: impl FnOnce()) -> Vec<String> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let layer = HclogLayer {
        policy: POLICY,
        level,
        write: move |line: &str| sink.lock().unwrap().push(line.to_owned()),
    };
    with_default(registry().with(layer), code);
    lines.lock().unwrap().clone()
}

fn only(lines: &[String]) -> Value {
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].ends_with("}\n"));
    assert_eq!(lines[0].matches('\n').count(), 1);
    serde_json::from_str(&lines[0]).unwrap()
}

#[test]
fn a_line_has_the_parents_keys() {
    let line = only(&logged(LevelFilter::TRACE, || {
        tracing::warn!(
            region = "eu-north-1",
            calls = 3,
            last = true,
            "slow {}",
            "call"
        );
    }));
    assert_eq!(line["@level"], "warn");
    assert_eq!(line["@message"], "slow call");
    assert_eq!(line["@module"], "vpcflow.plugin.log.tests");
    assert_eq!(line["region"], "eu-north-1");
    assert_eq!(line["calls"], 3);
    assert_eq!(line["last"], true);
}

#[test]
fn the_time_has_six_digits_and_a_z() {
    let line = only(&logged(LevelFilter::TRACE, || tracing::info!("now")));
    let time = line["@timestamp"].as_str().unwrap();
    assert_eq!(time.len(), "2026-01-02T03:04:05.678901Z".len(), "{time}");
    assert_eq!(&time[19..20], ".");
    assert!(time.ends_with('Z'));
    assert!(time[20..26].bytes().all(|digit| digit.is_ascii_digit()));
}

#[test]
fn text_of_unlisted_fields_never_appears() {
    let lines = logged(LevelFilter::TRACE, || {
        let token = "canary";
        let span = tracing::info_span!("call", session = token);
        let _entered = span.enter();
        tracing::error!(token, secret_key = ?Some("canary"), other = %token, "refused");
    });
    assert!(!lines[0].contains("canary"), "{}", lines[0]);
    let line = only(&lines);
    assert_eq!(line["token"], "(not logged)");
    assert_eq!(line["session"], "(not logged)");
}

#[test]
fn fields_of_spans_are_on_each_line_and_inner_ones_win() {
    let line = only(&logged(LevelFilter::TRACE, || {
        let outer = tracing::info_span!("call", tf_rpc = "ReadResource", region = "a");
        let _outer = outer.enter();
        let inner = tracing::info_span!("describe", region = "b", attempt = 1);
        inner.record("attempt", 2);
        let _inner = inner.enter();
        tracing::debug!("asked");
    }));
    assert_eq!(line["tf_rpc"], "ReadResource");
    assert_eq!(line["region"], "b");
    assert_eq!(line["attempt"], 2);
}

#[test]
fn other_crates_are_not_logged() {
    let lines = logged(LevelFilter::TRACE, || {
        tracing::error!(target: "aws_smithy_runtime::client", "request with headers");
        tracing::error!(target: "vpcflow_like", "a longer name");
    });
    assert_eq!(lines, Vec::<String>::new());
}

#[test]
fn lower_levels_are_not_logged() {
    let lines = logged(LevelFilter::WARN, || {
        tracing::info!("quiet");
        tracing::warn!("loud");
    });
    assert_eq!(only(&lines)["@message"], "loud");
}

#[test]
fn long_texts_are_cut_so_that_the_parent_can_read_the_line() {
    let lines = logged(LevelFilter::TRACE, || {
        // Each byte of it takes six in JSON.
        let long = "\u{1}".repeat(100_000);
        tracing::info!(region = %long, error = %long, tf_rpc = %long, "{long}");
    });
    assert!(lines[0].len() < 64 * 1024);
    let line = only(&lines);
    assert!(
        line["@message"]
            .as_str()
            .unwrap()
            .starts_with("\\u{1}\\u{1}")
    );
}

#[test]
fn the_first_variable_that_is_set_decides() {
    let of = |first: &str, second: &str| {
        level(POLICY.level_variables, |name| {
            Some(if name == "FIRST" { first } else { second }.to_owned())
        })
    };
    assert_eq!(of("warn", "trace"), LevelFilter::WARN);
    assert_eq!(of("", "INFO"), LevelFilter::INFO);
    assert_eq!(of("OFF", "TRACE"), LevelFilter::OFF);
    assert_eq!(of("JSON", ""), LevelFilter::TRACE);
    assert_eq!(of("DEBUG", ""), LevelFilter::DEBUG);
    assert_eq!(of("ERROR", ""), LevelFilter::ERROR);
    assert_eq!(of("nonsense", ""), LevelFilter::TRACE);
    assert_eq!(of("", ""), LevelFilter::OFF);
    assert_eq!(
        level(POLICY.level_variables, |_| None),
        LevelFilter::OFF,
        "unset"
    );
}
