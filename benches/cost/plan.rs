//! Runs `terraform plan` for many resources to create: with our provider, with the echo provider, and with `terraform_data`
//! of Terraform itself.

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

/// The folders to plan in, with the same resources for each provider.
pub(crate) struct Workspaces<'a> {
    subjects: &'a Subjects,
    schema: &'a Path,
    logs: PathBuf,
    data: PathBuf,
    our_settings: PathBuf,
    echo_settings: PathBuf,
}

impl<'a> Workspaces<'a> {
    /// Writes them under `folder`.
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

    /// Plans only with the provider that Terraform contains.
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

/// Returns the command that plans in a folder.
pub(crate) fn command(subjects: &Subjects, folder: &Path, settings: &Path) -> Command {
    let arguments = ["plan", "-input=false", "-no-color"];
    terraform(subjects, folder, settings, &arguments)
}

/// Returns a Terraform command in a folder.
pub(crate) fn terraform(
    subjects: &Subjects,
    folder: &Path,
    settings: &Path,
    arguments: &[&str],
) -> Command {
    let mut command = Command::new(&subjects.terraform);
    // The AWS settings of this machine have no effect: no account and no certificate bundle.
    let named = env::vars_os().map(|(name, _)| name);
    for name in named.filter(|name| name.as_encoded_bytes().starts_with(b"AWS_")) {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", settings)
        .env("CHECKPOINT_DISABLE", "1")
        // Logging would affect the measurement.
        .env_remove("TF_LOG")
        .env_remove("TF_LOG_PROVIDER")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// Writes a configuration into its own folder.
pub(crate) fn configuration(folder: &Path, text: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("main.tf"), text)?;
    Ok(folder.to_path_buf())
}

/// Writes a CLI configuration that uses `binary` as the provider, under the name that Terraform expects.
pub(crate) fn settings(folder: &Path, binary: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    // A symbolic link, so that the executable of the process is the binary. A hard link cannot cross file systems.
    std::os::unix::fs::symlink(binary, folder.join(NAME))?;
    let settings = folder.join("terraform.rc");
    let text = format!(
        "provider_installation {{\n  dev_overrides {{\n    {ADDRESS:?} = {folder:?}\n  }}\n  direct {{}}\n}}\n"
    );
    fs::write(&settings, text)?;
    Ok(settings)
}

/// Returns a configuration with which the provider sends no requests to plan creates.
pub(crate) fn flow_logs(count: usize) -> String {
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
