//! A release that `tools/package` makes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::terraform::Run;
use super::{executable, python};

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A folder with programs, and the release made from them.
pub(crate) struct Release {
    folder: TempDir,
}

impl Release {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("release")
            .tempdir()
            .unwrap();
        std::fs::create_dir(folder.path().join("programs")).unwrap();
        Self { folder }
    }

    /// Makes a release with the program under test for this machine, and headers for the other platforms.
    pub(crate) fn of_provider(variables: &[(&str, String)], options: &[&str]) -> Self {
        let release = Self::new();
        for (platform, program) in executable::all() {
            if platform == Self::here() {
                release.add_provider();
            } else {
                release.add(platform, &program);
            }
        }
        release.make(variables, options).succeeds();
        release
    }

    /// The platform of this machine.
    pub(crate) fn here() -> String {
        let system = match std::env::consts::OS {
            "macos" => "darwin",
            other => other,
        };
        let processor = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        format!("{system}_{processor}")
    }

    /// Adds a program.
    pub(crate) fn add(&self, platform: &str, program: &[u8]) {
        std::fs::write(self.program(platform), program).unwrap();
    }

    /// The program of a platform.
    pub(crate) fn program(&self, platform: &str) -> PathBuf {
        self.path().join("programs").join(platform)
    }

    /// Adds the program under test, without the symbols that make it large.
    fn add_provider(&self) {
        let to = self.program(&Self::here());
        let from = env!("CARGO_BIN_EXE_terraform-provider-vpcflow");
        let stripped = Command::new("strip")
            .arg("-o")
            .args([to.as_path(), Path::new(from)])
            .status();
        if !stripped.is_ok_and(|status| status.success()) {
            std::fs::copy(from, to).unwrap();
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The files of the release.
    pub(crate) fn files(&self) -> PathBuf {
        self.path().join("files")
    }

    /// Makes the release from all programs.
    pub(crate) fn make(&self, variables: &[(&str, String)], options: &[&str]) -> Run {
        let rest = ["--level", "1", VERSION, "files", "programs"];
        self.package(variables, &[options, &rest].concat())
    }

    /// Checks the release.
    pub(crate) fn verify(&self, variables: &[(&str, String)], options: &[&str]) -> Run {
        self.package(
            variables,
            &[options, &["--verify", VERSION, "files"]].concat(),
        )
    }

    fn package(&self, variables: &[(&str, String)], arguments: &[&str]) -> Run {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/package");
        let output = Command::new(python::program())
            .arg(script)
            .args(arguments)
            .current_dir(self.path())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output();
        Run::of(&output.unwrap())
    }
}
