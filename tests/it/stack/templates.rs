//! CloudFormation templates: their parameters, and what only CloudFormation can resolve.

use super::validate::{errors, says};

const TEMPLATE: &str = "\
Conditions:
  Wanted: !Equals [!Ref Kind, ALL]
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
        found.len() == 1 && found[0].contains("no parameter or resource `Nobody`"),
        "{found:?}"
    );
    let large = format!("Big: {{ Type: String, Default: '{}' }}", "a".repeat(60_000));
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
fn names_that_a_template_does_not_have_are_errors() {
    let text = "\
Conditions:
  Known: !Equals [a, a]
Resources:
  Role: { Type: 'AWS::IAM::Role' }
  Log:
    Type: AWS::EC2::FlowLog
    Properties:
      ResourceId: !ImportValue Vpc
      TrafficType: { 'Fn::If': [Knwon, ALL, REJECT] }
      LogGroupName: '{{resolve:ssm:/group}}'
      DeliverLogsPermissionArn: !If [Known, !GetAtt Role.Arn, !GetAtt Rol.Arn]
      LogFormat: !Ref Rol
      MaxAggregationInterval: !FindInMap [A, b, c]
      Tags: [{ Key: a, Value: !Joi [a, b] }, { Key: b, Value: !Ref 'AWS::Regio' }]
";
    says(
        &errors("t.yaml", text, &["--parameter", "Kin=ALL"]),
        &[
            "1:1: no parameter `Kin`",
            "5:3: `ResourceType` is missing: CloudFormation requires it",
            "9:33: there is no condition `Knwon`; did you mean `Known`?",
            "11:63: there is no parameter or resource `Rol`; did you mean `Role`?",
            "12:18: there is no parameter or resource `Rol`",
            "13:31: there is no mapping `A`",
            "14:31: there is no function `Fn::Joi`; write `Fn::Join`",
            "14:63: there is no parameter or resource `AWS::Regio`; did you mean `AWS::Region`?",
        ],
    );
}

/// Returns a template with one flow log that has all it needs, and more sections and properties.
fn with(sections: &str, properties: &str) -> String {
    format!(
        "{sections}\nResources:\n  Log:\n    Type: AWS::EC2::FlowLog\n    Properties:\n      ResourceId: vpc-0123456789abcdef0\n      \
         ResourceType: VPC\n      TrafficType: ALL\n      LogDestination: arn:aws:s3:::bucket\n{properties}"
    )
}

#[test]
fn circles_explosions_and_endless_loops_are_told_at_their_places() {
    let start = std::time::Instant::now();
    let circle = "Conditions:\n  A: !Not [!Condition B]\n  B: !And [!Condition A, !Equals [a, a]]";
    let found = errors("t.yaml", &with(circle, ""), &[]);
    says(&found, &["2:6: the condition `A` depends on itself"]);

    let chain: String = (1..2_000)
        .map(|n| format!("  C{n}: !Not [!Condition C{}]\n", n - 1))
        .collect();
    let chain = format!("Conditions:\n  C0: !Equals [a, a]\n{chain}");
    let found = errors("t.yaml", &with(&chain, ""), &[]);
    let too_deep = |line: &String| line.contains("deeper than 200 levels");
    assert!(!found.is_empty() && found.iter().all(too_deep), "{found:?}");

    let twice = "Resources:\n  A: { Type: 'AWS::S3::Bucket', Properties: { BucketName: !Sub '${B}${B}' } }\n  B: { Type: \
                 'AWS::S3::Bucket', Properties: { BucketName: !Ref A } }\n  Log:\n    Type: AWS::EC2::FlowLog\n    Properties: { \
                 ResourceId: vpc-0123456789abcdef0, ResourceType: VPC, TrafficType: ALL, LogDestination: !GetAtt A.Arn }\n";
    let found = errors("t.yaml", twice, &[]);
    assert!(
        found[0].starts_with("2:6: ") && found[0].contains("`A` depends on itself"),
        "{found:?}"
    );

    let elements = "x, ".repeat(10_001);
    let body = "{ 'Log${N}': { Type: 'AWS::SNS::Topic' } }";
    let long = with("", "").replace(
        "Resources:\n",
        &format!("Resources:\n  'Fn::ForEach::Logs': [N, [{elements}], {body}]\n"),
    );
    let found = errors("t.yaml", &long, &[]);
    let turns = found
        .iter()
        .filter(|line| line.contains("more than 10000 turns"));
    assert!(
        turns.count() == 1 && found[0].starts_with("3:3: "),
        "{:?}",
        found.first()
    );

    let ten = (0..10)
        .map(|n| n.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let mut nested = "{ 'L${A}${B}${C}${D}${E}': { Type: 'AWS::SNS::Topic' } }".to_owned();
    for name in ["E", "D", "C", "B", "A"] {
        nested = format!("{{ 'Fn::ForEach::{name}': [{name}, [{ten}], {nested}] }}");
    }
    let deep = with("", "").replace(
        "Resources:\n",
        &format!("Resources:\n  Fn::ForEach::Z: [Z, [z], {nested}]\n"),
    );
    let found = errors("t.yaml", &deep, &[]);
    let turns = found
        .iter()
        .filter(|line| line.contains("more than 10000 turns"));
    assert_eq!(turns.count(), 1, "{found:?}");
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn each_function_says_what_it_takes() {
    let text = with(
        "Parameters:\n  Keys: { Type: 'List<String>', Default: 'a,b' }\n  Stage: { Type: String, Default: prd, AllowedValues: [prod, dev] }",
        "      Tags:
        - { Key: a, Value: !Sub '${Keys}' }
        - { Key: b, Value: !Select [2, !Ref Keys] }
        - { Key: c, Value: !Split [',', 'a,b'] }
        - { Key: d, Value: !Join [1] }
        - { Key: e, Value: !Length a }
        - { Key: f, Value: !If [a] }
        - { Key: g, Value: !Equals [a, a] }
        - { Key: h, Value: !FindInMap [a] }
        - { Key: i, Value: !GetAtt Log }
",
    );
    says(
        &errors("t.yaml", &text, &[]),
        &[
            "3:10: the value of the parameter `Stage` is \"prd\", which is not allowed; write prod (one of: prod, dev)",
            "13:28: `${Keys}` is a list; `Fn::Sub` takes only text",
            "14:37: cannot select 2 of 2 elements",
            "15:28: `Value` is a list; it must be text",
            "16:28: `Fn::Join` takes a delimiter and a list",
            "17:28: this is text; `Fn::Length` takes a list here",
            "18:28: `Fn::If` takes the name of a condition and two values",
            "18:33: there is no condition `a`",
            "19:28: `Fn::Equals` is for conditions",
            "20:28: `Fn::FindInMap` takes the name of a mapping and two keys",
            "21:28: `Fn::GetAtt` takes the name of a resource and an attribute",
        ],
    );
}

#[test]
fn a_template_obeys_the_rules_of_cloudformation() {
    let text = with(
        "",
        "      DestinationOptions: { FileFormat: parquet }
      TagFieldSpecifications: []
      Region: eu-central-1
      MaxAggregationInterval: 60.0
",
    );
    says(
        &errors("t.yaml", &text, &[]),
        &[
            "10:27: `DestinationOptions` has no `HiveCompatiblePartitions` and no `PerHourPartition`",
            "11:31: `TagFieldSpecifications` is empty",
            "12:7: there is no `Region` in a template",
        ],
    );
    let twice = with(
        "",
        "      LogFormat: '${instance-tag}'
      TagFieldSpecifications:
        - { ResourceType: instance, TagKeys: [a] }
        - { ResourceType: instance, TagKeys: [b] }
",
    );
    assert_eq!(errors("t.yaml", &twice, &[]).len(), 1);
}

#[test]
fn properties_can_be_set() {
    let text = with(
        "",
        "      DestinationOptions: !If [A, !Ref AWS::NoValue, !Ref AWS::NoValue]\n",
    );
    let text = format!(
        "Parameters: {{ P: {{ Type: String }} }}\nConditions: {{ A: !Equals [!Ref P, a] }}\n{text}"
    );
    let all = [
        "--set",
        "Log.DestinationOptions.FileFormat=parquet",
        "--set",
        "Log.DestinationOptions.HiveCompatiblePartitions=true",
        "--set",
        "Log.DestinationOptions.PerHourPartition=true",
        "--set",
        "Log.Tags=[{\"Key\": \"a\", \"Value\": \"b\"}]",
    ];
    assert_eq!(errors("t.yaml", &text, &all), Vec::<String>::new());
    let wrong = [
        "--set",
        "Lgo.Tags=a",
        "--set",
        "Log.DestinationOption=a",
        "--set",
        "Log.TrafficType=SOME",
    ];
    says(
        &errors("t.yaml", &text, &wrong),
        &[
            "1:1: no flow log `Lgo`; did you mean `Log`?",
            "1:1: there is no property `DestinationOption`; write `DestinationOptions`",
            "10:7: `TrafficType` is \"SOME\"",
        ],
    );
}

#[test]
fn files_of_parameters_are_read_in_each_form() {
    let text = with(
        "Parameters: { Kind: { Type: String }, Keys: { Type: CommaDelimitedList } }",
        "",
    )
    .replace("TrafficType: ALL", "TrafficType: !Ref Kind");
    for parameters in [
        r#"[{"ParameterKey": "Kind", "ParameterValue": "ALL"}, {"ParameterKey": "Other", "UsePreviousValue": true}]"#,
        r#"{"Parameters": {"Kind": "ALL", "Keys": ["a", "b"]}, "Tags": {}}"#,
        r#"{"Kind": "ALL", "Unused": "x"}"#,
        r#"["Kind=ALL"]"#,
    ] {
        let folder = super::Folder::with("t.yaml", &text);
        folder.write("p.json", parameters);
        let run = folder.run(
            None,
            &["stack", "validate", "t.yaml", "--parameters", "p.json"],
        );
        assert!(
            run.code == 0 && !run.stdout.contains("known after"),
            "{}",
            run.output
        );
    }
    let folder = super::Folder::with("t.yaml", &text);
    folder.write("p.json", r#"[{"ParameterKey": "Kind"}]"#);
    folder
        .run(
            None,
            &["stack", "validate", "t.yaml", "--parameters", "p.json"],
        )
        .fails_with(&["p.json:1:2: error: `Kind` has no `ParameterValue`"]);
}

#[test]
fn documents_of_cloud_control_are_read() {
    let state = r#"{"ResourceId": "vpc-0123456789abcdef0", "ResourceType": "VPC", "TrafficType": "ALL", "LogDestination": "arn:aws:s3:::bucket"}"#;
    let text = serde_json::to_string(state).unwrap();
    for document in [
        state.to_owned(),
        format!(r#"{{"TypeName": "AWS::EC2::FlowLog", "DesiredState": {state}}}"#),
        format!(r#"{{"TypeName": "AWS::EC2::FlowLog", "DesiredState": {text}}}"#),
        format!(
            r#"{{"TypeName": "AWS::EC2::FlowLog", "ResourceDescription": {{"Identifier": "fl-1", "Properties": {text}}}}}"#
        ),
    ] {
        assert_eq!(errors("state.json", &document, &[]), Vec::<String>::new());
    }
    let wrong = text.replace("ALL", "SOME");
    let wrong = format!(r#"{{"TypeName": "AWS::EC2::FlowLog", "DesiredState": {wrong}}}"#);
    says(
        &errors("state.json", &wrong, &[]),
        &["1:51: `TrafficType` is \"SOME\""],
    );
}

#[test]
fn an_export_lists_the_values_that_it_needs() {
    let text = with(
        "Parameters: { Vpc: { Type: String } }",
        "      Tags: [{ Key: a, Value: !ImportValue b }]\n",
    )
    .replace("vpc-0123456789abcdef0", "!Ref Vpc");
    let folder = super::Folder::with("t.yaml", &text);
    folder
        .run(None, &["stack", "to-terraform", "--no-import", "t.yaml"])
        .fails_with(&[
            "Log.ResourceId is known only after deployment: parameter Vpc, which has no value. Set it with --parameter Vpc=… or --set Log.ResourceId=…",
            "Log.Tags is known only after deployment: Fn::ImportValue of b. Set it with --set Log.Tags=…",
        ]);
}
