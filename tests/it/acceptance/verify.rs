//! The action `vpcflow_verify_delivery` and the command `verify`: a record that arrives, and every reason why none does.

use std::process::Command;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::invoke_action::event::Type as Sent;
use vpcflow::provider::Provider;

use crate::harness::fake::{
    ACCOUNT, DestinationOptions, Fake, Fault, FlowLog, Network, REGION, Role,
};
use crate::harness::moto::Moto;
use crate::harness::nouns::{Nouns, is_error};
use crate::harness::program;
use crate::harness::terraform::{Run, Version, Workspace};
use crate::harness::wire::{serve, summaries};

const ID: &str = "fl-0aaaaaaaaaaaaaaaa";
const VPC: &str = "vpc-0123456789abcdef0";
const INTERFACE: &str = "eni-0123456789abcdef0";
const BUCKET: &str = "flow-logs-of-tests";
/// Long enough for any machine.
const SOON: Duration = Duration::from_secs(60);

/// Starts a server with a flow log of a VPC with an interface, to a log group with an old record.
fn fake() -> Fake {
    let fake = Fake::start();
    fake.add_network(Network::new(VPC, &[]));
    fake.add_network(Network::new(INTERFACE, &[VPC]));
    fake.insert(flow_log());
    put_record(&fake, &format!("{INTERFACE}-all"), ago(120));
    fake
}

fn flow_log() -> FlowLog {
    FlowLog {
        log_group_name: Some("flow-logs".to_owned()),
        log_destination: None,
        ..FlowLog::sample(ID, VPC)
    }
}

fn to_bucket() -> FlowLog {
    FlowLog {
        log_destination_type: "s3".to_owned(),
        log_destination: Some(format!("arn:aws:s3:::{BUCKET}/a/")),
        log_group_name: None,
        deliver_logs_permission_arn: None,
        destination_options: Some(DestinationOptions::default()),
        ..FlowLog::sample(ID, VPC)
    }
}

fn ago(minutes: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_mins(minutes)
}

fn put_record(fake: &Fake, stream: &str, at: Timestamp) {
    let record = "2 - eni-1 - - - - - - - 1 2 - NODATA".to_owned();
    fake.put_events("flow-logs", stream, vec![(at.as_millisecond(), record)]);
}

fn put_object(fake: &Fake, at: Timestamp) {
    let folder = format!("a/AWSLogs/{ACCOUNT}/vpcflowlogs/{REGION}/%Y/%m/%d/");
    let name = format!("{ACCOUNT}_vpcflowlogs_{REGION}_{ID}_%Y%m%dT%H%MZ_0a1b2c3d.log.gz");
    let key = at.strftime(&format!("{folder}{name}")).to_string();
    fake.put_object(BUCKET, &key, "x");
    fake.object_written(BUCKET, &key, at);
}

/// Returns a command that verifies the flow log.
fn command(fake: &Fake, arguments: &[&str]) -> Command {
    let mut command = program::command(fake);
    command
        .args(["verify", "--region", REGION, "--poll-interval", "50ms"])
        .args(arguments);
    command
}

/// Verifies the flow log for a short time.
fn verify(fake: &Fake, arguments: &[&str]) -> Run {
    let all = [&[ID, "--timeout", "100ms"], arguments].concat();
    Run::of(&command(fake, &all).output().unwrap())
}

/// Returns a time since when no record has arrived, although one must have.
fn long_ago() -> String {
    ago(60).to_string()
}

#[track_caller]
fn says(run: &Run, code: i32, texts: &[&str]) {
    assert_eq!(run.code, code, "{}", run.output);
    for text in texts {
        assert!(
            run.output.contains(text),
            "{text:?} is not in:\n{}",
            run.output
        );
    }
}

#[test]
fn the_command_ends_when_a_record_arrives() {
    for stale in [false, true] {
        let fake = fake();
        fake.stale_streams(stale);
        let run = command(&fake, &[ID, "--timeout", "5m"]).spawn().unwrap();
        fake.wait_for_calls("DescribeLogStreams", 2, SOON);
        // Records of other traffic and of another interface do not count.
        put_record(&fake, &format!("{INTERFACE}-reject"), Timestamp::now());
        put_record(&fake, "eni-0fedcba9876543210-all", Timestamp::now());
        let asked = fake.calls_of("DescribeLogStreams").len();
        fake.wait_for_calls("DescribeLogStreams", asked + 3, SOON);
        put_record(&fake, &format!("{INTERFACE}-all"), Timestamp::now());
        let run = Run::of(&run.wait_with_output().unwrap());
        says(
            &run,
            0,
            &["Records of flow log fl-0aaaaaaaaaaaaaaaa arrive: one arrived at"],
        );
        assert!(run.stdout.lines().count() == 1, "{}", run.stdout);
        let waiting = "Waiting for records of flow log fl-0aaaaaaaaaaaaaaaa: no record has arrived in log group flow-logs";
        assert_eq!(run.output.matches(waiting).count(), 1, "{}", run.output);
    }
}

#[test]
fn a_flow_log_that_ec2_does_not_show_for_a_moment_is_looked_for_again() {
    let fake = fake();
    fake.change(ID, |log| log.hidden_for = 2);
    let run = command(&fake, &[ID, "--timeout", "5m"]).spawn().unwrap();
    fake.wait_for_calls("DescribeLogStreams", 2, SOON);
    fake.change(ID, |log| log.hidden_for = 2);
    let asked = fake.calls_of("DescribeLogStreams").len();
    fake.wait_for_calls("DescribeLogStreams", asked + 2, SOON);
    put_record(&fake, &format!("{INTERFACE}-all"), Timestamp::now());
    let run = Run::of(&run.wait_with_output().unwrap());
    says(&run, 0, &["arrive: one arrived at"]);
}

#[test]
fn the_command_ends_when_an_object_arrives() {
    let fake = Fake::start();
    fake.insert(to_bucket());
    put_object(&fake, ago(30));
    fake.bucket_in(BUCKET, "eu-west-1");
    let run = command(&fake, &[ID, "--timeout", "5m"]).spawn().unwrap();
    fake.wait_for_calls("ListObjectsV2", 4, SOON);
    put_object(&fake, Timestamp::now());
    let run = Run::of(&run.wait_with_output().unwrap());
    says(&run, 0, &["arrive: one arrived at"]);
    let since = ago(40).to_string();
    put_object(&fake, ago(35));
    says(
        &verify(&fake, &["--since", &since]),
        0,
        &["arrive: one arrived at"],
    );
}

#[test]
fn what_has_arrived_since_a_time_ends_the_wait_at_once() {
    let fake = fake();
    let since = ago(130).to_string();
    says(
        &verify(&fake, &["--since", &since]),
        0,
        &["arrive: one arrived at"],
    );
    assert_eq!(fake.calls_of("DescribeLogStreams").len(), 1);
}

#[test]
fn each_reason_is_told_with_what_to_do() {
    let fake = fake();
    says(
        &verify(&fake, &[]),
        2,
        &[
            "No record of flow log",
            "Records may take until",
            "Wait longer",
            "The newest record that was found",
        ],
    );
    let since = ["--since", &long_ago()];
    let silent = verify(&fake, &since);
    says(
        &silent,
        2,
        &[
            "EC2 reports no failure",
            "even without traffic",
            "role/sample",
            "vpc-flow-logs.amazonaws.com",
        ],
    );
    fake.change(ID, |log| log.traffic_type = Some("REJECT".to_owned()));
    says(&verify(&fake, &since), 2, &["records only REJECT traffic"]);
    fake.deliver_failing(ID, "Access\u{202e} error\n::error::x");
    let failing = verify(&fake, &since);
    says(
        &failing,
        2,
        &["EC2 reports that delivery fails: Access", "role/sample"],
    );
    assert!(!failing.output.contains('\u{202e}') && !failing.output.contains("\n::error"));
    fake.change(ID, |log| {
        log.deliver_logs_error_message = Some("Rate limited".to_owned());
    });
    says(&verify(&fake, &since), 2, &["Rate limited", "higher quota"]);
}

#[test]
fn a_destination_that_does_not_exist_is_told() {
    let fake = Fake::start();
    fake.add_network(Network::new(INTERFACE, &[VPC]));
    fake.insert(flow_log());
    let since = ["--since", &long_ago()];
    let run = verify(&fake, &since);
    says(
        &run,
        2,
        &[
            "The log group flow-logs does not exist",
            "logs:CreateLogGroup",
        ],
    );
    assert!(!run.output.contains("no failure"), "{}", run.output);
    fake.remove(ID);
    fake.insert(to_bucket());
    says(
        &verify(&fake, &since),
        2,
        &[&format!("The bucket {BUCKET} does not exist")],
    );
    put_object(&fake, ago(600));
    says(
        &verify(&fake, &since),
        2,
        &["EC2 reports no failure", "delivery.logs.amazonaws.com"],
    );
}

#[test]
fn the_policy_of_a_bucket_is_checked() {
    let fake = Fake::start();
    fake.add_network(Network::new(INTERFACE, &[VPC]));
    fake.insert(to_bucket());
    put_object(&fake, ago(600));
    fake.bucket_in(BUCKET, "eu-west-1");
    let since = ["--since", &long_ago()];
    says(
        &verify(&fake, &since),
        2,
        &["does not allow s3:GetBucketAcl to delivery.logs.amazonaws.com"],
    );
    let statement = |account: &str| {
        json!({ "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "delivery.logs.amazonaws.com" },
            "Action": ["s3:GetBucketAcl", "s3:PutObject"],
            "Resource": [format!("arn:aws:s3:::{BUCKET}"), format!("arn:aws:s3:::{BUCKET}/a/AWSLogs/*")],
            "Condition": { "StringEquals": { "aws:SourceAccount": account } },
        }] })
        .to_string()
    };
    fake.bucket_policy(BUCKET, &statement("210987654321"));
    says(
        &verify(&fake, &since),
        2,
        &["its condition about aws:SourceAccount does not hold"],
    );
    fake.bucket_policy(BUCKET, &statement(ACCOUNT));
    let run = verify(&fake, &since);
    says(&run, 2, &["EC2 reports no failure"]);
    assert!(
        !run.output.contains("The policy of the bucket"),
        "{}",
        run.output
    );
    fake.fail(
        "GetBucketPolicy",
        Fault::error("AccessDenied", "Access Denied"),
        9,
    );
    says(
        &verify(&fake, &since),
        2,
        &[
            "The policy of the bucket could not be read",
            "s3:GetBucketPolicy",
        ],
    );
}

/// The key of a destination.
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1";

/// Returns a policy that allows all to a service, if a condition holds.
fn policy(service: &str, operator: &str, key: &str, value: &str) -> String {
    json!({ "Statement": {
        "Effect": "Allow", "Principal": { "Service": service }, "Action": ["kms:*", "sts:AssumeRole"],
        "Resource": "*", "Condition": { operator: { key: value } },
    } })
    .to_string()
}

#[test]
fn the_policy_of_a_key_is_checked() {
    let since = ["--since", &long_ago()];
    let encrypted = fake();
    encrypted.group_key("flow-logs", KEY);
    let logs = "logs.us-east-1.amazonaws.com";
    let group = "kms:EncryptionContext:aws:logs:arn";
    let of_group = |name: &str| {
        let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}");
        policy(logs, "ArnEquals", group, &arn)
    };
    encrypted.key_policy(KEY, "{}");
    let lacks = format!("The policy of the key does not allow kms:Encrypt to {logs}");
    says(&verify(&encrypted, &since), 2, &[KEY, &lacks]);
    encrypted.key_policy(KEY, &of_group("other"));
    says(
        &verify(&encrypted, &since),
        2,
        &[&lacks, &format!("condition about {group}")],
    );
    encrypted.key_policy(KEY, &of_group("flow-logs"));
    assert!(!verify(&encrypted, &since).output.contains("encrypted"));

    let fake = Fake::start();
    fake.add_network(Network::new(INTERFACE, &[VPC]));
    fake.insert(to_bucket());
    put_object(&fake, ago(600));
    fake.bucket_key(BUCKET, KEY);
    let writer = "delivery.logs.amazonaws.com";
    let lacks = format!("The policy of the key does not allow kms:GenerateDataKey to {writer}");
    let of_account = |account| policy(writer, "StringEquals", "aws:SourceAccount", account);
    for (account, is_right) in [("210987654321", false), (ACCOUNT, true)] {
        fake.key_policy(KEY, &of_account(account));
        let run = verify(&fake, &since);
        says(&run, 2, &["EC2 reports no failure"]);
        assert_ne!(run.output.contains(&lacks), is_right, "{}", run.output);
        assert_ne!(run.output.contains(KEY), is_right, "{}", run.output);
    }
}

#[test]
fn the_delivery_role_is_checked() {
    let since = ["--since", &long_ago()];
    let fake = fake();
    let allowed = [
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
    ];
    let role = |trust: String, allowed: &[&str]| Role {
        trust,
        allowed: allowed.iter().map(|action| (*action).to_owned()).collect(),
    };
    let trusts = |account: &str| {
        policy(
            "vpc-flow-logs.amazonaws.com",
            "StringEquals",
            "aws:SourceAccount",
            account,
        )
    };
    let is_checked = |texts: &[&str]| {
        let run = verify(&fake, &since);
        says(&run, 2, texts);
        assert!(
            !run.output.contains("Check the delivery role"),
            "{}",
            run.output
        );
    };
    fake.roles(&[]);
    is_checked(&["The delivery role arn:aws:iam::123456789012:role/sample does not exist"]);
    fake.roles(&[("sample", role("{}".to_owned(), &allowed))]);
    is_checked(&[
        "does not allow sts:AssumeRole to vpc-flow-logs.amazonaws.com",
        "delivery_trust_policy",
    ]);
    fake.roles(&[("sample", role(trusts("210987654321"), &allowed))]);
    is_checked(&["its condition about aws:SourceAccount does not hold"]);
    fake.roles(&[("sample", role(trusts(ACCOUNT), &allowed[..2]))]);
    is_checked(&[
        "do not allow logs:DescribeLogGroups, logs:DescribeLogStreams on the log group",
        "delivery_role_policy",
    ]);
    let asked = fake.calls_of("SimulatePrincipalPolicy").remove(0);
    assert_eq!(
        asked.parameters["ResourceArns.member.1"],
        format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:flow-logs:log-stream:x")
    );
    assert_eq!(asked.region, "us-east-1");
    fake.roles(&[("sample", role(trusts(ACCOUNT), &allowed))]);
    is_checked(&["EC2 reports no failure"]);
    // A role of another account cannot be read.
    let before = fake.calls_of("GetRole").len();
    fake.change(ID, |log| {
        let role = "arn:aws:iam::210987654321:role/flow-logs";
        log.deliver_logs_permission_arn = Some(role.to_owned());
    });
    says(&verify(&fake, &since), 2, &["Check the delivery role"]);
    assert_eq!(fake.calls_of("GetRole").len(), before);
}

#[test]
fn one_address_of_the_command_line_is_that_of_all_services() {
    let fake = fake();
    fake.roles(&[]);
    fake.group_key("flow-logs", KEY);
    fake.key_policy(KEY, "{}");
    let since = long_ago();
    let arguments = [
        ID,
        "--timeout",
        "100ms",
        "--since",
        &since,
        "--endpoint-url",
        fake.url(),
    ];
    let mut command = command(&fake, &arguments);
    command.env_remove("AWS_ENDPOINT_URL");
    let run = Run::of(&command.output().unwrap());
    says(
        &run,
        2,
        &[
            "role/sample does not exist",
            "The policy of the key does not allow",
        ],
    );
}

/// What may not be read is said, with the permission that is missing and with what to check.
#[test]
fn a_role_and_a_key_that_may_not_be_read_are_named() {
    let fake = fake();
    fake.group_key("flow-logs", KEY);
    let since = ["--since", &long_ago()];
    says(
        &verify(&fake, &since),
        2,
        &[
            "The delivery role could not be read",
            "iam:GetRole",
            "Check the delivery role arn:aws:iam::123456789012:role/sample",
            "The policy of the key could not be read",
            "kms:GetKeyPolicy",
            "Check the policy of the key. It must allow kms:Encrypt*",
        ],
    );
    for fault in [Fault::Garbage, Fault::Cut("<Role>"), Fault::Endless] {
        fake.roles(&[]);
        fake.fail("GetRole", fault.clone(), 9);
        let texts = &["The delivery role could not be read"];
        says(&verify(&fake, &since), 2, texts);
        fake.clear_faults();
    }
}

#[test]
fn the_key_of_a_destination_is_named_if_its_policy_cannot_be_read() {
    let encrypted = fake();
    encrypted.group_key("flow-logs", KEY);
    let since = ["--since", &long_ago()];
    let run = verify(&encrypted, &since);
    says(&run, 2, &[KEY, "logs.us-east-1.amazonaws.com"]);
    // What explains the silence needs no key.
    assert!(!verify(&encrypted, &[]).output.contains(KEY));
    let fake = Fake::start();
    fake.add_network(Network::new(INTERFACE, &[VPC]));
    fake.insert(to_bucket());
    put_object(&fake, ago(600));
    assert!(!verify(&fake, &since).output.contains("encrypted"));
    fake.bucket_key(BUCKET, KEY);
    let run = verify(&fake, &since);
    says(
        &run,
        2,
        &[
            KEY,
            "kms:GenerateDataKey* and kms:Decrypt to delivery.logs.amazonaws.com",
        ],
    );
    fake.bucket_key(BUCKET, "1");
    says(&verify(&fake, &since), 2, &["does not name by ARN"]);
    let denied = Fault::error("AccessDenied", "Access Denied");
    fake.fail("GetBucketEncryption", denied, 9);
    let run = verify(&fake, &since);
    says(
        &run,
        2,
        &[
            "The encryption of the bucket could not be read",
            "s3:GetEncryptionConfiguration",
        ],
    );
}

#[test]
fn a_network_without_anything_in_use_has_nothing_to_record() {
    let fake = Fake::start();
    fake.add_network(Network {
        in_use: false,
        ..Network::new(INTERFACE, &[VPC])
    });
    fake.insert(flow_log());
    put_record(&fake, "eni-0fedcba9876543210-all", ago(1));
    let run = verify(&fake, &["--since", &long_ago()]);
    says(&run, 2, &[&format!("No interface of {VPC} is in use")]);
}

#[test]
fn what_may_not_be_asked_is_unknown_and_ends_the_wait() {
    let denied = || Fault::error("AccessDeniedException", "You are not authorized.");
    for (action, texts) in [
        (
            "DescribeLogStreams",
            &["DescribeLogStreams", "logs:DescribeLogStreams"][..],
        ),
        (
            "FilterLogEvents",
            &["FilterLogEvents", "logs:FilterLogEvents"],
        ),
        (
            "DescribeNetworkInterfaces",
            &[
                "Which interfaces the flow log records",
                "ec2:DescribeNetworkInterfaces",
            ],
        ),
    ] {
        let fake = fake();
        fake.fail(action, denied(), 1000);
        let run = command(&fake, &[ID, "--timeout", "1h"]).output().unwrap();
        let run = Run::of(&run);
        says(&run, 3, &["It is not known whether a record"]);
        says(&run, 3, texts);
        // What EC2 reports is certain.
        fake.deliver_failing(ID, "Access error");
        let run = Run::of(&command(&fake, &[ID, "--timeout", "1h"]).output().unwrap());
        says(&run, 2, &["No record of flow log", "Access error"]);
        says(&run, 2, texts);
    }
    let fake = Fake::start();
    fake.insert(FlowLog {
        log_destination_type: "kinesis-data-firehose".to_owned(),
        log_destination: Some(format!(
            "arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/f"
        )),
        log_group_name: None,
        ..FlowLog::sample(ID, VPC)
    });
    let run = Run::of(&command(&fake, &[ID, "--timeout", "1h"]).output().unwrap());
    says(&run, 3, &["delivers to Firehose"]);
}

#[test]
fn a_flow_log_that_does_not_exist_or_cannot_be_described_is_an_error() {
    let fake = fake();
    let run = Run::of(&command(&fake, &["fl-0bbbbbbbbbbbbbbbb"]).output().unwrap());
    says(&run, 1, &["has no flow log fl-0bbbbbbbbbbbbbbbb"]);
    let run = Run::of(&command(&fake, &["vpc-1"]).output().unwrap());
    says(&run, 1, &["looks like fl-0123456789abcdef0"]);
    let denied = || Fault::error("UnauthorizedOperation", "You are not authorized.");
    fake.fail("DescribeFlowLogs", denied(), 1);
    says(
        &verify(&fake, &[]),
        1,
        &["DescribeFlowLogs", "ec2:DescribeFlowLogs"],
    );
    let run = command(&fake, &[ID, "--timeout", "5m"]).spawn().unwrap();
    fake.wait_for_calls("DescribeLogStreams", 1, SOON);
    fake.remove(ID);
    let run = Run::of(&run.wait_with_output().unwrap());
    says(&run, 1, &["was deleted while the provider waited"]);
}

/// Returns a workspace with an action that verifies the flow log.
fn workspace(fake: &Fake, arguments: &str) -> Workspace {
    let work = Workspace::new(Version::V115, fake.url());
    work.configure(&format!(
        r#"
action "vpcflow_verify_delivery" "x" {{
  config {{
    flow_log_id   = "{ID}"
    poll_interval = "50ms"
    {arguments}
  }}
}}"#
    ));
    work
}

const INVOKE: [&str; 4] = [
    "apply",
    "-auto-approve",
    "-no-color",
    "-invoke=action.vpcflow_verify_delivery.x",
];

#[test]
fn terraform_invokes_the_action_and_shows_its_progress() {
    let fake = fake();
    let work = workspace(&fake, "timeout = \"5m\"");
    let run = work.command(&INVOKE).spawn().unwrap();
    fake.wait_for_calls("DescribeLogStreams", 2, SOON);
    put_record(&fake, &format!("{INTERFACE}-all"), Timestamp::now());
    let run = Run::of(&run.wait_with_output().unwrap()).succeeds();
    run.says(&[
        "Waiting for records of flow log fl-0aaaaaaaaaaaaaaaa: no record has arrived in log group flow-logs",
        "Records of flow log fl-0aaaaaaaaaaaaaaaa arrive: one arrived at",
    ]);
}

#[test]
fn terraform_shows_why_no_record_arrives() {
    let fake = fake();
    fake.deliver_failing(ID, "Access error");
    let since = long_ago();
    let work = workspace(&fake, &format!("timeout = \"100ms\"\n since = \"{since}\""));
    work.run(&INVOKE).fails_with(&[
        "Records not delivered",
        "No record of flow log fl-0aaaaaaaaaaaaaaaa has arrived since",
        "EC2 reports that delivery fails: Access error",
    ]);
    fake.fail(
        "DescribeLogStreams",
        Fault::error("AccessDeniedException", "You are not authorized."),
        1000,
    );
    fake.change(ID, |log| "SUCCESS".clone_into(&mut log.deliver_logs_status));
    let work = workspace(&fake, "timeout = \"1h\"");
    work.run(&INVOKE)
        .fails_with(&["Delivery not known", "logs:DescribeLogStreams"]);
}

#[test]
fn wrong_arguments_of_the_action_are_refused_in_the_plan() {
    let fake = fake();
    for (arguments, text) in [
        ("timeout = \"soon\"", "Malformed duration"),
        ("since = \"yesterday\"", "Malformed time"),
        ("region = \"Frankfurt\"", "Malformed region"),
    ] {
        workspace(&fake, arguments)
            .run(&["plan", "-no-color"])
            .fails_with(&[text]);
    }
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), 0);
}

#[test]
fn a_trigger_runs_the_action_after_the_flow_log_is_created() {
    let fake = Fake::start();
    fake.add_network(Network::new(INTERFACE, &[VPC]));
    let work = Workspace::new(Version::V115, fake.url());
    work.configure(&super::flow_log(
        "main",
        r#"
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.vpcflow_verify_delivery.x]
    }
  }
}
action "vpcflow_verify_delivery" "x" {
  config {
    flow_log_id   = vpcflow_log.main.id
    poll_interval = "50ms"
  }
"#,
    ));
    let run = work.command(&["apply", "-auto-approve", "-no-color"]);
    let run = { run }.spawn().unwrap();
    fake.wait_for_calls("DescribeLogStreams", 2, SOON);
    put_record(&fake, &format!("{INTERFACE}-all"), Timestamp::now());
    let run = Run::of(&run.wait_with_output().unwrap()).succeeds();
    run.says(&["arrive: one arrived at", "1 added"]);
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}

#[test]
fn moto_delivers_nothing_until_a_record_is_written() {
    let moto = Moto::start();
    moto.create_log_group("moto-logs");
    let vpc = moto.create_vpc();
    let subnet = json!({ "VpcId": vpc, "CidrBlock": "10.0.1.0/24" });
    let subnet = moto.call("ec2", "create_subnet", &subnet);
    let subnet = json!({ "SubnetId": subnet["Subnet"]["SubnetId"] });
    let interface = moto.call("ec2", "create_network_interface", &subnet);
    let interface = interface["NetworkInterface"]["NetworkInterfaceId"]
        .as_str()
        .unwrap()
        .to_owned();
    let work = Workspace::new(Version::V115, moto.url());
    let configure = |timeout: &str| {
        work.configure(&format!(
            r#"
resource "vpcflow_log" "main" {{
  vpc_id         = "{vpc}"
  traffic_type   = "ALL"
  log_group_name = "moto-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
}}
action "vpcflow_verify_delivery" "x" {{
  config {{
    flow_log_id = vpcflow_log.main.id
    timeout     = "{timeout}"
    since       = "2026-01-01T00:00:00Z"
  }}
}}"#
        ));
    };
    configure("1s");
    work.apply();
    work.run(&INVOKE).fails_with(&["Records not delivered"]);
    let stream = format!("{interface}-all");
    let line = "2 - eni-1 - - - - - - - 1 2 - NODATA".to_owned();
    let event = (Timestamp::now().as_millisecond(), line);
    moto.put_events("moto-logs", &stream, &[event]);
    configure("5m");
    work.run(&INVOKE)
        .succeeds()
        .says(&["arrive: one arrived at"]);
}

#[tokio::test]
async fn a_stop_ends_the_wait() {
    let fake = fake();
    let (mut client, server) = serve(Provider).await;
    let mut nouns = Nouns::new(server.channel.clone());
    let url = fake.url();
    let provider = json!({
        "region": REGION, "access_key": "AKIAEXAMPLE", "secret_key": "secret-canary",
        "endpoints": { "ec2": url, "logs": url, "sts": url },
    });
    let said = nouns.configure(&provider).await;
    assert!(!said.iter().any(is_error), "{said:?}");
    let wait = json!({ "flow_log_id": ID });
    let mut events = nouns
        .invoke("vpcflow_verify_delivery", &wait)
        .await
        .unwrap();
    let first = events.message().await.unwrap().unwrap();
    assert!(matches!(first.r#type, Some(Sent::Progress(_))), "{first:?}");
    let request = pb::stop_provider::Request::default();
    client.stop_provider(request).await.unwrap();
    let last = tokio::time::timeout(SOON, events.message()).await;
    let last = last.expect("the action goes on").unwrap().unwrap();
    let Some(Sent::Completed(end)) = last.r#type else {
        panic!("{last:?}");
    };
    assert_eq!(summaries(&end.diagnostics), ["Records not delivered"]);
    assert!(end.diagnostics[0].detail.contains("was stopped"));
}
