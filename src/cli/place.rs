//! Where a report is written, and whether it can be written there.

use std::fs::{self, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The name of the standard input and of the standard output.
pub(super) const STANDARD: &str = "-";
/// The most links that are followed, as in Linux.
const LINKS: usize = 40;

/// A regular file, whichever way its path is written. Two paths of one file have the same identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    /// A file that exists.
    #[cfg(unix)]
    Node(u64, u64),
    /// A file that does not exist yet, by the path without links.
    Path(PathBuf),
}

/// The reason why a report cannot be written to a place.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("the name of the file is empty")]
    Empty,
    #[error("it is a folder; name a file in it")]
    Folder,
    #[error("the folder {0} does not exist; create it first")]
    NoFolder(String),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Returns the identity of a file; `-` is the standard input. Devices, pipes and folders have none.
pub(super) fn input(file: &str) -> Option<Identity> {
    if file == STANDARD {
        return standard_input();
    }
    of_path(Path::new(file))
}

/// Checks that a report can be written to a file, and returns the identity of the file.
///
/// # Errors
/// The reason why it cannot be written.
pub(super) fn output(file: &str) -> Result<Option<Identity>, Problem> {
    if file.is_empty() {
        return Err(Problem::Empty);
    }
    let path = Path::new(file);
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(Problem::Folder),
        // Opened without being truncated, so that nothing changes. A pipe would wait for its reader.
        Ok(found) if found.is_file() => drop(OpenOptions::new().write(true).open(path)?),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let target = target(path)?;
            if file.ends_with(std::path::MAIN_SEPARATOR) {
                return Err(Problem::Folder);
            }
            let folder = folder(&target);
            match fs::metadata(folder) {
                Ok(found) if found.is_dir() => is_writable(folder)?,
                Ok(_) => return Err(io::Error::from(io::ErrorKind::NotADirectory).into()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(Problem::NoFolder(folder.display().to_string()));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(error) => return Err(error.into()),
    }
    Ok(of_path(path))
}

fn of_path(path: &Path) -> Option<Identity> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => of_file(path, &found),
        Ok(_) => None,
        Err(_) => {
            let target = target(path).ok()?;
            let folder = fs::canonicalize(folder(&target)).ok()?;
            Some(Identity::Path(folder.join(target.file_name()?)))
        }
    }
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "on other systems, a file may have none"
)]
fn of_file(_: &Path, found: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Some(Identity::Node(found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn of_file(path: &Path, _: &Metadata) -> Option<Identity> {
    fs::canonicalize(path).ok().map(Identity::Path)
}

/// Returns the identity of a file to which the standard output is redirected.
pub(super) fn standard_output() -> Option<Identity> {
    #[cfg(unix)]
    {
        of_stream(&io::stdout())
    }
    #[cfg(not(unix))]
    None
}

/// Returns the identity of a file to which the standard input is redirected.
fn standard_input() -> Option<Identity> {
    #[cfg(unix)]
    {
        of_stream(&io::stdin())
    }
    #[cfg(not(unix))]
    None
}

#[cfg(unix)]
fn of_stream(stream: &impl std::os::fd::AsFd) -> Option<Identity> {
    let file = fs::File::from(stream.as_fd().try_clone_to_owned().ok()?);
    let found = file.metadata().ok().filter(Metadata::is_file)?;
    of_file(Path::new(STANDARD), &found)
}

/// Returns the path that a link leads to, even if nothing is there.
fn target(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = fs::read_link(&path) else {
            return Ok(path);
        };
        path = folder(&path).join(next);
    }
    Err(io::Error::other("too many links lead to it"))
}

/// Returns the folder of a file.
fn folder(file: &Path) -> &Path {
    let parent = file.parent().unwrap_or(Path::new("."));
    if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    }
}

#[cfg(unix)]
fn is_writable(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn is_writable(folder: &Path) -> io::Result<()> {
    if fs::metadata(folder)?.permissions().readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn one_file_has_one_identity_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::create_dir(path("sub")).unwrap();
        fs::write(path("file"), "x").unwrap();
        symlink("file", path("link")).unwrap();
        symlink("new", path("dangling")).unwrap();
        fs::hard_link(path("file"), path("hard")).unwrap();
        for (one, other, same) in [
            ("file", "link", true),
            ("file", "hard", true),
            ("file", "sub/../file", true),
            ("file", "./file", true),
            ("new", "dangling", true),
            ("new", "sub/../new", true),
            ("new", "newer", false),
            ("file", "new", false),
        ] {
            let same_place = input(&path(one)) == input(&path(other));
            assert_eq!(same_place, same, "{one} and {other}");
        }
        assert_eq!(input("/dev/null"), None);
        assert_eq!(input(&path("sub")), None);
        assert_eq!(fs::read_to_string(path("file")).unwrap(), "x");
    }

    #[test]
    fn places_that_cannot_be_written_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("file"), "x").unwrap();
        symlink("loop", path("loop")).unwrap();
        for refused in ["", ".", "no/file", "new/", "file/x", "loop"] {
            let file = if refused.is_empty() {
                String::new()
            } else {
                path(refused)
            };
            assert!(output(&file).is_err(), "{refused:?}");
        }
        for accepted in ["file", "new"] {
            assert!(output(&path(accepted)).is_ok(), "{accepted:?}");
            assert_eq!(fs::read_to_string(path("file")).unwrap(), "x");
        }
        assert!(matches!(output("/dev/null"), Ok(None)));
        assert!(!Path::new(&path("new")).exists());
    }
}
