//! `terraform validate` reports errors in a provider block at their lines.

use crate::acceptance::flow_log;
use crate::acceptance::provider::configuration::with_block;
use crate::harness::fake::Fake;
use crate::harness::terraform::{Version, Workspace};

/// Returns the errors in the provider block: the line, and the message.
fn errors(work: &Workspace) -> Vec<(String, String)> {
    let run = work.run(&["validate", "-json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let found = answer["diagnostics"].as_array().unwrap().clone();
    let found = found.into_iter().filter(|d| d["severity"] == "error");
    let found = found.map(|d| {
        let line = d["snippet"]["code"].as_str().unwrap_or_default();
        let [summary, detail] = ["summary", "detail"].map(|part| d[part].as_str().unwrap());
        let text = format!("{summary}: {detail}");
        (line.trim().to_owned(), text)
    });
    found.collect()
}

#[test]
fn invalid_arguments_are_reported_at_their_lines_without_any_call() {
    let fake = Fake::start();
    let role = "role_arn = \"arn:aws:iam::111111111111:role/hub\"";
    let second =
        format!("assume_role {{\n{role}\n}}\nassume_role {{\n{role}\nduration = \"5m\"\n}}");
    let long = format!(
        "default_tags {{\ntags = {{ \"k\" = \"{}\" }}\n}}",
        "v".repeat(257)
    );
    let cases = [
        ("insecure = true", "insecure = true", "custom_ca_bundle"),
        (
            "sts_region = \"eu\"",
            "sts_region = \"eu\"",
            "is not a region such as eu-central-1",
        ),
        (
            "max_retries = -1",
            "max_retries = -1",
            "-1 is not a number of attempts",
        ),
        (
            "token_bucket_rate_limiter_capacity = -1",
            "token_bucket_rate_limiter_capacity = -1",
            "-1 is not a number of tokens",
        ),
        (
            "ec2_metadata_service_endpoint = \"localhost\"",
            // An address can contain a password, so its line is not shown.
            "provider \"vpcflow\" {",
            "is not an address such as https://host:port",
        ),
        (
            &second,
            "duration = \"5m\"",
            "is not between 15 minutes and 12 hours",
        ),
        (
            "assume_role {\nrole_arn = \"\"\n}",
            "role_arn = \"\"",
            "Set `role_arn` to the ARN",
        ),
        (
            "default_tags {\ntags = { \"aws:x\" = \"y\" }\n}",
            "tags = { \"aws:x\" = \"y\" }",
            "AWS reserves keys that begin with `aws:`",
        ),
        (
            "default_tags {\ntags = { \"\" = \"y\" }\n}",
            "tags = { \"\" = \"y\" }",
            "A key cannot be empty",
        ),
        (&long, "tags = { \"k\" =", "at most 256 characters"),
        (
            "skip_requesting_account_id = true\nallowed_account_ids = [\"1\"]",
            "allowed_account_ids = [\"1\"]",
            "AWS account not checked",
        ),
    ];
    for (settings, line, text) in cases {
        let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
        work.configure(&flow_log("main", ""));
        let found = errors(&work);
        assert_eq!(found.len(), 1, "{settings}: {found:?}");
        let (at, message) = &found[0];
        assert!(
            at.starts_with(line) && message.contains(text),
            "{settings}: {found:?}"
        );
    }
    assert!(fake.calls().is_empty());
}

#[test]
fn several_errors_are_reported_at_their_lines_and_an_endpoint_at_the_block() {
    let work = Workspace::new(Version::Any, "unused");
    with_block(
        &work,
        "provider \"vpcflow\" {\nregion = \"Frankfurt\"\naccess_key = \"AKIAEXAMPLE\"\nendpoints {\nec2 = \"localhost:1\"\n}\n}",
    );
    let found = errors(&work);
    let expected = [
        ("access_key = \"AKIAEXAMPLE\"", "it requires secret_key"),
        (
            "region = \"Frankfurt\"",
            "is not a region such as eu-central-1",
        ),
        (
            "provider \"vpcflow\" {",
            "is not an address such as https://host:port",
        ),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (line, text) in expected {
        let is_reported = |(at, message): &(String, String)| at == line && message.contains(text);
        assert!(found.iter().any(is_reported), "{line}: {found:?}");
    }
}

/// An argument whose validity depends on an unknown argument is not refused.
#[test]
fn unknown_arguments_do_not_count_as_missing() {
    let work = Workspace::new(Version::Any, "unused");
    with_block(
        &work,
        "variable \"secret\" {\ntype = string\n}\nvariable \"any\" {\ntype = bool\n}\nprovider \"vpcflow\" {\nregion = \"local\"\naccess_key = \"AKIAEXAMPLE\"\nsecret_key = var.secret\nskip_region_validation = var.any\n}",
    );
    assert_eq!(errors(&work), []);
}
