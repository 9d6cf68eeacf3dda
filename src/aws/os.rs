//! The operating system: environment variables, the home directory, and files.
//!
//! An empty variable counts as not set. This module must not know what a variable means.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use aws_types::os_shim_internal::Env;

use super::error::{Error, Setting};

/// The most bytes of a file with certificates or a token.
const LARGEST_FILE: u64 = 8 << 20;

/// Reads an optional text. An empty one means that nothing was given.
pub(super) trait Given<'a> {
    /// Returns the text, unless it is empty.
    fn given(self) -> Option<&'a str>;
}

impl<'a> Given<'a> for Option<&'a str> {
    fn given(self) -> Self {
        self.filter(|text| !text.is_empty())
    }
}

impl<'a> Given<'a> for &'a Option<String> {
    fn given(self) -> Option<&'a str> {
        self.as_deref().given()
    }
}

/// Returns the first of these environment variables that is set and not empty.
pub(super) fn variable(env: &Env, names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| env.get(name).ok().filter(|value| !value.is_empty()))
}

/// The first of these environment variables that is set and not empty, with its name.
pub(super) fn named_variable(
    env: &Env,
    names: &[&'static str],
) -> Option<(Setting<&'static str>, String)> {
    names
        .iter()
        .find_map(|name| Some((Setting::Variable(*name), variable(env, &[name])?)))
}

/// Returns a path with its `~` replaced by the home directory.
pub(super) fn home(env: &Env, path: &str) -> PathBuf {
    match (
        path.strip_prefix("~/"),
        variable(env, &["HOME", "USERPROFILE"]),
    ) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// Reads the file of a setting.
pub(super) fn read(setting: Setting<&str>, path: &Path) -> Result<Vec<u8>, Error> {
    read_file(path)
        .map_err(|error| Error::configuration(setting, format!("{}: {error}", path.display())))
}

/// Reads a file, which may be a device or a pipe that never ends.
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
    fn a_tilde_is_the_home_directory() {
        let env = Env::from_slice(&[("HOME", "/home/me")]);
        assert_eq!(
            home(&env, "~/.aws/config"),
            PathBuf::from("/home/me/.aws/config")
        );
        assert_eq!(home(&env, "/etc/~/x"), PathBuf::from("/etc/~/x"));
    }
}
