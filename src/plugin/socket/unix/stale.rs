//! Removes socket folders of killed processes after a day.
//!
//! All users share the folder for temporary files, so a folder is removed only if its name has our prefix and the ID of a
//! dead process, its owner is this user, and it contains nothing but a socket. Links are never followed.

use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, openat, statat, unlinkat};
use rustix::io::{Errno, Result};
use rustix::process::{Pid, geteuid, test_kill_process};

/// The name of the socket in its folder.
pub(super) const SOCKET: &str = "s";

/// What the names of our folders begin with; the number of the process and a random part follow.
const NAME: &str = "vpcflow-";

/// The age at which a folder is removed. Younger ones may help to analyze a crash.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// What the name of this process's folder begins with.
pub(super) fn prefix() -> String {
    format!("{NAME}{}-", std::process::id())
}

/// Removes the folders of dead processes, as far as they can be removed.
pub(super) fn sweep(parent: &Path) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(parent) = openat(CWD, parent, flags, Mode::empty()) else {
        return;
    };
    let Ok(entries) = Dir::read_from(&parent) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy();
        if process_of(&name).is_some_and(is_dead) {
            // It may be in use elsewhere, or gone by now.
            let _ = remove(&parent, &name);
        }
    }
}

/// Reads the number of the process from the name of one of our folders.
fn process_of(name: &str) -> Option<Pid> {
    let (number, random) = name.strip_prefix(NAME)?.split_once('-')?;
    let is_ours = !random.is_empty() && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Pid::from_raw(
        number
            .parse()
            .ok()
            .filter(|number| is_ours && *number > 0)?,
    )
}

fn is_dead(process: Pid) -> bool {
    test_kill_process(process) == Err(Errno::SRCH)
}

/// Removes a folder, if it is ours and old, and its socket with it.
fn remove(parent: &impl rustix::fd::AsFd, name: &str) -> Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = openat(parent, name, flags, Mode::empty())?;
    let status = fstat(&folder)?;
    let changed = u64::try_from(status.st_mtime).unwrap_or_default();
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(changed);
    let age = SystemTime::now()
        .duration_since(changed)
        .unwrap_or_default();
    if status.st_uid != geteuid().as_raw() || age < AGE {
        return Ok(());
    }
    if let Ok(socket) = statat(&folder, SOCKET, AtFlags::SYMLINK_NOFOLLOW)
        && FileType::from_raw_mode(socket.st_mode) == FileType::Socket
    {
        unlinkat(&folder, SOCKET, AtFlags::empty())?;
    }
    // Anything else in it keeps it.
    unlinkat(parent, name, AtFlags::REMOVEDIR)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;

    /// The number of a process that has ended.
    fn dead() -> u32 {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        child.id()
    }

    fn age(folder: &Path, age: Duration) {
        let past = SystemTime::now() - age;
        File::open(folder).unwrap().set_modified(past).unwrap();
    }

    /// Creates a folder with a socket in it, of such an age.
    fn left_behind(parent: &Path, name: &str, old: Duration) -> PathBuf {
        let folder = parent.join(name);
        fs::create_dir(&folder).unwrap();
        drop(UnixListener::bind(folder.join(SOCKET)).unwrap());
        age(&folder, old);
        folder
    }

    #[test]
    fn the_folder_of_a_dead_process_is_removed_after_a_day_and_no_other() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path();
        let (dead, own) = (dead(), std::process::id());
        let old = AGE + Duration::from_secs(60);
        let stale = left_behind(path, &format!("vpcflow-{dead}-aB3dE6"), old);
        let empty = path.join(format!("vpcflow-{dead}-empty1"));
        fs::create_dir(&empty).unwrap();
        age(&empty, old);
        let kept = [
            left_behind(path, &format!("vpcflow-{dead}-young1"), Duration::ZERO),
            left_behind(path, &format!("vpcflow-{own}-alive1"), old),
            left_behind(path, &format!("plugin-{dead}-other1"), old),
            left_behind(path, &format!("vpcflow-{dead}"), old),
            left_behind(path, &format!("vpcflow-{dead}-a.b"), old),
            left_behind(path, "vpcflow--1-aaaaaa", old),
        ];
        // A folder with any other file belongs to another program.
        let full = left_behind(path, &format!("vpcflow-{dead}-full12"), old);
        fs::write(full.join("file"), "").unwrap();
        age(&full, old);
        let file = path.join(format!("vpcflow-{dead}-file12"));
        fs::create_dir(&file).unwrap();
        fs::write(file.join(SOCKET), "").unwrap();
        age(&file, old);
        // A link to a folder that would be removed by its own name.
        let target = left_behind(path, "target", old);
        let link = path.join(format!("vpcflow-{dead}-link12"));
        symlink(&target, &link).unwrap();
        sweep(path);
        assert!(!stale.exists() && !empty.exists());
        for folder in &kept {
            assert!(folder.join(SOCKET).exists(), "{}", folder.display());
        }
        assert!(full.join("file").exists() && file.join(SOCKET).exists());
        assert!(link.exists() && target.join(SOCKET).exists());
    }

    #[test]
    fn our_own_name_is_recognised() {
        let name = format!("{}aB3dE6", prefix());
        let own = i32::try_from(std::process::id()).unwrap();
        assert_eq!(process_of(&name), Pid::from_raw(own));
        sweep(Path::new("/does/not/exist"));
    }
}
