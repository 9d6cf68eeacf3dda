//! Checks the code against the layer table of ARCHITECTURE.md: which modules and crates a module may use.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module, the modules that it may use, and the crates and names that it must never use.
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("text", &[], &["tonic", "prost", "aws_", "schemars"]),
    ("plugin", &["text"], &["aws_", "schemars"]),
    ("cty", &[], &["tonic", "prost", "aws_"]),
    ("framework", &["cty"], &["tonic", "prost", "aws_"]),
    ("protocol", &["framework", "cty", "text"], &["aws_"]),
    ("arn", &[], &["tonic", "prost", "aws_", "schemars"]),
    ("record", &["text"], &["tonic", "prost", "aws_", "schemars"]),
    (
        "functions",
        &["framework", "cty", "arn", "record", "text"],
        &["tonic", "prost", "aws_"],
    ),
    ("aws", &["arn", "text"], &["tonic", "prost", "schemars"]),
    ("report", &["text"], &["tonic", "prost", "aws_"]),
    (
        "connection",
        &["aws", "framework"],
        &["tonic", "prost", "aws_"],
    ),
    (
        "flow_log",
        &[
            "framework",
            "cty",
            "arn",
            "record",
            "aws",
            "connection",
            "text",
        ],
        &["tonic", "prost", "aws_"],
    ),
    (
        "events",
        &[
            "framework",
            "cty",
            "arn",
            "record",
            "aws",
            "connection",
            "report",
            "text",
        ],
        &["tonic", "prost", "aws_"],
    ),
    (
        "coverage",
        &[
            "framework",
            "cty",
            "arn",
            "record",
            "aws",
            "connection",
            "report",
            "text",
        ],
        &["tonic", "prost", "aws_"],
    ),
    (
        "provider",
        &[
            "framework",
            "cty",
            "aws",
            "connection",
            "flow_log",
            "events",
            "coverage",
            "functions",
            "text",
        ],
        &["tonic", "prost", "aws_"],
    ),
    (
        "stack",
        &[
            "framework",
            "cty",
            "arn",
            "aws",
            "connection",
            "flow_log",
            "report",
            "text",
        ],
        &["tonic", "prost", "aws_"],
    ),
    (
        "cli",
        &[
            "provider", "stack", "coverage", "events", "report", "arn", "aws", "text",
        ],
        &["tonic", "prost", "aws_"],
    ),
];

#[test]
fn every_path_complies_with_the_layer_table() {
    let mut broken = Vec::new();
    for (module, may_use, never) in LAYERS {
        for (file, line, text) in lines_of(module) {
            let of_ours = text
                .match_indices("crate::")
                .map(|(at, _)| first_name(&text[at + 7..]));
            for used in of_ours.filter(|used| used != module && is_module(used)) {
                if !may_use.contains(&used.as_str()) {
                    broken.push(format!("{file}:{line}: {module} uses {used}"));
                }
            }
            if text.contains("crate::{") {
                broken.push(format!("{file}:{line}: write one `use` for each module"));
            }
            for banned in *never {
                if names_crate(&text, banned) {
                    broken.push(format!("{file}:{line}: {module} names {banned}"));
                }
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_module_is_in_the_layer_table_and_in_the_architecture() {
    let listed: BTreeSet<&str> = LAYERS.iter().map(|(module, ..)| *module).collect();
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    assert_eq!(listed, declared.collect());
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (module, may_use, _) in LAYERS {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{module}`")));
        let row = row.unwrap_or_else(|| panic!("no row for {module} in ARCHITECTURE.md"));
        let column = row.split('|').nth(2).unwrap();
        let named: BTreeSet<&str> = column.split('`').skip(1).step_by(2).collect();
        assert_eq!(
            named,
            may_use.iter().copied().collect(),
            "{module} in ARCHITECTURE.md"
        );
    }
}

#[test]
fn every_file_has_module_documentation() {
    for path in sources(&root().join("src")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let tests = path.file_name().is_some_and(|name| name == "tests.rs")
            || path.components().any(|part| part.as_os_str() == "tests");
        assert!(
            tests || text.starts_with("//!"),
            "{} begins without a //! line",
            path.display()
        );
    }
}

/// Returns the code lines of a module, without comments.
fn lines_of(module: &str) -> Vec<(String, usize, String)> {
    let source = root().join("src");
    let mut files = sources(&source.join(module));
    files.extend(Some(source.join(format!("{module}.rs"))).filter(|file| file.exists()));
    assert!(!files.is_empty(), "no module {module}");
    let mut lines = Vec::new();
    for file in files {
        let shown = file.strip_prefix(&source).unwrap().display().to_string();
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default().to_owned();
            lines.push((shown.clone(), number + 1, code));
        }
    }
    lines
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Returns the first module of a path or of a group of paths after `crate::`.
fn first_name(path: &str) -> String {
    path.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

fn is_module(name: &str) -> bool {
    let modules: BTreeMap<_, _> = LAYERS.iter().map(|(module, ..)| (*module, ())).collect();
    modules.contains_key(name)
}

fn names_crate(text: &str, head: &str) -> bool {
    text.match_indices(head).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let whole = first_name(&text[at..]);
        let starts = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':');
        // The cryptography library has this prefix, but is not part of the SDK. A quoted name is a string.
        let another = whole == "aws_lc_rs" || before == Some('"');
        starts && !another && text[at + whole.len()..].starts_with("::")
    })
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
