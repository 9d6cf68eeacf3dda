//! The registry documentation, which is generated from the schema, the examples and the templates.
//!
//! The layout is the one that the registry reads and that HashiCorp's generator writes. The content comes from
//! `provider::schema_json`, so a new noun needs no change here.

mod function;
mod pages;
mod reference;
mod section;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::harness::golden;
use pages::{KINDS, REGISTRY, catalogue, pages};

/// The largest page that the registry shows.
const LONGEST_PAGE: usize = 500 * 1024;

#[test]
fn the_pages_match_the_declarations() {
    golden::check(Some("docs"), &pages());
}

#[test]
fn every_page_has_its_front_matter_and_fits_the_registry() {
    for (path, text) in pages() {
        let front = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"));
        let (front, body) = front.unwrap_or_else(|| panic!("{path} has no front matter"));
        let mut keys = Vec::new();
        for line in front
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with(' '))
        {
            let (key, value) = line.split_once(':').unwrap();
            assert!(
                key == "subcategory" || !value.trim().is_empty(),
                "{path}: empty {key}"
            );
            keys.push(key);
        }
        assert_eq!(keys, ["page_title", "subcategory", "description"], "{path}");
        assert!(body.trim_start().starts_with("# "), "{path} has no title");
        assert!(text.len() < LONGEST_PAGE, "{path} is too long");
        assert!(
            text.ends_with('\n') && !text.ends_with("\n\n"),
            "{path} must end with one newline"
        );
        assert!(
            !text.contains("\n\n\n"),
            "{path} has two empty lines in a row"
        );
    }
}

#[test]
fn every_noun_has_a_page_and_an_example() {
    let provider = catalogue();
    let pages = pages();
    let mut nouns = 0;
    for kind in KINDS {
        for name in provider.names(kind.schemas) {
            let page = kind.page(&name);
            assert!(pages.contains_key(&page), "{page} is missing");
            assert!(
                pages[&page].contains("## Example Usage\n\n")
                    && pages[&page].contains("\n```terraform\n"),
                "{page} has no example"
            );
            nouns += 1;
        }
    }
    assert!(nouns >= 2, "{nouns} nouns");
    for (path, text) in &pages {
        let guide = path.starts_with("docs/guides/");
        assert!(
            guide || path == "docs/index.md" || KINDS.iter().any(|kind| kind.owns(path)),
            "{path} belongs to no noun"
        );
        assert!(
            guide || text.contains("\n## Schema\n") || text.contains("\n## Signature\n"),
            "{path} has no schema"
        );
    }
}

#[test]
fn every_example_and_every_template_is_used() {
    let known = pages::sources();
    for folder in ["examples", "templates"] {
        for path in golden::files_under(folder) {
            let apart = [
                "examples/ci/",
                "examples/demo/",
                "examples/questions/",
                "examples/stacks/",
            ];
            if !apart.iter().any(|head| path.starts_with(head)) {
                assert!(known.contains(&path), "{path} is on no page");
            }
        }
    }
}

/// The Registry shows the page `docs/a/b.md` at `…/docs/a/b`, and the index at `…/docs`, so only absolute links work on the
/// index. Elsewhere it resolves a relative link against the address of the page, as a file system does.
#[test]
fn links_between_pages_have_a_target() {
    let pages = pages();
    let mut followed = 0;
    for (path, text) in &pages {
        for target in links(text) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let there = match file.strip_prefix(REGISTRY) {
                Some("") => "docs/index.md".to_owned(),
                Some(rest) => format!("docs{rest}.md"),
                None if target.starts_with("https://") => continue,
                None if file.is_empty() => path.clone(),
                None => {
                    assert_ne!(path, "docs/index.md", "{target} must be absolute there");
                    resolve(path, file)
                }
            };
            let page = pages.get(&there);
            let page = page.unwrap_or_else(|| panic!("{path} links to {target}: no page {there}"));
            assert!(
                anchor.is_empty() || anchors(page).contains(anchor),
                "{path} links to {target}: no such anchor in {there}"
            );
            followed += 1;
        }
    }
    assert!(followed > 100, "{followed} links");
}

/// GitHub and the Registry make the same anchor of a heading with plain words only.
#[test]
fn anchors_that_are_linked_are_the_same_on_github_and_in_the_registry() {
    for (path, text) in &pages() {
        for (_, anchor) in links(text).filter_map(|target| target.split_once('#')) {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            let named = anchor.starts_with("nestedblock--") || anchor.starts_with("nestedatt--");
            assert!(
                named || anchor.chars().all(plain) && !anchor.contains("--"),
                "{path} links to #{anchor}"
            );
        }
    }
}

/// Files outside of `docs/` that the README and the other documents link to.
#[test]
fn links_of_other_documents_have_a_target() {
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
    ] {
        let text = golden::read(document);
        for target in links(&text).filter(|target| !target.starts_with("https://")) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let there = if file.is_empty() { document } else { file };
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(there);
            assert!(path.exists(), "{document} links to {target}");
            assert!(
                anchor.is_empty() || anchors(&golden::read(there)).contains(anchor),
                "{document} links to {target}: no such anchor"
            );
        }
    }
}

#[test]
fn several_examples_of_a_page_have_headings() {
    for (page, titles) in pages::example_titles() {
        assert!(
            titles.len() < 2 || titles.iter().all(Option::is_some),
            "{page} has an example without a title: {titles:?}"
        );
    }
}

#[test]
fn the_index_lists_every_page() {
    let pages = pages();
    let index = &pages["docs/index.md"];
    for path in pages.keys().filter(|path| *path != "docs/index.md") {
        let page = path.trim_start_matches("docs").trim_end_matches(".md");
        assert!(
            index.contains(&format!("]({REGISTRY}{page})")),
            "{path} is not on the index"
        );
    }
}

/// Returns the targets of the links in a text. Code has none.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    let prose = text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    });
    let ends = prose.flat_map(|line| line.split("](").skip(1));
    ends.filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// Returns the page that a link on another page refers to.
fn resolve(from: &str, link: &str) -> String {
    let mut folders: Vec<&str> = from.split('/').collect();
    folders.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(folders.pop()),
            "." => {}
            name => folders.push(name),
        }
    }
    folders.join("/")
}

/// Returns the link targets of a page: its headings and its named anchors.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let headings = headings.map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        words
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                _ => None,
            })
            .collect()
    });
    let named = text.split("<a id=\"").skip(1);
    let named = named.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    headings.chain(named).collect()
}

#[test]
fn every_description_is_a_sentence() {
    let schema = vpcflow::provider::schema_json().unwrap();
    let mut bad = BTreeMap::new();
    let mut described = 0;
    each_described("", &schema, &mut |path, object| {
        described += 1;
        let text = object.get("description").and_then(Value::as_str);
        let text = text.unwrap_or_default();
        let begins = text
            .chars()
            .next()
            .is_some_and(|c| c.is_uppercase() || c == '`');
        if !begins || !text.ends_with('.') || text.ends_with("..") || text.contains("  ") {
            bad.insert(path.to_owned(), text.to_owned());
        }
    });
    assert_eq!(bad, BTreeMap::new());
    assert!(described > 100, "{described} descriptions");
}

/// Visits everything that needs a description: blocks, attributes, functions and their parameters.
fn each_described(path: &str, json: &Value, visit: &mut dyn FnMut(&str, &Map<String, Value>)) {
    if let Value::Object(object) = json {
        // A parameter of a function has no description kind, but has a type and a name.
        let parameter = object.contains_key("type") && object.contains_key("name");
        if object.contains_key("description_kind") || parameter {
            visit(path, object);
        }
        if object.contains_key("return_type") {
            visit(path, object);
        }
    }
    match json {
        Value::Object(object) => {
            for (name, inner) in object.iter().filter(|(name, _)| *name != "type") {
                each_described(&format!("{path}/{name}"), inner, visit);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                each_described(&format!("{path}/{index}"), inner, visit);
            }
        }
        _ => {}
    }
}
