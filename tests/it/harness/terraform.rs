//! A working directory in which a real Terraform runs the provider that was just built.
//!
//! The provider logs at TRACE. Neither its log, the states and plans, nor the output may contain the secret of the provider
//! block.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::canary::{self, SECRET};

/// The variable with the path of Terraform. `make test` sets it.
const TERRAFORM: &str = "VPCFLOW_TERRAFORM";
/// The variable with the path of Terraform 1.15. `make test` sets it.
const TERRAFORM_115: &str = "VPCFLOW_TERRAFORM_115";

/// The log of all runs in a folder.
const LOG: &str = "trace.log";

/// The binary under test.
const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-vpcflow");

/// The Terraform to run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Version {
    /// The Terraform of the machine, 1.10 or newer.
    Any,
    /// Terraform 1.15.
    V115,
}

impl Version {
    pub(crate) fn program(self) -> PathBuf {
        let variable = match self {
            Self::Any => TERRAFORM,
            Self::V115 => TERRAFORM_115,
        };
        let found = std::env::var_os(variable).map(PathBuf::from);
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(match self {
            Self::Any => ".tools/terraform",
            Self::V115 => ".tools/terraform-1.15",
        });
        let program = found.unwrap_or(installed);
        assert!(
            program.exists(),
            "{} is not there: run `make test`, or `make tools` once",
            program.display()
        );
        program
    }
}

/// A folder with a configuration and its state. Dropping it removes the folder.
pub(crate) struct Workspace {
    folder: TempDir,
    terraform: PathBuf,
    endpoint: String,
    settings: String,
}

impl Workspace {
    /// Creates a folder whose provider uses the endpoint.
    pub(crate) fn new(version: Version, endpoint: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("tf").tempdir().unwrap();
        let workspace = Self {
            folder,
            terraform: version.program(),
            endpoint: endpoint.to_owned(),
            settings: String::new(),
        };
        workspace.with_provider(Path::new(PROVIDER).parent().unwrap())
    }

    /// Uses the provider in a folder instead of the one under test. OpenTofu has a registry of its own.
    pub(crate) fn with_provider(self, folder: &Path) -> Self {
        let folder = folder.display();
        let overrides = format!(
            "provider_installation {{
  dev_overrides {{
    \"registry.terraform.io/vpcflow/vpcflow\" = \"{folder}\"
    \"registry.opentofu.org/vpcflow/vpcflow\" = \"{folder}\"
  }}
  direct {{}}
}}
"
        );
        self.write("terraform.rc", &overrides);
        self
    }

    /// Adds arguments to the provider block.
    pub(crate) fn with_settings(mut self, settings: &str) -> Self {
        settings.clone_into(&mut self.settings);
        self
    }

    /// Also uses the provider under test in place of another one, such as
    /// `registry.terraform.io/hashicorp/aws`, for states that name it.
    pub(crate) fn in_place_of(self, address: &str) -> Self {
        let name = address.rsplit('/').next().unwrap();
        let folder = self.folder.path().join(format!("in-place-of-{name}"));
        std::fs::create_dir(&folder).unwrap();
        let program = folder.join(format!("terraform-provider-{name}"));
        std::os::unix::fs::symlink(PROVIDER, program).unwrap();
        let rc = self.read("terraform.rc");
        let line = format!(
            "dev_overrides {{\n    \"{address}\" = \"{}\"",
            folder.display()
        );
        self.write("terraform.rc", &rc.replacen("dev_overrides {", &line, 1));
        self
    }

    /// Writes the configuration: the provider block, followed by the text.
    pub(crate) fn configure(&self, configuration: &str) {
        let endpoint = &self.endpoint;
        let settings = &self.settings;
        let text = format!(
            r#"
terraform {{
  required_providers {{
    vpcflow = {{ source = "vpcflow/vpcflow" }}
  }}
}}
provider "vpcflow" {{
  region     = "us-east-1"
  access_key = "AKIAEXAMPLE"
  secret_key = "secret-canary"
  endpoints {{
    ec2  = "{endpoint}"
    iam  = "{endpoint}"
    kms  = "{endpoint}"
    logs = "{endpoint}"
    s3   = "{endpoint}"
    sts  = "{endpoint}"

    networkmanager = "{endpoint}"
  }}
  {settings}
}}
{configuration}
"#
        );
        self.write("main.tf", &text);
    }

    /// Returns the folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// Returns the command, so that a test can start it without waiting.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.terraform);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["AWS_", "TF_", "PLUGIN_"]
                .iter()
                .any(|head| name.starts_with(head))
            {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env(
                "TF_CLI_CONFIG_FILE",
                self.folder.path().join("terraform.rc"),
            )
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            // At TRACE, Terraform itself logs the configuration.
            .env("TF_LOG_PROVIDER", "TRACE")
            .env("TF_LOG_PATH", self.folder.path().join(LOG))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", self.folder.path().join("no-config"))
            .env(
                "AWS_SHARED_CREDENTIALS_FILE",
                self.folder.path().join("no-credentials"),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        // A plan that is shown contains the configuration.
        if arguments[0] != "show" {
            for bytes in [&output.stdout, &output.stderr] {
                let text = String::from_utf8_lossy(bytes);
                assert_eq!(
                    canary::form_of(SECRET, bytes),
                    None,
                    "{arguments:?}: {text}"
                );
            }
        }
        Run::of(&output)
    }

    /// Applies the configuration, which must succeed.
    #[track_caller]
    pub(crate) fn apply(&self) -> Run {
        self.run(&["apply", "-auto-approve", "-no-color"])
            .succeeds()
    }

    /// Runs a plan. The exit code is 2 if there are changes, otherwise 0.
    pub(crate) fn plan(&self) -> Run {
        self.run(&["plan", "-detailed-exitcode", "-no-color"])
    }

    /// Runs a plan with and without a refresh. Both must be empty.
    #[track_caller]
    pub(crate) fn plans_empty(&self) {
        for extra in ["-refresh=true", "-refresh=false"] {
            let run = self.run(&["plan", "-detailed-exitcode", "-no-color", extra]);
            assert_eq!(
                run.code, 0,
                "a plan ({extra}) is not empty:\n{}",
                run.output
            );
        }
    }

    /// Destroys all resources, which must succeed.
    #[track_caller]
    pub(crate) fn destroy(&self) -> Run {
        self.run(&["destroy", "-auto-approve", "-no-color"])
            .succeeds()
    }

    /// Returns the state from `terraform show -json`.
    #[track_caller]
    pub(crate) fn state(&self) -> Value {
        let run = Run::of(&self.command(&["show", "-json"]).output().unwrap()).succeeds();
        serde_json::from_str(&run.stdout).unwrap()
    }

    /// Returns the attributes of all instances at an address.
    #[track_caller]
    pub(crate) fn instances(&self, address: &str) -> Vec<Value> {
        let state = self.state();
        let resources = state["values"]["root_module"]["resources"]
            .as_array()
            .cloned();
        let mut found = Vec::new();
        for resource in resources.unwrap_or_default() {
            let found_at = resource["address"].as_str().unwrap();
            if found_at.split('[').next() == Some(address) {
                found.push(resource["values"].clone());
            }
        }
        found
    }

    /// Returns the attributes of the only instance at an address.
    #[track_caller]
    pub(crate) fn instance(&self, address: &str) -> Value {
        let mut found = self.instances(address);
        assert_eq!(found.len(), 1, "instances at {address}");
        found.remove(0)
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut files = canary::files(self.folder.path());
        // The others are the test's own, such as the configuration. What is inside a plan follows a colon.
        files.retain(|(name, _)| name == LOG || name.contains("tfstate") || name.contains(':'));
        let leaks = canary::leaks(&files, &[SECRET]);
        assert!(leaks.is_empty(), "{leaks:#?}");
    }
}

/// The result of a Terraform run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    /// Standard output and standard error. [`Run::flat`] joins the lines with single spaces.
    pub(crate) output: String,
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr);
        Self {
            code: output.status.code().unwrap_or(-1),
            output: format!("{stdout}{stderr}"),
            stdout,
        }
    }

    /// Returns the output on one line, because Terraform wraps and frames its messages.
    pub(crate) fn flat(&self) -> String {
        let words = self.output.split_whitespace().filter(|word| *word != "│");
        words.collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.output);
        self
    }

    #[track_caller]
    pub(crate) fn fails_with(self, texts: &[&str]) -> Self {
        assert_ne!(self.code, 0, "{}", self.output);
        self.says(texts)
    }

    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        let flat = self.flat();
        for text in texts {
            assert!(flat.contains(text), "{text:?} is not in:\n{}", self.output);
        }
        self
    }
}
