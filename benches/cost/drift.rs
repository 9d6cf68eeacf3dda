//! Runs `drift` for a state with many flow logs that are all in sync, against the fake AWS of the tests.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::fake::{DestinationOptions, Fake, FlowLog};
use crate::process;

/// The cost of one check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    /// From start to end, including the replies of the fake server.
    pub(crate) wall: Duration,
    /// The peak anonymous memory, in bytes, or 0 if it cannot be determined.
    pub(crate) memory: u64,
    /// Calls to AWS.
    pub(crate) calls: usize,
}

/// A fake AWS, and states of its flow logs.
pub(crate) struct Scene {
    fake: Fake,
    states: Vec<String>,
}

impl Scene {
    /// Creates a number of flow logs, and a number of states that declare as many of them each.
    pub(crate) fn of(count: usize, states: usize) -> Self {
        let fake = Fake::start();
        let state = |numbers: std::ops::Range<usize>| {
            let mut instances = Vec::new();
            for number in numbers {
                let log = flow_log(number);
                instances.push(
                    json!({ "index_key": number, "schema_version": 1, "attributes": attributes(&log) }),
                );
                fake.insert(log);
            }
            let resource = json!({ "mode": "managed", "type": "aws_flow_log", "name": "many", "instances": instances });
            json!({ "version": 4, "lineage": "bench", "resources": [resource] }).to_string()
        };
        let each = count / states;
        let states = (0..states).map(|place| state(place * each..(place + 1) * each));
        Self {
            states: states.collect(),
            fake,
        }
    }

    /// Runs one check, which must find everything in sync.
    pub(crate) fn check(&self, binary: &Path, folder: &Path) -> Result<Check, Box<dyn Error>> {
        let states = folder.join("states");
        std::fs::create_dir_all(&states)?;
        for (place, state) in self.states.iter().enumerate() {
            std::fs::write(states.join(format!("{place}.tfstate")), state)?;
        }
        let before = self.fake.calls().len();
        let mut command = Command::new(binary);
        command
            .args(["drift", "--format", "json", "--state"])
            .arg(&states)
            .env("AWS_ENDPOINT_URL", self.fake.url())
            .env("AWS_ACCESS_KEY_ID", "bench")
            .env("AWS_SECRET_ACCESS_KEY", "bench")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        let (wall, memory) = process::alone(&mut command, 0)?;
        std::fs::remove_dir_all(&states)?;
        Ok(Check {
            wall,
            memory,
            calls: self.fake.calls().len() - before,
        })
    }
}

fn flow_log(number: usize) -> FlowLog {
    let id = format!("fl-{number:017x}");
    let mut log = FlowLog::sample(&id, &format!("vpc-{number:017x}"));
    "s3".clone_into(&mut log.log_destination_type);
    log.log_destination = Some("arn:aws:s3:::bench".to_owned());
    log.log_group_name = None;
    log.deliver_logs_permission_arn = None;
    log.destination_options = Some(DestinationOptions::default());
    log.tags
        .insert("Name".to_owned(), format!("bench-{number}"));
    log
}

fn attributes(log: &FlowLog) -> serde_json::Value {
    json!({
        "arn": format!("arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/{}", log.id),
        "deliver_cross_account_role": "",
        "destination_options": [],
        "iam_role_arn": "",
        "id": log.id,
        "log_destination": log.log_destination,
        "log_destination_type": log.log_destination_type,
        "log_format": log.log_format,
        "max_aggregation_interval": log.max_aggregation_interval,
        "region": "us-east-1",
        "tags_all": log.tags,
        "traffic_type": log.traffic_type,
        "vpc_id": log.resource_id,
    })
}
