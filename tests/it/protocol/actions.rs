//! The calls of actions: schema, validation, plan, progress, and every end.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tonic::Streaming;
use vpcflow::cty::{Type, Value};
use vpcflow::framework::{self, Attr, Context, Diagnostic, Diagnostics, Model, Progress, lower};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::invoke_action::event::Type as Sent;

use super::{Served, Signals, configured, serve};
use crate::harness::wire::{encoded, summaries};

/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(20);

/// Waits.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Waiting {
    /// How it ends.
    how: Attr<String>,
}

impl Model for Waiting {}

/// An action of the test provider.
pub(super) struct Wait;

impl framework::Action for Wait {
    type Connection = Arc<Signals>;
    type Model = Waiting;
    const TYPE_NAME: &'static str = "example_wait";

    fn validate(&self, config: &Waiting, diagnostics: &mut Diagnostics) {
        if config.how == Attr::Known("badly".to_owned()) {
            diagnostics.error("how", "bad-way", "Bad way", "Choose another.");
        }
    }

    async fn invoke(
        &self,
        signals: &Arc<Signals>,
        config: Waiting,
        progress: &Progress,
        context: &Context,
    ) -> Result<(), Diagnostics> {
        let how = config.how.known().cloned().unwrap_or_default();
        progress.say(format!("waiting\n{how}")).await;
        match how.as_str() {
            "fail" => return Err(Diagnostic::error("no", "Not waited", "As asked.").into()),
            "panic" => panic!("as asked"),
            "stop" => {
                signals.begun.notify_one();
                context.stop().cancelled().await;
                context.warn(Diagnostic::warning("stopped", "Stopped", "As asked."));
            }
            "drop" => {
                let _ended = Ended(Arc::clone(signals));
                signals.begun.notify_one();
                std::future::pending::<()>().await;
            }
            _ => {}
        }
        progress.say("done").await;
        Ok(())
    }
}

/// Tells the test that the action was dropped.
struct Ended(Arc<Signals>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.ended.notify_one();
    }
}

fn config(how: &Value) -> Option<pb::DynamicValue> {
    encoded(&Value::map([("how", how.clone())]), &ty())
}

fn ty() -> Type {
    lower::<Waiting>(0).unwrap().ty
}

async fn invoke(served: &mut Served, how: &str) -> Streaming<pb::invoke_action::Event> {
    let request = pb::invoke_action::Request {
        action_type: "example_wait".to_owned(),
        config: config(&how.into()),
        client_capabilities: None,
    };
    let answer = served.client.invoke_action(request).await;
    answer.unwrap().into_inner()
}

/// Returns the lines and the diagnostics, in order. Nothing comes after the end.
async fn all(
    mut events: Streaming<pb::invoke_action::Event>,
) -> (Vec<String>, Vec<pb::Diagnostic>) {
    let mut lines = Vec::new();
    loop {
        let event = tokio::time::timeout(SOON, events.message()).await;
        let event = event.expect("an event").unwrap();
        match event.expect("the end").r#type.expect("a type") {
            Sent::Progress(line) => lines.push(line.message),
            Sent::Completed(end) => {
                assert_eq!(events.message().await.unwrap(), None);
                return (lines, end.diagnostics);
            }
        }
    }
}

#[tokio::test]
async fn an_action_is_declared_once() {
    let mut served = serve().await;
    let request = pb::get_metadata::Request::default();
    let metadata = served.client.get_metadata(request).await.unwrap();
    let names = metadata.into_inner().actions.into_iter();
    let names: Vec<_> = names.map(|action| action.type_name).collect();
    assert_eq!(names, ["example_wait"]);
    let request = pb::get_provider_schema::Request::default();
    let schema = served.client.get_provider_schema(request).await.unwrap();
    let schema = schema.into_inner().action_schemas["example_wait"].clone();
    let block = schema.schema.unwrap().block.unwrap();
    assert_eq!(block.description, "Waits.");
    assert_eq!(block.attributes[0].name, "how");
    assert!(block.attributes[0].required);
}

#[tokio::test]
async fn an_action_is_validated_before_it_is_planned_and_run() {
    let mut served = configured().await;
    for (how, expected) in [
        (Value::unknown(), vec![]),
        ("well".into(), vec![]),
        ("badly".into(), vec!["Bad way"]),
    ] {
        let request = pb::validate_action_config::Request {
            type_name: "example_wait".to_owned(),
            config: config(&how),
        };
        let answer = served.client.validate_action_config(request).await;
        assert_eq!(
            summaries(&answer.unwrap().into_inner().diagnostics),
            expected
        );
        let request = pb::plan_action::Request {
            action_type: "example_wait".to_owned(),
            config: config(&how),
            client_capabilities: None,
        };
        let answer = served
            .client
            .plan_action(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&answer.diagnostics), expected);
        assert_eq!(answer.deferred, None);
    }
    let events = invoke(&mut served, "badly").await;
    let (lines, said) = all(events).await;
    assert_eq!((lines, summaries(&said)), (vec![], vec!["Bad way"]));
}

#[tokio::test]
async fn every_end_of_an_action_is_one_event_after_its_progress() {
    let mut served = configured().await;
    for (how, lines, said) in [
        ("well", 2, vec![]),
        ("fail", 1, vec!["Not waited"]),
        ("panic", 1, vec!["Invoking the action did not finish"]),
    ] {
        let events = invoke(&mut served, how).await;
        let (shown, found) = all(events).await;
        assert_eq!(shown.len(), lines, "{how}: {shown:?}");
        assert!(shown[0].starts_with("waiting") && shown[0].ends_with(how));
        assert!(!shown[0].contains('\n'), "{shown:?}");
        assert_eq!(summaries(&found), said, "{how}");
    }
}

#[tokio::test]
async fn without_a_configuration_an_action_is_an_error() {
    let mut served = serve().await;
    let events = invoke(&mut served, "well").await;
    let (lines, said) = all(events).await;
    assert_eq!(lines, [""; 0]);
    assert_eq!(summaries(&said), ["Provider not configured"]);
}

#[tokio::test]
async fn a_stop_ends_an_action_with_its_own_words() {
    let mut served = configured().await;
    let events = invoke(&mut served, "stop").await;
    served.signals.begun.notified().await;
    let request = pb::stop_provider::Request::default();
    served.client.stop_provider(request).await.unwrap();
    let (lines, said) = all(events).await;
    assert_eq!(lines.len(), 2);
    assert_eq!(summaries(&said), ["Stopped"]);
}

#[tokio::test]
async fn an_action_whose_client_is_gone_ends() {
    let mut served = configured().await;
    let events = invoke(&mut served, "drop").await;
    served.signals.begun.notified().await;
    drop(events);
    let ended = tokio::time::timeout(SOON, served.signals.ended.notified()).await;
    ended.expect("the action goes on");
}
