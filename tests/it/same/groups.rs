//! Random aggregates: the provider over every form of the records, CloudWatch Logs Insights and Athena give the same groups.

use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::{Value as Json, json};
use vpcflow::cty::Value;
use vpcflow::record::Format;
use vpcflow::record::dialect::sql::{Files, Table, create_table};

use super::forms::{Form, GROUP, LAYOUTS, fill};
use super::records::records;
use super::rows::in_bucket;
use super::{Size, core};
use crate::aggregates::summaries;
use crate::harness::athena::{Athena, BUCKET};
use crate::harness::fake::{ACCOUNT, Fake, REGION};
use crate::push_down::aws::format;
use crate::push_down::server::questions;

/// No field has an encoded value, which no service can compare.
const FIELDS: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
    log-status vpc-id tcp-flags type pkt-srcaddr az-id pkt-dst-aws-service flow-direction traffic-path";
const KEYS: [&str; 20] = [
    "src_addr",
    "dst_addr",
    "src_addr/16",
    "src_addr/48",
    "dst_addr/24",
    "pkt-srcaddr/8",
    "src_port",
    "dst_port",
    "dst_service",
    "src_service",
    "protocol_name",
    "protocol",
    "action",
    "interface_id",
    "start",
    "log_status",
    "tcp_flags",
    "az-id",
    "pkt-dst-aws-service",
    "flow_direction",
];
const SUMMED: [&str; 4] = ["bytes", "traffic-path", "dst_port", "packets"];
const PARTS: [&str; 4] = ["groups", "total", "others", "truncated"];

/// Creates the tables over the objects of a form, one for each layout.
fn create_tables(athena: &Athena, format: &Format, form: Form) {
    for (index, layout) in LAYOUTS.into_iter().enumerate() {
        let name = form.root(index);
        let table = Table {
            name: vec!["network", &name],
            format,
            bucket: BUCKET,
            folder: &name,
            files: if form == Form::Text {
                Files::Text
            } else {
                Files::Parquet
            },
            layout,
            accounts: Some(vec![ACCOUNT.to_owned()]),
            regions: None,
            first_day: (2025, 12, 1),
        };
        let statement = create_table(&table).unwrap();
        let (state, reason, _) = athena.execute(&statement);
        assert_eq!(state, "SUCCEEDED", "{reason}\n{statement}");
    }
}

/// Returns the same aggregate for Athena.
fn by_athena(config: &Json, table: &str) -> Json {
    let mut config = config.clone();
    let arguments = config.as_object_mut().unwrap();
    for name in ["log_group_name", "log_format"] {
        arguments.remove(name);
    }
    config["engine"] = json!("athena");
    config["athena"] = json!({
        "table": format!("network.{table}"),
        "output_location": "s3://results/here/",
        "partitions": { "aws_region": REGION },
    });
    config
}

fn parts(answer: &Value) -> [Option<Value>; 4] {
    PARTS.map(|part| answer.get(part).cloned())
}

#[test]
fn every_engine_gives_the_same_groups_of_every_form() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(counted(Size::of(8)));
}

async fn counted(size: Size) {
    let names: Vec<_> = FIELDS.split_whitespace().collect();
    let format = format(&names.join(" "));
    let records = records(&format, size, false);
    let (athena, fake) = (Athena::start(), Fake::start());
    fake.insights_end(0, "Complete");
    // A number of a group is null, and not 0, if the objects of its records lack the column: not in `Form::Absent`.
    let forms = [Form::Text, Form::Parquet, Form::Wide];
    fill(&fake, &athena.bucket(), &format, &records, &forms);
    create_tables(&athena, &format, Form::Text);
    create_tables(&athena, &format, Form::Parquet);
    let mut core = core(&fake, &athena).await;
    let mut runner = size.runner();
    let summaries = summaries(&KEYS, &SUMMED);
    let questions = questions(std::slice::from_ref(&format));
    let (mut groups, mut compared) = (0, 0);
    for number in 0..size.queries {
        let mut config = summaries.new_tree(&mut runner).unwrap().current();
        if number % 2 == 1 {
            let question = questions.new_tree(&mut runner).unwrap().current().config();
            for block in ["where", "exclude"] {
                config[block] = question[block].clone();
            }
        }
        config["log_group_name"] = json!(GROUP);
        config["log_format"] = json!(format.to_string());
        config["end_time"] = json!("2026-01-01T01:00:00Z");
        let expected = parts(&core.summarize(&config).await);
        groups += format!("{expected:?}").matches("first_seen").count();
        let mut insights = config.clone();
        insights["engine"] = json!("insights");
        let mut others = vec![insights];
        for (index, form) in forms.into_iter().enumerate() {
            others.push(in_bucket(&config, &form.root((number + index) % 4)));
        }
        others.push(by_athena(&config, &Form::Text.root((number + 1) % 4)));
        others.push(by_athena(&config, &Form::Parquet.root((number + 2) % 4)));
        for other in others {
            let found = parts(&core.summarize(&other).await);
            assert_eq!(found, expected, "{other:#}");
            compared += 1;
        }
    }
    size.tell(&format!(
        "{compared} answers with the same groups, {groups} groups of log groups"
    ));
    assert!(groups > 2 * size.queries, "{groups} groups show little");
}
