//! A Unix socket in a private directory, and the two variables that move or open it.

mod stale;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::{Gid, chown};
use tempfile::TempDir;
use tokio::net::{UnixListener, UnixStream};

use crate::plugin::environment::{Environment, SOCKET_DIR, SOCKET_GROUP};
use crate::plugin::error::Error;

/// An open socket; its directory is removed with it.
pub(in crate::plugin) struct Socket {
    listener: UnixListener,
    path: String,
    _directory: TempDir,
}

impl Socket {
    /// Opens a socket, or none if no directory can hold one.
    ///
    /// # Errors
    ///
    /// A directory or a group that the parent asked for and that cannot be had.
    pub(super) fn bind(environment: &Environment) -> Result<Option<Self>, Error> {
        let group = environment
            .socket_group
            .as_deref()
            .map(group_id)
            .transpose()?;
        if let Some(parent) = &environment.socket_directory {
            let socket = Self::bind_in(parent, group).map_err(|error| {
                let problem = format!("names a directory that cannot hold the socket: {error}");
                Error::environment(SOCKET_DIR, problem)
            })?;
            return Ok(Some(socket));
        }
        let socket = Self::bind_in(&std::env::temp_dir(), group)
            .or_else(|_| Self::bind_in(Path::new("/tmp"), group));
        Ok(socket.ok())
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        Ok(self.listener.accept().await?.0)
    }

    fn bind_in(parent: &Path, group: Option<Gid>) -> io::Result<Self> {
        stale::sweep(parent);
        let directory = tempfile::Builder::new()
            .prefix(&stale::prefix())
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)?;
        let path = directory.path().join(stale::SOCKET);
        // The handshake line has no way to quote these.
        let text = path
            .to_str()
            .filter(|path| !path.contains(['|', '\n', '\r']))
            .ok_or(io::ErrorKind::InvalidFilename)?
            .to_owned();
        let listener = UnixListener::bind(&path)?;
        if group.is_some() {
            admit(group, directory.path(), 0o750)?;
            admit(group, &path, 0o660)?;
        }
        Ok(Self {
            listener,
            path: text,
            _directory: directory,
        })
    }
}

fn admit(group: Option<Gid>, path: &Path, mode: u32) -> io::Result<()> {
    chown(path, None, group)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// Finds a group by number or by name.
fn group_id(group: &str) -> Result<Gid, Error> {
    if let Ok(number) = group.parse() {
        return Ok(Gid::from_raw(number));
    }
    let groups = fs::read_to_string("/etc/group").unwrap_or_default();
    group_in(&groups, group).ok_or_else(|| {
        Error::environment(
            SOCKET_GROUP,
            format!("names a group that does not exist: {group:?}"),
        )
    })
}

/// Looks a name up in the text of `/etc/group`: name, password, number, members.
fn group_in(groups: &str, name: &str) -> Option<Gid> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let number = (fields.next() == Some(name)).then(|| fields.nth(1))??;
        number.parse().ok().map(Gid::from_raw)
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn bind(directory: PathBuf, group: Option<&str>) -> Result<Option<Socket>, Error> {
        Socket::bind(&Environment {
            socket_directory: Some(directory),
            socket_group: group.map(str::to_owned),
            ..Environment::default()
        })
    }

    #[tokio::test]
    async fn the_socket_is_private_short_and_gone_afterwards() {
        let socket = Socket::bind(&Environment::default()).unwrap().unwrap();
        let path = PathBuf::from(socket.path());
        let directory = path.parent().unwrap().to_owned();
        assert!(path.exists());
        assert!(socket.path().len() < 104);
        assert_eq!(mode(&directory), 0o700);
        drop(socket);
        assert!(!directory.exists());
    }

    #[tokio::test]
    async fn a_long_directory_of_the_parent_is_refused_by_name() {
        let parent = tempfile::tempdir().unwrap();
        let long = parent.path().join("x".repeat(120));
        fs::create_dir(&long).unwrap();
        let error = bind(long.clone(), None).err().unwrap().to_string();
        assert!(error.contains("PLUGIN_UNIX_SOCKET_DIR"), "{error}");
        assert_eq!(fs::read_dir(long).unwrap().count(), 0, "nothing is left");
    }

    #[tokio::test]
    async fn a_directory_that_the_line_cannot_carry_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let odd = parent.path().join("a|b");
        fs::create_dir(&odd).unwrap();
        assert!(bind(odd, None).is_err());
    }

    #[tokio::test]
    async fn the_group_of_the_parent_may_connect() {
        let parent = tempfile::tempdir().unwrap();
        let own = rustix::process::getgid().as_raw().to_string();
        let socket = bind(parent.path().to_owned(), Some(&own)).unwrap().unwrap();
        let path = Path::new(socket.path());
        assert!(path.starts_with(parent.path()));
        assert_eq!(mode(path), 0o660);
        assert_eq!(mode(path.parent().unwrap()), 0o750);
    }

    #[tokio::test]
    async fn an_unknown_group_is_refused_by_name() {
        let parent = tempfile::tempdir().unwrap();
        let error = bind(parent.path().to_owned(), Some("no such group"))
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("PLUGIN_UNIX_SOCKET_GROUP"), "{error}");
    }

    #[test]
    fn groups_are_found_by_their_whole_name() {
        let groups = "root:x:0:\nstaff:x:50:ann,bob\nbad:x:y:\n";
        assert_eq!(group_in(groups, "staff"), Some(Gid::from_raw(50)));
        assert_eq!(group_in(groups, "sta"), None);
        assert_eq!(group_in(groups, "bad"), None);
    }
}
