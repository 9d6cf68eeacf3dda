//! Errors in stack definitions and templates: all of them in one run, each with its position.

use super::{Folder, repository};

/// Runs `stack validate`, and returns the errors in the file, one in each line.
pub(super) fn errors(name: &str, text: &str, more: &[&str]) -> Vec<String> {
    let folder = Folder::with(name, text);
    let run = folder.run(None, &[&["stack", "validate", name], more].concat());
    let lines: Vec<String> = run.output.lines().map(str::to_owned).collect();
    assert_eq!(
        run.code,
        i32::from(!run.stdout.contains("no errors")),
        "{}",
        run.output
    );
    let prefix = format!("{name}:");
    let of_file = lines.iter().filter_map(|line| line.strip_prefix(&prefix));
    of_file
        .filter(|line| line.contains(": error: "))
        .map(str::to_owned)
        .collect()
}

#[track_caller]
pub(super) fn says(found: &[String], expected: &[&str]) {
    let all = found.join("\n");
    assert_eq!(found.len(), expected.len(), "{all}");
    for (line, part) in found.iter().zip(expected) {
        let (place, words) = part.split_once(' ').unwrap();
        assert!(
            line.starts_with(place),
            "{place} is not the place of: {line}"
        );
        assert!(line.contains(words), "{words:?} is not in: {line}");
    }
}

#[test]
fn every_example_is_valid() {
    let examples = repository().join("examples/stacks");
    for entry in std::fs::read_dir(&examples).unwrap() {
        let path = entry.unwrap().path();
        let mut arguments = vec!["stack", "validate", path.to_str().unwrap()];
        if path.file_name().unwrap() == "template.yaml" {
            arguments.extend(["--parameter", "VpcId=vpc-0123456789abcdef0"]);
            arguments.extend([
                "--parameter",
                "DeliveryRole.Arn=arn:aws:iam::123456789012:role/x",
            ]);
        }
        let run = Folder::new().run(None, &arguments).succeeds();
        assert!(run.stdout.contains("no errors"), "{}", run.output);
    }
}

#[test]
fn errors_in_a_minimal_flow_log_say_what_to_write() {
    let text = "\
FlowLogs:
  main:
    VpcId: vpc-0123456789abcdef0
    TrafficType: all
    LogGroup: vpc-flow-logs
";
    says(
        &errors("minimal.yaml", text, &[]),
        &[
            "2:3: requires a role. Set `DeliverLogsPermissionArn`",
            "3:5: write `ResourceId`",
            "4:18: write ALL",
            "5:5: write `LogGroupName`",
        ],
    );
}

#[test]
fn errors_in_an_s3_flow_log_say_what_to_write() {
    let text = "\
FlowLogs:
  archive:
    ResourceId: vpc-0123456789abcdef0
    ResourceType: Subnet
    TrafficType: ALL
    LogDestinationType: S3
    LogDestination: my-bucket
    LogFormat: $version $srcaddr
    MaxAggregationInterval: 300
    Tags:
      Name: archive
  roles:
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ALL
    LogDestination: arn:aws:s3:::bucket/AWSLogs/
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/x
    LogGroupName: x
    DestinationOptions:
      FileFormat: parqet
      HiveCompatiblePartitions: 'yes'
";
    says(
        &errors("s3.yaml", text, &[]),
        &[
            "4:5: `ResourceType` is \"Subnet\", but \"vpc-0123456789abcdef0\" is the ID of a VPC",
            "6:25: write s3",
            "7:5: It must be an ARN, such as",
            "8:5: write `${version}`",
            "9:29: it must be 60 or 600",
            "11:7: `Tags` must be a list of keys and values",
            "15:5: The folder cannot be AWSLogs",
            "16:5: Delivery to S3 uses the bucket policy",
            "17:5: Remove `LogGroupName`",
            "19:19: write parquet",
            "20:33: it must be true or false",
        ],
    );
}

#[test]
fn errors_in_interface_and_cross_account_flow_logs_say_what_to_write() {
    let text = "\
FlowLogs:
  interface:
    ResourceId: eni-0123456789abcdef0
    ResourceType: ENI
    TrafficType: DENY
    LogGroupName: 42
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/x
  across:
    Account: 123456789012
    ResourceId: arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-0123456789abcdef0
    TrafficType: ALL
    LogDestination: arn:aws:logs:eu-central-1:210987654321:log-group:x
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/x
    DeliverCrossAccountRole: arn:aws:iam::210987654321:role/x
";
    says(
        &errors("more.yaml", text, &[]),
        &[
            "4:19: write NetworkInterface",
            "5:18: write REJECT",
            "6:19: put it in quotes, \"42\"",
            "9:14: in quotes",
            "10:5: This is an ARN, but an ID is required",
            "14:5: is for delivery to Firehose in another account",
        ],
    );
}

#[test]
fn files_that_are_not_stacks_are_errors_with_a_position() {
    let cases = [
        ("", "1:1: the file is empty"),
        ("just text", "1:1: this is text, not a stack"),
        ("a: [1, 2", "2:1: this is not YAML"),
        ("a: b: c", "1: this is not YAML"),
        ("FlowLogs: []", "1:11: give each flow log a name"),
        ("FlowLogs: {}", "1:1: has no flow log"),
        ("Region: eu-central-1", "1:1: `FlowLogs` is missing"),
        ("FlowLogs: &a\n  x: *b\n", "2: this is not YAML"),
        ("---\nx-a: 1\n---\nx-b: 2\n", "3:1: a second document"),
    ];
    for (text, expected) in cases {
        let found = errors("stack.yaml", text, &[]);
        says(&found[..1.min(found.len())], &[expected]);
    }
    let folder = Folder::new();
    std::fs::write(folder.path().join("latin.yaml"), b"FlowLogs:\n  \xe4: 1\n").unwrap();
    folder
        .run(None, &["stack", "validate", "latin.yaml", "none.yaml"])
        .fails_with(&[
            "latin.yaml:2:3: error: the file is not UTF-8 text",
            "none.yaml: No such file",
        ]);
}

#[test]
fn exploding_anchors_and_deep_nesting_are_refused_quickly() {
    let mut bomb = "x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        bomb.push_str(&format!(
            "x-{level}: &a{level} [{}]\n",
            [before.as_str(); 10].join(", ")
        ));
    }
    let start = std::time::Instant::now();
    let found = errors("bomb.yaml", &bomb, &[]);
    assert!(
        found[0].contains("holds more than 200000 values"),
        "{found:?}"
    );
    let deep = format!("FlowLogs: {}", "[".repeat(100));
    let found = errors("deep.yaml", &deep, &[]);
    assert!(
        found[0].contains("nested deeper than 64 levels"),
        "{found:?}"
    );
    assert!(start.elapsed().as_secs() < 10);
}

/// Each file would exhaust memory, overflow the call stack, or take hours if it were expanded.
#[test]
fn the_expansion_of_a_small_file_is_bounded() {
    // A merged entry that the mapping overrides adds nothing to the size, but aliases can use its anchors.
    let link = |n: usize| format!("x-{n}: {{ <<: {{ k: &a{n} [*a{}] }}, k: 1 }}\n", n - 1);
    let links = (1..100_000).map(link).collect::<String>();
    let nested = format!("x-0: &a0 [1]\n{links}FlowLogs: {{}}\n");
    let wide = (0..20_000)
        .map(|n| format!("k{n}: 1, "))
        .collect::<String>();
    let merges = "<<: *wide, ".repeat(20_000);
    let merged = format!("x-a: &wide {{ {wide} }}\nx-b: {{ {merges} }}\nFlowLogs: {{}}\n");
    let copies = (0..2_000).map(|n| format!("x-{n}: {{ <<: *wide, k0: 2 }}\n"));
    let copied = format!("x-a: &wide {{ {wide} }}\n{}", copies.collect::<String>());
    let text = format!("x-a: &text '{}'\n", "a".repeat(4 << 20));
    let long = format!("{text}x-b: [{}]\n", "*text, ".repeat(20_000));
    let many = "holds more than 200000 values";
    for (name, file, says) in [
        ("nested", &nested, "nested deeper than 64 levels"),
        ("merged", &merged, many),
        ("copied", &copied, many),
        ("long", &long, many),
    ] {
        let found = errors("bomb.yaml", file, &[]);
        assert!(
            found.len() == 1 && found[0].contains(says),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn duplicate_names_are_reported_with_the_first_position() {
    let text = "\
FlowLogs:
  a: &a
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ALL
    LogDestination: arn:aws:s3:::bucket
  b:
    <<: *a
    TrafficType: REJECT
    TrafficType: ALL
  a: *a
";
    says(
        &errors("twice.yaml", text, &[]),
        &[
            "9:5: duplicate key `TrafficType` (first defined on line 8, column 5)",
            "10:3: duplicate key `a` (first defined on line 2, column 3)",
        ],
    );
}

#[test]
fn json_with_tabs_and_escapes_is_read_like_any_json() {
    let text = "{\n\t\"FlowLogs\": {\n\t\t\"a\": {\n\t\t\t\"ResourceId\": \"vpc-0123456789abcdef0\",\n\t\t\t\"TrafficType\": \"ALL\",\n\t\t\t\"LogDestination\": \"arn:aws:s3:::bucket\\/c\",\n\t\t\t\"Tags\": [{\"Key\": \"Name\", \"Value\": \"\\u00e4\"}]\n\t\t}\n\t}\n}\n";
    assert_eq!(errors("stack.json", text, &[]), Vec::<String>::new());
}

#[test]
fn errors_have_positions_and_use_the_vocabulary_of_the_file() {
    let text = "\
Region: EU-CENTRAL-1
Description: 42
FlowLogs:
  main:
    Acount: \"123456789012\"
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ''
    LogDestination: arn:aws:s3:::bucket
    LogFormat: ${instance-tag} ${asg-tag-2}
    TagFieldSpecifications:
      - { ResourceType: auto-scaling-group, TagKeys: [a, b] }
      - { ResourceType: network-interface, TagKeys: [a] }
    Tags:
      - { Key: Name, Value: main }
      - { Key: aws:x, Value: y }
  across:
    Account: \"111111111111\"
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ALL
    LogDestination: arn:aws:firehose:eu-central-1:222222222222:deliverystream/x
";
    says(
        &errors("stack.yaml", text, &[]),
        &[
            "1:9: write eu-central-1",
            "2:14: `Description` is a number; it must be text",
            "5:5: write `Account`",
            "7:18: it must be one of",
            "9:5: add `TagFieldSpecifications: [{ResourceType: \"instance\", TagKeys: [\"Name\"]}]`",
            "12:9: Add `${interface-tag}` to `LogFormat`, or remove",
            "15:9: AWS reserves keys",
            "16:3: requires two roles: `DeliverLogsPermissionArn`, a role in account 111111111111, and `DeliverCrossAccountRole`",
        ],
    );
}

#[test]
fn a_file_of_the_other_kind_names_its_option() {
    let folder = Folder::with("stack.yaml", super::STACK);
    let state = r#"{"version": 4, "terraform_version": "1.11.4", "lineage": "x", "resources": []}"#;
    folder.write("terraform.tfstate", state);
    let drift = |arguments: &[&str]| folder.run(None, &[&["drift"], arguments].concat());
    drift(&["--stack", "terraform.tfstate"]).fails_with(&[
        "this is a Terraform state, not a stack; check it with `drift --state FILE`",
    ]);
    drift(&["--state", "stack.yaml"]).fails_with(&["--stack FILE"]);
    folder.write("t.json", r#"{ "Resources": {} }"#);
    drift(&["--state", "t.json"]).fails_with(&["--stack FILE"]);
}

#[test]
fn functions_in_a_stack_definition_are_refused() {
    let text = "FlowLogs:\n  a:\n    ResourceId: !Ref Vpc\n    TrafficType: ALL\n    LogDestination: arn:aws:s3:::bucket\n";
    says(
        &errors("s.yaml", text, &["--parameter", "Vpc=x"]),
        &[
            "1:1: a stack definition has no parameters",
            "3:17: `!Ref` is for CloudFormation templates",
        ],
    );
}
