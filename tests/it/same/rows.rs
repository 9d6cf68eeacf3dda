//! Random quals: every form of the records gives the same rows, in order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::{Value as Json, json};
use vpcflow::cty::Value;
use vpcflow::record::Format;

use super::Size;
use super::forms::{Form, GROUP, ZEROS, fill};
use super::records::{END, Record, START, records};
use crate::harness::athena::BUCKET;
use crate::harness::core::Core;
use crate::harness::fake::Fake;
use crate::push_down::aws::format;
use crate::push_down::server::{messages, questions, wanted};
use crate::push_down::{Event, server::Question};

/// Fields of the records of several versions, with tags.
const FIELDS: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
    log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr az-id pkt-dst-aws-service flow-direction \
    traffic-path reject-reason encryption-status instance-tag next-hop-vpc-id brand-new";

/// What an answer says of where a record was, and not of the record.
const ORIGIN: [&str; 5] = [
    "event_id",
    "ingestion_time",
    "log_stream_name",
    "object_key",
    "message",
];

/// What a query returned.
#[derive(Debug, PartialEq)]
pub(super) struct Rows {
    times: Vec<String>,
    rows: Vec<String>,
    truncated: bool,
}

impl Rows {
    /// Takes the rows of an answer, with only the attributes that are named, or with all of the record.
    pub(super) fn of(answer: &Value, named: Option<&[&str]>) -> Self {
        let Some(Value::List(events)) = answer.get("events") else {
            panic!("no events: {answer:?}");
        };
        let row = |event: &Value| {
            let Value::Map(all) = event else {
                panic!("not an event: {event:?}");
            };
            let kept = all.iter().filter(|(name, _)| match named {
                Some(named) => named.contains(&&***name),
                None => !ORIGIN.contains(&&***name),
            });
            let kept: BTreeMap<_, _> = kept.collect();
            format!("{kept:?}")
        };
        Self {
            times: events
                .iter()
                .map(|event| format!("{:?}", event.get("start")))
                .collect(),
            rows: events.iter().map(row).collect(),
            truncated: answer.get("truncated") == Some(&Value::Bool(true)),
        }
    }

    /// Checks whether the answer says that there is more.
    #[track_caller]
    fn tell_of_more(&self, question: &Question, all: usize) {
        let limit = question.limit.unwrap_or(10_000);
        if all != limit {
            assert_eq!(self.truncated, all > limit, "{question:#?}");
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the rows that an answer must have, sorted: those at the time at which the limit cut are any of their time.
    fn certain(&self, is_cut: bool) -> Vec<&String> {
        let cut = self.times.last().filter(|_| is_cut);
        let rows = self.times.iter().zip(&self.rows);
        let certain = rows.filter(|(time, _)| Some(*time) != cut);
        let mut certain: Vec<_> = certain.map(|(_, row)| row).collect();
        certain.sort();
        certain
    }

    /// Compares the rows with those of another form.
    #[track_caller]
    pub(super) fn agree(&self, other: &Self, about: &impl std::fmt::Debug) {
        // With exactly the limit, there may or may not be more.
        let is_cut = self.truncated || other.truncated;
        let (mine, others) = (self.certain(is_cut), other.certain(is_cut));
        let (one, two): (BTreeSet<_>, BTreeSet<_>) =
            (mine.iter().collect(), others.iter().collect());
        let missing: Vec<_> = two.difference(&one).take(3).collect();
        let unexpected: Vec<_> = one.difference(&two).take(3).collect();
        assert_eq!(
            mine, others,
            "{about:#?}\nmissing {missing:#?}\nunexpected {unexpected:#?}"
        );
        assert_eq!(self.times, other.times, "{about:#?}");
    }
}

/// Returns a question with a window of its own, for a log group.
fn config(question: &Question, window: (i64, i64), format: &Format) -> Json {
    let time = |second: i64| jiff::Timestamp::from_second(second).unwrap().to_string();
    let mut config = question.config();
    config["start_time"] = json!(time(window.0));
    config["end_time"] = json!(time(window.1));
    config["log_format"] = json!(format.to_string());
    config
}

/// Returns the same question for a folder of the bucket.
pub(super) fn in_bucket(config: &Json, root: &str) -> Json {
    let mut config = config.clone();
    let arguments = config.as_object_mut().unwrap();
    for name in ["log_group_name", "log_format"] {
        arguments.remove(name);
    }
    arguments.insert("s3_uri".to_owned(), json!(format!("s3://{BUCKET}/{root}")));
    config
}

/// Checks an answer for the log group with what the reader finds in each line.
#[track_caller]
fn check_group(answer: &Value, all: &[String]) {
    let mut found = messages(answer);
    let truncated = answer.get("truncated") == Some(&Value::Bool(true));
    if truncated {
        assert!(found.len() <= all.len());
        let all: BTreeSet<_> = all.iter().collect();
        assert!(found.iter().all(|line| all.contains(line)));
        return;
    }
    let mut all = all.to_vec();
    all.sort();
    found.sort();
    assert_eq!(found, all);
}

fn events(records: &[Record], window: (i64, i64)) -> Vec<Event> {
    let inside = records
        .iter()
        .filter(|record| (window.0..window.1).contains(&record.start));
    inside
        .map(|record| Event {
            stream: String::new(),
            timestamp: record.start * 1000,
            message: record.line.clone(),
        })
        .collect()
}

#[track_caller]
fn check(format: &Format, queries: usize) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(asked(format, Size::of(queries)));
}

async fn asked(format: &Format, size: Size) {
    let records = records(format, size, true);
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start();
    fill(&fake, folder.path(), format, &records, &Form::ALL);
    let mut core = Core::start(fake.url()).await;
    let mut runner = size.runner();
    let questions = questions(std::slice::from_ref(format));
    let windows = [(START, END), (START + 600, START + 1_800), (END - 1, END)];
    let (mut rows, mut compared) = (0, 0);
    for number in 0..size.queries {
        let question = questions.new_tree(&mut runner).unwrap().current();
        let window = windows[[0, 0, 0, 1, 2][number % 5]];
        let mut config = config(&question, window, format);
        let group = core.query(&config).await;
        let all = wanted(
            std::slice::from_ref(format),
            &events(&records, window),
            &question,
        );
        check_group(&group, &all);
        let expected = Rows::of(&group, None);
        rows += expected.len();
        config["include_message"] = json!(false);
        config["log_group_name"] = json!(ZEROS);
        let zeros = Rows::of(&core.query(&config).await, None);
        config["log_group_name"] = json!(GROUP);
        for (index, form) in Form::ALL.into_iter().enumerate() {
            let root = form.root((number + index) % 4);
            let answer = core.query(&in_bucket(&config, &root)).await;
            let expected = if form == Form::Zeros {
                &zeros
            } else {
                &expected
            };
            let found = Rows::of(&answer, None);
            if form != Form::Zeros {
                found.tell_of_more(&question, all.len());
            }
            found.agree(expected, &(&root, window, &question));
            compared += 1;
        }
    }
    size.tell(&format!(
        "{compared} answers with the same rows, {rows} rows of log groups"
    ));
    assert!(rows > size.queries, "{rows} rows show little");
}

#[test]
fn records_of_the_default_format_give_the_same_rows_in_every_form() {
    check(&Format::vpc_default(), 8);
}

#[test]
fn records_of_later_versions_give_the_same_rows_in_every_form() {
    let names: Vec<_> = FIELDS.split_whitespace().collect();
    check(&format(&names.join(" ")), 8);
}
