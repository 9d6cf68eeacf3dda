//! A flow log that EC2 does not show: it is looked for while it is new, and a stop ends that.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use vpcflow::cty::Value;

use super::to_group;
use crate::harness::core::Core;
use crate::harness::fake::{Fake, REGION};

/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_is_stopped_fails_and_keeps_the_state() {
    let fake = Arc::new(Fake::start());
    let mut core = Core::start(fake.url()).await;
    let config = core.config(&to_group(json!({})));
    let state = core.create(&config).await;
    fake.remove(&fake.flow_logs(REGION)[0].id);
    let calls = fake.calls_of("DescribeFlowLogs").len();
    let asked = Arc::clone(&fake);
    let looked_again = move || asked.wait_for_calls("DescribeFlowLogs", calls + 3, SOON);
    let said = core.read_and_stop(&state, looked_again).await;
    assert!(said[0].is_error, "{said:?}");
    assert!(said[0].text.contains("stays in the state"), "{said:?}");
}

#[tokio::test]
async fn a_flow_log_is_gone_by_the_clock_of_ec2() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let config = core.config(&to_group(json!({})));
    let state = core.create(&config).await;
    fake.remove(&fake.flow_logs(REGION)[0].id);
    fake.clock_ahead(SignedDuration::from_mins(3));
    assert_eq!(core.read(&state).await, Value::Null);
}
