//! Creating, tagging and deleting.

use std::{collections::BTreeMap, net::TcpListener};

use super::{super::*, *};

async fn create(replies: Vec<Reply>, attempts: i64) -> (Result<String, Error>, Responder) {
    let server = Responder::start(replies).await;
    let ec2 = aws(&server, attempts).await.ec2(REGION);
    (ec2.create(&new_flow_log()).await, server)
}

#[tokio::test]
async fn a_create_sends_all_values_and_returns_the_id() {
    let server = Responder::start(vec![ok(&made("fl-00000001"))]).await;
    let new = NewFlowLog {
        log_destination_type: Some("s3".to_owned()),
        log_destination: Some("arn:aws:s3:::bucket".to_owned()),
        log_group_name: Some(String::new()),
        max_aggregation_interval: Some(60),
        destination_options: Some(DestinationOptions {
            file_format: Some("parquet".to_owned()),
            hive_compatible_partitions: Some(true),
            per_hour_partition: None,
        }),
        tag_fields: vec![TagField {
            resource_type: "instance".to_owned(),
            tag_keys: vec!["Name".to_owned()],
        }],
        tags: BTreeMap::from([("empty".to_owned(), String::new())]),
        ..new_flow_log()
    };
    let id = aws(&server, 1)
        .await
        .ec2(REGION)
        .create(&new)
        .await
        .unwrap();
    assert_eq!(id, "fl-00000001");
    let request = &server.requests()[0];
    for (name, value) in [
        ("Action", Some("CreateFlowLogs")),
        ("ClientToken", Some("one-token")),
        ("ResourceId.1", Some("vpc-1")),
        ("ResourceType", Some("VPC")),
        ("TrafficType", Some("ALL")),
        ("LogDestinationType", Some("s3")),
        ("LogGroupName", None),
        ("MaxAggregationInterval", Some("60")),
        ("DestinationOptions.FileFormat", Some("parquet")),
        ("DestinationOptions.HiveCompatiblePartitions", Some("true")),
        ("DestinationOptions.PerHourPartition", None),
        ("TagFieldSpecification.1.ResourceType", Some("instance")),
        ("TagFieldSpecification.1.TagKey.1", Some("Name")),
        ("TagSpecification.1.ResourceType", Some("vpc-flow-log")),
        ("TagSpecification.1.Tag.1.Key", Some("empty")),
        ("TagSpecification.1.Tag.1.Value", Some("")),
    ] {
        assert_eq!(request.parameter(name).as_deref(), value, "{name}");
    }
}

#[tokio::test]
async fn a_throttled_create_is_retried_with_the_same_token() {
    let throttled = refusal(503, "RequestLimitExceeded", "Request limit exceeded.");
    let (id, server) = create(vec![throttled, ok(&made("fl-00000002"))], 3).await;
    assert_eq!(id.unwrap(), "fl-00000002");
    let tokens: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.parameter("ClientToken"))
        .collect();
    assert_eq!(
        tokens,
        [Some("one-token".to_owned()), Some("one-token".to_owned())]
    );
}

#[tokio::test]
async fn an_unsuccessful_item_of_a_successful_reply_is_an_error() {
    let body = unsuccessful("CreateFlowLogs", "400", "LogDestination: x does not exist.");
    let (error, _) = create(vec![ok(&body)], 3).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, Kind::Unsuccessful);
    assert_eq!(
        error.to_string(),
        "CreateFlowLogs in eu-central-1 was not successful: 400: LogDestination: x does not exist \
         (HTTP 200, request id header-id)."
    );
    assert!(!error.unanswered);
}

#[tokio::test]
async fn an_id_next_to_an_unsuccessful_item_is_not_lost() {
    let body = "<CreateFlowLogsResponse><flowLogIdSet><item>fl-00000003</item></flowLogIdSet><unsuccessful><item><error>\
                <code>X</code></error></item></unsuccessful></CreateFlowLogsResponse>";
    let (id, _) = create(vec![ok(body)], 1).await;
    assert_eq!(id.unwrap(), "fl-00000003");
}

#[tokio::test]
async fn a_refusal_contains_code_message_request_id_and_hint() {
    let denied = refusal(403, "UnauthorizedOperation", "You are not authorized.");
    let (error, server) = create(vec![denied], 3).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert_eq!(
        error.to_string(),
        "CreateFlowLogs in eu-central-1 was refused: UnauthorizedOperation: You are not authorized \
         (HTTP 403, request id header-id)."
    );
    assert!(error.hint().unwrap().contains("logs:CreateLogDelivery"));
    assert_eq!(server.requests().len(), 1, "a refusal is not retried");
}

#[tokio::test]
async fn after_a_foreign_reply_the_flow_log_may_exist() {
    let page = || Reply::Answer(502, "<html>\n<body>Bad gateway</body>".to_owned());
    let (error, server) = create(vec![page(), page()], 2).await;
    let error = error.unwrap_err();
    assert_eq!(
        (error.kind, error.status, error.unanswered),
        (Kind::Foreign, Some(502), true)
    );
    assert_eq!(
        error.message,
        "the reply is not a reply to this call (no content type, 31 bytes): <html> <body>Bad gateway</body>"
    );
    assert_eq!(server.requests().len(), 2);

    let (error, _) = create(vec![ok("not xml")], 1).await;
    let error = error.unwrap_err();
    assert_eq!(
        (error.kind, error.status, error.unanswered),
        (Kind::Foreign, Some(200), true)
    );
}

#[tokio::test]
async fn a_refused_connection_is_not_retried_for_long() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let aws = connect(settings(&format!("http://{address}")))
        .await
        .unwrap();
    let error = aws.ec2(REGION).create(&new_flow_log()).await.unwrap_err();
    assert_eq!((error.kind, error.unanswered), (Kind::Unreachable, false));
    assert!(
        error.message.starts_with(&format!("http://{address}: ")),
        "{error}"
    );
    assert!(error.message.contains("Connection refused"), "{error}");
    assert!(error.hint().unwrap().contains("No program listens"));
}

#[tokio::test]
async fn a_dropped_connection_is_unanswered() {
    let (error, _) = create(vec![Reply::Drop], 1).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind, error.unanswered), (Kind::NoAnswer, true));
    assert!(
        error
            .to_string()
            .ends_with("; AWS may have carried it out."),
        "{error}"
    );
}

#[tokio::test]
async fn an_unanswered_attempt_is_remembered_after_a_later_refusal() {
    let (error, _) = create(
        vec![
            Reply::Drop,
            refusal(400, "FlowLogAlreadyExists", "It exists."),
        ],
        3,
    )
    .await;
    let error = error.unwrap_err();
    assert_eq!(error.code.as_deref(), Some("FlowLogAlreadyExists"));
    assert!(error.unanswered);

    let (id, server) = create(vec![Reply::Drop, ok(&made("fl-00000004"))], 3).await;
    assert_eq!(id.unwrap(), "fl-00000004");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_new_role_is_awaited_after_both_kinds_of_failure() {
    let message = "Unable to assume given IAM role";
    let replies = vec![
        refusal(400, "InvalidParameter", message),
        ok(&unsuccessful("CreateFlowLogs", "400", message)),
        ok(&made("fl-00000005")),
    ];
    let (id, server) = create(replies, 1).await;
    assert_eq!(id.unwrap(), "fl-00000005");
    let tokens = server
        .requests()
        .into_iter()
        .map(|request| request.parameter("ClientToken").unwrap());
    assert_eq!(tokens.collect::<Vec<_>>(), ["one-token"; 3]);
}

#[tokio::test]
async fn deleting_a_missing_flow_log_succeeds() {
    let gone = "InvalidFlowLogId.NotFound";
    let replies = vec![
        ok("<DeleteFlowLogsResponse/>"),
        ok(&unsuccessful("DeleteFlowLogs", gone, "gone")),
        refusal(400, gone, "gone"),
        ok(&unsuccessful("DeleteFlowLogs", "Other", "no")),
    ];
    let server = Responder::start(replies).await;
    let ec2 = aws(&server, 1).await.ec2(REGION);
    assert!(ec2.delete("fl-00000001").await.unwrap());
    assert!(!ec2.delete("fl-00000001").await.unwrap());
    assert!(!ec2.delete("fl-00000001").await.unwrap());
    let error = ec2.delete("fl-00000001").await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (Kind::Unsuccessful, Some("Other"))
    );
    assert_eq!(
        server.requests()[0].parameter("FlowLogId.1").as_deref(),
        Some("fl-00000001")
    );
}

#[tokio::test]
async fn tags_are_set_with_values_and_removed_by_key() {
    let server = Responder::start(vec![
        ok("<CreateTagsResponse/>"),
        ok("<DeleteTagsResponse/>"),
    ])
    .await;
    let ec2 = aws(&server, 1).await.ec2(REGION);
    let tags = BTreeMap::from([("k".to_owned(), String::new())]);
    ec2.tag("fl-00000001", &tags).await.unwrap();
    ec2.untag("fl-00000001", &["k".to_owned()]).await.unwrap();
    ec2.tag("fl-00000001", &BTreeMap::new()).await.unwrap();
    ec2.untag("fl-00000001", &[]).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2, "without tags there is no call");
    assert_eq!(requests[0].parameter("Tag.1.Value").as_deref(), Some(""));
    assert_eq!(requests[1].parameter("Tag.1.Key").as_deref(), Some("k"));
    assert_eq!(requests[1].parameter("Tag.1.Value"), None);
}
