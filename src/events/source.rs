//! Finds the log group, its record formats and the flow logs that write to it, by the flow log or by the group that was
//! given.

use super::completeness::{Assumed, Reason, Sight};
use super::implied::{self, Implied};
use super::query::Query;
use crate::arn::{Arn, log_group, resource_id};
use crate::aws::ec2::{self, Ec2};
use crate::connection::Connection;
use crate::framework::{Diagnostic, Diagnostics};
use crate::record::Format;

/// Where the events are, and how their lines are to be read.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The log group's name, or its ARN if one was given.
    pub(crate) log_group: String,
    /// The formats of the records that are asked for; at least one.
    pub(crate) formats: Vec<Format>,
    /// Whether the formats are a guess, since nobody is known who writes to the group.
    pub(crate) assumed: bool,
    /// The formats of other flow logs that write to the group, whose records are not asked for.
    pub(crate) others: Vec<Format>,
    /// Whether records of other flow logs have to be kept out.
    pub(crate) shared: bool,
    pub(crate) region: String,
    /// The flow log that was asked for, if one was.
    pub(crate) flow_log: Option<ec2::FlowLog>,
    /// The flow logs whose records are asked for, as far as they are known.
    pub(crate) writers: Vec<ec2::FlowLog>,
    /// Whether the group is known to be one that flow logs write to.
    pub(crate) of_flow_logs: bool,
    /// What turned out not to be seen.
    pub(crate) sight: Sight,
    /// Calls made to find all this.
    pub(crate) calls: i64,
}

/// Judges whether the arguments go with the kind of record.
pub(crate) fn validate(query: &Query) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if query.record_type().format().is_none() {
        return diagnostics;
    }
    for (name, value) in [
        ("flow_log_id", &query.flow_log_id),
        ("log_format", &query.log_format),
    ] {
        if value.given().is_some() {
            let kind = query.record_type.given().unwrap_or_default();
            let detail = format!(
                "Records of the type {kind} have one format, and no flow log of AWS writes them. Name their log \
                 group with `log_group_name`, and leave `{name}` out."
            );
            diagnostics.error(
                name,
                "not-possible-for-this-type-of-record",
                "Not possible for this type of record",
                detail,
            );
        }
    }
    diagnostics
}

/// Finds the source of a query.
pub(crate) async fn find(connection: &Connection, query: &Query) -> Result<Source, Diagnostics> {
    let region = connection.region(query.region.given())?;
    if let (Some(format), Some(group)) =
        (query.record_type().format(), query.log_group_name.given())
    {
        return Ok(Source {
            log_group: group.to_owned(),
            formats: vec![format],
            region,
            ..Source::default()
        });
    }
    let written = query.log_format.given().map(Format::parse).transpose();
    let written = written.map_err(|error| malformed_format(query, &error.to_string()))?;
    let finder = Finder {
        ec2: connection.aws()?.ec2(&region),
        account: connection
            .account
            .as_ref()
            .map(|account| account.id.as_str()),
        looks: written.is_none() || query.requires_everything(),
        written,
    };
    let mut source = match (query.flow_log_id.given(), query.log_group_name.given()) {
        (Some(id), None) => finder.of_flow_log(id, &region).await?,
        (None, Some(group)) => finder.of_group(group, &region).await,
        _ => return Err(one_source().into()),
    };
    for flow_log in source.writers.iter().filter(|flow_log| fails(flow_log)) {
        source.sight.add(Reason::DeliveryFailed {
            flow_log: flow_log.id.clone(),
            cause: flow_log.deliver_logs_error_message.clone(),
        });
    }
    source.sight.not_looked_at |= !finder.looks;
    Ok(source)
}

impl Source {
    /// Says whether lines that are not asked for can have as many values as those that are.
    pub(crate) fn has_others_like_it(&self) -> bool {
        let alike = |other: &Format| {
            let mut formats = self.formats.iter();
            formats.any(|format| format.names().len() == other.names().len())
        };
        self.others.iter().any(alike)
    }

    /// Gives what the flow log that was asked for says of its records.
    pub(crate) fn implied(&self) -> Vec<Implied> {
        match (&self.flow_log, self.formats.as_slice()) {
            (Some(flow_log), [format]) => implied::of(flow_log, format),
            _ => Vec::new(),
        }
    }

    /// Gives the kind of traffic that alone is recorded, `ACCEPT` or `REJECT`, if all writers are known to agree in it.
    pub(crate) fn kind_of_traffic(&self) -> Option<&str> {
        let kind = implied::kind_of_traffic(self.writers.first()?)?;
        let mut kinds = self.writers.iter().map(implied::kind_of_traffic);
        kinds.all(|other| other == Some(kind)).then_some(kind)
    }
}

/// Asks EC2 about flow logs.
struct Finder<'a> {
    ec2: Ec2,
    account: Option<&'a str>,
    /// The format that the user has written.
    written: Option<Format>,
    /// Whether EC2 is asked which flow logs write to the group.
    looks: bool,
}

impl Finder<'_> {
    async fn of_flow_log(&self, id: &str, region: &str) -> Result<Source, Diagnostics> {
        let flow_log = self.describe(id, region).await?;
        let log_group = group_of(&flow_log)?;
        let mut sight = Sight::default();
        let format = match &self.written {
            Some(format) => format.clone(),
            None => format_of(&flow_log, &mut sight),
        };
        let mut neighbors = self.writers(&log_group, &mut sight).await;
        neighbors.retain(|other| other.id != flow_log.id);
        let alike = |other: &&ec2::FlowLog| {
            let same = other.log_format.as_deref().map(Format::parse);
            same.is_none_or(|parsed| parsed.is_ok_and(|parsed| parsed == format))
        };
        let mixed = neighbors.iter().filter(alike);
        let mixed = mixed.filter(|other| !implied::tells_apart(&flow_log, other, &format));
        let mixed: Vec<_> = mixed.map(|other| other.id.clone()).collect();
        if !mixed.is_empty() {
            sight.add(Reason::SharedGroup {
                flow_log: flow_log.id.clone(),
                log_group: log_group.clone(),
                others: mixed,
            });
        }
        let mut others = formats(&neighbors, &mut sight);
        others.retain(|other| *other != format);
        Ok(Source {
            log_group,
            formats: vec![format],
            others,
            shared: !neighbors.is_empty(),
            region: region.to_owned(),
            writers: vec![flow_log.clone()],
            flow_log: Some(flow_log),
            of_flow_logs: true,
            sight,
            calls: 1 + i64::from(self.looks),
            ..Source::default()
        })
    }

    async fn describe(&self, id: &str, region: &str) -> Result<ec2::FlowLog, Diagnostic> {
        let described = self.ec2.describe(id).await.map_err(|error| {
            let advice = error
                .advice()
                .map(|advice| format!("\n\n{advice}"))
                .unwrap_or_default();
            let detail = format!("It was asked for by DescribeFlowLogs. {error}{advice}");
            Diagnostic::error(
                "flow-log-not-read",
                format!("Flow log {id} not read"),
                detail,
            )
            .at("flow_log_id")
        })?;
        described.ok_or_else(|| {
            let detail = format!(
                "There is no flow log {id} in {region}. Check the id, and set `region` if it is elsewhere."
            );
            Diagnostic::error("flow-log-not-found", "Flow log not found", detail).at("flow_log_id")
        })
    }

    /// Finds the formats of the flow logs that write to a group. That they cannot be found is no error: default formats are
    /// tried, and lines that do not fit are counted.
    async fn of_group(&self, group: &str, region: &str) -> Source {
        let mut sight = Sight::default();
        let writers = self.writers(group, &mut sight).await;
        let mut found = formats(&writers, &mut sight);
        let of_flow_logs = self.written.is_none() && !found.is_empty();
        let assumed = self.written.is_none() && found.is_empty();
        if let Some(format) = &self.written {
            found = vec![format.clone()];
        }
        if assumed {
            found = vec![Format::vpc_default(), Format::transit_gateway_default()];
            if sight.is_clear() {
                sight.add(Reason::FormatAssumed(Assumed::NoFlowLog {
                    log_group: group.to_owned(),
                    region: region.to_owned(),
                }));
            }
        }
        Source {
            log_group: group.to_owned(),
            formats: found,
            assumed,
            region: region.to_owned(),
            writers,
            of_flow_logs,
            sight,
            calls: i64::from(self.looks),
            ..Source::default()
        }
    }

    /// Finds the flow logs that write to a group, if they are to be looked for.
    async fn writers(&self, group: &str, sight: &mut Sight) -> Vec<ec2::FlowLog> {
        if !self.looks || self.is_of_another_account(group) {
            return Vec::new();
        }
        let name = log_group::name(group).to_owned();
        let by_group = [("log-group-name".to_owned(), vec![name])];
        self.ec2.find(&by_group).await.unwrap_or_else(|error| {
            sight.add(Reason::Denied {
                log_group: group.to_owned(),
                error,
            });
            Vec::new()
        })
    }

    /// Tells whether a group is known to be of an account whose flow logs EC2 does not tell us.
    fn is_of_another_account(&self, group: &str) -> bool {
        let owner = Arn::parse(group).and_then(|arn| arn.account);
        owner.is_some_and(|owner| self.account.is_some_and(|account| account != owner))
    }
}

/// Gives the log group that a flow log writes to.
fn group_of(flow_log: &ec2::FlowLog) -> Result<String, Diagnostic> {
    let arn = flow_log.log_destination.as_deref().unwrap_or_default();
    if let Some(name) = &flow_log.log_group_name {
        return Ok(name.clone());
    }
    if let Some(name) = log_group::name_in_arn(arn) {
        return Ok(name.to_owned());
    }
    let detail = format!(
        "The flow log {} delivers to {arn}, not to CloudWatch Logs, so its records cannot be queried here. \
         Query them where they are, with Athena for S3 or where the delivery stream puts them.",
        flow_log.id
    );
    Err(Diagnostic::error(
        "records-are-not-in-cloudwatch-logs",
        "Records are not in CloudWatch Logs",
        detail,
    )
    .at("flow_log_id"))
}

/// Gives the formats of flow logs, each once.
fn formats(flow_logs: &[ec2::FlowLog], sight: &mut Sight) -> Vec<Format> {
    let mut formats: Vec<Format> = Vec::new();
    for flow_log in flow_logs {
        let format = format_of(flow_log, sight);
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats
}

/// Gives the format of a flow log: what EC2 says, or the default one.
fn format_of(flow_log: &ec2::FlowLog, sight: &mut Sight) -> Format {
    let id = flow_log.id.clone();
    let assumed = match flow_log.log_format.as_deref() {
        None => Assumed::NotTold { flow_log: id },
        Some(text) => match Format::parse(text) {
            Ok(format) => return format,
            Err(error) => Assumed::NotUnderstood {
                flow_log: id,
                format: text.to_owned(),
                problem: error.to_string(),
            },
        },
    };
    sight.add(Reason::FormatAssumed(assumed));
    let resource = flow_log.resource_id.as_deref();
    if resource.is_some_and(resource_id::is_of_transit_gateway) {
        Format::transit_gateway_default()
    } else {
        Format::vpc_default()
    }
}

fn fails(flow_log: &ec2::FlowLog) -> bool {
    flow_log.deliver_logs_status.as_deref() == Some("FAILED")
}

fn malformed_format(query: &Query, problem: &str) -> Diagnostic {
    let text = query.log_format.given().unwrap_or_default();
    let detail = format!("`log_format` is \"{text}\"; {problem}.");
    Diagnostic::error("malformed-record-format", "Malformed record format", detail).at("log_format")
}

/// Says that one source is needed.
pub(crate) fn one_source() -> Diagnostic {
    let detail = "Set `flow_log_id` to the id of a flow log, or `log_group_name` to the name or ARN of a \
                  CloudWatch Logs group; one of them.";
    Diagnostic::error(
        "exactly-one-source-needed",
        "Exactly one source needed",
        detail,
    )
    .at("flow_log_id")
}
