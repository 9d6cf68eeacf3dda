//! Drift checks whose replies are damaged, or never arrive: what is not known is never drift.

use std::time::{Duration, Instant};

use super::{Folder, STACK, running};
use crate::harness::fake::{Endless, Fake, Fault};

fn check(fake: &Fake, more: &[&str]) -> (i32, String) {
    let folder = Folder::with("stack.yaml", STACK);
    let arguments = [&["drift", "--stack", "stack.yaml"], more].concat();
    let run = folder.run(Some(fake.url()), &arguments);
    (run.code, run.output)
}

#[test]
fn a_truncated_reply_does_not_make_a_flow_log_missing() {
    let fake = Fake::start();
    fake.insert(running());
    for behind in [
        "nothing is left",
        "<flowLogSet>",
        "<flowLogId>fl-0",
        "</flowLogSet>",
    ] {
        fake.clear_faults();
        fake.fail("DescribeFlowLogs", Fault::Cut(behind), 10);
        let (code, output) = check(&fake, &[]);
        assert_eq!(code, 1, "{behind}: {output}");
        assert!(
            output.contains("got a reply that cannot be read"),
            "{output}"
        );
        assert!(!output.contains("missing  "), "{output}");
    }
    fake.fail(
        "GetCallerIdentity",
        Fault::Instead(200, "192.0.2.77".to_owned()),
        10,
    );
    let (code, output) = check(&fake, &[]);
    assert_eq!(code, 1);
    assert!(
        output.contains("not from AWS") && !output.contains("192.0.2"),
        "{output}"
    );
}

#[test]
fn the_timeout_ends_a_check_whose_server_hangs() {
    let fake = Fake::start();
    fake.insert(running());
    fake.fail("DescribeFlowLogs", Fault::Hold, 100);
    let begin = Instant::now();
    let (code, output) = check(&fake, &["--timeout", "1s"]);
    assert_eq!(code, 1, "{output}");
    assert!(
        output.contains("DescribeFlowLogs in us-east-1 timed out"),
        "{output}"
    );
    assert!(output.contains("--timeout"), "{output}");
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn endless_pages_end_the_check() {
    // A busy machine may need long for the pages that the first case reads.
    for (how, timeout, says) in [
        (Endless::Same, "60s", "pages in a row had no new flow log"),
        (
            Endless::New,
            "3s",
            "DescribeFlowLogs in us-east-1 timed out",
        ),
    ] {
        let fake = Fake::start();
        fake.insert(running());
        fake.describe_endlessly(how);
        let (code, output) = check(&fake, &["--timeout", timeout]);
        assert_eq!(code, 1, "{output}");
        assert!(output.contains(says), "{output}");
    }
}

#[test]
fn endless_replies_end_the_check() {
    let fake = Fake::start();
    fake.insert(running());
    fake.fail("DescribeFlowLogs", Fault::Endless, 10);
    let (code, output) = check(&fake, &[]);
    assert_eq!(code, 1, "{output}");
    assert!(
        output.contains("the reply is larger than 64 MiB"),
        "{output}"
    );
    assert!(fake.sent_endlessly() < 90 << 20);
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), 1);
}

#[test]
fn a_timeout_must_be_a_positive_duration() {
    let folder = Folder::with("stack.yaml", STACK);
    for wrong in ["soon", "0s", "-5m"] {
        let option = format!("--timeout={wrong}");
        let run = folder.run(None, &["drift", "--stack", "stack.yaml", &option]);
        assert_eq!(run.code, 1, "{}", run.output);
        assert!(run.output.contains("--timeout"), "{}", run.output);
    }
}
