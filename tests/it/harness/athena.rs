//! An Athena that executes, over a folder that stands for S3 (`tools/athena`).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::emulator::Emulator;
use super::python;

/// The bucket.
pub(crate) const BUCKET: &str = "flow-logs";

/// Writes objects, each as the suffix of its key says: rows of values under names, as gzip text or as Parquet.
const WRITE: &str = r#"
import gzip, json, pathlib, sys
import pyarrow, pyarrow.parquet
SMALL = {"version", "srcport", "dstport", "protocol", "tcp-flags"}
WIDE = {"packets", "bytes", "start", "end", "packets-lost-blackhole"}
spec = json.load(sys.stdin)
for key, rows in spec["objects"].items():
    path = pathlib.Path(spec["folder"]) / key
    path.parent.mkdir(parents=True, exist_ok=True)
    if key.endswith(".parquet"):
        columns = {}
        for index, name in enumerate(spec["fields"]):
            values = [None if row[index] == "-" else row[index] for row in rows]
            kind = pyarrow.int32() if name in SMALL else pyarrow.int64() if name in WIDE else pyarrow.string()
            if kind != pyarrow.string():
                values = [None if value is None else int(value) for value in values]
            columns[name.replace("-", "_")] = pyarrow.array(values, kind)
        pyarrow.parquet.write_table(pyarrow.table(columns), path, compression="gzip")
    else:
        lines = [" ".join(row) for row in [spec["fields"], *rows]]
        path.write_bytes(gzip.compress("".join(line + "\n" for line in lines).encode()))
"#;

/// A running Athena. Dropping it stops the process and removes the objects.
pub(crate) struct Athena {
    emulator: Emulator,
    folder: TempDir,
}

impl Athena {
    /// Starts the server over an empty bucket.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/athena");
        let emulator = Emulator::start("VPCFLOW_PYTHON", "python", |command, port| {
            command
                .arg(&program)
                .args(["--port", &port.to_string(), "--folder"])
                .arg(folder.path());
        });
        Self { emulator, folder }
    }

    pub(crate) fn url(&self) -> &str {
        self.emulator.url()
    }

    /// Returns the folder of the objects of the bucket.
    pub(crate) fn bucket(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }

    /// Writes objects: keys, and lines of records in the format of the fields.
    pub(crate) fn put(&self, fields: &[String], objects: &[(String, Vec<String>)]) {
        let rows = |lines: &Vec<String>| -> Vec<Vec<String>> {
            let row = |line: &String| line.split(' ').map(str::to_owned).collect();
            lines.iter().map(row).collect()
        };
        let objects: serde_json::Map<_, _> = objects
            .iter()
            .map(|(key, lines)| (key.clone(), json!(rows(lines))))
            .collect();
        let folder = self.bucket();
        let spec = json!({ "folder": folder, "fields": fields, "objects": objects });
        python::run(WRITE, &spec);
    }

    /// Executes a statement, and returns the state, the reason, and the rows with the names first.
    pub(crate) fn execute(&self, text: &str) -> (String, String, Vec<Vec<Option<String>>>) {
        let token = format!("{:0>40}", self.queries().len());
        let started = self.call(
            "StartQueryExecution",
            &json!({ "QueryString": text, "ClientRequestToken": token }),
        );
        let id = started["QueryExecutionId"].as_str().unwrap().to_owned();
        let mut status = json!({});
        while !["SUCCEEDED", "FAILED", "CANCELLED"]
            .contains(&status["State"].as_str().unwrap_or_default())
        {
            let polled = self.call("GetQueryExecution", &json!({ "QueryExecutionId": id }));
            status = polled["QueryExecution"]["Status"].clone();
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (state, reason) = (text(&status["State"]), text(&status["StateChangeReason"]));
        let mut rows = Vec::new();
        let mut token = Value::Null;
        let mut is_last = state != "SUCCEEDED";
        while !is_last {
            let mut request = json!({ "QueryExecutionId": id });
            if !token.is_null() {
                request["NextToken"] = token;
            }
            let page = self.call("GetQueryResults", &request);
            for row in page["ResultSet"]["Rows"].as_array().unwrap() {
                let data = row["Data"].as_array().unwrap().iter();
                rows.push(
                    data.map(|datum| datum["VarCharValue"].as_str().map(str::to_owned))
                        .collect(),
                );
            }
            token = page["NextToken"].clone();
            is_last = token.is_null();
        }
        (state, reason, rows)
    }

    /// Describes a table.
    pub(crate) fn describe(&self, database: &str, table: &str) -> Value {
        let name = json!({ "CatalogName": "AwsDataCatalog", "DatabaseName": database, "TableName": table });
        self.call("GetTableMetadata", &name)["TableMetadata"].clone()
    }

    /// Asks for faults; without any, everything works again.
    pub(crate) fn faults(&self, faults: &Value) {
        self.http("POST", "/faults", "", faults);
    }

    /// Returns all queries so far.
    pub(crate) fn queries(&self) -> Vec<Value> {
        let queries = self.http("GET", "/queries", "", &Value::Null);
        queries.as_array().unwrap().clone()
    }

    /// Waits until a query was stopped.
    #[track_caller]
    pub(crate) fn wait_until_stopped(&self) {
        let end = Instant::now() + Duration::from_secs(20);
        while !self.queries().iter().any(|query| query["stopped"] == true) {
            assert!(
                Instant::now() < end,
                "no query was stopped: {:?}",
                self.queries()
            );
            std::thread::yield_now();
        }
    }

    /// Waits until a query runs.
    #[track_caller]
    pub(crate) fn wait_until_running(&self) {
        let end = Instant::now() + Duration::from_secs(60);
        while !self
            .queries()
            .iter()
            .any(|query| query["state"] == "RUNNING")
        {
            assert!(Instant::now() < end, "no query runs");
            std::thread::yield_now();
        }
    }

    /// Waits until so many queries were started.
    #[track_caller]
    pub(crate) fn wait_until_started(&self, count: usize) {
        let end = Instant::now() + Duration::from_secs(60);
        while self.queries().len() < count {
            assert!(Instant::now() < end, "{:?}", self.queries());
            std::thread::yield_now();
        }
    }

    /// Waits until an operation was called so often.
    #[track_caller]
    pub(crate) fn wait_for_calls(&self, operation: &str, count: usize) {
        let end = Instant::now() + Duration::from_secs(60);
        let calls = || self.calls().into_iter().filter(|call| call == operation);
        while calls().count() < count {
            assert!(Instant::now() < end, "{:?}", self.calls());
            std::thread::yield_now();
        }
    }

    /// Returns the operations that were called.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.http("GET", "/calls", "", &Value::Null);
        serde_json::from_value(calls).unwrap()
    }

    fn call(&self, operation: &str, request: &Value) -> Value {
        let target = format!("X-Amz-Target: AmazonAthena.{operation}\r\n");
        self.http("POST", "/", &target, request)
    }

    fn http(&self, method: &str, path: &str, headers: &str, body: &Value) -> Value {
        let address = self.url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let body = body.to_string();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (_, body) = reply.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }
}
