//! Refuses circles between the files of `src/`, so that each file can be understood with only the files that it uses.
//!
//! A file uses another file if it uses a name that is defined there. A name that a parent only re-exports counts for
//! the file that defines it. A `mod.rs` can therefore publish the names of its children, and the children can use each
//! other's names. A child may use names that its parents define, because a parent is the table of contents of its
//! children. Test modules are not checked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex_lite::Regex;

/// The path of a module from the root of the crate on.
type Module = Vec<String>;

#[test]
fn no_files_use_each_other_in_a_circle() {
    let house = Source::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let uses = house.uses();
    assert!(uses.len() > 200, "only {} modules were read", uses.len());
    assert_eq!(circles(&uses), Vec::<String>::new());
}

#[test]
fn a_circle_is_found_through_re_exports_and_inner_paths() {
    let files = [
        (
            "room",
            "mod one;\nmod two;\npub use one::One;\npub use two::{Two as Second, three};",
        ),
        ("room::one", "use super::Second;\npub struct One(Second);"),
        (
            "room::two",
            "pub fn three() { super::one::One::default(); }\npub struct Two;",
        ),
        ("alone", "use crate::room::{self, One};"),
    ];
    let house = Source::of(files.map(|(module, text)| (path(module), text.to_owned())));
    let uses = house.uses();
    assert_eq!(
        uses[&path("alone")],
        [path("room"), path("room::one")].into()
    );
    assert_eq!(circles(&uses), ["room::one ↔ room::two"]);
}

/// The source: each module with its text and its imports.
struct Source {
    texts: BTreeMap<Module, String>,
    imports: BTreeMap<Module, Vec<Import>>,
}

/// A name that a `use` imports into a module.
struct Import {
    name: String,
    path: Vec<String>,
    /// Whether the import only re-exports the name.
    is_public: bool,
}

impl Source {
    fn read(source: &Path) -> Self {
        let mut files = Vec::new();
        let mut folders = vec![source.to_owned()];
        while let Some(folder) = folders.pop() {
            for path in folder
                .read_dir()
                .unwrap()
                .map(|entry| entry.unwrap().path())
            {
                if path.is_dir() {
                    folders.push(path);
                } else if let Some(module) = module(source, &path) {
                    files.push((module, std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        Self::of(files)
    }

    fn of(files: impl IntoIterator<Item = (Module, String)>) -> Self {
        let texts: BTreeMap<_, _> = files
            .into_iter()
            .map(|(module, text)| (module, code(&text)))
            .collect();
        let statement = Regex::new(r"(?m)^\s*(pub(?:\([^)]*\))? )?use ([^;]+);").unwrap();
        let imports = texts.iter().map(|(module, text)| {
            let mut imports = Vec::new();
            for found in statement.captures_iter(text) {
                let is_public = found.get(1).is_some();
                for (name, path) in expanded(&found[2]) {
                    if let Some(path) = absolute(&texts, module, &path) {
                        imports.push(Import {
                            name,
                            path,
                            is_public,
                        });
                    }
                }
            }
            (module.clone(), imports)
        });
        let imports = imports.collect();
        Self { texts, imports }
    }

    /// Returns for each module the modules that it uses.
    fn uses(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let inner = Regex::new(r"\b[a-z_]\w*(?:::\w+)+").unwrap();
        let statement = Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))? )?use [^;]+;").unwrap();
        let mut uses = BTreeMap::new();
        for (module, text) in &self.texts {
            let imports = self.imports[module]
                .iter()
                .filter(|import| !import.is_public);
            let mut paths: Vec<_> = imports.map(|import| import.path.clone()).collect();
            let body = statement.replace_all(text, "");
            for found in inner.find_iter(&body) {
                let written: Vec<_> = found.as_str().split("::").map(str::to_owned).collect();
                paths.extend(absolute(&self.texts, module, &written));
            }
            let used = paths
                .iter()
                .filter_map(|path| self.defining_module(path, 0));
            // A child and its parents belong together, because a parent is the table of contents of its children.
            let used = used.filter(|used| !module.starts_with(used));
            uses.insert(module.clone(), used.collect());
        }
        uses
    }

    /// Returns the module that defines the name of a path.
    fn defining_module(&self, path: &[String], depth: usize) -> Option<Module> {
        let length = (1..=path.len())
            .rev()
            .find(|length| self.texts.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        let passed_on = rest.first().and_then(|name| {
            let imports = &self.imports[module];
            imports.iter().find(|import| import.name == *name)
        });
        match passed_on {
            Some(import) if depth < 8 => {
                let path: Vec<_> = import.path.iter().chain(&rest[1..]).cloned().collect();
                self.defining_module(&path, depth + 1)
            }
            _ => Some(module.to_vec()),
        }
    }
}

/// Returns the module of a file, or `None` for tests and the roots of the crates.
fn module(source: &Path, file: &Path) -> Option<Module> {
    let inside = file.strip_prefix(source).ok()?.with_extension("");
    let mut parts: Module = inside
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    let is_root = matches!(parts[..], [ref only] if only == "lib" || only == "main");
    let is_test = parts
        .iter()
        .any(|part| part == "tests" || part == "arbitrary");
    (file.extension()? == "rs" && !is_root && !is_test).then_some(parts)
}

/// Returns the code of a file without comments and without its tests, which are at its end.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    let lines = text[..end]
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the names that a `use` imports, each with its path as written.
fn expanded(tree: &str) -> Vec<(String, Vec<String>)> {
    let tree = tree.trim();
    if let Some((head, inside)) = tree.split_once('{') {
        let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
        let head: Vec<_> = head
            .split("::")
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect();
        let members = split(inside).into_iter().flat_map(expanded);
        return members
            .map(|(name, path)| {
                let name = if name == "self" {
                    head.last().cloned().unwrap_or_default()
                } else {
                    name
                };
                let path = path
                    .into_iter()
                    .filter(|part| part != "self" || head.is_empty());
                (name, head.iter().cloned().chain(path).collect())
            })
            .collect();
    }
    let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
    let path: Vec<_> = path
        .split("::")
        .map(|part| part.trim().to_owned())
        .collect();
    let last = path.last().cloned().unwrap_or_default();
    let name = if name.is_empty() {
        last
    } else {
        name.trim().to_owned()
    };
    vec![(name, path)]
}

/// Splits the members of a group at the commas of the group.
fn split(inside: &str) -> Vec<&str> {
    let mut depth = 0;
    let parts = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    parts.filter(|part| !part.trim().is_empty()).collect()
}

/// Resolves a written path from the root of the crate. Paths of other crates have no result.
fn absolute(
    modules: &BTreeMap<Module, String>,
    module: &[String],
    written: &[String],
) -> Option<Vec<String>> {
    let (first, rest) = written.split_first()?;
    let mut base = match first.as_str() {
        "crate" => return Some(rest.to_vec()),
        "self" | "super" => module.to_vec(),
        child => {
            let child = [module, &[child.to_owned()]].concat();
            let is_ours = modules.contains_key(&child);
            return is_ours.then(|| [module, written].concat());
        }
    };
    let ups = written.iter().take_while(|part| *part == "super").count();
    base.truncate(base.len().checked_sub(ups)?);
    base.extend_from_slice(&written[ups.max(usize::from(first == "self"))..]);
    Some(base)
}

/// Lists the groups of modules that reach each other.
fn circles(uses: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let reached: BTreeMap<_, _> = uses
        .keys()
        .map(|module| (module, reach(uses, module)))
        .collect();
    let mut groups = BTreeSet::new();
    for (module, reaches) in &reached {
        let back = reaches
            .iter()
            .filter(|other| reached[other].contains(*module));
        let group: BTreeSet<_> = back.map(|other| other.join("::")).collect();
        if !group.is_empty() {
            groups.insert(group.into_iter().collect::<Vec<_>>().join(" ↔ "));
        }
    }
    groups.into_iter().collect()
}

/// Returns all modules that one uses directly or through others.
fn reach(uses: &BTreeMap<Module, BTreeSet<Module>>, from: &Module) -> BTreeSet<Module> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for used in uses.get(module).into_iter().flatten() {
            if reached.insert(used.clone()) {
                open.push(used);
            }
        }
    }
    reached
}

fn path(module: &str) -> Module {
    module.split("::").map(str::to_owned).collect()
}
