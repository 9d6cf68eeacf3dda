//! Empty strings combined with unknown arguments: cases that long walks have found.

use serde_json::json;
use vpcflow::cty::Value;

use super::{GROUP_ARN, of_gateway, to_group};
use crate::harness::core::rules::incompatible;
use crate::harness::core::{Core, errors, hide};
use crate::harness::fake::Fake;

#[tokio::test]
async fn an_empty_string_can_become_unknown() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let empty = core.config(&of_gateway(json!({ "traffic_type": "" })));
    let state = core.create(&empty).await;
    let state = core.read(&state).await;
    for later in [json!(null), json!(""), json!("ALL")] {
        let config = core.config(&of_gateway(json!({ "traffic_type": later })));
        let mut planned_for = config.clone();
        hide(&mut planned_for, &["traffic_type"]);
        let stored = core.plan(&state, &planned_for).await;
        assert_eq!(errors(&stored.messages), []);
        let last = core.plan(&state, &config).await;
        let problems = incompatible(&stored.planned, &last.planned);
        assert!(problems.is_empty(), "{later}: {problems:#?}");
        assert!(last.replacing.is_empty(), "{later}: {:?}", last.replacing);
    }
}

/// `log_group_name` was an empty string, so the state contains only the ARN of the log group.
#[tokio::test]
async fn changing_a_log_group_from_arn_to_name_with_an_unknown_account_is_not_a_replacement() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    for name in [json!(""), json!(null)] {
        let by_arn = json!({ "log_destination": GROUP_ARN, "log_group_name": name });
        let by_arn = core.config(&to_group(by_arn));
        let state = core.create(&by_arn).await;
        let state = core.read(&state).await;
        core.configure(&json!({}), &["access_key"]).await;
        let by_name = core.config(&to_group(json!({ "log_destination": "" })));
        let plan = core.plan(&state, &by_name).await;
        assert_eq!(errors(&plan.messages), []);
        assert!(plan.replacing.is_empty(), "{name}: {:?}", plan.replacing);
        core.configure(&json!({}), &[]).await;
        assert_eq!(errors(&core.delete(&state, &Value::Null).await), []);
    }
}
