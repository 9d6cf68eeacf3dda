//! Describing flow logs, and reading events.

use std::collections::BTreeMap;

use super::{super::*, *};

const FULL: &str = r#"<DescribeFlowLogsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><flowLogSet><item>
<flowLogId>fl-00000001</flowLogId><resourceId>vpc-1</resourceId><trafficType>ALL</trafficType>
<logDestinationType>s3</logDestinationType><logDestination>arn:aws:s3:::b</logDestination>
<logGroupName>g</logGroupName><deliverLogsPermissionArn>arn:aws:iam::111111111111:role/r</deliverLogsPermissionArn>
<deliverCrossAccountRole>arn:aws:iam::111111111111:role/c</deliverCrossAccountRole><logFormat>${version}</logFormat>
<maxAggregationInterval>60</maxAggregationInterval><creationTime>2026-01-02T03:04:05.678Z</creationTime>
<destinationOptions><fileFormat>avro</fileFormat><hiveCompatiblePartitions>false</hiveCompatiblePartitions>
<perHourPartition>true</perHourPartition></destinationOptions>
<tagFieldSpecificationSet><item><resourceType>instance</resourceType><tagKeySet><item>Name</item></tagKeySet></item>
</tagFieldSpecificationSet><tagSet><item><key>k</key><value/></item></tagSet>
<flowLogStatus>ACTIVE</flowLogStatus><deliverLogsStatus>FAILED</deliverLogsStatus>
<deliverLogsErrorMessage>Access error</deliverLogsErrorMessage></item></flowLogSet></DescribeFlowLogsResponse>"#;

fn page(ids: &[&str], next: Option<&str>) -> Reply {
    let items: Vec<String> = ids
        .iter()
        .map(|id| format!("<item><flowLogId>{id}</flowLogId><resourceId>vpc-1</resourceId></item>"))
        .collect();
    let next = next
        .map(|next| format!("<nextToken>{next}</nextToken>"))
        .unwrap_or_default();
    ok(&format!(
        "<DescribeFlowLogsResponse><flowLogSet>{}</flowLogSet>{next}</DescribeFlowLogsResponse>",
        items.concat()
    ))
}

fn ids(flow_logs: &[FlowLog]) -> Vec<&str> {
    flow_logs
        .iter()
        .map(|flow_log| flow_log.id.as_str())
        .collect()
}

#[tokio::test]
async fn every_described_attribute_is_returned() {
    let server = Responder::start(vec![ok(FULL)]).await;
    let found = aws(&server, 1)
        .await
        .ec2(REGION)
        .describe("fl-00000001")
        .await
        .unwrap()
        .unwrap();
    let text = |text: &str| Some(text.to_owned());
    let expected = FlowLog {
        id: "fl-00000001".to_owned(),
        resource_id: text("vpc-1"),
        traffic_type: text("ALL"),
        log_destination_type: text("s3"),
        log_destination: text("arn:aws:s3:::b"),
        log_group_name: text("g"),
        deliver_logs_permission_arn: text("arn:aws:iam::111111111111:role/r"),
        deliver_cross_account_role: text("arn:aws:iam::111111111111:role/c"),
        log_format: text("${version}"),
        max_aggregation_interval: Some(60),
        destination_options: Some(DestinationOptions {
            file_format: text("avro"),
            hive_compatible_partitions: Some(false),
            per_hour_partition: Some(true),
        }),
        tag_fields: vec![TagField {
            resource_type: "instance".to_owned(),
            tag_keys: vec!["Name".to_owned()],
        }],
        tags: BTreeMap::from([("k".to_owned(), String::new())]),
        creation_time: Some("2026-01-02T03:04:05.678Z".parse().unwrap()),
        flow_log_status: text("ACTIVE"),
        deliver_logs_status: text("FAILED"),
        deliver_logs_error_message: text("Access error"),
    };
    assert_eq!(found, expected);
}

#[tokio::test]
async fn both_reports_of_a_missing_flow_log_return_none() {
    let replies = vec![
        refusal(400, "InvalidFlowLogId.NotFound", "gone"),
        page(&[], None),
    ];
    let server = Responder::start(replies).await;
    let ec2 = aws(&server, 1).await.ec2(REGION);
    assert_eq!(ec2.describe("fl-00000001").await.unwrap(), None);
    assert_eq!(ec2.describe("fl-00000001").await.unwrap(), None);
}

#[tokio::test]
async fn find_reads_all_pages() {
    let server = Responder::start(vec![
        page(&["fl-00000001"], Some("t")),
        page(&["fl-00000002"], None),
    ])
    .await;
    let filters = [(
        "resource-id".to_owned(),
        vec!["vpc-1".to_owned(), "vpc-2".to_owned()],
    )];
    let found = aws(&server, 1)
        .await
        .ec2(REGION)
        .find(&filters)
        .await
        .unwrap();
    assert_eq!(ids(&found), ["fl-00000001", "fl-00000002"]);
    let requests = server.requests();
    assert_eq!(
        requests[0].parameter("Filter.1.Name").as_deref(),
        Some("resource-id")
    );
    assert_eq!(
        requests[0].parameter("Filter.1.Value.2").as_deref(),
        Some("vpc-2")
    );
    assert_eq!(requests[1].parameter("NextToken").as_deref(), Some("t"));
}

#[tokio::test]
async fn a_page_that_repeats_its_token_is_an_error() {
    let server = Responder::start(vec![page(&[], Some("t")), page(&[], Some("t"))]).await;
    let error = aws(&server, 1)
        .await
        .ec2(REGION)
        .find(&[])
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Unreadable);
}

#[tokio::test]
async fn many_ids_are_split_and_missing_ones_are_left_out() {
    let replies = vec![
        page(&["fl-00000000"], None),
        refusal(400, "InvalidFlowLogId.NotFound", "one of them"),
        page(&["fl-00001001"], None),
    ];
    let server = Responder::start(replies).await;
    let wanted: Vec<String> = (0..1002).map(|n| format!("fl-{n:08}")).collect();
    let found = aws(&server, 1)
        .await
        .ec2(REGION)
        .describe_all(&wanted)
        .await
        .unwrap();
    assert_eq!(ids(&found), ["fl-00000000", "fl-00001001"]);
    let requests = server.requests();
    assert_eq!(
        requests[0].parameter("FlowLogId.1000").as_deref(),
        Some("fl-00000999")
    );
    assert_eq!(requests[0].parameter("FlowLogId.1001"), None);
    assert_eq!(
        requests[2].parameter("Filter.1.Name").as_deref(),
        Some("flow-log-id")
    );
    assert_eq!(
        requests[2].parameter("Filter.1.Value.2").as_deref(),
        Some("fl-00001001")
    );
}

#[tokio::test]
async fn events_are_read_by_name_or_by_arn() {
    let body = r#"{"events":[{"timestamp":5,"ingestionTime":6,"eventId":"e","logStreamName":"s","message":"m"}],"nextToken":"n"}"#;
    let server = Responder::start(vec![ok(body), ok(r#"{"events":[]}"#)]).await;
    let logs = aws(&server, 1).await.logs(REGION);
    let query = EventsQuery {
        log_group: "group".to_owned(),
        stream_names: vec!["s".to_owned()],
        start_ms: Some(1),
        end_ms: Some(9),
        pattern: Some("[a]".to_owned()),
        ..EventsQuery::default()
    };
    let page = logs
        .events_page(logs.permit().await, &query, None)
        .await
        .unwrap();
    let event = Event {
        timestamp: Some(5),
        ingestion_time: Some(6),
        id: "e".to_owned(),
        stream: "s".to_owned(),
        message: "m".to_owned(),
    };
    assert_eq!(
        (page.events, page.next),
        (vec![event], Some("n".to_owned()))
    );

    let query = EventsQuery {
        log_group: "arn:aws:logs:eu-central-1:1:log-group:g:*".to_owned(),
        newest_first: true,
        unmask: true,
        ..EventsQuery::default()
    };
    let page = logs
        .events_page(logs.permit().await, &query, Some("n".to_owned()))
        .await
        .unwrap();
    assert_eq!(page, EventsPage::default());

    let sent: Vec<serde_json::Value> = server
        .requests()
        .iter()
        .map(|request| serde_json::from_str(&request.body).unwrap())
        .collect();
    let first = serde_json::json!({
        "logGroupName": "group", "logStreamNames": ["s"], "startTime": 1, "endTime": 9,
        "filterPattern": "[a]", "limit": 10000, "interleaved": true,
    });
    let second = serde_json::json!({
        "logGroupIdentifier": "arn:aws:logs:eu-central-1:1:log-group:g", "nextToken": "n",
        "startFromHead": false, "unmask": true, "limit": 10000, "interleaved": true,
    });
    assert_eq!(sent, [first, second]);
}

#[tokio::test]
async fn a_refused_query_for_events_has_a_hint() {
    let body = r#"{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}"#;
    let server = Responder::start(vec![Reply::Answer(400, body.to_owned())]).await;
    let query = EventsQuery::default();
    let logs = aws(&server, 3).await.logs(REGION);
    let error = logs
        .events_page(logs.permit().await, &query, None)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (Kind::Refused, Some("ResourceNotFoundException"))
    );
    assert!(error.hint().unwrap().contains("no such log group"));
}

#[tokio::test]
async fn the_account_is_read_once() {
    let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                <Arn>arn:aws-cn:iam::123456789012:user/u</Arn><UserId>u</UserId><Account>123456789012</Account>\
                </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let busy = Reply::Answer(500, "busy".to_owned());
    let server = Responder::start(vec![busy, ok(body)]).await;
    let aws = aws(&server, 1).await;
    let error = aws.account().await.unwrap_err();
    assert_eq!(error.kind, Kind::Foreign);
    assert!(!error.unanswered, "a query changes nothing");
    for _ in 0..2 {
        let account = aws.account().await.unwrap();
        assert_eq!(
            (account.id.as_str(), account.partition.as_str()),
            ("123456789012", "aws-cn")
        );
    }
    assert_eq!(server.requests().len(), 2);
}
