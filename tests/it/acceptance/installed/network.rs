//! Installing over the network: from a network mirror, and from a registry that checks the signature of a release.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::{HOSTS, NAME, User, block, files, release};
use crate::harness::keyring::{KEY, Keyring};
use crate::harness::release::{Release, VERSION};
use crate::harness::site::{Pages, Site};
use crate::harness::terraform::Run;

/// What a reader replaces in the block about network mirrors.
const URL: &str = "https://terraform.example.com/providers/";

#[test]
fn the_mirror_of_a_release_is_a_network_mirror() {
    let release = release();
    let folder = release.files().join("mirror");
    installs_from_network_mirror(&folder);
}

/// Serves a folder over TLS, and installs the provider from there.
fn installs_from_network_mirror(folder: &Path) {
    let site = Site::start(|_| pages(folder, "/providers"));
    let url = format!("{}/providers/", site.url());
    let user = User::with(&block("network mirror", (URL, &url)));
    user.init()
        .says(&[&format!("Installed vpcflow/vpcflow v{VERSION}")]);
    assert!(user.lock().contains("h1:"), "{}", user.lock());
    user.uses_it();
}

/// Returns the files of a folder as pages.
fn pages(folder: &Path, under: &str) -> Pages {
    let below = files(folder).into_iter().map(|path| {
        let name = path.strip_prefix(folder.to_str().unwrap()).unwrap();
        let kind = if name.ends_with(".json") {
            "application/json"
        } else {
            "application/octet-stream"
        };
        (
            format!("{under}{name}"),
            (kind, std::fs::read(&path).unwrap()),
        )
    });
    below.collect()
}

/// Returns the pages of a registry that offers a release for this machine, as the registries of Terraform and OpenTofu do.
fn registry(release: &Release, keyring: &Keyring, url: &str) -> Pages {
    let here = Release::here();
    let (system, processor) = here.split_once('_').unwrap();
    let file = |end: &str| format!("{NAME}_{VERSION}_{end}");
    let sums = std::fs::read_to_string(release.files().join(file("SHA256SUMS"))).unwrap();
    let archive = file(&format!("{here}.zip"));
    let sum = sums
        .lines()
        .find_map(|line| line.strip_suffix(&format!("  {archive}")));
    let manifest = std::fs::read_to_string(release.files().join(file("manifest.json"))).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let protocols = &manifest["metadata"]["protocol_versions"];
    let (key, id) = keyring.public_key();
    let versions = json!({ "versions": [{
        "version": VERSION,
        "protocols": protocols,
        "platforms": [{ "os": system, "arch": processor }],
    }]});
    let download = json!({
        "protocols": protocols,
        "os": system,
        "arch": processor,
        "filename": archive,
        "download_url": format!("{url}/files/{archive}"),
        "shasums_url": format!("{url}/files/{}", file("SHA256SUMS")),
        "shasums_signature_url": format!("{url}/files/{}", file("SHA256SUMS.sig")),
        "shasum": sum.unwrap(),
        "signing_keys": { "gpg_public_keys": [{ "key_id": id, "ascii_armor": key }] },
    });
    let mut pages = pages(&release.files(), "/files");
    let provider = "/v1/providers/vpcflow/vpcflow";
    for (path, page) in [
        ("versions".to_owned(), versions),
        (format!("{VERSION}/download/{system}/{processor}"), download),
    ] {
        let page = ("application/json", page.to_string().into_bytes());
        pages.insert(format!("{provider}/{path}"), page);
    }
    pages
}

/// Creates a user whose registry is a site.
fn user_of(site: &Site) -> User {
    let services = format!("{}/v1/providers/", site.url());
    let host = |host| {
        format!("host \"{host}\" {{\n  services = {{ \"providers.v1\" = \"{services}\" }}\n}}\n")
    };
    User::with(&HOSTS.map(host).concat())
}

#[test]
fn a_registry_installs_what_the_key_has_signed() {
    let [Some(keyring), Some(stranger)] = ["rsa2048", "rsa2048"].map(Keyring::create) else {
        return;
    };
    let release = Release::of_provider(&[keyring.variable()], &["--key", KEY]);
    let site = Site::start(|url| registry(&release, &keyring, url));
    let user = user_of(&site);
    let (_, id) = keyring.public_key();
    let installed = format!("Installed vpcflow/vpcflow v{VERSION} (self-signed, key ID {id})");
    user.init().says(&[&installed]);
    assert!(user.lock().contains("zh:"), "{}", user.lock());
    user.uses_it();
    user.shell(&block("mirror", ("linux_amd64", &Release::here())));
    installs_from_network_mirror(&user.folder().join("public"));
    let site = Site::start(|url| registry(&release, &stranger, url));
    let refused = user_of(&site).run(&["init", "-no-color"]);
    refused.fails_with(&["signature"]);
    verify(&release, &keyring);
}

/// Runs the commands of the README that verify a release.
fn verify(release: &Release, keyring: &Keyring) {
    let run = |text: &str| {
        let (name, home) = keyring.variable();
        let output = Command::new("sh")
            .args(["-e", "-c", text])
            .current_dir(release.files())
            .env(name, home)
            .output();
        Run::of(&output.unwrap())
    };
    let text = block("verify", (NAME, NAME));
    run(&text)
        .succeeds()
        .says(&["Good signature", "linux_amd64.zip: OK"]);
    let archive = release
        .files()
        .join(format!("{NAME}_{VERSION}_linux_arm64.zip"));
    std::fs::write(archive, "another").unwrap();
    run(&text).fails_with(&["linux_arm64.zip: FAILED"]);
}
