//! Runs `terraform plan` for many flow logs that exist and are as declared: with our provider, which reads them from the
//! fake AWS of the tests, and with the echo provider, which reads nothing.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value as Json;

use crate::fake::{Fake, FlowLog};
use crate::{Subjects, ask, echo, plan, process};

const REGION: &str = "eu-central-1";
/// The duration of a call to AWS.
const LATENCY: Duration = Duration::from_millis(50);

/// A fake AWS with flow logs, and folders whose states contain them.
pub(crate) struct Refresh<'a> {
    fake: Fake,
    subjects: &'a Subjects,
    schema: &'a Path,
    ours: PathBuf,
    echo: PathBuf,
    our_settings: PathBuf,
    echo_settings: PathBuf,
}

/// One refresh with our provider.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// Calls of DescribeFlowLogs.
    pub(crate) calls: usize,
}

impl<'a> Refresh<'a> {
    /// Creates flow logs, and imports them into a state.
    pub(crate) fn of(
        folder: &Path,
        subjects: &'a Subjects,
        schema: &'a Path,
        count: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let fake = Fake::start();
        for number in 0..count {
            fake.insert(flow_log(number));
        }
        let folder = folder.join(format!("refresh-{count}"));
        let declared = plan::flow_logs(count);
        let refresh = Self {
            subjects,
            schema,
            ours: plan::configuration(&folder.join("logs"), &declared)?,
            echo: plan::configuration(&folder.join("echoed"), &declared)?,
            our_settings: plan::settings(&folder.join("ours"), &subjects.provider)?,
            echo_settings: plan::settings(&folder.join("echo"), &subjects.echo)?,
            fake,
        };
        refresh.import(count)?;
        refresh.fake.latency("*", LATENCY);
        Ok(refresh)
    }

    /// Plans with our provider.
    pub(crate) fn ours(&self) -> Result<Cost, Box<dyn Error>> {
        let calls = || self.fake.calls_of("DescribeFlowLogs").len();
        let before = calls();
        let mut command = plan::command(self.subjects, &self.ours, &self.our_settings);
        command.envs(ask::environment(REGION, self.fake.url()));
        let wall = process::run(&mut command, None)?.wall;
        Ok(Cost {
            wall,
            calls: calls() - before,
        })
    }

    /// Plans with the echo provider.
    pub(crate) fn echo(&self) -> Result<Duration, Box<dyn Error>> {
        let mut command = plan::command(self.subjects, &self.echo, &self.echo_settings);
        command.env(echo::SCHEMA, self.schema);
        Ok(process::run(&mut command, None)?.wall)
    }

    fn import(&self, count: usize) -> Result<(), Box<dyn Error>> {
        let file = self.ours.join("import.tf");
        let text = format!(
            r#"import {{
  for_each = {{ for number in range({count}) : tostring(number) => number }}
  to       = vpcflow_log.many[each.value]
  id       = format("fl-%017x", each.value)
}}
"#
        );
        fs::write(&file, text)?;
        let arguments = ["apply", "-auto-approve", "-input=false", "-no-color"];
        let mut command =
            plan::terraform(self.subjects, &self.ours, &self.our_settings, &arguments);
        command.envs(ask::environment(REGION, self.fake.url()));
        process::run(&mut command, None)?;
        fs::remove_file(file)?;
        fs::write(self.echo.join(STATE), without_identities(&self.ours)?)?;
        Ok(())
    }
}

const STATE: &str = "terraform.tfstate";

/// Returns a state without identities, which the echo provider does not have.
fn without_identities(folder: &Path) -> io::Result<String> {
    let mut state: Json = serde_json::from_str(&fs::read_to_string(folder.join(STATE))?)?;
    let resources = state["resources"].as_array_mut();
    for resource in resources.into_iter().flatten() {
        let instances = resource["instances"].as_array_mut();
        for instance in instances.into_iter().flatten() {
            if let Some(instance) = instance.as_object_mut() {
                instance.remove("identity");
                instance.remove("identity_schema_version");
            }
        }
    }
    Ok(state.to_string())
}

fn flow_log(number: usize) -> FlowLog {
    let id = format!("fl-{number:017x}");
    let mut log = FlowLog::sample_in(REGION, &id, &format!("vpc-{number:017x}"));
    log.log_group_name = Some("bench".to_owned());
    log.log_destination = None;
    log.deliver_logs_permission_arn = Some("arn:aws:iam::123456789012:role/bench".to_owned());
    log.tags
        .insert("Name".to_owned(), format!("bench-{number}"));
    log
}
