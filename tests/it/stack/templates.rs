//! CloudFormation templates: their parameters, and what only CloudFormation can resolve.

use super::validate::{errors, says};

const TEMPLATE: &str = "\
Parameters:
  Vpc:
    Type: AWS::EC2::VPC::Id
  Kind:
    Type: String
    Default: ALL
  Keys:
    Type: CommaDelimitedList
    Default: team, cost
Resources:
  Log:
    Type: AWS::EC2::FlowLog
    Condition: Wanted
    Properties:
      ResourceId: { Ref: Vpc }
      ResourceType: VPC
      TrafficType: !Ref Kind
      LogDestination: !Sub ['arn:aws:s3:::${Name}', { Name: !Ref 'AWS::StackName' }]
      LogFormat: !Sub '${!srcaddr} ${!instance-tag} ${!instance-tag-2}'
      MaxAggregationInterval: '60'
      TagFieldSpecifications:
        - { ResourceType: instance, TagKeys: !Ref Keys }
      DeliverLogsPermissionArn: !Ref AWS::NoValue
";

#[test]
fn the_text_that_a_template_produces_is_bounded() {
    let template = |parameters: &str, format: &str, tags: &str| {
        format!(
            "Parameters: {{ {parameters} }}\nResources:\n  Log:\n    Type: AWS::EC2::FlowLog\n    Properties:\n      \
             ResourceId: vpc-0123456789abcdef0\n      ResourceType: VPC\n      TrafficType: ALL\n      LogDestination: \
             arn:aws:s3:::bucket\n      LogFormat: {format}\n      Tags: [{tags}]\n"
        )
    };
    let mut bomb = "x".to_owned();
    let names = "${a}".repeat(100);
    for _ in 0..20 {
        bomb = format!("{{ 'Fn::Sub': ['{names}', {{ a: {bomb} }}] }}");
    }
    let found = errors("t.yaml", &template("", &bomb, ""), &[]);
    assert!(found[0].contains("is longer than 65536 bytes"), "{found:?}");
    let unknown = bomb.replacen("{ a: x }", "{ a: !Ref Nobody }", 1);
    let found = errors("t.yaml", &template("", &unknown, ""), &[]);
    assert!(
        found.len() == 1 && found[0].contains("no parameter `Nobody`"),
        "{found:?}"
    );
    let large = format!(
        "Big: {{ Type: String, Default: '{}' }}",
        "a".repeat(1 << 20)
    );
    let tags = "{ Key: a, Value: !Ref Big }, ".repeat(1_000);
    let found = errors("t.yaml", &template(&large, "''", &tags), &[]);
    let spent = found
        .iter()
        .filter(|line| line.contains("more than 8 MiB of text"));
    assert_eq!(spent.count(), 1);
}

#[test]
fn a_template_is_resolved_by_its_parameters() {
    let given = [
        "--parameter",
        "Vpc=vpc-0123456789abcdef0",
        "--parameter",
        "AWS::StackName=flow-log-bucket",
        "--parameter",
        "Wanted=true",
    ];
    assert_eq!(errors("t.yaml", TEMPLATE, &given), Vec::<String>::new());
}

#[test]
fn unresolved_names_of_a_template_are_reported() {
    let found = errors("t.yaml", TEMPLATE, &["--parameter", "Kin=ALL"]);
    says(
        &found,
        &[
            "1:1: no parameter `Kin`; did you mean `Kind`?",
            "13:5: depends on the condition `Wanted`",
            "15:19: the parameter `Vpc` has no default",
            "18:61: `AWS::StackName`",
        ],
    );
    let rest = "\
Resources:
  Role: { Type: 'AWS::IAM::Role' }
  Log:
    Type: AWS::EC2::FlowLog
    Properties:
      ResourceId: !ImportValue Vpc
      TrafficType: { 'Fn::If': [A, ALL, REJECT] }
      LogGroupName: '{{resolve:ssm:/group}}'
      DeliverLogsPermissionArn: !GetAtt Role.Arn
      LogFormat: !Ref Rol
";
    says(
        &errors("t.yaml", rest, &[]),
        &[
            "3:3: `ResourceType` is missing: CloudFormation requires it",
            "6:19: `Fn::ImportValue` cannot be resolved here",
            "7:20: `Fn::If` cannot be resolved here",
            "8:21: dynamic reference",
            "9:33: --parameter Role.Arn=",
            "10:18: did you mean `Role`?",
        ],
    );
}

#[test]
fn functions_are_reported_by_name_wherever_they_are() {
    let text = "\
Parameters:
  Kept: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /flow/group }
  Keys: { Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /flow/keys }
Resources:
  'Fn::ForEach::Logs':
    - Vpc
    - [a, b]
    - 'Log${Vpc}': { Type: 'AWS::EC2::FlowLog', Properties: { ResourceId: !Ref Vpc } }
  'Fn::ForEach::Topics': [A, [a, b], { 'Topic${A}': { Type: 'AWS::SNS::Topic' } }]
  Included:
    Type: AWS::EC2::FlowLog
    Properties:
      Fn::Transform: { Name: 'AWS::Include', Parameters: { Location: 's3://a/b' } }
  Mixed:
    Type: AWS::EC2::FlowLog
    Properties:
      'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://a/b' } }
      TrafficType: SOME
  Log:
    Type: AWS::EC2::FlowLog
    Properties:
      ResourceId: !Sub '${One} ${Two.Arn} ${One} ${Keys}'
      ResourceType: VPC
      TrafficType: ALL
      LogGroupName: !Ref Kept
      LogDestination: !Sub ['${A}${B}', { A: [1], B: !Ref 'AWS::NoValue' }]
      DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/x
      Region: eu-central-1
      Tags:
        - !If [A, { Key: a, Value: b }, !Ref 'AWS::NoValue']
        - !Ref AWS::NoValue
        - { 'Fn::If': [A, { Key: a, Value: b }, { Key: a, Value: c }] }
";
    says(
        &errors("t.yaml", text, &["--parameter", "Keys=a, b"]),
        &[
            "5:3: `Fn::ForEach::Logs` cannot be resolved here",
            "13:7: `Fn::Transform` cannot be resolved here",
            "17:7: `Fn::Transform` cannot be resolved here",
            "18:20: `TrafficType` is \"SOME\"",
            "22:19: `${Keys}` is a list",
            "22:19: `Fn::GetAtt` of `Two.Arn`",
            "22:19: there is no parameter `One`",
            "25:21: stored in Systems Manager as `/flow/group`",
            "26:23: `${A}` is a list",
            "26:23: `${B}` is nothing",
            "28:7: there is no `Region` in a template",
            "30:11: `Fn::If` cannot be resolved here",
            "32:11: `Fn::If` cannot be resolved here",
        ],
    );
}
