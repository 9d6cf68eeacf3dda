//! CreateTags and DeleteTags.

use super::super::wire::ec2;
use super::created;
use crate::harness::fake::{Fake, REGION};

#[test]
fn a_tag_is_deleted_by_key_or_by_key_and_value() {
    let fake = Fake::start();
    let id = created(&fake, &[]);
    let tags = || {
        fake.flow_logs(REGION)
            .remove(0)
            .tags
            .into_iter()
            .collect::<Vec<_>>()
    };
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let on = ("ResourceId.1", id.as_str());
    let two = [
        on,
        ("Tag.1.Key", "a"),
        ("Tag.1.Value", "1"),
        ("Tag.2.Key", "b"),
    ];
    ec2(&fake, "CreateTags", &two).fine();
    assert_eq!(tags(), [tag("a", "1"), tag("b", "")]);

    ec2(
        &fake,
        "DeleteTags",
        &[on, ("Tag.1.Key", "a"), ("Tag.1.Value", "2")],
    )
    .fine();
    ec2(
        &fake,
        "DeleteTags",
        &[on, ("Tag.1.Key", "a"), ("Tag.1.Value", "")],
    )
    .fine();
    assert_eq!(tags(), [tag("a", "1"), tag("b", "")]);
    ec2(
        &fake,
        "DeleteTags",
        &[on, ("Tag.1.Key", "b"), ("Tag.1.Value", "")],
    )
    .fine();
    assert_eq!(tags(), [tag("a", "1")]);
    ec2(&fake, "DeleteTags", &[on, ("Tag.1.Key", "a")]).fine();
    assert_eq!(tags(), []);
}

#[test]
fn deleting_all_tags_keeps_those_of_aws() {
    let fake = Fake::start();
    let id = created(&fake, &[]);
    fake.change(&id, |log| {
        for key in ["aws:cloudformation:stack-name", "mine"] {
            log.tags.insert(key.to_owned(), "x".to_owned());
        }
    });
    ec2(&fake, "DeleteTags", &[("ResourceId.1", &id)]).fine();
    let left: Vec<String> = fake.flow_logs(REGION).remove(0).tags.into_keys().collect();
    assert_eq!(left, ["aws:cloudformation:stack-name"]);
}

#[test]
fn tag_limits_are_enforced() {
    let fake = Fake::start();
    let id = created(&fake, &[]);
    let set = |key: &str, value: &str| {
        let tag = [
            ("ResourceId.1", id.as_str()),
            ("Tag.1.Key", key),
            ("Tag.1.Value", value),
        ];
        ec2(&fake, "CreateTags", &tag)
    };
    set(&"ä".repeat(128), &"ß".repeat(256)).fine();
    set(&"k".repeat(129), "").refused(400, "InvalidParameterValue");
    set("k", &"v".repeat(257)).refused(400, "InvalidParameterValue");
    set("aws:mine", "v").refused(400, "InvalidParameterValue");
    for n in 1..50 {
        set(&format!("key-{n}"), "v").fine();
    }
    set("one-too-many", "v").refused(400, "TagLimitExceeded");
    set("key-1", "another value").fine();
    assert_eq!(fake.flow_logs(REGION)[0].tags.len(), 50);
    let nowhere = [("ResourceId.1", "fl-0dead"), ("Tag.1.Key", "k")];
    ec2(&fake, "CreateTags", &nowhere).refused(400, "InvalidFlowLogId.NotFound");
}
