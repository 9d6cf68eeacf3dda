//! The same through the whole provider, over HTTP: pages of three events, in either order, with or without a limit, must
//! return the rows of a plain scan, in order.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value as Json, json};
use vpcflow::cty::Value;
use vpcflow::record::{Format, Quals, Reader, RecordType};

use super::Event;
use super::aws::{CUSTOM, event, format, qual};
use crate::harness::core::Core;
use crate::harness::fake::{Fake, FlowLog};

const GROUP: &str = "flow-logs";
const QUERIES: usize = 16;

/// A block of quals: texts by name, so that no name is twice in it.
type Block = BTreeMap<String, String>;

/// What is queried.
#[derive(Debug)]
pub(crate) struct Question {
    all: Block,
    any: Vec<Block>,
    none: Vec<Block>,
    newest_first: bool,
    pub(crate) limit: Option<usize>,
}

impl Question {
    fn quals(&self) -> Quals {
        let block = |block: &Block| {
            let quals = block.iter();
            quals.map(|(name, text)| super::qual(name, text)).collect()
        };
        Quals {
            all: block(&self.all),
            any: self.any.iter().map(block).collect(),
            none: self.none.iter().map(block).collect(),
        }
    }

    pub(crate) fn config(&self) -> Json {
        let mut config = arguments(&self.all);
        for (name, blocks) in [("where", &self.any), ("exclude", &self.none)] {
            let blocks: Vec<_> = blocks.iter().map(arguments).collect();
            config.insert(name.to_owned(), json!(blocks));
        }
        let order = ["oldest_first", "newest_first"][usize::from(self.newest_first)];
        config.insert("order".to_owned(), json!(order));
        config.insert("limit".to_owned(), json!(self.limit.unwrap_or(10_000)));
        config.insert("include_message".to_owned(), json!(true));
        config.insert("log_group_name".to_owned(), json!(GROUP));
        config.insert("start_time".to_owned(), json!("2026-01-01T00:00:00Z"));
        config.insert("end_time".to_owned(), json!("2026-01-01T02:00:00Z"));
        Json::Object(config)
    }
}

fn arguments(block: &Block) -> Map<String, Json> {
    let mut arguments = Map::new();
    let mut fields = Map::new();
    for (name, text) in block {
        match name.strip_prefix("fields.") {
            Some(field) => fields.insert(field.to_owned(), json!(text)),
            None => arguments.insert(name.clone(), json!(text)),
        };
    }
    if !fields.is_empty() {
        arguments.insert("fields".to_owned(), Json::Object(fields));
    }
    arguments
}

pub(crate) fn questions(formats: &[Format]) -> impl Strategy<Value = Question> {
    let mut names: Vec<_> = formats
        .iter()
        .flat_map(|format| format.names().to_vec())
        .collect();
    names.sort();
    names.dedup();
    let block = move |least: usize| {
        let pairs = vec(qual(&names), least..3);
        pairs.prop_map(|pairs| pairs.into_iter().collect::<Block>())
    };
    let limit = prop_oneof![1 => Just(None), 2 => (1usize..12).prop_map(Some)];
    let blocks = (block(0), vec(block(1), 0..3), vec(block(1), 0..2));
    (blocks, any::<bool>(), limit).prop_map(|((all, any, none), newest_first, limit)| Question {
        all,
        any,
        none,
        newest_first,
        limit,
    })
}

/// Returns the lines of the matching events, in order, by reading all of them.
pub(crate) fn wanted(formats: &[Format], events: &[Event], question: &Question) -> Vec<String> {
    let quals = question.quals();
    let reader = Reader::new(RecordType::Aws, formats, &quals).unwrap();
    let wanted = |event: &&Event| match reader.read(&event.message) {
        Ok((number, row)) => reader.matches(number, &row, "none"),
        Err(_) => quals.is_empty(),
    };
    let mut found: Vec<_> = events
        .iter()
        .filter(wanted)
        .map(|event| event.message.clone())
        .collect();
    if question.newest_first {
        found.reverse();
    }
    found
}

/// Adds events of the formats to a log group that flow logs of these formats write to.
fn fill(fake: &Fake, formats: &[Format], events: &[Event]) {
    for (number, format) in formats.iter().enumerate() {
        let mut log = FlowLog::sample(
            &format!("fl-0aaaaaaaaaaaaaaa{number}"),
            "vpc-0123456789abcdef0",
        );
        log.log_group_name = Some(GROUP.to_owned());
        log.log_destination = None;
        log.log_format = format.to_string();
        fake.insert(log);
    }
    for event in events {
        fake.put_events(
            GROUP,
            &event.stream,
            vec![(event.timestamp, event.message.clone())],
        );
    }
}

pub(crate) fn messages(result: &Value) -> Vec<String> {
    let Some(Value::List(events)) = result.get("events") else {
        panic!("no events: {result:?}");
    };
    let message = |event: &Value| match event.get("message") {
        Some(Value::String(text)) => text.clone(),
        other => panic!("no message: {other:?}"),
    };
    events.iter().map(message).collect()
}

#[track_caller]
fn check(formats: &[Format]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(asked(formats));
}

async fn asked(formats: &[Format]) {
    let mut runner = TestRunner::deterministic();
    let one = proptest::strategy::Union::new(formats.iter().map(event).collect::<Vec<_>>());
    let mut events = vec(one, 20).new_tree(&mut runner).unwrap().current();
    // More events at the same time than a page holds.
    for _ in 0..4 {
        events.push(events[0].clone());
    }
    events.sort_by_key(|event| event.timestamp);
    let fake = Fake::start();
    fake.events_page_size(3);
    fake.empty_page_every(4);
    fill(&fake, formats, &events);
    let mut core = Core::start(fake.url()).await;
    let mut rows = 0;
    for _ in 0..QUERIES {
        let question = questions(formats).new_tree(&mut runner).unwrap().current();
        let wanted = wanted(formats, &events, &question);
        let limit = question.limit.unwrap_or(usize::MAX);
        let result = core.query(&question.config()).await;
        let given = &wanted[..wanted.len().min(limit)];
        assert_eq!(messages(&result), given, "{question:#?}\n{result:#?}");
        rows += given.len();
        // With exactly the limit, there may or may not be more.
        if wanted.len() != limit {
            let cut = Some(&Value::Bool(wanted.len() > limit));
            assert_eq!(result.get("truncated"), cut, "{question:#?}");
        }
    }
    assert!(rows > QUERIES / 2, "{rows} rows show little");
}

#[test]
fn queries_of_the_default_format_give_the_rows_of_a_plain_scan_in_order() {
    check(&[Format::vpc_default()]);
}

#[test]
fn queries_of_the_transit_gateway_format_give_the_rows_of_a_plain_scan_in_order() {
    check(&[Format::transit_gateway_default()]);
}

#[test]
fn queries_of_custom_formats_give_the_rows_of_a_plain_scan_in_order() {
    for names in CUSTOM {
        check(&[format(names)]);
    }
}

#[test]
fn queries_of_three_formats_in_one_group_give_the_rows_of_a_plain_scan_in_order() {
    check(&[
        Format::vpc_default(),
        Format::transit_gateway_default(),
        format(CUSTOM[0]),
    ]);
}
