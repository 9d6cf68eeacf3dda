//! Objects of a bucket that cannot be read: each is named with its reason, and the rest is read.

use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use serde_json::Value;

use super::buckets::{
    BUCKET, HEADER, ID, Layout, START, add_flow_log, configuration, gzip, line, object, ports,
    query,
};
use crate::harness::fake::{Fake, Fault, FlowLog};
use crate::harness::terraform::{Version, Workspace};

/// How an object is stored.
type Put<'a> = &'a dyn Fn(&Fake, &str);

fn lines(count: i64, port: u16) -> Vec<String> {
    (0..count)
        .map(|second| line(second % 3000, port, "ACCEPT"))
        .collect()
}

/// Writes one record as Parquet without dictionaries, with these columns: name, type and value.
fn parquet(columns: &[(&str, &str, &str)]) -> Vec<u8> {
    let fields = columns.iter().map(|(name, kind, _)| {
        let text = if *kind == "BYTE_ARRAY" { " (UTF8)" } else { "" };
        format!("OPTIONAL {kind} {name}{text};")
    });
    let schema = format!("message m {{ {} }}", fields.collect::<String>());
    let schema = parquet::schema::parser::parse_message_type(&schema).unwrap();
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema.into(), properties.into()).unwrap();
    let mut group = file.next_row_group().unwrap();
    for (_, kind, value) in columns {
        let mut column = group.next_column().unwrap().unwrap();
        let defined = Some(&[1_i16][..]);
        match *kind {
            "INT32" => {
                column
                    .typed::<Int32Type>()
                    .write_batch(&[value.parse().unwrap()], defined, None)
            }
            "INT64" => {
                column
                    .typed::<Int64Type>()
                    .write_batch(&[value.parse().unwrap()], defined, None)
            }
            "DOUBLE" => {
                let values = [value.parse().unwrap()];
                column
                    .typed::<DoubleType>()
                    .write_batch(&values, defined, None)
            }
            _ => column.typed::<ByteArrayType>().write_batch(
                &[ByteArray::from(*value)],
                defined,
                None,
            ),
        }
        .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.into_inner().unwrap()
}

fn record(port: &str) -> Vec<u8> {
    let start = START.to_string();
    parquet(&[
        ("srcaddr", "BYTE_ARRAY", "10.0.0.1"),
        ("dstport", "INT32", port),
        ("start", "INT64", &start),
        ("end", "INT64", &start),
    ])
}

/// Reads an object between two that are whole. It must be named with its reason, the rest must be read, and a query that
/// requires everything must fail. No reason means that the object is whole, too.
#[track_caller]
fn check(suffix: &str, put: Put<'_>, read: &[i64], reason: Option<&str>) {
    let fake = Fake::start();
    add_flow_log(&fake, Layout::default());
    let key = |second: i64, hash: &str| Layout::default().key("team/", ID, second, hash);
    fake.put_object(BUCKET, &key(0, "a"), object(&[line(0, 1, "ACCEPT")]));
    fake.put_object(BUCKET, &key(900, "z"), object(&[line(3300, 2, "ACCEPT")]));
    let bad = key(300, "bad").replace("log.gz", suffix);
    put(&fake, &bad);
    let source = format!("flow_log_id = \"{ID}\"");
    let (result, run) = query(&fake, &source, "dst_port = \"1-9\"\nlimit = 10000");
    let mut found = ports(&result);
    found.dedup();
    assert_eq!(found, read, "{}", run.output);
    let unreadable = usize::from(reason.is_some());
    assert_eq!(result["statistics"]["objects"]["unreadable"], unreadable);
    let Some(reason) = reason else {
        assert_eq!(result["complete"], Value::Bool(true), "{result:#}");
        return;
    };
    assert_eq!(result["complete"], Value::Bool(false));
    assert_eq!(result["incomplete"][0]["reason"], "unreadable_objects");
    let detail = result["incomplete"][0]["detail"].as_str().unwrap();
    let named = detail.lines().find(|line| line.starts_with(&bad));
    assert!(
        named.is_some_and(|line| line.contains(reason)),
        "{reason}: {detail}"
    );
    assert!(run.output.contains("Objects not read"), "{}", run.output);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&configuration(
        &source,
        "dst_port = \"1-9\"\nrequire_complete = true",
    ));
    work.run(&["plan", "-no-color"])
        .fails_with(&["unreadable_objects", "One object"]);
}

/// Stores these bytes.
fn holds(content: Vec<u8>) -> impl Fn(&Fake, &str) {
    move |fake, key| fake.put_object(BUCKET, key, content.clone())
}

/// Stores an object that S3 refuses.
fn refused(status: u16, code: &'static str) -> impl Fn(&Fake, &str) {
    move |fake, key| {
        fake.put_object(BUCKET, key, object(&lines(1, 5)));
        fake.refuse_object(BUCKET, key, status, code);
    }
}

#[test]
fn compressed_text_that_is_damaged() {
    let text = "log.gz";
    check(text, &holds(Vec::new()), &[1, 2], Some("it is empty"));
    let whole = object(&lines(3000, 5));
    let cut = whole[..whole.len() / 2].to_vec();
    check(text, &holds(cut), &[1, 5, 2], Some("ends too early"));
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    check(text, &holds(damaged), &[1, 2], Some("gzip data is damaged"));
    let after = [&whole[..], b"something else"].concat();
    check(text, &holds(after), &[1, 5, 2], Some("other data follows"));
    let members = [whole.clone(), gzip(&lines(1, 6))].concat();
    check(text, &holds(members), &[1, 5, 6, 5, 2], None);
    let padded = [&whole[..], &[0; 512][..]].concat();
    check(text, &holds(padded), &[1, 5, 2], None);
}

#[test]
fn headers_that_name_what_is_not_known() {
    let start = START + 60;
    let unknown = |name: &str| {
        gzip(&[
            format!("srcaddr dstport start {name}"),
            format!("10.0.0.1 5 {start} x"),
        ])
    };
    check("log.gz", &holds(unknown("brand-new")), &[1, 5, 2], None);
    let foreign = gzip(&[
        "Hello, this is a page".to_owned(),
        "and not a log".to_owned(),
    ]);
    let lacking = gzip(&[
        "srcaddr start end".to_owned(),
        format!("10.0.0.1 {start} {start}"),
    ]);
    check(
        "log.gz",
        &holds(lacking),
        &[1, 2],
        Some("needs the field dstport"),
    );
    let fake = Fake::start();
    add_flow_log(&fake, Layout::default());
    fake.put_object(BUCKET, &Layout::default().key("team/", ID, 0, "a"), foreign);
    let (result, _) = query(
        &fake,
        &format!("flow_log_id = \"{ID}\""),
        "dst_port = \"5\"",
    );
    // Without a header, lines are those of the flow log's format, and these do not fit it.
    assert_eq!(result["complete"], Value::Bool(false), "{result:#}");
    assert_eq!(result["incomplete"][0]["reason"], "unread_lines");
}

#[test]
fn parquet_that_is_damaged_or_of_something_else() {
    let suffix = "log.parquet";
    check(suffix, &holds(record("5")), &[1, 5, 2], None);
    let start = START.to_string();
    let lacking = parquet(&[
        ("srcaddr", "BYTE_ARRAY", "10.0.0.1"),
        ("start", "INT64", &start),
    ]);
    check(
        suffix,
        &holds(lacking),
        &[1, 2],
        Some("needs the field dstport"),
    );
    let foreign = parquet(&[("customer", "BYTE_ARRAY", "x"), ("price", "INT32", "3")]);
    check(
        suffix,
        &holds(foreign),
        &[1, 2],
        Some("does not hold flow-log records"),
    );
    let of_text = parquet(&[("dstport", "BYTE_ARRAY", "5"), ("start", "INT64", &start)]);
    check(suffix, &holds(of_text), &[1, 5, 2], None);
    let fractions = parquet(&[("dstport", "DOUBLE", "5"), ("start", "INT64", &start)]);
    let reason = "dstport has the type";
    check(suffix, &holds(fractions), &[1, 2], Some(reason));
    let mut footer = record("5");
    let length = footer.len();
    footer[length - 8..length - 4].fill(0xff);
    check(
        suffix,
        &holds(footer),
        &[1, 2],
        Some("not a valid Parquet file"),
    );
    let cut = record("5")[..40].to_vec();
    check(
        suffix,
        &holds(cut),
        &[1, 2],
        Some("not a valid Parquet file"),
    );
    let mut endless = vec![0; 17 << 20];
    endless.extend(u32::to_le_bytes(17 << 20));
    endless.extend(b"PAR1");
    let reason = "its metadata is larger than 16 MiB";
    check(suffix, &holds(endless), &[1, 2], Some(reason));
    check(suffix, &holds(Vec::new()), &[1, 2], Some("it is empty"));
    check(
        suffix,
        &holds(b"PAR1".to_vec()),
        &[1, 2],
        Some("not a valid Parquet file"),
    );
}

#[test]
fn a_page_that_is_larger_than_a_reply_is_read() {
    let fake = Fake::start();
    add_flow_log(&fake, Layout::default());
    let (start, text) = (START.to_string(), "x".repeat(20 << 20));
    let large = parquet(&[
        ("dstport", "INT32", "5"),
        ("start", "INT64", &start),
        ("interface_id", "BYTE_ARRAY", &text),
    ]);
    let key = Layout::default().key("team/", ID, 300, "a");
    fake.put_object(BUCKET, &key.replace("log.gz", "log.parquet"), large);
    let source = format!("flow_log_id = \"{ID}\"");
    let (result, run) = query(&fake, &source, "interface_id = \"eni-0123456789abcdef0\"");
    assert_eq!(result["complete"], Value::Bool(true), "{}", run.output);
    assert_eq!(result["statistics"]["scanned"], 1, "{result:#}");
    assert_eq!(result["statistics"]["matched"], 0, "{result:#}");
    let calls = fake.calls_of("GetObject").len();
    assert!(calls > 3, "{calls} calls: the page was not read");
}

#[test]
fn objects_that_s3_refuses() {
    for (status, code, reason) in [
        (403, "AccessDenied", "kms:Decrypt"),
        (403, "InvalidObjectState", "Restore it"),
        (404, "NoSuchKey", "deleted while the query ran"),
        (412, "PreconditionFailed", "PreconditionFailed"),
    ] {
        check("log.gz", &refused(status, code), &[1, 2], Some(reason));
    }
}

#[test]
fn an_object_that_changes_between_two_reads_is_not_mixed() {
    // Stored without compression, so that it takes several reads.
    let first = line(300, 5, "ACCEPT");
    let others = (line(300, 50, "ACCEPT") + "\n").repeat(60_000);
    let text = format!("{HEADER}\n{first}\n{others}");
    let put = |fake: &Fake, key: &str| {
        fake.put_object(BUCKET, key, text.clone());
        fake.change_while_read(BUCKET, key);
    };
    check("log.gz", &put, &[1, 5, 2], Some("PreconditionFailed"));
}

#[test]
fn a_bucket_that_refuses_everything_is_an_error() {
    let fake = Fake::start();
    let key = Layout::default().key("", ID, 0, "a");
    fake.put_object(BUCKET, &key, object(&lines(1, 5)));
    fake.refuse_object(BUCKET, &key, 403, "AccessDenied");
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&configuration(&format!("s3_uri = \"s3://{BUCKET}\""), ""));
    work.run(&["plan", "-no-color"])
        .fails_with(&["AccessDenied", "s3:GetObject", "kms:Decrypt"]);
}

#[test]
fn json_that_is_no_event_is_named() {
    let fake = Fake::start();
    let event = r#"{"event_id":"a","event_time":"2026-01-01T00:00:10Z","event_type":"yandex.cloud.audit.network.flowlogs.ExternalFlow","details":{"dst_port":"5","agg_start":"2026-01-01T00:00:10Z","agg_end":"2026-01-01T00:00:10Z"}}"#;
    let put = |name: &str, text: &str| {
        let key = format!("audit/trail/2026/01/01/{name}.json");
        fake.put_object(BUCKET, &key, text);
    };
    put("a", event);
    for (name, text) in [
        ("cut", &event[..event.len() / 2]),
        ("open", &format!("[{event},")[..]),
        ("page", "<html>"),
        ("empty", ""),
    ] {
        put(name, text);
    }
    let source =
        format!("s3_uri = \"s3://{BUCKET}/audit\"\nrecord_type = \"yandex-external-flow\"");
    let (result, _) = query(&fake, &source, "dst_port = \"5\"");
    assert_eq!(ports(&result), [5]);
    let detail = result["incomplete"].to_string();
    for name in ["open", "empty"] {
        assert!(
            detail.contains(&format!("/{name}.json: ")),
            "{name}: {detail}"
        );
    }
    // What is no event is a line that was not read.
    assert!(detail.contains("2 of 4 lines"), "{detail}");
    put("value", "{\"no\":\"event\"}");
    let (result, _) = query(&fake, &source, "dst_port = \"5\"");
    assert_eq!(ports(&result), [5]);
    assert_eq!(result["complete"], Value::Bool(false));
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&configuration(&source, "require_complete = true"));
    work.run(&["plan", "-no-color"]).fails_with(&[
        "unreadable_objects",
        "2 objects",
        "unread_lines",
    ]);
}

#[test]
fn a_delivery_to_the_bucket_that_fails_is_a_reason() {
    let fake = Fake::start();
    let deliver = |id: &str, destination: &str| {
        let mut log = FlowLog::sample(id, "vpc-0123456789abcdef0");
        log.log_group_name = None;
        log.log_destination_type = "s3".to_owned();
        log.log_destination = Some(destination.to_owned());
        fake.insert(log);
        fake.deliver_failing(id, "Access error");
    };
    deliver("fl-0ccccccccccccccc1", "arn:aws:s3:::another-bucket/team/");
    deliver(
        "fl-0ccccccccccccccc2",
        &format!("arn:aws:s3:::{BUCKET}/other/"),
    );
    let key = Layout::default().key("team/", ID, 0, "a");
    fake.put_object(BUCKET, &key, object(&lines(1, 5)));
    let source = format!("s3_uri = \"s3://{BUCKET}/team/\"");
    let (result, _) = query(&fake, &source, "require_complete = true");
    assert_eq!(result["complete"], Value::Null);
    deliver(
        "fl-0ccccccccccccccc3",
        &format!("arn:aws:s3:::{BUCKET}/team/"),
    );
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&configuration(&source, "require_complete = true"));
    let plan = || work.run(&["plan", "-no-color"]);
    plan().fails_with(&["delivery_failed", "fl-0ccccccccccccccc3", "Access error"]);
    fake.fail(
        "DescribeFlowLogs",
        Fault::error("UnauthorizedOperation", "No."),
        1,
    );
    plan().fails_with(&["denied", "UnauthorizedOperation"]);
    // Only a query that requires everything asks.
    let calls = fake.calls_of("DescribeFlowLogs").len();
    let (result, _) = query(&fake, &source, "");
    assert_eq!(ports(&result), [5]);
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), calls);
}
