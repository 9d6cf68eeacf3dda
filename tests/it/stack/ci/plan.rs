//! A plain plan as a check: it fails on any difference.

use std::collections::BTreeMap;

use super::super::program;
use super::{Runner, example};
use crate::harness::terraform::Version;

/// The commands of the plain plan, in both pipelines.
fn plans() -> [String; 2] {
    let github = example("terraform-plan.yml");
    let steps = github["jobs"]["plan"]["steps"].as_array().unwrap().iter();
    let github = steps.filter_map(|step| step["run"].as_str());
    let gitlab = example("gitlab-terraform-plan.yml");
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
