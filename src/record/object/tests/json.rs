use super::world::{everything, gzip, read};
use crate::record::Qual;
use crate::record::object::{Ask, Kind, Problem, Unparsed};
use crate::record::quals::Quals;

fn event(id: &str, port: u16, start: &str) -> String {
    format!(
        "{{\"event_id\":\"{id}\",\"event_type\":\"yandex.cloud.audit.network.flowlogs.ExternalFlow\",\
         \"event_time\":\"2026-11-28T10:05:00Z\",\"details\":{{\"src_addr\":\"10.0.0.1\",\"dst_port\":\"{port}\",\
         \"agg_start\":\"{start}\",\"reason\":\"a ] \\\" , }}\"}}}}"
    )
}

const AT: &str = "2026-11-28T10:00:00Z";

#[test]
fn arrays_and_lines_are_read_compressed_or_not() {
    let (one, two) = (event("1", 22, AT), event("2", 443, AT));
    let quals = Quals {
        all: vec![Qual::parse("dst_port", "443").unwrap()],
        ..Quals::default()
    };
    for text in [
        format!("[{one},{two}]"),
        format!(" [\n  {one} ,\n {two}\n]\n"),
        format!("{one}\n{two}"),
        format!("\n{one}\r\n\r\n{two}\r\n"),
        format!("\u{feff}[{one},{two}]"),
    ] {
        for bytes in [gzip(&text), text.clone().into_bytes()] {
            let (found, counted, problem) = read(bytes, Kind::ExternalFlow, &everything(&quals));
            assert!(problem.is_none(), "{problem:?} {text}");
            assert_eq!(
                (found.lines(), counted.scanned),
                (vec![two.as_str()], 2),
                "{text}"
            );
            assert_eq!(found.records[0].time, Some(1_795_860_000_000));
        }
    }
}

#[test]
fn what_is_no_event_is_told_and_the_rest_is_read() {
    let (one, two) = (event("1", 22, AT), event("2", 443, AT));
    let other = "{\"event_type\":\"yandex.cloud.audit.iam.CreateKey\",\"details\":{}}";
    let long = format!("\"{}\"", "x".repeat(3_000_000));
    let text = format!("[{one},{other},null,7,\"a,b]\",[1,[2]],{{}},{long},{two}]");
    let quals = Quals::default();
    let (found, counted, problem) = read(gzip(text), Kind::ExternalFlow, &everything(&quals));
    assert!(problem.is_none(), "{problem:?}");
    assert_eq!(found.lines(), [one.as_str(), two.as_str()]);
    assert_eq!((counted.scanned, counted.unparsed), (9, 7));
    assert!(found.unparsed.iter().all(|(text, _)| text.len() <= 4096));
    assert!(matches!(found.unparsed[6].1, Unparsed::Long(_)));
}

#[test]
fn an_array_that_ends_early_is_reported_after_the_events_before() {
    let one = event("1", 22, AT);
    let quals = Quals::default();
    for (text, count) in [
        (format!("[{one}"), 0),
        (format!("[{one},"), 1),
        (format!("[{one},{}", &one[..50]), 1),
        (format!("[{one}] x"), 1),
        (format!("[{one},,{one}]"), 1),
        (format!("[{one},]"), 1),
    ] {
        let (found, _, problem) = read(gzip(&text), Kind::ExternalFlow, &everything(&quals));
        assert!(
            matches!(problem, Some(Problem::Json(_))),
            "{text} {problem:?}"
        );
        assert_eq!(found.records.len(), count, "{text}");
    }
    let (_, counted, problem) = read(b"[]".to_vec(), Kind::ExternalFlow, &everything(&quals));
    assert!(problem.is_none() && counted.scanned == 0);
    let (_, _, problem) = read(b" \n".to_vec(), Kind::ExternalFlow, &everything(&quals));
    assert!(matches!(problem, Some(Problem::Empty)));
}

#[test]
fn events_belong_to_the_window_by_their_start_else_by_their_time() {
    let quals = Quals::default();
    let ask = Ask {
        window: 1_795_860_000_000..1_795_860_060_000,
        ..everything(&quals)
    };
    let late = event("1", 22, "2026-11-28T10:01:00Z");
    let without = event("2", 22, "");
    let text = format!("[{},{late},{without}]", event("3", 22, AT));
    let (found, counted, _) = read(gzip(text), Kind::ExternalFlow, &ask);
    assert_eq!((found.records.len(), counted.outside), (1, 2));
}
