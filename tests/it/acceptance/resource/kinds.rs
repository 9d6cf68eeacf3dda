//! Every target and every destination with a real Terraform: apply, import and destroy.

use crate::harness::fake::{Fake, FlowLog, REGION};
use crate::harness::terraform::{Version, Workspace};

const TO_GROUP: &str = r#"
  log_group_name = "flow-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs""#;
const OF_VPC: &str = r#"
  vpc_id       = "vpc-0123456789abcdef0"
  traffic_type = "ALL""#;

/// Applies, imports and destroys a flow log, and returns it as the server stored it.
fn apply_import_and_destroy(body: &str) -> FlowLog {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!("resource \"vpcflow_log\" \"x\" {{{body}\n}}"));
    work.apply();
    work.plans_empty();
    let created = fake.flow_logs(REGION).remove(0);
    work.run(&["state", "rm", "vpcflow_log.x"]).succeeds();
    work.run(&["import", "-no-color", "vpcflow_log.x", &created.id])
        .succeeds();
    work.plans_empty();
    work.destroy();
    assert_eq!(fake.flow_logs(REGION), [], "{body}");
    created
}

/// The argument of the target, its resource type, and whether it has a traffic type.
const TARGETS: &[(&str, &str, bool)] = &[
    (r#"vpc_id = "vpc-0123456789abcdef0""#, "VPC", true),
    (r#"subnet_id = "subnet-0123456789abcdef0""#, "Subnet", true),
    (
        r#"eni_id = "eni-0123456789abcdef0""#,
        "NetworkInterface",
        true,
    ),
    (
        r#"regional_nat_gateway_id = "nat-0123456789abcdef0""#,
        "RegionalNatGateway",
        true,
    ),
    (
        r#"transit_gateway_id = "tgw-0123456789abcdef0""#,
        "TransitGateway",
        false,
    ),
    (
        r#"transit_gateway_attachment_id = "tgw-attach-0123456789abcdef0""#,
        "TransitGatewayAttachment",
        false,
    ),
    (
        r#"resource_id = "core-network-0123456789abcdef0""#,
        "CoreNetwork",
        false,
    ),
    (
        r#"resource_id = "attachment-0123456789abcdef0""#,
        "CoreNetworkAttachment",
        false,
    ),
];

#[test]
fn every_target_can_be_applied_imported_and_destroyed() {
    for (target, resource_type, has_traffic_type) in TARGETS {
        let traffic = if *has_traffic_type {
            "\n  traffic_type = \"REJECT\""
        } else {
            ""
        };
        let created = apply_import_and_destroy(&format!("\n  {target}{traffic}{TO_GROUP}"));
        assert_eq!(created.resource_type, *resource_type);
        assert_eq!(created.traffic_type.is_some(), *has_traffic_type);
        let interval = match *resource_type {
            "VPC" | "Subnet" | "NetworkInterface" | "RegionalNatGateway" => 600,
            _ => 60,
        };
        assert_eq!(
            created.max_aggregation_interval, interval,
            "{resource_type}"
        );
    }
}

#[test]
fn an_import_plans_no_changes_for_a_type_that_the_id_does_not_show() {
    let edge = |resource_type: &str| {
        format!(
            "\n  resource_id = \"edge-0123456789abcdef0\"\n  resource_type = \"{resource_type}\"{TO_GROUP}"
        )
    };
    assert_eq!(
        apply_import_and_destroy(&edge("CoreNetworkEdge")).resource_type,
        "CoreNetworkEdge"
    );
}

#[test]
fn the_type_is_unknown_while_the_ids_are_unknown() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "resource \"terraform_data\" \"late\" {{}}\nresource \"vpcflow_log\" \"x\" {{\n  \
         vpc_id = terraform_data.late.id == \"\" ? \"vpc-0123456789abcdef0\" : null\n  \
         subnet_id = terraform_data.late.id == \"\" ? null : \"subnet-0123456789abcdef0\"\n  \
         traffic_type = \"ALL\"{TO_GROUP}\n}}"
    ));
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION)[0].resource_type, "Subnet");
}

#[test]
fn tag_keys_keep_their_order() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let configure = |keys: &str| {
        work.configure(&format!(
            "resource \"vpcflow_log\" \"x\" {{{OF_VPC}{TO_GROUP}\n  log_format = \"$${{version}} \
             $${{instance-tag}} $${{instance-tag-2}}\"\n  tag_field_specification {{\n    \
             resource_type = \"instance\"\n    tag_keys = {keys}\n  }}\n}}"
        ));
    };
    configure(r#"["Team", "Name"]"#);
    work.apply();
    work.plans_empty();
    let sent = fake.calls_of("CreateFlowLogs").remove(0).parameters;
    assert_eq!(sent["TagFieldSpecification.1.TagKey.1"], "Team");
    assert_eq!(sent["TagFieldSpecification.1.TagKey.2"], "Name");
    let id = fake.flow_logs(REGION).remove(0).id;
    work.run(&["state", "rm", "vpcflow_log.x"]).succeeds();
    work.run(&["import", "-no-color", "vpcflow_log.x", &id])
        .succeeds();
    work.plans_empty();
    fake.change(&id, |log| {
        log.tag_field_specifications[0].tag_keys.reverse()
    });
    work.plan()
        .says(&["tag_field_specification", "must be replaced"]);
    configure(r#"["Name", "Team"]"#);
    let plan = work.plan();
    assert_eq!(plan.code, 0, "{}", plan.output);
    configure(r#"["Name", "Name"]"#);
    work.plan()
        .fails_with(&["Duplicate tag key", "contains \"Name\" twice"]);
}

#[test]
fn a_log_group_name_that_ends_in_a_wildcard_is_the_same_log_group() {
    let fake = Fake::start();
    for arn in [
        None,
        Some("arn:aws:logs:us-east-1:123456789012:log-group:old:*".to_owned()),
    ] {
        let mut old = FlowLog::sample("fl-0aaaaaaaaaaaaaaaa", "vpc-0123456789abcdef0");
        old.log_group_name = Some("old:*".to_owned());
        old.log_destination = arn;
        fake.insert(old);
        for destination in [
            "log_group_name = \"old\"",
            "log_destination = \"arn:aws:logs:us-east-1:123456789012:log-group:old\"",
        ] {
            let work = Workspace::new(Version::Any, fake.url());
            work.configure(&format!(
                "resource \"vpcflow_log\" \"x\" {{{OF_VPC}\n  {destination}\n  iam_role_arn = \
                 \"arn:aws:iam::123456789012:role/sample\"\n}}"
            ));
            work.run(&[
                "import",
                "-no-color",
                "vpcflow_log.x",
                "fl-0aaaaaaaaaaaaaaaa",
            ])
            .succeeds();
            work.plans_empty();
        }
        fake.remove("fl-0aaaaaaaaaaaaaaaa");
    }
}

#[test]
fn a_flow_log_can_be_in_another_region_than_the_provider() {
    const OTHER_REGION: &str = "eu-west-1";
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let configure = |tag: &str| {
        work.configure(&format!(
            "resource \"vpcflow_log\" \"here\" {{{OF_VPC}{TO_GROUP}\n}}\nresource \"vpcflow_log\" \
             \"there\" {{{OF_VPC}{TO_GROUP}\n  region = \"{OTHER_REGION}\"\n  tags = {{ Step = \"{tag}\" }}\n}}"
        ));
    };
    configure("created");
    work.apply();
    work.plans_empty();
    configure("tagged");
    work.apply();
    work.plans_empty();
    let there = fake.flow_logs(OTHER_REGION);
    assert_eq!((fake.flow_logs(REGION).len(), there.len()), (1, 1));
    assert_eq!(there[0].tags["Step"], "tagged");
    let state = work.instance("vpcflow_log.there");
    assert_eq!(
        state["log_destination"],
        "arn:aws:logs:eu-west-1:123456789012:log-group:flow-logs"
    );
    work.destroy();
    assert_eq!(
        (fake.flow_logs(REGION), fake.flow_logs(OTHER_REGION)),
        (vec![], vec![])
    );
    for (action, times) in [("CreateFlowLogs", 1), ("DeleteFlowLogs", 1)] {
        for region in [REGION, OTHER_REGION] {
            let calls = fake.calls_of(action);
            let there = calls.iter().filter(|call| call.region == region);
            assert_eq!(there.count(), times, "{action} in {region}");
        }
    }
    let tagging = fake.calls_of("CreateTags");
    assert!(tagging.iter().all(|call| call.region == OTHER_REGION) && !tagging.is_empty());
}

#[test]
fn every_destination_can_be_applied_imported_and_destroyed() {
    let group = apply_import_and_destroy(&format!(
        "{OF_VPC}\n  log_destination = \"arn:aws:logs:us-east-1:123456789012:log-group:g:*\"\n  \
         iam_role_arn = \"arn:aws:iam::123456789012:role/flow-logs\""
    ));
    assert_eq!(
        group.log_destination.as_deref(),
        Some("arn:aws:logs:us-east-1:123456789012:log-group:g")
    );
    let folder = apply_import_and_destroy(&format!(
        "{OF_VPC}\n  log_destination = \"arn:aws:s3:::bucket/folder/\"\n  tags = {{}}"
    ));
    assert!(folder.destination_options.is_some());
    let stream = apply_import_and_destroy(&format!(
        "{OF_VPC}\n  log_destination = \"arn:aws:firehose:us-east-1:123456789012:deliverystream/s\""
    ));
    assert_eq!(stream.log_destination_type, "kinesis-data-firehose");
    let foreign = apply_import_and_destroy(&format!(
        "{OF_VPC}\n  log_destination = \"arn:aws:firehose:us-east-1:210987654321:deliverystream/s\"\n  \
         iam_role_arn = \"arn:aws:iam::123456789012:role/flow-logs\"\n  deliver_cross_account_role = \
         \"arn:aws:iam::210987654321:role/AWSLogDeliveryFirehoseCrossAccountRole\""
    ));
    assert!(foreign.deliver_cross_account_role.is_some());
    let tagged = apply_import_and_destroy(&format!(
        "{OF_VPC}{TO_GROUP}\n  log_format = \"$${{version}} $${{instance-tag}} $${{asg-tag}}\"\n  \
         tag_field_specification {{\n    resource_type = \"instance\"\n    tag_keys = [\"Name\"]\n  }}\n  \
         tag_field_specification {{\n    resource_type = \"auto-scaling-group\"\n    tag_keys = [\"Team\"]\n  }}"
    ));
    assert_eq!(tagged.tag_field_specifications.len(), 2);
}

#[test]
fn the_traffic_type_of_a_transit_gateway_is_stored_but_not_sent() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let configure = |traffic: &str| {
        work.configure(&format!(
            "resource \"vpcflow_log\" \"x\" {{\n  transit_gateway_id = \"tgw-0123456789abcdef0\"\n  \
             traffic_type = {traffic}{TO_GROUP}\n}}"
        ));
    };
    configure("\"ALL\"");
    // `ALL` describes what a transit gateway records, so there is no warning.
    let run = work.apply();
    assert!(!run.output.contains("no effect"), "{}", run.output);
    work.plans_empty();
    configure("\"REJECT\"");
    work.apply().says(&["Traffic type has no effect"]);
    work.plans_empty();
    assert_eq!(fake.calls_of("CreateFlowLogs").len(), 1);
}

#[test]
fn a_traffic_type_without_effect_only_updates_the_state() {
    let body = "\n  transit_gateway_id = \"tgw-0123456789abcdef0\"";
    apply_import_and_destroy(&format!("{body}{TO_GROUP}"));
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let written = format!("{body}\n  traffic_type = \"ALL\"{TO_GROUP}");
    work.configure(&format!("resource \"vpcflow_log\" \"x\" {{{written}\n}}"));
    work.apply();
    work.plans_empty();
    let id = fake.flow_logs(REGION).remove(0).id;
    work.run(&["state", "rm", "vpcflow_log.x"]).succeeds();
    work.run(&["import", "-no-color", "vpcflow_log.x", &id])
        .succeeds();
    work.apply().says(&["0 added, 1 changed, 0 destroyed"]);
    work.plans_empty();
    let [created, deleted] = ["CreateFlowLogs", "DeleteFlowLogs"].map(|call| fake.calls_of(call));
    assert_eq!((created.len(), deleted.len()), (1, 0));
}

#[test]
fn create_before_destroy_keeps_the_flow_log_that_it_adopts() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "resource \"vpcflow_log\" \"x\" {{{OF_VPC}{TO_GROUP}\n  adopt_existing = true\n  \
         lifecycle {{\n    create_before_destroy = true\n  }}\n}}"
    ));
    work.apply();
    let before = fake.flow_logs(REGION);
    work.run(&[
        "apply",
        "-auto-approve",
        "-no-color",
        "-replace=vpcflow_log.x",
    ])
    .succeeds()
    .says(&["adopted", "not deleted"]);
    assert_eq!(fake.flow_logs(REGION), before);
    assert_eq!(work.instance("vpcflow_log.x")["id"], before[0].id);
    work.plans_empty();
    work.destroy();
    assert_eq!(fake.flow_logs(REGION), []);
}

#[test]
fn an_equal_flow_log_prevents_the_create_until_it_is_adopted() {
    let fake = Fake::start();
    let other = Workspace::new(Version::Any, fake.url());
    other.configure(&crate::acceptance::flow_log("main", ""));
    other.apply();
    let created = fake.flow_logs(REGION).remove(0);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&crate::acceptance::flow_log("main", ""));
    work.run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&[
            "FlowLogAlreadyExists",
            &format!("id = \"{}@us-east-1\"", created.id),
        ]);
    work.configure(&crate::acceptance::flow_log(
        "main",
        "adopt_existing = true\n  tags = { Name = \"taken\" }",
    ));
    work.apply().says(&["adopted"]);
    work.plans_empty();
    assert_eq!(work.instance("vpcflow_log.main")["id"], created.id);
    assert_eq!(fake.flow_logs(REGION)[0].tags["Name"], "taken");
}
