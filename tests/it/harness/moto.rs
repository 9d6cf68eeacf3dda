//! moto, an independent emulator of AWS, on a free loopback port; stopped when dropped.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// Where the tests find moto's server; `make test` sets it.
const MOTO: &str = "VPCFLOW_MOTO";

/// A running moto.
pub(crate) struct Moto {
    child: Child,
    url: String,
    client: PathBuf,
}

impl Moto {
    /// Starts the server and waits until it says that it listens.
    pub(crate) fn start() -> Self {
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/moto_server");
        let program = std::env::var_os(MOTO).map_or(installed, PathBuf::from);
        assert!(
            program.exists(),
            "{} is not there: run `make test`, or `make tools` once",
            program.display()
        );
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut child = Command::new(&program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let ready = lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line.contains("Running on"));
        assert!(ready, "moto ended before it listened");
        // Its log goes on; nobody must block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let client = program.with_file_name("python");
        Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
            client,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Makes a VPC and gives its id.
    pub(crate) fn create_vpc(&self) -> String {
        let vpc = self.call("ec2", "create_vpc", &json!({ "CidrBlock": "10.0.0.0/16" }));
        vpc["Vpc"]["VpcId"].as_str().unwrap().to_owned()
    }

    pub(crate) fn create_log_group(&self, name: &str) {
        self.call("logs", "create_log_group", &json!({ "logGroupName": name }));
    }

    /// Puts events (milliseconds, message) into a new stream of a group.
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

    /// Makes one call as boto3 does: a client that shares nothing with ours.
    fn call(&self, service: &str, method: &str, arguments: &Value) -> Value {
        const SCRIPT: &str = "import boto3, json, sys; \
            url, service, method, arguments = sys.argv[1:]; \
            client = boto3.client(service, endpoint_url=url, region_name='us-east-1', \
                aws_access_key_id='x', aws_secret_access_key='y'); \
            print(json.dumps(getattr(client, method)(**json.loads(arguments)), default=str))";
        let output = Command::new(&self.client)
            .args([
                "-c",
                SCRIPT,
                &self.url,
                service,
                method,
                &arguments.to_string(),
            ])
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{service} {method}: {error}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
