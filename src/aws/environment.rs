//! The environment: variables, the home directory, and files that are named.
//!
//! An empty variable counts as one that is not set. This module must not know what a variable means.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use aws_types::os_shim_internal::Env;

use super::error::{Error, Source};

/// How large a file of certificates, or one that holds a token, may be, in bytes.
const LARGEST_FILE: u64 = 8 << 20;

/// What was given and is not empty: an empty string means that it was not given.
pub(super) fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

/// The first of these environment variables that is set and not empty.
pub(super) fn variable(env: &Env, names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| env.get(name).ok().filter(|value| !value.is_empty()))
}

/// The first of these environment variables that is set and not empty, with its name.
pub(super) fn named_variable(
    env: &Env,
    names: &[&'static str],
) -> Option<(Source<'static>, String)> {
    names
        .iter()
        .find_map(|name| Some((Source::Variable(name), variable(env, &[name])?)))
}

/// A path, its `~` replaced by the home directory.
pub(super) fn home(env: &Env, path: &str) -> PathBuf {
    match (
        path.strip_prefix("~/"),
        variable(env, &["HOME", "USERPROFILE"]),
    ) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// Reads a file that was named.
pub(super) fn read(source: Source<'_>, path: &Path) -> Result<Vec<u8>, Error> {
    read_file(path)
        .map_err(|error| Error::configuration(source, format!("{}: {error}", path.display())))
}

/// Reads a file that may be a device or a pipe, which never end.
pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        let reason = format!("it is larger than {} MiB", LARGEST_FILE >> 20);
        return Err(io::Error::other(reason));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tilde_is_the_home_directory() {
        let env = Env::from_slice(&[("HOME", "/home/me")]);
        assert_eq!(
            home(&env, "~/.aws/config"),
            PathBuf::from("/home/me/.aws/config")
        );
        assert_eq!(home(&env, "/etc/~/x"), PathBuf::from("/etc/~/x"));
    }
}
