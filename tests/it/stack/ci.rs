//! The examples for pipelines, run as scripts: what they say on pull requests, and when they fail.
//!
//! The scripts come from the examples. Substitutes are only the services behind them (`gh` is a script that keeps comments
//! in a file, GitLab's API is a small HTTP server), and `jq` and `unzip`, which run on Python packages.

mod coverage;
mod gitlab;
mod history;
mod install;
mod plan;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use super::{Folder, STACK, program, python, repository, running, script};
use crate::harness::fake::Fake;

/// What a test knows about a pipeline: it runs for an event, and comments on a pull request.
trait Pipeline {
    /// Runs the job of an event, and returns its exit code and its log.
    fn run(&self, runner: &Runner, event: Event) -> (i32, String);
    /// Returns the comments on the pull request.
    fn comments(&self, runner: &Runner) -> Vec<String>;
    /// Adds comments of other people.
    fn add(&self, runner: &Runner, number: usize);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    PullRequest,
    Schedule,
}

/// Programs of a pipeline that a machine may lack.
const PROGRAMS: [(&str, &str); 2] = [
    ("jq", include_str!("ci/programs/jq.py")),
    ("unzip", include_str!("ci/programs/unzip.py")),
];

/// A working directory like a pipeline's: a repository with the stack, the script, and the program.
struct Runner {
    folder: Folder,
    fake: Fake,
}

impl Runner {
    /// Creates the repository. Its first commit is the branch into which a pull request merges.
    fn new() -> Self {
        let folder = Folder::with("flow-logs.yaml", STACK);
        for name in ["bin", "ci"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::os::unix::fs::symlink(
            program(),
            folder.path().join("bin/terraform-provider-vpcflow"),
        )
        .unwrap();
        std::fs::copy(
            repository().join("examples/ci/change.sh"),
            folder.path().join("ci/change.sh"),
        )
        .unwrap();
        let fake = Fake::start();
        fake.insert(running());
        let runner = Self { folder, fake };
        for (name, text) in PROGRAMS {
            runner.tool(name, &format!("#!{}\n{text}", python().display()));
        }
        runner.git("init --quiet");
        runner.git("add flow-logs.yaml");
        runner.commit("base");
        runner.commit("head");
        runner
    }

    /// Writes a program that the scripts find.
    fn tool(&self, name: &str, text: &str) {
        let path = self.folder.path().join("bin").join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn git(&self, arguments: &str) {
        let identity = "-c user.name=test -c user.email=test@example.com -c commit.gpgsign=false";
        let (code, output) = self.step(&format!("git {identity} {arguments}"), &BTreeMap::new());
        assert_eq!(code, 0, "{output}");
    }

    fn commit(&self, message: &str) {
        self.git(&format!("commit --quiet --allow-empty -m {message}"));
    }

    /// Changes the stack in the pull request.
    fn change(&self, text: &str) {
        self.folder.write("flow-logs.yaml", text);
        self.git("commit --quiet --amend --allow-empty --all -m head");
    }

    /// Changes the stack in the branch into which the pull request merges.
    fn base(&self, text: &str) {
        self.change(text);
        self.git("reset --quiet --soft HEAD^1");
        self.git("commit --quiet --amend --allow-empty --all -m base");
        self.commit("head");
    }

    /// Runs a script as a pipeline does, and returns its exit code and its output.
    fn step(&self, text: &str, variables: &BTreeMap<String, String>) -> (i32, String) {
        let mut command = self.folder.command("bash", Some(self.fake.url()));
        let path = std::env::var("PATH").unwrap();
        command
            .args(["-e", "-u", "-c", text])
            .env(
                "PATH",
                format!("{}:{path}", self.folder.path().join("bin").display()),
            )
            .env("HOME", self.folder.path().join("home"))
            .envs(variables);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap(), text + &error)
    }
}

/// Reads an example.
fn example(name: &str) -> Value {
    yaml(&repository().join("examples/ci").join(name))
}

fn yaml(path: &Path) -> Value {
    let text = script(
        "import json, sys, yaml\nprint(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))",
        &[path.to_str().unwrap()],
    );
    serde_json::from_str(&text).unwrap()
}

/// Returns the variables in a mapping of an example.
fn variables(of: &Value) -> BTreeMap<String, String> {
    let all = of.as_object().into_iter().flatten();
    all.map(|(name, value)| match value {
        Value::String(text) => (name.clone(), text.clone()),
        other => (name.clone(), other.to_string()),
    })
    .collect()
}

/// The workflow of GitHub. It comments with `gh`, for which a script stands in.
struct Github;

/// Keeps comments in a file, and answers as `gh api` does: pages of 100 at most, each filtered by itself.
const GH: &str = r#"
import json, os, subprocess, sys
from urllib.parse import parse_qs, urlparse
arguments, options, paths = sys.argv[2:], {}, []
assert sys.argv[1] == "api" and os.environ["GH_TOKEN"] == "token"
while arguments:
    word = arguments.pop(0)
    if word == "--paginate": options[word] = True
    elif word.startswith("-"): options[word] = arguments.pop(0)
    else: paths.append(word)
url = urlparse(paths[0])
file = os.path.join(os.environ["STORE"], "comments.json")
comments = json.load(open(file))
method = options.get("--method", "GET")
if method == "GET":
    assert url.path == "repos/example/network/issues/7/comments", url.path
    size = int(parse_qs(url.query).get("per_page", ["30"])[0])
    assert size <= 100
    pages = [comments[i:i + size] for i in range(0, len(comments), size)] or [[]]
    for page in pages if "--paginate" in options else pages[:1]:
        subprocess.run(["jq", "-r", options["--jq"]], input=json.dumps(page), text=True, check=True)
else:
    name, _, value = options["-F"].partition("=@")
    assert name == "body"
    body = open(value).read()
    assert len(body) <= 65536
    bot = {"type": "Bot", "login": "github-actions[bot]"}
    if method == "POST":
        assert url.path == "repos/example/network/issues/7/comments", url.path
        comments.append({"id": 1000 + len(comments), "body": body, "user": bot})
    else:
        head, _, number = url.path.rpartition("/")
        assert (method, head) == ("PATCH", "repos/example/network/issues/comments"), sys.argv
        [found] = [c for c in comments if c["id"] == int(number)]
        found["body"] = body
    json.dump(comments, open(file, "w"))
"#;

impl Github {
    fn prepare(runner: &Runner) {
        runner.tool("gh", &format!("#!{}\n{GH}", python().display()));
        runner.folder.write("bin/comments.json", "[]");
    }

    fn stored(runner: &Runner) -> Vec<Value> {
        serde_json::from_str(&runner.folder.read("bin/comments.json")).unwrap()
    }
}

impl Pipeline for Github {
    fn run(&self, runner: &Runner, event: Event) -> (i32, String) {
        let workflow = example("github-actions.yml");
        let name = match event {
            Event::PullRequest => "pull_request",
            Event::Schedule => "schedule",
        };
        let (mut code, mut log) = (0, String::new());
        for step in workflow["jobs"]["flow-logs"]["steps"].as_array().unwrap() {
            let Some(text) = step["run"].as_str().filter(|_| step["name"] != "Install") else {
                continue;
            };
            let condition = step["if"].as_str().unwrap_or_default();
            let of_event = ["pull_request", "schedule"]
                .into_iter()
                .find(|event| condition.contains(&format!("github.event_name == '{event}'")));
            let skipped = code != 0 && !condition.contains("!cancelled()");
            if of_event.is_some_and(|of_event| of_event != name) || skipped {
                continue;
            }
            assert!(
                !text.contains("${{"),
                "expressions belong into env, not into scripts"
            );
            let mut all = variables(&workflow["env"]);
            all.extend(variables(&step["env"]).into_iter().map(|(name, value)| {
                let value = value
                    .replace("${{ github.event.pull_request.number }}", "7")
                    .replace("${{ github.token }}", "token");
                assert!(!value.contains("${{"), "{value} is not substituted");
                (name, value)
            }));
            let folder = runner.folder.path();
            all.extend([
                ("GITHUB_REPOSITORY".to_owned(), "example/network".to_owned()),
                (
                    "GITHUB_STEP_SUMMARY".to_owned(),
                    folder.join("summary").display().to_string(),
                ),
                ("STORE".to_owned(), folder.join("bin").display().to_string()),
            ]);
            let (done, output) = runner.step(text, &all);
            log.push_str(&output);
            if code == 0 {
                code = done;
            }
        }
        (code, log)
    }

    fn comments(&self, runner: &Runner) -> Vec<String> {
        let stored = Self::stored(runner).into_iter();
        let ours = stored.filter(|comment| comment["user"]["type"] == "Bot");
        ours.map(|comment| comment["body"].as_str().unwrap().to_owned())
            .collect()
    }

    fn add(&self, runner: &Runner, number: usize) {
        let mut all = Self::stored(runner);
        all.extend((0..number).map(|id| {
            // Somebody quotes the mark.
            let body = "<!-- terraform-provider-vpcflow change -->\nwhat is this?";
            json!({ "id": id, "body": body, "user": { "type": "User", "login": "someone" } })
        }));
        runner
            .folder
            .write("bin/comments.json", &Value::from(all).to_string());
    }
}

#[test]
fn the_github_workflow_says_what_a_change_does() {
    let runner = Runner::new();
    Github::prepare(&runner);
    history::pull_requests(&Github, &runner);
    assert!(runner.folder.read("summary").contains("### "));
}

#[test]
fn the_github_workflow_compares_the_regions_of_both_branches() {
    let runner = Runner::new();
    Github::prepare(&runner);
    history::regions(&Github, &runner);
}

#[test]
fn the_comment_and_the_summary_of_github_are_harmless_and_short() {
    let runner = Runner::new();
    Github::prepare(&runner);
    history::hostile(&Github, &runner);
    let summary = runner.folder.read("summary");
    assert!(!summary.contains(|c: char| c != '\n' && c.is_control()));
    assert!(!summary.contains('\u{202e}'));
    // Each of the two runs writes what it comments.
    assert!(summary.len() < 3 * 65_536, "{}", summary.len());
    // On a schedule, the report is the same with any number of findings.
    let many = (0..2_000).map(|n| {
        let (_, flow_log) = STACK.split_once("  main:\n").unwrap();
        format!(
            "  \"x{n}\\u202e\":\n{}",
            flow_log.replace("0123456789abcdef0", &format!("{n:017x}"))
        )
    });
    runner.change(&format!(
        "Region: us-east-1\nFlowLogs:\n{}",
        many.collect::<String>()
    ));
    std::fs::remove_file(runner.folder.path().join("summary")).unwrap();
    let (code, log) = Github.run(&runner, Event::Schedule);
    assert_eq!(code, 2, "{}", &log[..log.len().min(2_000)]);
    let summary = runner.folder.read("summary");
    assert!(!summary.contains('\u{202e}'));
    assert!(summary.chars().count() < 65_536, "{}", summary.len());
}

#[test]
fn the_github_workflow_finds_its_comment_among_many() {
    let runner = Runner::new();
    Github::prepare(&runner);
    history::many_comments(&Github, &runner);
}

#[test]
fn the_github_workflow_fails_on_drift_on_a_schedule() {
    let runner = Runner::new();
    Github::prepare(&runner);
    history::schedule(&Github, &runner);
    assert!(runner.folder.read("drift.sarif").contains("\"2.1.0\""));
    assert!(
        runner
            .folder
            .read("summary")
            .contains("Flow logs could not be checked")
    );
    assert!(Github.comments(&runner).is_empty());
}

#[test]
fn a_difference_in_a_pull_request_is_annotated_but_no_error() {
    let runner = Runner::new();
    Github::prepare(&runner);
    runner.change(&STACK.replace("ALL", "REJECT"));
    let (code, log) = Github.run(&runner, Event::PullRequest);
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("::notice file=flow-logs.yaml,line=5"), "{log}");
    runner.change(&STACK.replace("ALL", "SOME"));
    let (code, log) = Github.run(&runner, Event::PullRequest);
    assert_eq!(code, 1, "{log}");
    assert!(log.contains("::error file=flow-logs.yaml,line=5"), "{log}");
}
