//! The transcript of a check in the README.

use super::{Folder, repository, running};
use crate::harness::fake::{Fake, FlowLog};

#[test]
fn the_transcript_in_the_readme_is_correct() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let section = readme.split("## Check for drift").nth(1).unwrap();
    let block = |language: &str| {
        let start = section.split(&format!("```{language}\n")).nth(1).unwrap();
        start.split("```").next().unwrap()
    };
    let folder = Folder::with("flow-logs.yaml", block("yaml"));
    let fake = Fake::start();
    let mut log = running();
    log.region = "eu-central-1".to_owned();
    log.log_destination =
        Some("arn:aws:logs:eu-central-1:123456789012:log-group:vpc-flow-logs".to_owned());
    log.log_group_name = Some("vpc-flow-logs".to_owned());
    log.deliver_logs_permission_arn =
        Some("arn:aws:iam::123456789012:role/flow-log-delivery".to_owned());
    log.tags.clear();
    log.traffic_type = Some("REJECT".to_owned());
    fake.insert(log);
    let mut other = FlowLog::sample("fl-00000000000000009", "vpc-0fffffffffffffff9");
    other.region = "eu-central-1".to_owned();
    fake.insert(other);
    let transcript = block("console");
    let (command, expected) = transcript.split_once('\n').unwrap();
    let words: Vec<_> = command
        .strip_prefix("$ terraform-provider-vpcflow ")
        .unwrap()
        .split(' ')
        .collect();
    let run = folder.run(Some(fake.url()), &words);
    assert_eq!(run.stdout, expected);
    assert_eq!(run.code, 2);
}
