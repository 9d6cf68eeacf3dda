//! A root folder with the provider, and how a process gets into it.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::harness::not_run::not_run;

/// The binary under test.
pub(super) const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-vpcflow");

const NAME: &str = "terraform-provider-vpcflow";

/// The type of a program header that names a dynamic linker.
const INTERPRETER: u32 = 3;

/// Why these tests cannot run on this machine.
static OBSTACLE: LazyLock<Option<&'static str>> = LazyLock::new(obstacle);

/// A root folder. Dropping it removes the folder.
pub(super) struct Root {
    folder: TempDir,
}

impl Root {
    /// Creates a root folder with the provider and files, or returns none if this machine cannot run these tests.
    pub(super) fn with(files: &[(&str, &str)]) -> Option<Self> {
        if let Some(obstacle) = *OBSTACLE {
            not_run(obstacle);
            return None;
        }
        let root = Self::new();
        for (path, text) in files {
            let path = root.folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Some(root)
    }

    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("root").tempdir().unwrap();
        let program = folder.path().join(NAME);
        // The temporary files may be on another file system.
        std::fs::hard_link(PROVIDER, &program)
            .or_else(|_| std::fs::copy(PROVIDER, &program).map(drop))
            .unwrap();
        Self { folder }
    }

    /// Returns the command that starts the provider in the root, with an empty environment.
    pub(super) fn command(&self) -> Command {
        let [program, arguments @ ..] = &self.line()[..] else {
            unreachable!("a line has a program");
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null());
        command
    }

    /// Creates a folder with a program that starts the provider in the root, for a Terraform outside of it.
    pub(super) fn wrapper(&self) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = self.folder.path().join("outside");
        std::fs::create_dir(&folder).unwrap();
        let words = self.line().into_iter().map(|word| format!("'{word}'"));
        let line = words.collect::<Vec<_>>().join(" ");
        let program = folder.join(NAME);
        std::fs::write(&program, format!("#!/bin/sh\nexec {line}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    /// Only root may change its root folder. Any other user becomes root in a namespace of its own.
    fn line(&self) -> Vec<String> {
        let folder = self.folder.path().display().to_string();
        let words = if rustix::process::geteuid().is_root() {
            vec!["chroot"]
        } else {
            vec!["unshare", "--map-root-user", "chroot"]
        };
        let mut words: Vec<_> = words.into_iter().map(str::to_owned).collect();
        words.extend([folder, format!("/{NAME}")]);
        words
    }
}

fn obstacle() -> Option<&'static str> {
    if !is_static(PROVIDER) {
        assert!(
            !has_static_library(),
            "the provider is linked dynamically. `make test` links it statically"
        );
        return Some(
            "the provider is linked dynamically, because this machine has no static C library",
        );
    }
    let started = Root::new().command().arg("--version").output();
    match started {
        Ok(output) if output.status.success() => None,
        _ => Some(
            "this user may not change the root folder of a process (unshare --map-root-user chroot)",
        ),
    }
}

/// Reports whether a 64-bit ELF file starts without a dynamic linker.
fn is_static(path: &str) -> bool {
    let mut file = std::fs::File::open(path).unwrap();
    let mut head = vec![0; 4096];
    let length = file.read(&mut head).unwrap();
    assert!(length > 64 && head.starts_with(b"\x7fELF\x02"), "{path}");
    let number = |at: usize, size: usize| {
        let bytes = head[at..at + size].iter().rev();
        bytes.fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let (start, size, count) = (number(32, 8), number(54, 2), number(56, 2));
    (0..count).all(|place| number(start + place * size, 4) != INTERPRETER as usize)
}

/// Reports whether a program can be linked statically here, as the Makefile does.
fn has_static_library() -> bool {
    let script = "echo 'int main(void) { return 0; }' | cc -x c -static -o /dev/null -";
    let status = Command::new("sh")
        .args(["-c", script])
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
