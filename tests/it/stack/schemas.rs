//! The published JSON Schemas are current, and agree with the program.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::{Folder, repository, schema_verdicts};
use crate::flow_log::{accepted, refused};
use crate::generated::schemas::{DRIFT_REPORT, STACK};
use crate::harness::golden;

#[test]
fn the_program_prints_the_published_schemas() {
    let folder = Folder::new();
    let files: [(&str, &[&str]); 2] = [
        (STACK, &["stack", "schema"]),
        (DRIFT_REPORT, &["stack", "schema", "--report"]),
    ];
    for (file, arguments) in files {
        let printed = folder.run(None, arguments).succeeds().stdout;
        assert_eq!(printed, golden::read(file), "{file}");
    }
}

/// Flow logs by what is written of them, and whether they are accepted.
const FLOW_LOGS: &[(bool, &str)] = &[
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, ResourceType: VPC, TrafficType: ALL, LogDestinationType: s3, LogDestination: 'arn:aws:s3:::bucket/f/'}",
    ),
    (
        true,
        "{ResourceId: tgw-0123456789abcdef0, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        true,
        "{ResourceId: tgw-0123456789abcdef0, LogDestination: 'arn:aws:s3:::bucket', MaxAggregationInterval: 60}",
    ),
    (
        true,
        "{ResourceId: new-1, ResourceType: CoreNetworkEdge, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogGroupName: g, DeliverLogsPermissionArn: 'arn:aws:iam::123456789012:role/r'}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:logs:eu-central-1:123456789012:log-group:g:*', DeliverLogsPermissionArn: 'arn:aws:iam::123456789012:role/r'}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:firehose:eu-central-1:123456789012:deliverystream/s'}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', DeliverLogsPermissionArn: '', Region: eu-west-1, Account: '123456789012'}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', LogFormat: '${srcaddr} ${brand-new}', Tags: [{Key: a, Value: ''}]}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', LogFormat: '${instance-tag} ${instance-tag-2}', TagFieldSpecifications: [{ResourceType: instance, TagKeys: [a, b]}]}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', DestinationOptions: {FileFormat: parquet, PerHourPartition: true}}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', MaxAggregationInterval: 60.0}",
    ),
    (
        true,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', MaxAggregationInterval: 6.0e+2}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', MaxAggregationInterval: 60.5}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', MaxAggregationInterval: '60.0'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', Tags: [{Key: a, Value: b}, {Key: a, Value: b}]}",
    ),
    (
        false,
        "{TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: '', TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: 'vpc 1', TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: 'arn:aws:ec2:r:1:vpc/vpc-0123456789abcdef0', ResourceType: VPC, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: new-1, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: nat-0123456789abcdef0, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, ResourceType: Subnet, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: tgw-attach-0123456789abcdef0, ResourceType: TransitGateway, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: tgw-0123456789abcdef0, LogDestination: 'arn:aws:s3:::bucket', MaxAggregationInterval: 600}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: all, LogDestination: 'arn:aws:s3:::bucket'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogGroupName: g}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, DeliverLogsPermissionArn: 'arn:aws:iam::123456789012:role/r'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogGroupName: g, DeliverLogsPermissionArn: r}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestinationType: s3}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', LogGroupName: g}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', DeliverLogsPermissionArn: 'arn:aws:iam::123456789012:role/r'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket/AWSLogs/'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:sqs:::b'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: b}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestinationType: s3, LogDestination: 'arn:aws:firehose:eu-central-1:123456789012:deliverystream/s'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogGroupName: g, DeliverLogsPermissionArn: 'arn:aws:iam::123456789012:role/r', DeliverCrossAccountRole: 'arn:aws:iam::123456789012:role/r'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogGroupName: g, DeliverLogsPermissionArn: 'arn:aws:iam::123456789012:role/r', DestinationOptions: {PerHourPartition: true}}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', LogFormat: '$srcaddr'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', MaxAggregationInterval: 300}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', MaxAggregationInterval: '60'}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', DestinationOptions: {FileFormat: csv}}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', DestinationOptions: {Format: parquet}}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', Tags: {a: b}}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', Tags: [{Key: a}]}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', Tags: [{Key: 'aws:a', Value: b}]}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', TagFieldSpecifications: [{ResourceType: vpc, TagKeys: [a]}]}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', TagFieldSpecifications: [{ResourceType: instance, TagKeys: [a, b, c]}]}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', TagFieldSpecifications: [{ResourceType: instance, TagKeys: []}]}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', TagFieldSpecifications: [{TagKeys: [a]}]}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', Region: Frankfurt}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', Account: 123456789012}",
    ),
    (
        false,
        "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', Colour: blue}",
    ),
];

/// Flow logs that the program and the schema judge differently, and why.
const BEYOND_THE_SCHEMA: &[(&str, &str)] = &[(
    "JSON Schema compares whole elements of a list, so two tags with one key and different values are unique to it",
    "{ResourceId: vpc-0123456789abcdef0, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', Tags: [{Key: a, Value: b}, {Key: a, Value: c}]}",
)];

/// Says of files in a folder whether the program and the schema accept them, and the program's words.
fn verdicts(folder: &Folder, files: &[String]) -> Vec<(String, Option<String>)> {
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.path().join(file)).collect();
    let paths: Vec<_> = paths.iter().map(PathBuf::as_path).collect();
    let schema = repository().join("schemas/stack.schema.json");
    let arguments = ["stack", "validate"].into_iter();
    let arguments: Vec<_> = arguments.chain(files.iter().map(String::as_str)).collect();
    let output = folder.run(None, &arguments).output;
    let said = files.iter().map(|file| {
        let lines = output.lines().filter_map(|line| line.strip_prefix(file));
        lines.collect::<Vec<_>>().join("\n")
    });
    said.zip(schema_verdicts(&schema, &paths)).collect()
}

fn accepts(said: &str) -> bool {
    said.contains("no errors")
}

#[test]
fn the_schema_and_the_program_accept_the_same_files() {
    let folder = Folder::new();
    let rest = "ResourceId: vpc-0123456789abcdef0, LogDestination: 'arn:aws:s3:::bucket'";
    let own = FLOW_LOGS
        .iter()
        .map(|(accepted, flow_log)| (*accepted, format!("FlowLogs: {{a: {flow_log}}}\n")));
    let tops = [
        "Region: EU-CENTRAL-1",
        "Description: 42",
        "$schema: 1",
        "Account: 123456789012",
    ];
    let tops = tops.map(|top| format!("{top}\nFlowLogs: {{a: {{TrafficType: ALL, {rest}}}}}\n"));
    let empty = ["ResourceType", "LogDestinationType", "TrafficType"];
    let empty = empty
        .map(|name| format!("FlowLogs: {{a: {{TrafficType: ALL, {rest}, {name}: ''}}}}\n"))
        .map(|text| {
            text.replacen(
                "TrafficType: ALL, ",
                "",
                text.matches("TrafficType").count() - 1,
            )
        });
    let wrong = tops.into_iter().chain(empty).map(|text| (false, text));
    let files: Vec<_> = own.chain(wrong).collect();
    let names: Vec<_> = (0..files.len())
        .map(|number| format!("{number}.yaml"))
        .collect();
    for (name, (_, text)) in names.iter().zip(&files) {
        folder.write(name, text);
    }
    let verdicts = verdicts(&folder, &names);
    for ((accepted, text), (said, schema)) in files.iter().zip(verdicts) {
        assert_eq!(accepts(&said), *accepted, "the program, of {text}: {said}");
        assert_eq!(
            schema.is_none(),
            *accepted,
            "the schema, of {text}: {schema:?}"
        );
    }
}

#[test]
fn what_only_the_program_refuses_is_listed_with_its_reason() {
    let folder = Folder::new();
    let names: Vec<_> = (0..BEYOND_THE_SCHEMA.len())
        .map(|n| format!("{n}.yaml"))
        .collect();
    for (name, (_, flow_log)) in names.iter().zip(BEYOND_THE_SCHEMA) {
        folder.write(name, &format!("FlowLogs: {{a: {flow_log}}}\n"));
    }
    for ((why, flow_log), (said, schema)) in BEYOND_THE_SCHEMA.iter().zip(verdicts(&folder, &names))
    {
        assert!(!accepts(&said), "the program, of {flow_log}: {said}");
        assert_eq!(schema, None, "remove it from the list: {why}");
    }
    let schema: Value = serde_json::from_str(&golden::read(STACK)).unwrap();
    let tags = &schema["$defs"]["FlowLog"]["properties"]["Tags"];
    let documented = tags["description"].as_str().unwrap();
    assert!(
        documented.contains("No two tags may have the same key"),
        "{documented}"
    );
}

/// Returns the model's names that CloudFormation writes differently.
fn names_of_the_model(said: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_';
    let words = said.split(|c: char| !is_part(c));
    let names = [
        "resource_id",
        "resource_type",
        "traffic_type",
        "log_destination",
        "log_destination_type",
        "log_group_name",
        "iam_role_arn",
        "deliver_cross_account_role",
        "log_format",
        "max_aggregation_interval",
        "destination_options",
        "file_format",
        "hive_compatible_partitions",
        "per_hour_partition",
        "tag_field_specification",
        "tag_keys",
        "vpc_id",
        "subnet_id",
        "eni_id",
        "transit_gateway_id",
        "transit_gateway_attachment_id",
        "regional_nat_gateway_id",
    ];
    words.filter(|word| names.contains(word)).collect()
}

/// A row of the resource's tests in the words of stack definitions; none if it cannot be said in them.
fn translated(row: &Value) -> Option<Value> {
    let pascal = |name: &str| -> String {
        name.split('_')
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect()
    };
    let renamed = |object: &Value| -> Value {
        let members = object.as_object().unwrap().iter();
        members
            .map(|(name, value)| (pascal(name), value.clone()))
            .collect::<Map<_, _>>()
            .into()
    };
    let mut flow_log = Map::new();
    for (name, value) in row.as_object().unwrap() {
        let (name, value) = match name.as_str() {
            "timeouts" | "adopt_existing" => return None,
            _ if value.is_null() => continue,
            id if id.ends_with("_id") && value == "" => continue,
            id if id.ends_with("_id") => ("ResourceId".to_owned(), value.clone()),
            "iam_role_arn" => ("DeliverLogsPermissionArn".to_owned(), value.clone()),
            "destination_options" => ("DestinationOptions".to_owned(), renamed(value)),
            "tag_field_specification" => {
                let blocks = value.as_array().unwrap().iter().map(renamed);
                ("TagFieldSpecifications".to_owned(), blocks.collect())
            }
            "tags" => {
                let tags = value.as_object().unwrap().iter();
                let tags = tags.map(|(key, value)| json!({ "Key": key, "Value": value }));
                ("Tags".to_owned(), tags.collect())
            }
            _ => (pascal(name), value.clone()),
        };
        flow_log.insert(name, value);
    }
    Some(json!({ "Account": "123456789012", "FlowLogs": { "a": flow_log } }))
}

#[test]
fn the_schema_and_the_program_agree_with_the_resource() {
    let is_among = |rows: &[refused::Row], row: &Value| rows.iter().any(|(other, ..)| other == row);
    let (of_terraform, beyond_schemas) = (refused::of_terraform(), refused::beyond_schemas());
    let accepted = accepted::rows().into_iter().map(|row| (row, None));
    let refused = refused::rows().into_iter();
    let refused = refused.map(|(row, _, rule)| (row, Some(rule)));
    let rows = accepted.chain(refused).filter_map(|(row, rule)| {
        let is_beyond = is_among(&beyond_schemas, &row);
        let is_translatable = !is_among(&of_terraform, &row);
        let stack = translated(&row).filter(|_| is_translatable)?;
        Some((stack, rule, is_beyond))
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 120, "{}", rows.len());
    let folder = Folder::new();
    let names: Vec<_> = (0..rows.len())
        .map(|number| format!("{number}.json"))
        .collect();
    for (name, (stack, ..)) in names.iter().zip(&rows) {
        folder.write(name, &stack.to_string());
    }
    let mut wrong = Vec::new();
    for ((stack, rule, is_beyond), (said, schema)) in rows.iter().zip(verdicts(&folder, &names)) {
        let possible = rule.is_none();
        let foreign = names_of_the_model(&said);
        if !foreign.is_empty() {
            wrong.push(format!("the program says {foreign:?}, of {stack}: {said}"));
        }
        if accepts(&said) != possible {
            wrong.push(format!("the program, of {stack}: {said}"));
        }
        if schema.is_none() != (possible || *is_beyond) {
            wrong.push(format!("the schema, of {stack} ({rule:?}): {schema:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_schema_accepts_every_example() {
    let examples = repository().join("examples/stacks");
    let paths: Vec<PathBuf> = std::fs::read_dir(examples)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap() != "template.yaml")
        .collect();
    assert!(paths.len() >= 4);
    let paths: Vec<_> = paths.iter().map(PathBuf::as_path).collect();
    let schema = repository().join("schemas/stack.schema.json");
    assert_eq!(schema_verdicts(&schema, &paths), vec![None; paths.len()]);
}
