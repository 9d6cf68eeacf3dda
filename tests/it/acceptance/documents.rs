//! Runs Terraform blocks of the README and the guides. A comment above a block, `<!-- tested: NAME -->`, identifies it.
//! `claims::pages` validates all blocks.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::acceptance::examples::from_environment;
use crate::harness::fake::{Fake, FlowLog, Network};
use crate::harness::golden;
use crate::harness::terraform::{Run, Version, Workspace};

const REGION: &str = "eu-central-1";
const GROUP: &str = "vpc-flow-logs";
const README: &str = "README.md";
const TAKE_OVER: &str = "templates/guides/take-over-existing-flow-logs.md";
const PORT: &str = "templates/guides/port-from-the-aws-provider.md";
pub(super) const TEST_MODULES: &str = "templates/guides/test-your-modules.md";
const EVENTS: &str = "templates/data-sources/log_events.md";
const NETWORKS: &str = "templates/guides/is-every-network-recorded.md";
const GUIDE: &str = "templates/guides/check-the-traffic-in-your-plan.md";

/// The blocks with a test in this file, by document.
const TESTED: &[(&str, &[&str])] = &[
    (README, &["configuration", "import"]),
    (TAKE_OVER, &["equal"]),
    (PORT, &["references", "without_a_gap"]),
    (EVENTS, &["a_bucket"]),
    (TEST_MODULES, &["module", "test"]),
    (NETWORKS, &["accounts", "check", "close"]),
    (GUIDE, &["a_gate_that_warns", "a_gate_that_fails"]),
];

/// Returns the Terraform blocks of a document, by the names in the comments above them.
pub(super) fn blocks(document: &str) -> BTreeMap<String, String> {
    let text = golden::read(document);
    let lines: Vec<&str> = text.lines().collect();
    let mut found = BTreeMap::new();
    for (number, _) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| **line == "```terraform")
    {
        let name = number
            .checked_sub(1)
            .and_then(|above| lines[above].strip_prefix("<!-- tested: "))
            .and_then(|rest| rest.strip_suffix(" -->"));
        let Some(name) = name else { continue };
        let block = lines[number + 1..]
            .iter()
            .take_while(|line| **line != "```");
        let block = block.fold(String::new(), |text, line| text + line + "\n");
        found.insert(name.to_owned(), block);
    }
    found
}

#[test]
fn every_terraform_block_with_a_name_is_tested() {
    let mut documents = golden::files_under("templates");
    documents.extend([README, "CONTRIBUTING.md"].map(str::to_owned));
    for document in documents {
        let tested = TESTED.iter().find(|(path, _)| *path == document);
        let mut tested = tested.map(|(_, names)| names.to_vec()).unwrap_or_default();
        tested.sort_unstable();
        let found: Vec<_> = blocks(&document).into_keys().collect();
        assert_eq!(found, tested, "{document}");
    }
}

#[test]
fn the_equal_flow_log_in_the_guide_is_adopted() {
    let fake = Fake::start();
    let role = "arn:aws:iam::123456789012:role/flow-logs";
    fake.insert(FlowLog {
        log_destination: None,
        log_group_name: Some(GROUP.to_owned()),
        deliver_logs_permission_arn: Some(role.to_owned()),
        ..FlowLog::sample("fl-0aaaaaaaaaaaaaaaa", "vpc-0123456789abcdef0")
    });
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&blocks(TAKE_OVER)["equal"]);
    work.apply().says(&["fl-0aaaaaaaaaaaaaaaa adopted"]);
    work.plans_empty();
}

#[test]
fn the_query_of_a_bucket_finds_its_records() {
    let fake = Fake::start();
    let time = Timestamp::now() - jiff::SignedDuration::from_mins(10);
    let start = time.as_second();
    let text = format!(
        "version srcaddr dstaddr dstport protocol start end action\n2 203.0.113.9 10.0.0.1 22 6 {start} {} REJECT\n",
        start + 50
    );
    let time = jiff::tz::Offset::UTC.to_datetime(time);
    let (day, name) = (time.strftime("%Y/%m/%d"), time.strftime("%Y%m%dT%H%MZ"));
    let key = format!(
        "network/AWSLogs/123456789012/vpcflowlogs/us-east-1/{day}/123456789012_vpcflowlogs_us-east-1_fl-1_{name}_1.log.gz"
    );
    fake.put_object("example-flow-logs", &key, text);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&blocks(EVENTS)["a_bucket"]);
    work.apply();
    let result = work.instance("data.vpcflow_log_events.rejected_logins");
    assert_eq!(result["events"][0]["src_addr"], "203.0.113.9");
    assert_eq!(result["statistics"]["matched"], 1);
}

#[test]
fn the_references_in_the_guide_work() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&blocks(PORT)["references"]);
    work.apply().says(&["file_format = \"parquet\""]);
    work.plans_empty();
}

#[test]
fn the_replacement_in_the_guide_leaves_no_gap() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let block = &blocks(PORT)["without_a_gap"];
    work.configure(block);
    work.apply();
    work.configure(&block.replace("= 600", "= 60"));
    work.apply();
    work.plans_empty();
    let calls: Vec<_> = fake.calls().into_iter().map(|call| call.action).collect();
    let place = |action: &str| calls.iter().rposition(|call| call == action).unwrap();
    assert!(
        place("CreateFlowLogs") < place("DeleteFlowLogs"),
        "{calls:?}"
    );
    let replace = [
        "apply",
        "-auto-approve",
        "-no-color",
        "-replace=vpcflow_log.main",
    ];
    work.run(&replace).succeeds().says(&["adopted"]);
    work.plans_empty();
}

/// Runs a command. The environment configures the provider.
fn run(work: &Workspace, fake: &Fake, arguments: &[&str]) -> Run {
    let arguments = [arguments, &["-no-color"]].concat();
    Run::of(&from_environment(work, fake, &arguments))
}

fn plan(work: &Workspace, fake: &Fake) -> Run {
    run(work, fake, &["plan", "-detailed-exitcode"])
}

fn apply(work: &Workspace, fake: &Fake) -> Run {
    run(work, fake, &["apply", "-auto-approve"])
}

/// Writes the configuration of the README. An override file replaces the references to the AWS provider.
pub(crate) fn readme(fake: &Fake) -> Workspace {
    let work = Workspace::new(Version::Any, fake.url());
    work.write("main.tf", &blocks(README)["configuration"]);
    work.write(
        "main_override.tf",
        r#"
resource "vpcflow_log" "main" {
  vpc_id         = "vpc-0123456789abcdef0"
  log_group_name = "vpc-flow-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
}
"#,
    );
    work
}

/// Adds a record that was accepted or rejected a minute ago.
fn traffic(fake: &Fake, port: u16, action: &str) {
    let now = Timestamp::now();
    let seconds = now.as_second() - 60;
    let line = format!(
        "2 123456789012 eni-0123456789abcdef0 203.0.113.9 10.0.0.1 40000 {port} 6 3 180 {seconds} {} {action} OK",
        seconds + 50
    );
    let events = vec![(seconds * 1000, line)];
    fake.put_events_in(REGION, GROUP, "eni-0123456789abcdef0-all", events);
}

#[test]
fn the_readmes_configuration_applies_and_its_check_warns() {
    let fake = Fake::start();
    let work = readme(&fake);
    apply(&work, &fake)
        .succeeds()
        .says(&["1 added, 0 changed, 0 destroyed", "No events yet"]);
    let created = fake.flow_logs(REGION).remove(0);
    assert_eq!(created.tags["Team"], "network");
    assert_eq!(created.tags["Name"], "main");
    assert_eq!(created.max_aggregation_interval, 60);
    traffic(&fake, 443, "REJECT");
    let without_rejects = plan(&work, &fake);
    assert_eq!(without_rejects.code, 0, "{}", without_rejects.output);
    let failed = "Check block assertion failed";
    assert!(
        !without_rejects.output.contains(failed),
        "{}",
        without_rejects.output
    );
    traffic(&fake, 22, "REJECT");
    let with_rejects = plan(&work, &fake);
    assert_eq!(with_rejects.code, 0, "{}", with_rejects.output);
    with_rejects.says(&[failed, "Rejected: 203.0.113.9"]);
    run(&work, &fake, &["destroy", "-auto-approve"]).succeeds();
    assert_eq!(fake.flow_logs(REGION), []);
}

#[test]
fn the_import_in_the_readme_plans_no_changes() {
    let fake = Fake::start();
    let import = &blocks(README)["import"];
    let id = import.split('"').nth(1).unwrap();
    let mut log = FlowLog::sample_in(REGION, id, "vpc-0123456789abcdef0");
    log.log_group_name = Some(GROUP.to_owned());
    log.log_destination = None;
    log.deliver_logs_permission_arn = Some("arn:aws:iam::123456789012:role/flow-logs".to_owned());
    log.max_aggregation_interval = 60;
    log.tags = [("Name", "main"), ("Team", "network")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    fake.insert(log);
    let work = readme(&fake);
    work.write("import.tf", import);
    apply(&work, &fake)
        .succeeds()
        .says(&["1 imported, 0 added, 0 changed, 0 destroyed"]);
    assert_eq!(plan(&work, &fake).code, 0);
}

/// Writes the provider, and a block of the guide.
fn gate(fake: &Fake, name: &str) -> Workspace {
    let work = Workspace::new(Version::Any, fake.url());
    work.write(
        "provider.tf",
        "terraform {\n  required_providers {\n    vpcflow = { source = \"vpcflow/vpcflow\" }\n  }\n}\n",
    );
    work.write("gate.tf", &blocks(GUIDE)[name]);
    work
}

/// Starts a fake server with an old flow log that writes to the log group.
fn recorded() -> Fake {
    let fake = Fake::start();
    fake.insert(FlowLog {
        region: REGION.to_owned(),
        log_destination: None,
        log_group_name: Some(GROUP.to_owned()),
        creation_time: "2026-01-02T03:04:05.678Z".to_owned(),
        ..FlowLog::sample("fl-0aaaaaaaaaaaaaaaa", "vpc-0123456789abcdef0")
    });
    fake
}

/// Returns the exit exit_codes of the three commands in the table of the guide.
fn exit_codes(work: &Workspace, fake: &Fake) -> [i32; 3] {
    [
        plan(work, fake).code,
        run(work, fake, &["plan"]).code,
        apply(work, fake).code,
    ]
}

#[test]
fn a_gate_that_warns_does_not_stop_the_run() {
    let fake = recorded();
    traffic(&fake, 443, "REJECT");
    let work = gate(&fake, "a_gate_that_warns");
    assert_eq!(exit_codes(&work, &fake), [0, 0, 0]);
    traffic(&fake, 3389, "REJECT");
    assert_eq!(exit_codes(&work, &fake), [0, 0, 0]);
    plan(&work, &fake).says(&["Warning: ", "Rejected logins from 203.0.113.9."]);
    apply(&work, &fake).says(&["Warning: ", "Rejected logins from 203.0.113.9."]);
    work.write("more.tf", "resource \"terraform_data\" \"more\" {}\n");
    assert_eq!(plan(&work, &fake).code, 2);
}

#[test]
fn a_gate_that_fails_stops_the_run_before_anything_changes() {
    let fake = recorded();
    traffic(&fake, 443, "ACCEPT");
    let work = gate(&fake, "a_gate_that_fails");
    assert_eq!(exit_codes(&work, &fake), [0, 0, 0]);
    traffic(&fake, 23, "ACCEPT");
    assert_eq!(exit_codes(&work, &fake), [1, 1, 1]);
    work.write("more.tf", &crate::acceptance::flow_log("main", ""));
    let plan = plan(&work, &fake);
    assert_eq!(plan.code, 1);
    plan.says(&[
        "Resource postcondition failed",
        "Accepted Telnet connections from 203.0.113.9.",
    ]);
    assert_eq!(apply(&work, &fake).code, 1);
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}

#[test]
fn a_gate_that_gets_no_events_does_not_pass() {
    let fake = Fake::start();
    for name in ["a_gate_that_warns", "a_gate_that_fails"] {
        let work = gate(&fake, name);
        assert_eq!(exit_codes(&work, &fake), [1, 1, 1], "{name}");
        plan(&work, &fake).says(&["Flow-log events not read"]);
    }
}

#[test]
fn a_gate_that_cannot_see_everything_does_not_pass() {
    for name in ["a_gate_that_warns", "a_gate_that_fails"] {
        let fake = recorded();
        let work = gate(&fake, name);
        traffic(&fake, 443, "ACCEPT");
        assert_eq!(exit_codes(&work, &fake), [0, 0, 0], "{name}");
        // Another writer adds a line in an unknown format to the log group.
        let now = Timestamp::now().as_millisecond() - 60_000;
        let line = "203.0.113.9 23 ACCEPT".to_owned();
        fake.put_events_in(
            REGION,
            GROUP,
            "eni-0123456789abcdef0-all",
            vec![(now, line)],
        );
        assert_eq!(exit_codes(&work, &fake), [1, 1, 1], "{name}");
        plan(&work, &fake).says(&["Query not complete", "unread_lines"]);
    }
}

#[test]
fn a_data_source_inside_a_check_always_plans_changes() {
    let fake = recorded();
    traffic(&fake, 443, "REJECT");
    let work = gate(&fake, "a_gate_that_warns");
    let text = blocks(GUIDE)["a_gate_that_warns"].clone();
    let (source, check) = text.split_once("check \"no_rejected_logins\" {\n").unwrap();
    work.write(
        "gate.tf",
        &format!("check \"no_rejected_logins\" {{\n{source}\n{check}"),
    );
    for _ in 0..2 {
        assert_eq!(apply(&work, &fake).code, 0);
        assert_eq!(plan(&work, &fake).code, 2);
    }
}

/// One flow log for each resource type and destination in the README that no other test covers.
const COVERAGE: &[&str] = &[
    r#"
  transit_gateway_id = "tgw-0123456789abcdef0"
  log_group_name     = "flow-logs"
  iam_role_arn       = "arn:aws:iam::123456789012:role/flow-logs"
"#,
    r#"
  transit_gateway_attachment_id = "tgw-attach-0123456789abcdef0"
  log_destination               = "arn:aws:s3:::flow-logs"
"#,
    r#"
  regional_nat_gateway_id = "nat-0123456789abcdef0"
  traffic_type            = "ALL"
  log_destination         = "arn:aws:s3:::flow-logs"
"#,
    r#"
  resource_id     = "core-network-0123456789abcdef0"
  log_destination = "arn:aws:s3:::flow-logs"
"#,
    r#"
  eni_id          = "eni-0123456789abcdef0"
  traffic_type    = "ALL"
  log_destination = "arn:aws:firehose:us-east-1:123456789012:deliverystream/flow-logs"
"#,
];

#[test]
fn every_target_and_destination_in_the_readme_works() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let resources = COVERAGE.iter().enumerate().map(|(number, arguments)| {
        format!("resource \"vpcflow_log\" \"number_{number}\" {{{arguments}}}\n")
    });
    work.configure(&resources.collect::<String>());
    work.apply();
    assert_eq!(
        fake.flow_logs(crate::harness::fake::REGION).len(),
        COVERAGE.len()
    );
    work.plans_empty();
    work.destroy();
}

/// Starts a fake server with a VPC that nothing records, in an account and a region.
fn with_a_gap(account: &str, region: &str) -> Fake {
    const VPC: &str = "vpc-0123456789abcdef0";
    let fake = Fake::start();
    fake.enable_regions(&[crate::harness::fake::REGION, region]);
    for (id, above) in [(VPC, &[][..]), ("eni-0123456789abcdef0", &[VPC])] {
        fake.add_network(Network {
            account: account.to_owned(),
            owner: account.to_owned(),
            region: region.to_owned(),
            ..Network::new(id, above)
        });
    }
    fake
}

#[test]
fn the_check_in_the_guide_names_the_gap() {
    let fake = with_a_gap(crate::harness::fake::ACCOUNT, REGION);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&blocks(NETWORKS)["check"]);
    work.apply().says(&[
        "Check block assertion failed",
        "vpc-0123456789abcdef0 in eu-central-1 is uncovered",
    ]);
    let mut log = FlowLog::sample_in(REGION, "fl-0aaaaaaaaaaaaaaaa", "vpc-0123456789abcdef0");
    log.traffic_type = Some("REJECT".to_owned());
    fake.insert(log);
    let applied = work.apply();
    assert!(
        !applied.output.contains("Check block"),
        "{}",
        applied.output
    );
}

#[test]
fn the_gaps_in_the_guide_are_closed_and_stay_closed() {
    for version in [Version::Any, Version::V115] {
        let fake = with_a_gap(crate::harness::fake::ACCOUNT, REGION);
        let work = Workspace::new(version, fake.url());
        work.configure(&blocks(NETWORKS)["close"]);
        work.apply().says(&["1 added"]);
        work.plans_empty();
        assert_eq!(fake.flow_logs(REGION).len(), 1);
    }
}

#[test]
fn the_accounts_in_the_guide_are_grouped() {
    let region = crate::harness::fake::REGION;
    let fake = with_a_gap("222222222222", region);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&blocks(NETWORKS)["accounts"]);
    work.apply();
    let outputs = &work.state()["values"]["outputs"];
    assert_eq!(
        outputs["uncovered"]["value"],
        serde_json::json!({ "222222222222": ["vpc-0123456789abcdef0"] })
    );
}
