//! Lists of objects.

use std::time::Duration;

use vpcflow::framework::{Model, lower};
use vpcflow::protocol::pb;

use super::notebook::Notes;
use super::{Served, decoded, identity, serve};
use crate::harness::wire::{encoded, summaries};

fn listing(count: Option<i64>, failure: Option<&str>) -> pb::list_resource::Request {
    let ty = lower::<Notes>(0).unwrap().ty;
    let notes = Notes {
        count: count.into(),
        failure: failure.map(str::to_owned).into(),
    };
    pb::list_resource::Request {
        type_name: "example_note".to_owned(),
        config: encoded(&notes.encode(&ty).unwrap(), &ty),
        ..Default::default()
    }
}

async fn events(
    served: &mut Served,
    request: pb::list_resource::Request,
) -> Vec<pb::list_resource::Event> {
    let mut stream = served
        .client
        .list_resource(request)
        .await
        .unwrap()
        .into_inner();
    let mut events = Vec::new();
    while let Some(event) = stream.message().await.unwrap() {
        events.push(event);
    }
    events
}

#[tokio::test]
async fn a_list_returns_names_identities_and_on_request_objects() {
    let mut served = serve().await;
    let found = events(&mut served, listing(Some(3), None)).await;
    let names: Vec<_> = found
        .iter()
        .map(|event| event.display_name.as_str())
        .collect();
    assert_eq!(names, ["Note 0", "Note 1", "Note 2", ""]);
    assert_eq!(
        identity(found[1].identity.clone()),
        ("1".into(), "top".into())
    );
    assert_eq!(found[1].resource_object, None);
    assert_eq!(summaries(&found[3].diagnostic), ["Old"]);
    let request = pb::list_resource::Request {
        include_resource_object: true,
        limit: 2,
        ..listing(None, None)
    };
    let found = events(&mut served, request).await;
    assert_eq!(found.len(), 3);
    let object = decoded(found[0].resource_object.clone());
    assert_eq!(object.get("id"), Some(&"0".into()));
}

#[tokio::test]
async fn a_list_that_fails_returns_its_objects_and_then_the_error() {
    let mut served = serve().await;
    for (failure, summary) in [
        ("error", "Page missing"),
        ("panic", "Listing did not finish"),
    ] {
        let found = events(&mut served, listing(Some(2), Some(failure))).await;
        assert_eq!(found[1].display_name, "Note 1");
        let last = found.last().unwrap();
        assert_eq!(summaries(&last.diagnostic), [summary]);
    }
    let request = listing(Some(-1), None);
    let found = events(&mut served, request).await;
    assert_eq!(summaries(&found[0].diagnostic), ["Invalid value for count"]);
    let unknown = pb::list_resource::Request {
        type_name: "example_else".to_owned(),
        ..Default::default()
    };
    let found = events(&mut served, unknown).await;
    assert_eq!(
        summaries(&found[0].diagnostic),
        ["Unknown list resource type"]
    );
}

#[tokio::test]
async fn a_list_waits_for_the_client_and_ends_when_the_client_disconnects() {
    let mut served = serve().await;
    let request = listing(None, None);
    let mut stream = served
        .client
        .list_resource(request)
        .await
        .unwrap()
        .into_inner();
    for number in 0..10 {
        let event = stream.message().await.unwrap().unwrap();
        assert_eq!(event.display_name, format!("Note {number}"));
    }
    drop(stream);
    let ended = served.ended.notified();
    tokio::time::timeout(Duration::from_secs(20), ended)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_configuration_of_a_list_is_validated() {
    let mut served = serve().await;
    for (count, summary) in [(13, "Unlucky"), (-1, "Invalid value for count")] {
        let request = pb::validate_list_resource_config::Request {
            type_name: "example_note".to_owned(),
            config: listing(Some(count), None).config,
            ..Default::default()
        };
        let response = served
            .client
            .validate_list_resource_config(request)
            .await
            .unwrap();
        assert_eq!(summaries(&response.into_inner().diagnostics), [summary]);
    }
}
