//! Machines without certificate authorities.

use super::{Folder, STACK, program, running};
use crate::harness::fake::Fake;
use crate::harness::terraform::Run;

/// Checks a stack with environment variables that name the certificate authorities.
fn checked(endpoint: &str, variables: &[(&str, &str)]) -> Run {
    let folder = Folder::with("stack.yaml", STACK);
    folder.write("empty", "");
    folder.write(
        "garbage",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    let mut command = folder.command(program(), Some(endpoint));
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_CA_BUNDLE"] {
        command.env_remove(name);
    }
    command
        .args(["drift", "--stack", "stack.yaml"])
        .envs(variables.iter().copied());
    Run::of(&command.output().unwrap())
}

#[test]
fn only_tls_needs_certificate_authorities() {
    let fake = Fake::start();
    fake.insert(running());
    for (name, place) in [
        ("SSL_CERT_FILE", "empty"),
        ("SSL_CERT_FILE", "garbage"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ("SSL_CERT_DIR", "folder"),
        ("SSL_CERT_DIR", "/nowhere"),
    ] {
        let run = checked(fake.url(), &[(name, place)]).succeeds();
        assert!(run.output.contains("1 in sync"), "{}", run.output);
        let said = format!("TLS is not possible: the environment variable {name} names a place");
        let run = checked("https://localhost:1", &[(name, place)]).fails_with(&[&said]);
        assert_eq!(run.code, 1, "{}", run.output);
        assert!(!run.output.contains("panicked"), "{}", run.output);
    }
    // With the certificate authorities of this machine, a connection is attempted.
    let run = checked("https://localhost:1", &[]).fails_with(&["could not reach"]);
    assert!(
        !run.output.contains("TLS is not possible"),
        "{}",
        run.output
    );
}
