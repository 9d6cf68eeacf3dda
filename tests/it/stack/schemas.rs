//! The published JSON Schemas: current, and of one mind with the program.

use std::path::PathBuf;

use super::{Folder, golden, repository, schema_verdicts};

#[test]
fn published_schemas_are_those_that_the_program_prints() {
    let folder = Folder::new();
    let files: [(&str, &[&str]); 2] = [
        ("stack.schema.json", &["stack", "schema"]),
        ("drift-report.schema.json", &["stack", "schema", "--report"]),
    ];
    for (file, arguments) in files {
        let printed = folder.run(None, arguments).succeeds().stdout;
        golden(&format!("schemas/{file}"), &printed);
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

#[test]
fn schema_and_program_accept_and_refuse_the_same() {
    let folder = Folder::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    for (number, (_, flow_log)) in FLOW_LOGS.iter().enumerate() {
        let name = format!("{number}.yaml");
        folder.write(&name, &format!("FlowLogs: {{a: {flow_log}}}\n"));
        paths.push(folder.path().join(name));
    }
    let schema = repository().join("schemas/stack.schema.json");
    let paths: Vec<_> = paths.iter().map(PathBuf::as_path).collect();
    let verdicts = schema_verdicts(&schema, &paths);
    for (((accepted, flow_log), verdict), path) in FLOW_LOGS.iter().zip(verdicts).zip(&paths) {
        let file = path.file_name().unwrap().to_str().unwrap();
        let run = folder.run(None, &["stack", "validate", file]);
        assert_eq!(
            run.code == 0,
            *accepted,
            "the program, of {flow_log}: {}",
            run.output
        );
        assert_eq!(
            verdict.is_none(),
            *accepted,
            "the schema, of {flow_log}: {verdict:?}"
        );
    }
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
