//! The data source `vpcflow_coverage`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::fake::{ACCOUNT, Fake, Fault, FlowLog, Network, REGION};
use crate::harness::moto::Moto;
use crate::harness::terraform::{Version, Workspace};

mod cloud_wan;
mod evidence;

const OTHER: &str = "210987654321";

/// Returns a flow log of all traffic of a network.
fn log(number: u8, network: &str) -> FlowLog {
    FlowLog::sample(&format!("fl-0aaaaaaaaaaaaaa{number:02}"), network)
}

/// Adds a VPC with an interface in a subnet.
fn add_vpc(fake: &Fake, name: &str) {
    fake.add_network(Network::new(&format!("vpc-{name}"), &[]));
    let vpc = format!("vpc-{name}");
    let subnet = format!("subnet-{name}");
    fake.add_network(Network::new(&subnet, &[&vpc]));
    fake.add_network(Network::new(&format!("eni-{name}"), &[&subnet, &vpc]));
}

/// Starts a fake server with a network of each verdict.
fn fake_with_networks() -> Fake {
    let fake = Fake::start();
    for name in ["covered", "failing", "bare", "half"] {
        add_vpc(&fake, name);
    }
    fake.add_network(Network::new("vpc-empty", &[]));
    fake.add_network(Network {
        owner: OTHER.to_owned(),
        ..Network::new("vpc-shared", &[])
    });
    fake.add_network(Network::new("tgw-1", &[]));
    fake.add_network(Network::new("tgw-attach-1", &["tgw-1"]));
    fake.add_network(Network {
        state: "deleted".to_owned(),
        ..Network::new("tgw-attach-2", &["tgw-1"])
    });
    fake.add_network(Network::new("nat-1", &["vpc-covered"]));
    fake.add_network(Network {
        is_regional: false,
        ..Network::new("nat-2", &["vpc-covered"])
    });
    fake.insert(log(1, "vpc-covered"));
    fake.insert(log(2, "vpc-failing"));
    fake.deliver_failing("fl-0aaaaaaaaaaaaaa02", "Access error");
    let mut half = log(3, "subnet-half");
    half.traffic_type = Some("REJECT".to_owned());
    fake.insert(half);
    let mut gateway = log(4, "tgw-1");
    gateway.traffic_type = None;
    fake.insert(gateway);
    fake
}

fn workspace(version: Version, url: &str, arguments: &str) -> Workspace {
    let work = Workspace::new(version, url);
    work.configure(&format!(
        "data \"vpcflow_coverage\" \"x\" {{\n  {arguments}\n}}"
    ));
    work
}

fn coverage(fake: &Fake, arguments: &str) -> Value {
    let work = workspace(Version::Any, fake.url(), arguments);
    work.apply();
    work.instance("data.vpcflow_coverage.x")
}

/// Returns the verdicts by ID.
fn verdicts(found: &Value) -> BTreeMap<String, String> {
    let networks = found["networks"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    networks
        .map(|network| (text(&network["id"]), text(&network["verdict"])))
        .collect()
}

fn expected<const N: usize>(verdicts: [(&str, &str); N]) -> BTreeMap<String, String> {
    verdicts
        .map(|(id, verdict)| (id.to_owned(), verdict.to_owned()))
        .into()
}

/// Returns the network of a result.
fn network<'v>(found: &'v Value, id: &str) -> &'v Value {
    let networks = found["networks"].as_array().unwrap();
    let network = networks.iter().find(|network| network["id"] == id);
    network.unwrap_or_else(|| panic!("{id} in {found:#}"))
}

#[test]
fn every_vpc_has_a_verdict_with_its_reason() {
    let fake = fake_with_networks();
    let work = workspace(Version::Any, fake.url(), "");
    work.apply();
    work.plans_empty();
    let found = work.instance("data.vpcflow_coverage.x");
    assert_eq!(
        verdicts(&found),
        expected([
            ("vpc-covered", "covered"),
            ("vpc-failing", "unhealthy"),
            ("vpc-bare", "uncovered"),
            ("vpc-half", "partial"),
            ("vpc-empty", "not_applicable"),
            ("vpc-shared", "not_applicable"),
        ])
    );
    assert_eq!(found["compliant"], false);
    let counts = &found["counts"];
    assert_eq!(
        (&counts["total"], &counts["compliant"]),
        (&json!(6), &json!(1))
    );
    assert_eq!(counts["non_compliant"], 3);
    let failing = network(&found, "vpc-failing");
    assert_eq!(
        failing["reasons"],
        json!([{
            "reason": "delivery_failed",
            "flow_log_id": "fl-0aaaaaaaaaaaaaa02",
            "detail": "Flow log fl-0aaaaaaaaaaaaaa02 does not deliver its records: Access error.",
        }])
    );
    let half = network(&found, "vpc-half");
    assert_eq!(half["missing_traffic"], json!(["ACCEPT"]));
    assert_eq!(half["uncovered_ids"], json!(["eni-half"]));
    assert_eq!(
        found["uncovered"],
        json!({ "vpc-bare": {
            "id": "vpc-bare", "kind": "vpc", "region": REGION, "account_id": ACCOUNT, "name": null, "vpc_id": "vpc-bare",
        } })
    );
    let shared = network(&found, "vpc-shared");
    assert_eq!(
        (&shared["owner_id"], &shared["account_id"]),
        (&json!(OTHER), &json!(ACCOUNT))
    );
}

#[test]
fn all_kinds_and_requirements_are_read_from_ec2() {
    let fake = fake_with_networks();
    fake.add_network(Network {
        is_default: true,
        tags: BTreeMap::from([("Name".to_owned(), "default".to_owned())]),
        ..Network::new("vpc-default", &[])
    });
    fake.add_network(Network::new("eni-default", &["vpc-default"]));
    let found = coverage(
        &fake,
        r#"kinds = ["subnet", "network_interface", "transit_gateway", "transit_gateway_attachment", "regional_nat_gateway"]
  include_default_vpcs = false
  require {
    traffic = "REJECT"
  }
  exclude {
    ids = ["subnet-failing"]
  }"#,
    );
    assert_eq!(
        verdicts(&found),
        expected([
            ("subnet-covered", "covered"),
            ("subnet-failing", "not_applicable"),
            ("subnet-bare", "uncovered"),
            ("subnet-half", "covered"),
            ("eni-covered", "covered"),
            ("eni-failing", "not_applicable"),
            ("eni-bare", "uncovered"),
            ("eni-half", "covered"),
            ("eni-default", "not_applicable"),
            ("tgw-1", "covered"),
            ("tgw-attach-1", "covered"),
            ("nat-1", "uncovered"),
        ])
    );
    let strict = coverage(
        &fake,
        r#"exclude {
    tags = { Name = "def*" }
  }
  require {
    fields            = ["srcaddr", "tcp-flags"]
    max_interval      = 60
    destination_types = ["s3"]
    retention_days    = 90
  }"#,
    );
    let covered = network(&strict, "vpc-covered");
    let reasons = covered["reasons"].as_array().unwrap().iter();
    let reasons: Vec<_> = reasons
        .map(|reason| reason["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["fields", "interval", "destination_type"]);
    assert_eq!(network(&strict, "vpc-default")["verdict"], "not_applicable");
}

#[test]
fn the_retention_of_log_groups_counts() {
    let fake = Fake::start();
    for (number, name, group) in [
        (1, "short", "short"),
        (2, "long", "long"),
        (3, "gone", "gone"),
    ] {
        add_vpc(&fake, name);
        let mut log = log(number, &format!("vpc-{name}"));
        log.log_group_name = Some(group.to_owned());
        log.log_destination = None;
        fake.insert(log);
    }
    fake.retention("short", 30);
    fake.retention("long", 400);
    let found = coverage(&fake, "require {\n    retention_days = 365\n  }");
    assert_eq!(
        verdicts(&found),
        expected([
            ("vpc-short", "insufficient"),
            ("vpc-long", "covered"),
            ("vpc-gone", "unknown"),
        ])
    );
}

/// The flow logs that close the gaps have a tag that the data source ignores, so the next plan keeps them.
#[test]
fn gaps_are_closed_by_for_each_and_stay_closed() {
    const BARE: &str = "vpc-0123456789abcdef0";
    let fake = Fake::start();
    add_vpc(&fake, "0123456789abcdef0");
    add_vpc(&fake, "covered");
    fake.insert(log(1, "vpc-covered"));
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        r#"
data "vpcflow_coverage" "gaps" {
  ignore_flow_log_tags = { Closes = "gap" }
}
resource "vpcflow_log" "gap" {
  for_each        = data.vpcflow_coverage.gaps.uncovered
  resource_id     = each.key
  region          = each.value.region
  traffic_type    = "ALL"
  log_destination = "arn:aws:s3:::flow-logs"
  tags            = { Closes = "gap" }
}
data "vpcflow_coverage" "after" {
  settle     = "1s"
  depends_on = [vpcflow_log.gap]
}
"#,
    );
    work.apply().says(&["1 added"]);
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).len(), 2);
    work.run(&["apply", "-auto-approve", "-no-color", "-refresh-only"])
        .succeeds();
    let after = work.instance("data.vpcflow_coverage.after");
    let bare = network(&after, BARE)["verdict"].as_str().unwrap();
    assert!(["pending", "covered"].contains(&bare), "{bare}");
}

#[test]
fn what_is_denied_is_unknown_and_never_compliant() {
    let denied = || Fault::error("UnauthorizedOperation", "You are not authorized.");
    for action in ["DescribeFlowLogs", "DescribeVpcs"] {
        let fake = Fake::start();
        add_vpc(&fake, "main");
        fake.insert(log(1, "vpc-other"));
        fake.fail(action, denied(), 9);
        let work = workspace(Version::Any, fake.url(), "");
        work.apply()
            .says(&["Coverage not known", "UnauthorizedOperation", action]);
        let found = work.instance("data.vpcflow_coverage.x");
        assert_eq!(found["compliant"], false);
        assert_eq!(found["counts"]["unknown"], 1);
        assert_eq!(found["uncovered"], json!({}));
        assert_eq!(found["networks"][0]["reasons"][0]["reason"], "denied");
        let work = workspace(Version::Any, fake.url(), "require_known = true");
        work.run(&["apply", "-auto-approve", "-no-color"])
            .fails_with(&["Coverage not known", "UnauthorizedOperation"]);
    }
}

#[test]
fn a_page_that_breaks_in_the_middle_is_unknown() {
    let fake = Fake::start();
    for number in 0..12 {
        add_vpc(&fake, &format!("{number:02}"));
        fake.insert(log(number, &format!("vpc-{number:02}")));
    }
    fake.networks_page_size(5);
    let whole = coverage(&fake, "");
    assert_eq!(whole["compliant"], true);
    assert_eq!(whole["counts"]["covered"], 12);
    // The first page comes, the second one is refused.
    fake.fail("DescribeVpcs", Fault::Delay(Duration::ZERO), 1);
    let refused = || Fault::error("UnauthorizedOperation", "Not any more.");
    fake.fail("DescribeVpcs", refused(), 9);
    let found = coverage(&fake, "");
    assert_eq!(found["compliant"], false);
    let counts = &found["counts"];
    assert_eq!(
        (&counts["covered"], &counts["unknown"]),
        (&json!(5), &json!(1))
    );
    fake.clear_faults();
    fake.describe_page_size(5);
    fake.fail("DescribeFlowLogs", Fault::Delay(Duration::ZERO), 1);
    fake.fail("DescribeFlowLogs", refused(), 9);
    let found = coverage(&fake, "");
    let counts = &found["counts"];
    assert_eq!(
        (&counts["covered"], &counts["unknown"]),
        (&json!(5), &json!(7))
    );
    assert_eq!(found["networks"][11]["reasons"][0]["reason"], "denied");
}

#[test]
fn regions_are_listed_or_all_and_one_that_is_off_is_unknown() {
    let fake = Fake::start();
    fake.enable_regions(&[REGION, "eu-west-1"]);
    for region in [REGION, "eu-west-1"] {
        for (id, above) in [("vpc-1", None), ("eni-1", Some("vpc-1"))] {
            fake.add_network(Network {
                region: region.to_owned(),
                ..Network::new(
                    &format!("{id}{region}"),
                    above
                        .map(|id| format!("{id}{region}"))
                        .as_deref()
                        .as_slice(),
                )
            });
        }
    }
    let found = coverage(&fake, r#"regions = ["*"]"#);
    assert_eq!(found["counts"]["uncovered"], 2);
    assert_eq!(found["counts"]["unknown"], 0);
    let found = coverage(&fake, r#"regions = ["eu-west-1", "me-south-1"]"#);
    assert_eq!(found["counts"]["uncovered"], 1);
    assert_eq!(found["counts"]["unknown"], 1);
    let off = &found["networks"][1];
    assert_eq!(
        (&off["region"], &off["id"]),
        (&json!("me-south-1"), &json!(null))
    );
    assert_eq!(off["reasons"][0]["reason"], "region_off");
    fake.fail(
        "DescribeRegions",
        Fault::error("UnauthorizedOperation", "No."),
        9,
    );
    workspace(Version::Any, fake.url(), r#"regions = ["*"]"#)
        .run(&["plan", "-no-color"])
        .fails_with(&["Regions not listed", "ec2:DescribeRegions"]);
}

#[test]
fn wrong_arguments_are_refused_before_any_call() {
    let fake = Fake::start();
    for (arguments, rule) in [
        (r#"regions = ["Frankfurt"]"#, "Malformed region"),
        (r#"kinds = ["vpcs"]"#, "Did you mean \"vpc\"?"),
        (r#"settle = "soon""#, "Malformed duration"),
        (r#"shared = "all""#, "must be one of"),
        ("require {\n traffic = \"NONE\"\n }", "must be one of"),
        ("require {\n fields = [\"tcp_flags\"]\n }", "Unknown field"),
        (
            "require {\n destination_types = [\"s4\"]\n }",
            "Unknown name",
        ),
        ("require {\n max_interval = 0\n }", "at least 1"),
        (r#"roles = ["audit"]"#, "Malformed role ARN"),
        (
            r#"roles = ["arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b"]"#,
            "Two roles of one account",
        ),
    ] {
        workspace(Version::Any, fake.url(), arguments)
            .run(&["plan", "-no-color"])
            .fails_with(&[rule]);
    }
    assert_eq!(fake.calls_of("DescribeVpcs").len(), 0);
}

#[test]
fn a_thousand_vpcs_with_ten_thousand_interfaces_take_twelve_calls() {
    let fake = Fake::start();
    for vpc in 0..1000 {
        let id = format!("vpc-{vpc:04}");
        fake.add_network(Network::new(&id, &[]));
        for number in 0..10 {
            fake.add_network(Network::new(&format!("eni-{vpc:04}{number}"), &[&id]));
        }
    }
    let found = coverage(&fake, "");
    assert_eq!(found["counts"]["uncovered"], 1000);
    let calls = fake.calls();
    let of_ec2 = calls.iter().filter(|call| call.service == "ec2").count();
    assert_eq!(of_ec2, 12);
}

#[test]
fn what_is_recorded_twice_is_told() {
    let fake = Fake::start();
    add_vpc(&fake, "main");
    fake.insert(log(1, "vpc-main"));
    fake.insert(log(2, "subnet-main"));
    let found = coverage(&fake, "");
    assert_eq!(
        found["double_recorded"],
        json!([{
            "flow_log_ids": ["fl-0aaaaaaaaaaaaaa01", "fl-0aaaaaaaaaaaaaa02"],
            "destination_type": "cloud-watch-logs",
            "traffic_type": "ALL",
            "networks": 1,
        }])
    );
}

#[test]
fn moto_is_judged_with_both_terraforms() {
    for version in [Version::Any, Version::V115] {
        let moto = Moto::start();
        let call = |method: &str, arguments: Value| moto.call("ec2", method, &arguments);
        moto.create_log_group("moto-logs");
        let mut vpcs = BTreeMap::new();
        for name in ["covered", "bare", "empty"] {
            let vpc = moto.create_vpc();
            if name != "empty" {
                let subnet = call(
                    "create_subnet",
                    json!({ "VpcId": vpc, "CidrBlock": "10.0.1.0/24" }),
                );
                let subnet = subnet["Subnet"]["SubnetId"].clone();
                call("create_network_interface", json!({ "SubnetId": subnet }));
            }
            vpcs.insert(name, vpc);
        }
        let gateway = call("create_transit_gateway", json!({}));
        let gateway = gateway["TransitGateway"]["TransitGatewayId"]
            .as_str()
            .unwrap()
            .to_owned();
        let work = Workspace::new(version, moto.url());
        work.configure(&format!(
            r#"
resource "vpcflow_log" "main" {{
  vpc_id         = "{}"
  traffic_type   = "ALL"
  log_group_name = "moto-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
}}
data "vpcflow_coverage" "x" {{
  kinds      = ["vpc", "transit_gateway", "regional_nat_gateway"]
  settle     = "1ms"
  depends_on = [vpcflow_log.main]
}}"#,
            vpcs["covered"]
        ));
        work.apply();
        let verdicts = verdicts(&work.instance("data.vpcflow_coverage.x"));
        let recorded = verdicts[&vpcs["covered"]].as_str();
        assert!(["covered", "pending"].contains(&recorded), "{verdicts:?}");
        assert_eq!(verdicts[&vpcs["bare"]], "uncovered");
        assert_eq!(verdicts[&vpcs["empty"]], "not_applicable");
        assert_eq!(verdicts[&gateway], "not_applicable");
    }
}

/// Adds a VPC with an interface to another account, in another region.
fn add_vpc_of_other(fake: &Fake) {
    for (id, above) in [("vpc-other", &[][..]), ("eni-other", &["vpc-other"])] {
        fake.add_network(Network {
            account: OTHER.to_owned(),
            owner: OTHER.to_owned(),
            region: "eu-west-1".to_owned(),
            ..Network::new(id, above)
        });
    }
}

#[test]
fn accounts_are_read_by_their_roles_and_one_that_refuses_is_unknown() {
    let fake = Fake::start();
    fake.enable_regions(&[REGION, "eu-west-1"]);
    add_vpc(&fake, "here");
    add_vpc_of_other(&fake);
    let arguments = format!(
        "regions = [\"*\"]\n  roles = [\"arn:aws:iam::{ACCOUNT}:role/audit\", \"arn:aws:iam::{OTHER}:role/audit\"]"
    );
    for version in [Version::Any, Version::V115] {
        let work = workspace(version, fake.url(), &arguments);
        work.apply();
        work.plans_empty();
        let found = work.instance("data.vpcflow_coverage.x");
        let account = |id: &str| found["uncovered"][id]["account_id"].clone();
        assert_eq!(account("vpc-here"), ACCOUNT);
        assert_eq!(account("vpc-other"), OTHER);
        assert_eq!(found["counts"]["total"], 2);
    }
    let roles = fake.calls_of("AssumeRole");
    assert!(roles.iter().all(|call| call.access_key == "AKIAEXAMPLE"));
    fake.refuse_role(&format!("arn:aws:iam::{ACCOUNT}:role/audit"));
    let work = workspace(Version::Any, fake.url(), &arguments);
    work.apply()
        .says(&["Coverage not known", &format!("account {ACCOUNT}")]);
    let found = work.instance("data.vpcflow_coverage.x");
    let counts = &found["counts"];
    assert_eq!(
        (&counts["unknown"], &counts["uncovered"]),
        (&json!(1), &json!(1))
    );
    let unknown = found["networks"].as_array().unwrap().iter();
    let mut unknown = unknown.filter(|one| one["verdict"] == "unknown");
    let reason = &unknown.next().unwrap()["reasons"][0];
    assert_eq!(reason["reason"], "credentials");
    assert!(reason["detail"].as_str().unwrap().contains("Not you"));
}

/// A role whose ARN is not known yet makes the plan wait.
#[test]
fn an_unknown_role_is_read_during_apply() {
    let fake = Fake::start();
    add_vpc_of_other(&fake);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        r#"
resource "terraform_data" "account" {{
  input = "{OTHER}"
}}
data "vpcflow_coverage" "x" {{
  regions = ["eu-west-1"]
  roles   = ["arn:aws:iam::${{terraform_data.account.output}}:role/audit"]
}}"#
    ));
    work.apply();
    let found = work.instance("data.vpcflow_coverage.x");
    assert_eq!(found["uncovered"]["vpc-other"]["account_id"], OTHER);
}
