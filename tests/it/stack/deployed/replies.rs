//! Replies of CloudFormation that are cut off, foreign, or as large as a template can be.

use super::{Fake, Fault, ID, VPC, check, network, plain, running};
use crate::harness::fake::DeployedStack;

#[test]
fn a_reply_that_is_cut_off_counts_as_no_reply() {
    let fake = Fake::start();
    fake.insert(running());
    fake.deploy(network());
    fake.deploy(super::exporter());
    for operation in [
        "DescribeStacks",
        "GetTemplate",
        "ListStackResources",
        "ListExports",
    ] {
        for behind in ["Response", "Result>", "</", "nothing is left"] {
            fake.clear_faults();
            fake.fail(operation, Fault::CutWithoutLength(behind), 10);
            let (code, report) = check(&fake, &["--stack-name", "network", "--unmanaged"]);
            assert_eq!(code, 1, "{operation} {behind}: {report:#}");
            let message = report["failures"][0]["message"].as_str().unwrap();
            let says = format!("{operation} in us-east-1 got a reply that cannot be read");
            assert!(message.contains(&says), "{operation} {behind}: {message}");
            assert_eq!(report["counts"]["unmanaged"], 0, "{report:#}");
        }
    }
    fake.clear_faults();
    let foreign = Fault::Instead(200, "<html>Sign in to the Wi-Fi</html>".to_owned());
    fake.fail("GetTemplate", foreign, 10);
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 1);
    let message = report["failures"][0]["message"].as_str().unwrap();
    // A template may contain secrets, so a foreign reply is not shown.
    assert!(message.contains("not from AWS"), "{message}");
    assert!(!message.contains("Wi-Fi"), "{message}");
}

#[test]
fn the_largest_template_is_read_and_an_endless_reply_is_not() {
    let fake = Fake::start();
    fake.insert(running());
    // CloudFormation accepts 1 MB. In XML, each quotation mark takes six bytes.
    let long = "\\\"".repeat(500_000);
    let template =
        plain("Main", VPC).replacen('{', &format!("{{ \"Description\": \"{long}\", "), 1);
    assert!(template.len() > 1_000_000);
    let stack = DeployedStack::of("network", &template);
    fake.deploy(stack.with("Main", "AWS::EC2::FlowLog", ID));
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["counts"]["in_sync"], 1);
    fake.fail("GetTemplate", Fault::Endless, 10);
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 1, "{report:#}");
    let message = report["failures"][0]["message"].as_str().unwrap();
    assert!(message.contains("larger than 16 MiB"), "{message}");
    assert!(fake.sent_endlessly() < 40 << 20);
}
