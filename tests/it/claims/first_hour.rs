//! The first hour, as the README describes it: its configuration and its commands, in its order.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;

use super::pages;
use crate::acceptance::documents;
use crate::harness::fake::{Fake, Network};
use crate::harness::golden;
use crate::harness::terraform::{Run, Version, Workspace};

const REGION: &str = "eu-central-1";
const INTERFACE: &str = "eni-0123456789abcdef0";

/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(60);

/// Returns the commands of the README, each with its exit code.
fn commands() -> Vec<(String, i32)> {
    let readme = golden::read("README.md");
    let block = readme
        .split("<!-- tested: first hour -->\n```sh\n")
        .nth(1)
        .unwrap();
    let lines = block.split("```").next().unwrap().lines();
    let commands = lines.map(|line| {
        let (command, comment) = line.split_once('#').unwrap_or((line, ""));
        let code = comment.trim().split(':').next().unwrap();
        (command.trim().to_owned(), code.parse().unwrap_or(0))
    });
    commands.collect()
}

/// A VPC that the configuration records, and one that nothing records.
fn networks() -> Fake {
    let fake = Fake::start();
    fake.enable_regions(&[REGION]);
    for (id, above) in [
        ("vpc-0123456789abcdef0", None),
        (INTERFACE, Some("vpc-0123456789abcdef0")),
        ("vpc-0aaaaaaaaaaaaaaaa", None),
        ("eni-0aaaaaaaaaaaaaaaa", Some("vpc-0aaaaaaaaaaaaaaaa")),
    ] {
        fake.add_network(Network {
            region: REGION.to_owned(),
            ..Network::new(id, above.as_slice())
        });
    }
    fake
}

/// Runs commands in a shell that finds both programs.
struct Shell<'a> {
    fake: &'a Fake,
    work: &'a Workspace,
    programs: PathBuf,
}

impl<'a> Shell<'a> {
    fn new(fake: &'a Fake, work: &'a Workspace) -> Self {
        let programs = work.folder().join("programs");
        std::fs::create_dir(&programs).unwrap();
        for (name, program) in [
            ("terraform", Version::Any.program()),
            (
                "terraform-provider-vpcflow",
                PathBuf::from(env!("CARGO_BIN_EXE_terraform-provider-vpcflow")),
            ),
        ] {
            std::os::unix::fs::symlink(program, programs.join(name)).unwrap();
        }
        Self {
            fake,
            work,
            programs,
        }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("AWS_") || text.starts_with("TF_") {
                command.env_remove(&name);
            }
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let folder = self.work.folder();
        command
            .args(["-c", line])
            .current_dir(folder)
            .env("PATH", format!("{}:{path}", self.programs.display()))
            .env("TF_CLI_CONFIG_FILE", folder.join("terraform.rc"))
            .env("TF_CLI_ARGS_apply", "-auto-approve")
            .env("TF_CLI_ARGS_destroy", "-auto-approve")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_ENDPOINT_URL", self.fake.url())
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret-canary")
            .env("AWS_REGION", REGION)
            .env("TF_VAR_vpc_id", "vpc-0123456789abcdef0")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", folder.join("no-config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", folder.join("no-credentials"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command. A record arrives as soon as somebody waits for one.
    fn run(&self, line: &str) -> Run {
        let child = self.command(line).spawn().unwrap();
        if line.contains(" verify ") {
            self.fake.wait_for_calls("DescribeLogStreams", 1, SOON);
            let now = Timestamp::now();
            let seconds = now.as_second();
            let record = format!(
                "2 123456789012 {INTERFACE} 203.0.113.9 10.0.0.1 40000 22 6 3 180 {seconds} {seconds} REJECT OK"
            );
            let stream = format!("{INTERFACE}-all");
            self.fake.put_events_in(
                REGION,
                "vpc-flow-logs",
                &stream,
                vec![(now.as_millisecond(), record)],
            );
        }
        Run::of(&child.wait_with_output().unwrap())
    }
}

#[test]
fn the_first_hour_goes_as_the_readme_says() {
    let fake = networks();
    let work = documents::readme(&fake);
    let shell = Shell::new(&fake, &work);
    let mut done = Vec::new();
    for (command, code) in commands() {
        // `acceptance::installed` runs init with each way to install the provider. An override needs none.
        if command == "terraform init" {
            continue;
        }
        let id = fake.flow_logs(REGION).first().map(|log| log.id.clone());
        let line = command.replace("fl-0123456789abcdef0", &id.unwrap_or_default());
        let run = shell.run(&line);
        assert_eq!(run.code, code, "{line}: {}", run.output);
        if line == "terraform plan" {
            run.says(&["Check block assertion failed", "Rejected: 203.0.113.9"]);
        }
        done.push(line);
    }
    assert_eq!(done.len(), 6, "{done:?}");
    assert_eq!(fake.flow_logs(REGION), []);
}

/// The configuration of the guide, in which an override takes the place of the AWS provider's objects.
fn getting_started(fake: &Fake) -> Workspace {
    const PAGE: &str = "docs/guides/getting-started.md";
    let blocks = pages::blocks(PAGE, &golden::read(PAGE));
    let [block] = blocks.as_slice() else {
        panic!("{PAGE} has {} configurations", blocks.len());
    };
    let statements = pages::statements(&block.text).into_iter();
    let own = statements.filter(|(_, text)| {
        !text.starts_with("resource \"aws_") && !text.starts_with("data \"aws_")
    });
    let own: String = own.map(|(_, text)| text).collect();
    let lines = own
        .lines()
        .filter(|line| !line.trim().starts_with("aws ") && !line.contains("depends_on"));
    let work = Workspace::new(Version::Any, fake.url());
    work.write(
        "main.tf",
        &lines.map(|line| format!("{line}\n")).collect::<String>(),
    );
    work.write(
        "main_override.tf",
        "resource \"vpcflow_log\" \"main\" {\n  log_group_name = \"vpc-flow-logs\"\n  iam_role_arn = \"arn:aws:iam::123456789012:role/r\"\n}\n",
    );
    work
}

#[test]
fn the_folder_of_the_guide_applies_and_its_check_warns() {
    let fake = networks();
    let work = getting_started(&fake);
    let shell = Shell::new(&fake, &work);
    let apply = "terraform apply";
    shell.run(apply).succeeds().says(&["1 added"]);
    shell
        .run("terraform-provider-vpcflow verify \"$(terraform output -raw flow_log_id)\"")
        .succeeds();
    shell
        .run(apply)
        .succeeds()
        .says(&["Somebody tries to log in.", "203.0.113.9 to port 22"]);
    let traffic = "terraform-provider-vpcflow traffic --flow-log-id \"$(terraform output -raw flow_log_id)\" --lookback 1h";
    let traffic = shell.run(traffic);
    let traffic = traffic.says(&["Top rejected sources", "203.0.113.9", "not_created"]);
    assert_eq!(traffic.code, 3, "{}", traffic.output);
    let drift = "terraform show -json | terraform-provider-vpcflow drift --state - --unmanaged";
    shell.run(drift).succeeds();
    let coverage = shell.run("terraform-provider-vpcflow coverage --regions all --policy cis");
    let coverage = coverage.says(&["pending: vpc-0123456789abcdef0"]);
    assert_eq!(coverage.code, 2, "{}", coverage.output);
    shell.run("terraform destroy").succeeds();
    assert_eq!(fake.flow_logs(REGION), []);
}
