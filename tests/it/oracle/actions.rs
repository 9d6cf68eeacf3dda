//! Sequences over actions: a random configuration is validated and planned, and a valid one is run.

use vpcflow::protocol::pb;
use vpcflow::protocol::pb::invoke_action::event::Type as Sent;

use super::calls::Oracle;
use super::reading::{capabilities, hold_unknown, not_deferred};
use super::{bases, checks, values};
use crate::flow_log::random::Dice;
use crate::harness::wire::encoded;

pub(super) async fn action(oracle: &mut Oracle, dice: &mut Dice) {
    let names: Vec<_> = oracle.catalogue.actions.names().collect();
    let name = dice.of(&names);
    let schema = oracle.catalogue.actions.get(name).unwrap();
    let schema = schema.unwrap().schema().clone();
    let base = values::of_json(&schema, &bases::action(name, dice));
    let config = values::changed(dice, &schema, &base);
    let unknown = values::hidden(dice, &schema, &config);
    let mut refused = Vec::new();
    for config in [&config, &unknown] {
        let request = pb::validate_action_config::Request {
            type_name: name.to_owned(),
            config: encoded(config, &schema.ty),
        };
        let answer = oracle.calls.validate_action_config(request).await;
        let valid = oracle.take("ValidateActionConfig", config, answer);
        let is_refused = oracle.fails(name, &valid.diagnostics, &schema.ty);
        refused.push(is_refused);
        let request = pb::plan_action::Request {
            action_type: name.to_owned(),
            config: encoded(config, &schema.ty),
            client_capabilities: Some(capabilities(dice)),
        };
        let answer = oracle.calls.plan_action(request).await;
        let planned = oracle.take("PlanAction", config, answer);
        oracle.hold(name, &not_deferred(planned.deferred.as_ref()));
        if oracle.fails(name, &planned.diagnostics, &schema.ty) != is_refused {
            oracle.hold(name, &["the plan and the validation differ".to_owned()]);
        }
    }
    hold_unknown(oracle, &refused);
    let request = pb::invoke_action::Request {
        action_type: name.to_owned(),
        config: encoded(&base, &schema.ty),
        client_capabilities: Some(capabilities(dice)),
    };
    let answer = oracle.calls.invoke_action(request).await;
    let mut events = oracle.take("InvokeAction", &base, answer);
    let mut problems = Vec::new();
    let mut ends = 0;
    while let Ok(Some(event)) = events.message().await {
        match event.r#type {
            Some(Sent::Progress(line)) if line.message.is_empty() || ends > 0 => {
                problems.push(format!("a line: {line:?}"));
            }
            Some(Sent::Progress(_)) => {}
            Some(Sent::Completed(end)) => {
                ends += 1;
                problems.extend(checks::diagnostics(&end.diagnostics, &schema.ty));
            }
            None => problems.push("an empty event".to_owned()),
        }
    }
    if ends != 1 {
        problems.push(format!("{ends} ends"));
    }
    oracle.hold(name, &problems);
}
