//! A managed resource outside of its lifecycle: stored, imported, generated, listed, and moved from other providers.

use serde_json::json;
use vpcflow::cty::{Type, Value};
use vpcflow::protocol::pb;

use super::calls::{Oracle, raw};
use super::reading::{capabilities, not_deferred};
use super::resource::{Kind, Stored, identity, kind, plan, read, validate};
use super::{bases, checks, values};
use crate::flow_log::random::Dice;
use crate::harness::wire::{bytes, encoded};

/// Lists, and takes over states of other providers, states of other versions, and IDs that do not exist.
pub(super) async fn strangers(oracle: &mut Oracle, dice: &mut Dice) {
    let kind = kind(oracle, dice);
    let ty = &kind.schema.ty;
    list(oracle, dice, &kind).await;
    let source = dice.of(&[
        ("registry.terraform.io/hashicorp/aws", "aws_flow_log"),
        (
            "registry.terraform.io/hashicorp/awscc",
            "awscc_ec2_flow_log",
        ),
        ("registry.terraform.io/hashicorp/random", "random_id"),
    ]);
    let mut state = json!({
        "id": "fl-0123456789abcdef0", "vpc_id": "vpc-0123456789abcdef0", "traffic_type": "ALL",
        "log_destination": "arn:aws:s3:::bucket", "log_destination_type": "s3",
    });
    let members = state.as_object_mut().unwrap();
    for name in [
        "vpc_id",
        "subnet_id",
        "tags",
        "region",
        "log_format",
        "id",
        "more",
    ] {
        if dice.below(3) == 0 {
            let value = values::random(dice, &Type::String);
            let value = encoded_json(&value);
            members.insert(name.to_owned(), value);
        }
    }
    let request = pb::move_resource_state::Request {
        source_provider_address: source.0.to_owned(),
        source_type_name: source.1.to_owned(),
        source_schema_version: dice.of(&[0, 1, 7]),
        source_state: Some(pb::RawState {
            json: state.to_string().into_bytes(),
            ..Default::default()
        }),
        target_type_name: kind.name.to_owned(),
        ..Default::default()
    };
    let answer = oracle.calls.move_resource_state(request).await;
    let moved = oracle.take("MoveResourceState", &state, answer);
    if !oracle.fails(kind.name, &moved.diagnostics, ty) {
        let state = oracle.known("move", moved.target_state.as_ref(), ty);
        if state.is_null() {
            oracle.hold("move", &["the state is null".to_owned()]);
        }
    }
    let garbage = dice.of(&["", "{}", "[]", "{\"id\": 5}", "{\"id\": [{}]}", "nul"]);
    let request = pb::upgrade_resource_state::Request {
        type_name: kind.name.to_owned(),
        version: dice.of(&[0, 1, 99, -1]),
        raw_state: Some(pb::RawState {
            json: garbage.as_bytes().to_vec(),
            ..Default::default()
        }),
    };
    let answer = oracle.calls.upgrade_resource_state(request).await;
    let upgraded = oracle.take("UpgradeResourceState", &garbage, answer);
    oracle.fails(kind.name, &upgraded.diagnostics, ty);
    let bad = bytes(vec![dice.of(&[0xc1, 0x81, 0xdf, 0xff])]);
    let request = pb::validate_resource_config::Request {
        type_name: kind.name.to_owned(),
        config: bad,
        client_capabilities: None,
    };
    let answer = oracle.calls.validate_resource_config(request).await;
    let refused = oracle.take("ValidateResourceConfig", &"garbage", answer);
    assert!(oracle.fails(kind.name, &refused.diagnostics, ty));
}

/// Stores a resource and reads it again, as Core does in every run.
pub(super) async fn upgrade(oracle: &mut Oracle, kind: &Kind, stored: Stored) -> Stored {
    let ty = &kind.schema.ty;
    let request = pb::upgrade_resource_state::Request {
        type_name: kind.name.to_owned(),
        version: kind.schema.version,
        raw_state: raw(&stored.state, ty),
    };
    let answer = oracle.calls.upgrade_resource_state(request).await;
    let answer = oracle.take("UpgradeResourceState", &stored.state, answer);
    let failed = oracle.fails(kind.name, &answer.diagnostics, ty);
    let state = oracle.known("upgrade", answer.upgraded_state.as_ref(), ty);
    if failed || state != stored.state {
        oracle.hold("upgrade", &[format!("{state:?}")]);
    }
    if let (Some(ty), Some(data)) = (&kind.identity, &stored.identity) {
        let value = oracle.known("identity", data.identity_data.as_ref(), ty);
        let request = pb::upgrade_resource_identity::Request {
            type_name: kind.name.to_owned(),
            version: 0,
            raw_identity: raw(&value, ty),
        };
        let answer = oracle.calls.upgrade_resource_identity(request).await;
        let answer = oracle.take("UpgradeResourceIdentity", &value, answer);
        let failed = oracle.fails(kind.name, &answer.diagnostics, ty);
        let upgraded = answer.upgraded_identity.and_then(|data| data.identity_data);
        let upgraded = oracle.known("identity", upgraded.as_ref(), ty);
        if failed || upgraded != value {
            oracle.hold("identity", &[format!("{upgraded:?}")]);
        }
    }
    stored
}

/// Imports the resource by its ID or its identity, and reads it as Core does.
pub(super) async fn import(
    oracle: &mut Oracle,
    dice: &mut Dice,
    kind: &Kind,
    stored: Stored,
) -> Stored {
    let ty = &kind.schema.ty;
    let Some(Value::String(id)) = stored.state.get("id") else {
        return stored;
    };
    let by_identity = dice.below(2) == 0 && stored.identity.is_some();
    let request = pb::import_resource_state::Request {
        type_name: kind.name.to_owned(),
        id: if by_identity {
            String::new()
        } else {
            id.clone()
        },
        identity: stored.identity.clone().filter(|_| by_identity),
        client_capabilities: Some(capabilities(dice)),
    };
    let answer = oracle.calls.import_resource_state(request).await;
    let mut answer = oracle.take("ImportResourceState", &id, answer);
    let mut problems = not_deferred(answer.deferred.as_ref());
    // A flow log of another region than the provider's cannot be found by its ID.
    if oracle.fails(kind.name, &answer.diagnostics, ty) {
        return stored;
    }
    let [imported] = &mut answer.imported_resources[..] else {
        oracle.hold("import", &[format!("{answer:?}")]);
        return stored;
    };
    problems.extend(identity(kind, imported.identity.as_ref()));
    if imported.type_name != kind.name {
        problems.push(format!("another type: {}", imported.type_name));
    }
    oracle.hold("import", &problems);
    let imported = Stored {
        state: oracle.known("import", imported.state.as_ref(), ty),
        private: imported.private.clone(),
        identity: imported.identity.clone(),
    };
    read(oracle, kind, &imported).await;
    stored
}

/// Generates a configuration, which must be valid and plan no replacement.
pub(super) async fn generate(
    oracle: &mut Oracle,
    dice: &mut Dice,
    kind: &Kind,
    stored: Stored,
) -> Stored {
    let ty = &kind.schema.ty;
    let request = pb::generate_resource_config::Request {
        type_name: kind.name.to_owned(),
        state: encoded(&stored.state, ty),
    };
    let answer = oracle.calls.generate_resource_config(request).await;
    let answer = oracle.take("GenerateResourceConfig", &stored.state, answer);
    let failed = oracle.fails(kind.name, &answer.diagnostics, ty);
    let config = oracle.known("generated", answer.config.as_ref(), ty);
    let valid = !failed && validate(oracle, kind, &config).await;
    let planned = plan(oracle, dice, kind, &stored, &config).await;
    if !valid || planned.is_none_or(|planned| planned.replaces) {
        oracle.hold("generated", &[format!("{config:?}")]);
    }
    stored
}

/// Lists resources.
pub(super) async fn list(oracle: &mut Oracle, dice: &mut Dice, kind: &Kind) {
    let lists = oracle.catalogue.list_resources.get(kind.name).unwrap();
    let Some(schema) = lists.map(|list| list.schema().clone()) else {
        return;
    };
    let base = values::of_json(&schema, &bases::list(kind.name, dice));
    let config = values::changed(dice, &schema, &base);
    let request = pb::validate_list_resource_config::Request {
        type_name: kind.name.to_owned(),
        config: encoded(&config, &schema.ty),
        ..Default::default()
    };
    let answer = oracle.calls.validate_list_resource_config(request).await;
    let valid = oracle.take("ValidateListResourceConfig", &config, answer);
    if oracle.fails(kind.name, &valid.diagnostics, &schema.ty) {
        return;
    }
    let limit = dice.of(&[0, 1, 2, 100]);
    let whole = dice.below(2) == 0;
    let request = pb::list_resource::Request {
        type_name: kind.name.to_owned(),
        config: encoded(&config, &schema.ty),
        include_resource_object: whole,
        limit,
    };
    let answer = oracle.calls.list_resource(request).await;
    let mut events = oracle.take("ListResource", &config, answer);
    let mut problems = Vec::new();
    let mut found = 0;
    while let Ok(Some(event)) = events.message().await {
        problems.extend(checks::diagnostics(&event.diagnostic, &schema.ty));
        if event.diagnostic.iter().any(|said| said.severity == 1) {
            break;
        }
        if event.identity.is_none() && !event.diagnostic.is_empty() {
            continue;
        }
        found += 1;
        problems.extend(identity(kind, event.identity.as_ref()));
        if event.display_name.is_empty() {
            problems.push("no display name".to_owned());
        }
        match &event.resource_object {
            Some(object) => problems.extend(checks::known(Some(object), &kind.schema.ty).err()),
            None if whole => problems.push("no object".to_owned()),
            None => {}
        }
    }
    if limit > 0 && found > limit {
        problems.push(format!("{found} objects, more than {limit}"));
    }
    oracle.hold("list", &problems);
}

fn encoded_json(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => json!(text),
        _ => json!(null),
    }
}
