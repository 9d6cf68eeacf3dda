//! Golden files of each kind of drift in each format, and the official schemas of the formats.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::states::{on_s3, state_of_aws};
use super::{Folder, STACK, VPC, golden, repository, running, schema_verdicts, script};
use crate::harness::fake::{Fake, Fault, FlowLog};

pub(super) const FORMATS: [(&str, &str); 7] = [
    ("text", "txt"),
    ("json", "json"),
    ("markdown", "md"),
    ("github", "github"),
    ("sarif", "sarif"),
    ("junit", "xml"),
    ("html", "html"),
];

/// The name of a case, what is checked, and how the fake is prepared.
pub(super) type Case = (&'static str, &'static [&'static str], fn(&Fake));

const OF_STACK: &[&str] = &["--stack", "stack.yaml"];

/// Names that contain commands to a build server, control sequences, or characters that change the writing direction.
const HOSTILE: &str = r#"
Region: us-east-1
FlowLogs:
  "a\n::error::forged\e[2J":
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ALL
    LogGroupName: sample
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/sample
    Tags: [{ Key: Name, Value: "\u202emain\x7F" }]
  "::warning::b\u2066":
    ResourceId: vpc-0fffffffffffffff1
    TrafficType: ALL
    LogDestination: arn:aws:s3:::bucket
"#;

/// Returns a stack of two flow logs in each of two accounts.
fn of_accounts() -> String {
    let one = |name: &str, account: &str, region: &str| {
        format!(
            "  {name}:\n    Account: '{account}'\n    Region: {region}\n    ResourceId: {VPC}\n    TrafficType: ALL\n    \
             LogDestination: arn:aws:s3:::bucket\n"
        )
    };
    [
        "FlowLogs:\n",
        &one("b-shop", "222222222222", "us-east-1"),
        &one("a-shop", "222222222222", "eu-west-1"),
        &one("b-office", "111111111111", "us-east-1"),
        &one("a-office", "111111111111", "eu-west-1"),
    ]
    .concat()
}

/// Returns the folder in which all cases run.
pub(super) fn declared() -> Folder {
    let folder = Folder::with("stack.yaml", STACK);
    folder.write("accounts.yaml", &of_accounts());
    folder.write("twice.yaml", STACK);
    folder.write("hostile.yaml", HOSTILE);
    let others = [
        (0, VPC),
        (1, "vpc-0fffffffffffffff1"),
        (2, "vpc-0fffffffffffffff2"),
    ];
    folder.write("terraform.tfstate", &state_of_aws(&others));
    let gone = [(4, "vpc-0fffffffffffffff1"), (2, "vpc-0fffffffffffffff2")];
    folder.write("gone.tfstate", &state_of_aws(&gone));
    folder
}

pub(super) fn cases() -> Vec<Case> {
    let of_stack = vec![
        (
            "in-sync",
            OF_STACK,
            (|fake| fake.insert(running())) as fn(&Fake),
        ),
        ("missing", OF_STACK, |_| {}),
        ("changed", OF_STACK, |fake| {
            let mut log = running();
            log.traffic_type = Some("REJECT".to_owned());
            log.log_format = "${srcaddr} ${dstaddr}".to_owned();
            fake.insert(log);
        }),
        ("tags-changed", OF_STACK, |fake| {
            let mut log = running();
            log.tags
                .insert("Name".to_owned(), "a | b % `c` <d> &, e:\nf".to_owned());
            fake.insert(log);
        }),
        ("delivery-failing", OF_STACK, |fake| {
            fake.insert(running());
            fake.deliver_failing("fl-00000000000000001", "Access error");
        }),
        ("unmanaged", OF_STACK, |fake| {
            fake.insert(running());
            fake.insert(FlowLog::sample(
                "fl-00000000000000009",
                "vpc-0fffffffffffffff9",
            ));
        }),
        ("not-checked", OF_STACK, |fake| {
            let message = "You are not authorized to perform this operation.";
            let denied = Fault::error("UnauthorizedOperation", message);
            fake.fail("DescribeFlowLogs", denied, 9);
        }),
    ];
    let others = vec![
        (
            "note",
            &["--stack", "stack.yaml", "--severity", "changed=note"][..],
            (|fake| {
                let mut log = running();
                log.max_aggregation_interval = 60;
                fake.insert(log);
            }) as fn(&Fake),
        ),
        (
            "accounts",
            &[
                "--stack",
                "accounts.yaml",
                "--role",
                "arn:aws:iam::{account}:role/audit",
            ],
            |fake| {
                let shops = ["us-east-1", "eu-west-1"].map(|region| ("222222222222", region));
                let office = ("111111111111", "us-east-1");
                for (number, (account, region)) in shops.into_iter().chain([office]).enumerate() {
                    let mut log = on_s3(number, VPC);
                    log.account = account.to_owned();
                    log.region = region.to_owned();
                    log.tags.clear();
                    log.max_aggregation_interval = 60;
                    fake.insert(log);
                }
                fake.deliver_failing("fl-00000000000000002", "Access error");
            },
        ),
        ("hostile", &["--stack", "hostile.yaml"], |fake| {
            fake.insert(running());
            let cause = "Access error\u{9b}2J\n##[error]forged\u{2028}";
            fake.deliver_failing("fl-00000000000000001", cause);
        }),
        (
            "several",
            &[
                "--stack",
                "stack.yaml",
                "--state",
                "gone.tfstate",
                "--stack",
                "twice.yaml",
            ],
            |fake| {
                fake.insert(running());
                let mut successor = on_s3(7, "vpc-0fffffffffffffff1");
                successor.max_aggregation_interval = 60;
                fake.insert(successor);
                fake.insert(on_s3(2, "vpc-0fffffffffffffff2"));
                let mut other = on_s3(9, "vpc-0fffffffffffffff9");
                let stack = ("aws:cloudformation:stack-name", "network");
                other.tags = [(stack.0.to_owned(), stack.1.to_owned())].into();
                fake.insert(other);
            },
        ),
        ("state", &["--state", "terraform.tfstate"], |fake| {
            let mut log = on_s3(0, VPC);
            log.log_destination = Some("arn:aws:s3:::other".to_owned());
            log.traffic_type = Some("REJECT".to_owned());
            log.tags.clear();
            fake.insert(log);
            fake.insert(on_s3(1, "vpc-0fffffffffffffff1"));
            fake.deliver_failing("fl-00000000000000001", "Access error");
        }),
    ];
    of_stack.into_iter().chain(others).collect()
}

/// Runs a check that writes all formats, and returns their files.
fn reports(folder: &Folder, fake: &Fake, declared: &[&str]) -> (i32, Vec<PathBuf>) {
    let files: Vec<_> = FORMATS
        .iter()
        .map(|(_, ending)| format!("report.{ending}"))
        .collect();
    let mut arguments = vec!["drift", "--unmanaged"];
    arguments.extend(declared);
    for ((format, _), file) in FORMATS.iter().zip(&files) {
        arguments.extend(["--format", format, "--output", file]);
    }
    let run = folder.run(Some(fake.url()), &arguments);
    assert_eq!(run.stdout, "", "all reports go to files");
    let paths = files.iter().map(|file| folder.path().join(file));
    (run.code, paths.collect())
}

#[test]
fn each_kind_of_drift_matches_its_golden_file_in_each_format() {
    for (name, declared_in, arrange) in cases() {
        let fake = Fake::start();
        arrange(&fake);
        let folder = declared();
        let (code, files) = reports(&folder, &fake, declared_in);
        let expected = match name {
            "in-sync" | "note" => 0,
            "not-checked" => 1,
            _ => 2,
        };
        assert_eq!(code, expected, "{name}");
        for (file, (_, ending)) in files.iter().zip(FORMATS) {
            let text = std::fs::read_to_string(file).unwrap();
            // The ids of requests and the ports differ between runs.
            let text = without_request_id(&text).replace(fake.url(), "http://endpoint");
            let text = text.replace(
                &format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION")),
                "\"version\": \"VERSION\"",
            );
            let text = without_style(&text);
            golden(&format!("tests/it/stack/golden/{name}.{ending}"), &text);
        }
    }
}

#[test]
fn reports_satisfy_the_schemas_of_their_formats() {
    let mut folders = Vec::new();
    let mut written = Vec::new();
    for (_, declared_in, arrange) in cases() {
        let fake = Fake::start();
        arrange(&fake);
        let folder = declared();
        written.push(reports(&folder, &fake, declared_in).1);
        folders.push(folder);
    }
    valid(&written, "schemas/drift-report.schema.json");
    const SARIF: &str = "sarif-2.1.0-rtm.5.json";
    let sarif = std::fs::read_to_string(&written[0][4]).unwrap();
    let named = format!("\"$schema\": \"https://json.schemastore.org/{SARIF}\"");
    assert!(
        sarif.contains(&named),
        "it names the schema that it satisfies"
    );
}

/// Asserts that reports, each written in all formats, satisfy the official schemas, and a schema for JSON.
#[track_caller]
pub(super) fn valid(reports: &[Vec<PathBuf>], json: &str) {
    let of = |form: &str| {
        let place = FORMATS.iter().position(|(name, _)| *name == form).unwrap();
        let files = reports.iter().map(|files| files[place].as_path());
        files.collect::<Vec<_>>()
    };
    let schemas = repository().join("tests/it/stack/schemas");
    let accepted = vec![None; reports.len()];
    let verdicts = schema_verdicts(&repository().join(json), &of("json"));
    assert_eq!(verdicts, accepted);
    let verdicts = schema_verdicts(&schemas.join("sarif-2.1.0-rtm.5.json"), &of("sarif"));
    assert_eq!(verdicts, accepted);
    let xsd = schemas.join("junit-10.xsd");
    let mut arguments = vec![xsd.to_str().unwrap()];
    arguments.extend(of("junit").iter().map(|path| path.to_str().unwrap()));
    let junit = script(
        "import sys, xmlschema\nschema = xmlschema.XMLSchema(sys.argv[1])\nfor name in sys.argv[2:]:\n    schema.validate(name)\nprint(len(sys.argv) - 2)",
        &arguments,
    );
    assert_eq!(junit.trim(), reports.len().to_string());
}

#[test]
fn the_same_input_produces_the_same_bytes() {
    let fake = Fake::start();
    let regions = [
        "us-east-1",
        "eu-west-1",
        "eu-west-2",
        "eu-central-1",
        "sa-east-1",
    ];
    let mut stack = STACK.to_owned();
    for (number, region) in regions.iter().enumerate() {
        let other = STACK.split_once("  main:").unwrap().1;
        stack.push_str(&format!("  n{number}:\n    Region: {region}{other}"));
        let mut log = FlowLog::sample(
            &format!("fl-0000000000000009{number}"),
            "vpc-0fffffffffffffff9",
        );
        log.region = (*region).to_owned();
        fake.insert(log);
    }
    let denied = || Fault::error("UnauthorizedOperation", "You are not authorized.");
    let folder = Folder::with("stack.yaml", &stack);
    let read = |late: usize| -> Vec<String> {
        // In each run, another region replies last.
        for call in 0..regions.len() {
            let late = u64::from(call == late);
            fake.fail(
                "DescribeFlowLogs",
                Fault::Delay(Duration::from_millis(150 * late)),
                1,
            );
        }
        let (code, files) = reports(&folder, &fake, OF_STACK);
        assert_eq!(code, 2);
        let texts = files
            .iter()
            .map(|file| std::fs::read_to_string(file).unwrap());
        texts.collect()
    };
    let first = read(0);
    for late in 1..regions.len() {
        assert_eq!(read(late), first);
    }
    fake.fail("DescribeFlowLogs", denied(), 5);
    let (_, files) = reports(&folder, &fake, OF_STACK);
    let json: Value = serde_json::from_str(&std::fs::read_to_string(&files[1]).unwrap()).unwrap();
    let failures = json["failures"].as_array().unwrap().iter();
    let failed: Vec<_> = failures
        .map(|failure| failure["region"].as_str().unwrap())
        .collect();
    let mut sorted = regions;
    sorted.sort_unstable();
    assert_eq!(failed, sorted);
}

#[test]
fn an_output_belongs_to_the_preceding_format() {
    let fake = Fake::start();
    fake.insert(running());
    let folder = Folder::with("stack.yaml", STACK);
    let check = |more: &[&str]| {
        let arguments = [&["drift", "--stack", "stack.yaml"], more].concat();
        folder.run(Some(fake.url()), &arguments)
    };
    let run = check(&[
        "--format",
        "text",
        "--format",
        "json",
        "--output",
        "report.json",
    ]);
    assert_eq!(run.stdout, "stack.yaml: 1 flow log declared: 1 in sync.\n");
    assert!(folder.read("report.json").starts_with('{'));
    let run = check(&["--output", "report.txt"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(folder.read("report.txt").contains("1 in sync"));
    check(&["--output", "x", "--format", "json"]).fails_with(&["must follow the --format"]);
    check(&["--format", "text", "--format", "json"]).fails_with(&["more than one --format"]);
    check(&["--format", "json", "--output", "a", "--output", "b"])
        .fails_with(&["already has an --output"]);
    check(&["--format", "json", "--output", "no/such/folder"]).fails_with(&["no/such/folder"]);
}

/// Removes the style of a page, and the hash of it.
pub(super) fn without_style(text: &str) -> String {
    let cut = |text: &str, begin: &str, end: &str| match text.split_once(begin) {
        Some((before, rest)) => {
            let (_, after) = rest.split_once(end).unwrap();
            [before, begin, end, after].concat()
        }
        None => text.to_owned(),
    };
    cut(&cut(text, "<style>", "</style>"), "'sha256-", "'")
}

fn without_request_id(text: &str) -> String {
    let mut parts = text.split("request id ");
    let mut whole = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part.find([')', ',']).unwrap();
        whole.push_str("request id ID");
        whole.push_str(&part[end..]);
    }
    whole
}
