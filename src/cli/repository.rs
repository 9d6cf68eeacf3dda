//! The paths of files in a repository.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::place::STANDARD;

/// The name of what Git keeps in the root of a repository: a folder, or in a linked worktree a file.
const GIT: &str = ".git";

/// Returns the path of a file as code scanning and pull requests know it: relative to the root of its repository. Outside of
/// a repository, it is relative to the current folder, or absolute if the file is elsewhere.
pub(super) fn path(file: &str) -> String {
    if file == STANDARD {
        return file.to_owned();
    }
    from_root(Path::new(file)).unwrap_or_else(|| file.to_owned())
}

fn from_root(file: &Path) -> Option<String> {
    // A link in the repository keeps its own name.
    let name = file.file_name()?;
    let parent = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let folder = fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
    let root = folder.ancestors().find(|folder| folder.join(GIT).exists());
    let root = root.map(PathBuf::from);
    let root = root.or_else(|| fs::canonicalize(".").ok())?;
    let absolute = folder.join(name);
    let path = absolute.strip_prefix(&root).unwrap_or(&absolute);
    let mut text = String::new();
    for part in path.components() {
        match part {
            Component::RootDir => text.push('/'),
            other => {
                if !text.is_empty() && !text.ends_with('/') {
                    text.push('/');
                }
                text.push_str(other.as_os_str().to_str()?);
            }
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_root_of_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        let file = root.join("a/b/../b/stack.yaml").display().to_string();
        assert_eq!(path(&file), root.join("a/b/stack.yaml").to_str().unwrap());
        fs::write(root.join(GIT), "gitdir: elsewhere").unwrap();
        assert_eq!(path(&file), "a/b/stack.yaml");
        assert_eq!(path(STANDARD), STANDARD);
        assert_eq!(path("no/such/folder/x.yaml"), "no/such/folder/x.yaml");
    }
}
