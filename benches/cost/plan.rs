//! `terraform plan` of many resources, none of which exists: once with our provider, once with the echo, once with
//! Terraform's own `terraform_data`.

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Usage};
use crate::{Subjects, echo};

const ADDRESS: &str = "registry.terraform.io/vpcflow/vpcflow";
const NAME: &str = "terraform-provider-vpcflow";

/// The folders to plan in: the same resources, whoever provides them.
pub(crate) struct Workspaces<'a> {
    subjects: &'a Subjects,
    schema: &'a Path,
    logs: PathBuf,
    data: PathBuf,
    our_settings: PathBuf,
    echo_settings: PathBuf,
}

impl<'a> Workspaces<'a> {
    /// Writes them down under `folder`.
    pub(crate) fn write(
        folder: &Path,
        subjects: &'a Subjects,
        schema: &'a Path,
        count: usize,
    ) -> io::Result<Self> {
        let folder = folder.join(count.to_string());
        Ok(Self {
            subjects,
            schema,
            logs: configuration(&folder.join("logs"), &flow_logs(count))?,
            data: configuration(&folder.join("data"), &terraform_data(count))?,
            our_settings: settings(&folder.join("ours"), &subjects.provider)?,
            echo_settings: settings(&folder.join("echo"), &subjects.echo)?,
        })
    }

    /// Plans with our provider.
    pub(crate) fn ours(&self) -> Result<Usage, Box<dyn Error>> {
        let mut command = self.plan(&self.logs, &self.our_settings);
        Ok(process::run(&mut command, Some(&self.subjects.provider))?)
    }

    /// Plans with the echo provider.
    pub(crate) fn echo(&self) -> Result<Usage, Box<dyn Error>> {
        let mut command = self.plan(&self.logs, &self.echo_settings);
        command.env(echo::SCHEMA, self.schema);
        Ok(process::run(&mut command, Some(&self.subjects.echo))?)
    }

    /// Plans with no provider but the one inside Terraform.
    pub(crate) fn terraform_data(&self) -> Result<Usage, Box<dyn Error>> {
        Ok(process::run(
            &mut self.plan(&self.data, &self.our_settings),
            None,
        )?)
    }

    fn plan(&self, folder: &Path, settings: &Path) -> Command {
        command(self.subjects, folder, settings)
    }
}

/// Gives the command that plans in a folder.
pub(crate) fn command(subjects: &Subjects, folder: &Path, settings: &Path) -> Command {
    let mut command = Command::new(&subjects.terraform);
    // Nothing of what this machine says of AWS is read: neither somebody's account nor a bundle of certificates.
    let named = env::vars_os().map(|(name, _)| name);
    for name in named.filter(|name| name.as_encoded_bytes().starts_with(b"AWS_")) {
        command.env_remove(name);
    }
    command
        .args(["plan", "-input=false", "-no-color"])
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", settings)
        .env("CHECKPOINT_DISABLE", "1")
        // Terraform must not be told to log.
        .env_remove("TF_LOG")
        .env_remove("TF_LOG_PROVIDER")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// Writes a configuration into a folder of its own.
pub(crate) fn configuration(folder: &Path, text: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("main.tf"), text)?;
    Ok(folder.to_path_buf())
}

/// Writes a CLI configuration that takes the provider from `binary`, under the name that Terraform looks for.
pub(crate) fn settings(folder: &Path, binary: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    // A link, so that the executable of the process is the binary itself; across file systems a hard link cannot be.
    std::os::unix::fs::symlink(binary, folder.join(NAME))?;
    let settings = folder.join("terraform.rc");
    let text = format!(
        "provider_installation {{\n  dev_overrides {{\n    {ADDRESS:?} = {folder:?}\n  }}\n  direct {{}}\n}}\n"
    );
    fs::write(&settings, text)?;
    Ok(settings)
}

/// Nothing in it makes the provider ask the network.
fn flow_logs(count: usize) -> String {
    format!(
        r#"terraform {{
  required_providers {{
    vpcflow = {{
      source = "vpcflow/vpcflow"
    }}
  }}
}}

provider "vpcflow" {{
  region                      = "eu-central-1"
  access_key                  = "bench"
  secret_key                  = "bench"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
}}

resource "vpcflow_log" "many" {{
  count = {count}

  vpc_id         = format("vpc-%017x", count.index)
  traffic_type   = "ALL"
  log_group_name = "bench"
  iam_role_arn   = "arn:aws:iam::123456789012:role/bench"

  tags = {{
    Name = "bench-${{count.index}}"
  }}
}}
"#
    )
}

fn terraform_data(count: usize) -> String {
    format!(
        r#"resource "terraform_data" "many" {{
  count = {count}

  input = {{
    vpc_id         = format("vpc-%017x", count.index)
    traffic_type   = "ALL"
    log_group_name = "bench"
    iam_role_arn   = "arn:aws:iam::123456789012:role/bench"
    tags = {{
      Name = "bench-${{count.index}}"
    }}
  }}
}}
"#
    )
}
