//! `tools/publish` with a substitute for GitHub's program: nothing is published that was not checked.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::{bill, file, with_crates};
use crate::harness::executable;
use crate::harness::keyring::{KEY, Keyring};
use crate::harness::python;
use crate::harness::release::{Release, VERSION};
use crate::harness::terraform::Run;

/// Writes what it is called with. It knows only archives that are in the file `attested`.
const GH: &str = r##"#!/bin/sh
echo "$@" >> calls
if test "$1 $2" = "attestation verify"; then exec grep -q "^${3##*/}$" attested; fi
if test "$1 $2" = "release create"; then
    while test "$1" != --notes-file; do shift; done
    cat "$2" > notes
fi
"##;

/// Publishes a release from a copy of the tools with a changelog, and returns the calls of GitHub's program.
fn publish(release: &Release, keyring: &Keyring, changelog: &str) -> (Run, String) {
    let source = release.path().join("source");
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools");
    let _ = std::fs::create_dir(&source);
    let _ = std::os::unix::fs::symlink(tools, source.join("tools"));
    std::fs::write(source.join("CHANGELOG.md"), changelog).unwrap();
    let gh = release.path().join("gh");
    std::fs::write(&gh, GH).unwrap();
    std::fs::set_permissions(&gh, std::fs::Permissions::from_mode(0o755)).unwrap();
    let _ = std::fs::remove_file(release.path().join("calls"));
    let (name, home) = keyring.variable();
    let path = std::env::var("PATH").unwrap();
    let output = Command::new("sh")
        // The script finds the changelog beside the folder of its own path.
        .arg(source.join("tools/publish"))
        .args([VERSION, "files", KEY])
        .current_dir(release.path())
        .env("PATH", format!("{}:{path}", release.path().display()))
        .env("PYTHON", python::program())
        .env("REPOSITORY", "example/provider")
        .env(name, home)
        .output();
    let calls = std::fs::read_to_string(release.path().join("calls"));
    (Run::of(&output.unwrap()), calls.unwrap_or_default())
}

#[test]
fn only_what_was_checked_is_published() {
    let Some(keyring) = Keyring::create("rsa2048") else {
        return;
    };
    let release = Release::new();
    let headers = executable::of("linux_amd64");
    release.add("linux_amd64", &headers);
    let made = bill(&release, "linux_amd64");
    let crates = made["components"].as_array().unwrap().iter();
    let crates =
        crates.map(|one| serde_json::json!({ "name": one["name"], "version": one["version"] }));
    let crates = serde_json::json!({ "packages": crates.collect::<Vec<_>>() });
    release.add("linux_amd64", &with_crates(&headers, &crates));
    bill(&release, "linux_amd64");
    let options = ["--bills", "--crates", "--key", KEY];
    release.make(&[keyring.variable()], &options).succeeds();
    let archive = file("linux_amd64.zip");
    let changelog = format!(
        "# Changelog\n\n## 9.0.0\n\nlater\n\n## {VERSION}\n\nthis one\n\n## 0.0.1\n\nbefore\n"
    );

    let attested = release.path().join("attested");
    std::fs::write(&attested, "another.zip\n").unwrap();
    let (run, calls) = publish(&release, &keyring, &changelog);
    assert_ne!(run.code, 0);
    assert!(
        calls.contains(&archive) && !calls.contains("release create"),
        "{calls}"
    );

    std::fs::write(&attested, format!("{archive}\n")).unwrap();
    let unreleased = format!("## {VERSION} (unreleased)\n\ntext\n");
    let (run, calls) = publish(&release, &keyring, &unreleased);
    run.fails_with(&["CHANGELOG.md has no section"]);
    assert!(!calls.contains("release create"), "{calls}");

    let (run, calls) = publish(&release, &keyring, &changelog);
    run.succeeds();
    let create = calls.lines().last().unwrap();
    let begins = format!("release create v{VERSION} --repo example/provider --draft --verify-tag");
    assert!(create.starts_with(&begins), "{create}");
    let ends = [
        "SHA256SUMS",
        "SHA256SUMS.sig",
        "linux_amd64.zip",
        "linux_amd64.zip.cdx.json",
        "manifest.json",
    ];
    for end in ends {
        assert!(
            create.contains(&format!("files/{}", file(end))),
            "{end} is not in {create}"
        );
    }
    let notes = std::fs::read_to_string(release.path().join("notes")).unwrap();
    assert_eq!(notes.trim(), "this one");

    let path = release.files().join(&archive);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&bytes[..], b"\0"].concat()).unwrap();
    let (run, calls) = publish(&release, &keyring, &changelog);
    run.fails_with(&["the checksum of"]);
    assert_eq!(calls, "");
}
