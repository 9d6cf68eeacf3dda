//! Truncated values.

use vpcflow::cty::Value;
use vpcflow::protocol::pb;

use super::{config, configured, create, thing};
use crate::harness::wire::{bytes, configure, null, path, summaries};

/// Asserts that the only diagnostic reports a truncated value, and returns its path.
#[track_caller]
fn ends_early(diagnostics: Vec<pb::Diagnostic>) -> String {
    assert_eq!(summaries(&diagnostics), ["Value not decoded"]);
    let diagnostic = diagnostics.into_iter().next().unwrap();
    for text in ["could not be decoded", "TF_LOG=debug"] {
        assert!(diagnostic.detail.contains(text), "{}", diagnostic.detail);
    }
    assert!(diagnostic.detail.contains("ends"), "{}", diagnostic.detail);
    diagnostic.attribute.map(path).unwrap_or_default()
}

#[tokio::test]
async fn a_truncated_value_is_a_diagnostic_at_the_missing_part() {
    let mut served = configured().await;
    let whole = thing("a", Value::Null).unwrap().msgpack;
    let mut paths = Vec::new();
    for length in 1..whole.len() {
        let request = pb::validate_resource_config::Request {
            type_name: "example_thing".to_owned(),
            config: bytes(whole[..length].to_vec()),
            client_capabilities: None,
        };
        let answer = served.client.validate_resource_config(request).await;
        paths.push(ends_early(answer.unwrap().into_inner().diagnostics));
    }
    paths.dedup();
    assert_eq!(paths, ["", "group", "group.member", "", "id", "", "name"]);
}

#[tokio::test]
async fn a_truncated_value_is_a_diagnostic_in_every_call() {
    let mut served = configured().await;
    let torn = || {
        let mut msgpack = thing("a", Value::Null).unwrap().msgpack;
        msgpack.pop();
        bytes(msgpack)
    };
    let plan = pb::plan_resource_change::Request {
        type_name: "example_thing".to_owned(),
        prior_state: null(),
        proposed_new_state: thing("a", Value::Null),
        config: torn(),
        ..Default::default()
    };
    let planned = served.client.plan_resource_change(plan).await.unwrap();
    assert_eq!(ends_early(planned.into_inner().diagnostics), "name");
    let apply = pb::apply_resource_change::Request {
        planned_state: torn(),
        ..create("a")
    };
    let applied = served.client.apply_resource_change(apply).await.unwrap();
    assert_eq!(ends_early(applied.into_inner().diagnostics), "name");
    let read = pb::read_resource::Request {
        type_name: "example_thing".to_owned(),
        current_state: torn(),
        ..Default::default()
    };
    let read = served.client.read_resource(read).await.unwrap();
    assert_eq!(ends_early(read.into_inner().diagnostics), "name");
    let mut whole = config(&[]).unwrap().msgpack;
    whole.pop();
    let said = configure(&mut served.client, bytes(whole)).await;
    assert_eq!(ends_early(said), "slow");
}
