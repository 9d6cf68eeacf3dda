//! Parameters with `NoEcho`: no report shows their values, nor what follows from them.

use serde_json::json;

use super::formats::FORMATS;
use super::{Folder, VPC};
use crate::harness::fake::{Fake, FlowLog};

const SECRET: &str = "Canary7";
/// The same in Base64.
const ENCODED: &str = "Q2FuYXJ5Nw==";

/// Returns a template with a secret, its conditions, and properties of a flow log.
fn template(properties: &str) -> String {
    format!(
        "Transform: AWS::LanguageExtensions
Parameters:
  Secret: {{ Type: String, NoEcho: true }}
  Secrets: {{ Type: CommaDelimitedList, NoEcho: 'true', Default: '' }}
Conditions:
  IsCanary: !Equals [!Ref Secret, {SECRET}]
  Nested: !And [!Condition IsCanary, !Not [!Equals [a, b]]]
Resources:
  Bucket: {{ Type: 'AWS::S3::Bucket', Properties: {{ BucketName: !Sub 'b-${{Secret}}' }} }}
  Main:
    Type: AWS::EC2::FlowLog
    Properties:
      ResourceType: VPC
      TrafficType: ALL
      LogDestinationType: s3
      {properties}
"
    )
}

/// Runs a check in all formats, and returns its exit code and all that is written.
fn written(fake: &Fake, text: &str, more: &[&str]) -> (i32, String) {
    let folder = Folder::with("t.yaml", text);
    let mut arguments = vec![
        "drift",
        "--region",
        "us-east-1",
        "--stack",
        "t.yaml",
        "--unmanaged",
    ];
    let files: Vec<_> = FORMATS
        .iter()
        .map(|(_, ending)| format!("r.{ending}"))
        .collect();
    let secret = format!("Secret={SECRET}");
    arguments.extend(["--parameter", &secret]);
    arguments.extend(more);
    for ((format, _), file) in FORMATS.iter().zip(&files) {
        arguments.extend(["--format", format, "--output", file]);
    }
    let run = folder.run(Some(fake.url()), &arguments);
    let texts = files.iter().map(|file| folder.read(file));
    (run.code, run.output + &texts.collect::<String>())
}

fn running() -> FlowLog {
    let mut log = FlowLog::sample("fl-00000000000000001", VPC);
    "s3".clone_into(&mut log.log_destination_type);
    log.log_group_name = None;
    log.deliver_logs_permission_arn = None;
    log.log_destination = Some("arn:aws:s3:::bucket".to_owned());
    log.tags.insert("Team".to_owned(), "what-runs".to_owned());
    log
}

#[test]
fn no_report_shows_what_follows_from_a_secret() {
    let fake = Fake::start();
    fake.insert(running());
    let bucket = "LogDestination: 'arn:aws:s3:::bucket'";
    let vpc = format!("ResourceId: {VPC}");
    let tag = |value: &str| {
        format!("{vpc}\n      {bucket}\n      Tags: [{{ Key: Team, Value: {value} }}]")
    };
    for (properties, shown) in [
        (tag("!Ref Secret"), "Tags[\"Team\"]"),
        (tag("!Sub 'x-${Secret}'"), "Tags[\"Team\"]"),
        (tag("!Sub ['x-${a}', { a: !Ref Secret }]"), "Tags[\"Team\"]"),
        (tag("!Join ['-', [x, !Ref Secret]]"), "Tags[\"Team\"]"),
        (
            tag("!Select [1, !Split [y, !Ref Secret]]"),
            "Tags[\"Team\"]",
        ),
        (tag("!Base64 { Ref: Secret }"), "Tags[\"Team\"]"),
        (
            tag("{ 'Fn::ToJsonString': { a: !Ref Secret } }"),
            "Tags[\"Team\"]",
        ),
        (tag("!Ref Bucket"), "Tags[\"Team\"]"),
        (tag("!GetAtt Bucket.Arn"), "Tags[\"Team\"]"),
        (
            tag("!If [IsCanary, Canary7-chosen, other]"),
            "Tags[\"Team\"]",
        ),
        // The second use of what is evaluated once.
        (
            tag("!If [Nested, !If [IsCanary, Canary7-chosen, x], other]"),
            "Tags[\"Team\"]",
        ),
        (
            format!(
                "{vpc}\n      {bucket}\n      Tags: !If [IsCanary, [{{ Key: Team, Value: Canary7 }}], []]"
            ),
            "Tags",
        ),
        (
            format!("{vpc}\n      {bucket}\n      Tags: [{{ Key: !Ref Secret, Value: x }}]"),
            "Tags",
        ),
        (
            format!(
                "{vpc}\n      {bucket}\n      LogFormat: !Sub '${{!version}} ${{!{SECRET}}} ${{Secret}}'"
            ),
            "LogFormat",
        ),
    ] {
        let (code, text) = written(&fake, &template(&properties), &[]);
        assert_ne!(code, 0, "{properties}: {text}");
        for secret in [SECRET, ENCODED, "Canar"] {
            assert!(!text.contains(secret), "{properties}: {text}");
        }
        if !properties.contains("LogFormat") {
            assert_eq!(code, 2, "{properties}: {text}");
            assert!(text.contains("(sensitive value)"), "{properties}: {text}");
            assert!(!text.contains("what-runs"), "{properties}: {text}");
            assert!(text.contains(shown), "{shown} {properties}: {text}");
        }
    }
}

#[test]
fn a_secret_resource_or_destination_is_not_shown() {
    let fake = Fake::start();
    fake.insert(running());
    let properties = "ResourceId: !Sub 'vpc-${Secret}'\n      LogDestination: !GetAtt Bucket.Arn";
    let secret = "vpc-0123456789abcdef1";
    let folder = Folder::with(
        "t.yaml",
        &template(properties).replace("vpc-${Secret}", "${Secret}"),
    );
    let check = ["--region", "us-east-1", "--stack", "t.yaml", "--parameter"];
    let given = format!("Secret={secret}");
    let (code, report) = folder.drift(fake.url(), &[&check[..], &[&given]].concat());
    assert_eq!(code, 2, "{report:#}");
    assert_eq!(report["findings"][0]["kind"], "missing");
    assert_eq!(report["findings"][0]["resource_id"], json!(null));
    assert!(!report.to_string().contains(secret), "{report:#}");
}

#[test]
fn a_mistake_that_a_secret_causes_is_told_without_it() {
    let fake = Fake::start();
    let bucket = "LogDestination: 'arn:aws:s3:::bucket'";
    for (properties, place) in [
        (
            format!("ResourceId: !Ref Secret\n      {bucket}\n      TrafficType: x"),
            "t.yaml:",
        ),
        (
            format!("ResourceId: !Sub 'vpc ${{Secret}}'\n      {bucket}"),
            "t.yaml:16:7",
        ),
        (
            format!("ResourceId: {VPC}\n      LogDestination: !Ref Secret"),
            "t.yaml:17:7",
        ),
        (
            format!("ResourceId: {VPC}\n      {bucket}\n      MaxAggregationInterval: !Ref Secret"),
            "t.yaml:18:31",
        ),
        (
            format!(
                "ResourceId: {VPC}\n      {bucket}\n      LogFormat: !FindInMap [M, !Ref Secret, x]"
            ),
            "t.yaml:18:18",
        ),
        (
            format!("ResourceId: !Sub 'subnet-${{Secret}}'\n      {bucket}"),
            "t.yaml:16:7",
        ),
    ] {
        let (code, text) = written(&fake, &template(&properties), &[]);
        assert_eq!(code, 1, "{properties}: {text}");
        assert!(text.contains(place), "{place} {properties}: {text}");
        assert!(!text.contains(SECRET), "{properties}: {text}");
    }
    let text = template(&format!("ResourceId: {VPC}\n      {bucket}"))
        .replace("NoEcho: true }", "NoEcho: true, AllowedValues: [one] }");
    let (code, text) = written(&fake, &text, &[]);
    assert_eq!(code, 1);
    assert!(
        text.contains("the value of the parameter `Secret` is not allowed"),
        "{text}"
    );
    assert!(!text.contains(SECRET), "{text}");
}

#[test]
fn a_loop_over_secrets_hides_what_it_produces() {
    let fake = Fake::start();
    fake.insert(running());
    let text = "Transform: AWS::LanguageExtensions
Parameters:
  Secrets: { Type: CommaDelimitedList, NoEcho: true }
Resources:
  'Fn::ForEach::Teams':
    - Team
    - !Ref Secrets
    - 'Main${Team}':
        Type: AWS::EC2::FlowLog
        Properties:
          ResourceId: vpc-0123456789abcdef0
          ResourceType: VPC
          TrafficType: ALL
          LogDestinationType: s3
          LogDestination: !Sub 'arn:aws:s3:::bucket'
          Tags: [{ Key: Team, Value: !Sub 'x-${Team}' }, { Key: Other, Value: !Ref Team }]
";
    let text = text.replace(
        "  Secrets:",
        "  Secret: { Type: String, Default: '' }\n  Secrets:",
    );
    let given = format!("Secrets=a{SECRET},b{SECRET}");
    let (code, text) = written(&fake, &text, &["--parameter", &given]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("(sensitive value)"), "{text}");
    assert!(!text.contains(SECRET), "{text}");
}

#[test]
fn what_does_not_depend_on_a_secret_is_shown() {
    let fake = Fake::start();
    fake.insert(running());
    let properties = format!(
        "ResourceId: {VPC}\n      LogDestination: 'arn:aws:s3:::bucket'\n      MaxAggregationInterval: 60\n      \
         Tags: [{{ Key: Team, Value: !Ref Secret }}, {{ Key: Stage, Value: prod }}]"
    );
    let (code, text) = written(&fake, &template(&properties), &[]);
    assert_eq!(code, 2);
    assert!(
        text.contains("MaxAggregationInterval: wanted 60, found 600"),
        "{text}"
    );
    assert!(text.contains("Tags[\"Stage\"]: wanted \"prod\""), "{text}");
    let (_, text) = written(
        &fake,
        &template(&properties).replace("NoEcho: true }", "NoEcho: false }"),
        &[],
    );
    assert!(text.contains(SECRET), "{text}");
}
