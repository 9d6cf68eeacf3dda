//! `tools/build` and `tools/cross-rust` with substitutes for the compiler, cargo and apt: what they build and unpack, and what
//! they say about the rest.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::harness::python;
use crate::harness::terraform::Run;

fn tool(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tools")
        .join(name)
}

/// A machine of x86_64 Linux with the standard libraries of some targets.
struct Machine(TempDir);

/// Writes what it is called with, and a program where Cargo would, unless the target is to fail.
const CARGO: &str = r#"
# The real one uses the real compiler.
if test "$1" = metadata; then PATH=${PATH#*:} exec "$REAL_CARGO" "$@"; fi
echo "$@" "$CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS" "epoch=$SOURCE_DATE_EPOCH" >> "$LOG"
while test "$1" != --target; do shift; done
target=$2
while test "$1" != --target-dir; do shift; done
test "$target" != x86_64-unknown-freebsd || { echo "error: linking failed" >&2; exit 101; }
mkdir -p "$2/$target/release"
echo "$target" > "$2/$target/release/terraform-provider-vpcflow"
"#;

const RUSTC: &str = r#"
case "$*" in
    -vV) echo "host: x86_64-unknown-linux-gnu";;
    "--print sysroot") echo "$SYSROOT";;
esac
"#;

/// The cargo of the unpacked Rust: also writes the variables that it needs.
const UNPACKED: &str = r#"
echo "$RUSTC bootstrap=$RUSTC_BOOTSTRAP libraries=$LD_LIBRARY_PATH" >> "$LOG"
echo "$CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUSTFLAGS" >> "$LOG"
exec "$CARGO" "$@"
"#;

/// Lists packages as Debian's does, two of them named with a version, and downloads files that contain their names.
const APT: &str = r#"
case "$1" in
    install)
        echo "Reading package lists..."
        for package in cargo-web_1.96.0+dfsg1-1_amd64 libllvm22_1%3a22.1.8-1~deb12u1_amd64 rust-web-src_1.96.0+dfsg1-1_all; do
            echo "'http://deb.example.com/pool/$package.deb' $package.deb 7646412 SHA256:0123"
        done;;
    download)
        shift
        for package in "$@"; do echo "$package" > "${package}_1_amd64.deb"; done;;
esac
"#;

const DPKG: &str = r#"
mkdir -p "$3/usr/$(cat "$2")"
"#;

impl Machine {
    fn with(targets: &[&str], programs: &[(&str, &str)]) -> Self {
        let machine = Self(
            tempfile::Builder::new()
                .prefix("machine")
                .tempdir()
                .unwrap(),
        );
        for target in targets {
            let library = format!("sysroot/lib/rustlib/{target}/lib");
            std::fs::create_dir_all(machine.path().join(library)).unwrap();
        }
        for (name, text) in [&[("rustc", RUSTC), ("cargo", CARGO)], programs].concat() {
            machine.add(&format!("bin/{name}"), text);
        }
        machine
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn add(&self, path: &str, text: &str) {
        let program = self.path().join(path);
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::fs::write(&program, format!("#!/bin/sh\n{text}")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new(program);
        command
            .env(
                "PATH",
                format!("{}:{path}", self.path().join("bin").display()),
            )
            .env("CARGO", self.path().join("bin/cargo"))
            .env("REAL_CARGO", env!("CARGO"))
            .env("LOG", self.path().join("log"))
            .env("SYSROOT", self.path().join("sysroot"))
            .env_remove("VPCFLOW_CROSS_RUST");
        command
    }

    /// Calls `tools/build` with the unpacked Rust of a folder, or without one.
    fn build_with(&self, unpacked: Option<&str>, platforms: &[&str]) -> Run {
        let mut command = self.command(python::program());
        command
            .arg(tool("build"))
            .arg(self.path().join("target"))
            .arg(self.path().join("programs"))
            .args(platforms);
        if let Some(folder) = unpacked {
            command.env("VPCFLOW_CROSS_RUST", self.path().join(folder));
        }
        Run::of(&command.output().unwrap())
    }

    fn build(&self, platforms: &[&str]) -> Run {
        self.build_with(None, platforms)
    }

    /// Returns the files for `tools/package`, in order.
    fn programs(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path().join("programs")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

#[test]
fn what_cannot_be_built_is_said_by_name_and_leaves_the_others_whole() {
    let targets = [
        "x86_64-unknown-linux-gnu",
        "aarch64-unknown-linux-musl",
        "x86_64-unknown-freebsd",
    ];
    let zig = [("cargo-zigbuild", "")];
    let machine = Machine::with(&targets, &zig);
    machine.build(&[]).succeeds().says(&[
        "build: linux_arm64 was built for aarch64-unknown-linux-musl",
        "build: darwin_arm64 was not built: Rust's standard library for aarch64-apple-darwin is not installed. Run: rustup \
         target add aarch64-apple-darwin",
        "build: freebsd_amd64 was not built: the build of x86_64-unknown-freebsd failed",
        "build: windows_arm64 was not built",
    ]);
    let [bill, other] = ["linux_amd64.cdx.json", "linux_arm64.cdx.json"];
    assert_eq!(
        machine.programs(),
        ["linux_amd64", bill, "linux_arm64", other]
    );
    let machine = Machine::with(&targets, &[]);
    machine.build(&[]).succeeds().says(&[
        "linux_arm64 was not built: cargo-zigbuild is not installed. Run: python3 -m pip install",
    ]);
    assert_eq!(machine.programs(), ["linux_amd64", bill]);
}

#[test]
fn a_platform_that_was_asked_for_must_be_built() {
    let machine = Machine::with(&["x86_64-unknown-linux-gnu"], &[]);
    machine.build(&["linux_amd64"]).succeeds();
    machine
        .build(&["linux_amd64", "darwin_arm64"])
        .fails_with(&["darwin_arm64 was not built"]);
    machine
        .build(&["plan9_mips"])
        .fails_with(&["plan9_mips: the platforms are linux_amd64"]);
    Machine::with(&[], &[])
        .build(&[])
        .fails_with(&["linux_amd64 was not built"]);
}

#[test]
fn programs_are_static_with_their_crates_and_independent_of_folder_and_time() {
    let machine = Machine::with(&["x86_64-unknown-linux-gnu"], &[]);
    machine.build(&["linux_amd64"]).succeeds();
    let log = std::fs::read_to_string(machine.path().join("log")).unwrap();
    assert!(
        log.starts_with("auditable build --release --locked --target x86_64-unknown-linux-gnu"),
        "{log}"
    );
    assert!(log.contains("target-feature=+crt-static"), "{log}");
    let folder = format!("--remap-path-prefix={}=/source", env!("CARGO_MANIFEST_DIR"));
    assert!(log.contains(&folder), "{log}");
    assert!(log.contains(" epoch=315532800\n"), "{log}");
    let bill = machine.path().join("programs/linux_amd64.cdx.json");
    let bill = std::fs::read_to_string(bill).unwrap();
    assert!(bill.contains("pkg:cargo/aws-sdk-ec2@"), "no bill");
}

#[test]
fn an_unpacked_rust_builds_what_the_installed_one_cannot() {
    let machine = Machine::with(&["x86_64-unknown-linux-gnu"], &[("cargo-zigbuild", "")]);
    let wanted = ["linux_amd64", "linux_arm64"];
    machine.build(&wanted).fails_with(&[
        "linux_arm64 was not built: Rust's standard library for aarch64-unknown-linux-musl is not installed",
        "Without rustup, set VPCFLOW_CROSS_RUST",
    ]);
    machine.add("rust/usr/bin/cargo", UNPACKED);
    machine
        .build_with(Some("rust"), &wanted)
        .fails_with(&["contains no Rust with its source. Run: tools/cross-rust "]);
    let source = "rust/usr/lib/rustlib/src/rust/library/std";
    std::fs::create_dir_all(machine.path().join(source)).unwrap();
    std::fs::create_dir_all(machine.path().join("rust/usr/lib/x86_64-linux-gnu")).unwrap();
    std::fs::remove_file(machine.path().join("log")).unwrap();
    machine.build_with(Some("rust"), &wanted).succeeds();
    let log = std::fs::read_to_string(machine.path().join("log")).unwrap();
    let lines: Vec<_> = log.lines().collect();
    let [own, variables, flags, other] = lines[..] else {
        panic!("{log}");
    };
    // What this machine can build is built with its own Rust.
    assert!(own.starts_with("auditable build --release"), "{own}");
    let home = machine.path().join("rust/usr").canonicalize().unwrap();
    let home = home.display();
    let libraries = format!("libraries={home}/lib/x86_64-linux-gnu");
    assert!(
        variables.starts_with(&format!("{home}/bin/rustc bootstrap=1 {libraries}")),
        "{variables}"
    );
    assert!(flags.contains("link-self-contained=no"), "{flags}");
    assert!(flags.contains("target-feature=+crt-static"), "{flags}");
    let remapped = format!("--remap-path-prefix={home}=/rust");
    assert!(flags.contains(&remapped), "{flags}");
    assert!(
        other.starts_with("auditable zigbuild -Zbuild-std=std,panic_unwind --release --locked"),
        "{other}"
    );
}

#[test]
fn an_unpacked_rust_has_the_packages_that_are_not_installed() {
    let machine = Machine::with(&[], &[("apt-get", APT), ("dpkg-deb", DPKG)]);
    let folder = machine.path().join("rust");
    let output = machine.command(tool("cross-rust")).arg(&folder).output();
    Run::of(&output.unwrap())
        .succeeds()
        .says(&[&format!("set VPCFLOW_CROSS_RUST to {}", folder.display())]);
    let entries = std::fs::read_dir(folder.join("usr")).unwrap();
    let names: BTreeSet<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let wanted = ["cargo-web", "libllvm22", "rust-web-src"];
    assert_eq!(names, wanted.map(str::to_owned).into());
    // Nothing but what was unpacked stays.
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}
