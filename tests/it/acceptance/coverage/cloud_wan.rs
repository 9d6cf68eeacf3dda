//! Cloud WAN in the data source `vpcflow_coverage`.

use serde_json::{Value, json};

use super::{OTHER, add_vpc, coverage, expected, network, verdicts, workspace};
use crate::harness::fake::{ACCOUNT, CloudWan, Fake, Fault, FlowLog, REGION};
use crate::harness::moto::Moto;
use crate::harness::terraform::{Version, Workspace};

const CORE: &str = "core-network-0123456789abcdef0";
const ONE: &str = "attachment-0123456789abcdef0";
const TWO: &str = "attachment-0123456789abcdef1";
/// The region of Network Manager.
const HOME: &str = "us-west-2";
/// The region of an edge.
const EDGE: &str = "eu-west-1";
const KINDS: &str = r#"kinds = ["core_network", "core_network_attachment"]"#;
const EVERYWHERE: &str =
    "regions = [\"*\"]\n  kinds = [\"core_network\", \"core_network_attachment\"]";

/// Starts a fake server with three regions, and a core network with two attachments.
fn fake() -> Fake {
    let fake = Fake::start();
    fake.enable_regions(&[REGION, HOME, EDGE]);
    fake.add_cloud_wan(CloudWan::core_network(CORE));
    fake.add_cloud_wan(CloudWan::attachment(ONE, CORE));
    fake.add_cloud_wan(CloudWan::attachment(TWO, CORE));
    fake
}

/// Returns a flow log in a region.
fn log(region: &str, resource: &str) -> FlowLog {
    FlowLog {
        traffic_type: None,
        ..FlowLog::sample_in(region, "fl-0aaaaaaaaaaaaaa01", resource)
    }
}

fn denied(action: &str) -> Fault {
    Fault::Error {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: format!("You may not call networkmanager:{action}."),
    }
}

/// Returns the codes of the reasons for the verdict about a network.
fn codes(found: &Value, id: &str) -> Vec<String> {
    let reasons = network(found, id)["reasons"].as_array().unwrap().iter();
    reasons
        .map(|reason| reason["reason"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_flow_log_counts_in_whichever_region_it_is_listed() {
    let all = expected([(CORE, "covered"), (ONE, "covered"), (TWO, "covered")]);
    for region in [HOME, EDGE, REGION] {
        let fake = fake();
        fake.insert(log(region, CORE));
        let found = coverage(&fake, EVERYWHERE);
        assert_eq!(verdicts(&found), all, "{region}");
        assert_eq!(found["compliant"], true);
        assert_eq!(network(&found, ONE)["region"], HOME);
        assert_eq!(network(&found, ONE)["owner_id"], ACCOUNT);
        // One region is enough if the flow log is there.
        let found = coverage(&fake, &format!("regions = [\"{region}\"]\n  {KINDS}"));
        assert_eq!(verdicts(&found), all, "{region}");
        let calls = fake.calls_of("ListAttachments");
        assert!(calls.iter().all(|call| call.region == HOME), "{calls:?}");
    }
}

#[test]
fn what_no_flow_log_in_any_region_records_is_uncovered() {
    let fake = fake();
    let found = coverage(&fake, EVERYWHERE);
    assert_eq!(
        verdicts(&found),
        expected([(CORE, "uncovered"), (ONE, "uncovered"), (TWO, "uncovered")])
    );
    assert_eq!(
        found["uncovered"][CORE],
        json!({
            "id": CORE, "kind": "core_network", "region": HOME, "account_id": ACCOUNT, "name": null, "vpc_id": null,
        })
    );
    fake.insert(log(EDGE, ONE));
    let found = coverage(&fake, EVERYWHERE);
    assert_eq!(
        verdicts(&found),
        expected([(CORE, "partial"), (ONE, "covered"), (TWO, "uncovered")])
    );
    assert_eq!(network(&found, CORE)["uncovered_ids"], json!([TWO]));
}

#[test]
fn what_may_be_recorded_in_a_region_that_was_not_read_is_unknown() {
    let fake = fake();
    fake.insert(log(EDGE, CORE));
    for version in [Version::Any, Version::V115] {
        let arguments = format!("regions = [\"{REGION}\", \"{HOME}\"]\n  {KINDS}");
        let work = workspace(version, fake.url(), &arguments);
        work.apply().says(&[
            "Coverage not known",
            "not all regions were read",
            "--regions all",
        ]);
        let found = work.instance("data.vpcflow_coverage.x");
        assert_eq!(found["counts"]["unknown"], 3);
        assert_eq!(codes(&found, CORE), ["region_not_read"]);
        assert_eq!(found["compliant"], false);
        assert_eq!(found["uncovered"], json!({}));
    }
    // VPCs are judged as before.
    add_vpc(&fake, "bare");
    let found = coverage(&fake, r#"kinds = ["vpc", "core_network"]"#);
    assert_eq!(network(&found, "vpc-bare")["verdict"], "uncovered");
}

#[test]
fn a_region_whose_flow_logs_are_denied_leaves_cloud_wan_unknown() {
    let fake = fake();
    let refused = || Fault::error("UnauthorizedOperation", "No.");
    fake.fail("DescribeFlowLogs", refused(), 1);
    let found = coverage(&fake, EVERYWHERE);
    assert_eq!(found["counts"]["unknown"], 3);
    assert_eq!(codes(&found, ONE), ["denied"]);
}

#[test]
fn network_manager_is_called_only_for_cloud_wan() {
    let fake = fake();
    add_vpc(&fake, "bare");
    coverage(&fake, "regions = [\"*\"]");
    let calls = || fake.calls().into_iter();
    let of_network_manager = || {
        calls()
            .filter(|call| call.service == "networkmanager")
            .count()
    };
    assert_eq!(of_network_manager(), 0);
    coverage(&fake, r#"kinds = ["core_network_attachment"]"#);
    assert_eq!(of_network_manager(), 2);
    assert_eq!(fake.calls_of("DescribeTransitGateways").len(), 0);
}

#[test]
fn what_is_denied_or_throttled_is_unknown_and_what_is_recorded_stays_covered() {
    for (action, kind, rest) in [
        ("ListCoreNetworks", "core_network", [ONE, TWO]),
        ("ListAttachments", "core_network_attachment", [CORE, CORE]),
    ] {
        for (fault, code) in [(denied(action), "denied"), (Fault::Throttle, "throttled")] {
            let fake = fake();
            fake.insert(log(EDGE, CORE));
            fake.fail(action, fault, 9);
            let work =
                workspace(Version::Any, fake.url(), EVERYWHERE).with_settings("max_retries = 1");
            work.configure(&format!(
                "data \"vpcflow_coverage\" \"x\" {{\n  {EVERYWHERE}\n}}"
            ));
            work.apply().says(&["Coverage not known", action]);
            let found = work.instance("data.vpcflow_coverage.x");
            assert_eq!(found["compliant"], false);
            let networks = found["networks"].as_array().unwrap();
            let missing = networks.iter().find(|one| one["id"].is_null()).unwrap();
            assert_eq!(
                (&missing["kind"], &missing["region"]),
                (&json!(kind), &json!(HOME))
            );
            let reason = &missing["reasons"][0];
            assert_eq!(reason["reason"], code, "{reason}");
            if code == "denied" {
                let told = reason["detail"].as_str().unwrap();
                let needed = format!("needs networkmanager:{action}");
                assert!(
                    told.contains(&needed) && told.contains("equest id"),
                    "{told}"
                );
            }
            for id in rest {
                assert_eq!(network(&found, id)["verdict"], "covered", "{action}");
            }
        }
    }
}

#[test]
fn all_pages_are_read_and_one_that_breaks_is_unknown() {
    let fake = fake();
    for number in 2..12 {
        let id = format!("attachment-{number:017}");
        fake.add_cloud_wan(CloudWan::attachment(&id, CORE));
    }
    fake.networks_page_size(5);
    let found = coverage(&fake, EVERYWHERE);
    assert_eq!(found["counts"]["uncovered"], 13);
    assert_eq!(fake.calls_of("ListAttachments").len(), 3);
    fake.aim("ListAttachments", 1, denied("ListAttachments"), 9);
    let found = coverage(&fake, EVERYWHERE);
    let counts = &found["counts"];
    // The attachments of the first page, the core network, and all that are missing.
    assert_eq!(
        (&counts["total"], &counts["unknown"]),
        (&json!(7), &json!(1))
    );
    assert_eq!(counts["uncovered"], 6);
}

#[test]
fn a_reply_that_is_malformed_or_never_ends_is_unknown() {
    let again = r#"{"Attachments":[],"NextToken":"again"}"#;
    let faults = [
        Fault::Garbage,
        Fault::Cut("\"Attachments\""),
        Fault::Instead(200, "{}".to_owned()),
        Fault::Instead(200, r#"{"Attachments":{}}"#.to_owned()),
        Fault::Instead(
            200,
            r#"{"Attachments":[{"AttachmentId":"attachment-1"}]}"#.to_owned(),
        ),
        Fault::Instead(200, again.to_owned()),
    ];
    for fault in faults {
        let fake = fake();
        fake.fail("ListAttachments", fault.clone(), 9);
        let work = workspace(Version::Any, fake.url(), EVERYWHERE).with_settings("max_retries = 1");
        work.configure(&format!(
            "data \"vpcflow_coverage\" \"x\" {{\n  {EVERYWHERE}\n}}"
        ));
        work.apply().says(&["Coverage not known"]);
        let found = work.instance("data.vpcflow_coverage.x");
        let networks = found["networks"].as_array().unwrap();
        let missing = networks.iter().find(|one| one["id"].is_null()).unwrap();
        assert_eq!(missing["reasons"][0]["reason"], "unreadable", "{fault:?}");
        assert_eq!(found["counts"]["compliant"], 0, "{fault:?}");
    }
}

#[test]
fn pages_with_new_tokens_and_nothing_else_end() {
    let fake = fake();
    for number in 0..200 {
        let page = format!(r#"{{"CoreNetworks":[],"NextToken":"{number}"}}"#);
        fake.fail("ListCoreNetworks", Fault::Instead(200, page), 1);
    }
    let found = coverage(&fake, EVERYWHERE);
    let networks = found["networks"].as_array().unwrap();
    let missing = networks.iter().find(|one| one["id"].is_null()).unwrap();
    let told = missing["reasons"][0]["detail"].as_str().unwrap();
    assert!(told.contains("the pages do not end"), "{told}");
    assert!(fake.calls_of("ListCoreNetworks").len() < 200);
}

#[test]
fn what_carries_no_traffic_is_left_out() {
    let fake = Fake::start();
    fake.enable_regions(&[REGION]);
    fake.add_cloud_wan(CloudWan::core_network(CORE));
    for (number, state) in [
        "FAILED",
        "REJECTED",
        "DELETING",
        "PENDING_ATTACHMENT_ACCEPTANCE",
    ]
    .iter()
    .enumerate()
    {
        fake.add_cloud_wan(CloudWan {
            state: (*state).to_owned(),
            ..CloudWan::attachment(&format!("attachment-{number:017}"), CORE)
        });
    }
    let found = coverage(&fake, EVERYWHERE);
    assert_eq!(verdicts(&found), expected([(CORE, "not_applicable")]));
    assert_eq!(codes(&found, CORE), ["empty"]);
    let found = coverage(&fake, &format!("{EVERYWHERE}\n  include_empty = true"));
    assert_eq!(verdicts(&found), expected([(CORE, "uncovered")]));
}

/// Adds a core network of another account, shared with this one, with an attachment of this one.
fn shared() -> Fake {
    let fake = Fake::start();
    fake.enable_regions(&[REGION, HOME, EDGE]);
    for account in [ACCOUNT, OTHER] {
        fake.add_cloud_wan(CloudWan {
            account: account.to_owned(),
            owner: OTHER.to_owned(),
            ..CloudWan::core_network(CORE)
        });
        fake.add_cloud_wan(CloudWan {
            account: account.to_owned(),
            ..CloudWan::attachment(ONE, CORE)
        });
    }
    fake
}

#[test]
fn a_shared_core_network_is_judged_with_the_flow_logs_of_its_owner() {
    let fake = shared();
    let found = coverage(&fake, EVERYWHERE);
    assert_eq!(
        verdicts(&found),
        expected([(CORE, "not_applicable"), (ONE, "not_applicable")])
    );
    let both = format!("{EVERYWHERE}\n  shared = \"both\"");
    let found = coverage(&fake, &both);
    assert_eq!(
        verdicts(&found),
        expected([(CORE, "unknown"), (ONE, "unknown")])
    );
    assert_eq!(codes(&found, ONE), ["owner_not_read"]);
    let roles = format!(
        "{both}\n  roles = [\"arn:aws:iam::{ACCOUNT}:role/audit\", \"arn:aws:iam::{OTHER}:role/audit\"]"
    );
    let found = coverage(&fake, &roles);
    assert_eq!(found["counts"]["uncovered"], 4);
    fake.insert(FlowLog {
        account: OTHER.to_owned(),
        ..log(EDGE, CORE)
    });
    let found = coverage(&fake, &roles);
    assert_eq!(found["counts"]["covered"], 4);
}

#[test]
fn a_flow_log_that_may_be_of_an_edge_leaves_attachments_unknown() {
    let fake = fake();
    fake.insert(log(EDGE, "edge-\u{202e}1"));
    let found = coverage(&fake, EVERYWHERE);
    assert_eq!(found["counts"]["unknown"], 3);
    assert_eq!(codes(&found, ONE), ["edge_not_listed"]);
    let told = network(&found, ONE)["reasons"][0]["detail"]
        .as_str()
        .unwrap();
    assert!(
        told.contains("fl-0aaaaaaaaaaaaaa01") && !told.contains('\u{202e}'),
        "{told}"
    );
}

/// The kind of edges is refused: what stands on them cannot be told.
#[test]
fn edges_are_no_kind_of_the_arguments() {
    let fake = fake();
    workspace(Version::Any, fake.url(), r#"kinds = ["core_network_edge"]"#)
        .run(&["plan", "-no-color"])
        .fails_with(&["core_network_edge", "core_network_attachment"]);
}

#[test]
fn gaps_of_cloud_wan_are_closed_by_for_each_and_stay_closed() {
    let fake = fake();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        r#"
data "vpcflow_coverage" "gaps" {
  regions              = ["*"]
  kinds                = ["core_network"]
  ignore_flow_log_tags = { Closes = "gap" }
}
resource "vpcflow_log" "gap" {
  for_each        = data.vpcflow_coverage.gaps.uncovered
  resource_id     = each.key
  region          = each.value.region
  log_destination = "arn:aws:s3:::flow-logs"
  tags            = { Closes = "gap" }
}
data "vpcflow_coverage" "after" {
  regions    = ["*"]
  kinds      = ["core_network"]
  settle     = "1ms"
  depends_on = [vpcflow_log.gap]
}
"#,
    );
    work.apply().says(&["1 added"]);
    work.plans_empty();
    assert_eq!(fake.flow_logs(HOME)[0].resource_id, CORE);
    let after = work.instance("data.vpcflow_coverage.after");
    let verdict = network(&after, CORE)["verdict"].as_str().unwrap();
    assert!(["pending", "covered"].contains(&verdict), "{verdict}");
}

/// moto lists core networks, and knows no attachments.
#[test]
fn moto_lists_its_core_networks() {
    let moto = Moto::start();
    let call = |method: &str, arguments: Value| moto.call("networkmanager", method, &arguments);
    let global = call("create_global_network", json!({}));
    let global = global["GlobalNetwork"]["GlobalNetworkId"].clone();
    let core = call("create_core_network", json!({ "GlobalNetworkId": global }));
    let core = core["CoreNetwork"]["CoreNetworkId"]
        .as_str()
        .unwrap()
        .to_owned();
    let arguments = r#"kinds = ["core_network"]"#;
    let work = workspace(Version::Any, moto.url(), arguments);
    work.apply();
    let found = work.instance("data.vpcflow_coverage.x");
    let listed = network(&found, &core);
    assert_eq!(
        (&listed["verdict"], &listed["owner_id"]),
        (&json!("unknown"), &json!(ACCOUNT))
    );
}
