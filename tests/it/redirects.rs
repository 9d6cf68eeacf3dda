//! A service that sends the client to another host. A signed request must not follow, because its session token and its
//! body would go there, too. `credentials::hostile` does the same with the sources of credentials.

use serde_json::{Value as Json, json};

use crate::harness::fake::{Fake, Fault};
use crate::harness::nouns::{Nouns, is_error};
use crate::harness::wire::serve;
use vpcflow::cty::Value;
use vpcflow::provider::Provider;

const TYPE: &str = "vpcflow_log";
/// The key of an object of the time window.
const OBJECT: &str = "p/AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/01/01/123456789012_vpcflowlogs_us-east-1_\
    fl-0123456789abcdef0_20260101T0005Z_0123abcd.log";

/// A provider, its services, and the host to which they send it.
struct Scene {
    fake: Fake,
    elsewhere: Fake,
    nouns: Nouns,
    _server: crate::harness::client::Client,
}

impl Scene {
    async fn new() -> Self {
        let (fake, elsewhere) = (Fake::start(), Fake::start());
        for fake in [&fake, &elsewhere] {
            fake.put_events("group", "stream", Vec::new());
            fake.put_object("bucket", OBJECT, "version\n2\n");
        }
        let (_, server) = serve(Provider).await;
        let mut nouns = Nouns::new(server.channel.clone());
        let url = fake.url();
        let said = nouns
            .configure(&json!({
                "region": "us-east-1", "access_key": "AKIAEXAMPLE", "secret_key": "secret-canary",
                "token": "session-token-canary", "max_retries": 1,
                "endpoints": { "ec2": url, "logs": url, "s3": url, "sts": url },
            }))
            .await;
        assert!(!said.iter().any(is_error), "{said:?}");
        Self {
            fake,
            elsewhere,
            nouns,
            _server: server,
        }
    }

    fn redirect(&self, action: &str, status: u16) {
        self.fake.clear_faults();
        let address = format!("{}/", self.elsewhere.url());
        self.fake
            .fail(action, Fault::Redirect(status, address), 100);
    }

    /// Checks that the last call met the redirect, failed, and went nowhere else.
    #[track_caller]
    fn check(&mut self, action: &str, status: u16) {
        let place = format!("{action}: {status}");
        assert!(!self.fake.calls_of(action).is_empty(), "{place}: no call");
        let followed = self.elsewhere.calls();
        assert!(followed.is_empty(), "{place}: {followed:?}");
        let said = String::from_utf8_lossy(self.nouns.said());
        let told = format!("HTTP {status}");
        assert!(
            said.contains("TemporaryRedirect") || said.contains(&told),
            "{place}: {said}"
        );
        assert!(!said.contains("session-token-canary"), "{place}: {said}");
        self.nouns.forget();
    }
}

fn flow_log() -> Json {
    json!({
        "vpc_id": "vpc-0123456789abcdef0", "traffic_type": "ALL", "log_group_name": "group",
        "iam_role_arn": "arn:aws:iam::123456789012:role/flow-logs",
    })
}

#[tokio::test]
async fn no_call_follows_a_redirect_to_another_host() {
    let mut scene = Scene::new().await;
    let window = |mut query: Json| {
        query["start_time"] = json!("2026-01-01T00:00:00Z");
        query["end_time"] = json!("2026-01-01T01:00:00Z");
        query
    };
    let group = window(json!({ "log_group_name": "group" }));
    let mut counted = group.clone();
    counted["engine"] = json!("insights");
    let bucket = window(json!({ "s3_uri": "s3://bucket/p/" }));
    let state = scene.nouns.create(TYPE, &flow_log()).await;
    assert!(!state.is_null());
    for status in [301, 302, 303, 307, 308] {
        for (action, type_name, config) in [
            ("DescribeFlowLogs", "vpcflow_logs", &json!({})),
            ("FilterLogEvents", "vpcflow_log_events", &group),
            ("StartQuery", "vpcflow_log_summary", &counted),
            ("ListObjectsV2", "vpcflow_log_events", &bucket),
            ("GetObject", "vpcflow_log_events", &bucket),
        ] {
            scene.redirect(action, status);
            scene.nouns.forget();
            scene.nouns.data(type_name, config).await;
            scene.check(action, status);
        }
        scene.redirect("CreateFlowLogs", status);
        let mut other = flow_log();
        other["vpc_id"] = json!("vpc-0fedcba9876543210");
        let created = scene.nouns.create(TYPE, &other).await;
        assert!(created.is_null(), "{status}: {created:?}");
        scene.check("CreateFlowLogs", status);
        scene.redirect("DeleteFlowLogs", status);
        scene.nouns.change(TYPE, &state, &Value::Null).await;
        scene.check("DeleteFlowLogs", status);
    }
    assert_eq!(scene.fake.flow_logs("us-east-1").len(), 1);
}
