//! What happens to a pull request and on a schedule, for any pipeline.

use super::super::{STACK, VPC};
use super::{Event, Pipeline, Runner};
use crate::harness::fake::Fault;

const ID: &str = "fl-00000000000000001";

/// Runs the job of a pull request, and returns the comment, or an empty text if there is none.
#[track_caller]
fn comment(pipeline: &dyn Pipeline, runner: &Runner, expected: i32) -> String {
    let (code, log) = pipeline.run(runner, Event::PullRequest);
    assert_eq!(code, expected, "{log}");
    let mut comments = pipeline.comments(runner);
    assert!(comments.len() <= 1, "{comments:#?}");
    comments.pop().unwrap_or_default()
}

#[track_caller]
fn says(comment: &str, said: &[&str], not_said: &[&str]) {
    for text in said {
        assert!(comment.contains(text), "{text:?} is not in: {comment}");
    }
    for text in not_said {
        assert!(!comment.contains(text), "{text:?} is in: {comment}");
    }
}

fn deny(runner: &Runner) {
    let fault = Fault::error(
        "UnauthorizedOperation",
        "You are not authorized to perform this operation.",
    );
    runner.fake.fail("DescribeFlowLogs", fault, 100);
}

const SAME: &str = "### This change leaves the flow logs as they are";
const CHANGES: &str = "### This change will change flow logs";
const DRIFT: &str = "### Existing drift, not caused by this change";

/// No drift, a coming change, the change applied, drift, mended, a broken file, AWS out of reach.
pub(super) fn pull_requests(pipeline: &dyn Pipeline, runner: &Runner) {
    assert_eq!(comment(pipeline, runner, 0), "", "nothing is to be said");
    // The pull request changes a flow log, and adds one.
    let added = "  \"a|b`c\":\n    ResourceId: vpc-0fffffffffffffff1\n    TrafficType: ALL\n    LogDestination: arn:aws:s3:::bucket\n";
    runner.change(&format!("{}{added}", STACK.replace("ALL", "REJECT")));
    let text = comment(pipeline, runner, 0);
    let row =
        "| `\"main\"` | us-east-1, 123456789012 | `\"TrafficType\"` | `\"ALL\"` | `\"REJECT\"` |";
    says(
        &text,
        &[
            CHANGES,
            row,
            "| `\"a\\|b'c\"` | us-east-1, 123456789012 | does not exist |",
        ],
        &[DRIFT, SAME],
    );
    // Something else drifts meanwhile.
    runner
        .fake
        .change(ID, |log| log.max_aggregation_interval = 60);
    let text = comment(pipeline, runner, 0);
    let (change, drift) = text.split_once(DRIFT).unwrap();
    says(change, &[CHANGES, row], &["MaxAggregationInterval"]);
    says(
        drift,
        &["`\"MaxAggregationInterval\"` | `60` | `600`"],
        &["TrafficType"],
    );
    // The change is withdrawn. What is no longer so is no longer said.
    runner.change(STACK);
    let text = comment(pipeline, runner, 0);
    says(&text, &[SAME, DRIFT], &[CHANGES, "TrafficType"]);
    // The drift is mended.
    runner
        .fake
        .change(ID, |log| log.max_aggregation_interval = 600);
    says(&comment(pipeline, runner, 0), &[SAME], &[DRIFT, CHANGES]);
    // A flow log that is no longer declared.
    runner.change(&STACK.replace("vpc-0123456789abcdef0", "vpc-0fffffffffffffff1"));
    let text = comment(pipeline, runner, 0);
    says(
        &text,
        &[
            CHANGES,
            "does not exist",
            &format!("`\"{ID}\"` | us-east-1"),
            "is not declared",
        ],
        &[DRIFT],
    );
    // A mistake takes the place of what was said.
    runner.change(&STACK.replace("ALL", "SOME"));
    let text = comment(pipeline, runner, 1);
    says(
        &text,
        &[
            "have errors",
            "`flow-logs.yaml:5:18`",
            "`TrafficType` is \"SOME\"",
        ],
        &[SAME, CHANGES, DRIFT],
    );
    runner.change(STACK);
    says(&comment(pipeline, runner, 0), &[SAME], &["have errors"]);
    // AWS refuses.
    deny(runner);
    let text = comment(pipeline, runner, 1);
    let undetermined = "### The effect of this change could not be fully determined";
    says(&text, &[undetermined, "**Not checked:**"], &[CHANGES, SAME]);
    // The check cannot even start. A checkout has no comment of an earlier run.
    for file in ["ci/change.sh", "comment.md"] {
        std::fs::remove_file(runner.folder.path().join(file)).unwrap();
    }
    let (code, log) = pipeline.run(runner, Event::PullRequest);
    assert_ne!(code, 0, "{log}");
    let comments = pipeline.comments(runner);
    says(
        &comments[0],
        &["The check of the flow logs failed"],
        &[SAME],
    );
}

/// A flow log is removed together with the last of its region, and another one is declared in a region of its own.
pub(super) fn regions(pipeline: &dyn Pipeline, runner: &Runner) {
    let mut west = crate::harness::fake::FlowLog::sample("fl-00000000000000002", VPC);
    west.region = "eu-west-1".to_owned();
    west.tags.insert("Name".to_owned(), "main".to_owned());
    runner.fake.insert(west);
    let entry = |name: &str, region: &str| {
        let (_, flow_log) = STACK.split_once("  main:\n").unwrap();
        format!("  {name}:\n    Region: {region}\n{flow_log}")
    };
    let (first, second) = (entry("west", "eu-west-1"), entry("north", "eu-north-1"));
    runner.base(&format!("{STACK}{first}"));
    runner.change(STACK);
    let text = comment(pipeline, runner, 0);
    says(
        &text,
        &[
            CHANGES,
            "`\"fl-00000000000000002\"` | eu-west-1, 123456789012 | is not declared",
        ],
        &[DRIFT],
    );
    // What runs undeclared in a new region is drift, not an effect of the change.
    let mut north =
        crate::harness::fake::FlowLog::sample("fl-00000000000000003", "vpc-0fffffffffffffff1");
    north.region = "eu-north-1".to_owned();
    runner.fake.insert(north);
    runner.change(&format!("{STACK}{first}{second}"));
    let text = comment(pipeline, runner, 0);
    let (change, drift) = text.split_once(DRIFT).unwrap();
    says(change, &["`\"north\"` | eu-north-1"], &["is not declared"]);
    says(
        drift,
        &["`\"fl-00000000000000003\"` | eu-north-1"],
        &["north\""],
    );
}

/// Names that have an effect in a terminal, and more mistakes than a comment can hold.
pub(super) fn hostile(pipeline: &dyn Pipeline, runner: &Runner) -> String {
    let name = "\u{202e}a\u{85}b\u{7f}";
    runner.change(
        &STACK
            .replace("  main:", &format!("  {}:", serde_json::Value::from(name)))
            .replace("ALL", "REJECT"),
    );
    let text = comment(pipeline, runner, 0);
    let is_harmful =
        |c: char| c != '\n' && (c.is_control() || ('\u{200e}'..='\u{202e}').contains(&c));
    assert!(!text.contains(is_harmful), "{text:?}");
    says(&text, &[CHANGES], &[]);
    let wrong = (0..3_000)
        .map(|n| format!("  x{n}: {{ ResourceId: vpc-0123456789abcdef0, TrafficType: all }}\n"));
    runner.change(&format!("{STACK}{}", wrong.collect::<String>()));
    let long = comment(pipeline, runner, 1);
    assert!(
        long.chars().count() < 65_536 && long.len() > 50_000,
        "{}",
        long.len()
    );
    says(&long, &["have errors"], &[]);
    text + &long
}

/// 150 older comments: the pipeline's own is on the second page.
pub(super) fn many_comments(pipeline: &dyn Pipeline, runner: &Runner) {
    pipeline.add(runner, 150);
    runner.change(&STACK.replace("ALL", "REJECT"));
    says(&comment(pipeline, runner, 0), &[CHANGES], &[]);
    runner.change(STACK);
    says(&comment(pipeline, runner, 0), &[SAME], &[CHANGES]);
    // The first comment on a full page, and the file is new.
    runner.git("checkout --quiet --orphan other");
    runner.git("rm --quiet --cached flow-logs.yaml");
    runner.commit("base");
    runner.git("add flow-logs.yaml");
    runner.commit("head");
    runner.fake.remove(ID);
    let text = comment(pipeline, runner, 0);
    says(
        &text,
        &[
            CHANGES,
            "`\"main\"` | us-east-1, 123456789012 | does not exist",
        ],
        &[DRIFT],
    );
}

/// On a schedule: in sync, drift, and an error.
pub(super) fn schedule(pipeline: &dyn Pipeline, runner: &Runner) {
    let (code, log) = pipeline.run(runner, Event::Schedule);
    assert_eq!(code, 0, "{log}");
    runner
        .fake
        .change(ID, |log| log.max_aggregation_interval = 60);
    let (code, log) = pipeline.run(runner, Event::Schedule);
    assert_eq!(code, 2, "{log}");
    deny(runner);
    let (code, log) = pipeline.run(runner, Event::Schedule);
    assert_eq!(code, 1, "{log}");
}
