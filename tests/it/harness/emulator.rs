//! An emulator of AWS in a separate process on a free loopback port. Dropping it stops the process.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A running emulator.
pub(super) struct Emulator {
    child: Child,
    url: String,
    /// The Python of the virtual environment in which it is installed.
    python: PathBuf,
}

impl Emulator {
    /// Starts a program and waits until it reports that it listens. An environment variable, which `make test` sets,
    /// contains its path. The default is the path where `make tools` installs it.
    pub(super) fn start(
        variable: &str,
        name: &str,
        prepare: impl FnOnce(&mut Command, u16),
    ) -> Self {
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin");
        let program = std::env::var_os(variable).map_or(installed.join(name), PathBuf::from);
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
        let mut command = Command::new(&program);
        prepare(&mut command, port);
        let mut child = command
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
        assert!(ready, "{name} ended before it listened");
        // Reads the rest of the log, so that the program does not block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
            python: program.with_file_name("python"),
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Sends one request with boto3, an independent client.
    pub(super) fn call(&self, service: &str, method: &str, arguments: &Value) -> Value {
        const SCRIPT: &str = "import boto3, json, sys; \
            url, service, method, arguments = sys.argv[1:]; \
            client = boto3.client(service, endpoint_url=url, region_name='us-east-1', \
                aws_access_key_id='x', aws_secret_access_key='y'); \
            print(json.dumps(getattr(client, method)(**json.loads(arguments)), default=str))";
        let output = Command::new(&self.python)
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

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
