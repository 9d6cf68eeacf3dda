//! The report: what a flow log recorded, as data. Every format is written from it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::events::completeness::Incomplete;
use crate::events::statistics::Statistics;
use crate::events::summary::{Group, Others};

/// The version of the JSON format. The first number changes when something is removed.
pub(super) const FORMAT_VERSION: &str = "1.0";

/// What a flow log recorded.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrafficReport {
    /// The version of the report's format.
    pub format_version: String,
    /// Where the records are.
    pub place: Place,
    /// The start of the time window, as RFC 3339.
    pub start: String,
    /// The end of the time window, as RFC 3339.
    pub end: String,
    /// The command that creates this report again.
    pub command: String,
    /// What counted the records: `scan`, `insights` or `athena`.
    pub engine: String,
    /// The queries that the service ran.
    pub engine_queries: Vec<String>,
    /// Whether the report shows everything in the time window. False if `incomplete` has entries. Null if it has none, but
    /// something could not be checked.
    pub complete: Option<bool>,
    /// What the report does not show, and why.
    pub incomplete: Vec<Incomplete>,
    /// Up to when records have had time to arrive, as RFC 3339. Null for records that AWS does not deliver.
    pub settled_until: Option<String>,
    /// Which addresses count as internal.
    pub scope_rule: String,
    /// All matching records.
    pub total: Amount,
    /// The traffic over time.
    pub series: Series,
    /// The sources with the most bytes.
    pub sources: Ranking,
    /// The destinations with the most bytes.
    pub destinations: Ranking,
    /// The sources with the most rejected records, with the number of different ports and destinations they tried.
    pub rejected_sources: Ranking,
    /// The destination ports with the most rejected records, with the number of different sources and destinations.
    pub rejected_ports: Ranking,
    /// The protocols.
    pub protocols: Ranking,
    /// The traffic between internal and external addresses.
    pub scopes: Ranking,
    /// The flows with the most bytes: source, destination, service and action.
    pub flows: Ranking,
    /// What the reading did.
    pub statistics: Statistics,
}

/// Where the records are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The flow log, if one was named.
    pub flow_log_id: Option<String>,
    /// The log group.
    pub log_group_name: Option<String>,
    /// The objects.
    pub s3_uri: Option<String>,
    /// The table of Athena.
    pub table: Option<String>,
    /// The region.
    pub region: String,
    /// The account of the credentials.
    pub account_id: Option<String>,
}

/// Numbers of records. A number is null if the record format lacks its field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// The number of records.
    pub flows: i64,
    /// The sum of their packets.
    pub packets: Option<i64>,
    /// The sum of their bytes.
    pub bytes: Option<i64>,
    /// The number of records of accepted traffic.
    pub accepted: Option<i64>,
    /// The number of records of rejected traffic.
    pub rejected: Option<i64>,
    /// The earliest `start`, as RFC 3339.
    pub first_seen: Option<String>,
    /// The latest `end`, as RFC 3339.
    pub last_seen: Option<String>,
}

/// The traffic over time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The width of a bin, in seconds. Bins are multiples of it since 1970-01-01T00:00:00Z.
    pub bin_seconds: i64,
    /// The bins of the time window, in order. A record belongs to the bin that holds its `start`.
    pub bins: Vec<Bin>,
    /// The records whose `start` is outside of these bins, or unknown.
    pub outside: Flows,
    /// The times in which something could not be seen. Everywhere else, a bin without traffic had none.
    pub gaps: Vec<Gap>,
}

/// One bin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    /// The start, as RFC 3339.
    pub start: String,
    /// Accepted traffic.
    pub accepted: Flows,
    /// Rejected traffic.
    pub rejected: Flows,
    /// Traffic of which the records do not say whether it was accepted.
    pub other: Flows,
    /// The number of records that report that there was no traffic (`NODATA`).
    pub no_data: i64,
    /// The number of records that report skipped records (`SKIPDATA`).
    pub skipped: i64,
    /// What could be seen.
    pub state: State,
}

/// What could be seen of a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Everything: without traffic there was none.
    #[default]
    Seen,
    /// Not everything. `gaps` says why.
    Gap,
    /// Records may still arrive.
    Pending,
}

/// Records of traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flows {
    /// The number of records.
    pub flows: i64,
    /// The sum of their packets.
    pub packets: Option<i64>,
    /// The sum of their bytes.
    pub bytes: Option<i64>,
}

/// A time in which something could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The start, as RFC 3339.
    pub start: String,
    /// The end, as RFC 3339.
    pub end: String,
    /// Why.
    pub reason: GapReason,
    /// What it means here.
    pub detail: String,
}

/// Why something could not be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// AWS skipped records.
    SkippedRecords,
    /// There is no record, not even one that reports no traffic.
    NoRecords,
    /// The flow log did not exist yet.
    NotCreated,
    /// The log group no longer has the records.
    Expired,
}

impl GapReason {
    /// Returns the name for users.
    pub fn name(self) -> &'static str {
        match self {
            Self::SkippedRecords => "skipped_records",
            Self::NoRecords => "no_records",
            Self::NotCreated => "not_created",
            Self::Expired => "expired",
        }
    }

    /// Returns a few words for a picture.
    pub fn title(self) -> &'static str {
        match self {
            Self::SkippedRecords => "records skipped by AWS",
            Self::NoRecords => "no records",
            Self::NotCreated => "not recorded yet",
            Self::Expired => "records expired",
        }
    }
}

/// The greatest groups of one kind. The groups and the others together are all matching records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// What the groups are ordered by: `bytes`, `flows` or `rejected`.
    pub by: String,
    /// The groups, the greatest first.
    pub groups: Vec<Group>,
    /// The other records. Null if nothing was counted.
    pub others: Option<Others>,
    /// Why nothing was counted. Null if it was.
    pub not_counted: Option<String>,
}

impl TrafficReport {
    /// Returns the exit code: 0 if everything was seen, and 3 if not.
    pub fn exit_code(&self) -> u8 {
        if self.incomplete.is_empty() { 0 } else { 3 }
    }

    /// Returns the report as JSON.
    ///
    /// # Errors
    /// No report is known to cause one.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// Returns the JSON Schema of a traffic report.
pub fn traffic_report_schema() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.into_generator();
    let mut schema = generator.into_root_schema_for::<TrafficReport>().to_value();
    schema["$id"] =
        "https://github.com/vpcflow/terraform-provider-vpcflow/raw/main/schemas/traffic-report.schema.json".into();
    schema["title"] = "Traffic report of terraform-provider-vpcflow".into();
    schema
}
