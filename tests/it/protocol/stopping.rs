//! The effects of a stop and of a canceled call.

use std::time::Duration;

use vpcflow::protocol::pb;

use super::{Served, config, configured, create, decoded, serve};
use crate::harness::wire::configure;

/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn an_apply_continues_if_its_call_is_canceled() {
    let mut served = configured().await;
    let mut other = served.client.clone();
    let call = tokio::spawn(async move { other.apply_resource_change(create("slow")).await });
    served.signals.begun.notified().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    // On one connection, a later call is handled after the cancellation.
    let request = pb::get_metadata::Request::default();
    served.client.get_metadata(request).await.unwrap();
    served.signals.go_on.notify_one();
    let ended = tokio::time::timeout(SOON, served.signals.ended.notified()).await;
    ended.expect("the apply ended with its call");
}

/// Starts an apply that ends when it is stopped.
async fn begin(served: &Served) -> tokio::task::JoinHandle<pb::apply_resource_change::Response> {
    let mut client = served.client.clone();
    let running = tokio::spawn(async move {
        let answer = client.apply_resource_change(create("wait for stop")).await;
        answer.unwrap().into_inner()
    });
    served.signals.begun.notified().await;
    running
}

async fn stop(served: &mut Served) {
    let request = pb::stop_provider::Request::default();
    let stopped = served.client.stop_provider(request).await.unwrap();
    assert_eq!(stopped.into_inner().error, "");
}

#[tokio::test]
async fn a_stop_ends_the_running_apply_but_not_the_server() {
    let mut served = configured().await;
    let running = begin(&served).await;
    stop(&mut served).await;
    let answer = tokio::time::timeout(SOON, running).await.unwrap().unwrap();
    assert_eq!(decoded(answer.new_state).get("id"), Some(&"1".into()));
    let request = pb::get_metadata::Request::default();
    let metadata = served.client.get_metadata(request).await.unwrap();
    let metadata = metadata.into_inner();
    assert_eq!(metadata.resources[0].type_name, "example_thing");
}

#[tokio::test]
async fn a_stop_ends_a_connection_attempt() {
    let mut served = serve().await;
    let mut client = served.client.clone();
    let slow = config(&[("slow", true.into())]);
    let connecting = tokio::spawn(async move { configure(&mut client, slow).await });
    served.signals.begun.notified().await;
    stop(&mut served).await;
    let said = tokio::time::timeout(SOON, connecting).await;
    assert_eq!(said.expect("the call was not stopped").unwrap(), []);
}

#[tokio::test]
async fn a_stop_ends_the_calls_of_all_attached_runs_but_no_later_calls() {
    let mut served = configured().await;
    let first = begin(&served).await;
    assert_eq!(configure(&mut served.client, config(&[])).await, []);
    let second = begin(&served).await;
    stop(&mut served).await;
    for running in [first, second] {
        let answer = tokio::time::timeout(SOON, running).await;
        answer.expect("the call was not stopped").unwrap();
    }
    assert_eq!(configure(&mut served.client, config(&[])).await, []);
    let third = begin(&served).await;
    let request = pb::get_metadata::Request::default();
    served.client.get_metadata(request).await.unwrap();
    assert!(!third.is_finished(), "the third call was stopped");
    stop(&mut served).await;
    tokio::time::timeout(SOON, third).await.unwrap().unwrap();
}
