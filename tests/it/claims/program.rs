//! Claims about the commands: their exit codes and what they print.

use std::process::{Command, Stdio};

use super::table::{self, Check, flat};
use super::{none, of_kind};
use crate::harness::fake::{Fake, FlowLog, Network, REGION};
use crate::harness::terraform::Run;

const VPC: &str = "vpc-0123456789abcdef0";

/// The files that commands read, by name.
const FILES: [(&str, &str); 5] = [
    (
        "flow-logs.yaml",
        "Region: us-east-1\nFlowLogs:\n  main:\n    ResourceId: vpc-0123456789abcdef0\n    TrafficType: ALL\n    LogGroupName: sample\n    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/sample\n",
    ),
    (
        "changed.yaml",
        "Region: us-east-1\nFlowLogs:\n  main:\n    ResourceId: vpc-0123456789abcdef0\n    TrafficType: REJECT\n    LogGroupName: sample\n    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/sample\n",
    ),
    (
        "mistake.yaml",
        "Region: us-east-1\nFlowLogs:\n  main:\n    ResourceId: vpc-0123456789abcdef0\n    TrafficTyp: ALL\n    LogGroupName: sample\n    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/sample\n",
    ),
    (
        "empty.json",
        "{\"format_version\":\"1.0\",\"terraform_version\":\"1.11.4\"}",
    ),
    (
        "template.yaml",
        "Parameters:\n  Vpc:\n    Type: String\nResources:\n  Main:\n    Type: AWS::EC2::FlowLog\n    Properties:\n      ResourceId: !Ref Vpc\n      ResourceType: VPC\n      TrafficType: ALL\n      LogGroupName: sample\n      DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/sample\n",
    ),
];

/// A flow log that is declared, one that is not, and a VPC that nothing records.
fn running() -> Fake {
    let fake = Fake::start();
    let mut log = FlowLog::sample("fl-00000000000000001", VPC);
    log.tags.clear();
    fake.insert(log);
    let mut other = FlowLog::sample("fl-00000000000000009", "vpc-0fffffffffffffff9");
    other.tags.clear();
    fake.insert(other);
    fake.enable_regions(&[REGION]);
    for (id, above) in [
        (VPC, &[][..]),
        ("eni-0123456789abcdef0", &[VPC]),
        ("vpc-0aaaaaaaaaaaaaaaa", &[]),
        ("eni-0aaaaaaaaaaaaaaaa", &["vpc-0aaaaaaaaaaaaaaaa"]),
    ] {
        fake.add_network(Network::new(id, above));
    }
    fake
}

#[test]
fn commands_end_and_print_as_claimed() {
    let claims = table::read();
    let runs = of_kind(&claims, |check| match check {
        Check::Run {
            arguments,
            code,
            says,
        } => Some((arguments.clone(), *code, says.clone())),
        _ => None,
    });
    let fake = running();
    let mut problems = Vec::new();
    for (claim, (arguments, code, says)) in &runs {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in FILES {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-vpcflow"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        let output = command
            .args(arguments.split_whitespace())
            .current_dir(folder.path())
            .env("AWS_REGION", REGION)
            .env("AWS_ENDPOINT_URL", fake.url())
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret-canary")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", folder.path().join("no-config"))
            .env(
                "AWS_SHARED_CREDENTIALS_FILE",
                folder.path().join("no-credentials"),
            )
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let run = Run::of(&output);
        if run.code != *code || !flat(&run.output).contains(says) {
            problems.push(format!(
                "{}\n  {arguments}\n  {}: {}",
                claim.place(),
                run.code,
                run.output
            ));
        }
    }
    none(&problems);
}
