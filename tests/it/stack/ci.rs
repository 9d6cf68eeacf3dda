//! The examples for pipelines, run as scripts.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{Folder, STACK, program, repository, running, script};
use crate::harness::fake::Fake;
use crate::harness::terraform::Version;

/// A folder like a pipeline's: the stack, the program, and substitutes for other programs that record their calls.
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
            let calls = folder.path().join(tool);
            let calls = calls.display();
            // A request for the list of comments returns a list that a test may write.
            let text = format!(
                "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \"{calls}\"\ncase \"$*\" in *per_page=*|*--paginate*) cat \"{calls}-list\";; esac\n"
            );
            folder.write(
                &format!("{tool}-list"),
                if tool == "curl" { "[]" } else { "" },
            );
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let fake = Fake::start();
        fake.insert(running());
        Self { folder, fake }
    }

    /// Runs a step's script, and returns its exit code.
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

/// Runs the steps of the workflow, and returns the exit code of the last one.
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
fn the_github_workflow_passes_comments_and_fails() {
    let runner = Runner::new();
    assert_eq!(workflow(&runner), 0);
    let posted = || runner.folder.read("gh").matches("--method").count();
    assert_eq!(posted(), 0, "nothing is to be said");
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
    let post = "--method POST repos/example/network/issues/7/comments -F body=@drift.md";
    assert!(comments.contains(post), "{comments}");
    // The job finds the comment by its mark, and the next run updates it.
    let report = runner.folder.read("drift.md");
    let mark = report.lines().next().unwrap();
    assert!(
        comments.contains(&format!("startswith(\"{mark}\")")),
        "{comments}"
    );
    runner.folder.write("gh-list", "41\n42\n");
    std::fs::remove_file(runner.folder.path().join("output")).unwrap();
    assert_eq!(workflow(&runner), 2);
    let patch = "--method PATCH repos/example/network/issues/comments/41 -F body=@drift.md";
    let comments = runner.folder.read("gh");
    assert!(comments.contains(patch), "{comments}");
    assert_eq!(posted(), 2, "{comments}");
    assert!(runner.folder.read("drift.sarif").contains("\"2.1.0\""));
    assert!(runner.folder.read("drift.xml").contains("<testsuite "));
}

#[test]
fn the_gitlab_job_passes_and_fails() {
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
    let after = |status: &str| {
        let status = ("CI_JOB_STATUS".to_owned(), status.to_owned());
        let variables = variables.clone().into_iter().chain([status]).collect();
        let (code, output) = runner.step(&lines("after_script"), &variables);
        assert_eq!(code, 0, "{output}");
        let calls = runner.folder.read("curl");
        calls.lines().last().unwrap().to_owned()
    };
    assert_eq!(runner.step(&lines("script"), &variables).0, 0);
    let notes = "https://gitlab.example/api/v4/projects/42/merge_requests/7/notes";
    assert!(after("success").contains("per_page="), "it only looks");
    runner.fake.remove("fl-00000000000000001");
    assert_eq!(runner.step(&lines("script"), &variables).0, 2);
    let call = after("failed");
    assert!(call.ends_with(&format!("body@drift.md {notes}")), "{call}");
    let note =
        json!([{ "id": 40, "body": "fine" }, { "id": 41, "body": runner.folder.read("drift.md") }]);
    runner.folder.write("curl-list", &note.to_string());
    for status in ["failed", "success"] {
        let call = after(status);
        let put = format!("--request PUT --data-urlencode body@drift.md {notes}/41");
        assert!(call.ends_with(&put), "{call}");
    }
    let report = job["flow-log-drift"]["artifacts"]["reports"]["junit"]
        .as_str()
        .unwrap();
    assert!(runner.folder.read(report).contains("<failure "));
}

/// The commands of the plain plan, in both pipelines.
fn plans() -> [String; 2] {
    let github = yaml(&repository().join("examples/ci/terraform-plan.yml"));
    let steps = github["jobs"]["plan"]["steps"].as_array().unwrap().iter();
    let github = steps.filter_map(|step| step["run"].as_str());
    let gitlab = yaml(&repository().join("examples/ci/gitlab-terraform-plan.yml"));
    let lines = gitlab["terraform-plan"]["script"]
        .as_array()
        .unwrap()
        .iter();
    let gitlab = lines.map(|line| line.as_str().unwrap());
    [
        github.collect::<Vec<_>>().join("\n"),
        gitlab.collect::<Vec<_>>().join("\n"),
    ]
}

/// Installs the provider in a folder where `terraform init` finds it like a released one in the registry.
fn install(runner: &Runner) -> BTreeMap<String, String> {
    let version = env!("CARGO_PKG_VERSION");
    let platform = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "amd64"
    };
    let platform = format!(
        "{}_{platform}",
        if cfg!(target_os = "macos") {
            "darwin"
        } else {
            "linux"
        }
    );
    let folder = runner.folder.path();
    let mirror = folder.join("mirror");
    let place = mirror.join(format!(
        "registry.terraform.io/vpcflow/vpcflow/{version}/{platform}"
    ));
    std::fs::create_dir_all(&place).unwrap();
    let name = format!("terraform-provider-vpcflow_v{version}");
    std::os::unix::fs::symlink(program(), place.join(name)).unwrap();
    let program = Version::Any.program();
    std::os::unix::fs::symlink(program, folder.join("bin/terraform")).unwrap();
    let rc = format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
        mirror.display()
    );
    runner.folder.write("terraform.rc", &rc);
    let rc = folder.join("terraform.rc").display().to_string();
    [
        ("TF_CLI_CONFIG_FILE", rc.as_str()),
        ("CHECKPOINT_DISABLE", "1"),
        ("AWS_REGION", "us-east-1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

#[test]
fn the_plain_plan_passes_and_fails() {
    let runner = Runner::new();
    let variables = install(&runner);
    let configuration = r#"
terraform {
  required_providers { vpcflow = { source = "vpcflow/vpcflow" } }
}
import {
  to = vpcflow_log.main
  id = "fl-00000000000000001"
}
resource "vpcflow_log" "main" {
  vpc_id         = "vpc-0123456789abcdef0"
  traffic_type   = "ALL"
  log_group_name = "sample"
  iam_role_arn   = "arn:aws:iam::123456789012:role/sample"
  tags           = { Name = "main" }
}
"#;
    runner.folder.write("main.tf", configuration);
    let apply = "terraform init -input=false && terraform apply -auto-approve";
    let (code, output) = runner.step(apply, &variables);
    assert_eq!(code, 0, "{output}");
    for plan in plans() {
        let (code, output) = runner.step(&plan, &variables);
        assert_eq!(code, 0, "{output}");
    }
    runner.fake.remove("fl-00000000000000001");
    for plan in plans() {
        let (code, output) = runner.step(&plan, &variables);
        assert_eq!(code, 2, "{output}");
    }
}
