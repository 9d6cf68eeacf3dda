//! A value that a complete reply omits is not a difference. The tests omit each value that AWS always reports.

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;

use super::{CROSS_ROLE, FOREIGN_STREAM, ROLE, of_gateway, to_bucket, to_group, to_stream, with};
use crate::harness::core::{Core, errors};
use crate::harness::fake::{Fake, REGION};

/// The elements of the values that AWS reports.
const ELEMENTS: [&str; 10] = [
    "trafficType",
    "logDestinationType",
    "logDestination",
    "logGroupName",
    "logFormat",
    "maxAggregationInterval",
    "deliverLogsPermissionArn",
    "deliverCrossAccountRole",
    "destinationOptions",
    "tagFieldSpecificationSet",
];

fn rows() -> Vec<Json> {
    let far = json!({
        "log_destination": FOREIGN_STREAM, "iam_role_arn": ROLE, "deliver_cross_account_role": CROSS_ROLE,
    });
    vec![
        to_group(json!({ "max_aggregation_interval": 60, "log_format": "${version} ${srcaddr}" })),
        to_group(json!({ "traffic_type": "REJECT" })),
        to_group(json!({
            "log_format": "${version} ${instance-tag}",
            "tag_field_specification": [{ "resource_type": "instance", "tag_keys": ["Name"] }],
        })),
        to_bucket(
            json!({ "destination_options": { "file_format": "parquet", "per_hour_partition": true } }),
        ),
        to_bucket(json!({})),
        to_stream(json!({})),
        with(to_stream(far), json!({})),
        of_gateway(json!({ "log_format": "${version} ${tgw-id}" })),
        of_gateway(json!({})),
    ]
}

#[tokio::test]
async fn an_omitted_value_stays_in_the_state() {
    let mut cases: Vec<Vec<&str>> = ELEMENTS.iter().map(|element| vec![*element]).collect();
    cases.push(ELEMENTS.to_vec());
    for row in rows() {
        for omitted in &cases {
            let fake = Fake::start();
            let mut core = Core::start(fake.url()).await;
            let config = core.config(&row);
            let complete = core.create(&config).await;
            let complete = core.read(&complete).await;
            fake.leave_out(omitted);
            let read = core.read(&complete).await;
            assert_eq!(read, complete, "{row} without {omitted:?}");
            let plan = core.plan(&read, &config).await;
            assert_eq!(errors(&plan.messages), [], "{row} without {omitted:?}");
            assert_eq!(plan.planned, read, "{row} without {omitted:?}");
        }
    }
}

#[tokio::test]
async fn an_import_with_few_reported_values_plans_no_replacement() {
    for row in rows() {
        let fake = Fake::start();
        let mut core = Core::start(fake.url()).await;
        let config = core.config(&row);
        core.create(&config).await;
        let id = fake.flow_logs(REGION)[0].id.clone();
        // Options that are not reported are the defaults, because old flow logs have none.
        let omitted = ELEMENTS
            .iter()
            .filter(|name| !name.starts_with("destination"));
        // One of these two elements must contain the destination.
        let omitted = omitted.filter(|name| !name.starts_with("logDestination"));
        fake.leave_out(&omitted.copied().collect::<Vec<_>>());
        let mut core = Core::start(fake.url()).await;
        let state = core.import(&id).await;
        let plan = core.plan(&state, &config).await;
        assert_eq!(errors(&plan.messages), [], "{row}");
        assert_eq!(
            plan.replacing.len(),
            0,
            "{row}: {:?} {state:?}",
            plan.planned
        );
        let (state, messages) = core.apply(&state, &plan.planned, &config).await;
        assert_eq!(errors(&messages), [], "{row}");
        let plan = core.plan(&state, &config).await;
        assert_eq!(plan.planned, state, "{row}");
        assert_ne!(state, Value::Null);
    }
}
