//! Text from AWS and from configurations in the output of Terraform.

use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, Fault};
use crate::harness::terraform::{Run, Version, Workspace};

/// Asserts that the output contains only printable text: no escape sequences, no direction marks.
#[track_caller]
fn assert_printable(run: &Run) {
    let harmful = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!run.output.contains(harmful), "{:?}", run.output);
}

#[test]
fn a_message_from_aws_contains_no_control_characters() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    let message = "You are not authorized.\u{9b}2J \u{7f}\u{202e}desrever\u{2066} \u{200f}\u{2028}\n::error::forged";
    fake.fail(
        "CreateFlowLogs",
        Fault::error("UnauthorizedOperation", message),
        1,
    );
    let run = work
        .run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&["You are not authorized.\\u{9b}2J \\u{7f}\\u{202e}desrever\\u{2066}"]);
    assert_printable(&run);
}

#[test]
fn a_value_in_a_message_is_escaped_and_shortened() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let value = "join(\"\", [\"\\u001b]0;title\\u0007\\u202e\", join(\"\", [for n in range(1000) : \"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij\"])])";
    let text = flow_log("main", "").replace("\"ALL\"", value);
    work.configure(&text);
    let run = work.run(&["plan", "-no-color"]).fails_with(&[
        "Invalid value for traffic_type",
        "more characters) …",
        "it must be one of",
    ]);
    assert_printable(&run);
    assert!(run.output.len() < 10_000, "{} bytes", run.output.len());
}
