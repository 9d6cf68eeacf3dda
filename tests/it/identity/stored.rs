//! Upgrades of stored identities and states, and moves from another provider.

use vpcflow::cty::Value;
use vpcflow::protocol::pb;

use super::{decoded, identity, raw, serve};
use crate::harness::wire::summaries;

#[tokio::test]
async fn a_stored_identity_is_upgraded_from_every_version() {
    let mut served = serve().await;
    let upgrade = |version, json: &str| pb::upgrade_resource_identity::Request {
        type_name: "example_note".to_owned(),
        version,
        raw_identity: raw(json),
    };
    let present = (
        1,
        r#"{ "id": "1", "shelf": "low", "more": true }"#,
        Value::from("low"),
    );
    let old = (0, r#"{ "number": "1" }"#, Value::Null);
    for (version, json, shelf) in [present, old] {
        let request = upgrade(version, json);
        let response = served
            .client
            .upgrade_resource_identity(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(response.diagnostics, []);
        assert_eq!(identity(response.upgraded_identity), ("1".into(), shelf));
    }
    for (version, json) in [(2, "{}"), (0, "{}"), (1, ""), (1, "[")] {
        let request = upgrade(version, json);
        let response = served
            .client
            .upgrade_resource_identity(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(response.diagnostics.len(), 1, "version {version}: {json}");
        assert_eq!(response.upgraded_identity, None);
    }
}

#[tokio::test]
async fn a_stored_state_is_upgraded_from_an_older_version() {
    let mut served = serve().await;
    let upgrade = |version, json: &str| pb::upgrade_resource_state::Request {
        type_name: "example_note".to_owned(),
        version,
        raw_state: raw(json),
    };
    let old = upgrade(0, r#"{ "id": "1", "says": "hello", "dropped": [] }"#);
    let response = served
        .client
        .upgrade_resource_state(old)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.diagnostics, []);
    let state = decoded(response.upgraded_state);
    assert_eq!(state.get("text"), Some(&"hello".into()));
    assert_eq!(state.get("page"), Some(&Value::List(Vec::new())));
    for (version, json, text) in [
        (0, r#"{ "id": "1" }"#, "`says`"),
        (
            -1,
            "{}",
            "has schema version -1, but this provider supports versions up to 1",
        ),
        (2, "{}", "has schema version 2"),
    ] {
        let request = upgrade(version, json);
        let response = served
            .client
            .upgrade_resource_state(request)
            .await
            .unwrap()
            .into_inner();
        let detail = &response.diagnostics[0].detail;
        assert!(detail.contains(text), "{detail}");
    }
}

#[tokio::test]
async fn an_object_of_another_provider_is_moved_with_its_identity_or_refused() {
    let mut served = serve().await;
    let moving = |provider: &str, source: &str, json: &str| pb::move_resource_state::Request {
        source_provider_address: provider.to_owned(),
        source_type_name: source.to_owned(),
        source_schema_version: 3,
        source_state: raw(json),
        target_type_name: "example_note".to_owned(),
        source_private: b"theirs".to_vec(),
        ..Default::default()
    };
    let json = r#"{ "id": "1", "says": "hello" }"#;
    let request = moving("registry.example.com/other/paper", "paper_note", json);
    let response = served
        .client
        .move_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.diagnostics, []);
    assert_eq!(
        decoded(response.target_state).get("text"),
        Some(&"hello".into())
    );
    assert_eq!(
        identity(response.target_identity),
        ("1".into(), "top".into())
    );
    assert!(response.target_private.is_empty());
    let request = moving("registry.example.com/else/paper", "paper_note", json);
    let response = served
        .client
        .move_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&response.diagnostics), ["Resource not moved"]);
    let detail = &response.diagnostics[0].detail;
    for text in [
        "registry.example.com/else/paper",
        "schema version 3",
        "A paper_note of other/paper can be.",
    ] {
        assert!(detail.contains(text), "{detail}");
    }
    let request = moving("registry.example.com/other/paper", "paper_note", "");
    let response = served
        .client
        .move_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.diagnostics.len(), 1);
}
