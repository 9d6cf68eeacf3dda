//! Templates in the shapes that people publish: each is valid, tells what only the deployed stack knows, and is compared
//! rightly with and without these values.

mod rows;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use super::{Folder, repository, script};
use crate::harness::fake::{DestinationOptions, Fake, FlowLog, TagFieldSpecification};
use rows::{ROWS, Row};

/// What the tests' account and region supply.
const PLACE: [&str; 4] = [
    "--parameter",
    "AWS::AccountId=123456789012",
    "--parameter",
    "AWS::Region=us-east-1",
];

fn folder() -> PathBuf {
    repository().join("tests/it/stack/templates")
}

fn path(row: &Row) -> String {
    folder().join(row.file).to_str().unwrap().to_owned()
}

#[test]
fn every_template_of_the_corpus_has_a_row() {
    let files = std::fs::read_dir(folder()).unwrap();
    let files: BTreeSet<_> = files
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let rows: BTreeSet<_> = ROWS.iter().map(|row| row.file.to_owned()).collect();
    assert_eq!(files, rows);
    assert!(rows.len() >= 30);
}

#[test]
fn every_template_is_valid_and_tells_what_is_known_after_deployment() {
    for row in ROWS {
        let run = Folder::new().run(None, &["stack", "validate", &path(row)]);
        assert_eq!(run.code, 0, "{}", run.output);
        let s = if row.logs == 1 { "" } else { "s" };
        let says = format!("{} flow log{s}, no errors", row.logs);
        assert!(run.stdout.contains(&says), "{says}: {}", run.output);
        let told = run.stdout.split("known after deployment: ").nth(1);
        let told: Vec<_> = told.map_or_else(Vec::new, |told| {
            let parts = told.trim_end().split("), ");
            let labels = parts.map(|part| part.split(" (").next().unwrap());
            labels.collect()
        });
        assert_eq!(told, row.unknown, "{}: {}", row.file, run.output);
    }
}

#[test]
fn every_template_is_compared_with_and_without_the_unknown_values() {
    for row in ROWS {
        let file = path(row);
        let folder = Folder::new();
        let fake = Fake::start();
        let running = running(&folder, row);
        let count = running.len();
        for log in running {
            fake.insert(log);
        }
        let known: Vec<&str> = [&["--stack", file.as_str()], row.given].concat();
        let open = ["--region", "us-east-1", "--stack", file.as_str()];
        let known = [&["--region", "us-east-1"], known.as_slice()].concat();
        // `include.yaml` cannot be given what a macro supplies.
        let is_given = row.unknown.is_empty() || !row.given.is_empty();
        let (code, report) = folder.drift(fake.url(), &open);
        assert_eq!(code, 0, "{}: {report:#}", row.file);
        let told = report["unknown"].as_array().unwrap().len();
        assert_eq!(told, row.unknown.len(), "{}: {report:#}", row.file);
        if is_given {
            let (code, report) = folder.drift(fake.url(), &known);
            assert_eq!(code, 0, "{}: {report:#}", row.file);
            assert_eq!(
                report["counts"]["in_sync"], count,
                "{}: {report:#}",
                row.file
            );
            assert_eq!(report["unknown"], serde_json::json!([]), "{}", row.file);
        }
        for id in 0..count {
            fake.change(&format!("fl-{id:017}"), |log| {
                log.log_format = "${srcport}".to_owned()
            });
        }
        if is_given && count > 0 {
            let (code, report) = folder.drift(fake.url(), &known);
            assert_eq!(code, 2, "{}: {report:#}", row.file);
            assert_eq!(
                report["counts"]["changed"], count,
                "{}: {report:#}",
                row.file
            );
            let (_, report) = folder.drift(fake.url(), &open);
            // Without its resource, a flow log with differences may be another one.
            let is_open = |label: &&&str| !label.contains('.') || label.ends_with(".ResourceId");
            let open = row.unknown.iter().filter(is_open).count();
            let changed = report["counts"]["changed"].as_u64().unwrap();
            assert_eq!(
                changed as usize,
                row.logs - open,
                "{}: {report:#}",
                row.file
            );
        }
    }
}

/// Returns the flow logs that a deployment of a template creates.
fn running(folder: &Folder, row: &Row) -> Vec<FlowLog> {
    if row.logs == 0 || row.file == "include.yaml" {
        return Vec::new();
    }
    let file = path(row);
    let arguments = [
        &["stack", "to-terraform", "--no-import", &file],
        PLACE.as_slice(),
        row.given,
    ]
    .concat();
    let run = folder.run(None, &arguments);
    assert_eq!(run.code, 0, "{}: {}", row.file, run.output);
    let exported: Value = serde_json::from_str(&run.stdout).unwrap();
    let logs = exported["resource"]["vpcflow_log"].as_object().unwrap();
    (0..)
        .zip(logs.values())
        .map(|(n, log)| created(n, log))
        .collect()
}

/// Returns the flow log that AWS creates from the arguments of a resource.
fn created(number: usize, log: &Value) -> FlowLog {
    let text = |name: &str| log[name].as_str().map(|text| text.replace("$${", "${"));
    let resource = text("resource_id").unwrap();
    let sample = FlowLog::sample(&format!("fl-{number:017}"), &resource);
    let kind = text("log_destination_type").unwrap_or_else(|| "cloud-watch-logs".to_owned());
    let options = &log["destination_options"];
    let flag = |name: &str| options[name].as_bool().unwrap_or_default();
    let options = DestinationOptions {
        file_format: options["file_format"]
            .as_str()
            .unwrap_or("plain-text")
            .to_owned(),
        hive_compatible_partitions: flag("hive_compatible_partitions"),
        per_hour_partition: flag("per_hour_partition"),
    };
    let tags = log["tags"].as_object().into_iter().flatten();
    let destination = text("log_destination").map(|arn| arn.trim_end_matches(":*").to_owned());
    let group = text("log_group_name").or_else(|| {
        let (_, group) = destination.as_deref()?.split_once(":log-group:")?;
        Some(group.to_owned())
    });
    let fields = log["tag_field_specification"]
        .as_array()
        .into_iter()
        .flatten();
    FlowLog {
        resource_type: text("resource_type").unwrap(),
        traffic_type: text("traffic_type"),
        destination_options: (kind == "s3").then_some(options),
        log_destination_type: kind,
        log_destination: destination,
        log_group_name: group,
        deliver_logs_permission_arn: text("iam_role_arn"),
        deliver_cross_account_role: text("deliver_cross_account_role"),
        log_format: text("log_format").unwrap_or(sample.log_format.clone()),
        max_aggregation_interval: log["max_aggregation_interval"].as_u64().unwrap_or(600) as u32,
        tag_field_specifications: fields
            .map(|fields| TagFieldSpecification {
                resource_type: fields["resource_type"].as_str().unwrap().to_owned(),
                tag_keys: serde_json::from_value(fields["tag_keys"].clone()).unwrap(),
            })
            .collect(),
        tags: tags
            .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
            .collect(),
        ..sample
    }
}

/// Resolves the properties of all flow logs with cfn-lint. Prints what it resolves to a single value.
const CFN_LINT: &str = r#"
import json, sys
from cfnlint.decode import decode
from cfnlint.template import Template
from cfnlint.template.transforms._language_extensions import language_extension
from cfnlint.context import create_context_for_template
resolved = {}
for name in sys.argv[1:]:
    document, errors = decode(name)
    assert not errors, (name, errors)
    template = Template(name, document, ['us-east-1'])
    transform = document.get('Transform') or []
    names = transform if isinstance(transform, list) else [transform]
    if 'AWS::LanguageExtensions' in names:
        matches, document = language_extension(template)
        assert not matches, (name, matches)
        template = Template(name, document, ['us-east-1'])
    context = create_context_for_template(template)
    from cfnlint.rules import RulesCollection
    from cfnlint.jsonschema import CfnTemplateValidator
    validator = CfnTemplateValidator({}, context=context, cfn=template)
    logs = {}
    for key, resource in document['Resources'].items():
        if not isinstance(resource, dict) or resource.get('Type') != 'AWS::EC2::FlowLog':
            continue
        properties = resource['Properties']
        values = {}
        for property, value in properties.items():
            if property.startswith('Fn::'):
                continue
            found = []
            for instance, _, error in validator.resolve_value(value):
                if error is None and instance is not None and isinstance(instance, (str, int, float)):
                    found.append(str(instance))
            # A value that depends on a parameter or condition has several.
            values[property] = sorted(set(found))
        logs[key] = values
    resolved[name.rsplit('/', 1)[1]] = logs
print(json.dumps(resolved))
"#;

/// The attributes that a test compares with cfn-lint, by CloudFormation's names.
const COMPARED: [(&str, &str); 6] = [
    ("ResourceId", "resource_id"),
    ("TrafficType", "traffic_type"),
    ("LogDestinationType", "log_destination_type"),
    ("LogDestination", "log_destination"),
    ("LogGroupName", "log_group_name"),
    ("MaxAggregationInterval", "max_aggregation_interval"),
];

#[test]
fn values_are_among_those_to_which_cfn_lint_resolves_them() {
    // A template with errors in its parameters, or without values of its own, resolves to nothing.
    let rows: Vec<&Row> = ROWS.iter().filter(|row| row.logs > 0).collect();
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|row| row.unknown.is_empty())
        .collect();
    let files: Vec<_> = rows.iter().map(|row| path(row)).collect();
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    let resolved: Value = serde_json::from_str(&script(CFN_LINT, &files)).unwrap();
    let folder = Folder::new();
    let mut compared = 0;
    for row in rows {
        let file = path(row);
        let arguments = [
            &["stack", "to-terraform", "--no-import", &file],
            PLACE.as_slice(),
        ];
        let run = folder.run(None, &arguments.concat()).succeeds();
        let ours: Value = serde_json::from_str(&run.stdout).unwrap();
        for (id, log) in ours["resource"]["vpcflow_log"].as_object().unwrap() {
            let theirs = &resolved[row.file][id];
            assert!(
                theirs.is_object() || row.file == "if-properties.yaml",
                "{}: {id}",
                row.file
            );
            for (property, attribute) in COMPARED {
                let found = theirs[property].as_array().cloned().unwrap_or_default();
                let own = match &log[attribute] {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => continue,
                };
                if found.is_empty() {
                    continue;
                }
                let found: Vec<_> = found.iter().filter_map(Value::as_str).collect();
                let same = |text: &&str| *text == own || text.trim_end_matches(".0") == own;
                assert!(
                    found.iter().any(same),
                    "{} {id}.{property}: {own} {found:?}",
                    row.file
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 60, "{compared}");
}
