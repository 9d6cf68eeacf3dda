//! Replies that must be rejected: cut at every byte, empty, foreign, endless, and without their required content.

use std::{collections::BTreeMap, fmt::Debug};

use super::{super::*, *};

const ID: &str = "fl-0123456789abcdef0";
const OTHER: &str = "fl-0fedcba9876543210";

fn described(more: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeFlowLogsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <requestId>r</requestId><flowLogSet><item><flowLogId>{ID}</flowLogId><resourceId>vpc-1</resourceId><tagSet>\
         <item><key>a&amp;b</key><value>ü</value></item></tagSet></item></flowLogSet>{more}</DescribeFlowLogsResponse>"
    )
}

fn done(operation: &str) -> String {
    format!(
        "<{operation}Response><requestId>r</requestId><return>true</return></{operation}Response>"
    )
}

fn caller() -> String {
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn>\
     <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        .to_owned()
}

fn tags() -> BTreeMap<String, String> {
    BTreeMap::from([("a".to_owned(), "b".to_owned())])
}

/// The result of a call, without what the tests compare separately.
pub(super) type Outcome = Result<String, Error>;

/// A call, and the reply that it should get.
pub(super) struct Case {
    pub(super) reply: (u16, String),
    pub(super) mutates: bool,
    pub(super) call: fn(Aws) -> std::pin::Pin<Box<dyn Future<Output = Outcome> + Send>>,
}

fn shown<T: Debug>(result: Result<T, Error>) -> Outcome {
    result.map(|value| format!("{value:?}"))
}

macro_rules! call {
    (|$aws:ident| $call:expr) => {
        |$aws| Box::pin(async move { shown($call.await) })
    };
}

pub(super) fn cases() -> Vec<Case> {
    let ok = |body: String| (200, body);
    let events = r#"{"events":[{"timestamp":5,"message":"a } ü \" b"}],"nextToken":"n","searchedLogStreams":[]}"#;
    let streams = r#"{"logStreams":[{"logStreamName":"eni-1-all"}],"nextToken":"n"}"#;
    let accounts = r#"{"Accounts":[{"Id":"123456789012","State":"ACTIVE"}]}"#;
    let attachments = r#"{"Attachments":[{"AttachmentId":"a","CoreNetworkId":"c","State":"AVAILABLE","Tags":[]}]}"#;
    let role = "<GetRoleResponse><GetRoleResult><Role><AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument></Role>\
                </GetRoleResult></GetRoleResponse>";
    let refused = "<Response><Errors><Error><Code>InvalidFlowLogId.NotFound</Code><Message>gone</Message></Error>\
                   </Errors><RequestID>r</RequestID></Response>";
    let query = |reply, call| Case {
        reply,
        mutates: false,
        call,
    };
    let mutation = |reply, call| Case {
        reply,
        mutates: true,
        call,
    };
    vec![
        mutation(
            ok(made(ID)),
            call!(|aws| aws.ec2(REGION).create(&new_flow_log())),
        ),
        mutation(
            ok(unsuccessful("CreateFlowLogs", "400", "no")),
            call!(|aws| aws.ec2(REGION).create(&new_flow_log())),
        ),
        mutation(
            ok("<DeleteFlowLogsResponse><unsuccessful/></DeleteFlowLogsResponse>".to_owned()),
            call!(|aws| aws.ec2(REGION).delete(ID)),
        ),
        mutation(
            ok(unsuccessful("DeleteFlowLogs", "Other", "no")),
            call!(|aws| aws.ec2(REGION).delete(ID)),
        ),
        mutation(
            ok(done("CreateTags")),
            call!(|aws| aws.ec2(REGION).tag(ID, &tags())),
        ),
        mutation(
            ok(done("DeleteTags")),
            call!(|aws| aws.ec2(REGION).untag(ID, &["a".to_owned()])),
        ),
        query(ok(described("")), call!(|aws| aws.ec2(REGION).describe(ID))),
        query(
            (400, refused.to_owned()),
            call!(|aws| aws.ec2(REGION).describe(ID)),
        ),
        query(ok(described("")), call!(|aws| aws.ec2(REGION).find(&[]))),
        query(ok(caller()), call!(|aws| aws.account())),
        query(
            ok(events.to_owned()),
            call!(|aws| async {
                let logs = aws.logs(REGION);
                logs.events_page(logs.permit().await, &EventsQuery::default(), None)
                    .await
            }),
        ),
        query(
            ok(streams.to_owned()),
            call!(|aws| aws.logs(REGION).streams_page("g", None)),
        ),
        query(
            ok(accounts.to_owned()),
            call!(|aws| async { aws.organizations()?.active_accounts().await }),
        ),
        query(
            ok(attachments.to_owned()),
            call!(|aws| async {
                let manager = aws.network_manager().unwrap();
                let swept = manager.networks(CloudWanKind::Attachment).await;
                swept.broken.map_or(Ok(swept.found), Err)
            }),
        ),
        query(
            ok(role.to_owned()),
            call!(|aws| async { aws.iam()?.trust_policy("r").await }),
        ),
        query(
            ok(r#"{"Policy":"{}"}"#.to_owned()),
            call!(|aws| async { aws.kms(REGION).key_policy("k").await }),
        ),
    ]
}

/// The calls of a connection that do not wait, because they are within EC2's bucket.
pub(super) const CALLS_AT_ONCE: usize = 40;

#[tokio::test]
async fn a_reply_cut_at_any_byte_is_no_reply() {
    for case in cases() {
        let (status, whole) = case.reply;
        let server = Responder::start(vec![Reply::Answer(status, whole.clone())]).await;
        let expected = (case.call)(aws(&server, 1).await).await;
        let cuts: Vec<usize> = (0..whole.len()).collect();
        let cut = |at: usize| Reply::Bytes(status, whole.as_bytes()[..at].to_vec());
        // The only attempt gets the cut reply.
        let server = Responder::start(cuts.iter().map(|at| cut(*at)).collect()).await;
        let mut aws_once = aws(&server, 1).await;
        for at in &cuts {
            if at.is_multiple_of(CALLS_AT_ONCE) {
                aws_once = aws(&server, 1).await;
            }
            let error = (case.call)(aws_once.clone()).await.unwrap_err();
            assert_eq!(error.kind, Kind::Unreadable, "{at} of {whole}: {error}");
            let may_be_done = case.mutates && status == 200;
            assert_eq!(error.unanswered, may_be_done, "{at} of {whole}: {error}");
            assert!(error.code.is_none(), "{at} of {whole}: {error}");
        }
        // The first attempt gets the cut reply, the second the complete one.
        let steps = cuts.iter().step_by(7);
        let replies = steps
            .clone()
            .flat_map(|at| [cut(*at), Reply::Answer(status, whole.clone())]);
        let server = Responder::start(replies.collect()).await;
        let mut aws_twice = aws(&server, 2).await;
        for (number, at) in steps.enumerate() {
            if number.is_multiple_of(CALLS_AT_ONCE / 2) {
                aws_twice = aws(&server, 2).await;
            }
            let outcome = (case.call)(aws_twice.clone()).await;
            match (&outcome, &expected) {
                (Ok(outcome), Ok(expected)) => assert_eq!(outcome, expected, "{at} of {whole}"),
                (Err(outcome), Err(expected)) => {
                    assert_eq!(
                        (outcome.kind, &outcome.code),
                        (expected.kind, &expected.code)
                    );
                }
                _ => panic!("{at} of {whole}: {outcome:?}, not {expected:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_complete_reply_without_required_content_is_no_reply() {
    let page = |items: &str| {
        format!(
            "<DescribeFlowLogsResponse><flowLogSet>{items}</flowLogSet></DescribeFlowLogsResponse>"
        )
    };
    let item =
        |id: &str, more: &str| page(&format!("<item><flowLogId>{id}</flowLogId>{more}</item>"));
    let resource = "<resourceId>vpc-1</resourceId>";
    let describes = [
        "<DescribeFlowLogsResponse/>".to_owned(),
        page("<item/>"),
        item(ID, ""),
        item(ID, "<resourceId/>"),
        item("fl-0123", resource),
        item("vpc-0123456789abcdef0", resource),
        item(OTHER, resource),
    ];
    let count = describes.len();
    let replies = describes.iter().map(|body| ok(body)).collect();
    let server = Responder::start(replies).await;
    let ec2 = aws(&server, 1).await.ec2(REGION);
    for body in &describes {
        let error = ec2.describe(ID).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unreadable, "{body}: {error}");
    }
    assert_eq!(server.requests().len(), count);

    let creates = [
        made("fl-0123"),
        made(""),
        "<CreateFlowLogsResponse/>".to_owned(),
    ];
    let refusal = "<CreateTagsResponse><return>false</return></CreateTagsResponse>";
    let replies = creates.iter().map(|body| ok(body)).chain([ok(refusal)]);
    let server = Responder::start(replies.collect()).await;
    let ec2 = aws(&server, 1).await.ec2(REGION);
    for body in &creates {
        let error = ec2.create(&new_flow_log()).await.unwrap_err();
        assert_eq!(
            (error.kind, error.unanswered),
            (Kind::Unreadable, true),
            "{body}: {error}"
        );
    }
    let error = ec2.tag(ID, &tags()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.unanswered),
        (Kind::Unreadable, true),
        "{error}"
    );
}

#[tokio::test]
async fn lists_of_logs_that_are_missing_are_not_empty() {
    let bodies = ["", "{}", r#"{"events":null}"#, r#"{"logStreams":[]}"#];
    let server = Responder::start(bodies.iter().map(|body| ok(body)).collect()).await;
    let logs = aws(&server, 1).await.logs(REGION);
    for body in bodies {
        let permit = logs.permit().await;
        let error = logs
            .events_page(permit, &EventsQuery::default(), None)
            .await;
        assert_eq!(error.unwrap_err().kind, Kind::Unreadable, "{body}");
    }
    let bodies = ["", "{}", r#"{"events":[]}"#];
    let server = Responder::start(bodies.iter().map(|body| ok(body)).collect()).await;
    let logs = aws(&server, 1).await.logs(REGION);
    for body in bodies {
        let error = logs.streams_page("g", None).await;
        assert_eq!(error.unwrap_err().kind, Kind::Unreadable, "{body}");
    }
    let results = ["", "{}", r#"{"results":[]}"#, r#"{"status":"Complete"}"#];
    for body in results {
        let started = ok(r#"{"queryId":"q"}"#);
        let server = Responder::start(vec![started, ok(body), ok("{}")]).await;
        let logs = aws(&server, 1).await.logs(REGION);
        let error = logs.insights(&InsightsQuery::default()).await;
        assert_eq!(error.unwrap_err().kind, Kind::Unreadable, "{body}");
    }
}

#[tokio::test]
async fn an_unreadable_reply_is_not_retried_for_long() {
    let page = "<html><title>Sign in</title>";
    let server = Responder::start((0..20).map(|_| ok(page)).collect()).await;
    let error = aws(&server, 20)
        .await
        .ec2(REGION)
        .describe(ID)
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Foreign, "{error}");
    assert_eq!((server.requests().len(), error.attempts), (6, 6));
    assert!(
        error
            .to_string()
            .ends_with("(HTTP 200, request id header-id, 6 attempts)."),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("not from AWS"));
}

#[tokio::test]
async fn a_refusal_that_is_not_from_aws_is_not_retried() {
    let blocked = Reply::Answer(403, "<html>Blocked".to_owned());
    let server = Responder::start(vec![blocked]).await;
    let error = aws(&server, 5)
        .await
        .ec2(REGION)
        .describe(ID)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.status),
        (Kind::Foreign, Some(403)),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn unreadable_replies_of_logs_and_sts_are_not_shown() {
    let bodies = [
        (200, r#"{"events":[{"message":"CANARY"#),
        (200, r#"{"events":[{"message":CANARY}]}"#),
        (200, r#"{"events":"CANARY"}"#),
        (400, r#"{"events":["CANARY"]}"#),
        (400, "CANARY"),
        (500, "<html>CANARY"),
    ];
    for (status, body) in bodies {
        let reply = || Reply::Answer(status, body.to_owned());
        let server = Responder::start(vec![reply(), reply()]).await;
        let aws = aws(&server, 1).await;
        let logs = aws.logs(REGION);
        let permit = logs.permit().await;
        let error = logs
            .events_page(permit, &EventsQuery::default(), None)
            .await
            .unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("CANARY"),
            "{error:?}"
        );
        let error = aws.account().await.unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("CANARY"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn credentials_that_are_cut_off_are_not_used() {
    let whole = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIACANARY</AccessKeyId>\
                 <SecretAccessKey>CANARY</SecretAccessKey><SessionToken>CANARY</SessionToken>\
                 <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    for at in (0..whole.len()).step_by(5) {
        let server = Responder::start(vec![ok(&whole[..at])]).await;
        let settings = Settings {
            max_retries: Some(1),
            assume_role: vec![AssumeRole {
                role_arn: "arn:aws:iam::123456789012:role/r".to_owned(),
                ..AssumeRole::default()
            }],
            ..settings(&server.url)
        };
        let aws = connect(settings).await.unwrap();
        let error = aws.ec2(REGION).describe(ID).await.unwrap_err();
        assert_eq!(
            (error.kind, error.cause),
            (Kind::Credentials, Some(Kind::Unreadable)),
            "{at}: {error}"
        );
        let text = format!("{error} {:?}", error.hint());
        assert!(
            text.contains("AssumeRole got a reply that cannot be read"),
            "{text}"
        );
        assert!(text.contains("cut off"), "{text}");
        assert!(
            !text.contains("access key") && !text.contains("CANARY"),
            "{text}"
        );
        assert_eq!(
            server.requests().len(),
            1,
            "no call was signed with half a key"
        );
    }
}

#[tokio::test]
async fn a_reply_of_the_wrong_length_is_no_reply() {
    let whole = described("");
    for length in [whole.len() + 1, whole.len() - 1, 0] {
        let lies = || Reply::Lying(length, whole.clone());
        let server = Responder::start(vec![lies(), lies(), ok(&whole)]).await;
        let error = aws(&server, 1)
            .await
            .ec2(REGION)
            .describe(ID)
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::Unreadable, "{length}: {error}");
        let found = aws(&server, 2)
            .await
            .ec2(REGION)
            .describe(ID)
            .await
            .unwrap();
        assert!(found.is_some(), "{length}");
    }
}

#[tokio::test]
async fn a_delete_without_a_reply_counts_as_done_if_the_flow_log_is_gone() {
    let gone = refusal(400, "InvalidFlowLogId.NotFound", "gone");
    let cut = Reply::Answer(200, "<DeleteFlowLogsRes".to_owned());
    let server = Responder::start(vec![cut, gone]).await;
    assert!(aws(&server, 2).await.ec2(REGION).delete(ID).await.unwrap());
}
