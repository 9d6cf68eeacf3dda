//! Configurations of a walk: each argument in all equivalent forms, and the meaning of the configuration.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::random::Dice;
use super::super::{CROSS_ROLE, FOREIGN_STREAM, ROLE, STREAM};
use crate::harness::fake::{ACCOUNT, FlowLog, REGION};

const OTHER_ROLE: &str = "arn:aws:iam::123456789012:role/other";
const OTHER_REGION: &str = "eu-west-1";
const VPC_DEFAULT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} \
    ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/// The argument for the resource, its ID, and its type.
const TARGETS: [(&str, &str, &str); 7] = [
    ("vpc_id", "vpc-0123456789abcdef0", "VPC"),
    ("vpc_id", "vpc-0fedcba9876543210", "VPC"),
    ("subnet_id", "subnet-0123456789abcdef0", "Subnet"),
    (
        "regional_nat_gateway_id",
        "nat-0123456789abcdef0",
        "RegionalNatGateway",
    ),
    (
        "transit_gateway_id",
        "tgw-0123456789abcdef0",
        "TransitGateway",
    ),
    ("", "core-network-0123456789abcdef0", "CoreNetwork"),
    ("", "edge-0123456789abcdef0", "CoreNetworkEdge"),
];

const ARGUMENTS: [&str; 7] = [
    "vpc_id",
    "subnet_id",
    "eni_id",
    "transit_gateway_id",
    "transit_gateway_attachment_id",
    "regional_nat_gateway_id",
    "resource_id",
];

/// The index of the destination in another account.
const FOREIGN: usize = 5;

/// Returns one of the forms of an omitted argument.
fn none(dice: &mut Dice) -> Json {
    dice.of(&[Json::Null, json!("")])
}

fn perhaps(dice: &mut Dice, text: &str) -> Json {
    dice.of(&[Json::Null, json!(""), json!(text)])
}

/// The parts of a configuration. They change one at a time.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    target: (&'static str, &'static str, &'static str),
    /// The index of the destination.
    place: usize,
    /// The index of the record format. 0 is none.
    format: usize,
    traffic: &'static str,
    interval: Json,
    role: &'static str,
    region: Json,
    tags: Json,
    options: [Json; 3],
    /// The arguments, each in one of its equivalent forms.
    pub(super) json: Json,
}

impl Wanted {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let mut wanted = Self {
            target: dice.of(&TARGETS),
            place: dice.below(6),
            format: 0,
            traffic: "ALL",
            interval: Json::Null,
            role: ROLE,
            region: Json::Null,
            tags: tags(dice),
            options: [Json::Null, Json::Null, Json::Null],
            json: json!({}),
        };
        wanted.write(dice);
        wanted
    }

    /// Changes one part or none, and writes all arguments again.
    pub(super) fn change(&mut self, dice: &mut Dice) {
        match dice.below(14) {
            0 => self.target = dice.of(&TARGETS),
            1 => self.place = dice.below(6),
            2 => self.format = dice.below(4),
            3 => self.traffic = dice.of(&["ALL", "ACCEPT", "REJECT"]),
            4 => self.interval = dice.of(&[Json::Null, json!(60), json!(600)]),
            5 => self.role = dice.of(&[ROLE, OTHER_ROLE]),
            6 if dice.maybe() => self.region = dice.of(&[json!(REGION), json!(OTHER_REGION)]),
            7 => {
                self.options = [
                    dice.of(&[Json::Null, json!(""), json!("plain-text"), json!("parquet")]),
                    dice.of(&[Json::Null, json!(false), json!(true)]),
                    dice.of(&[Json::Null, json!(false), json!(true)]),
                ];
            }
            8..=10 => self.tags = tags(dice),
            _ => self.region = none(dice),
        }
        self.write(dice);
    }

    fn is_transit(&self) -> bool {
        !matches!(self.target.2, "VPC" | "Subnet" | "RegionalNatGateway")
    }

    fn write(&mut self, dice: &mut Dice) {
        self.json = json!({});
        self.write_target(dice);
        self.write_destination(dice);
        self.write_format(dice);
        let transit = self.is_transit();
        self.json["traffic_type"] = if transit {
            dice.of(&[Json::Null, json!(""), json!("ALL"), json!("REJECT")])
        } else {
            json!(self.traffic)
        };
        self.json["max_aggregation_interval"] = match (transit, self.interval.as_u64()) {
            (true, Some(600)) => Json::Null,
            _ => self.interval.clone(),
        };
        self.json["tags"] = self.tags.clone();
        self.json["region"] = self.region.clone();
        let timeouts = [
            Json::Null,
            json!({}),
            json!({ "create": "" }),
            json!({ "create": "5m", "delete": null }),
        ];
        self.json["timeouts"] = dice.of(&timeouts);
        self.json["adopt_existing"] = dice.of(&[Json::Null, json!(false), json!(true)]);
    }

    fn write_target(&mut self, dice: &mut Dice) {
        let (own, id, resource_type) = self.target;
        for argument in ARGUMENTS {
            self.json[argument] = none(dice);
        }
        let by_id = own.is_empty() || dice.maybe();
        if by_id {
            self.json["resource_id"] = json!(id);
        }
        if !own.is_empty() && (!by_id || dice.maybe()) {
            self.json[own] = json!(id);
        }
        self.json["resource_type"] = match resource_type {
            "CoreNetworkEdge" => json!(resource_type),
            _ => perhaps(dice, resource_type),
        };
    }

    fn write_destination(&mut self, dice: &mut Dice) {
        let place = self.place;
        let json = &mut self.json;
        let (arn, kind) = destination(place, self.region.as_str());
        json["log_destination_type"] = match kind {
            "cloud-watch-logs" => perhaps(dice, kind),
            _ => json!(kind),
        };
        json["log_destination"] = json!(arn);
        json["log_group_name"] = none(dice);
        json["iam_role_arn"] = none(dice);
        json["deliver_cross_account_role"] = none(dice);
        if kind == "cloud-watch-logs" {
            json["iam_role_arn"] = json!(self.role);
            let name = arn.rsplit(':').next().unwrap().to_owned();
            match dice.below(4) {
                0 => {
                    json["log_destination"] = none(dice);
                    json["log_group_name"] = json!(name);
                }
                1 => json["log_destination"] = json!(format!("{arn}:*")),
                2 => json["log_group_name"] = json!(name),
                _ => {}
            }
        }
        if place == FOREIGN {
            json["iam_role_arn"] = json!(self.role);
            json["deliver_cross_account_role"] = json!(CROSS_ROLE);
        }
        let mut options = self.options.clone();
        if kind != "s3" {
            options = [
                dice.of(&[Json::Null, json!(""), json!("plain-text")]),
                dice.of(&[Json::Null, json!(false)]),
                dice.of(&[Json::Null, json!(false)]),
            ];
        }
        let [file_format, hive, hour] = options;
        json["destination_options"] = json!({
            "file_format": file_format, "hive_compatible_partitions": hive, "per_hour_partition": hour
        });
    }

    fn write_format(&mut self, dice: &mut Dice) {
        let Some(format) = self.record_format() else {
            self.json["log_format"] = none(dice);
            return;
        };
        if format.contains("instance-tag") {
            let keys = dice.of(&[json!(["Name"]), json!(["Name", null])]);
            self.json["tag_field_specification"] =
                json!([{ "resource_type": "instance", "tag_keys": keys }]);
        }
        self.json["log_format"] = json!(match dice.below(4) {
            0 => format!(" {format}\n"),
            1 => format.replace(' ', "\n  "),
            2 => format.replace(' ', " \t"),
            _ => format,
        });
    }

    /// Returns the configured format. None selects the default of the service.
    fn record_format(&self) -> Option<String> {
        let format = match (self.target.2, self.format) {
            (_, 0) => return None,
            ("TransitGateway", 1) => "${version} ${tgw-id} ${bytes}",
            ("TransitGateway", _) => "${version} ${bytes} ${tgw-id}",
            (_, 1) => VPC_DEFAULT,
            ("VPC" | "Subnet", 2) => "${version} ${srcaddr} ${instance-tag}",
            _ => "${version} ${srcaddr} ${bytes}",
        };
        Some(format.to_owned())
    }

    /// Returns the meaning of the configuration, as EC2 would describe it. The format is null if the service chooses
    /// it.
    pub(super) fn meaning(&self, region: &str) -> Json {
        let transit = self.is_transit();
        let region = self
            .region
            .as_str()
            .filter(|r| !r.is_empty())
            .unwrap_or(region);
        let (destination, kind) = destination(self.place, Some(region));
        let on_s3 = kind == "s3";
        let [file_format, hive, hour] = &self.options;
        let parquet = file_format.as_str() == Some("parquet");
        let options = json!([parquet, *hive == json!(true), *hour == json!(true)]);
        let format = self.record_format();
        let default = match self.target.2 {
            "VPC" | "Subnet" => Some(VPC_DEFAULT.to_owned()),
            _ => None,
        };
        let format = format.or(default);
        let tagged = format
            .as_ref()
            .is_some_and(|format| format.contains("instance-tag"));
        let interval = match self.interval.as_u64() {
            _ if transit => 60,
            Some(interval) => interval,
            None => 600,
        };
        json!({
            "region": region,
            "resource_id": self.target.1,
            "resource_type": self.target.2,
            "traffic_type": (!transit).then_some(self.traffic),
            "destination": destination,
            "role": (kind == "cloud-watch-logs" || self.place == FOREIGN).then_some(self.role),
            "cross": (self.place == FOREIGN).then_some(CROSS_ROLE),
            "format": format,
            "interval": interval,
            "options": on_s3.then_some(options),
            "fields": if tagged { json!(["Name"]) } else { json!([]) },
        })
    }

    /// Returns the expected tags of the flow log, including those that are ignored.
    pub(super) fn effective_tags(&self, defaults: &Json) -> BTreeMap<String, String> {
        let text = |(key, value): (&String, &Json)| Some((key.clone(), value.as_str()?.to_owned()));
        let all = [defaults, &self.tags];
        let all = all.into_iter().filter_map(Json::as_object).flatten();
        all.filter_map(text).collect()
    }

    /// Chooses arguments to make unknown: whole arguments, members of blocks, and elements of maps.
    pub(super) fn hidden(&self, dice: &mut Dice) -> Vec<String> {
        let mut paths = Vec::new();
        let arguments = self.json.as_object().unwrap();
        let names: Vec<_> = arguments.keys().collect();
        for _ in 0..dice.below(4) {
            let name = dice.of(&names).clone();
            let members = match name.as_str() {
                "destination_options" | "timeouts" | "tags" => arguments[&name].as_object(),
                "tag_field_specification" => continue,
                _ => None,
            };
            match members {
                Some(members) if name != "tags" || dice.maybe() => {
                    let members: Vec<_> = members.keys().collect();
                    if !members.is_empty() {
                        paths.push(format!("{name}.{}", dice.of(&members)));
                    }
                }
                None if name == "timeouts" => {}
                _ => paths.push(name),
            }
        }
        paths.sort();
        paths.dedup();
        // A map is unknown as a whole or in part.
        if paths.iter().any(|path| path == "tags") {
            paths.retain(|path| !path.starts_with("tags."));
        }
        paths
    }
}

fn destination(place: usize, region: Option<&str>) -> (String, &'static str) {
    let region = region.filter(|region| !region.is_empty()).unwrap_or(REGION);
    match place {
        0 | 1 => (
            format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:group-{place}"),
            "cloud-watch-logs",
        ),
        2 => ("arn:aws:s3:::bucket".to_owned(), "s3"),
        3 => ("arn:aws:s3:::bucket/folder/".to_owned(), "s3"),
        4 => (STREAM.replace(REGION, region), "kinesis-data-firehose"),
        _ => (
            FOREIGN_STREAM.replace(REGION, region),
            "kinesis-data-firehose",
        ),
    }
}

fn tags(dice: &mut Dice) -> Json {
    dice.of(&[
        Json::Null,
        json!({}),
        json!({ "Env": null }),
        json!({ "Env": "" }),
        json!({ "Env": "p" }),
        json!({ "Env": "q" }),
        json!({ "Env": "p", "Own": "x" }),
        json!({ "Own": "x", "kube/a": null }),
        json!({ "kube/a": "1" }),
        json!({ "kube/a": "2", "Team": "t" }),
    ])
}

/// Returns the description of EC2, in the format of [`Wanted::meaning`].
pub(super) fn described(log: &FlowLog) -> Json {
    let group = |name: &String| {
        format!(
            "arn:aws:logs:{}:{}:log-group:{name}",
            log.region, log.account
        )
    };
    let options = log.destination_options.as_ref().map(|options| {
        let parquet = options.file_format == "parquet";
        json!([
            parquet,
            options.hive_compatible_partitions,
            options.per_hour_partition
        ])
    });
    let fields = log
        .tag_field_specifications
        .iter()
        .flat_map(|field| &field.tag_keys);
    json!({
        "region": log.region,
        "resource_id": log.resource_id,
        "resource_type": log.resource_type,
        "traffic_type": log.traffic_type,
        "destination": log.log_destination.clone().or(log.log_group_name.as_ref().map(group)),
        "role": log.deliver_logs_permission_arn,
        "cross": log.deliver_cross_account_role,
        "format": log.log_format,
        "interval": log.max_aggregation_interval,
        "options": options,
        "fields": fields.collect::<Vec<_>>(),
    })
}

/// Reports whether two meanings are equal. A format that the service chooses equals any other.
pub(super) fn is_same(wanted: &Json, other: &Json) -> bool {
    let mut other = other.clone();
    if wanted["format"].is_null() {
        other["format"] = Json::Null;
    }
    *wanted == other
}
