//! The pipelines that check whether the networks of an organization are recorded.

use std::collections::BTreeMap;

use super::super::coverage::{OTHER, add_vpc};
use super::{Runner, example, variables};
use crate::harness::fake::{ACCOUNT, Fault, REGION};

const BARE: &str = "vpc-0123456789abcdef1";

/// Returns the script of each pipeline, with its variables.
fn scripts() -> [(String, BTreeMap<String, String>); 2] {
    let github = example("coverage-github-actions.yml");
    let steps = github["jobs"]["coverage"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == "Coverage");
    let gitlab = &example("coverage-gitlab-ci.yml")["flow-log-coverage"];
    [
        (&step.unwrap()["run"], &github["env"]),
        (&gitlab["script"][0], &gitlab["variables"]),
    ]
    .map(|(script, all)| (script.as_str().unwrap().to_owned(), variables(all)))
}

/// Returns the steps that install, which are those of the pipelines for drift.
#[test]
fn the_program_is_installed_as_in_the_other_pipelines() {
    let install = |name: &str, job: &str| {
        let workflow = example(name);
        let steps = workflow["jobs"][job]["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["name"] == "Install");
        step.unwrap()["run"].clone()
    };
    assert_eq!(
        install("coverage-github-actions.yml", "coverage"),
        install("github-actions.yml", "flow-logs")
    );
    let gitlab = |name: &str, job: &str| example(name)[job]["before_script"][1].clone();
    assert_eq!(
        gitlab("coverage-gitlab-ci.yml", "flow-log-coverage"),
        gitlab("gitlab-ci.yml", ".flow-logs")
    );
}

#[test]
fn the_pipelines_fail_on_a_gap_and_keep_the_stack_that_closes_it() {
    for (script, mut all) in scripts() {
        let runner = Runner::new();
        let fake = &runner.fake;
        fake.enable_regions(&[REGION, "eu-west-1"]);
        fake.organize(&[(ACCOUNT, "ACTIVE"), (OTHER, "ACTIVE")]);
        add_vpc(fake, ACCOUNT, REGION, super::super::VPC);
        add_vpc(fake, OTHER, "eu-west-1", BARE);
        let summary = runner.folder.path().join("summary");
        all.insert(
            "GITHUB_STEP_SUMMARY".to_owned(),
            summary.display().to_string(),
        );
        all.insert("AWS_REGION".to_owned(), REGION.to_owned());
        let (code, log) = runner.step(&script, &all);
        assert_eq!(code, 2, "{log}");
        assert!(log.contains(BARE), "{log}");
        let gaps = runner.folder.read("gaps.yaml");
        assert!(gaps.contains(BARE) && gaps.contains(OTHER), "{gaps}");
        assert!(!gaps.contains(super::super::VPC), "{gaps}");
        runner
            .folder
            .run(None, &["stack", "validate", "gaps.yaml"])
            .succeeds();
        let report = ["summary", "coverage.xml"].map(|name| runner.folder.path().join(name));
        let report = report.iter().find(|path| path.exists()).unwrap();
        let report = std::fs::read_to_string(report).unwrap();
        assert!(report.contains(BARE), "{report}");
        fake.fail("AssumeRole", Fault::error("AccessDenied", "No."), 9);
        let (code, log) = runner.step(&script, &all);
        assert_eq!(code, 3, "{log}");
    }
}
