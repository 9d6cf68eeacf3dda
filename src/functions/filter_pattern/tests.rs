use serde_json::json;

use super::*;

fn pattern(quals: serde_json::Value, format: &[&str]) -> Result<Value, FunctionError> {
    let format = format.iter().map(|text| Some((*text).to_owned()));
    FilterPattern {
        filters: quals,
        format: format.collect(),
    }
    .call()
}

#[test]
fn quals_become_a_pattern() {
    let cases = [
        (
            json!({ "action": "REJECT" }),
            "[w1,w2,w3,w4,w5,w6,w7,w8,w9,w10,w11,w12,w13=\"REJECT\",w14]",
        ),
        (
            json!({ "dst_port": 22, "action": null }),
            "[w1,w2,w3,w4,w5,w6,w7=22,w8,w9,w10,w11,w12,w13,w14]",
        ),
        (
            json!({ "where": [{ "dst_port": "22" }, { "dst_port": "3389" }], "exclude": [] }),
            "[w1,w2,w3,w4,w5,w6,w7=22||w7=3389,w8,w9,w10,w11,w12,w13,w14]",
        ),
        (
            json!({ "exclude": [{ "src_addr": "10.0.0.0/8" }] }),
            "[w1,w2,w3,w4!=\"10.*\",w5,w6,w7,w8,w9,w10,w11,w12,w13,w14]",
        ),
    ];
    for (quals, expected) in cases {
        assert_eq!(pattern(quals, &[]).unwrap(), expected.into());
    }
}

#[test]
fn a_format_says_where_fields_stand() {
    let format = "${az-id} ${dstport}";
    let quals = json!({ "fields": { "az-id": "use1-az1" }, "dst_port": "443" });
    let made = pattern(quals, &[format]).unwrap();
    assert_eq!(made, "[w1=\"use1-az1\",w2=443]".into());
}

#[test]
fn an_unknown_key_is_an_error_that_names_the_nearest() {
    let cases = [
        (
            json!({ "dst_prt": "22" }),
            "there is no filter `dst_prt`; did you mean `dst_port`?",
        ),
        (
            json!({ "where": [{ "acton": "REJECT" }] }),
            "there is no filter `where[0].acton`; did you mean `action`?",
        ),
        (json!({ "exclud": [] }), "did you mean `exclude`?"),
        (json!({ "field": {} }), "did you mean `fields`?"),
        (json!({ "srcaddr": "10.0.0.1" }), "did you mean `src_addr`?"),
        (
            json!({ "az-id": "x" }),
            "write `fields = { \"az-id\" = … }`",
        ),
        (
            json!({ "where": [{ "exclude": [] }] }),
            "not as `where[0].exclude`",
        ),
    ];
    for (quals, text) in cases {
        let error = pattern(quals, &[]).unwrap_err();
        assert_eq!(error.path.to_string(), "filters");
        assert!(error.text.contains(text), "{error:?}");
    }
}

#[test]
fn a_value_of_the_wrong_form_is_an_error_that_says_what_to_write() {
    let cases = [
        (json!("action"), "`filters` must be an object"),
        (json!({}), "there is no filter"),
        (json!({ "dst_port": [22, "443"] }), "write \"22,443\""),
        (json!({ "dst_port": true }), "`dst_port` must be a string"),
        (
            json!({ "where": { "dst_port": "22" } }),
            "write `where = [{ … }]`",
        ),
        (json!({ "where": [{}] }), "`where[0]` has no filter"),
        (json!({ "where": ["22"] }), "`where[0]` must be an object"),
        (json!({ "fields": "x" }), "`fields` must be an object"),
        (
            json!({ "dst_port": "22,x" }),
            "`dst_port` is \"22,x\"; character 4: ",
        ),
        (
            json!({ "vpc_id": "vpc-1" }),
            "needs the field vpc-id, which the record format lacks",
        ),
    ];
    for (quals, text) in cases {
        let error = pattern(quals, &[]).unwrap_err();
        assert_eq!(error.path.to_string(), "filters");
        assert!(error.text.contains(text), "{error:?}");
    }
    let error = pattern(json!({ "action": "REJECT" }), &["action"]).unwrap_err();
    assert_eq!(error.path.to_string(), "format");
}

#[test]
fn what_no_pattern_says_exactly_is_an_error_that_names_the_quals() {
    let cases = [
        (json!({ "action": "REJECT", "port": "22" }), "`port`"),
        (
            json!({ "where": [{ "dst_port": "22" }, { "protocol": "udp" }] }),
            "`where[0].dst_port`, `where[1].protocol`",
        ),
        (
            json!({ "exclude": [{ "dst_port": "22", "action": "ACCEPT" }] }),
            "`exclude[0].action`, `exclude[0].dst_port`",
        ),
        (json!({ "event_id": "1" }), "`event_id`"),
        (json!({ "start": ">=2026-01-01T00:00:00Z" }), "`start`"),
    ];
    for (quals, named) in cases {
        let error = pattern(quals, &[]).unwrap_err();
        assert_eq!(error.path.to_string(), "filters");
        let text = format!("says exactly the same as {named};");
        assert!(error.text.contains(&text), "{error:?}");
    }
}
