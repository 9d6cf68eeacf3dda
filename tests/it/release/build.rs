//! `tools/build` with substitutes for the compiler and cargo: what it builds, and what it says about the rest.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::harness::python;
use crate::harness::terraform::Run;

/// A machine of x86_64 Linux with the standard libraries of some targets.
struct Machine(TempDir);

/// Writes what it is called with, and a program where Cargo would, unless the target is to fail.
const CARGO: &str = r#"
# The real one uses the real compiler.
if test "$1" = metadata; then PATH=${PATH#*:} exec "$REAL_CARGO" "$@"; fi
echo "$@" "$CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS" >> "$LOG"
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
        std::fs::create_dir(machine.path().join("bin")).unwrap();
        for (name, text) in [&[("rustc", RUSTC), ("cargo", CARGO)], programs].concat() {
            let program = machine.path().join("bin").join(name);
            std::fs::write(&program, format!("#!/bin/sh\n{text}")).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        machine
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn build(&self, platforms: &[&str]) -> Run {
        let path = std::env::var("PATH").unwrap();
        let output = Command::new(python::program())
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/build"))
            .arg(self.path().join("target"))
            .arg(self.path().join("programs"))
            .args(platforms)
            .env(
                "PATH",
                format!("{}:{path}", self.path().join("bin").display()),
            )
            .env("CARGO", self.path().join("bin/cargo"))
            .env("REAL_CARGO", env!("CARGO"))
            .env("LOG", self.path().join("log"))
            .env("SYSROOT", self.path().join("sysroot"))
            .output();
        Run::of(&output.unwrap())
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
fn programs_are_static_with_their_crates_and_independent_of_their_folder() {
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
    let bill = machine.path().join("programs/linux_amd64.cdx.json");
    let bill = std::fs::read_to_string(bill).unwrap();
    assert!(bill.contains("pkg:cargo/aws-sdk-ec2@"), "no bill");
}
