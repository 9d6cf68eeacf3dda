use serde_json::json;

use super::*;
use crate::record::dialect::filter_pattern::Class;
use crate::record::qual::Qual;
use crate::record::quals::Quals;

/// An event of a VPC, as Audit Trails writes it.
fn snake_case() -> Value {
    json!({
        "event_id": "e1",
        "event_source": "network",
        "event_type": "yandex.cloud.audit.network.flowlogs.ExternalFlow",
        "event_time": "2026-01-01T00:05:01Z",
        "event_status": "DONE",
        "resource_metadata": { "path": [
            { "resource_type": "organization-manager.organization", "resource_id": "bpf1", "resource_name": "org" },
            { "resource_type": "resource-manager.cloud", "resource_id": "b1g1", "resource_name": "cloud" },
            { "resource_type": "resource-manager.folder", "resource_id": "b1g2", "resource_name": "folder" },
            { "resource_type": "vpc.network", "resource_id": "enp1", "resource_name": "network" },
        ] },
        "details": {
            "vers": "4", "proto": "6", "src_addr": "10.0.0.3", "dst_addr": "203.0.113.9", "src_port": "50000",
            "dst_port": 443, "direction": "EGRESS", "action": "ALLOW", "reason": "security group", "nat": "198.51.100.1",
            "session": "72057594037927936", "iface_idx": "0", "iface_gen": "3", "flow_idx": "1",
            "agg_start": "2026-01-01T00:00:00.123456789Z", "agg_end": "2026-01-01T00:05:00Z", "packets": "12",
            "bytes": "3400", "tcp_flags": "0x12", "vm_uuid": "fhm1", "subnet_id": "e9b1", "brand_new": { "a": 1 },
        },
    })
}

fn named(flow: &ExternalFlow, name: &str) -> Option<String> {
    let format = format();
    flow.text(format.position(name).unwrap())
        .map(Cow::into_owned)
}

#[track_caller]
fn read(event: &Value) -> ExternalFlow {
    parse_event(&event.to_string()).unwrap()
}

#[track_caller]
fn check(flow: &ExternalFlow, expected: &[(&str, Option<&str>)]) {
    for (name, value) in expected {
        assert_eq!(named(flow, name).as_deref(), *value, "{name}");
    }
}

#[test]
fn an_event_of_a_vpc_gets_the_names_of_a_flow_log() {
    let flow = read(&snake_case());
    check(
        &flow,
        &[
            ("account-id", Some("b1g2")),
            ("vpc-id", Some("enp1")),
            ("instance-id", Some("fhm1")),
            ("interface-id", Some("fhm1/0")),
            ("subnet-id", Some("e9b1")),
            ("srcaddr", Some("10.0.0.3")),
            ("dstport", Some("443")),
            ("protocol", Some("6")),
            ("type", Some("IPv4")),
            ("flow-direction", Some("egress")),
            ("action", Some("ACCEPT")),
            ("action_raw", None),
            ("log-status", Some("OK")),
            ("tcp-flags", Some("18")),
            ("packets", Some("12")),
            ("reject_reason", Some("security group")),
            ("nat", Some("198.51.100.1")),
            ("session_id", Some("72057594037927936")),
            ("flow_index", Some("1")),
            ("iface_gen", Some("3")),
            ("event_source", Some("network")),
            ("start_nanos", Some("1767225600123456789")),
            ("sampled", None),
        ],
    );
    let start = flow.time(format().position("start").unwrap()).unwrap();
    assert_eq!(start.to_string(), "2026-01-01T00:00:00.123456789Z");
    assert_eq!(flow.event_id(), Some("e1"));
    assert_eq!(
        flow.event_time().unwrap().to_string(),
        "2026-01-01T00:05:01Z"
    );
    assert_eq!(
        flow.more(),
        [("brand_new".to_owned(), "{\"a\":1}".to_owned())]
    );
    let path = named(&flow, "resource_metadata.path").unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&path).unwrap()[2]["resource_id"],
        "b1g2"
    );
}

/// Converts every key to lowerCamelCase.
fn camel_case(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(key, value)| (details::camel(key), camel_case(value)));
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(camel_case).collect(),
        other => other.clone(),
    }
}

#[test]
fn both_spellings_are_the_same_event() {
    let (snake, camel) = (snake_case(), camel_case(&snake_case()));
    assert_eq!(camel["details"]["srcAddr"], "10.0.0.3");
    let (snake, camel) = (read(&snake), read(&camel));
    let path = format().position("resource_metadata.path").unwrap();
    for index in (0..NAMES.len()).filter(|index| *index != path) {
        assert_eq!(snake.text(index), camel.text(index), "{}", NAMES[index]);
    }
    assert_eq!(snake.more(), camel.more());
    let mut both = snake_case();
    both["details"]["srcAddr"] = json!("10.0.0.4");
    let error = parse_event(&both.to_string()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the event has both `src_addr` and `srcAddr`"
    );
}

#[test]
fn an_event_of_a_bare_metal_server_is_marked_as_sampled() {
    let flow = read(&json!({
        "eventId": "e2",
        "eventType": "yandex.cloud.audit.baremetal.flowlogs.ExternalFlow",
        "details": {
            "folderId": "b1g9", "vers": 6, "srcAddr": "2001:db8::1", "dstAddr": "2001:db8::2", "direction": "INGRESS",
            "aggStart": "2026-01-01T00:00:00Z", "packets": 5, "tcpFlags": "2",
        },
    }));
    check(
        &flow,
        &[
            ("account-id", Some("b1g9")),
            ("type", Some("IPv6")),
            ("flow-direction", Some("ingress")),
            ("sampled", Some("true")),
            ("sampling_rate", Some("1000")),
            ("tcp-flags", Some("2")),
            ("action", None),
            ("dstport", None),
            ("bytes", None),
            ("interface-id", None),
            ("log-status", None),
        ],
    );
}

#[test]
fn undocumented_values_are_kept_unchanged() {
    let mut event = snake_case();
    event["details"]["action"] = json!("mirror");
    event["details"]["vers"] = json!("5");
    event["event_status"] = json!("STARTED");
    let flow = read(&event);
    check(
        &flow,
        &[
            ("action", None),
            ("action_raw", Some("mirror")),
            ("type", None),
            ("log-status", Some("STARTED")),
        ],
    );
    assert!(flow.more().contains(&("vers".to_owned(), "5".to_owned())));
}

#[test]
fn other_messages_are_refused() {
    let wrong = |key: &str, value: Value| {
        let mut event = snake_case();
        event["details"][key] = value;
        event.to_string()
    };
    let cut = snake_case().to_string();
    for (message, problem) in [
        ("", "the message is not JSON"),
        (&cut[..cut.len() - 9], "the message is not JSON"),
        ("[1]", "the message is not a JSON object"),
        (
            "{}",
            "the event is not an ExternalFlow event; its type is ``",
        ),
        (
            "{\"event_type\":\"CreateNetwork\"}",
            "its type is `CreateNetwork`",
        ),
        (
            "{\"event_type\":\"a.ExternalFlow\"}",
            "the event has no details",
        ),
        (
            &wrong("dst_port", json!("22x")),
            "`22x` in `dst_port` is not a number",
        ),
        (
            &wrong("dst_port", json!(22.5)),
            "`22.5` in `dst_port` is not a number",
        ),
        (
            &wrong("packets", json!(-1)),
            "`-1` in `packets` is not a number",
        ),
        (
            &wrong("src_addr", json!("****")),
            "`****` in `src_addr` is not an IP address",
        ),
        (
            &wrong("agg_end", json!("later")),
            "`later` in `agg_end` is not a time",
        ),
        (
            &wrong("tcp_flags", json!("0xzz")),
            "`0xzz` in `tcp_flags` is not a set of TCP flags",
        ),
    ] {
        let error = parse_event(message).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

fn planned(all: &[(&str, &str)]) -> (Option<String>, Vec<Class>) {
    let qual = |(name, text): &(&str, &str)| match name.strip_prefix("fields.") {
        Some(field) => Qual::parse_field(field, text).unwrap(),
        None => Qual::parse(name, text).unwrap(),
    };
    let quals = Quals {
        all: all.iter().map(qual).collect(),
        ..Quals::default()
    };
    let plan = plan(&quals.bind(&format()).unwrap());
    let classes = plan.classes.into_iter().map(|(_, class)| class).collect();
    (plan.calls[0].pattern.clone(), classes)
}

#[test]
fn quals_are_pushed_down_if_json_can_express_them() {
    for (name, text, pattern) in [
        (
            "src_addr",
            "10.0.0.0/8",
            r#"{ ($.details.src_addr = "10.*" || $.details.srcAddr = "10.*") }"#,
        ),
        (
            "protocol",
            "tcp",
            r#"{ ($.details.proto = "6" || $.details.proto = 6) }"#,
        ),
        (
            "log_status",
            "ok",
            r#"{ ($.event_status = "OK" || $.event_status = "DONE" || $.eventStatus = "OK" || $.eventStatus = "DONE") }"#,
        ),
        (
            "event_id",
            "e1",
            r#"{ ($.event_id = "e1" || $.eventId = "e1") }"#,
        ),
        ("fields.nat", "none", r#"{ ($.details.nat = "none") }"#),
    ] {
        assert_eq!(
            planned(&[(name, text)]),
            (Some(pattern.to_owned()), vec![Class::Exact]),
            "{name}"
        );
    }
    for (name, text) in [
        ("bytes", ">=100"),
        ("src_addr", "10.0.0.0/9"),
        ("src_addr", "::1"),
        ("action", "accept"),
        ("flow_direction", "ingress"),
        ("tcp_flags", "syn"),
        ("start", ">=2026-01-01T00:00:00Z"),
        ("fields.nat", "true"),
    ] {
        assert_eq!(
            planned(&[(name, text)]),
            (None, vec![Class::None]),
            "{name}"
        );
    }
}

#[test]
fn a_pattern_that_is_too_long_drops_its_longest_part() {
    let ids: Vec<_> = (0..60).map(|number| format!("event-{number}")).collect();
    let (pattern, classes) = planned(&[("event_id", &ids.join(",")), ("instance_id", "vm-1")]);
    assert_eq!(
        pattern.unwrap(),
        r#"{ ($.details.vm_uuid = "vm-1" || $.details.vmUuid = "vm-1") }"#
    );
    assert_eq!(classes, [Class::None, Class::Exact]);
}

#[test]
fn keys_have_both_spellings() {
    assert_eq!(details::camel("tcp_flags"), "tcpFlags");
    assert_eq!(details::camel("nat"), "nat");
    assert_eq!(details::snake("ifaceIdx"), "iface_idx");
}

/// Checks that the schema has every key of an event.
#[track_caller]
fn is_described(schema: &Value, value: &Value) {
    let Value::Object(members) = value else {
        return;
    };
    for (key, value) in members
        .iter()
        .filter(|(key, _)| !["brand_new", "brandNew"].contains(&key.as_str()))
    {
        let member = &schema["properties"][key];
        assert!(member.is_object(), "{key}");
        is_described(member, value);
        for item in value.as_array().into_iter().flatten() {
            is_described(&member["items"], item);
        }
    }
}

#[test]
fn the_schema_describes_the_events() {
    is_described(&schema(), &snake_case());
    is_described(&schema(), &camel_case(&snake_case()));
}
