//! Every form, with texts that nobody would want on a terminal.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::text::sanitize::tests::hostile;
use crate::text::sanitize::{commands, is_harmful};

const FORMATS: [Format; 6] = [
    Format::Text,
    Format::Json,
    Format::Markdown,
    Format::Github,
    Format::Sarif,
    Format::Junit,
];

/// A report that has this text wherever a text of others may stand.
fn full_of(text: &str) -> DriftReport {
    let some = || Some(text.to_owned());
    let finding = |kind| Finding {
        kind,
        level: Level::Error,
        name: some(),
        flow_log_id: some(),
        resource_id: some(),
        account: some(),
        region: text.to_owned(),
        place: Some(Place::START),
        changes: vec![Change {
            attribute: text.to_owned(),
            wanted: json!({ text: [text] }),
            found: text.into(),
        }],
        cause: some(),
    };
    let mut report = DriftReport::of(text);
    report.findings = Kind::ALL.map(finding).into();
    report.findings[0].level = Level::Note;
    report.failures.push(Failure {
        account: some(),
        region: some(),
        message: text.to_owned(),
    });
    report.in_sync.push(text.to_owned());
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

proptest! {
    #[test]
    fn whatever_a_report_holds_no_form_of_it_is_harmful(text in hostile()) {
        let report = full_of(&text);
        for format in FORMATS {
            let written = write(&report, format, Paint::Plain).unwrap();
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
                    prop_assert_eq!(&read["findings"][1]["name"], &json!(&text));
                    prop_assert_eq!(&read["findings"][1]["changes"][0]["found"], &json!(&text));
                }
                Format::Sarif => drop(serde_json::from_str::<Value>(&written).unwrap()),
                Format::Junit => assert_xml(&written),
                Format::Github => prop_assert_eq!(written.lines().count(), 6),
                Format::Text | Format::Markdown => {}
            }
        }
        let painted = write(&report, Format::Text, Paint::Colour).unwrap();
        for (at, _) in painted.match_indices('\u{1b}') {
            let ours = ["\u{1b}[1m", "\u{1b}[0m", "\u{1b}[1;3"];
            prop_assert!(ours.iter().any(|code| painted[at..].starts_with(code)));
        }
    }
}
