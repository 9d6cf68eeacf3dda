//! Invalid configurations are refused at plan. The error points at the argument and explains how to correct it.

use crate::harness::fake::Fake;
use crate::harness::terraform::{Version, Workspace};

const VPC: &str = r#"vpc_id = "vpc-0123456789abcdef0""#;
const ALL: &str = r#"traffic_type = "ALL""#;
const GROUP: &str = r#"log_group_name = "flow-logs""#;
const ROLE: &str = r#"iam_role_arn = "arn:aws:iam::123456789012:role/flow-logs""#;
const S3: &str = r#"log_destination = "arn:aws:s3:::bucket""#;

/// Returns the arguments, the line at which Terraform points, and the text of the error.
fn resources() -> Vec<(Vec<&'static str>, &'static str, &'static str)> {
    vec![
        (vec![ALL, GROUP, ROLE], "", "Nothing to record"),
        (
            vec![
                VPC,
                r#"subnet_id = "subnet-0123456789abcdef0""#,
                ALL,
                GROUP,
                ROLE,
            ],
            "subnet_id",
            "Two different resources",
        ),
        (
            vec![
                VPC,
                r#"resource_id = "vpc-0fedcba9876543210""#,
                ALL,
                GROUP,
                ROLE,
            ],
            "resource_id",
            "A flow log records one resource",
        ),
        (
            vec![r#"vpc_id = "vpc-xyz""#, ALL, GROUP, ROLE],
            "vpc_id",
            "8 or 17 hexadecimal digits",
        ),
        (
            vec![r#"vpc_id = "subnet-0123456789abcdef0""#, ALL, GROUP, ROLE],
            "vpc_id",
            "IDs of this kind begin with `vpc-`",
        ),
        (
            vec![r#"resource_id = "odd-1""#, ALL, GROUP, ROLE],
            "",
            "The prefix of \"odd-1\" does not identify",
        ),
        (
            vec![VPC, r#"resource_type = "Subnet""#, ALL, GROUP, ROLE],
            "resource_type",
            "Wrong resource type",
        ),
        (
            vec![VPC, GROUP, ROLE],
            "",
            "A flow log of a VPC requires `traffic_type`",
        ),
        (
            vec![VPC, r#"traffic_type = "all""#, GROUP, ROLE],
            "traffic_type",
            "it must be one of: \"ACCEPT\", \"REJECT\", \"ALL\"",
        ),
        (
            vec![VPC, ALL, GROUP, ROLE, "max_aggregation_interval = 61"],
            "max_aggregation_interval",
            "`max_aggregation_interval` is 61; it must be one of: 60, 600",
        ),
        (
            vec![VPC, ALL, ROLE],
            "",
            "Set `log_group_name` to the name of a CloudWatch Logs group",
        ),
        (
            vec![VPC, ALL, GROUP],
            "",
            "Delivery to CloudWatch Logs requires a role",
        ),
        (
            vec![
                VPC,
                ALL,
                S3,
                r#"log_destination_type = "cloud-watch-logs""#,
                ROLE,
            ],
            "log_destination_type",
            "Destination type contradicts the ARN",
        ),
        (
            vec![VPC, ALL, S3, r#"log_destination_type = "S3""#],
            "log_destination_type",
            "it must be one of: \"cloud-watch-logs\", \"s3\", \"kinesis-data-firehose\"",
        ),
        (
            vec![VPC, ALL, S3, ROLE],
            "iam_role_arn",
            "AWS refuses a role",
        ),
        (
            vec![VPC, ALL, S3, GROUP],
            "log_group_name",
            "but records go to s3",
        ),
        (
            vec![VPC, ALL, r#"log_destination = "my-bucket""#],
            "log_destination",
            "It must be an ARN",
        ),
        (
            vec![
                VPC,
                ALL,
                r#"log_destination = "arn:aws:sqs:us-east-1:123456789012:queue""#,
            ],
            "log_destination",
            "an S3 bucket or a Firehose delivery stream",
        ),
        (
            vec![
                VPC,
                ALL,
                r#"log_destination = "arn:aws:s3:::bucket/AWSLogs/""#,
            ],
            "log_destination",
            "The folder cannot be AWSLogs",
        ),
        (
            vec![VPC, ALL, r#"log_destination_type = "s3""#],
            "",
            "arn:aws:s3:::name/folder/",
        ),
        (
            vec![VPC, ALL, GROUP, r#"iam_role_arn = "flow-logs""#],
            "iam_role_arn",
            "It must be the ARN of a role",
        ),
        (
            vec![
                VPC,
                ALL,
                GROUP,
                ROLE,
                "destination_options { per_hour_partition = true }",
            ],
            "destination_options",
            "Destination options apply to S3 only",
        ),
        (
            vec![
                VPC,
                ALL,
                GROUP,
                ROLE,
                r#"tags = { for i in range(51) : "k${i}" => "v" }"#,
            ],
            "tags",
            "AWS allows 50",
        ),
        (
            vec![VPC, ALL, GROUP, ROLE, r#"tags = { "aws:x" = "y" }"#],
            "tags",
            "AWS reserves keys",
        ),
        (
            vec![
                VPC,
                ALL,
                GROUP,
                ROLE,
                r#"tags = { (join("", [for i in range(129) : "k"])) = "y" }"#,
            ],
            "tags",
            "A key can have at most 128 characters, but this one has 129",
        ),
        (
            vec![
                VPC,
                ALL,
                GROUP,
                ROLE,
                r#"log_format = "$${version} $${srcaddr""#,
            ],
            "log_format",
            "Malformed record format",
        ),
        (
            vec![VPC, ALL, GROUP, ROLE, r#"timeouts { create = "soon" }"#],
            "create",
            "it must be a duration such as 90s, 30m, 1h30m or 2d",
        ),
        (
            vec![
                r#"resource_id = "tgw-0123456789abcdef0""#,
                GROUP,
                ROLE,
                "max_aggregation_interval = 600",
            ],
            "max_aggregation_interval",
            "the interval is 60 seconds",
        ),
    ]
}

#[test]
fn invalid_flow_logs_are_refused_at_plan_with_their_path() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    for (arguments, line, text) in resources() {
        let body = arguments.join("\n  ");
        work.configure(&format!(
            "resource \"vpcflow_log\" \"bad\" {{\n  {body}\n}}"
        ));
        let run = work.run(&["plan", "-no-color"]).fails_with(&[text]);
        assert_points_at(&run.output, line, "vpcflow_log");
    }
    assert!(fake.calls_of("CreateFlowLogs").is_empty());
}

#[test]
fn an_unknown_value_is_validated_during_apply() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        r#"
resource "terraform_data" "id" { input = "subnet-0123456789abcdef0" }
resource "vpcflow_log" "main" {
  vpc_id         = terraform_data.id.output
  traffic_type   = "ALL"
  log_group_name = "flow-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
}"#,
    );
    assert_eq!(work.plan().code, 2);
    work.run(&["apply", "-auto-approve", "-no-color"])
        .fails_with(&["IDs of this kind begin with `vpc-`"]);
    assert!(fake.calls_of("CreateFlowLogs").is_empty());
}

#[test]
fn an_unknown_record_field_is_a_warning_and_is_sent() {
    let fake = Fake::start();
    fake.add_record_field("brand-new");
    let work = Workspace::new(Version::Any, fake.url());
    let format = r#"log_format = "$${version} $${brand-new}""#;
    work.configure(&crate::acceptance::flow_log("main", format));
    work.apply().says(&[
        "Unknown record field",
        "does not know the field `brand-new`",
    ]);
    work.plans_empty();
}

/// Queries, the line at which Terraform points, and the text of the error.
const QUERIES: &[(&str, &str, &str)] = &[
    (
        r#"lookback = "1h""#,
        "",
        "Set exactly one of `flow_log_id` (the id of a flow log), `log_group_name`",
    ),
    (
        "lookback = \"1h\"\n  flow_log_id = \"fl-1\"\n  log_group_name = \"g\"",
        "flow_log_id",
        "cannot be given together",
    ),
    (r#"log_group_name = "g""#, "", "No time window"),
    (
        "log_group_name = \"g\"\n  start_time = \"2026-01-02T00:00:00Z\"\n  end_time = \"2026-01-01T00:00:00Z\"",
        "start_time",
        "start_time must be before end_time",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  start_time = \"2026-01-02T00:00:00Z\"",
        "lookback",
        "cannot be given together",
    ),
    (
        "log_group_name = \"g\"\n  start_time = \"yesterday\"",
        "start_time",
        "an RFC 3339 time",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"soon\"",
        "lookback",
        "such as 90s, 30m, 1h30m or 2d",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  src_addr = \"10.0.0.0/33\"",
        "src_addr",
        "Malformed filter src_addr",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  dst_port = \"22,70000\"",
        "dst_port",
        "65535",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  dst_port = \"90-80\"",
        "dst_port",
        "Malformed filter dst_port",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  protocol = \"tpc\"",
        "protocol",
        "Malformed filter protocol",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  dst_prt = \"22\"",
        "dst_prt",
        "Unsupported argument",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  exclude {}",
        "",
        "This `exclude` block has no filter",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  where {}",
        "",
        "This `where` block has no filter",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  limit = 10001",
        "limit",
        "from 1 to 10000",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  order = \"random\"",
        "order",
        "\"oldest_first\", \"newest_first\"",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  log_format = \"$version\"",
        "log_format",
        "Malformed record format",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  dst_port = \">20,<30\"",
        "dst_port",
        "to require all of them, write `21-29`",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  exclude { dst_port = \"<1024,>=1024\" }",
        "dst_port",
        "match every value; remove the filter",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  fields = { \"traffic-path\" = \">1,<8\" }",
        "fields",
        "write `2-7`",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  bytes = \">1,000\"",
        "bytes",
        "without separators, as in `>1000`",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  instance_id = \"i-0000*\"",
        "instance_id",
        "`*` is not a wildcard",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  interface_id = \"i-0a\"",
        "interface_id",
        "did you mean the filter `instance_id`?",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  where { vpc_id = \"VPC-0A\" }",
        "vpc_id",
        "write `vpc-0a`",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  interface_account_id = \"12345678901\"",
        "interface_account_id",
        "which has 12 digits",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  fields = { \"pkt_srcaddr\" = \"10.0.0.1\" }",
        "fields",
        "did you mean `pkt-srcaddr`?",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  tcp_flags = \">2\"",
        "tcp_flags",
        "`=syn` for only SYN",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  event_id = \"-\"",
        "event_id",
        "every event has an id",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  log_format = \"$${timestamp} $${action}\"",
        "log_format",
        "write `${start}` and `${end}`",
    ),
    (
        "log_group_name = \"g\"\n  lookback = \"1h\"\n  log_format = \"$${tgw-id} $${vpc-id}\"",
        "log_format",
        "one flow log cannot have both",
    ),
];

#[test]
fn invalid_queries_are_refused_with_their_path() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    for (arguments, line, text) in QUERIES {
        work.configure(&format!(
            "data \"vpcflow_log_events\" \"bad\" {{\n  {arguments}\n}}"
        ));
        let run = work.run(&["plan", "-no-color"]).fails_with(&[text]);
        assert_points_at(&run.output, line, "vpcflow_log_events");
    }
    assert!(fake.calls_of("FilterLogEvents").is_empty());
}

#[test]
fn other_record_types_accept_other_ids() {
    let fake = Fake::start();
    fake.put_events("flows", "s", Vec::new());
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        r#"
data "vpcflow_log_events" "flows" {
  log_group_name = "flows"
  record_type    = "yandex-external-flow"
  lookback       = "1h"
  instance_id    = "epdAB12"
  where { vpc_id = "enpVPC" }
  exclude { subnet_id = "-" }
}"#,
    );
    work.apply();
}

#[test]
fn an_unknown_field_in_the_format_of_a_query_is_a_warning() {
    let fake = Fake::start();
    fake.put_events("g", "s", Vec::new());
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        r#"
data "vpcflow_log_events" "newer" {
  log_group_name = "g"
  lookback       = "1h"
  log_format     = "$${version} $${brand-new}"
}"#,
    );
    work.apply()
        .says(&["Unknown record field", "Its values are read as text"]);
}

/// Asserts that Terraform points at an argument. Without a path, Terraform points at the head of the block, or from
/// 1.15 on at the head of the nested block.
fn assert_points_at(output: &str, argument: &str, type_name: &str) {
    let pointed = output.lines().filter_map(|line| {
        let (number, code) = line.trim_start_matches(['│', ' ']).split_once(": ")?;
        number.parse::<usize>().ok().map(|_| code.trim().to_owned())
    });
    let expected = if argument.is_empty() {
        type_name
    } else {
        argument
    };
    let pointed: Vec<_> = pointed.collect();
    assert!(
        pointed
            .iter()
            .any(|line| line.contains(expected) || argument.is_empty() && line.ends_with("{}")),
        "{expected}: {pointed:?}\n{output}"
    );
}
