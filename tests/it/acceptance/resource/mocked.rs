//! `terraform test` with mocked providers: this one, and the one that creates the VPC.

use crate::acceptance::documents::{TEST_MODULES, blocks};
use crate::harness::fake::Fake;
use crate::harness::terraform::{Run, Version, Workspace};

/// Another provider creates the VPC. Its mock generates the IDs and ARNs.
const CONFIGURATION: &str = r#"
resource "vpcflow_log" "elsewhere" {
  provider       = other
  vpc_id         = "vpc-0123456789abcdef0"
  traffic_type   = "ALL"
  log_group_name = "elsewhere"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
}

resource "vpcflow_log" "main" {
  vpc_id          = vpcflow_log.elsewhere.id
  traffic_type    = "ALL"
  log_destination = vpcflow_log.elsewhere.arn
  iam_role_arn    = vpcflow_log.elsewhere.flow_log_status
}

resource "vpcflow_log" "bucket" {
  subnet_id       = "subnet-0123456789abcdef0"
  traffic_type    = "REJECT"
  log_destination = "arn:aws:s3:::bucket"
}
"#;

const MOCKS: &str = "mock_provider \"vpcflow\" {}\nmock_provider \"other\" {}\n";

const RUNS: &str = r#"
run "plan" {
  command = plan
  assert {
    condition     = vpcflow_log.bucket.traffic_type == "REJECT"
    error_message = "Written."
  }
  assert {
    condition     = vpcflow_log.bucket.iam_role_arn == null && vpcflow_log.bucket.deliver_cross_account_role == null
    error_message = "Not written, and known."
  }
}

run "apply" {
  assert {
    condition     = vpcflow_log.main.vpc_id == vpcflow_log.elsewhere.id
    error_message = "Made up."
  }
  assert {
    condition     = vpcflow_log.bucket.iam_role_arn == null && vpcflow_log.bucket.deliver_cross_account_role == null
    error_message = "Not made up."
  }
}

run "apply_again" {
  assert {
    condition     = startswith(vpcflow_log.bucket.log_destination, "arn:")
    error_message = "As it is written."
  }
}
"#;

fn module(version: Version, fake: &Fake) -> Workspace {
    let work = Workspace::new(version, fake.url());
    work.write(
        "main.tf",
        &format!(
            "terraform {{\n  required_providers {{\n    vpcflow = {{ source = \"vpcflow/vpcflow\" }}\n    other = \
             {{ source = \"vpcflow/vpcflow\" }}\n  }}\n}}\n{CONFIGURATION}"
        ),
    );
    work
}

fn test(work: &Workspace) -> Run {
    work.run(&["test", "-no-color"])
}

#[test]
fn a_module_is_tested_without_aws_and_omitted_arguments_stay_null() {
    for version in [Version::Any, Version::V115] {
        let fake = Fake::start();
        let work = module(version, &fake);
        work.write("module.tftest.hcl", &format!("{MOCKS}{RUNS}"));
        test(&work).succeeds().says(&["3 passed, 0 failed"]);
        assert_eq!(fake.calls().len(), 0);
    }
}

#[test]
fn an_id_that_a_mock_generated_is_refused_without_mocks() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        "resource \"vpcflow_log\" \"main\" {\n  vpc_id = \"a1b2c3d4\"\n  traffic_type = \"ALL\"\n  \
         log_destination = \"arn:aws:s3:::bucket\"\n}\n",
    );
    work.run(&["validate", "-no-color"]).succeeds();
    work.plan()
        .fails_with(&["Malformed ID", "`vpc_id` is \"a1b2c3d4\""]);
}

#[test]
fn the_test_in_the_guide_passes() {
    for version in [Version::Any, Version::V115] {
        let fake = Fake::start();
        let work = Workspace::new(version, fake.url());
        let blocks = blocks(TEST_MODULES);
        let providers = "terraform {\n  required_providers {\n    vpcflow = { source = \"vpcflow/vpcflow\" }\n  }\n}\n";
        work.write("main.tf", &format!("{providers}{}", blocks["module"]));
        work.write("module.tftest.hcl", &blocks["test"]);
        test(&work).succeeds().says(&["2 passed, 0 failed"]);
        assert_eq!(fake.calls().len(), 0);
    }
}
