//! The Terraform states in a folder.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// The most states in a folder, and the deepest folder below the one that is named.
const STATES: usize = 10_000;
const DEEPEST: usize = 64;
/// The most problems that are listed.
const PROBLEMS: usize = 100;

/// The reason why some states in a folder are not read. What is not read could declare anything.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub(super) struct Problem {
    /// The path, as far as it is text.
    pub(super) path: String,
    why: Why,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("the folder contains no *.tfstate file")]
    Empty,
    #[error("the folder contains more than {STATES} states; name a folder that contains fewer")]
    TooMany,
    #[error("the folder is more than {DEEPEST} folders below the one that is named; name it, too")]
    TooDeep,
    #[error("the states in it are not read: {0}")]
    Unreadable(io::Error),
    #[error("the name is not UTF-8 text; rename it")]
    Name,
    #[error("more than {PROBLEMS} folders in it cannot be read")]
    TooManyProblems,
}

/// Finds the states in a folder and in its folders, and lists what cannot be read.
pub(super) fn states(folder: &str) -> (Vec<String>, Vec<Problem>) {
    let mut search = Search::default();
    search.folder(Path::new(folder), 0);
    let why = if search.problems.len() > PROBLEMS {
        search.problems.truncate(PROBLEMS);
        Some(Why::TooManyProblems)
    } else if search.states.len() > STATES {
        search.states.clear();
        search.problems.clear();
        Some(Why::TooMany)
    } else if search.states.is_empty() && search.problems.is_empty() {
        Some(Why::Empty)
    } else {
        None
    };
    if let Some(why) = why {
        search.add(Path::new(folder), why);
    }
    (search.states, search.problems)
}

/// A search for states in folders.
#[derive(Default)]
struct Search {
    states: Vec<String>,
    problems: Vec<Problem>,
    /// The folders without links, so that a link to a folder above does not lead around in a circle.
    seen: BTreeSet<PathBuf>,
}

impl Search {
    fn folder(&mut self, folder: &Path, depth: usize) {
        match fs::canonicalize(folder) {
            Ok(real) => {
                if !self.seen.insert(real) {
                    return;
                }
            }
            Err(error) => return self.add(folder, Why::Unreadable(error)),
        }
        if depth > DEEPEST {
            return self.add(folder, Why::TooDeep);
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.add(folder, Why::Unreadable(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(error) => self.add(folder, Why::Unreadable(error)),
            }
        }
        paths.sort();
        for path in paths {
            if self.is_full() {
                return;
            }
            self.entry(&path, depth);
        }
    }

    fn entry(&mut self, path: &Path, depth: usize) {
        let is_state = path.extension().is_some_and(|ending| ending == "tfstate");
        // Terraform keeps modules and a pointer to the state there.
        let is_own = path.file_name().is_some_and(|name| name == ".terraform");
        match fs::metadata(path).as_ref().map(Metadata::is_dir) {
            Ok(true) if is_own => {}
            Ok(true) => self.folder(path, depth + 1),
            // Reading a state tells why it cannot be read.
            _ if is_state => match path.to_str() {
                Some(name) => self.states.push(name.to_owned()),
                None => self.add(path, Why::Name),
            },
            Ok(false) => {}
            Err(_) if is_own || leads_nowhere(path) => {}
            Err(_) => {
                // It could be a folder.
                if let Err(error) = fs::metadata(path) {
                    self.add(path, Why::Unreadable(error));
                }
            }
        }
    }

    fn add(&mut self, path: &Path, why: Why) {
        let path = path.display().to_string();
        self.problems.push(Problem { path, why });
    }

    fn is_full(&self) -> bool {
        self.states.len() > STATES || self.problems.len() > PROBLEMS
    }
}

/// Reports whether a path is a link to nothing, or to itself.
fn leads_nowhere(path: &Path) -> bool {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let denied = fs::metadata(path).is_err_and(|e| e.kind() == io::ErrorKind::PermissionDenied);
    is_link && !denied
}
