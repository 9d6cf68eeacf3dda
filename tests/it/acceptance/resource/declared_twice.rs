//! A flow log belongs to one resource. A plan refuses a second resource for it if it can detect this, and errors
//! explain the solution.

use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, REGION};
use crate::harness::terraform::{Version, Workspace};

const TWICE: &str = "The same flow log is declared twice";
const ADOPT: &str = "adopt_existing = true";

/// Creates a workspace with one flow log, and returns both it and the ID.
fn with_one(version: Version, fake: &Fake, more: &str) -> (Workspace, String) {
    let work = Workspace::new(version, fake.url());
    work.configure(&flow_log("a", more));
    work.apply();
    let id = fake.flow_logs(REGION).remove(0).id;
    (work, id)
}

#[test]
fn a_second_resource_for_the_same_flow_log_is_refused_at_plan() {
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
        // The name and the ARN identify the same log group.
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
fn a_released_flow_log_can_be_managed_by_another_resource() {
    let fake = Fake::start();
    // The resource gets another name.
    let (work, id) = with_one(Version::Any, &fake, "");
    let moved = "moved {\n  from = vpcflow_log.a\n  to = vpcflow_log.b\n}";
    work.configure(&(flow_log("b", "") + moved));
    work.apply().says(&["0 added, 0 changed, 0 destroyed"]);
    // The resource is removed from the state, and another one adopts the flow log in the same run.
    let removed = "removed {\n  from = vpcflow_log.b\n  lifecycle {\n    destroy = false\n  }\n}";
    work.configure(&(flow_log("c", ADOPT) + removed));
    work.apply();
    assert_eq!(work.instance("vpcflow_log.c")["id"], id);
    // One resource is replaced, and another one creates a flow log that equals the old one.
    let changed = flow_log("c", &format!("{ADOPT}\n  max_aggregation_interval = 60"));
    work.configure(&(changed + &flow_log("d", "depends_on = [vpcflow_log.c]")));
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).len(), 2);
}

#[test]
fn a_flow_log_that_is_replaced_by_an_equal_one_is_not_declared_twice() {
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
        // Without `adopt_existing`, the error explains it, and does not suggest an import that cannot help.
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
fn the_error_for_two_equal_resources_in_one_run_suggests_no_import() {
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
