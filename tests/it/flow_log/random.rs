//! Five hundred random valid configurations, each from create to delete.

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;
use vpcflow::record::field;

use super::{CROSS_ROLE, FOREIGN_STREAM, ROLE, STREAM, with};
use crate::harness::core::{Core, errors};
use crate::harness::fake::{Fake, REGION};

const CONFIGURATIONS: u64 = 500;
/// The creates of a provider that do not wait, because they are within EC2's bucket.
const CREATES_AT_ONCE: u64 = 40;

/// A random number generator (splitmix64) with the same sequence in every run.
pub(crate) struct Dice(u64);

impl Dice {
    /// Creates a generator. Each seed has its own sequence.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    pub(crate) fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    pub(super) fn maybe(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}

/// The kind of the resource that the flow log records.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Vpc,
    Gateway,
    CloudWan,
}

/// Returns a random valid configuration.
pub(crate) fn configuration(dice: &mut Dice) -> Json {
    let (target, kind) = target(dice);
    let mut row = with(target, destination(dice));
    if kind == Kind::Vpc {
        row["traffic_type"] = json!(dice.of(&["ACCEPT", "REJECT", "ALL"]));
    }
    if dice.maybe() {
        let intervals: &[u64] = if kind == Kind::Vpc { &[60, 600] } else { &[60] };
        row["max_aggregation_interval"] = json!(dice.of(intervals));
    }
    if kind != Kind::CloudWan && dice.maybe() {
        format(dice, kind, &mut row);
    }
    if dice.maybe() {
        let tags =
            (0..dice.below(5)).map(|n| (format!("key {n}"), json!(dice.of(&["", "v", "ä/ö"]))));
        let tags: serde_json::Map<_, _> = tags.collect();
        row["tags"] = Json::Object(tags);
    }
    if dice.maybe() {
        row["region"] = json!(REGION);
    }
    row
}

fn target(dice: &mut Dice) -> (Json, Kind) {
    let digits = format!("{:017x}", dice.next() >> 2);
    let id = |prefix: &str| format!("{prefix}-{digits}");
    let kinds = [
        ("vpc_id", "vpc", "VPC"),
        ("subnet_id", "subnet", "Subnet"),
        ("eni_id", "eni", "NetworkInterface"),
        ("regional_nat_gateway_id", "nat", "RegionalNatGateway"),
        ("transit_gateway_id", "tgw", "TransitGateway"),
        (
            "transit_gateway_attachment_id",
            "tgw-attach",
            "TransitGatewayAttachment",
        ),
        ("", "core-network", "CoreNetwork"),
        ("", "attachment", "CoreNetworkAttachment"),
        ("", "edge", "CoreNetworkEdge"),
    ];
    let (argument, prefix, resource_type) = dice.of(&kinds);
    let kind = match resource_type {
        "TransitGateway" | "TransitGatewayAttachment" => Kind::Gateway,
        "CoreNetwork" | "CoreNetworkAttachment" | "CoreNetworkEdge" => Kind::CloudWan,
        _ => Kind::Vpc,
    };
    let mut row = json!({});
    if argument.is_empty() || dice.maybe() {
        row["resource_id"] = json!(id(prefix));
    }
    if !argument.is_empty() && (row["resource_id"].is_null() || dice.maybe()) {
        row[argument] = json!(id(prefix));
    }
    if resource_type == "CoreNetworkEdge" || dice.maybe() {
        row["resource_type"] = json!(resource_type);
    }
    (row, kind)
}

fn destination(dice: &mut Dice) -> Json {
    let n = dice.below(5);
    let group = format!("group-{n}");
    let group_arn = format!("arn:aws:logs:us-east-1:123456789012:log-group:{group}");
    let mut row = match dice.below(7) {
        0 => json!({ "log_group_name": group, "iam_role_arn": ROLE }),
        1 => json!({ "log_destination": group_arn, "iam_role_arn": ROLE }),
        2 => json!({ "log_destination": format!("{group_arn}:*"), "iam_role_arn": ROLE }),
        3 => json!({ "log_destination": STREAM }),
        4 => json!({
            "log_destination": FOREIGN_STREAM, "iam_role_arn": ROLE, "deliver_cross_account_role": CROSS_ROLE
        }),
        _ => to_bucket(dice),
    };
    if dice.maybe() {
        let arn = row["log_destination"]
            .as_str()
            .unwrap_or(":::logs")
            .to_owned();
        row["log_destination_type"] = json!(match arn.split(':').nth(2) {
            Some("s3") => "s3",
            Some("firehose") => "kinesis-data-firehose",
            _ => "cloud-watch-logs",
        });
    }
    row
}

fn to_bucket(dice: &mut Dice) -> Json {
    let folder = dice.of(&["", "/", "/folder", "/folder/", "/a/b/"]);
    let mut row = json!({ "log_destination": format!("arn:aws:s3:::bucket{folder}") });
    if dice.maybe() {
        let mut options = json!({});
        if dice.maybe() {
            options["file_format"] = json!(dice.of(&["plain-text", "parquet"]));
        }
        if dice.maybe() {
            options["hive_compatible_partitions"] = json!(dice.maybe());
        }
        if dice.maybe() {
            options["per_hour_partition"] = json!(dice.maybe());
        }
        row["destination_options"] = options;
    }
    row
}

fn format(dice: &mut Dice, kind: Kind, row: &mut Json) {
    let own = match kind {
        Kind::Gateway => field::Family::TransitGateway,
        Kind::Vpc | Kind::CloudWan => field::Family::Vpc,
    };
    let mut names = Vec::new();
    for field in &field::FIELDS {
        let possible = field.family == own || field.family == field::Family::Both;
        if possible && !field.name.contains("-tag") && dice.below(3) == 0 {
            names.push(field.name);
        }
    }
    names.push("bytes");
    names.dedup();
    names.sort_unstable();
    names.dedup();
    if kind == Kind::Vpc && dice.maybe() {
        names.push("instance-tag");
        let mut keys = vec!["Name"];
        if dice.maybe() {
            names.push("instance-tag-2");
            keys.insert(dice.below(2), "Team");
        }
        row["tag_field_specification"] = json!([{ "resource_type": "instance", "tag_keys": keys }]);
    }
    let names: Vec<_> = names.iter().map(|name| format!("${{{name}}}")).collect();
    row["log_format"] = json!(names.join(" "));
}

#[tokio::test]
async fn random_configurations_can_be_created_imported_and_deleted() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let mut dice = Dice::new(1);
    for n in 0..CONFIGURATIONS {
        if n.is_multiple_of(CREATES_AT_ONCE) {
            core = Core::start(fake.url()).await;
        }
        let row = configuration(&mut dice);
        let config = core.config(&row);
        assert_eq!(core.validate(&config).await, [], "{n}: {row}");
        let state = core.create(&config).await;
        let refreshed = core.read(&state).await;
        assert_eq!(refreshed, state, "{n}: {row}");
        assert_plans_no_changes(&mut core, &refreshed, &config, &row).await;
        let Some(Value::String(id)) = state.get("id") else {
            panic!("{n}: no id");
        };
        let imported = core.import(id).await;
        assert_plans_no_changes(&mut core, &imported, &config, &row).await;
        let messages = core.delete(&imported, &Value::Null).await;
        assert_eq!(errors(&messages), [], "{n}: {row}");
        assert_eq!(fake.flow_logs(REGION), [], "{n}: {row}");
    }
    for action in ["CreateFlowLogs", "DeleteFlowLogs"] {
        assert_eq!(fake.calls_of(action).len() as u64, CONFIGURATIONS);
    }
    for action in ["CreateTags", "DeleteTags"] {
        assert_eq!(fake.calls_of(action).len(), 0);
    }
}

/// Asserts that a plan contains no changes.
async fn assert_plans_no_changes(core: &mut Core, state: &Value, config: &Value, row: &Json) {
    let plan = core.plan(state, config).await;
    assert_eq!(errors(&plan.messages), [], "{row}");
    assert_eq!(plan.replacing.len(), 0, "{row}");
    assert_eq!(plan.planned, *state, "{row}");
}
