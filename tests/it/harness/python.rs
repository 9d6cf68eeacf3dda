//! The Python that `make tools` installs, with the packages of the tests.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Runs a script, which reads its arguments as JSON from its standard input.
pub(crate) fn run(script: &str, arguments: &Value) {
    let mut child = Command::new(program())
        .args(["-c", script])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(arguments.to_string().as_bytes()).unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// Returns the interpreter.
pub(crate) fn program() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/moto_server");
    let program = std::env::var_os("VPCFLOW_MOTO").map_or(installed, PathBuf::from);
    program.with_file_name("python")
}
