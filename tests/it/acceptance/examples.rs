//! Runs the examples of the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::harness::fake::{Fake, FlowLog, Network, REGION};
use crate::harness::golden;
use crate::harness::terraform::{Run, Version, Workspace};

/// The flow log that the examples query.
const FLOW_LOG: &str = "fl-0aaaaaaaaaaaaaaaa";

/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(60);

/// The values of the variables in the examples.
const VARIABLES: &[(&str, &str)] = &[
    ("bucket_arn", "arn:aws:s3:::flow-logs"),
    (
        "delivery_role_arn",
        "arn:aws:iam::123456789012:role/flow-logs",
    ),
    (
        "delivery_stream_arn",
        "arn:aws:firehose:us-east-1:123456789012:deliverystream/flow-logs",
    ),
    ("flow_log_id", FLOW_LOG),
    ("subnet_id", "subnet-0123456789abcdef0"),
    ("vpc_id", "vpc-0123456789abcdef0"),
];

fn fake() -> Fake {
    let fake = Fake::start();
    let mut log = FlowLog::sample(FLOW_LOG, "vpc-0fedcba9876543210");
    log.log_group_name = Some("vpc-flow-logs".to_owned());
    log.log_destination = None;
    fake.insert(log);
    fake.enable_regions(&[REGION, "eu-central-1", "eu-west-1"]);
    for (vpc, interface) in [
        ("vpc-0fedcba9876543210", "eni-0fedcba9876543210"),
        ("vpc-0123456789abcdef0", "eni-0123456789abcdef0"),
    ] {
        fake.add_network(Network::new(vpc, &[]));
        fake.add_network(Network::new(interface, &[vpc]));
    }
    for (minute, line) in (0..).zip(TRAFFIC) {
        let at = ten_minutes_ago() + 60 * minute;
        let interface = line.split(' ').next().unwrap();
        put(&fake, interface, at, line);
    }
    fake
}

/// The records that the examples find, a minute apart: interface, source, destination, port and action.
const TRAFFIC: [&str; 4] = [
    "eni-0123456789abcdef0 203.0.113.9 10.0.0.5 22 REJECT",
    "eni-0123456789abcdef0 10.0.0.7 10.0.0.5 22 REJECT",
    "eni-0123456789abcdef0 10.0.0.5 198.51.100.4 443 ACCEPT",
    "eni-0fedcba9876543210 10.0.0.5 10.0.1.9 5432 ACCEPT",
];

fn put(fake: &Fake, interface: &str, at: i64, line: &str) {
    let [_, source, target, port, action] = line.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{line}");
    };
    let record = format!(
        "2 123456789012 {interface} {source} {target} 40000 {port} 6 3 180 {at} {at} {action} OK"
    );
    let stream = format!("{interface}-all");
    fake.put_events("vpc-flow-logs", &stream, vec![(at * 1000, record)]);
}

fn ten_minutes_ago() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() - 600
}

/// The expected results of the queries in the examples: sources and ports of events, or keys of groups.
const RESULTS: [(&str, &[&str]); 8] = [
    ("vpcflow_log_events.rejected_logins", &["203.0.113.9:22"]),
    (
        "vpcflow_log_events.all",
        &[
            "203.0.113.9:22",
            "10.0.0.7:22",
            "10.0.0.5:443",
            "10.0.0.5:5432",
        ],
    ),
    (
        "vpcflow_log_events.rejected",
        &["203.0.113.9:22", "10.0.0.7:22"],
    ),
    (
        "vpcflow_log_events.one_address",
        &["203.0.113.9:22", "10.0.0.7:22", "10.0.0.5:443"],
    ),
    (
        "vpcflow_log_events.from_a_range",
        &["10.0.0.7:22", "10.0.0.5:443", "10.0.0.5:5432"],
    ),
    ("vpcflow_log_events.an_hour_ago", &[]),
    (
        "vpcflow_log_summary.rejected",
        &["22 10.0.0.7", "22 203.0.113.9"],
    ),
    (
        "vpcflow_log_summary.interfaces",
        &["eni-0123456789abcdef0", "eni-0fedcba9876543210"],
    ),
];

/// The expected results of a query with Insights: the largest group first.
const VOLUME: (&str, &[&str]) = (
    "vpcflow_log_summary.volume",
    &["eni-0123456789abcdef0", "eni-0fedcba9876543210"],
);

/// Compares the results of the queries in a workspace, and returns their addresses.
fn check_results(work: &Workspace) -> Vec<String> {
    let state = work.state();
    let resources = state["values"]["root_module"]["resources"].as_array();
    let queries = resources.into_iter().flatten().filter(|resource| {
        let kind = resource["type"].as_str().unwrap();
        resource["mode"] == "data" && (kind.ends_with("_events") || kind.ends_with("_summary"))
    });
    let mut found = Vec::new();
    for query in queries {
        let address = query["address"]
            .as_str()
            .unwrap()
            .strip_prefix("data.")
            .unwrap();
        let result = RESULTS
            .iter()
            .chain([&VOLUME])
            .find(|(known, _)| *known == address);
        let (_, result) = result.unwrap_or_else(|| panic!("no expected results for {address}"));
        assert_eq!(rows(&query["values"]), *result, "{address}");
        found.push(address.to_owned());
    }
    found
}

fn rows(values: &Value) -> Vec<String> {
    let event = |event: &Value| {
        format!(
            "{}:{}",
            event["src_addr"].as_str().unwrap(),
            event["dst_port"]
        )
    };
    let group = |group: &Value| {
        let key = group["key"].as_object().unwrap().values();
        key.map(|value| value.as_str().unwrap())
            .collect::<Vec<_>>()
            .join(" ")
    };
    match values["events"].as_array() {
        Some(events) => events.iter().map(event).collect(),
        None => values["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(group)
            .collect(),
    }
}

/// Returns the Terraform files in a folder of examples, except those about import.
fn examples(folder: &str) -> Vec<String> {
    let mut files = golden::files_under(folder);
    files.retain(|path| {
        let name = path.rsplit('/').next().unwrap();
        path.ends_with(".tf") && !name.starts_with("import")
    });
    assert!(!files.is_empty(), "{folder} contains no example");
    files
}

/// Creates a workspace with the example and the values of its variables.
fn workspace(version: Version, fake: &Fake, example: &str) -> Workspace {
    let work = Workspace::new(version, fake.url());
    work.configure("");
    let text = golden::read(example);
    work.write("example.tf", &text);
    let mut values = String::new();
    for line in text.lines() {
        let name = line.strip_prefix("variable \"");
        if let Some((name, _)) = name.and_then(|rest| rest.split_once('"')) {
            let known = VARIABLES.iter().find(|(known, _)| *known == name);
            let (_, value) = known.unwrap_or_else(|| panic!("{example}: no value for {name}"));
            values.push_str(&format!("{name} = \"{value}\"\n"));
        }
    }
    work.write("terraform.tfvars", &values);
    work
}

#[test]
fn every_kind_of_example_has_a_test() {
    let kinds: Vec<_> = golden::files_under("examples")
        .iter()
        .map(|path| path.split('/').nth(1).unwrap().to_owned())
        .collect();
    for kind in kinds {
        let here = [
            "provider",
            "resources",
            "data-sources",
            "ephemeral-resources",
            "functions",
            "actions",
        ];
        // These have separate tests. The demo tests itself.
        let elsewhere = ["questions", "demo", "list-resources", "stacks", "ci"];
        assert!(
            here.contains(&kind.as_str()) || elsewhere.contains(&kind.as_str()),
            "nothing runs examples/{kind}"
        );
    }
}

#[test]
fn resources_apply_import_and_destroy() {
    resources(Version::Any);
}

#[test]
fn resources_apply_import_and_destroy_with_1_15() {
    resources(Version::V115);
}

fn resources(version: Version) {
    let fake = fake();
    let mut commands = BTreeMap::new();
    for example in examples("examples/resources") {
        let folder = example.rsplit_once('/').unwrap().0.to_owned();
        let work = workspace(version, &fake, &example);
        work.apply();
        work.plans_empty();
        let address = address(&golden::read(&example));
        let id = work.instance(&address)["id"].as_str().unwrap().to_owned();

        let command = golden::read(&format!("{folder}/import.sh"));
        let words: Vec<_> = command.split_whitespace().collect();
        let ["terraform", "import", shown, given] = words[..] else {
            panic!("{folder}/import.sh: {command}");
        };
        commands
            .entry(folder.clone())
            .or_insert_with(Vec::new)
            .push((shown == address, address.clone()));
        forget(&work, &address);
        work.run(&["import", "-no-color", &address, &id]).succeeds();
        work.plans_empty();

        let block = golden::read(&format!("{folder}/import-by-string-id.tf"));
        let block = block.replace(shown, &address).replace(given, &id);
        assert!(block.contains(&address) && block.contains(&id), "{block}");
        forget(&work, &address);
        work.write("import.tf", &block);
        work.apply()
            .says(&["1 imported, 0 added, 0 changed, 0 destroyed"]);
        work.plans_empty();
        work.destroy();
    }
    for (folder, shown) in commands {
        assert!(
            shown.iter().any(|(shown, _)| *shown),
            "{folder}/import.sh names none of {shown:?}"
        );
    }
}

/// A flow log of another region is imported, and neither replaced nor changed.
#[test]
fn the_import_of_another_region_plans_no_changes() {
    let block = golden::read("examples/resources/vpcflow_log/import-other-region.tf");
    for version in [Version::Any, Version::V115] {
        let fake = Fake::start();
        let mut log =
            FlowLog::sample_in("eu-west-1", "fl-0123456789abcdef0", "vpc-0123456789abcdef0");
        log.log_destination = None;
        log.log_group_name = Some("vpc-flow-logs".to_owned());
        log.deliver_logs_permission_arn =
            Some("arn:aws:iam::123456789012:role/flow-logs".to_owned());
        fake.insert(log);
        let work = Workspace::new(version, fake.url());
        work.configure(&block);
        work.apply()
            .says(&["1 imported, 0 added, 0 changed, 0 destroyed"]);
        work.plans_empty();
        let without_region = block.replace("  region         = \"eu-west-1\"\n", "");
        work.configure(&without_region);
        work.plan().says(&[
            "Flow log replaced only because of its region",
            "1 to destroy",
        ]);
    }
}

fn forget(work: &Workspace, address: &str) {
    work.run(&["state", "rm", address]).succeeds();
}

/// Returns the address of the first resource in a configuration.
fn address(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with("resource \""));
    let parts: Vec<_> = line.unwrap().split('"').collect();
    format!("{}.{}", parts[1], parts[3])
}

#[test]
fn data_sources_and_functions_apply_and_plan_no_changes() {
    let fake = fake();
    let mut queries = BTreeSet::new();
    for folder in ["examples/data-sources", "examples/functions"] {
        for example in examples(folder) {
            let work = workspace(Version::Any, &fake, &example);
            work.apply();
            queries.extend(check_results(&work));
            work.plans_empty();
            work.destroy();
        }
    }
    let known = RESULTS.iter().chain([&VOLUME]);
    assert_eq!(
        queries,
        known.map(|(address, _)| (*address).to_owned()).collect()
    );
}

/// Records arrive when the action looks for them.
#[test]
fn actions_run_when_their_resource_is_created() {
    for example in examples("examples/actions") {
        let fake = fake();
        let work = workspace(Version::V115, &fake, &example);
        let command = &mut work.command(&["apply", "-auto-approve", "-no-color"]);
        let run = command.spawn().unwrap();
        fake.wait_for_calls("DescribeLogStreams", 1, SOON);
        let now = ten_minutes_ago() + 600;
        put(&fake, "eni-0123456789abcdef0", now, TRAFFIC[0]);
        let run = Run::of(&run.wait_with_output().unwrap()).succeeds();
        run.says(&["Records of flow log", "arrive: one arrived at"]);
        work.plans_empty();
        work.destroy();
    }
}

#[test]
fn ephemeral_resources_open_and_plan_no_changes() {
    let fake = fake();
    for example in examples("examples/ephemeral-resources") {
        let work = workspace(Version::Any, &fake, &example);
        work.apply();
        work.plans_empty();
    }
    // A login from outside the network is accepted.
    let login = "eni-0123456789abcdef0 203.0.113.9 10.0.0.5 22 ACCEPT";
    put(&fake, "eni-0123456789abcdef0", ten_minutes_ago(), login);
    for example in examples("examples/ephemeral-resources") {
        workspace(Version::Any, &fake, &example)
            .run(&["plan", "-no-color"])
            .fails_with(&["Logins from outside the network were accepted during the last hour."]);
    }
}

#[test]
fn the_environment_configures_the_provider_block() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    for example in examples("examples/provider") {
        work.write("provider.tf", &golden::read(&example));
    }
    work.write("main.tf", &crate::acceptance::flow_log("main", ""));
    let run = |arguments: &[&str]| Run::of(&from_environment(&work, &fake, arguments));
    run(&["apply", "-auto-approve", "-no-color"]).succeeds();
    let created = fake.flow_logs("eu-central-1").remove(0);
    assert_eq!(created.tags["ManagedBy"], "terraform");
    let plan = run(&["plan", "-detailed-exitcode", "-no-color"]);
    assert_eq!(plan.code, 0, "{}", plan.output);
    run(&["destroy", "-auto-approve", "-no-color"]).succeeds();
    assert_eq!(fake.flow_logs("eu-central-1"), []);
}

/// Runs Terraform with the endpoint and the credentials of the fake server in the environment, not in the configuration.
pub(super) fn from_environment(
    work: &Workspace,
    fake: &Fake,
    arguments: &[&str],
) -> std::process::Output {
    work.command(arguments)
        .env("AWS_ENDPOINT_URL", fake.url())
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret-canary")
        .env("AWS_REGION", "eu-central-1")
        .output()
        .unwrap()
}
