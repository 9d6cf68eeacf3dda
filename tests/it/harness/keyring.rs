//! A keyring of GnuPG with one key. Dropping it removes the keyring.

use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::not_run::not_run;

/// The name of the key in a keyring.
pub(crate) const KEY: &str = "release@example.com";

pub(crate) struct Keyring {
    folder: TempDir,
}

impl Keyring {
    /// Creates a key with an algorithm, such as `rsa2048`. Returns none if this machine has no GnuPG, which is a failure
    /// in CI.
    pub(crate) fn create(algorithm: &str) -> Option<Self> {
        let found = Command::new("gpg")
            .arg("--version")
            .stdout(Stdio::null())
            .status();
        if found.is_err() {
            not_run("gpg is not installed");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("gpg").tempdir().unwrap();
        let keyring = Self { folder };
        keyring.gpg(&[
            "--passphrase",
            "",
            "--quick-gen-key",
            KEY,
            algorithm,
            "sign",
            "never",
        ]);
        Some(keyring)
    }

    /// The variable with which gpg uses this keyring.
    pub(crate) fn variable(&self) -> (&'static str, String) {
        ("GNUPGHOME", self.folder.path().display().to_string())
    }

    /// Returns the public key as text, and the ID by which registries name it.
    pub(crate) fn public_key(&self) -> (String, String) {
        let listed = self.gpg(&["--with-colons", "--list-keys", KEY]);
        let mut lines = listed
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>());
        let id = lines.find(|fields| fields[0] == "pub").unwrap()[4].to_owned();
        (self.gpg(&["--armor", "--export", KEY]), id)
    }

    #[track_caller]
    fn gpg(&self, arguments: &[&str]) -> String {
        let (name, folder) = self.variable();
        let output = Command::new("gpg")
            .args(["--batch", "--quiet"])
            .args(arguments)
            .env(name, folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        // GnuPG leaves an agent behind.
        let mut end = Command::new("gpgconf");
        end.arg("--homedir")
            .arg(self.folder.path())
            .args(["--kill", "all"]);
        let _ = end.stderr(Stdio::null()).status();
    }
}
