//! The titles of errors on the page about troubleshooting, and those in the source.

use std::collections::BTreeSet;

use crate::harness::golden;

const PAGE: &str = "docs/guides/troubleshooting.md";

/// Files whose texts only look like titles.
const NO_TITLES: [&str; 5] = [
    "src/events/source/implied.rs",
    "src/record/yandex/mod.rs",
    "src/aws/http.rs",
    "src/aws/configuration.rs",
    "src/framework/mocked.rs",
];

/// Replaces what a title names by `…`.
fn general(title: &str) -> String {
    let mut text = String::new();
    for (number, part) in title.split('{').enumerate() {
        match number {
            0 => text.push_str(part),
            _ => text.push_str(&format!(
                "…{}",
                part.split_once('}').map_or("", |(_, rest)| rest)
            )),
        }
    }
    text
}

/// Returns the text literal at the start, if it begins like a title.
fn literal(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let text = text.strip_prefix("format!(").unwrap_or(text).trim_start();
    let (text, _) = text.strip_prefix('"')?.split_once('"')?;
    text.starts_with(|c: char| c.is_ascii_uppercase())
        .then_some(text)
}

fn is_rule(text: &str) -> bool {
    let is_id = text.ends_with('-') || !text.starts_with(|c: char| c.is_ascii_lowercase());
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !is_id && text.contains('-') && text.chars().all(plain)
}

/// Finds the titles: after the name of a rule, after `let summary =`, and in the list of reasons.
fn of_source(path: &str, text: &str, titles: &mut BTreeSet<String>) {
    let text = text.split("#[cfg(test)]").next().unwrap();
    for (at, _) in text.match_indices("\",") {
        let before = text[..at].rsplit('"').next().unwrap();
        if is_rule(before) {
            titles.extend(literal(&text[at + 2..]).map(general));
        }
    }
    for rest in text.split("let summary =").skip(1) {
        titles.extend(literal(rest).map(general));
    }
    if path == "src/events/completeness/text.rs" {
        let list = text
            .split("fn title(")
            .nth(1)
            .unwrap()
            .split("\n}\n")
            .next()
            .unwrap();
        for rest in list.split("=>").skip(1) {
            titles.extend(literal(rest.trim_start().trim_start_matches('{')).map(general));
        }
    }
}

#[test]
fn every_title_of_the_source_is_explained_and_every_explained_title_exists() {
    let mut titles = BTreeSet::new();
    for path in golden::files_under("src") {
        let is_test = path.contains("/tests") || NO_TITLES.contains(&path.as_str());
        if path.ends_with(".rs") && !is_test {
            of_source(&path, &golden::read(&path), &mut titles);
        }
    }
    assert!(titles.len() > 100, "{titles:?}");
    let page = golden::read(PAGE);
    let bold = page.split("**").skip(1).step_by(2);
    let explained: BTreeSet<_> = bold.map(str::to_owned).collect();
    let missing: Vec<_> = titles.difference(&explained).collect();
    let gone: Vec<_> = explained.difference(&titles).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "not explained: {missing:#?}\nnot in the source: {gone:#?}"
    );
}
