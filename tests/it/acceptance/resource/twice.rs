//! One flow log belongs to one resource: what a plan can see of a second one it refuses, and errors name the way out.

use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, REGION};
use crate::harness::terraform::{Version, Workspace};

const TWICE: &str = "The same flow log is declared twice";
const ADOPT: &str = "adopt_existing = true";

/// A workspace with one flow log, and its id.
fn with_one(version: Version, fake: &Fake, more: &str) -> (Workspace, String) {
    let work = Workspace::new(version, fake.url());
    work.configure(&flow_log("a", more));
    work.apply();
    let id = fake.flow_logs(REGION).remove(0).id;
    (work, id)
}

#[test]
fn a_second_resource_for_a_flow_log_that_another_keeps_is_refused_at_plan() {
    for version in [Version::Any, Version::V115] {
        let fake = Fake::start();
        let (work, id) = with_one(version, &fake, ADOPT);
        for more in [ADOPT, ""] {
            let both = flow_log("a", ADOPT) + &flow_log("b", more);
            work.configure(&both);
            for refresh in ["-refresh=true", "-refresh=false"] {
                work.run(&["plan", "-no-color", refresh]).fails_with(&[
                    TWICE,
                    &id,
                    "Remove one of the two resources",
                ]);
            }
        }
        // By ARN or by name it is the same group.
        let arn = "log_destination = \"arn:aws:logs:us-east-1:123456789012:log-group:flow-logs\"";
        let by_arn = flow_log("b", arn).replace("log_group_name = \"flow-logs\"", "");
        work.configure(&(flow_log("a", ADOPT) + &by_arn));
        work.run(&["plan", "-no-color"]).fails_with(&[TWICE, &id]);
        let other = flow_log("a", ADOPT) + &flow_log("b", "max_aggregation_interval = 60");
        work.configure(&other);
        work.apply();
        work.plans_empty();
    }
}

#[test]
fn one_that_is_given_up_may_be_taken_over_by_another_resource() {
    let fake = Fake::start();
    // It goes on under another name.
    let (work, id) = with_one(Version::Any, &fake, "");
    let moved = "moved {\n  from = vpcflow_log.a\n  to = vpcflow_log.b\n}";
    work.configure(&(flow_log("b", "") + moved));
    work.apply().says(&["0 added, 0 changed, 0 destroyed"]);
    // It is forgotten, and taken over in the same run.
    let removed = "removed {\n  from = vpcflow_log.b\n  lifecycle {\n    destroy = false\n  }\n}";
    work.configure(&(flow_log("c", ADOPT) + removed));
    work.apply();
    assert_eq!(work.instance("vpcflow_log.c")["id"], id);
    // It is replaced by another, and its equal made elsewhere.
    let changed = flow_log("c", &format!("{ADOPT}\n  max_aggregation_interval = 60"));
    work.configure(&(changed + &flow_log("d", "depends_on = [vpcflow_log.c]")));
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).len(), 2);
}

#[test]
fn one_that_is_replaced_by_its_equal_is_not_declared_twice() {
    for version in [Version::Any, Version::V115] {
        let fake = Fake::start();
        let lifecycle = "lifecycle {\n    create_before_destroy = true\n  }";
        let adopting = format!("{ADOPT}\n  {lifecycle}");
        let (work, id) = with_one(version, &fake, &adopting);
        let replace = [
            "apply",
            "-auto-approve",
            "-no-color",
            "-replace=vpcflow_log.a",
        ];
        work.run(&replace).succeeds();
        assert_eq!(work.instance("vpcflow_log.a")["id"], id);
        assert_eq!(fake.flow_logs(REGION).len(), 1);
        work.plans_empty();
        work.run(&["taint", "vpcflow_log.a"]).succeeds();
        work.apply();
        // Without it the way out is named, and no import that cannot help is proposed first.
        work.configure(&flow_log("a", lifecycle));
        work.apply();
        work.run(&replace).fails_with(&[
            "FlowLogAlreadyExists",
            &fake.flow_logs(REGION)[0].id,
            "If it is the old object of this resource, which `create_before_destroy` replaces by its equal, set \
             `adopt_existing = true`",
            "An import does not help there",
        ]);
    }
}

#[test]
fn two_equal_ones_of_one_run_are_told_apart_from_one_that_exists() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&(flow_log("a", "") + &flow_log("b", "depends_on = [vpcflow_log.a]")));
    let run = work
        .run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&[
            "Flow log not created",
            "Another resource of this configuration has created or adopted it in this run",
            "Remove one of the two resources",
        ]);
    assert!(!run.output.contains("import {"), "{}", run.output);
}
