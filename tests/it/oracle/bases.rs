//! A valid configuration of every noun, and valid arguments of every function.

use serde_json::{Value as Json, json};

use crate::flow_log::random::{Dice, configuration};

/// Returns a valid configuration of a resource.
pub(super) fn resource(name: &str, dice: &mut Dice) -> Json {
    match name {
        "vpcflow_log" => configuration(dice),
        _ => panic!("no configuration of the resource {name}"),
    }
}

/// Returns a valid configuration of a data source.
pub(super) fn data(name: &str, dice: &mut Dice) -> Json {
    match name {
        "vpcflow_log" => dice.of(&[
            json!({ "id": "fl-0123456789abcdef0" }),
            json!({ "tags": { "Env": "p" } }),
            json!({ "filter": [{ "name": "resource-id", "values": ["vpc-0123456789abcdef0"] }] }),
        ]),
        "vpcflow_logs" => dice.of(&[
            json!({}),
            json!({ "flow_log_ids": ["fl-0123456789abcdef0"], "region": "eu-west-1" }),
            json!({ "filter": [{ "name": "log-destination-type", "values": ["s3"] }] }),
        ]),
        "vpcflow_coverage" => dice.of(&[
            json!({}),
            json!({ "kinds": ["vpc", "subnet"], "include_empty": true }),
            json!({ "require": { "traffic": "REJECT" }, "exclude": { "ids": ["vpc-1"] } }),
        ]),
        "vpcflow_log_events" => records(dice),
        "vpcflow_log_summary" => {
            let mut config = records(dice);
            let more = dice.of(&[
                json!({}),
                json!({ "group_by": ["action"], "top": 3, "order_by": "bytes" }),
                json!({ "bin": "10m" }),
                json!({ "count_distinct": ["dst_port"], "having": { "flows": "1," } }),
                json!({ "engine": "scan", "group_by": ["src_addr", "dst_port"] }),
            ]);
            let members = config.as_object_mut().unwrap();
            members.extend(more.as_object().unwrap().clone());
            config
        }
        _ => panic!("no configuration of the data source {name}"),
    }
}

/// Returns a valid configuration of an ephemeral resource.
pub(super) fn ephemeral(name: &str, dice: &mut Dice) -> Json {
    match name {
        "vpcflow_log_events" => records(dice),
        _ => panic!("no configuration of the ephemeral resource {name}"),
    }
}

/// Returns a valid configuration of an action, which ends soon.
pub(super) fn action(name: &str, dice: &mut Dice) -> Json {
    match name {
        "vpcflow_verify_delivery" => {
            let id = dice.of(&["fl-0123456789abcdef0", "fl-0fedcba9876543210"]);
            let since = dice.of(&[json!(null), json!("2026-01-01T00:00:00Z")]);
            json!({ "flow_log_id": id, "since": since, "timeout": "1ms", "poll_interval": "1ms" })
        }
        _ => panic!("no configuration of the action {name}"),
    }
}

/// Returns a valid configuration of a list resource.
pub(super) fn list(name: &str, dice: &mut Dice) -> Json {
    match name {
        "vpcflow_log" => dice.of(&[
            json!({}),
            json!({ "tags": { "Env": "p" } }),
            json!({ "filter": [{ "name": "traffic-type", "values": ["ALL"] }] }),
        ]),
        _ => panic!("no configuration of the list resource {name}"),
    }
}

/// Returns valid arguments of the provider, without addresses.
pub(super) fn provider(dice: &mut Dice) -> Json {
    dice.of(&[
        json!({}),
        json!({ "default_tags": { "tags": { "Env": "p", "Team": "t" } } }),
        json!({ "ignore_tags": { "keys": ["Own"], "key_prefixes": ["kube/"] } }),
        json!({ "default_tags": { "tags": {} }, "max_retries": 1 }),
    ])
}

/// Returns valid arguments of a function, as JSON.
pub(super) fn function(name: &str, dice: &mut Dice) -> Vec<Json> {
    let object = |members: Json| json!({ "type": ["object", types(&members)], "value": members });
    match name {
        "parse_record" => vec![dice.of(&[
            json!("2 - eni-0a1 - - - - - - - 1432917027 1432917142 - NODATA"),
            json!(
                "2 1 eni-0a1 10.0.0.1 10.0.0.2 443 49152 6 10 840 1432917027 1432917142 ACCEPT OK"
            ),
        ])],
        "log_format" => vec![json!("version"), json!("srcaddr")],
        "filter_pattern" => vec![dice.of(&[
            object(json!({ "action": "REJECT" })),
            object(json!({ "dst_port": "22,3389", "src_addr": "10.0.0.0/8" })),
        ])],
        "delivery_trust_policy" => vec![json!("123456789012"), json!("eu-central-1")],
        "delivery_role_policy" => {
            vec![json!("arn:aws:logs:eu-central-1:123456789012:log-group:g")]
        }
        "delivery_bucket_policy" => vec![
            json!("arn:aws:s3:::bucket"),
            json!("folder"),
            json!(["123456789012"]),
            json!(["eu-central-1"]),
        ],
        "athena_table" => vec![
            json!("flow_logs"),
            json!("${version}"),
            json!("s3://bucket"),
            object(json!({ "since": "2026-05-01" })),
        ],
        _ => panic!("no arguments of the function {name}"),
    }
}

fn types(members: &Json) -> Json {
    let members = members.as_object().unwrap();
    members
        .keys()
        .map(|name| (name.clone(), json!("string")))
        .collect()
}

fn records(dice: &mut Dice) -> Json {
    let mut config = json!({
        "log_group_name": "group", "start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T01:00:00Z",
    });
    let more = dice.of(&[
        json!({}),
        json!({ "action": "REJECT", "dst_port": "22" }),
        json!({ "src_addr": "10.0.0.0/8", "limit": 5 }),
        json!({ "where": [{ "action": "ACCEPT" }, { "protocol": "6" }] }),
        json!({ "exclude": [{ "dst_addr": "10.0.0.2" }], "timeout": "1m" }),
        json!({ "log_group_name": null, "s3_uri": "s3://bucket/p/" }),
    ]);
    config
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    config
}
