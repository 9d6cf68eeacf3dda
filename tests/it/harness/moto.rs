//! moto, an independent emulator of AWS.

use serde_json::{Value, json};

use super::emulator::Emulator;

/// A running moto.
pub(crate) struct Moto(Emulator);

impl Moto {
    /// Starts the server and waits until it reports that it listens.
    pub(crate) fn start() -> Self {
        Self(Emulator::start(
            "VPCFLOW_MOTO",
            "moto_server",
            |command, port| {
                command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
            },
        ))
    }

    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    /// Creates a VPC and returns its ID.
    pub(crate) fn create_vpc(&self) -> String {
        let vpc = self.call("ec2", "create_vpc", &json!({ "CidrBlock": "10.0.0.0/16" }));
        vpc["Vpc"]["VpcId"].as_str().unwrap().to_owned()
    }

    pub(crate) fn create_log_group(&self, name: &str) {
        self.call("logs", "create_log_group", &json!({ "logGroupName": name }));
    }

    /// Writes events (milliseconds, message) to a new stream of a log group.
    pub(crate) fn put_events(&self, group: &str, stream: &str, events: &[(i64, String)]) {
        let at = json!({ "logGroupName": group, "logStreamName": stream });
        self.call("logs", "create_log_stream", &at);
        let events: Vec<_> = events
            .iter()
            .map(|(timestamp, message)| json!({ "timestamp": timestamp, "message": message }))
            .collect();
        let put = json!({ "logGroupName": group, "logStreamName": stream, "logEvents": events });
        self.call("logs", "put_log_events", &put);
    }

    pub(crate) fn count_flow_logs(&self) -> usize {
        let described = self.call("ec2", "describe_flow_logs", &json!({}));
        described["FlowLogs"].as_array().unwrap().len()
    }

    /// Calls an operation with boto3.
    pub(crate) fn call(&self, service: &str, method: &str, arguments: &Value) -> Value {
        self.0.call(service, method, arguments)
    }
}
