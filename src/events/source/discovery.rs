//! What is known about the records of a source before one is read: their formats, and the flow logs that write them.
//!
//! | file | holds |
//! |---|---|
//! | `objects` | the same for the objects of a bucket |

mod objects;

use jiff::Timestamp;

use super::implied::{self, Implied};
use crate::arn::bucket::Bucket;
use crate::arn::{Arn, log_group, resource_id};
use crate::aws::ec2::{self, Ec2};
use crate::connection::Connection;
use crate::events::completeness::{Assumed, Gaps, Reason};
use crate::events::query::{Query, malformed_format};
use crate::framework::{Diagnostic, Diagnostics};
use crate::record::Format;
pub(super) use objects::of_bucket;

/// The aggregation interval, in seconds, that is assumed for an unknown flow log: the longest.
pub(crate) const LONGEST_INTERVAL: i64 = 600;

/// What is known about the records of a source.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    /// The formats of the records that are asked for; at least one.
    pub(crate) formats: Vec<Format>,
    /// Whether the formats are a guess, because no flow log is known to write to the source.
    pub(crate) assumed: bool,
    /// The formats of other flow logs that write to the source. Their records are not asked for.
    pub(crate) others: Vec<Format>,
    /// Whether records of other flow logs must be excluded.
    pub(crate) shared: bool,
    /// The flow log that was asked for, if one was.
    pub(crate) flow_log: Option<ec2::FlowLog>,
    /// The flow logs whose records are asked for, as far as they are known.
    pub(crate) writers: Vec<ec2::FlowLog>,
    /// Whether flow logs are known to write to the source.
    pub(crate) of_flow_logs: bool,
    /// What turned out not to be visible.
    pub(crate) gaps: Gaps,
    /// The number of calls made to find all this.
    pub(crate) calls: i64,
}

/// Where a flow log delivers to.
#[derive(Debug)]
pub(super) enum Destination {
    /// A log group, by its name.
    Group(String),
    /// A bucket, and the folder in it that the flow log delivers to.
    Bucket {
        name: String,
        folder: String,
        flow_log: Box<ec2::FlowLog>,
    },
}

/// Finds where a flow log delivers to.
pub(super) async fn of_flow_log(
    connection: &Connection,
    query: &Query,
    id: &str,
    region: &str,
) -> Result<(Destination, Discovery), Diagnostics> {
    let finder = Finder::new(connection, query, region)?;
    let (destination, discovery) = finder.of_flow_log(id, region).await?;
    let mut discovery = finder.finish(discovery);
    // The name of an object tells its flow log, so the others need not be known.
    discovery.gaps.unchecked &= matches!(destination, Destination::Group(_));
    Ok((destination, discovery))
}

/// Finds what is known about a log group.
pub(super) async fn of_group(
    connection: &Connection,
    query: &Query,
    group: &str,
    region: &str,
) -> Result<(String, Discovery), Diagnostics> {
    if let Some(format) = query.record_type().format() {
        let discovery = Discovery {
            formats: vec![format],
            ..Discovery::default()
        };
        return Ok((group.to_owned(), discovery));
    }
    let finder = Finder::new(connection, query, region)?;
    let discovery = finder.of_group(group, region).await;
    Ok((group.to_owned(), finder.finish(discovery)))
}

impl Discovery {
    /// Returns the longest aggregation interval of the flow logs, in seconds.
    pub(crate) fn interval(&self) -> i64 {
        let intervals = self.writers.iter();
        let intervals = intervals.filter_map(|flow_log| flow_log.max_aggregation_interval);
        intervals.max().unwrap_or(LONGEST_INTERVAL)
    }

    /// Returns when the first of the flow logs was created, if that is known of all.
    pub(crate) fn created(&self) -> Option<Timestamp> {
        let created = self.writers.iter().map(|flow_log| flow_log.creation_time);
        created.collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    /// Reports whether lines that are not asked for can have as many values as those that are.
    pub(crate) fn has_others_like_it(&self) -> bool {
        let alike = |other: &Format| {
            let mut formats = self.formats.iter();
            formats.any(|format| format.names().len() == other.names().len())
        };
        self.others.iter().any(alike)
    }

    /// Returns what the flow log that was asked for says about its records.
    pub(crate) fn implied(&self) -> Vec<Implied> {
        match (&self.flow_log, self.formats.as_slice()) {
            (Some(flow_log), [format]) => implied::of(flow_log, format),
            _ => Vec::new(),
        }
    }

    /// Returns the only traffic that is recorded, `ACCEPT` or `REJECT`, if all writers are known to record the same.
    pub(crate) fn only_traffic(&self) -> Option<&str> {
        let traffic = implied::only_traffic(self.writers.first()?)?;
        let mut others = self.writers.iter().map(implied::only_traffic);
        others
            .all(|other| other == Some(traffic))
            .then_some(traffic)
    }
}

/// Asks EC2 about flow logs.
struct Finder<'a> {
    ec2: Ec2,
    account: Option<&'a str>,
    /// The format in the configuration.
    written: Option<Format>,
    /// Whether to ask EC2 which flow logs write to the log group.
    looks: bool,
}

impl<'a> Finder<'a> {
    fn new(connection: &'a Connection, query: &Query, region: &str) -> Result<Self, Diagnostic> {
        let written = written(query)?;
        let account = connection.account.as_ref();
        Ok(Self {
            ec2: connection.aws()?.ec2(region),
            account: account.map(|account| account.id.as_str()),
            looks: written.is_none() || query.requires_everything(),
            written,
        })
    }

    fn finish(&self, mut discovery: Discovery) -> Discovery {
        let failing = discovery.writers.iter();
        let failing = failing.filter(|flow_log| has_failed(flow_log));
        for flow_log in failing {
            discovery.gaps.add(Reason::DeliveryFailed {
                flow_log: flow_log.id.clone(),
                cause: flow_log.deliver_logs_error_message.clone(),
            });
        }
        discovery.gaps.unchecked |= !self.looks;
        discovery
    }

    async fn of_flow_log(
        &self,
        id: &str,
        region: &str,
    ) -> Result<(Destination, Discovery), Diagnostics> {
        let flow_log = self.describe(id, region).await?;
        let destination = destination_of(&flow_log)?;
        let mut gaps = Gaps::default();
        let format = match &self.written {
            Some(format) => format.clone(),
            None => format_of(&flow_log, &mut gaps),
        };
        let Destination::Group(group) = destination else {
            let discovery = Discovery {
                formats: vec![format],
                writers: vec![flow_log.clone()],
                flow_log: Some(flow_log),
                of_flow_logs: true,
                calls: 1,
                ..Discovery::default()
            };
            return Ok((destination, discovery));
        };
        let mut neighbors = self.writers(&group, &mut gaps).await;
        neighbors.retain(|other| other.id != flow_log.id);
        let mixed = indistinguishable(&flow_log, &neighbors, &format);
        if !mixed.is_empty() {
            gaps.add(Reason::SharedGroup {
                flow_log: flow_log.id.clone(),
                log_group: group.clone(),
                others: mixed,
            });
        }
        let mut others = formats(&neighbors, &mut gaps);
        others.retain(|other| *other != format);
        let discovery = Discovery {
            formats: vec![format],
            others,
            shared: !neighbors.is_empty(),
            writers: vec![flow_log.clone()],
            flow_log: Some(flow_log),
            of_flow_logs: true,
            gaps,
            calls: 1 + i64::from(self.looks),
            ..Discovery::default()
        };
        Ok((Destination::Group(group), discovery))
    }

    async fn describe(&self, id: &str, region: &str) -> Result<ec2::FlowLog, Diagnostic> {
        let described = self.ec2.describe(id).await.map_err(|error| {
            let detail = error.explained();
            let summary = format!("Flow log {id} not read");
            Diagnostic::error("flow-log-not-read", summary, detail).at("flow_log_id")
        })?;
        described.ok_or_else(|| {
            let detail = format!(
                "There is no flow log {id} in {region}. Check the id. Set `region` if it is in another region."
            );
            Diagnostic::error("flow-log-not-found", "Flow log not found", detail).at("flow_log_id")
        })
    }

    /// Finds the formats of the flow logs that write to a log group. If there are none, the default formats are tried and
    /// lines that do not fit are counted.
    async fn of_group(&self, group: &str, region: &str) -> Discovery {
        let mut gaps = Gaps::default();
        let writers = self.writers(group, &mut gaps).await;
        let mut found = formats(&writers, &mut gaps);
        let of_flow_logs = self.written.is_none() && !found.is_empty();
        let assumed = self.written.is_none() && found.is_empty();
        if let Some(format) = &self.written {
            found = vec![format.clone()];
        }
        if assumed {
            found = vec![Format::vpc_default(), Format::transit_gateway_default()];
            if gaps.is_empty() {
                gaps.add(Reason::FormatAssumed(Assumed::NoFlowLog {
                    log_group: group.to_owned(),
                    region: region.to_owned(),
                }));
            }
        }
        Discovery {
            formats: found,
            assumed,
            writers,
            of_flow_logs,
            gaps,
            calls: i64::from(self.looks),
            ..Discovery::default()
        }
    }

    /// Finds the flow logs that write to a log group, if they are to be looked for.
    async fn writers(&self, group: &str, gaps: &mut Gaps) -> Vec<ec2::FlowLog> {
        if !self.looks || self.is_of_another_account(group) {
            return Vec::new();
        }
        let name = log_group::name(group).to_owned();
        let by_group = [("log-group-name".to_owned(), vec![name])];
        self.ec2.find(&by_group).await.unwrap_or_else(|error| {
            gaps.add(Reason::Denied {
                log_group: group.to_owned(),
                error,
            });
            Vec::new()
        })
    }

    /// Reports whether a log group is known to belong to another account, whose flow logs EC2 does not describe.
    fn is_of_another_account(&self, group: &str) -> bool {
        let owner = Arn::parse(group).and_then(|arn| arn.account);
        owner.is_some_and(|owner| self.account.is_some_and(|account| account != owner))
    }
}

/// Returns the ids of the flow logs whose records cannot be distinguished from those of a flow log.
fn indistinguishable(
    flow_log: &ec2::FlowLog,
    neighbors: &[ec2::FlowLog],
    format: &Format,
) -> Vec<String> {
    let has_same_format = |other: &&ec2::FlowLog| {
        let parsed = other.log_format.as_deref().map(Format::parse);
        parsed.is_none_or(|parsed| parsed.is_ok_and(|parsed| parsed == *format))
    };
    let alike = neighbors.iter().filter(has_same_format);
    let mixed = alike.filter(|other| !implied::distinguishes(flow_log, other, format));
    mixed.map(|other| other.id.clone()).collect()
}

/// Returns where a flow log delivers to.
fn destination_of(flow_log: &ec2::FlowLog) -> Result<Destination, Diagnostic> {
    let arn = flow_log.log_destination.as_deref().unwrap_or_default();
    if let Some(name) = &flow_log.log_group_name {
        return Ok(Destination::Group(name.clone()));
    }
    if let Some(name) = log_group::name_in_arn(arn) {
        return Ok(Destination::Group(name.to_owned()));
    }
    let parsed = Arn::parse(arn);
    if let Some(Ok(bucket)) = parsed.as_ref().map(Bucket::from_arn) {
        return Ok(Destination::Bucket {
            name: bucket.name.to_owned(),
            folder: bucket.folder.unwrap_or_default().to_owned(),
            flow_log: Box::new(flow_log.clone()),
        });
    }
    let detail = format!(
        "The flow log {} delivers to {arn}. This data source reads records in CloudWatch Logs and in S3. Query the records of \
         a delivery stream at its target.",
        flow_log.id
    );
    let summary = "Records are not in CloudWatch Logs or S3";
    Err(Diagnostic::error("records-not-readable", summary, detail).at("flow_log_id"))
}

/// Returns the format in the configuration.
fn written(query: &Query) -> Result<Option<Format>, Diagnostic> {
    let text = query.log_format.given();
    let parsed =
        text.map(|text| Format::parse(text).map_err(|error| malformed_format(text, &error)));
    parsed.transpose()
}

/// Returns the formats of flow logs, each once.
fn formats(flow_logs: &[ec2::FlowLog], gaps: &mut Gaps) -> Vec<Format> {
    let mut formats: Vec<Format> = Vec::new();
    for flow_log in flow_logs {
        let format = format_of(flow_log, gaps);
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats
}

/// Returns the format of a flow log: the one that EC2 describes, or the default.
fn format_of(flow_log: &ec2::FlowLog, gaps: &mut Gaps) -> Format {
    let id = flow_log.id.clone();
    let assumed = match flow_log.log_format.as_deref() {
        None => Assumed::NotDescribed { flow_log: id },
        Some(text) => match Format::parse(text) {
            Ok(format) => return format,
            Err(error) => Assumed::NotUnderstood {
                flow_log: id,
                format: text.to_owned(),
                problem: error.to_string(),
            },
        },
    };
    gaps.add(Reason::FormatAssumed(assumed));
    let resource = flow_log.resource_id.as_deref();
    if resource.is_some_and(resource_id::is_of_transit_gateway) {
        Format::transit_gateway_default()
    } else {
        Format::vpc_default()
    }
}

fn has_failed(flow_log: &ec2::FlowLog) -> bool {
    flow_log.deliver_logs_status.as_deref() == Some("FAILED")
}
