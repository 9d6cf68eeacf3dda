//! CreateFlowLogs: the requests that are refused, and the descriptions of new flow logs.

use expect_test::expect;

use super::{BUCKET, Changes, GROUP, NO_BASE, ROLE, STREAM, TRANSIT, create, created, described};
use crate::harness::fake::{DestinationOptions, Fake, REGION, TagFieldSpecification};

#[test]
fn a_flow_log_is_described_as_it_was_created() {
    let fake = Fake::start();
    let reply = create(&fake, &[("ClientToken", "once")]).fine();
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <CreateFlowLogsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>fa4e0000-0000-4000-8000-000000000001</requestId><clientToken>once</clientToken><flowLogIdSet><item>fl-03c6ef372fe94f82a</item></flowLogIdSet><unsuccessful></unsuccessful></CreateFlowLogsResponse>"#]]
    .assert_eq(&reply.body);
    assert!(reply.head.contains("x-amzn-requestid: fa4e0000-"));

    let id = fake.flow_logs(REGION).remove(0).id;
    fake.change(&id, |log| {
        "2026-01-02T03:04:05.678Z".clone_into(&mut log.creation_time);
        log.tags.insert("a&b".to_owned(), "<c>".to_owned());
    });
    let lines = described(&fake, &id).body.replace("><", ">\n<");
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <DescribeFlowLogsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
        <requestId>fa4e0000-0000-4000-8000-000000000004</requestId>
        <flowLogSet>
        <item>
        <creationTime>2026-01-02T03:04:05.678Z</creationTime>
        <deliverLogsPermissionArn>arn:aws:iam::123456789012:role/flow-logs</deliverLogsPermissionArn>
        <deliverLogsStatus>SUCCESS</deliverLogsStatus>
        <flowLogId>fl-03c6ef372fe94f82a</flowLogId>
        <flowLogStatus>ACTIVE</flowLogStatus>
        <logGroupName>/vpc/flow</logGroupName>
        <resourceId>vpc-1</resourceId>
        <trafficType>ALL</trafficType>
        <logDestinationType>cloud-watch-logs</logDestinationType>
        <logDestination>arn:aws:logs:us-east-1:123456789012:log-group:/vpc/flow</logDestination>
        <logFormat>${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}</logFormat>
        <maxAggregationInterval>600</maxAggregationInterval>
        <tagSet>
        <item>
        <key>a&amp;b</key>
        <value>&lt;c&gt;</value>
        </item>
        </tagSet>
        </item>
        </flowLogSet>
        </DescribeFlowLogsResponse>"#]].assert_eq(&lines);
}

#[test]
fn a_log_group_is_described_by_name_or_by_arn_as_requested() {
    let fake = Fake::start();
    let by_arn = described(&fake, &created(&fake, &[]));
    assert_eq!(by_arn.text("logDestination"), GROUP);
    assert_eq!(by_arn.text("logGroupName"), "/vpc/flow");

    let named = [("LogDestination", ""), ("LogGroupName", "by-name")];
    let by_name = described(&fake, &created(&fake, &named));
    assert_eq!(by_name.text("logGroupName"), "by-name");
    assert!(by_name.texts("logDestination").is_empty());
    assert_eq!(by_name.text("logDestinationType"), "cloud-watch-logs");
}

#[test]
fn a_log_group_arn_that_ends_in_a_wildcard_is_accepted_and_delivery_fails() {
    let fake = Fake::start();
    let with_wildcard = format!("{GROUP}:*");
    let log = described(
        &fake,
        &created(&fake, &[("LogDestination", &with_wildcard)]),
    );
    assert_eq!(log.text("logGroupName"), "/vpc/flow:*");
    assert_eq!(log.text("deliverLogsStatus"), "FAILED");
    assert_eq!(log.text("deliverLogsErrorMessage"), "Access error");
}

#[test]
fn a_bucket_is_described_with_options_even_if_none_were_sent() {
    let fake = Fake::start();
    created(&fake, BUCKET);
    let mut with_options = BUCKET.to_vec();
    with_options.push(("DestinationOptions.FileFormat", "parquet"));
    with_options.push(("DestinationOptions.PerHourPartition", "true"));
    created(&fake, &with_options);
    let logs = fake.flow_logs(REGION);
    assert_eq!(
        logs[0].destination_options,
        Some(DestinationOptions::default())
    );
    let options = DestinationOptions {
        file_format: "parquet".to_owned(),
        hive_compatible_partitions: false,
        per_hour_partition: true,
    };
    assert_eq!(logs[1].destination_options, Some(options));
    let reply = described(&fake, &logs[1].id);
    assert_eq!(reply.text("perHourPartition"), "true");
}

#[test]
fn each_resource_family_has_its_own_defaults() {
    let fake = Fake::start();
    let made = |id, resource_type, traffic_type| {
        let id = created(
            &fake,
            &[
                ("ResourceId.1", id),
                ("ResourceType", resource_type),
                ("TrafficType", traffic_type),
            ],
        );
        let log = described(&fake, &id);
        let fields = log.text("logFormat").split(' ').count();
        (
            log.text("maxAggregationInterval"),
            fields,
            log.texts("trafficType"),
        )
    };
    let all = vec!["ALL".to_owned()];
    let interval = |text: &str| text.to_owned();
    assert_eq!(
        made("vpc-1", "VPC", "ALL"),
        (interval("600"), 14, all.clone())
    );
    assert_eq!(
        made("nat-1", "RegionalNatGateway", "ALL"),
        (interval("600"), 15, all)
    );
    assert_eq!(
        made("tgw-1", "TransitGateway", ""),
        (interval("60"), 36, vec![])
    );
    assert_eq!(
        made("core-network-1", "CoreNetwork", ""),
        (interval("60"), 12, vec![])
    );
}

#[test]
fn tag_fields_require_a_tag_field_specification() {
    let fake = Fake::start();
    let format = "${version} ${instance-tag-2}";
    let message = create(&fake, &[("LogFormat", format)]).refused(400, "InvalidParameter");
    assert!(message.contains("${instance-tag-2}"), "{message}");
    let specification = [
        ("LogFormat", format),
        ("TagFieldSpecification.1.ResourceType", "instance"),
        ("TagFieldSpecification.1.TagKey.1", "Name"),
        ("TagFieldSpecification.1.TagKey.2", "Team"),
    ];
    let log = described(&fake, &created(&fake, &specification));
    assert_eq!(
        log.texts("tagKeySet"),
        ["<item>Name</item><item>Team</item>"]
    );
    let kept = fake.flow_logs(REGION).remove(0).tag_field_specifications;
    let instance = TagFieldSpecification {
        resource_type: "instance".to_owned(),
        tag_keys: vec!["Name".to_owned(), "Team".to_owned()],
    };
    assert_eq!(kept, [instance]);
}

/// The base of a request, the changes to it, and the code of the expected error.
const FORBIDDEN: &[(Changes<'_>, Changes<'_>, &str)] = &[
    (NO_BASE, &[("ResourceId.1", "")], "MissingParameter"),
    (NO_BASE, &[("ResourceType", "")], "MissingParameter"),
    (NO_BASE, &[("ResourceType", "Vpc")], "InvalidParameterValue"),
    (
        NO_BASE,
        &[("ResourceType", "Subnet")],
        "InvalidParameterValue",
    ),
    (NO_BASE, &[("ResourceId.2", "vpc-1")], "InvalidParameter"),
    (NO_BASE, &[("TrafficType", "")], "InvalidParameter"),
    (NO_BASE, &[("TrafficType", "all")], "InvalidParameterValue"),
    (
        NO_BASE,
        &[("MaxAggregationInterval", "61")],
        "InvalidParameter",
    ),
    (
        NO_BASE,
        &[("DeliverLogsPermissionArn", "")],
        "InvalidParameter",
    ),
    (
        NO_BASE,
        &[("DeliverLogsPermissionArn", "flow-logs")],
        "InvalidParameterValue",
    ),
    (NO_BASE, &[("LogDestination", "")], "InvalidParameter"),
    (NO_BASE, &[("LogGroupName", "two")], "InvalidParameter"),
    (
        NO_BASE,
        &[("LogDestination", "/vpc/flow")],
        "InvalidParameterValue",
    ),
    (
        NO_BASE,
        &[("LogDestinationType", "S3")],
        "InvalidParameterValue",
    ),
    (
        NO_BASE,
        &[("DestinationOptions.FileFormat", "parquet")],
        "InvalidParameter",
    ),
    (
        NO_BASE,
        &[("LogFormat", "${timestamp}")],
        "InvalidParameter",
    ),
    (
        NO_BASE,
        &[("LogFormat", "${version} srcaddr")],
        "InvalidParameter",
    ),
    (NO_BASE, &[("LogFormat", "${tgw-id}")], "InvalidParameter"),
    (
        NO_BASE,
        &[("TagFieldSpecification.1.ResourceType", "vpc")],
        "InvalidParameterValue",
    ),
    (
        NO_BASE,
        &[("TagFieldSpecification.1.ResourceType", "instance")],
        "InvalidParameter",
    ),
    (
        NO_BASE,
        &[("TagSpecification.1.ResourceType", "flow-log")],
        "InvalidParameterValue",
    ),
    (NO_BASE, &[("LogFormatt", "x")], "UnknownParameter"),
    (TRANSIT, &[("TrafficType", "ALL")], "InvalidParameter"),
    (
        TRANSIT,
        &[("MaxAggregationInterval", "600")],
        "InvalidParameter",
    ),
    (
        TRANSIT,
        &[("ResourceId.1", "tgw-attach-1")],
        "InvalidParameterValue",
    ),
    (TRANSIT, &[("LogFormat", "${action}")], "InvalidParameter"),
    (
        BUCKET,
        &[("DeliverLogsPermissionArn", ROLE)],
        "InvalidParameter",
    ),
    (BUCKET, &[("LogGroupName", "group")], "InvalidParameter"),
    (BUCKET, &[("LogDestination", "")], "InvalidParameter"),
    (
        BUCKET,
        &[("LogDestination", "bucket")],
        "InvalidParameterValue",
    ),
    (
        BUCKET,
        &[("LogDestination", "arn:aws:s3:::bucket/AWSLogs/")],
        "InvalidParameter",
    ),
    (
        BUCKET,
        &[("DestinationOptions.FileFormat", "csv")],
        "InvalidParameterValue",
    ),
    (
        BUCKET,
        &[("DestinationOptions.PerHourPartition", "yes")],
        "InvalidParameterValue",
    ),
    (STREAM, &[], "InvalidParameter"),
    (
        STREAM,
        &[("DeliverCrossAccountRole", ROLE)],
        "InvalidParameter",
    ),
    (STREAM, &[("LogGroupName", "group")], "InvalidParameter"),
];

#[test]
fn requests_that_the_documentation_forbids_are_refused() {
    let fake = Fake::start();
    for (base, changes, code) in FORBIDDEN {
        let all = [*base, *changes].concat();
        let reply = create(&fake, &all);
        let found = (reply.status, reply.texts("Code").join(","));
        assert_eq!(found, (400, (*code).to_owned()), "{all:?}: {reply:?}");
    }
    assert_eq!(fake.flow_logs(REGION), vec![]);
}

#[test]
fn requests_that_the_documentation_allows_are_accepted() {
    let fake = Fake::start();
    let crossing = "arn:aws:iam::210987654321:role/AWSLogDeliveryFirehoseCrossAccountRole-x";
    let role = [("DeliverCrossAccountRole", crossing)];
    created(&fake, &[STREAM, &role].concat());
    let log = fake.flow_logs(REGION).remove(0);
    assert_eq!(log.deliver_cross_account_role.as_deref(), Some(crossing));
    for (id, resource_type) in [
        ("subnet-1", "Subnet"),
        ("eni-1", "NetworkInterface"),
        ("nat-1", "RegionalNatGateway"),
    ] {
        let resource = [("ResourceId.1", id), ("ResourceType", resource_type)];
        created(&fake, &resource);
    }
    for (id, resource_type) in [
        ("tgw-attach-1", "TransitGatewayAttachment"),
        ("core-network-1", "CoreNetwork"),
        ("edge", "CoreNetworkEdge"),
        ("attachment-1", "CoreNetworkAttachment"),
    ] {
        created(
            &fake,
            &[
                ("ResourceId.1", id),
                ("ResourceType", resource_type),
                ("TrafficType", ""),
                ("MaxAggregationInterval", "60"),
            ],
        );
    }
    fake.add_record_field("newer-than-the-table");
    created(
        &fake,
        &[("LogFormat", "${version} ${newer-than-the-table}")],
    );
}

#[test]
fn a_client_token_is_valid_only_for_the_same_request() {
    let fake = Fake::start();
    let token = ("ClientToken", "t-1");
    let first = created(&fake, &[token]);
    assert_eq!(created(&fake, &[token]), first);
    create(&fake, &[token, ("TrafficType", "REJECT")]).refused(400, "IdempotentParameterMismatch");
    create(&fake, &[("ClientToken", "t-2")]).refused(400, "FlowLogAlreadyExists");
    created(&fake, &[("ClientToken", "t-3"), ("TrafficType", "REJECT")]);
    assert_eq!(fake.flow_logs(REGION).len(), 2);
}

#[test]
fn a_log_group_by_name_and_by_arn_is_the_same_destination() {
    let fake = Fake::start();
    created(&fake, &[]);
    create(
        &fake,
        &[("LogDestination", ""), ("LogGroupName", "/vpc/flow")],
    )
    .refused(400, "FlowLogAlreadyExists");
}

#[test]
fn each_resource_of_a_request_gets_a_flow_log() {
    let fake = Fake::start();
    create(
        &fake,
        &[("ResourceId.2", "vpc-2"), ("ResourceId.10", "vpc-10")],
    )
    .fine();
    let resources: Vec<String> = fake
        .flow_logs(REGION)
        .into_iter()
        .map(|log| log.resource_id)
        .collect();
    assert_eq!(resources, ["vpc-1", "vpc-2", "vpc-10"]);
    create(
        &fake,
        &[("ResourceId.1", "vpc-3"), ("ResourceId.2", "vpc-2")],
    )
    .refused(400, "FlowLogAlreadyExists");
    assert_eq!(fake.flow_logs(REGION).len(), 3);
}

#[test]
fn without_allow_any_resource_a_resource_must_exist() {
    let fake = Fake::start();
    fake.allow_any_resource(false);
    let message = create(&fake, &[]).refused(400, "InvalidVpcID.NotFound");
    assert_eq!(message, "The vpc ID 'vpc-1' does not exist");
    fake.add_resource("vpc-1");
    created(&fake, &[]);
}

#[test]
fn a_dry_run_creates_nothing() {
    let fake = Fake::start();
    create(&fake, &[("DryRun", "true")]).refused(412, "DryRunOperation");
    assert_eq!(fake.flow_logs(REGION), vec![]);
}
