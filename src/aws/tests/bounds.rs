//! What an error contains about its attempts, how much it shows of texts of others, and when a call ends.

use std::time::Duration;

use super::{super::*, *};

const ID: &str = "fl-0123456789abcdef0";

#[tokio::test]
async fn an_error_contains_the_code_and_the_number_of_attempts() {
    let failed = || refusal(500, "InternalError", "An internal error has occurred.");
    let server = Responder::start(vec![failed(), failed(), failed()]).await;
    let error = aws(&server, 3)
        .await
        .ec2(REGION)
        .describe(ID)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "DescribeFlowLogs in eu-central-1 was refused: InternalError: An internal error has occurred (HTTP 500, \
         request id header-id, 3 attempts)."
    );
    let throttled = || refusal(503, "RequestLimitExceeded", "Request limit exceeded.");
    let server = Responder::start(vec![throttled()]).await;
    let stop = Stop::new();
    let aws = Aws::connect_from(
        settings(&server.url),
        stop.clone(),
        Env::from_slice(&[]),
        slowly,
    );
    let ec2 = aws.await.unwrap().ec2(REGION);
    let call = tokio::spawn(async move { ec2.create(&new_flow_log()).await });
    server.received(1).await;
    stop.cancel();
    let error = call.await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains(
            "the last attempt failed: RequestLimitExceeded: Request limit exceeded (HTTP 503"
        ),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("limits the rate"), "{error}");
}

#[tokio::test]
async fn long_texts_of_others_are_cut() {
    let long = "x".repeat(100_000);
    let failed = || refusal(400, &long, &long);
    let server = Responder::start(vec![
        failed(),
        ok(&unsuccessful("CreateFlowLogs", &long, &long)),
    ])
    .await;
    let ec2 = aws(&server, 1).await.ec2(REGION);
    for _ in 0..2 {
        let error = ec2.create(&new_flow_log()).await.unwrap_err();
        assert!(
            error.to_string().len() < 5_000,
            "{}",
            error.to_string().len()
        );
    }
    let huge = "x".repeat(2 << 20);
    let server = Responder::start(vec![refusal(400, "Code", &huge)]).await;
    let error = aws(&server, 3)
        .await
        .ec2(REGION)
        .describe(ID)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_call_ends_at_the_deadline_and_describes_its_last_attempt() {
    let refused = || refusal(503, "Unavailable", "Later.");
    let held = || Reply::Later(std::sync::Arc::default(), String::new());
    for (reply, says) in [
        (refused(), "the last attempt failed: Unavailable: Later"),
        (held(), "timed out while waiting for the reply"),
    ] {
        let server = Responder::start(vec![reply]).await;
        let settings = Settings {
            deadline: Some(std::time::Instant::now() + Duration::from_millis(400)),
            ..settings(&server.url)
        };
        let aws = Aws::connect_from(settings, Stop::new(), Env::from_slice(&[]), slowly);
        let ec2 = aws.await.unwrap().ec2(REGION);
        let error = ec2.describe(ID).await.unwrap_err();
        assert_eq!(error.kind, Kind::OutOfTime, "{error}");
        assert!(error.to_string().contains(says), "{error}");
        // No call begins afterwards.
        let error = ec2.create(&new_flow_log()).await.unwrap_err();
        assert_eq!(
            (error.kind, error.unanswered),
            (Kind::OutOfTime, false),
            "{error}"
        );
        assert_eq!(server.requests().len(), 1);
    }
}
