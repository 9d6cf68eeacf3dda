//! Secrets that nothing may show, and the search for them in what a run leaves behind.
//!
//! A secret is found as it is, in Base64 at every alignment, in hexadecimal, and as a URL or JSON escapes it.

#[cfg(feature = "aws")]
use std::{io::Read as _, path::Path};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The secret key in the provider block and in the environment of almost every test. It signs, and is never sent.
pub(crate) const SECRET: &str = "secret-canary";

/// Returns the form in which bytes contain a secret, if they do.
pub(crate) fn form_of(secret: &str, bytes: &[u8]) -> Option<&'static str> {
    let contains = |form: &str| find(bytes, form.as_bytes()).is_some();
    if contains(secret) {
        return Some("as it is");
    }
    if (0..3).any(|offset| contains(&base64_inside(secret, offset))) {
        return Some("in Base64");
    }
    let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    if contains(&hexadecimal) || contains(&hexadecimal.to_uppercase()) {
        return Some("in hexadecimal");
    }
    let escaped = |escape: fn(u8) -> String| {
        let escaped = secret.bytes().map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => escape(byte),
        });
        escaped.collect::<String>()
    };
    let escapes: [fn(u8) -> String; 3] = [
        |byte| format!("%{byte:02X}"),
        |byte| format!("\\u{byte:04x}"),
        |byte| format!("&#{byte};"),
    ];
    let is_escaped = escapes.into_iter().any(|escape| contains(&escaped(escape)));
    is_escaped.then_some("escaped")
}

/// Returns each place of a secret in files.
#[cfg(feature = "aws")]
pub(crate) fn leaks(files: &[(String, Vec<u8>)], secrets: &[&str]) -> Vec<String> {
    let mut leaks = Vec::new();
    for (name, bytes) in files {
        for secret in secrets {
            if let Some(form) = form_of(secret, bytes) {
                leaks.push(format!("{name} contains {secret}, {form}"));
            }
        }
    }
    leaks
}

/// Returns all files below a folder, with the entries of plan files, which are ZIP archives. An entry of a plan that repeats
/// the configuration is left out.
#[cfg(feature = "aws")]
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else {
            continue;
        };
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(bytes) = std::fs::read(&path).map_err(drop) else {
                continue;
            };
            let name = path.strip_prefix(folder).unwrap_or(&path);
            let name = name.display().to_string();
            if kind.is_file() && bytes.starts_with(b"PK\x03\x04") {
                let entries = entries_of(&bytes).into_iter();
                let entries = entries.filter(|(entry, _)| !entry.starts_with("tfconfig/"));
                found.extend(entries.map(|(entry, bytes)| (format!("{name}:{entry}"), bytes)));
            } else if kind.is_file() {
                found.push((name, bytes));
            }
        }
    }
    found.sort();
    found
}

/// Returns the characters of a text in Base64 that depend on nothing around it, for an offset of bytes before it.
fn base64_inside(text: &str, offset: usize) -> String {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(text.as_bytes());
    let encoded = STANDARD_NO_PAD.encode(&bytes);
    let begin = (offset * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    encoded[begin..end].to_owned()
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == first) {
        let at = from + at;
        if bytes[at..].starts_with(part) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// Returns the entries of a ZIP archive, from its central directory.
#[cfg(feature = "aws")]
fn entries_of(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let number = |at: usize, length: usize| {
        let bytes = zip[at..at + length].iter().rev();
        bytes.fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    let mut entries = Vec::new();
    let mut from = 0;
    while let Some(at) = find(&zip[from..], b"PK\x01\x02") {
        let at = from + at;
        let name_length = number(at + 28, 2);
        let name = String::from_utf8_lossy(&zip[at + 46..at + 46 + name_length]).into_owned();
        let local = number(at + 42, 4);
        let begin = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        let packed = &zip[begin..begin + number(at + 20, 4)];
        let bytes = match number(at + 10, 2) {
            0 => packed.to_vec(),
            _ => {
                let mut bytes = Vec::new();
                let read = flate2::read::DeflateDecoder::new(packed).read_to_end(&mut bytes);
                read.expect("an entry of a plan file");
                bytes
            }
        };
        entries.push((name, bytes));
        from = at + 46;
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        for text in [
            "a secret-canary.",
            "c2VjcmV0LWNhbmFyeQ==",
            "eHNlY3JldC1jYW5hcnk=",
            "eHhzZWNyZXQtY2FuYXJ5eA==",
            "7365637265742d63616e617279",
            "7365637265742D63616E617279",
            "secret%2Dcanary",
            "secret\\u002dcanary",
            "secret&#45;canary",
        ] {
            assert!(form_of(SECRET, text.as_bytes()).is_some(), "{text}");
        }
        for text in ["", "secret", "a canary", "secret-canarx"] {
            assert_eq!(form_of(SECRET, text.as_bytes()), None, "{text}");
        }
    }
}
