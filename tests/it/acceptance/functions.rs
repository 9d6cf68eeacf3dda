//! The provider's functions, called by a real Terraform. No server is needed, because functions do not use the network.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::terraform::{Version, Workspace};

const BOTH: [Version; 2] = [Version::Any, Version::V115];

/// An address that refuses connections.
const NO_SERVER: &str = "http://127.0.0.1:1";

/// Applies outputs, checks that the next plan is empty, and returns their values.
#[track_caller]
fn outputs(version: Version, configuration: &str) -> Value {
    let work = Workspace::new(version, NO_SERVER);
    work.configure(configuration);
    work.apply();
    work.plans_empty();
    let outputs = work.state()["values"]["outputs"].clone();
    let outputs = outputs.as_object().unwrap().iter();
    outputs
        .map(|(name, output)| (name.clone(), output["value"].clone()))
        .collect()
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/functions")
}

#[test]
fn there_is_an_example_for_every_function() {
    let schema = vpcflow::provider::schema_json().unwrap();
    let functions = &schema["provider_schemas"][vpcflow::provider::ADDRESS]["functions"];
    let functions: BTreeSet<String> = functions.as_object().unwrap().keys().cloned().collect();
    let entries = std::fs::read_dir(examples()).unwrap();
    let folders = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(folders.collect::<BTreeSet<_>>(), functions);
}

#[test]
fn the_examples_return_the_documented_values() {
    let names = [
        "parse_record",
        "log_format",
        "filter_pattern",
        "athena_table",
        "delivery_trust_policy",
        "delivery_role_policy",
        "delivery_bucket_policy",
    ];
    let read = |name: &str| std::fs::read_to_string(examples().join(name).join("function.tf"));
    let all: Vec<String> = names.iter().map(|name| read(name).unwrap()).collect();
    for version in BOTH {
        let returned = outputs(version, &all.join("\n"));
        assert_eq!(
            returned["rejected_from"],
            json!({ "address": "198.51.100.7", "port": 22, "zone": "euc1-az1" })
        );
        assert_eq!(
            returned["record_format"],
            "${version} ${interface-id} ${srcaddr} ${dstaddr} ${dstport} ${action} ${log-status}"
        );
        assert_eq!(
            returned["rejected_logins"],
            "[w1,w2,w3,w4!=\"10.*\",w5,w6,w7=22||w7=3389,w8,w9,w10,w11,w12,w13=\"REJECT\",w14]"
        );
        let statement = returned["flow_log_table"].as_str().unwrap();
        for part in [
            "CREATE EXTERNAL TABLE IF NOT EXISTS `network`.`flow_logs` (\n  `version` int,\n  `srcaddr` string,",
            "STORED AS PARQUET\nLOCATION 's3://flow-logs/network/AWSLogs/'",
            "'s3://flow-logs/network/AWSLogs/${aws_account_id}/vpcflowlogs/${aws_region}/${hour}/'",
        ] {
            assert!(statement.contains(part), "{part}: {statement}");
        }
        let policy = |name: &str| -> Value {
            serde_json::from_str(returned[name].as_str().unwrap()).unwrap()
        };
        assert_eq!(
            policy("trust_policy")["Statement"][0]["Condition"]["ArnLike"]["aws:SourceArn"],
            "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/*"
        );
        assert_eq!(
            policy("role_policy")["Statement"][0]["Resource"],
            "arn:aws:logs:eu-central-1:123456789012:log-group:vpc-flow-logs:*"
        );
        assert_eq!(
            policy("bucket_policy")["Statement"][0]["Resource"][0],
            "arn:aws:s3:::flow-logs/network/AWSLogs/123456789012/*"
        );
    }
}

#[test]
fn a_function_of_an_unknown_value_is_evaluated_during_apply() {
    let configuration = r#"
resource "terraform_data" "later" {
  input = "2 1 eni-0 10.0.0.1 10.0.0.2 1 2 6 1 1 1432917027 1432917142 ACCEPT OK"
}
locals {
  record = provider::vpcflow::parse_record(terraform_data.later.output, null)
}
output "from" {
  value = local.record.src_addr
}
output "absent" {
  value = local.record.vpc_id == null
}
"#;
    for version in BOTH {
        let returned = outputs(version, configuration);
        assert_eq!(returned, json!({ "from": "10.0.0.1", "absent": true }));
    }
}

#[test]
fn errors_name_the_argument_and_the_expected_value() {
    let cases = [
        (
            r#"parse_record("2 123456789012 eni-1")"#,
            r#"Invalid value for "line" parameter: the line has 3 values, but its record format has 14 fields; pass the record format of the flow log as the second argument."#,
        ),
        (
            r#"athena_table("t", "$${version}", "s3://bucket", { acounts = ["123456789012"] })"#,
            r#"Invalid value for "options" parameter: `options.acounts` does not exist; did you mean `accounts`?"#,
        ),
        (
            r#"athena_table("t", "$${version}", "s3://bucket/AWSLogs", null)"#,
            "leave out `AWSLogs` and everything after it",
        ),
        (
            r#"parse_record("2", "version")"#,
            r#"Invalid value for "format" parameter: "version" is not a record format: `version` is not a field; write `${version}`."#,
        ),
        (
            r#"log_format("version", "src_addr")"#,
            r#"Invalid value for "fields" parameter: there is no field `src_addr`; did you mean `srcaddr`?"#,
        ),
        (
            r#"filter_pattern({ dst_prt = 22 })"#,
            r#"Invalid value for "filters" parameter: there is no filter `dst_prt`; did you mean `dst_port`?"#,
        ),
        (
            r#"parse_record("{\"message\": \"2 1 eni-0 10.0.0.1 10.0.0.2 1 2 6 1 1 1 2 ACCEPT OK\"}", null)"#,
            r#"Invalid value for "line" parameter: the line is a JSON object with the record in `message`"#,
        ),
        (
            r#"parse_record("version srcaddr", "$${version} $${srcaddr}")"#,
            "the line is the header of a file in S3",
        ),
        (
            r#"parse_record("2026-05-01T12:00:00.000Z 2 10.0.0.1", "$${version} $${srcaddr}")"#,
            "the line starts with a time",
        ),
        (
            r#"parse_record("2", "$${timestamp}")"#,
            "There is no record field `${timestamp}`: write `${start}` and `${end}`",
        ),
        (
            r#"filter_pattern({ dst_port = ">20,<30" })"#,
            "to require all of them, write `21-29`",
        ),
        (
            r#"filter_pattern({ pkt_srcaddr = "10.0.0.1" })"#,
            r#"write `fields = { "pkt-srcaddr" = … }` for this field"#,
        ),
        (
            r#"filter_pattern({ fields = { pkt_srcaddr = "10.0.0.1" } })"#,
            "did you mean `pkt-srcaddr`?",
        ),
        (
            r#"filter_pattern({ where = [{ instance_id = "eni-0a" }] })"#,
            "did you mean the filter `interface_id`?",
        ),
        (
            r#"filter_pattern({ action = "REJECT", where = [{ port = 22 }] })"#,
            "says exactly the same as `where[0].port`;",
        ),
        (
            r#"filter_pattern({ dst_port = [22, 443] })"#,
            r#"`dst_port` must be a single string; write "22,443", in which a comma means "or"."#,
        ),
        (
            r#"delivery_trust_policy(12345678901, "eu-central-1")"#,
            r#"Invalid value for "account_id" parameter: "12345678901" is not an account ID, which has twelve digits; write it in quotes to keep leading zeros."#,
        ),
        (
            r#"delivery_role_policy("vpc-flow-logs")"#,
            r#"Invalid value for "log_group_arn" parameter: "vpc-flow-logs" is not the ARN of a log group"#,
        ),
        (
            r#"delivery_bucket_policy("arn:aws:s3:::b/net", null, ["123456789012"], ["*"])"#,
            r#"Invalid value for "bucket_arn" parameter: "arn:aws:s3:::b/net" names a folder"#,
        ),
        (
            r#"delivery_bucket_policy("arn:aws:s3:::bucket", "", ["123456789012"], ["there"])"#,
            r#"Invalid value for "regions" parameter: "there" is neither a region"#,
        ),
    ];
    let output = |(number, (call, _)): (usize, &(&str, &str))| {
        format!("output \"o{number}\" {{\n  value = provider::vpcflow::{call}\n}}\n")
    };
    let configuration: String = cases.iter().enumerate().map(output).collect();
    let texts: Vec<&str> = cases.iter().map(|(_, text)| *text).collect();
    for version in BOTH {
        let work = Workspace::new(version, NO_SERVER);
        work.configure(&configuration);
        work.plan().fails_with(&texts);
    }
}

#[test]
fn filter_patterns_cover_exact_flags_absent_values_and_services() {
    let configuration = r#"
locals {
  format = "$${instance-id} $${tcp-flags} $${pkt-dst-aws-service}"
}
output "first_packets" {
  value = provider::vpcflow::filter_pattern({ tcp_flags = "=syn" }, local.format)
}
output "no_instance" {
  value = provider::vpcflow::filter_pattern({ instance_id = "-" }, local.format)
}
output "of_instances" {
  value = provider::vpcflow::filter_pattern({ exclude = [{ instance_id = "-" }] }, local.format)
}
output "to_s3" {
  value = provider::vpcflow::filter_pattern({ fields = { pkt-dst-aws-service = "s3" } }, local.format)
}
output "version" {
  value = provider::vpcflow::parse_record("5 BPA", "$${version} $${reject-reason}").version
}
"#;
    for version in BOTH {
        assert_eq!(
            outputs(version, configuration),
            json!({
                "first_packets": "[w1,w2=2,w3]",
                "no_instance": "[w1=\"-\",w2,w3]",
                "of_instances": "[w1!=\"-\",w2,w3]",
                "to_s3": "[w1,w2,w3=%^[Ss]3$%]",
                "version": 5,
            })
        );
    }
}

#[test]
fn terraform_and_the_provider_print_the_same_signatures() {
    let of_provider = vpcflow::provider::schema_json().unwrap();
    let of_provider = &of_provider["provider_schemas"][vpcflow::provider::ADDRESS]["functions"];
    for version in BOTH {
        let work = Workspace::new(version, NO_SERVER);
        work.configure("");
        let run = work.run(&["providers", "schema", "-json"]).succeeds();
        let of_terraform: Value = serde_json::from_str(&run.stdout).unwrap();
        let of_terraform =
            &of_terraform["provider_schemas"][vpcflow::provider::ADDRESS]["functions"];
        assert_eq!(of_terraform, of_provider, "{version:?}");
    }
}
