//! One managed resource, as Core plans, applies, reads and destroys it.

use vpcflow::cty::{Type, Value};
use vpcflow::framework::Schema;
use vpcflow::protocol::pb;

use super::calls::Oracle;
use super::checks;
use super::reading::{capabilities, not_deferred};
use crate::flow_log::random::Dice;
use crate::harness::core::rules;
use crate::harness::wire::encoded;

/// A resource that exists, as Core stores it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) state: Value,
    pub(super) private: Vec<u8>,
    pub(super) identity: Option<pb::ResourceIdentityData>,
}

/// The type of a sequence.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) schema: Schema,
    pub(super) identity: Option<Type>,
}

/// The result of a plan.
pub(super) struct Plan {
    pub(super) planned: Value,
    pub(super) private: Vec<u8>,
    pub(super) replaces: bool,
}

/// Chooses a type.
pub(super) fn kind(oracle: &Oracle, dice: &mut Dice) -> Kind {
    let names: Vec<_> = oracle.catalogue.resources.names().collect();
    let name = dice.of(&names);
    let resource = oracle.catalogue.resources.get(name).unwrap().unwrap();
    Kind {
        name,
        schema: resource.schema().clone(),
        identity: resource.identity_schema().map(|schema| schema.ty.clone()),
    }
}

/// Reports whether a configuration is valid.
pub(super) async fn validate(oracle: &mut Oracle, kind: &Kind, config: &Value) -> bool {
    let request = pb::validate_resource_config::Request {
        type_name: kind.name.to_owned(),
        config: encoded(config, &kind.schema.ty),
        client_capabilities: None,
    };
    let answer = oracle.calls.validate_resource_config(request).await;
    let valid = oracle.take("ValidateResourceConfig", config, answer);
    !oracle.fails(kind.name, &valid.diagnostics, &kind.schema.ty)
}

/// Plans a change. Returns nothing if that fails.
pub(super) async fn plan(
    oracle: &mut Oracle,
    dice: &mut Dice,
    kind: &Kind,
    prior: &Stored,
    config: &Value,
) -> Option<Plan> {
    let Schema { block, ty, .. } = &kind.schema;
    let request = pb::plan_resource_change::Request {
        type_name: kind.name.to_owned(),
        prior_state: encoded(&prior.state, ty),
        proposed_new_state: encoded(&rules::proposed(block, &prior.state, config), ty),
        config: encoded(config, ty),
        prior_private: prior.private.clone(),
        prior_identity: prior.identity.clone(),
        client_capabilities: Some(capabilities(dice)),
        ..Default::default()
    };
    let answer = oracle.calls.plan_resource_change(request).await;
    let answer = oracle.take("PlanResourceChange", &(&prior.state, config), answer);
    if oracle.fails(kind.name, &answer.diagnostics, ty) {
        return None;
    }
    let mut problems = not_deferred(answer.deferred.as_ref());
    let planned = checks::typed(answer.planned_state.as_ref(), ty);
    let planned = planned.unwrap_or_else(|problem| {
        problems.push(problem);
        Value::Null
    });
    problems.extend(rules::invalid_plan(block, &prior.state, config, &planned));
    if answer.legacy_type_system {
        problems.push("legacy_type_system is set".to_owned());
    }
    let mut replaces = false;
    for path in &answer.requires_replace {
        if !checks::leads_somewhere(path, ty) {
            problems.push(format!("{path:?} leads nowhere"));
        }
        replaces |= !prior.state.is_null();
    }
    if let (Some(identity), Some(ty)) = (&answer.planned_identity, &kind.identity) {
        problems.extend(checks::known(identity.identity_data.as_ref(), ty).err());
    }
    oracle.hold("plan", &problems);
    Some(Plan {
        planned,
        private: answer.planned_private,
        replaces,
    })
}

/// Applies a plan. Returns nothing if no object exists then.
pub(super) async fn apply(
    oracle: &mut Oracle,
    kind: &Kind,
    prior: &Stored,
    plan: &Plan,
    config: &Value,
) -> Option<Stored> {
    let ty = &kind.schema.ty;
    let request = pb::apply_resource_change::Request {
        type_name: kind.name.to_owned(),
        prior_state: encoded(&prior.state, ty),
        planned_state: encoded(&plan.planned, ty),
        config: encoded(config, ty),
        planned_private: plan.private.clone(),
        planned_identity: prior.identity.clone(),
        ..Default::default()
    };
    let answer = oracle.calls.apply_resource_change(request).await;
    let answer = oracle.take("ApplyResourceChange", &plan.planned, answer);
    let failed = oracle.fails(kind.name, &answer.diagnostics, ty);
    let state = oracle.known("apply", answer.new_state.as_ref(), ty);
    let mut problems = Vec::new();
    if !failed {
        problems.extend(rules::incompatible(&plan.planned, &state));
    }
    if answer.legacy_type_system {
        problems.push("legacy_type_system is set".to_owned());
    }
    if !state.is_null() {
        problems.extend(identity(kind, answer.new_identity.as_ref()));
    }
    oracle.hold("apply", &problems);
    (!state.is_null()).then_some(Stored {
        state,
        private: answer.private,
        identity: answer.new_identity,
    })
}

/// Destroys a resource, which must succeed.
pub(super) async fn destroy(oracle: &mut Oracle, kind: &Kind, stored: &Stored) {
    let ty = &kind.schema.ty;
    let request = pb::apply_resource_change::Request {
        type_name: kind.name.to_owned(),
        prior_state: encoded(&stored.state, ty),
        planned_state: encoded(&Value::Null, ty),
        config: encoded(&Value::Null, ty),
        planned_private: stored.private.clone(),
        ..Default::default()
    };
    let answer = oracle.calls.apply_resource_change(request).await;
    let answer = oracle.take("ApplyResourceChange", &"destroy", answer);
    let failed = oracle.fails(kind.name, &answer.diagnostics, ty);
    let left = oracle.known("destroy", answer.new_state.as_ref(), ty);
    if failed || !left.is_null() {
        let problem = format!("not destroyed: {left:?} {:?}", answer.diagnostics);
        oracle.hold("destroy", &[problem]);
    }
}

/// Refreshes a resource that nobody changed. Private data and identity must stay.
pub(super) async fn read(oracle: &mut Oracle, kind: &Kind, stored: &Stored) -> Stored {
    let ty = &kind.schema.ty;
    let request = pb::read_resource::Request {
        type_name: kind.name.to_owned(),
        current_state: encoded(&stored.state, ty),
        private: stored.private.clone(),
        current_identity: stored.identity.clone(),
        ..Default::default()
    };
    let answer = oracle.calls.read_resource(request).await;
    let answer = oracle.take("ReadResource", &stored.state, answer);
    let failed = oracle.fails(kind.name, &answer.diagnostics, ty);
    let state = oracle.known("read", answer.new_state.as_ref(), ty);
    let mut problems = not_deferred(answer.deferred.as_ref());
    problems.extend(identity(kind, answer.new_identity.as_ref()));
    for (wrong, what) in [
        (failed, "it fails"),
        (state.is_null(), "it is gone"),
        (answer.private != stored.private, "other private data"),
        (
            stored.identity.is_some() && answer.new_identity != stored.identity,
            "another identity",
        ),
    ] {
        if wrong {
            problems.push(what.to_owned());
        }
    }
    oracle.hold("read", &problems);
    Stored {
        state,
        private: answer.private,
        identity: answer.new_identity,
    }
}

/// Returns what is wrong with the identity of an object that exists.
pub(super) fn identity(kind: &Kind, identity: Option<&pb::ResourceIdentityData>) -> Vec<String> {
    let data = identity.and_then(|identity| identity.identity_data.as_ref());
    match (&kind.identity, identity) {
        (Some(ty), Some(_)) => checks::known(data, ty).err().into_iter().collect(),
        (Some(_), None) => vec!["there is no identity".to_owned()],
        (None, Some(_)) => vec!["an identity, but the type has none".to_owned()],
        (None, None) => Vec::new(),
    }
}
