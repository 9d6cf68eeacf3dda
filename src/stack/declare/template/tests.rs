//! Random expressions: they never panic, are unknown only for the reasons that they contain, and conditions follow the
//! algebra of three values.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::declaration::Stack;
use super::super::definition::read;
use super::super::parameters::Parameters;
use super::super::unknown::Reason;
use crate::framework::Attr;

/// Reads a template with one flow log whose tag `t` has a value.
fn read_tag(value: &Value, conditions: &Value, given: &[(&str, &str)]) -> Option<Stack> {
    let template = json!({
        "Parameters": {
            "P": { "Type": "String" },
            "Q": { "Type": "String", "Default": "q" },
            "L": { "Type": "CommaDelimitedList" },
        },
        "Mappings": { "M": { "a": { "b": "c", "list": ["x", "y"] } } },
        "Conditions": conditions,
        "Resources": {
            "Bucket": { "Type": "AWS::S3::Bucket", "Properties": { "BucketName": { "Ref": "P" } } },
            "Log": { "Type": "AWS::EC2::FlowLog", "Properties": {
                "ResourceId": "vpc-0123456789abcdef0", "ResourceType": "VPC", "TrafficType": "ALL",
                "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::bucket",
                "Tags": [{ "Key": "t", "Value": value }],
            } },
        },
    });
    let parameters = Parameters {
        given: given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        region: Some("us-east-1".to_owned()),
        account: Some("123456789012".to_owned()),
        ..Parameters::default()
    };
    read("t.json", &template.to_string(), &parameters).ok()
}

fn tag(stack: &Stack) -> Attr<String> {
    match &stack.entries[0].desired.flow_log().tags {
        Attr::Known(tags) => tags.get("t").cloned().unwrap_or(Attr::Null),
        Attr::Null => Attr::Null,
        Attr::Unknown => Attr::Unknown,
    }
}

fn expression() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        "[a-z,./ ${}!&]{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            json!({ "Ref": "P" }),
            json!({ "Ref": "Q" }),
            json!({ "Ref": "L" }),
            json!({ "Ref": "AWS::Region" }),
            json!({ "Ref": "AWS::StackName" }),
            json!({ "Ref": "AWS::NoValue" }),
            json!({ "Ref": "Bucket" }),
            json!({ "Fn::GetAtt": ["Bucket", "Arn"] }),
            json!({ "Fn::GetAtt": "Bucket.DomainName" }),
            json!({ "Fn::ImportValue": "x" }),
            json!("{{resolve:ssm:x}}"),
            json!(7),
            json!(true),
            json!(null),
        ]),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            (Just(","), list.clone()).prop_map(|(by, list)| json!({ "Fn::Join": [by, list] })),
            (0..4, list.clone()).prop_map(|(at, list)| json!({ "Fn::Select": [at, list] })),
            (inner.clone(), inner.clone())
                .prop_map(|(by, text)| json!({ "Fn::Select": [0, { "Fn::Split": [by, text] }] })),
            inner.clone().prop_map(|text| json!({ "Fn::Split": [",", text] })),
            inner.clone().prop_map(|own| json!({ "Fn::Sub": ["${P}-${own}", { "own": own }] })),
            inner.clone().prop_map(|text| json!({ "Fn::Base64": text })),
            list.clone().prop_map(|list| json!({ "Fn::Length": list })),
            inner.clone().prop_map(|any| json!({ "Fn::ToJsonString": { "k": any } })),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({ "Fn::If": ["C", a, b] })),
            (inner.clone(), inner.clone()).prop_map(
                |(key, default)| json!({ "Fn::FindInMap": ["M", "a", key, { "DefaultValue": default }] })
            ),
            list.prop_map(Value::from),
            inner,
        ]
    })
}

/// A condition as CloudFormation writes it, and its value if that is known: `P` is unknown, `Q` is "q".
fn condition() -> impl Strategy<Value = (Value, Option<bool>)> {
    let leaf = prop::sample::select(vec![
        (json!({ "Fn::Equals": [{ "Ref": "P" }, "p"] }), None),
        (json!({ "Fn::Equals": [{ "Ref": "Q" }, "q"] }), Some(true)),
        (json!({ "Fn::Equals": ["q", "Q"] }), Some(false)),
        (json!({ "Condition": "True" }), Some(true)),
    ]);
    leaf.prop_recursive(4, 40, 4, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..5);
        let both = |name: &'static str, deciding: bool| {
            move |parts: Vec<(Value, Option<bool>)>| {
                let (texts, values): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
                let value = if values.contains(&Some(deciding)) {
                    Some(deciding)
                } else if values.contains(&None) {
                    None
                } else {
                    Some(!deciding)
                };
                (json!({ name: texts }), value)
            }
        };
        prop_oneof![
            parts.clone().prop_map(both("Fn::And", false)),
            parts.prop_map(both("Fn::Or", true)),
            inner.prop_map(|(text, value)| (json!({ "Fn::Not": [text] }), value.map(|v| !v))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn with_all_parameters_given_nothing_is_unknown_for_want_of_one(value in expression()) {
        let conditions = json!({ "C": { "Fn::Equals": [{ "Ref": "P" }, "p"] } });
        let _ = read_tag(&value, &conditions, &[]);
        let given = [("P", "p"), ("L", "x, y")];
        if let Some(stack) = read_tag(&value, &conditions, &given) {
            for unknown in &stack.entries[0].unknown {
                prop_assert!(!matches!(unknown.reason, Reason::Parameter(_)), "{unknown:?}");
            }
        }
    }

    #[test]
    fn what_is_split_and_joined_again_is_the_same(text in "[a-c,/ ]{1,24}", by in "[a,/]{1,2}") {
        let value = json!({ "Fn::Join": [by, { "Fn::Split": [by, text] }] });
        let stack = read_tag(&value, &json!({}), &[]).unwrap();
        prop_assert_eq!(tag(&stack), Attr::Known(text));
    }

    #[test]
    fn conditions_follow_the_algebra_of_three_values((text, value) in condition()) {
        let conditions = json!({ "C": text, "True": { "Fn::Equals": ["a", "a"] } });
        let chosen = json!({ "Fn::If": ["C", "yes", "no"] });
        let stack = read_tag(&chosen, &conditions, &[]).unwrap();
        let expected = match value {
            Some(true) => Attr::Known("yes".to_owned()),
            Some(false) => Attr::Known("no".to_owned()),
            None => Attr::Unknown,
        };
        prop_assert_eq!(tag(&stack), expected);
    }
}
