//! All formats, with texts that would harm a terminal or a build server.

mod pages;

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

fn of(source: &str) -> Source {
    Source {
        name: source.to_owned(),
        path: Some(source.to_owned()),
        outcome: None,
    }
}

fn empty(source: &str) -> Report {
    Report {
        check: "test",
        subject: "Things",
        title: "Things differ".to_owned(),
        summary: "2 things.".to_owned(),
        tallies: Vec::new(),
        facts: Vec::new(),
        map: Vec::new(),
        sources: vec![of(source)],
        rules: RULES.to_vec(),
        findings: Vec::new(),
        failures: Vec::new(),
        warnings: Vec::new(),
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
        source: Some(text.to_owned()),
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
    let failure = |label, position| Failure {
        level: Level::Error,
        label,
        source: Some(text.to_owned()),
        position,
        message: text.to_owned(),
    };
    report.failures = vec![
        failure(Some(text.to_owned()), None),
        failure(None, None),
        failure(None, Some(Position::START)),
    ];
    report.warnings = [Level::Warning, Level::Note]
        .map(|level| Failure {
            level,
            ..failure(None, Some(Position::START))
        })
        .into();
    report.passed.push(Passed {
        source: Some(text.to_owned()),
        name: text.to_owned(),
    });
    let area = |within| Area {
        name: text.to_owned(),
        detail: Some(text.to_owned()),
        outcome: Some(Chip {
            word: text.to_owned(),
            color: Color::Red,
        }),
        within,
        ..Area::default()
    };
    report.map = vec![area(vec![area(vec![area(vec![area(Vec::new())])])])];
    report.facts = vec![("Regions", text.to_owned())];
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

/// Asserts that a page has only the elements that we write, and only their attributes.
fn assert_page(text: &str) {
    const ELEMENTS: &str = "a b body caption code dd desc details div dl dt defs figcaption figure footer g h1 h2 h3 head header \
                            html i li line main meta nav p path pattern rect section small span style summary svg table tbody \
                            td text th thead title tr ul";
    let (head, rest) = text.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    for part in [head, rest] {
        let markup = part.split('<').skip(1);
        for tag in markup.filter(|tag| !tag.starts_with("!DOCTYPE html>")) {
            let (tag, _) = tag
                .split_once('>')
                .unwrap_or_else(|| panic!("no end: {tag}"));
            let name = tag.trim_start_matches('/').split(' ').next().unwrap();
            assert!(
                ELEMENTS.split_whitespace().any(|known| known == name),
                "{tag}"
            );
            assert!(
                !tag.contains(" on") && !tag.contains(" style=") && !tag.contains(" src"),
                "{tag}"
            );
            assert!(
                !tag.contains(" href=") || tag.contains(" href=\"#"),
                "{tag}"
            );
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
        source: None,
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
            level: Level::Error,
            label: Some(format!("eu-central-1, account {number:012}")),
            source: None,
            position: None,
            message: "not authorized ".repeat(100),
        })
        .collect();
    report.warnings = report.failures.clone();
    let outcome = Some("1 flow log declared: 1 missing.".repeat(9));
    report.sources = (0..3_000)
        .map(|number| Source {
            outcome: outcome.clone(),
            ..of(&number.to_string())
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
    fn no_format_writes_harmful_text(text in hostile(), several in any::<bool>()) {
        let mut report = full_of(&text);
        if several {
            let outcome = Some(text.clone());
            report.sources.push(Source { outcome, ..of("other") });
        }
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
                Format::Github => prop_assert_eq!(written.lines().count(), 9),
                Format::Html => assert_page(&written),
                Format::Text | Format::Markdown => {}
            }
        }
        for line in problems(&report).lines() {
            prop_assert!(!line.contains(|c| c != '\t' && is_harmful(c)), "{line:?}");
            prop_assert!(commands(line).next().is_none(), "{line:?}");
        }
        let colored = write(&report, Format::Text, Style::Color).unwrap();
        for (at, _) in colored.match_indices('\u{1b}') {
            let ours = ["\u{1b}[1m", "\u{1b}[0m", "\u{1b}[1;3"];
            prop_assert!(ours.iter().any(|code| colored[at..].starts_with(code)));
        }
    }
}

#[test]
fn a_mistake_has_its_place_in_each_format() {
    let mut report = empty("a.yaml");
    report.sources[0].path = Some("network/a.yaml".to_owned());
    let position = Some(Position { line: 3, column: 5 });
    let mistake = |level, message: &str| Failure {
        level,
        label: None,
        source: Some("a.yaml".to_owned()),
        position,
        message: message.to_owned(),
    };
    report
        .failures
        .push(mistake(Level::Error, "not a flow log"));
    report.warnings.push(mistake(Level::Warning, "not used"));
    let written = |format| write(&report, format, Style::Plain).unwrap();
    let text =
        "a.yaml:3:5: error: not a flow log\na.yaml:3:5: warning: not used\na.yaml: 2 things.\n";
    assert_eq!(written(Format::Text), text);
    let place = "file=network/a.yaml,line=3,col=5";
    let annotations = written(Format::Github);
    assert!(annotations.contains(&format!("::error {place},title=Things not checked::not a")));
    assert!(annotations.contains(&format!("::warning {place},title=Things::not used")));
    let sarif: Value = serde_json::from_str(&written(Format::Sarif)).unwrap();
    let results = &sarif["runs"][0]["results"];
    for (place, level) in ["error", "warning"].into_iter().enumerate() {
        assert_eq!(results[place]["level"], level);
        let location = &results[place]["locations"][0]["physicalLocation"];
        let artifact = json!({ "uri": "network/a.yaml", "uriBaseId": "%SRCROOT%" });
        assert_eq!(location["artifactLocation"], artifact);
        let region = json!({ "startLine": 3, "startColumn": 5 });
        assert_eq!(location["region"], region);
    }
    let junit = written(Format::Junit);
    assert!(
        junit.contains(">a.yaml:3:5: not a flow log</error>"),
        "{junit}"
    );
    assert!(
        junit.contains("<system-err>a.yaml:3:5: not used</system-err>"),
        "{junit}"
    );
    let markdown = written(Format::Markdown);
    assert!(
        markdown.contains("> **Error in `a.yaml:3:5`:** `not a flow log`"),
        "{markdown}"
    );
}

#[test]
fn several_sources_have_suites_and_lines_of_their_own() {
    let finding = |source: Option<&str>| Finding {
        rule: RULES[0],
        level: Level::Error,
        label: "main".to_owned(),
        source: source.map(str::to_owned),
        qualified_name: "here/main".to_owned(),
        location: vec!["here".to_owned()],
        position: source.map(|_| Position { line: 2, column: 1 }),
        headline: "differs".to_owned(),
        cause: None,
        changes: Vec::new(),
        properties: Vec::new(),
    };
    let mut report = empty("a.yaml");
    report.sources.push(Source {
        outcome: Some("1 thing.".to_owned()),
        ..of("b.yaml")
    });
    report.findings = vec![
        finding(Some("a.yaml")),
        finding(Some("b.yaml")),
        finding(None),
    ];
    let written = |format| write(&report, format, Style::Plain).unwrap();
    let text = written(Format::Text);
    assert!(text.contains("main (here, b.yaml:2:1)"), "{text}");
    assert!(
        text.ends_with("\n\nb.yaml: 1 thing.\n2 files: 2 things.\n"),
        "{text}"
    );
    let junit = written(Format::Junit);
    for suite in ["a.yaml", "b.yaml", "test"] {
        let suite = format!("<testsuite name=\"{suite}\" tests=\"1\" failures=\"1\"");
        assert!(junit.contains(&suite), "{junit}");
    }
    assert!(junit.contains("<testsuites tests=\"3\""), "{junit}");
    let sarif: Value = serde_json::from_str(&written(Format::Sarif)).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let prints: Vec<_> = results
        .iter()
        .map(|r| &r["partialFingerprints"]["thing/v1"])
        .collect();
    assert_eq!(
        prints,
        [
            "one-rule/a.yaml/here/main",
            "one-rule/b.yaml/here/main",
            "one-rule/here/main"
        ]
    );
}
