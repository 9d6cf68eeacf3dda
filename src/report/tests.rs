//! All formats, with texts that would harm a terminal or a build server.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::text::sanitize::tests::hostile;
use crate::text::sanitize::{commands, is_harmful};

const RULES: [Rule; 2] = [
    Rule {
        name: "one-rule",
        title: "One rule",
        description: "It is violated.",
        level: Level::Error,
    },
    Rule {
        name: "other-rule",
        title: "Other rule",
        description: "It is violated, too.",
        level: Level::Warning,
    },
];

fn empty(source: &str) -> Report {
    Report {
        check: "test",
        subject: "Things",
        title: "Things differ".to_owned(),
        summary: "2 things.".to_owned(),
        source: source.to_owned(),
        rules: RULES.to_vec(),
        findings: Vec::new(),
        failures: Vec::new(),
        passed: Vec::new(),
        fingerprint: "thing/v1",
        document: "{}".to_owned(),
    }
}

/// Returns a report that holds the text wherever a report holds text of others.
fn full_of(text: &str) -> Report {
    let finding = |rule: Rule, cause| Finding {
        rule,
        level: rule.level,
        label: text.to_owned(),
        qualified_name: text.to_owned(),
        location: vec![text.to_owned(); 2],
        position: Some(Position::START),
        headline: "differs".to_owned(),
        cause,
        changes: vec![Change {
            attribute: text.to_owned(),
            wanted: json!({ text: [text] }),
            found: text.into(),
            sensitive: false,
        }],
        properties: vec![("text", Some(text.to_owned()))],
    };
    let mut report = empty(text);
    report.findings = vec![
        finding(RULES[0], None),
        finding(RULES[1], Some(text.to_owned())),
        Finding {
            level: Level::Note,
            changes: Vec::new(),
            ..finding(RULES[1], Some(text.to_owned()))
        },
    ];
    report.failures.push(Failure {
        label: text.to_owned(),
        message: text.to_owned(),
    });
    report.passed.push(text.to_owned());
    report.document = serde_json::to_string_pretty(&json!({ "name": text })).unwrap();
    report
}

/// Asserts that XML is well formed.
fn assert_xml(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => return,
            quick_xml::events::Event::GeneralRef(reference) => {
                assert!(!reference.is_char_ref() || reference.resolve_char_ref().is_ok());
            }
            _ => {}
        }
    }
}

#[test]
fn a_comment_always_fits_github() {
    let mut report = empty(&"x".repeat(5_000));
    let finding = Finding {
        rule: RULES[0],
        level: Level::Error,
        label: "a|b".repeat(1_000),
        qualified_name: String::new(),
        location: vec!["r".to_owned()],
        position: None,
        headline: "does not deliver".to_owned(),
        cause: Some("`".repeat(70_000)),
        changes: Vec::new(),
        properties: Vec::new(),
    };
    report.findings = vec![finding; 3_000];
    report.failures = (0..3_000)
        .map(|number| Failure {
            label: format!("eu-central-1, account {number:012}"),
            message: "not authorized ".repeat(100),
        })
        .collect();
    let text = write(&report, Format::Markdown, Style::Plain).unwrap();
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.contains("more findings.") && text.contains("more details"));
    assert!(text.contains("Not checked: `eu-central-1, account 000000000000`"));
    assert!(text.contains("more that could not be checked."));
}

proptest! {
    #[test]
    fn no_format_writes_harmful_text(text in hostile()) {
        let report = full_of(&text);
        for format in Format::ALL {
            let written = write(&report, format, Style::Plain).unwrap();
            let harmful = |c: char| c != '\n' && c != '\t' && is_harmful(c);
            prop_assert!(!written.contains(harmful), "{format:?}: {written:?}");
            let is_ours = |line: &str| match format {
                Format::Github => ["::error ", "::warning ", "::notice "]
                    .iter()
                    .any(|head| line.starts_with(head)),
                _ => commands(line).next().is_none(),
            };
            prop_assert!(written.lines().all(is_ours), "{format:?}: {written:?}");
            match format {
                Format::Json => {
                    let read: Value = serde_json::from_str(&written).unwrap();
                    prop_assert_eq!(&read["name"], &json!(&text));
                }
                Format::Sarif => {
                    let read: Value = serde_json::from_str(&written).unwrap();
                    let properties = &read["runs"][0]["results"][0]["properties"];
                    prop_assert_eq!(&properties["text"], &json!(&text));
                }
                Format::Junit => assert_xml(&written),
                Format::Github => prop_assert_eq!(written.lines().count(), 5),
                Format::Text | Format::Markdown => {}
            }
        }
        let colored = write(&report, Format::Text, Style::Color).unwrap();
        for (at, _) in colored.match_indices('\u{1b}') {
            let ours = ["\u{1b}[1m", "\u{1b}[0m", "\u{1b}[1;3"];
            prop_assert!(ours.iter().any(|code| colored[at..].starts_with(code)));
        }
    }
}
