//! Deletes that share calls.

use std::sync::Arc;

use tokio::{sync::Notify, task::JoinHandle};

use super::{super::*, *};

type Deleted = JoinHandle<Result<bool, Error>>;

const DONE: &str = "<DeleteFlowLogsResponse><unsuccessful/></DeleteFlowLogsResponse>";

/// Deletes four flow logs: the first in a call that ends only after the other three have joined the next one.
async fn four(later: Vec<Reply>) -> (Responder, Vec<Deleted>) {
    let release = Arc::new(Notify::new());
    let first = Reply::Later(release.clone(), DONE.to_owned());
    let replies = [first].into_iter().chain(later).collect();
    let server = Responder::start(replies).await;
    let ec2 = aws(&server, 1).await.ec2(REGION);
    let delete = |number: usize| {
        let ec2 = ec2.clone();
        tokio::spawn(async move { ec2.delete(&format!("fl-0000000{number}")).await })
    };
    let mut deletes = vec![delete(1)];
    server.received(1).await;
    deletes.extend((2..=4).map(delete));
    // Each joins when it is first polled.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    (server, deletes)
}

async fn results(deletes: Vec<Deleted>) -> Vec<Result<bool, Error>> {
    let mut results = Vec::new();
    for delete in deletes {
        results.push(delete.await.unwrap());
    }
    results
}

#[tokio::test]
async fn a_failure_reaches_only_the_flow_log_that_it_is_about() {
    let failure = "<DeleteFlowLogsResponse><requestId>r</requestId><unsuccessful><item><resourceId>fl-00000003</resourceId>\
                   <error><code>Odd</code><message>m</message></error></item></unsuccessful></DeleteFlowLogsResponse>";
    let (server, deletes) = four(vec![ok(failure)]).await;
    let results = results(deletes).await;
    for (place, result) in results.iter().enumerate() {
        match result {
            Ok(existed) => assert!(place != 2 && *existed),
            Err(error) => {
                assert_eq!(place, 2, "{error}");
                assert_eq!(
                    (error.kind, error.code.as_deref()),
                    (Kind::Unsuccessful, Some("Odd"))
                );
                assert!(error.request_id.is_some());
            }
        }
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].parameter("FlowLogId.2"), None);
    let last = requests[1].parameter("FlowLogId.3");
    assert_eq!(last.as_deref(), Some("fl-00000004"));
}

#[tokio::test]
async fn a_refused_call_is_repeated_for_each_flow_log() {
    let denied = refusal(403, "UnauthorizedOperation", "not for one of them");
    let (server, deletes) = four(vec![denied, ok(DONE), ok(DONE), ok(DONE)]).await;
    for result in results(deletes).await {
        assert!(result.unwrap());
    }
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn flow_logs_that_are_all_gone_count_as_deleted() {
    let gone = || refusal(400, "InvalidFlowLogId.NotFound", "gone");
    let (_server, deletes) = four(vec![gone(), gone(), gone(), gone()]).await;
    let existed: Vec<bool> = results(deletes)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(existed, [true, false, false, false]);
}

#[tokio::test]
async fn a_delete_that_is_stopped_before_its_call_is_not_sent() {
    let release = Arc::new(Notify::new());
    let replies = vec![Reply::Later(release.clone(), DONE.to_owned()), ok(DONE)];
    let server = Responder::start(replies).await;
    let ec2 = aws(&server, 1).await.ec2(REGION);
    let delete = |ec2: Ec2, id: &'static str| tokio::spawn(async move { ec2.delete(id).await });
    let first = delete(ec2.clone(), "fl-00000001");
    server.received(1).await;
    let stop = Stop::new();
    let stopped = delete(ec2.until(stop.clone()), "fl-00000002");
    let other = delete(ec2, "fl-00000003");
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    let error = stopped.await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.unanswered), (Kind::Stopped, false));
    release.notify_one();
    assert!(first.await.unwrap().unwrap() && other.await.unwrap().unwrap());
    let requests = server.requests();
    assert_eq!(
        requests[1].parameter("FlowLogId.1").as_deref(),
        Some("fl-00000003")
    );
    assert_eq!(requests[1].parameter("FlowLogId.2"), None);
}
