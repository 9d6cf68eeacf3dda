//! The engine "athena": an Athena that executes counts what the scan counts, and what goes wrong there is said.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vpcflow::record::Format;

use crate::harness::athena::{Athena, BUCKET};
use crate::harness::fake::Fake;
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
const WINDOW: &str = r#"
  start_time = "2026-01-01T00:00:00Z"
  end_time   = "2026-01-01T01:00:00Z"
"#;
const TABLE: &str = r#"
  athena {
    table           = "network.flow_logs"
    output_location = "s3://results/here/"
    partitions      = { aws_region = "us-east-1" }
  }
"#;

fn traffic() -> Vec<String> {
    let line = |number: i64| {
        let (start, port) = (
            START + number * 40,
            [22, 443, 3389][usize::try_from(number % 3).unwrap()],
        );
        let action = if number % 3 == 1 { "ACCEPT" } else { "REJECT" };
        let source = if number % 7 == 0 {
            "2001:db8::1".to_owned()
        } else {
            format!("10.0.{}.1", number % 5)
        };
        format!(
            "2 123456789012 eni-1 {source} 10.1.0.1 40000 {port} 6 3 {} {start} {} {action} OK",
            number * 10,
            start + 50
        )
    };
    let mut lines: Vec<_> = (0..80).map(line).collect();
    lines.push(format!(
        "2 123456789012 eni-1 - - - - - - - {START} {} - NODATA",
        START + 50
    ));
    lines
}

/// Returns the key of an object in plain folders for each day, or in Hive-compatible folders for each hour.
pub(super) fn key(hive: bool, suffix: &str, day: &str, hour: &str) -> String {
    let [year, month, date] = day.split('-').collect::<Vec<_>>().try_into().unwrap();
    let folder = if hive {
        format!(
            "aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year={year}/month={month}/day={date}/hour={hour}"
        )
    } else {
        format!("123456789012/vpcflowlogs/us-east-1/{year}/{month}/{date}")
    };
    format!(
        "logs/AWSLogs/{folder}/123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_{year}{month}{date}T{hour}05Z_0a1b.{suffix}"
    )
}

/// Writes the records in the objects of a flow log.
fn put(athena: &Athena, hive: bool, suffix: &str) {
    let format = Format::vpc_default();
    let mut objects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in traffic() {
        let end: i64 = line.split(' ').nth(11).unwrap().parse().unwrap();
        let hour = if end < START + 3_600 { "00" } else { "01" };
        objects
            .entry(key(hive, suffix, "2026-01-01", hour))
            .or_default()
            .push(line);
    }
    // A record that is far from the window, in an object that need not be read.
    let far = traffic()[1].replace("17672256", "17662256");
    objects.insert(key(hive, suffix, "2025-12-20", "10"), vec![far]);
    athena.put(format.names(), &objects.into_iter().collect::<Vec<_>>());
}

pub(in super::super) struct Setting {
    pub(in super::super) athena: Athena,
    pub(in super::super) fake: Fake,
    pub(super) work: Workspace,
}

impl Setting {
    fn new() -> Self {
        let (athena, fake) = (Athena::start(), Fake::start());
        let events = traffic().into_iter().map(|line| {
            let start: i64 = line.split(' ').nth(10).unwrap().parse().unwrap();
            (start * 1000, line)
        });
        fake.put_events("flow-logs", "eni-1-all", events.collect());
        let work = Workspace::new(Version::Any, fake.url());
        Self { athena, fake, work }
    }

    /// Writes the objects, and creates the table with the statement that the provider returns.
    pub(in super::super) fn with_table(hive: bool, suffix: &str) -> Self {
        let setting = Self::new();
        put(&setting.athena, hive, suffix);
        let options = if hive {
            "hive_compatible_partitions = true, per_hour_partition = true,"
        } else {
            ""
        };
        let file_format = if suffix == "log.parquet" {
            "parquet"
        } else {
            "plain-text"
        };
        let fields: Vec<_> = Format::vpc_default()
            .names()
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect();
        setting.configure(&format!(
            r#"output "statement" {{
  value = provider::vpcflow::athena_table("network.flow_logs", provider::vpcflow::log_format({}), "s3://{BUCKET}/logs", {{
    {options} file_format = "{file_format}", accounts = ["123456789012"], since = "2025-01-01" }})
}}"#,
            fields.join(", ")
        ));
        setting.work.apply();
        let statement = setting.work.state()["values"]["outputs"]["statement"]["value"].clone();
        let (state, reason, _) = setting.athena.execute(statement.as_str().unwrap());
        assert_eq!(state, "SUCCEEDED", "{reason}");
        setting
    }

    pub(super) fn configure(&self, text: &str) {
        self.work.configure(text);
        let text = self.work.read("main.tf");
        let endpoint = format!("endpoints {{\n    athena = \"{}\"", self.athena.url());
        self.work
            .write("main.tf", &text.replacen("endpoints {", &endpoint, 1));
    }

    pub(super) fn query(&self, arguments: &str) {
        self.configure(&data("athena", arguments));
    }

    /// Adds an object with lines of the default format.
    pub(super) fn put(&self, hour: &str, name: &str, lines: Vec<String>) {
        let key = key(false, "log.gz", "2026-01-01", hour).replace("0a1b", name);
        self.athena
            .put(Format::vpc_default().names(), &[(key, lines)]);
    }

    /// Queries Athena alone, and returns its answer.
    pub(super) fn count(&self, arguments: &str) -> Value {
        self.query(arguments);
        self.work.apply();
        self.work.instance("data.vpcflow_log_summary.athena")
    }

    pub(super) fn plan(&self) -> Run {
        self.work.run(&["plan", "-no-color"])
    }

    /// Queries Athena, which must agree with the scan, and returns its answer.
    #[track_caller]
    fn agrees(&self, arguments: &str) -> Value {
        let scan = format!(
            "data \"vpcflow_log_summary\" \"scan\" {{\n  log_group_name = \"flow-logs\"\n  log_format = \"{}\"\n{WINDOW}\n{arguments}\n}}\n",
            Format::vpc_default().to_string().replace("${", "$${")
        );
        self.configure(&(data("athena", arguments) + &scan));
        self.work.apply();
        let scan = self.work.instance("data.vpcflow_log_summary.scan");
        let athena = self.work.instance("data.vpcflow_log_summary.athena");
        for counted in ["groups", "truncated", "total"] {
            assert_eq!(athena[counted], scan[counted], "{counted} of {arguments}");
        }
        athena
    }
}

pub(super) fn data(engine: &str, arguments: &str) -> String {
    format!(
        "data \"vpcflow_log_summary\" \"{engine}\" {{\n  engine = \"athena\"\n{TABLE}\n{WINDOW}\n{arguments}\n}}\n"
    )
}

fn without_region(text: &str) -> String {
    text.replace("partitions      = { aws_region = \"us-east-1\" }", "")
}

#[test]
fn the_groups_are_those_of_the_scan_over_text_and_parquet() {
    for (hive, suffix) in [(false, "log.gz"), (true, "log.parquet")] {
        let setting = Setting::with_table(hive, suffix);
        for arguments in [
            "group_by = [\"src_addr\", \"dst_port\"]\norder_by = \"bytes\"",
            "group_by = [\"src_addr\"]\nlimit = 2\nrequire_complete = false",
            "group_by = []\naction = \"REJECT\"\nsrc_addr = \"10.0.0.0/16\"",
            "group_by = [\"dst_port\", \"log-status\"]\nexclude {\n dst_port = \"22\"\n}\nwhere {\n addr = \"2001:db8::/32,-\"\n}\nwhere {\n bytes = \">100\"\n}",
            "group_by = [\"src_addr\"]\ndst_port = \"1\"",
        ] {
            let answer = setting.agrees(arguments);
            assert!(
                answer["engine_query"]
                    .as_str()
                    .unwrap()
                    .contains("FROM \"AwsDataCatalog\".\"network\".\"flow_logs\"")
            );
            assert!(answer["statistics"]["bytes_scanned"].as_i64().unwrap() > 0);
            assert_eq!(answer["region"], "us-east-1");
        }
        let queries = setting.athena.queries();
        let last = queries.last().unwrap();
        assert_eq!(
            last["request"]["ResultConfiguration"]["OutputLocation"],
            "s3://results/here/"
        );
        assert!(!queries.iter().any(|query| query["stopped"] == true));
        assert_eq!(setting.fake.calls_of("StartQuery").len(), 0);
    }
}

#[test]
fn only_the_partitions_of_the_window_are_read() {
    let setting = Setting::with_table(false, "log.gz");
    let bytes = || {
        setting.work.instance("data.vpcflow_log_summary.athena")["statistics"]["bytes_scanned"]
            .as_i64()
            .unwrap()
    };
    setting.query("group_by = []");
    setting.work.apply();
    let near = bytes();
    setting.configure(
        &data("athena", "group_by = []").replace("2026-01-01T00:00:00Z", "2025-12-01T00:00:00Z"),
    );
    setting.work.apply();
    assert!(bytes() > near, "{} of {near}", bytes());
}

#[test]
fn waiting_and_throttling_pass_and_pages_are_joined() {
    let setting = Setting::with_table(false, "log.gz");
    setting
        .athena
        .faults(&json!({ "throttle": 2, "queued": 2, "running": 1, "page": 3 }));
    let answer = setting.agrees("group_by = [\"src_addr\", \"dst_port\"]");
    assert!(answer["groups"].as_array().unwrap().len() > 6);
    let calls = setting.athena.calls();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    assert!(
        count("StartQueryExecution") > 3 && count("GetQueryResults") > 3,
        "{calls:?}"
    );
}

#[test]
fn what_athena_says_is_passed_on() {
    let setting = Setting::with_table(false, "log.gz");
    let cases = [
        (
            json!({ "fail": "HIVE_BAD_DATA: a reason" }),
            "HIVE_BAD_DATA: a reason",
        ),
        (
            json!({ "cancel": true }),
            "ended as CANCELLED: Query was cancelled by someone",
        ),
        (
            json!({ "page": 2, "expire": true }),
            "The pagination token is expired",
        ),
        (json!({ "deny": ["GetTableMetadata"] }), "glue:GetTable"),
        (
            json!({ "deny": ["StartQueryExecution"] }),
            "athena:StartQueryExecution",
        ),
    ];
    for (faults, text) in cases {
        setting.athena.faults(&faults);
        setting.query("group_by = [\"src_addr\"]");
        setting.plan().fails_with(&[text, "network.flow_logs"]);
    }
}

#[test]
fn a_query_is_stopped_by_an_interrupt_and_by_the_timeout() {
    let setting = Setting::with_table(false, "log.gz");
    setting.athena.faults(&json!({ "running": 1_000_000 }));
    setting.query("group_by = []\ntimeout = \"3s\"");
    setting.plan().fails_with(&[
        "The `timeout` passed before Athena had read",
        "network.flow_logs",
    ]);
    setting.athena.wait_until_stopped();

    let setting = Setting::with_table(false, "log.gz");
    setting.athena.faults(&json!({ "running": 1_000_000 }));
    setting.query("group_by = []");
    let child = setting
        .work
        .command(&["plan", "-no-color"])
        .spawn()
        .unwrap();
    let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    let running = std::thread::spawn(move || child.wait_with_output());
    setting.athena.wait_until_running();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    setting.athena.wait_until_stopped();
    let run = Run::of(&running.join().unwrap().unwrap());
    assert_ne!(run.code, 0, "{}", run.output);
}

#[test]
fn what_the_table_lacks_is_named() {
    let setting = Setting::with_table(false, "log.gz");
    let cases = [
        (
            data("a", "group_by = [\"src_addr\"]").replace("network.flow_logs", "network.none"),
            "Entity Not Found: none",
        ),
        (
            data("a", "group_by = [\"vpc_id\"]"),
            "`group_by` names vpc_id",
        ),
        (
            data("a", "group_by = []\nvpc_id = \"vpc-0123456789abcdef0\""),
            "needs the field vpc-id",
        ),
        (
            without_region(&data("a", "group_by = []")),
            "each query of the table must name a value of `aws_region`",
        ),
        (
            data("a", "group_by = []").replace("{ aws_region", "{ zone = \"a\", aws_region"),
            "no partitions by `zone`",
        ),
        (
            data("a", "group_by = []\nevent_id = \"1\""),
            "asks for the ID of an event",
        ),
    ];
    for (text, expected) in cases {
        setting.configure(&text);
        setting.plan().fails_with(&[expected]);
    }
}

#[test]
fn a_window_without_objects_is_incomplete_and_no_error() {
    let setting = Setting::with_table(false, "log.gz");
    let empty = |arguments: &str| {
        data("athena", arguments)
            .replace("2026-01-01T00:00:00Z", "2025-06-01T00:00:00Z")
            .replace("2026-01-01T01:00:00Z", "2025-06-02T00:00:00Z")
    };
    setting.configure(&empty("group_by = []"));
    let run = setting.work.apply();
    run.says(&["No objects in the time window", "SHOW CREATE TABLE"]);
    let answer = setting.work.instance("data.vpcflow_log_summary.athena");
    assert_eq!(answer["total"]["flows"], 0);
    assert_eq!(answer["complete"], false);
    assert_eq!(answer["incomplete"][0]["reason"], "nothing_delivered");
    setting.configure(&empty("group_by = []\nrequire_complete = true"));
    setting.plan().fails_with(&["nothing_delivered"]);
}

#[test]
fn lines_that_are_no_records_of_the_table_are_reported() {
    let setting = Setting::with_table(false, "log.gz");
    let lines = vec!["version account-id interface-id and another header".to_owned()];
    let format = Format::vpc_default();
    setting.athena.put(
        format.names(),
        &[(key(false, "log.gz", "2026-01-01", "09"), lines)],
    );
    setting.query("group_by = []\nrequire_complete = true");
    setting.plan().fails_with(&[
        "unread_lines",
        "1 rows of the table network.flow_logs have no time",
    ]);
}

#[test]
fn arguments_that_do_not_fit_are_refused_in_validate() {
    let setting = Setting::new();
    let source = "log_group_name = \"flow-logs\"\n";
    let cases = [
        (
            data("a", &format!("group_by = []\n{source}")),
            "Remove `log_group_name`, or use another engine.",
        ),
        (
            data("a", "group_by = []").replace(TABLE, ""),
            "Name the table in the block `athena",
        ),
        (
            data("a", "group_by = []").replace("network.flow_logs", "a.b.c"),
            "`table` is \"a.b.c\".",
        ),
        (
            data("a", "group_by = []").replace("s3://results/here/", "results"),
            "`output_location` must be an address",
        ),
        (
            data("a", "group_by = []").replace(
                "output_location =",
                "database = \"other\"\n output_location =",
            ),
            "Name the database once.",
        ),
        (
            data("a", &format!("group_by = []\n{source}")).replace("\"athena\"\n", "\"scan\"\n"),
            "has an effect only with `engine = \"athena\"`",
        ),
    ];
    for (text, expected) in cases {
        setting.configure(&text);
        setting
            .work
            .run(&["validate", "-no-color"])
            .fails_with(&[expected]);
    }
}
