use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::stack::declare::yaml;

fn read(text: &str) -> (Option<Rc<Node>>, String) {
    let mut diagnostics = FileDiagnostics::of("f");
    let root = parse(text, &mut diagnostics).unwrap();
    (root, diagnostics.to_string())
}

/// Converts a tree back to a value.
fn value(node: &Node) -> Value {
    match &node.content {
        Content::Scalar { text, plain: true } => serde_json::from_str(text).unwrap(),
        Content::Scalar { text, plain: false } => text.as_str().into(),
        Content::List(elements) => elements.iter().map(|node| value(node)).collect(),
        Content::Map(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), value(&entry.value)))
            .collect(),
    }
}

/// Returns a tree with its positions.
fn positions(node: &Node) -> String {
    let Position { line, column } = node.position;
    let mut text = format!("{line}:{column} ");
    match &node.content {
        Content::Scalar {
            text: scalar,
            plain,
        } => write!(text, "{plain} {scalar:?}").unwrap(),
        Content::List(elements) => {
            text.extend(elements.iter().map(|node| format!("[{}]", positions(node))));
        }
        Content::Map(entries) => {
            for Entry {
                key,
                position,
                value,
            } in entries
            {
                let Position { line, column } = position;
                write!(text, "{{{key:?} {line}:{column} {}}}", positions(value)).unwrap();
            }
        }
    }
    text
}

/// Reports what is not at its position.
fn misplaced(text: &str, node: &Node) -> Option<String> {
    let here = |Position { line, column }: Position| -> String {
        let line = text.split('\n').nth(line - 1).unwrap();
        let start: String = line.chars().skip(column - 1).collect();
        let rest = text.split('\n').skip(node.position.line);
        rest.fold(start, |text, line| text + "\n" + line)
    };
    let first = |text: String| {
        let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        values.next().and_then(Result::ok)
    };
    if first(here(node.position)) != Some(value(node)) {
        return Some(format!("{:?}: {}", node.position, value(node)));
    }
    match &node.content {
        Content::Scalar { .. } => None,
        Content::List(elements) => elements.iter().find_map(|node| misplaced(text, node)),
        Content::Map(entries) => entries.iter().find_map(|entry| {
            let Position { line, column } = entry.position;
            let line = text.split('\n').nth(line - 1).unwrap();
            let key: String = line.chars().skip(column - 1).collect();
            let is_key = first(key) == Some(entry.key.as_str().into());
            let wrong = (!is_key).then(|| format!("key {}", entry.key));
            wrong.or_else(|| misplaced(text, &entry.value))
        }),
    }
}

/// Writes a value with an escape for every character that is not a letter or a digit.
fn escaped(value: &Value) -> String {
    let string = |text: &str| {
        let mut quoted = "\"".to_owned();
        for unit in text.encode_utf16() {
            match char::from_u32(unit.into()).filter(char::is_ascii_alphanumeric) {
                Some(c) => quoted.push(c),
                None => write!(quoted, "\\u{unit:04x}").unwrap(),
            }
        }
        quoted + "\""
    };
    match value {
        Value::String(text) => string(text),
        Value::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(escaped).collect();
            format!("[ {} ]", elements.join("\t,\r\n"))
        }
        Value::Object(members) => {
            let members = members.iter();
            let members: Vec<_> = members
                .map(|(key, value)| format!("{}\n :{}", string(key), escaped(value)))
                .collect();
            format!("\n{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}

fn documents() -> impl Strategy<Value = Value> {
    let text = || prop_oneof![any::<String>(), "[a-z🚀é\\\\\"/]{0,8}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?"
            .prop_map(|number| serde_json::from_str(&number).unwrap()),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((text(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_document_is_read_with_its_positions(document in documents()) {
        let pretty = serde_json::to_string_pretty(&document).unwrap();
        for text in [document.to_string(), pretty, escaped(&document)] {
            let (root, said) = read(&text);
            let root = root.unwrap();
            prop_assert_eq!(&value(&root), &document, "{}", text);
            prop_assert_eq!(said, "");
            prop_assert_eq!(misplaced(&text, &root), None, "{}", text);
            let mut refused = FileDiagnostics::default();
            match yaml::parse(&text, &mut refused) {
                Some(of_yaml) if !refused.has_errors() && value_of_yaml(&of_yaml) => {
                    prop_assert_eq!(positions(&root), positions(&of_yaml), "{}", text);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[\\[\\]{}\":,\\\\ud83de0-9a\n\r -]{0,40}") {
        let _ = parse(&text, &mut FileDiagnostics::default());
    }
}

/// Returns whether YAML gives the text another meaning: `<<` merges, and some line breaks are folded.
fn value_of_yaml(root: &Node) -> bool {
    !value_text(root).contains("<<")
}

fn value_text(node: &Node) -> String {
    positions(node)
}

#[test]
fn pairs_of_surrogates_are_one_character() {
    let (root, said) = read(r#"{"a\ud83d\ude80": "\ud83d\ude80\u00e9"}"#);
    assert_eq!(value(&root.unwrap()), json!({ "a🚀": "🚀é" }), "{said}");
    for (text, place) in [
        (r#"{"a": "\ud83d"}"#, "f:1:"),
        ("{\n \"\\ude80\": 1}", "f:2:"),
    ] {
        let (root, said) = read(text);
        assert!(root.is_none());
        assert!(said.starts_with(place), "{said}");
        assert!(said.contains("this is not text: "), "{said}");
    }
}

#[test]
fn duplicate_keys_are_told_with_both_places() {
    let (_, said) = read(r#"{"é": {"a": 1, "\u0061": 2}, "é": 3}"#);
    assert_eq!(
        said,
        "f:1:16: error: duplicate key `a` (first defined on line 1, column 8)\n\
         f:1:30: error: duplicate key `é` (first defined on line 1, column 2)\n"
    );
}

#[test]
fn depth_and_number_of_values_are_limited() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(read(&deep(65)).0.is_some());
    assert!(
        read(&deep(66))
            .1
            .contains("f:1:66: error: nested deeper than 64 levels")
    );
    assert!(read(&deep(1_000_000)).1.contains("nested deeper"));
    let many = format!("[{}0]", "0,".repeat(200_000));
    assert!(read(&many).1.contains("more than 200000 values"));
    let spread = format!("[{}0]", "[0,0,0],".repeat(50_001));
    assert!(read(&spread).1.contains("more than 200000 values"));
    let members = format!("{{\"a\":{{{}\"a\":1}}}}", "\"a\":1,".repeat(200_000));
    assert!(read(&members).1.contains("more than 200000 values"));
}

#[test]
fn what_is_not_json_is_told_at_its_place() {
    for (text, line, column) in [
        ("{\"é\": 1,}", 1, 9),
        ("{\n  \"a\": [1,\n  2,]\n}", 3, 5),
        ("{\"a\": 'b'}", 1, 7),
        ("[1, 2", 1, 5),
        ("{} {}", 1, 4),
        ("[\"a\nb\"]", 1, 3),
    ] {
        let mut diagnostics = FileDiagnostics::default();
        let error = parse(text, &mut diagnostics).unwrap_err();
        let found = (error.position.line, error.position.column);
        assert!(!diagnostics.has_errors());
        assert_eq!(found, (line, column), "{text}: {}", error.message);
    }
}
