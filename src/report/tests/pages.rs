//! Pages, with much, with nothing, and with what does not fit.

use super::*;

#[test]
fn a_page_is_never_too_long_and_counts_what_does_not_fit() {
    let finding = |number: usize, label: &str| Finding {
        rule: RULES[0],
        level: Level::Error,
        label: label.to_owned(),
        source: None,
        qualified_name: String::new(),
        location: vec![
            format!("main-{number}"),
            "eu-central-1".to_owned(),
            "123456789012".to_owned(),
        ],
        position: None,
        headline: "is not recorded".to_owned(),
        cause: None,
        changes: Vec::new(),
        properties: Vec::new(),
    };
    let mut report = empty("a.yaml");
    report.findings = (0..10_000)
        .map(|number| finding(number, &format!("vpc-{number:017}")))
        .collect();
    let text = write(&report, Format::Html, Style::Plain).unwrap();
    assert!(text.len() < html::LONGEST, "{}", text.len());
    assert!(
        text.contains("vpc-00000000000009999") && !text.contains("which do not fit"),
        "all findings fit"
    );

    let long = "<&\"'>".repeat(800);
    report.findings = (0..10_000).map(|number| finding(number, &long)).collect();
    let failure = Failure {
        level: Level::Error,
        label: Some(long.clone()),
        source: None,
        position: None,
        message: long.repeat(9),
    };
    report.failures = vec![failure.clone(); 1_000];
    report.warnings = vec![failure; 1_000];
    report.title = long.clone();
    report.summary = format!("{long}\n").repeat(9);
    report.facts = vec![("Regions", report.summary.clone()); 3];
    report.sources = (0..1_000)
        .map(|number| Source {
            outcome: Some(long.clone()),
            ..of(&format!("{long}{number}"))
        })
        .collect();
    report.passed = vec![
        Passed {
            source: Some(long.clone()),
            name: long.clone()
        };
        10_000
    ];
    let within = |within: Vec<Area>| Area {
        name: long.clone(),
        within,
        ..Area::default()
    };
    report.map = vec![within(vec![within(vec![within(Vec::new()); 100]); 10]); 10];
    let text = write(&report, Format::Html, Style::Plain).unwrap();
    assert!(text.len() < html::LONGEST, "{}", text.len());
    for what in [
        "findings", "errors", "warnings", "files", "names", "networks",
    ] {
        assert!(
            text.contains(&format!("more {what}, which do not fit")),
            "{what}"
        );
    }
    assert_page(&text);
}

#[test]
fn an_empty_page_says_why_it_is_empty() {
    let written = |report: &Report| write(report, Format::Html, Style::Plain).unwrap();
    let mut report = empty("a.yaml");
    assert!(written(&report).contains("There was nothing to check"));
    report.passed.push(Passed {
        source: None,
        name: "main".to_owned(),
    });
    assert!(written(&report).contains("no rule is violated"));
    report.failures.push(Failure {
        level: Level::Error,
        label: Some("eu-central-1".to_owned()),
        source: None,
        position: None,
        message: "not authorized".to_owned(),
    });
    let text = written(&report);
    assert!(
        text.contains("Not everything could be") && text.contains("not authorized"),
        "{text}"
    );
    assert!(!text.contains(">passed<"), "{text}");
}
