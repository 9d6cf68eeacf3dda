//! What a stop ends, and what it does not.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Notify, time::timeout};

use super::{super::*, *};

/// Longer than any step of these tests, and shorter than any wait that the stop must end.
const SOON: Duration = Duration::from_secs(20);

async fn stoppable(server: &Responder) -> (Ec2, Stop) {
    let stop = Stop::new();
    let settings = settings(&server.url);
    let aws = Aws::connect_from(settings, stop.clone(), Env::from_slice(&[]), slowly)
        .await
        .unwrap();
    (aws.ec2(REGION), stop)
}

fn throttled() -> Reply {
    refusal(503, "RequestLimitExceeded", "Request limit exceeded.")
}

#[tokio::test]
async fn a_stop_ends_the_wait_for_a_retry() {
    let server = Responder::start(vec![throttled()]).await;
    let (ec2, stop) = stoppable(&server).await;
    let call = tokio::spawn(async move { ec2.create(&new_flow_log()).await });
    server.received(1).await;
    stop.cancel();
    let error = timeout(SOON, call).await.unwrap().unwrap().unwrap_err();
    assert_eq!(
        (error.kind, error.status, error.unanswered),
        (Kind::Stopped, Some(503), false)
    );
    assert!(
        error.to_string().contains("stopped before a retry"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn after_a_lost_reply_a_stopped_call_may_have_been_carried_out() {
    let server = Responder::start(vec![Reply::Drop]).await;
    let (ec2, stop) = stoppable(&server).await;
    let call = tokio::spawn(async move { ec2.create(&new_flow_log()).await });
    server.received(1).await;
    stop.cancel();
    let error = timeout(SOON, call).await.unwrap().unwrap().unwrap_err();
    assert_eq!((error.kind, error.unanswered), (Kind::Stopped, true));
}

#[tokio::test]
async fn a_mutation_that_was_sent_is_awaited() {
    let release = Arc::new(Notify::new());
    let server = Responder::start(vec![Reply::Later(release.clone(), made("fl-00000001"))]).await;
    let (ec2, stop) = stoppable(&server).await;
    let mut call = tokio::spawn(async move { ec2.create(&new_flow_log()).await });
    server.received(1).await;
    stop.cancel();
    // The call could end here if it did not wait for its reply.
    assert!(
        timeout(Duration::from_millis(200), &mut call)
            .await
            .is_err()
    );
    release.notify_one();
    assert_eq!(
        timeout(SOON, call).await.unwrap().unwrap().unwrap(),
        "fl-00000001"
    );
}

#[tokio::test]
async fn no_mutation_begins_after_the_stop() {
    let server = Responder::start(vec![]).await;
    let (ec2, stop) = stoppable(&server).await;
    stop.cancel();
    let error = ec2.create(&new_flow_log()).await.unwrap_err();
    assert_eq!((error.kind, error.unanswered), (Kind::Stopped, false));
    assert_eq!(
        ec2.delete("fl-00000001").await.unwrap_err().kind,
        Kind::Stopped
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_query_has_one_attempt_after_the_stop() {
    let server = Responder::start(vec![
        ok("<DescribeFlowLogsResponse><flowLogSet/></DescribeFlowLogsResponse>"),
        throttled(),
    ])
    .await;
    let (ec2, stop) = stoppable(&server).await;
    stop.cancel();
    assert_eq!(ec2.describe("fl-00000001").await.unwrap(), None);
    let error = timeout(SOON, ec2.describe("fl-00000001"))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind, Kind::Stopped);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_stop_ends_the_wait_for_a_role() {
    let refused = refusal(400, "InvalidParameter", "Unable to assume given IAM role");
    let server = Responder::start(vec![refused]).await;
    let stop = Stop::new();
    let minute = |retries: RetryConfig| retries.with_initial_backoff(Duration::from_secs(60));
    let aws = Aws::connect_from(
        settings(&server.url),
        stop.clone(),
        Env::from_slice(&[]),
        minute,
    )
    .await
    .unwrap();
    let call = tokio::spawn(async move { aws.ec2(REGION).create(&new_flow_log()).await });
    server.received(1).await;
    stop.cancel();
    let error = timeout(SOON, call).await.unwrap().unwrap().unwrap_err();
    assert_eq!((error.kind, error.unanswered), (Kind::Stopped, false));
    assert!(error.message.contains("Unable to assume"), "{error}");
}
