//! Compares generated files in the repository with the current output, or updates them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The variable with which the tests write the files instead of comparing them. `make docs` sets it for docs/ and schemas/.
const UPDATE: &str = "UPDATE_GOLDEN";

/// Compares files, by their path in the repository, with the expected text. If a folder is given, it must not contain other
/// files.
#[track_caller]
pub(crate) fn check(folder: Option<&str>, wanted: &BTreeMap<String, String>) {
    let committed: BTreeMap<String, String> = match folder {
        // Pictures are not text, and differ between machines with different fonts.
        Some(folder) => files_under(folder)
            .into_iter()
            .filter(|path| !path.ends_with(".png"))
            .map(with_text)
            .collect(),
        None => wanted
            .keys()
            .filter(|path| root().join(path).exists())
            .map(|path| with_text(path.clone()))
            .collect(),
    };
    if std::env::var_os(UPDATE).is_some() {
        for path in committed.keys().filter(|path| !wanted.contains_key(*path)) {
            std::fs::remove_file(root().join(path)).unwrap();
        }
        for (path, text) in wanted {
            let path = root().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        return;
    }
    let mut stale = Vec::new();
    for path in wanted.keys().chain(committed.keys()) {
        match (wanted.get(path), committed.get(path)) {
            (Some(wanted), Some(committed)) => {
                stale.extend(first_difference(path, wanted, committed));
            }
            (Some(_), None) => stale.push(format!("{path} is missing")),
            (None, _) => stale.push(format!("{path} is not generated")),
        }
    }
    stale.dedup();
    assert!(
        stale.is_empty(),
        "generated files are stale (update them with `make docs`, or with {UPDATE}=1 and this test):\n{}",
        stale.join("\n")
    );
}

/// Returns the paths of all files under a folder of the repository, in order. The folder may be missing.
pub(crate) fn files_under(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(root().join(folder)) else {
        return found;
    };
    for entry in entries.map(Result::unwrap) {
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_under(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Reads a file of the repository.
#[track_caller]
pub(crate) fn read(path: &str) -> String {
    let text = std::fs::read_to_string(root().join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn with_text(path: String) -> (String, String) {
    let text = read(&path);
    (path, text)
}

fn first_difference(path: &str, wanted: &str, committed: &str) -> Option<String> {
    if wanted == committed {
        return None;
    }
    let lines = wanted.lines().zip(committed.lines());
    let (number, (wanted, committed)) = lines
        .enumerate()
        .find(|(_, (wanted, committed))| wanted != committed)
        .unwrap_or((wanted.lines().count(), ("(the end)", "(the end)")));
    let number = number + 1;
    Some(format!(
        "{path}:{number}\n  is:     {committed}\n  should: {wanted}"
    ))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
