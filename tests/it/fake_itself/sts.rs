//! STS: identities and assumed roles.

use super::wire::{ec2, query, signed};
use crate::harness::fake::Fake;

const VERSION: &str = "2011-06-15";

#[test]
fn an_access_key_belongs_to_the_default_account() {
    let fake = Fake::start();
    let key = signed("AKIAFAKE", "us-gov-west-1", "sts");
    let reply = query(&fake, VERSION, Some(&key), "GetCallerIdentity", &[]).unwrap();
    let reply = reply.fine();
    assert_eq!(reply.text("Account"), "123456789012");
    assert_eq!(
        reply.text("Arn"),
        "arn:aws-us-gov:iam::123456789012:user/somebody"
    );
}

#[test]
fn an_assumed_role_uses_the_account_of_its_arn() {
    let fake = Fake::start();
    let key = signed("AKIAFAKE", "us-east-1", "sts");
    let role = [
        ("RoleArn", "arn:aws:iam::210987654321:role/path/reader"),
        ("RoleSessionName", "me"),
    ];
    let assumed = query(&fake, VERSION, Some(&key), "AssumeRole", &role).unwrap();
    let assumed = assumed.fine();
    let access_key = assumed.text("AccessKeyId");
    assert_eq!(
        assumed.text("SessionToken"),
        format!("token-of-{access_key}")
    );

    let key = signed(&access_key, "us-east-1", "sts");
    let who = query(&fake, VERSION, Some(&key), "GetCallerIdentity", &[]).unwrap();
    let who = who.fine();
    assert_eq!(who.text("Account"), "210987654321");
    assert_eq!(
        who.text("Arn"),
        "arn:aws:sts::210987654321:assumed-role/reader/me"
    );

    let flow_log = [
        ("ResourceId.1", "vpc-1"),
        ("ResourceType", "VPC"),
        ("TrafficType", "ALL"),
        ("LogDestinationType", "s3"),
        ("LogDestination", "arn:aws:s3:::bucket"),
    ];
    let key = signed(&access_key, "us-east-1", "ec2");
    let reply = query(&fake, "2016-11-15", Some(&key), "CreateFlowLogs", &flow_log).unwrap();
    reply.fine();
    assert_eq!(fake.flow_logs("us-east-1")[0].account, "210987654321");
    assert!(
        ec2(&fake, "DescribeFlowLogs", &[])
            .fine()
            .texts("flowLogId")
            .is_empty()
    );
}

#[test]
fn a_web_identity_requires_a_token_and_no_signature() {
    let fake = Fake::start();
    let role = [
        ("RoleArn", "arn:aws:iam::210987654321:role/ci"),
        ("RoleSessionName", "run"),
        ("WebIdentityToken", "jwt"),
    ];
    let action = "AssumeRoleWithWebIdentity";
    let assumed = query(&fake, VERSION, None, action, &role).unwrap().fine();
    assert!(assumed.text("AccessKeyId").starts_with("ASIA"));
    let without = query(&fake, VERSION, None, action, &role[..2]).unwrap();
    without.refused(400, "MissingParameter");
    let unsigned = query(&fake, VERSION, None, "AssumeRole", &role[..2]).unwrap();
    unsigned.refused(403, "MissingAuthenticationToken");
}

#[test]
fn an_arn_that_is_not_of_a_role_cannot_be_assumed() {
    let fake = Fake::start();
    let key = signed("AKIAFAKE", "us-east-1", "sts");
    for arn in [
        "reader",
        "arn:aws:iam::1:role/reader",
        "arn:aws:iam::210987654321:user/reader",
    ] {
        let role = [("RoleArn", arn), ("RoleSessionName", "me")];
        let reply = query(&fake, VERSION, Some(&key), "AssumeRole", &role).unwrap();
        assert_eq!(
            reply.refused(400, "ValidationError"),
            format!("{arn} is invalid as a role ARN")
        );
    }
}
