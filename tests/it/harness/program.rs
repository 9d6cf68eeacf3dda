//! The built program, run by hand, with a server as its AWS.

use std::process::{Command, Stdio};

use super::fake::{Fake, REGION};

/// Returns a command of the program that can call AWS only at the server.
pub(crate) fn command(fake: &Fake) -> Command {
    at(
        Command::new(env!("CARGO_BIN_EXE_terraform-provider-vpcflow")),
        fake,
    )
}

/// Lets a command call AWS only at the server.
pub(crate) fn at(mut command: Command, fake: &Fake) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/nowhere")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("AWS_ENDPOINT_URL", fake.url())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret-canary")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
