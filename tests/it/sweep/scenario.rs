//! What happens without a fault: the scenarios, and the variants of each.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::process::Question;
use super::terraform::Wanted;
use crate::harness::fake::{Fake, FlowLog};

const ROLE: &str = "arn:aws:iam::123456789012:role/flow-logs";
const STREAM: &str = "arn:aws:firehose:us-east-1:123456789012:deliverystream/flow-logs";
/// The time of the events of a query.
const EVENTS_AT: i64 = 1_767_225_600;

/// What the user does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scenario {
    Create,
    CreateThree,
    Read,
    ReadFive,
    Tag,
    DestroyCreate,
    CreateDestroy,
    Delete,
    DeleteThree,
    Import,
    List,
    Query,
    Summary,
    Drift,
    AssumeRole,
}

impl Scenario {
    pub(super) const ALL: [Self; 15] = [
        Self::Create,
        Self::CreateThree,
        Self::Read,
        Self::ReadFive,
        Self::Tag,
        Self::DestroyCreate,
        Self::CreateDestroy,
        Self::Delete,
        Self::DeleteThree,
        Self::Import,
        Self::List,
        Self::Query,
        Self::Summary,
        Self::Drift,
        Self::AssumeRole,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::CreateThree => "create-three",
            Self::Read => "read",
            Self::ReadFive => "read-five",
            Self::Tag => "tag",
            Self::DestroyCreate => "destroy-create",
            Self::CreateDestroy => "create-destroy",
            Self::Delete => "delete",
            Self::DeleteThree => "delete-three",
            Self::Import => "import",
            Self::List => "list",
            Self::Query => "query",
            Self::Summary => "summary",
            Self::Drift => "drift",
            Self::AssumeRole => "assume-role",
        }
    }

    /// Reports whether the scenario replaces an object, or creates one again that is gone.
    pub(super) fn replaces(self) -> bool {
        matches!(
            self,
            Self::DestroyCreate | Self::CreateDestroy | Self::Drift
        )
    }

    /// Returns the number of flow logs that exist before.
    pub(super) fn before(self) -> usize {
        match self {
            Self::Create | Self::CreateThree | Self::AssumeRole => 0,
            Self::DeleteThree | Self::Drift => 3,
            Self::ReadFive => 5,
            _ => 1,
        }
    }
}

/// How a scenario is configured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variant {
    pub(super) number: usize,
    /// One of two halves, which have the same mix of everything else.
    pub(super) half: usize,
    destination: Destination,
    pub(super) adopts: bool,
    default_tags: bool,
    region: Option<&'static str>,
    /// The attempts of a call. `None` is the default of the provider.
    pub(super) attempts: Option<u32>,
    missing_is_empty: bool,
}

#[derive(Clone, Copy, Debug)]
enum Destination {
    GroupByName,
    GroupByArn,
    Bucket,
    Parquet,
    Stream,
    Gateway,
}

impl Variant {
    pub(super) const ALL: [Self; 6] = [
        Self {
            number: 0,
            half: 0,
            destination: Destination::GroupByName,
            adopts: false,
            default_tags: false,
            region: None,
            attempts: Some(1),
            missing_is_empty: false,
        },
        Self {
            number: 1,
            half: 1,
            destination: Destination::Bucket,
            adopts: true,
            default_tags: true,
            region: None,
            attempts: Some(2),
            missing_is_empty: true,
        },
        Self {
            number: 2,
            half: 1,
            destination: Destination::Stream,
            adopts: false,
            default_tags: true,
            region: Some("eu-west-1"),
            attempts: Some(3),
            missing_is_empty: false,
        },
        Self {
            number: 3,
            half: 0,
            destination: Destination::Parquet,
            adopts: true,
            default_tags: false,
            region: Some("eu-west-1"),
            attempts: Some(1),
            missing_is_empty: true,
        },
        Self {
            number: 4,
            half: 0,
            destination: Destination::Gateway,
            adopts: false,
            default_tags: false,
            region: None,
            attempts: None,
            missing_is_empty: false,
        },
        Self {
            number: 5,
            half: 1,
            destination: Destination::GroupByArn,
            adopts: true,
            default_tags: true,
            region: Some("eu-west-1"),
            attempts: Some(1),
            missing_is_empty: false,
        },
    ];

    /// Reports whether what exists before was created a moment ago, so that EC2 may not show it yet.
    pub(super) fn is_young(&self, scenario: Scenario) -> bool {
        // What disappears without Terraform is not young, or Terraform could not know.
        !self.number.is_multiple_of(2) && scenario != Scenario::Drift
    }

    /// Returns the arguments of the provider.
    pub(super) fn settings(&self, scenario: Scenario) -> Json {
        let mut settings = json!({});
        if let Some(attempts) = self.attempts {
            settings["max_retries"] = json!(attempts);
        }
        if self.default_tags {
            settings["default_tags"] = json!({ "tags": { "Env": "p", "Team": "t" } });
        }
        if scenario == Scenario::AssumeRole {
            settings["assume_role"] = json!([{ "role_arn": "arn:aws:iam::123456789012:role/hub" }]);
        }
        settings
    }

    /// Returns the configuration of a resource.
    fn config(&self, number: usize, more: &Json) -> Json {
        let vpc = format!("vpc-{number:017}");
        let mut config = match self.destination {
            Destination::Gateway => json!({
                "transit_gateway_id": format!("tgw-{number:017}"),
                "log_group_name": "flow-logs", "iam_role_arn": ROLE,
            }),
            _ => json!({ "vpc_id": vpc, "traffic_type": "ALL" }),
        };
        let region = self.region.unwrap_or("us-east-1");
        let group = format!("arn:aws:logs:{region}:123456789012:log-group:flow-logs");
        let destination = match self.destination {
            Destination::GroupByName => {
                json!({ "log_group_name": "flow-logs", "iam_role_arn": ROLE })
            }
            Destination::GroupByArn => json!({ "log_destination": group, "iam_role_arn": ROLE }),
            Destination::Bucket => json!({ "log_destination": "arn:aws:s3:::bucket" }),
            Destination::Parquet => json!({
                "log_destination": "arn:aws:s3:::bucket/folder/",
                "destination_options": { "file_format": "parquet", "per_hour_partition": true },
            }),
            Destination::Stream => {
                json!({ "log_destination": STREAM.replace("us-east-1", region) })
            }
            Destination::Gateway => json!({}),
        };
        let base = json!({ "tags": { "Name": format!("n{number}") } });
        for part in [base, destination, more.clone()] {
            config
                .as_object_mut()
                .unwrap()
                .extend(part.as_object().unwrap().clone());
        }
        if self.adopts {
            config["adopt_existing"] = json!(true);
        }
        if let Some(region) = self.region {
            config["region"] = json!(region);
        }
        config
    }

    /// Returns the configuration before the scenario, and the one that the scenario applies.
    pub(super) fn configurations(&self, scenario: Scenario) -> [BTreeMap<String, Wanted>; 2] {
        let wanted = |count: usize, more: Json| {
            let of = |number: usize| {
                let wanted = Wanted {
                    config: self.config(number, &more),
                    create_before_destroy: scenario == Scenario::CreateDestroy,
                };
                (format!("vpcflow_log.r{number}"), wanted)
            };
            (0..count).map(of).collect::<BTreeMap<_, _>>()
        };
        let before = wanted(scenario.before(), json!({}));
        let after = match scenario {
            Scenario::Create | Scenario::AssumeRole => wanted(1, json!({})),
            Scenario::CreateThree => wanted(3, json!({})),
            Scenario::Tag => wanted(1, json!({ "tags": { "New": "x" } })),
            Scenario::DestroyCreate | Scenario::CreateDestroy => wanted(
                1,
                json!({ "log_format": "${version} ${srcaddr} ${dstaddr}" }),
            ),
            Scenario::Delete | Scenario::DeleteThree => BTreeMap::new(),
            _ => before.clone(),
        };
        [before, after]
    }

    /// Prepares AWS for the scenario, after what exists before was created.
    pub(super) fn prepare(&self, scenario: Scenario, fake: &Fake) {
        fake.missing_is_empty(self.missing_is_empty);
        // By resource: a real Terraform creates them side by side.
        let mut logs = fake.all_flow_logs();
        logs.sort_by(|one, other| one.resource_id.cmp(&other.resource_id));
        let ids: Vec<_> = logs.into_iter().map(|log| log.id).collect();
        match scenario {
            Scenario::Drift => {
                fake.change(&ids[0], |log| log.tags.clear());
                fake.change(&ids[1], |log| {
                    log.log_format = "${version} ${bytes}".to_owned()
                });
                fake.remove(&ids[2]);
            }
            Scenario::Query | Scenario::Summary => write_events(fake),
            _ => {}
        }
    }

    /// Returns the question of the scenario, if it asks one.
    pub(super) fn question(&self, scenario: Scenario) -> Option<Question> {
        let mut config = json!({
            "log_group_name": "questions",
            "start_time": "2026-01-01T00:00:00Z",
            "end_time": "2026-01-01T01:00:00Z",
        });
        match scenario {
            Scenario::Query => Some(Question::Events(config)),
            Scenario::Summary => {
                config["group_by"] = json!(["src_addr"]);
                if self.number.is_multiple_of(2) {
                    config["engine"] = json!("insights");
                }
                Some(Question::Summary(config))
            }
            Scenario::List => Some(Question::List(match self.region {
                Some(region) => json!({ "region": region }),
                None => json!({}),
            })),
            _ => None,
        }
    }
}

/// Writes events of a flow log to a log group.
fn write_events(fake: &Fake) {
    let format =
        "${version} ${srcaddr} ${dstaddr} ${bytes} ${start} ${end} ${action} ${log-status}";
    let log = FlowLog::of_group(7, "questions", format);
    fake.insert(log);
    fake.events_page_size(4);
    fake.insights_end(0, "Complete");
    let event = |n: i64| {
        let second = EVENTS_AT + n * 60;
        let line = format!(
            "2 10.0.0.{} 10.0.1.1 {} {second} {} ACCEPT OK",
            n % 3,
            n * 100,
            second + 30
        );
        (second * 1000, line)
    };
    fake.put_events("questions", "eni-1-all", (0..10).map(event).collect());
}
