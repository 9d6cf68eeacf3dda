//! The token of a create outlives a crash: a saved plan that is applied again gets the flow log that exists.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;

use super::{ROLE, to_bucket, to_group};
use crate::harness::core::saved::{Order, Saved, Terraform};
use crate::harness::core::{Core, errors, hide};
use crate::harness::fake::{Fake, Fault, FlowLog, REGION};

/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(60);
/// The calls that look for a new flow log until it counts as not shown.
const LOOKS: u32 = 5;

fn id(state: &Value) -> &str {
    match state.get("id") {
        Some(Value::String(id)) => id,
        other => panic!("the ID is {other:?}"),
    }
}

fn tokens(fake: &Fake) -> Vec<String> {
    let calls = fake.calls_of("CreateFlowLogs").into_iter();
    calls
        .map(|call| call.parameters["ClientToken"].clone())
        .collect()
}

fn ids(fake: &Fake) -> Vec<String> {
    let logs = fake.flow_logs(REGION).into_iter();
    logs.map(|log| log.id).collect()
}

async fn planned(core: &mut Core, by: Terraform, row: &Json) -> (Saved, Value) {
    let config = core.config(row);
    (core.save(by, &Value::Null, &config, false).await, config)
}

/// Applies a plan in a process that is killed after EC2 has created the flow log, and before it replies. Returns the flow
/// log.
async fn crash(fake: &Fake, saved: &Saved, config: &Value, order: Order) -> FlowLog {
    let before = ids(fake);
    let mut core = Core::spawn(fake.url()).await;
    fake.fail("CreateFlowLogs", Fault::Hold, 1);
    let calls = tokens(fake).len();
    let (saved, config) = (saved.clone(), config.clone());
    let applying = tokio::spawn(async move {
        core.apply_saved(&saved, &config, order).await;
    });
    fake.wait_for_calls("CreateFlowLogs", calls + 1, SOON);
    let created = loop {
        let new = fake.flow_logs(REGION).into_iter();
        if let Some(new) = new.clone().find(|log| !before.contains(&log.id)) {
            break new;
        }
        tokio::task::yield_now().await;
    };
    // Dropping the client kills the process.
    applying.abort();
    assert!(applying.await.unwrap_err().is_cancelled());
    fake.release();
    created
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_that_is_applied_again_after_a_crash_gets_the_same_flow_log() {
    let rows = [
        to_group(json!({ "tags": { "b": "1", "a": "2", "c": "3" } })),
        to_bucket(json!({ "region": "eu-west-1", "adopt_existing": true })),
    ];
    for row in rows {
        let fake = Fake::start();
        let mut first = Core::spawn(fake.url()).await;
        let (saved, config) = planned(&mut first, Terraform::V116, &row).await;
        drop(first);
        let region = row["region"].as_str().unwrap_or(REGION);
        if region == REGION {
            let created = crash(&fake, &saved, &config, Order::AfterDelete).await;
            assert_eq!(ids(&fake), [created.id]);
        } else {
            // The connection is cut at every attempt, and the process ends with an error.
            fake.fail("CreateFlowLogs", Fault::DropAfterDoing, 1000);
            let denied = Fault::error("UnauthorizedOperation", "not now");
            fake.fail("DescribeFlowLogs", denied, 1000);
            let mut core = Core::spawn(fake.url()).await;
            let settings = json!({ "max_retries": 1 });
            core.configure(&settings, &[]).await;
            let (state, said) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
            assert!(state.is_null() && !errors(&said).is_empty(), "{said:?}");
            fake.clear_faults();
        }
        let mut core = Core::spawn(fake.url()).await;
        let (state, said) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
        assert_eq!(said, [], "{row}");
        let logs = fake.flow_logs(region);
        assert_eq!(logs.len(), 1, "{row}");
        assert_eq!(id(&state), logs[0].id);
        let tokens = tokens(&fake);
        assert!(tokens.len() >= 2, "{tokens:?}");
        assert_eq!(BTreeSet::from_iter(&tokens).len(), 1, "{tokens:?}");
        let refreshed = core.read(&state).await;
        assert_eq!(core.plan(&refreshed, &config).await.planned, refreshed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_terraform_stores_nothing_and_the_error_names_the_flow_log() {
    let fake = Fake::start();
    let mut first = Core::spawn(fake.url()).await;
    let (saved, config) = planned(&mut first, Terraform::V115, &to_group(json!({}))).await;
    assert_eq!(saved.private, b"");
    let created = crash(&fake, &saved, &config, Order::AfterDelete).await;
    let (state, said) = first.apply_saved(&saved, &config, Order::AfterDelete).await;
    assert!(state.is_null());
    let block = format!("id = \"{}@us-east-1\"", created.id);
    assert!(
        said[0].is_error && said[0].text.contains(&block),
        "{said:?}"
    );
    assert_eq!(ids(&fake), [created.id]);
    let tokens = tokens(&fake);
    assert_ne!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn two_plans_differ_only_in_their_private_data() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let row = to_group(json!({}));
    let (one, config) = planned(&mut core, Terraform::V116, &row).await;
    let (two, _) = planned(&mut core, Terraform::V116, &row).await;
    let (old, _) = planned(&mut core, Terraform::V115, &row).await;
    assert_eq!(one.planned, two.planned);
    assert_eq!(one.planned, old.planned);
    assert_ne!(one.private, two.private);
    // So two resources with equal configurations do not share a flow log.
    let (state, said) = core.apply_saved(&one, &config, Order::AfterDelete).await;
    assert_eq!(said, []);
    let (other, said) = core.apply_saved(&two, &config, Order::AfterDelete).await;
    assert!(other.is_null());
    assert!(said[0].text.contains("is declared twice"), "{said:?}");
    assert_eq!(ids(&fake), [id(&state)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_replacement_has_a_token_of_its_own_which_outlives_a_crash_too() {
    let forced = json!({});
    let required = json!({ "traffic_type": "REJECT" });
    for (more, order) in [
        (&forced, Order::AfterDelete),
        (&required, Order::AfterDelete),
        (&required, Order::BeforeDelete),
        (&required, Order::BesideTheOld),
    ] {
        let fake = Fake::start();
        let mut core = Core::start(fake.url()).await;
        let (saved, config) = planned(&mut core, Terraform::V116, &to_group(json!({}))).await;
        let (old, _) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
        let config = core.config(&to_group(more.clone()));
        let saved = core.save(Terraform::V116, &old, &config, true).await;
        assert!(saved.is_replacement);
        let created = crash(&fake, &saved, &config, order).await;
        let mut core = Core::start(fake.url()).await;
        let again = Saved {
            // Core knows that the old object is gone, if it is.
            is_replacement: order != Order::AfterDelete,
            ..saved
        };
        let (state, said) = core.apply_saved(&again, &config, order).await;
        assert_eq!(said, [], "{more} {order:?}");
        assert_eq!(id(&state), created.id, "{more} {order:?}");
        assert_eq!(ids(&fake), [created.id], "{more} {order:?}");
        let tokens = tokens(&fake);
        assert_eq!(tokens.len(), 3);
        assert_ne!(tokens[0], tokens[1], "{more} {order:?}");
        assert_eq!(tokens[1], tokens[2], "{more} {order:?}");
    }
}

#[tokio::test]
async fn a_plan_that_is_applied_again_after_its_flow_log_was_deleted_creates_another_one() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let (saved, config) = planned(&mut core, Terraform::V116, &to_group(json!({}))).await;
    let (old, _) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
    fake.remove(id(&old));
    let mut core = Core::start(fake.url()).await;
    let (new, said) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
    let [warning] = said.as_slice() else {
        panic!("{said:?}");
    };
    assert!(!warning.is_error, "{warning:?}");
    for id in [id(&old), id(&new)] {
        assert!(warning.text.contains(id), "{warning:?}");
    }
    assert_ne!(id(&new), id(&old));
    assert_eq!(ids(&fake), [id(&new)]);
    assert_eq!(core.read(&new).await, new);
}

#[tokio::test]
async fn the_equal_of_a_deleted_flow_log_is_named_or_adopted() {
    for adopts in [Json::Null, json!(true)] {
        let fake = Fake::start();
        let mut core = Core::start(fake.url()).await;
        let row = to_group(json!({ "adopt_existing": adopts }));
        let (saved, config) = planned(&mut core, Terraform::V116, &row).await;
        let (old, _) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
        let removed = fake.remove(id(&old));
        fake.insert(FlowLog {
            id: "fl-0aaaaaaaaaaaaaaaa".to_owned(),
            ..removed
        });
        let mut core = Core::start(fake.url()).await;
        let (new, said) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
        if adopts.is_null() {
            assert!(said[0].is_error, "{said:?}");
            assert!(said[0].text.contains("fl-0aaaaaaaaaaaaaaaa"), "{said:?}");
            // What EC2 has returned stays in the state until a refresh shows that it is gone.
            assert_eq!(id(&new), id(&old));
        } else {
            assert_eq!(errors(&said), []);
            assert!(said[0].text.contains("adopted"), "{said:?}");
            assert_eq!(id(&new), "fl-0aaaaaaaaaaaaaaaa");
        }
        assert_eq!(ids(&fake), ["fl-0aaaaaaaaaaaaaaaa"]);
    }
}

#[tokio::test]
async fn a_new_flow_log_that_is_not_shown_yet_is_kept_and_not_created_twice() {
    for hidden_for in [LOOKS - 1, LOOKS, LOOKS + 2, 1000] {
        let fake = Fake::start();
        fake.hide_for(hidden_for);
        let mut core = Core::start(fake.url()).await;
        let (saved, config) = planned(&mut core, Terraform::V116, &to_group(json!({}))).await;
        let (state, said) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
        assert_eq!(errors(&said), [], "{hidden_for}");
        assert_eq!(ids(&fake), [id(&state)], "{hidden_for}");
        let is_told = said.iter().any(|m| m.text.contains("not read back"));
        assert_eq!(is_told, hidden_for == 1000, "{hidden_for}: {said:?}");
    }
}

#[tokio::test]
async fn a_deleted_flow_log_is_kept_in_the_state_if_the_second_create_fails() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let (saved, config) = planned(&mut core, Terraform::V116, &to_group(json!({}))).await;
    let (old, _) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
    fake.remove(id(&old));
    // The first create repeats the reply, and EC2 refuses the second one.
    fake.fail("CreateFlowLogs", Fault::Delay(Duration::ZERO), 1);
    let denied = Fault::error("UnauthorizedOperation", "not now");
    fake.fail("CreateFlowLogs", denied, 1);
    let mut core = Core::start(fake.url()).await;
    let (state, said) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
    assert_eq!(errors(&said), []);
    assert!(said[0].text.contains("not read back"), "{said:?}");
    assert!(said[0].text.contains("UnauthorizedOperation"), "{said:?}");
    assert_eq!(id(&state), id(&old));
    assert_eq!(ids(&fake), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_applied_again_with_other_values_names_what_may_exist() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let row = |role: &str| to_group(json!({ "iam_role_arn": role }));
    let mut unknown = core.config(&row(ROLE));
    hide(&mut unknown, &["iam_role_arn"]);
    let saved = core
        .save(Terraform::V116, &Value::Null, &unknown, false)
        .await;
    let config = core.config(&row(ROLE));
    let created = crash(&fake, &saved, &config, Order::AfterDelete).await;
    let config = core.config(&row("arn:aws:iam::123456789012:role/other"));
    let (state, said) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
    assert!(state.is_null());
    let block = format!("id = \"{}@us-east-1\"", created.id);
    for text in [
        "IdempotentParameterMismatch",
        "a new plan uses a new token",
        &block,
    ] {
        assert!(said[0].text.contains(text), "{text}: {said:?}");
    }
    assert_eq!(ids(&fake), [created.id]);
    // A new plan, with what exists now.
    let saved = core
        .save(Terraform::V116, &Value::Null, &config, false)
        .await;
    fake.remove(&ids(&fake)[0]);
    let (_, said) = core.apply_saved(&saved, &config, Order::AfterDelete).await;
    assert_eq!(said, []);
}

#[tokio::test]
async fn a_saved_plan_with_damaged_or_foreign_private_data_is_applied_with_a_new_token() {
    for private in [
        &b"\xff\x00"[..],
        b"fl-0123456789abcdef0",
        br#"{"version":2,"nonce":["6d2f1f0e"]}"#,
        &[b' '; 100_000],
    ] {
        let fake = Fake::start();
        let mut core = Core::start(fake.url()).await;
        let (saved, config) = planned(&mut core, Terraform::V116, &to_group(json!({}))).await;
        let damaged = Saved {
            private: private.to_vec(),
            is_damaged: true,
            ..saved
        };
        let (state, said) = core
            .apply_saved(&damaged, &config, Order::AfterDelete)
            .await;
        assert_eq!(said, []);
        assert_eq!(ids(&fake), [id(&state)]);
        assert!(tokens(&fake)[0].len() <= 64);
    }
}
