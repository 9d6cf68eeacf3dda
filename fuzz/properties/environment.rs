//! The environment of the handshake: lines `NAME=value`, separated by NUL characters, because a certificate has lines.

use std::ffi::OsString;

use vpcflow::plugin::Environment;

/// An environment is read, or the error names the variable.
pub(super) fn check(bytes: &[u8]) {
    let given = |name: &str| {
        let mut all = bytes.split(|byte| *byte == 0);
        let value = all.find_map(|one| one.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
        Some(os_string(value))
    };
    match Environment::read(given) {
        Ok(environment) => drop(format!("{environment:?}")),
        Err(error) => assert!(error.to_string().contains("PLUGIN_"), "{error}"),
    }
}

#[cfg(unix)]
fn os_string(value: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(value.to_vec())
}

#[cfg(not(unix))]
fn os_string(value: &[u8]) -> OsString {
    String::from_utf8_lossy(value).into_owned().into()
}
