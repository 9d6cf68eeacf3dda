use super::*;
use crate::framework::Severity;

fn filter(name: &str, values: &[&str]) -> Filter {
    let values = values.iter().map(|value| Attr::Known((*value).to_owned()));
    Filter {
        name: Attr::Known(name.to_owned()),
        values: Attr::Known(values.collect()),
    }
}

fn filters(filters: impl IntoIterator<Item = Filter>) -> Filters {
    Filters {
        filter: Attr::Known(filters.into_iter().collect()),
        ..Filters::default()
    }
}

fn problems(filters: &Filters) -> Vec<(Severity, String)> {
    let mut diagnostics = Diagnostics::new();
    filters.check(&mut diagnostics);
    let said = diagnostics.iter();
    said.map(|d| (d.severity, format!("{}: {}", d.summary, d.detail)))
        .collect()
}

#[test]
fn every_name_of_describe_flow_logs_is_taken_without_a_word() {
    for (name, possible) in NAMES {
        let value = possible.first().copied().unwrap_or("x");
        assert_eq!(problems(&filters([filter(name, &[value])])), [], "{name}");
    }
    assert_eq!(problems(&filters([filter("tag:Name", &["a*"])])), []);
}

#[test]
fn an_unknown_name_warns_and_is_passed_on() {
    let newer = filters([filter("log-destination", &["x"])]);
    let said = problems(&newer);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].0, Severity::Warning);
    assert!(
        said[0].1.contains("`log-destination-type`"),
        "{}",
        said[0].1
    );
    assert_eq!(
        newer.to_ec2(),
        [("log-destination".to_owned(), vec!["x".to_owned()])]
    );
    let misspelt = problems(&filters([filter("Resource_ID", &["vpc-1"])]));
    assert!(
        misspelt[0].1.ends_with("Did you mean `resource-id`?"),
        "{misspelt:?}"
    );
}

#[test]
fn a_value_that_no_flow_log_has_warns() {
    let said = problems(&filters([filter("traffic-type", &["all", "AL*"])]));
    assert_eq!(said.len(), 1);
    assert!(said[0].1.contains("\"all\""), "{said:?}");
}

#[test]
fn what_ec2_would_refuse_is_an_error() {
    let many: Vec<String> = (0..201).map(|n| format!("vpc-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let ids = Filters {
        flow_log_ids: Attr::Known(BTreeSet::from([Attr::Known("vpc-1".to_owned())])),
        ..Filters::default()
    };
    let cases = [
        (filters([filter("", &["x"])]), "no-filter-name"),
        (filters([filter("tag:", &["x"])]), "no-filter-name"),
        (
            filters([filter("resource-id", &[])]),
            "filter-without-values",
        ),
        (
            filters([filter("resource-id", &many)]),
            "too-many-filter-values",
        ),
        (ids, "malformed-id"),
    ];
    for (filters, rule) in cases {
        let mut diagnostics = Diagnostics::new();
        filters.check(&mut diagnostics);
        let errors = diagnostics.iter();
        let rules: Vec<_> = errors.map(|error| (error.severity, error.rule)).collect();
        assert_eq!(rules, [(Severity::Error, rule)]);
    }
}

#[test]
fn tags_become_filters_and_null_ones_are_left_out() {
    let filters = Filters {
        tags: Attr::Known(BTreeMap::from([
            ("Env".to_owned(), Attr::Known("prod".to_owned())),
            ("Team".to_owned(), Attr::Null),
        ])),
        ..filters([filter("resource-id", &["vpc-2", "vpc-1"])])
    };
    let text = |text: &str| text.to_owned();
    assert_eq!(
        filters.to_ec2(),
        [
            (text("resource-id"), vec![text("vpc-1"), text("vpc-2")]),
            (text("tag:Env"), vec![text("prod")]),
        ]
    );
    assert_eq!(filters.ids(), None);
    assert!(!filters.is_empty());
    assert!(Filters::default().is_empty());
}

#[test]
fn what_is_not_known_yet_is_not_judged() {
    let unknown = Filters {
        filter: Attr::Known(BTreeSet::from([Filter {
            name: Attr::Unknown,
            values: Attr::Unknown,
        }])),
        tags: Attr::Unknown,
        flow_log_ids: Attr::Unknown,
    };
    assert_eq!(problems(&unknown), []);
    assert!(!unknown.is_empty());
}
