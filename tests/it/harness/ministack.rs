//! ministack, an emulator of AWS whose DescribeFlowLogs omits many values that AWS reports.

use serde_json::json;
use tempfile::TempDir;

use super::emulator::Emulator;

/// A running ministack.
pub(crate) struct Ministack {
    emulator: Emulator,
    /// The folder for its files.
    _folder: TempDir,
}

impl Ministack {
    /// Starts the server and waits until it reports that it listens.
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("ministack")
            .tempdir()
            .unwrap();
        let emulator = Emulator::start("VPCFLOW_MINISTACK", "ministack", |command, port| {
            command
                .env("BIND_HOST", "127.0.0.1")
                .env("GATEWAY_PORT", port.to_string())
                // Its IoT listener would need a fixed port.
                .env("IOT_MTLS_ENABLED", "0")
                .env("TMPDIR", folder.path())
                .current_dir(folder.path());
        });
        Self {
            emulator,
            _folder: folder,
        }
    }

    pub(crate) fn url(&self) -> &str {
        self.emulator.url()
    }

    pub(crate) fn count_flow_logs(&self) -> usize {
        let described = self.emulator.call("ec2", "describe_flow_logs", &json!({}));
        described["FlowLogs"].as_array().unwrap().len()
    }
}
