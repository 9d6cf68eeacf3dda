//! The examples for pipelines, run as the scripts that they are.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Folder, STACK, program, repository, running, script};
use crate::harness::fake::Fake;

/// A folder as a pipeline's runner has it: the stack, the program, and stand-ins that record how they are called.
struct Runner {
    folder: Folder,
    fake: Fake,
}

impl Runner {
    fn new() -> Self {
        let folder = Folder::with("flow-logs.yaml", STACK);
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(program(), bin.join("terraform-provider-vpcflow")).unwrap();
        for tool in ["gh", "curl"] {
            let path = bin.join(tool);
            let text = format!(
                "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \"{}\"\n",
                folder.path().join(tool).display()
            );
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let fake = Fake::start();
        fake.insert(running());
        Self { folder, fake }
    }

    /// Runs a step's script, and gives its exit code.
    fn step(&self, text: &str, variables: &BTreeMap<String, String>) -> (i32, String) {
        let mut command: Command = self.folder.command("bash", Some(self.fake.url()));
        let path = std::env::var("PATH").unwrap();
        command
            .args(["-e", "-o", "pipefail", "-c", text])
            .env(
                "PATH",
                format!("{}:{path}", self.folder.path().join("bin").display()),
            )
            .env("GITHUB_OUTPUT", self.folder.path().join("output"))
            .env("GITHUB_STEP_SUMMARY", self.folder.path().join("summary"))
            .env("GITHUB_REPOSITORY", "example/network")
            .envs(variables);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap(), text + &error)
    }
}

fn yaml(path: &Path) -> Value {
    let text = script(
        "import json, sys, yaml\nprint(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))",
        &[path.to_str().unwrap()],
    );
    serde_json::from_str(&text).unwrap()
}

/// Runs the steps of the workflow, and gives the exit code of the last one.
fn workflow(runner: &Runner) -> i32 {
    let workflow = yaml(&repository().join("examples/ci/github-actions.yml"));
    let mut last = -1;
    for step in workflow["jobs"]["drift"]["steps"].as_array().unwrap() {
        let Some(text) = step["run"].as_str().filter(|_| step["name"] != "Install") else {
            continue;
        };
        let outputs =
            std::fs::read_to_string(runner.folder.path().join("output")).unwrap_or_default();
        let code = outputs
            .trim()
            .strip_prefix("code=")
            .unwrap_or_default()
            .to_owned();
        let mut variables = BTreeMap::new();
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap();
            let value = value
                .replace("${{ steps.check.outputs.code }}", &code)
                .replace("${{ github.event.pull_request.number }}", "7")
                .replace("${{ github.token }}", "token");
            assert!(!value.contains("${{"), "{value} is not substituted");
            variables.insert(name.clone(), value);
        }
        assert!(
            !text.contains("${{"),
            "expressions belong into env, not into scripts"
        );
        let (code, output) = runner.step(text, &variables);
        last = code;
        let failing = step["name"] == "Fail on drift";
        assert!(failing || code == 0, "{}: {output}", step["name"]);
    }
    last
}

#[test]
fn the_github_workflow_passes_comments_and_fails_as_it_should() {
    let runner = Runner::new();
    assert_eq!(workflow(&runner), 0);
    runner.fake.change("fl-00000000000000001", |log| {
        log.max_aggregation_interval = 60
    });
    std::fs::remove_file(runner.folder.path().join("output")).unwrap();
    assert_eq!(workflow(&runner), 2);
    assert!(
        runner
            .folder
            .read("summary")
            .contains("Flow logs differ from their declarations")
    );
    let comments = runner.folder.read("gh");
    assert!(
        comments.contains("repos/example/network/issues/7/comments"),
        "{comments}"
    );
    assert!(runner.folder.read("drift.sarif").contains("\"2.1.0\""));
    assert!(runner.folder.read("drift.xml").contains("<testsuite "));
}

#[test]
fn the_gitlab_job_passes_and_fails_as_it_should() {
    let runner = Runner::new();
    let job = yaml(&repository().join("examples/ci/gitlab-ci.yml"));
    let lines = |part: &str| {
        let lines = job["flow-log-drift"][part].as_array().unwrap().iter();
        lines
            .map(|line| line.as_str().unwrap())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let variables = BTreeMap::from([
        (
            "CI_API_V4_URL".to_owned(),
            "https://gitlab.example/api/v4".to_owned(),
        ),
        ("CI_PROJECT_ID".to_owned(), "42".to_owned()),
        ("CI_MERGE_REQUEST_IID".to_owned(), "7".to_owned()),
        ("GITLAB_TOKEN".to_owned(), "token".to_owned()),
    ]);
    assert_eq!(runner.step(&lines("script"), &variables).0, 0);
    runner.fake.remove("fl-00000000000000001");
    assert_eq!(runner.step(&lines("script"), &variables).0, 2);
    let (code, output) = runner.step(&lines("after_script"), &variables);
    assert_eq!(code, 0, "{output}");
    assert!(
        runner
            .folder
            .read("curl")
            .contains("merge_requests/7/notes")
    );
    let report = job["flow-log-drift"]["artifacts"]["reports"]["junit"]
        .as_str()
        .unwrap();
    assert!(runner.folder.read(report).contains("<failure "));
}
