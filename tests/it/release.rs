//! The files of a release: `tools/package`, `tools/build` and `tools/publish`.

mod build;
mod publish;
mod workflows;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::executable;
use crate::harness::keyring::{KEY, Keyring};
use crate::harness::python;
use crate::harness::release::{Release, VERSION};
use crate::harness::terraform::Run;

/// Creates a folder with the programs of all platforms.
fn programs() -> Release {
    let release = Release::new();
    for (platform, program) in executable::all() {
        release.add(platform, &program);
    }
    release
}

/// Returns the names of the files of a release.
fn names(release: &Release) -> BTreeSet<String> {
    let entries = std::fs::read_dir(release.files())
        .unwrap()
        .map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

fn file(name: &str) -> String {
    format!("terraform-provider-vpcflow_{VERSION}_{name}")
}

/// Runs a script in Python that uses the modules of `tools/`.
#[track_caller]
fn script(text: &str, arguments: &[&str]) -> String {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools");
    let output = Command::new(python::program())
        .args(["-B", "-c", text])
        .args(arguments)
        .env("PYTHONPATH", tools)
        .output();
    Run::of(&output.unwrap()).succeeds().stdout
}

#[test]
fn the_files_have_the_names_and_checksums_that_the_registries_require() {
    let release = programs();
    release.make(&[], &[]).succeeds();
    let archives = executable::all()
        .into_iter()
        .map(|(platform, _)| file(&format!("{platform}.zip")));
    let mut wanted: BTreeSet<_> = archives.collect();
    wanted.insert(file("manifest.json"));
    let sums = std::fs::read_to_string(release.files().join(file("SHA256SUMS"))).unwrap();
    let listed: BTreeSet<_> = sums
        .lines()
        .map(|line| line.split_once("  ").unwrap().1.to_owned())
        .collect();
    assert_eq!(listed, wanted);
    wanted.insert(file("SHA256SUMS"));
    assert_eq!(names(&release), wanted);
    let manifest = std::fs::read_to_string(release.files().join(file("manifest.json"))).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["version"], 1);
    assert_eq!(
        manifest["metadata"]["protocol_versions"],
        serde_json::json!(["6.0"])
    );
    let list = "import sys, zipfile; print([(e.filename, oct(e.external_attr >> 16)) for e in zipfile.ZipFile(sys.argv[1]).infolist()])";
    for (platform, suffix) in [("linux_arm64", ""), ("windows_amd64", ".exe")] {
        let archive = release.files().join(file(&format!("{platform}.zip")));
        let entry = format!("[('terraform-provider-vpcflow_v{VERSION}{suffix}', '0o100755')]");
        assert_eq!(script(list, &[archive.to_str().unwrap()]).trim(), entry);
    }
    release.verify(&[], &[]).succeeds();
}

#[test]
fn the_same_programs_make_the_same_bytes() {
    let [one, other] = [programs(), programs()];
    for release in [&one, &other] {
        release.make(&[], &[]).succeeds();
    }
    for name in names(&one) {
        let [one, other] =
            [&one, &other].map(|release| std::fs::read(release.files().join(&name)).unwrap());
        assert!(one == other, "{name} differs");
    }
}

#[test]
fn a_program_that_is_refused_leaves_the_last_release_as_it_was() {
    let release = programs();
    release.make(&[], &[]).succeeds();
    let before = std::fs::read(release.files().join(file("SHA256SUMS"))).unwrap();
    let other = executable::of("darwin_arm64");
    for (program, said) in [
        (
            executable::dynamic(),
            "is linked dynamically and would not start on Alpine",
        ),
        (
            other,
            "linux_amd64.zip: its program was built for darwin_arm64",
        ),
        (
            b"#!/bin/sh\n".to_vec(),
            "its headers are those of no system and processor",
        ),
        (
            Vec::new(),
            "its headers are those of no system and processor",
        ),
    ] {
        release.add("linux_amd64", &program);
        release
            .make(&[], &[])
            .fails_with(&[said, "Nothing was published"]);
        assert_eq!(
            std::fs::read(release.files().join(file("SHA256SUMS"))).unwrap(),
            before
        );
        assert!(!release.path().join("files.new").exists());
    }
    let crates = release.verify(&[], &["--crates"]);
    crates.fails_with(&["does not list its crates. Build it with `cargo auditable`"]);
}

#[test]
fn a_program_that_does_not_start_is_refused() {
    let release = Release::new();
    release.add(&Release::here(), &executable::of(&Release::here()));
    let run = release.make(&[], &["--run"]);
    run.fails_with(&["its program does not", "Nothing was published"]);
}

#[test]
fn a_file_that_was_changed_added_or_removed_is_found() {
    let release = programs();
    release.make(&[], &[]).succeeds();
    let path = |name: &str| release.files().join(file(name));
    let archive = std::fs::read(path("linux_arm64.zip")).unwrap();
    std::fs::write(path("linux_arm64.zip"), [&archive[..], b"\0"].concat()).unwrap();
    release
        .verify(&[], &[])
        .fails_with(&["the checksum of", "linux_arm64.zip is wrong"]);
    std::fs::write(path("linux_arm64.zip"), archive).unwrap();
    let sums = std::fs::read_to_string(path("SHA256SUMS")).unwrap();
    let without_manifest: Vec<_> = sums
        .lines()
        .filter(|line| !line.contains("manifest"))
        .collect();
    std::fs::write(path("SHA256SUMS"), without_manifest.join("\n")).unwrap();
    release
        .verify(&[], &[])
        .fails_with(&["does not list exactly the files of the release"]);
    std::fs::write(path("SHA256SUMS"), &sums).unwrap();
    std::fs::write(path("notes.txt"), "").unwrap();
    release
        .verify(&[], &[])
        .fails_with(&["has not the files of a release", "notes.txt"]);
    std::fs::remove_file(path("notes.txt")).unwrap();
    let manifest = std::fs::read_to_string(path("manifest.json")).unwrap();
    std::fs::write(path("manifest.json"), manifest.replace("6.0", "5.0")).unwrap();
    release
        .verify(&[], &[])
        .fails_with(&["does not name protocol 6.0"]);
}

#[test]
fn the_signature_is_binary_and_of_a_key_that_the_registry_accepts() {
    let [Some(rsa), Some(other)] = ["rsa2048", "ed25519"].map(Keyring::create) else {
        return;
    };
    let release = programs();
    let own = [rsa.variable()];
    release.make(&own, &["--key", KEY]).succeeds();
    let signature = release.files().join(file("SHA256SUMS.sig"));
    assert!(!std::fs::read(&signature).unwrap().is_ascii());
    release.verify(&own, &["--key", KEY]).succeeds();
    release
        .verify(&[other.variable()], &["--key", KEY])
        .fails_with(&["gpg"]);
    // A signature that was not checked is none.
    release.verify(&own, &[]).fails_with(&["SHA256SUMS.sig"]);
    std::fs::remove_file(&signature).unwrap();
    release
        .verify(&own, &["--key", KEY])
        .fails_with(&["SHA256SUMS.sig"]);
    let refused = release.make(&[other.variable()], &["--key", KEY]);
    refused.fails_with(&["is not one of RSA and DSA, which the Terraform Registry requires"]);
    release
        .make(&own, &["--key", "nobody@example.com"])
        .fails_with(&["gpg --detach-sign failed"]);
}

/// Creates the bill of a program, as `tools/build` does.
fn bill(release: &Release, platform: &str) -> Value {
    let create = "\
import json, pathlib, sys
from archives import bill
from archives.files import sha256
source, target, program = sys.argv[1:]
text = bill.create('cargo', pathlib.Path(source), target, sha256(pathlib.Path(program).read_bytes()))
pathlib.Path(program + '.cdx.json').write_text(json.dumps(text))
print(json.dumps(text))";
    let program = release.program(platform);
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let printed = script(
        create,
        &[
            env!("CARGO_MANIFEST_DIR"),
            &target,
            program.to_str().unwrap(),
        ],
    );
    serde_json::from_str(&printed).unwrap()
}

/// Adds the crates to a program as `cargo auditable` does: an object file with a section, compressed JSON.
fn with_crates(program: &[u8], crates: &Value) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(crates.to_string().as_bytes()).unwrap();
    let data = encoder.finish().unwrap();
    let names = b"\0.dep-v0\0.shstrtab\0";
    let mut file = program.to_vec();
    let section = |name: u32, kind: u32, offset: usize, size: usize| {
        let mut header = [name.to_le_bytes(), kind.to_le_bytes()].concat();
        for number in [0, 0, offset as u64, size as u64, 0, 0, 0] {
            header.extend(number.to_le_bytes());
        }
        header
    };
    let first = file.len();
    let second = first + data.len();
    let start = second + names.len();
    file.extend(&data);
    file.extend(names);
    file.extend(section(1, 1, first, data.len()));
    file.extend(section(9, 3, second, names.len()));
    file[40..48].copy_from_slice(&(start as u64).to_le_bytes());
    for (at, number) in [(58, 64_u16), (60, 2), (62, 1)] {
        file[at..at + 2].copy_from_slice(&number.to_le_bytes());
    }
    file
}

#[test]
fn the_bill_lists_what_is_linked_with_checksums_and_licenses() {
    let release = Release::new();
    release.add("linux_amd64", &executable::of("linux_amd64"));
    let bill = bill(&release, "linux_amd64");
    assert_eq!(bill["bomFormat"], "CycloneDX");
    assert_eq!(bill["metadata"]["component"]["version"], VERSION);
    let components = bill["components"].as_array().unwrap();
    let scope = |name: &str| {
        let mut named = components.iter().filter(|one| one["name"] == name);
        named.next().map(|one| one["scope"].as_str().unwrap())
    };
    for linked in ["aws-sdk-ec2", "mimalloc", "rustls", "tokio"] {
        assert_eq!(scope(linked), Some("required"), "{linked}");
    }
    for of_macros in ["serde_derive", "syn"] {
        assert_eq!(scope(of_macros), Some("excluded"), "{of_macros}");
    }
    // Crates of the build, of the tests, and of other systems.
    for other in ["tonic-prost-build", "proptest", "windows-sys"] {
        assert_eq!(scope(other), None, "{other}");
    }
    for component in components {
        assert_eq!(
            component["hashes"][0]["content"].as_str().unwrap().len(),
            64,
            "{component}"
        );
        assert!(
            component["licenses"][0]["expression"].is_string(),
            "{component}"
        );
    }
    let refs: BTreeSet<_> = components
        .iter()
        .map(|one| &one["bom-ref"])
        .map(Value::to_string)
        .collect();
    for dependency in bill["dependencies"].as_array().unwrap() {
        for to in dependency["dependsOn"].as_array().unwrap() {
            assert!(refs.contains(&to.to_string()), "{to}");
        }
    }
}

#[test]
fn a_bill_belongs_to_its_program() {
    let release = Release::new();
    let headers = executable::of("linux_amd64");
    release.add("linux_amd64", &headers);
    let made = bill(&release, "linux_amd64");
    let linked = made["components"].as_array().unwrap().clone();
    let mut fewer = linked.clone();
    let place = fewer.iter().position(|one| one["scope"] == "required");
    let missing = fewer.remove(place.unwrap());
    let crates = |linked: &[Value]| {
        let own = serde_json::json!({ "name": "terraform-provider-vpcflow", "version": VERSION, "root": true });
        let build = serde_json::json!({ "name": "cc", "version": "1.0.0", "kind": "build" });
        let linked = linked
            .iter()
            .map(|one| serde_json::json!({ "name": one["name"], "version": one["version"] }));
        serde_json::json!({ "packages": linked.chain([own, build]).collect::<Vec<_>>() })
    };
    let options = ["--bills", "--crates"];
    // Without a list of crates, the bill is only known to be that of the program.
    release.make(&[], &["--bills"]).succeeds();
    release
        .make(&[], &options)
        .fails_with(&["does not list its crates"]);
    release.add("linux_amd64", &with_crates(&headers, &crates(&linked)));
    release
        .make(&[], &options)
        .fails_with(&["its bill of materials is not that of this program"]);
    bill(&release, "linux_amd64");
    release.make(&[], &options).succeeds();
    let sums = std::fs::read_to_string(release.files().join(file("SHA256SUMS"))).unwrap();
    assert!(sums.contains(&file("linux_amd64.zip.cdx.json")), "{sums}");
    release.add("linux_amd64", &with_crates(&headers, &crates(&fewer)));
    bill(&release, "linux_amd64");
    let differs = release.make(&[], &options);
    differs.fails_with(&["differ in the crates", missing["name"].as_str().unwrap()]);
    std::fs::remove_file(release.program("linux_amd64.cdx.json")).unwrap();
    release
        .make(&[], &options)
        .fails_with(&["the bill of materials of programs/linux_amd64 cannot be read"]);
}
