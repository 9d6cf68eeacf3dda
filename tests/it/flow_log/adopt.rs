//! Adopting a flow log: no flow log is lost, deleted by mistake, or adopted by two resources.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;

use super::{
    CROSS_ROLE, FOREIGN_STREAM, GROUP_ARN, ROLE, of_gateway, to_bucket, to_group, to_stream, with,
};
use crate::harness::core::{Core, errors};
use crate::harness::fake::{Fake, Fault, REGION};

fn text<'a>(state: &'a Value, name: &str) -> &'a str {
    match state.get(name) {
        Some(Value::String(text)) => text,
        other => panic!("{name} is {other:?}"),
    }
}

fn adopting(mut config: Json) -> Json {
    config["adopt_existing"] = json!(true);
    config
}

fn across_accounts(more: Json) -> Json {
    let roles = json!({
        "log_destination": FOREIGN_STREAM, "iam_role_arn": ROLE, "deliver_cross_account_role": CROSS_ROLE,
    });
    with(to_stream(roles), more)
}

fn in_folder(more: Json) -> Json {
    let options = json!({
        "log_destination": "arn:aws:s3:::bucket/folder/",
        "destination_options": { "file_format": "parquet", "per_hour_partition": true },
    });
    with(to_bucket(options), more)
}

fn tagged(keys: [&str; 2]) -> Json {
    to_group(json!({
        "log_format": "${version} ${instance-tag} ${instance-tag-2}",
        "tag_field_specification": [{ "resource_type": "instance", "tag_keys": keys }],
    }))
}

/// Creates the flow log of a row in another run, and returns its ID.
async fn created_in_another_run(fake: &Fake, row: &Json) -> String {
    let mut core = Core::start(fake.url()).await;
    let config = core.config(row);
    text(&core.create(&config).await, "id").to_owned()
}

#[tokio::test]
async fn without_adopt_existing_the_error_names_the_flow_log_and_contains_an_import_block() {
    let fake = Fake::start();
    let id = created_in_another_run(&fake, &to_group(json!({}))).await;
    let mut core = Core::start(fake.url()).await;
    let config = core.config(&to_group(json!({})));
    let plan = core.plan(&Value::Null, &config).await;
    let (state, messages) = core.apply(&Value::Null, &plan.planned, &config).await;
    assert!(state.is_null());
    assert_eq!(messages.len(), 1);
    let block = format!("import {{\n  to = vpcflow_log.NAME\n  id = \"{id}@us-east-1\"\n}}");
    assert!(
        messages[0].text.contains("FlowLogAlreadyExists"),
        "{messages:?}"
    );
    assert!(messages[0].text.contains(&block), "{messages:?}");
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}

#[tokio::test]
async fn an_equal_flow_log_is_adopted_and_gets_the_planned_tags() {
    let rows = [
        (to_group(json!({})), to_group(json!({}))),
        // The name and the ARN identify the same log group.
        (
            to_group(json!({})),
            to_group(json!({ "log_group_name": null, "log_destination": GROUP_ARN })),
        ),
        (
            to_group(json!({ "log_group_name": null, "log_destination": GROUP_ARN })),
            to_group(json!({})),
        ),
        (
            to_bucket(json!({})),
            to_bucket(json!({ "destination_options": { "file_format": "plain-text" } })),
        ),
        (to_stream(json!({})), to_stream(json!({}))),
        (of_gateway(json!({})), of_gateway(json!({}))),
        (
            of_gateway(json!({})),
            of_gateway(json!({ "traffic_type": "ALL" })),
        ),
        (across_accounts(json!({})), across_accounts(json!({}))),
        (in_folder(json!({})), in_folder(json!({}))),
        (tagged(["Team", "Name"]), tagged(["Team", "Name"])),
    ];
    for (before, after) in rows {
        let fake = Fake::start();
        let id = created_in_another_run(&fake, &before).await;
        fake.change(&id, |log| {
            log.tags = BTreeMap::from([("Old".to_owned(), "x".to_owned())]);
        });
        // Injects the conflict, because the fake server has its own rule of equality.
        fake.fail(
            "CreateFlowLogs",
            Fault::error("FlowLogAlreadyExists", "There is an existing Flow Log"),
            1,
        );
        let mut core = Core::start(fake.url()).await;
        let mut after = adopting(after);
        after["tags"] = json!({ "New": "y" });
        let config = core.config(&after);
        let plan = core.plan(&Value::Null, &config).await;
        let (state, messages) = core.apply(&Value::Null, &plan.planned, &config).await;
        assert_eq!(errors(&messages), [], "{after}");
        assert!(messages[0].text.contains("adopted"), "{messages:?}");
        assert_eq!(text(&state, "id"), id);
        let logs = fake.flow_logs(REGION);
        assert_eq!(logs.len(), 1);
        assert_eq!(json!(logs[0].tags), json!({ "New": "y" }));
        let refreshed = core.read(&state).await;
        let plan = core.plan(&refreshed, &config).await;
        assert_eq!(plan.planned, refreshed, "{after}");
    }
}

#[tokio::test]
async fn a_flow_log_that_differs_in_any_argument_is_not_adopted() {
    let group = |more: Json| (to_group(more), to_group(json!({})));
    let other = "arn:aws:iam::210987654321:role/AWSLogDeliveryFirehoseCrossAccountRole-y";
    let differing = [
        group(json!({ "traffic_type": "REJECT" })),
        group(json!({ "max_aggregation_interval": 60 })),
        group(json!({ "log_group_name": "other" })),
        group(json!({ "log_format": "${version}" })),
        group(json!({ "iam_role_arn": "arn:aws:iam::123456789012:role/other" })),
        (
            across_accounts(json!({ "deliver_cross_account_role": other })),
            across_accounts(json!({})),
        ),
        (
            in_folder(json!({ "log_destination": "arn:aws:s3:::bucket/other/" })),
            in_folder(json!({})),
        ),
        (
            in_folder(json!({ "destination_options": { "per_hour_partition": false } })),
            in_folder(json!({})),
        ),
        (tagged(["Name", "Team"]), tagged(["Team", "Name"])),
    ];
    for (more, wanted) in differing {
        let fake = Fake::start();
        let id = created_in_another_run(&fake, &more).await;
        // Emulators, and possibly EC2, refuse more than equal flow logs.
        fake.fail(
            "CreateFlowLogs",
            Fault::error("FlowLogAlreadyExists", "There is an existing Flow Log"),
            1,
        );
        let mut core = Core::start(fake.url()).await;
        let config = core.config(&adopting(wanted));
        let plan = core.plan(&Value::Null, &config).await;
        let (state, messages) = core.apply(&Value::Null, &plan.planned, &config).await;
        assert!(state.is_null(), "{more}");
        assert!(
            messages[0].is_error && messages[0].text.contains(&id),
            "{messages:?}"
        );
        assert!(
            messages[0].text.contains("is equal in all arguments"),
            "{messages:?}"
        );
    }
}

#[tokio::test]
async fn an_adopted_flow_log_is_not_deleted_by_the_same_run() {
    // create_before_destroy: a flow log is replaced by its own equal, then the old one is deleted.
    let fake = Fake::start();
    let row = adopting(to_group(json!({})));
    let mut before = Core::start(fake.url()).await;
    let config = before.config(&row);
    let old = before.create(&config).await;
    let mut core = Core::start(fake.url()).await;
    let new = core.create(&config).await;
    assert_eq!(text(&new, "id"), text(&old, "id"));
    let messages = core.delete(&old, &Value::Null).await;
    assert_eq!(errors(&messages), []);
    assert!(messages[0].text.contains("not deleted"), "{messages:?}");
    assert_eq!(fake.flow_logs(REGION).len(), 1);
    assert!(fake.calls_of("DeleteFlowLogs").is_empty());
    // The next run can delete it.
    let mut next = Core::start(fake.url()).await;
    assert_eq!(next.delete(&new, &Value::Null).await, []);
    assert_eq!(fake.flow_logs(REGION), []);
}

#[tokio::test]
async fn a_deleted_flow_log_is_not_adopted_by_the_same_run() {
    let fake = Fake::start();
    let row = adopting(to_group(json!({ "timeouts": { "create": "1s" } })));
    let mut core = Core::start(fake.url()).await;
    let config = core.config(&row);
    let old = core.create(&config).await;
    let ghost = fake.flow_logs(REGION).remove(0);
    assert_eq!(core.delete(&old, &Value::Null).await, []);
    // EC2 is eventually consistent: it can show a deleted flow log for a while.
    fake.insert(ghost);
    let plan = core.plan(&Value::Null, &config).await;
    let (state, messages) = core.apply(&Value::Null, &plan.planned, &config).await;
    assert!(state.is_null());
    assert!(
        messages[0].text.contains("This run has deleted it"),
        "{messages:?}"
    );
}

#[tokio::test]
async fn no_two_resources_of_a_run_get_the_same_flow_log() {
    let fake = Fake::start();
    let row = adopting(to_group(json!({})));
    let mut core = Core::start(fake.url()).await;
    let config = core.config(&row);
    core.create(&config).await;
    let plan = core.plan(&Value::Null, &config).await;
    let (state, messages) = core.apply(&Value::Null, &plan.planned, &config).await;
    assert!(state.is_null());
    assert!(messages[0].is_error);
    assert!(
        messages[0].text.contains("Remove one of the two"),
        "{messages:?}"
    );
    // The same applies if it was adopted.
    let mut other = Core::start(fake.url()).await;
    other.create(&config).await;
    let plan = other.plan(&Value::Null, &config).await;
    let (state, messages) = other.apply(&Value::Null, &plan.planned, &config).await;
    assert!(state.is_null() && messages[0].is_error, "{messages:?}");
}

#[tokio::test]
async fn an_adopted_flow_log_whose_tags_cannot_be_changed_is_not_lost() {
    let fake = Fake::start();
    let id = created_in_another_run(&fake, &to_group(json!({}))).await;
    let mut core = Core::start(fake.url()).await;
    let mut row = adopting(to_group(json!({})));
    row["tags"] = json!({ "New": "y" });
    let config = core.config(&row);
    fake.fail(
        "CreateTags",
        Fault::error("UnauthorizedOperation", "no tags today"),
        1,
    );
    let plan = core.plan(&Value::Null, &config).await;
    let (state, messages) = core.apply(&Value::Null, &plan.planned, &config).await;
    assert_eq!(errors(&messages), []);
    assert!(
        messages
            .iter()
            .any(|message| message.path == "tags" && message.text.contains("no tags today")),
        "{messages:?}"
    );
    assert_eq!(text(&state, "id"), id);
    // The next plan shows what is missing, and the next apply adds it.
    let refreshed = core.read(&state).await;
    let plan = core.plan(&refreshed, &config).await;
    assert_ne!(plan.planned, refreshed);
    assert_eq!(plan.replacing.len(), 0);
    let (_, messages) = core.apply(&refreshed, &plan.planned, &config).await;
    assert_eq!(messages, []);
    assert_eq!(json!(fake.flow_logs(REGION)[0].tags), json!({ "New": "y" }));
}
