//! Finds the log group and its record formats, by the flow log or by the group that was given.

use super::query::{Query, given};
use crate::aws::ec2::{self, Ec2};
use crate::aws::{self};
use crate::connection::Connection;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::record::Format;

const NOT_DISCOVERED: &str = "Record format not discovered";
const NOT_UNDERSTOOD: &str = "Record format not understood";

/// Where the events are, and how their lines are to be read.
#[derive(Debug)]
pub(crate) struct Source {
    /// The log group's name, or its ARN if one was given.
    pub(crate) log_group: String,
    /// The formats of the records that are asked for; at least one.
    pub(crate) formats: Vec<Format>,
    /// Those of other flow logs that write to the group, whose records are not asked for.
    pub(crate) others: Vec<Format>,
    pub(crate) region: String,
    /// The flow log that was asked for, if one was.
    pub(crate) flow_log: Option<ec2::FlowLog>,
    /// Whether the group is known to be one that flow logs write to.
    pub(crate) of_flow_logs: bool,
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
        if given(value).is_some() {
            let kind = given(&query.record_type).unwrap_or_default();
            let detail = format!(
                "Records of the type {kind} have one format, and no flow log of AWS writes them. Name their log \
                 group with `log_group_name`, and leave `{name}` out."
            );
            diagnostics.error(name, "Not possible for this type of record", detail);
        }
    }
    diagnostics
}

/// Finds the source of a query.
pub(crate) async fn find(
    connection: &Connection,
    query: &Query,
    context: &Context,
) -> Result<Source, Diagnostics> {
    let region = connection.region(given(&query.region))?;
    if let (Some(format), Some(group)) =
        (query.record_type().format(), given(&query.log_group_name))
    {
        return Ok(Source::of_one_format(group, format, region));
    }
    let ec2 = connection.aws()?.ec2(&region);
    let written = given(&query.log_format).map(Format::parse).transpose();
    let written = written.map_err(|error| malformed_format(query, &error.to_string()))?;
    match (given(&query.flow_log_id), given(&query.log_group_name)) {
        (Some(id), None) => of_flow_log(&ec2, id, written, region, context).await,
        (None, Some(group)) => Ok(of_group(&ec2, group, written, region, context).await),
        _ => Err(one_source().into()),
    }
}

impl Source {
    /// A log group whose records have a format of their own, which no flow log has to tell.
    fn of_one_format(group: &str, format: Format, region: String) -> Self {
        Self {
            log_group: group.to_owned(),
            formats: vec![format],
            others: Vec::new(),
            region,
            flow_log: None,
            of_flow_logs: false,
            calls: 0,
        }
    }

    /// Says whether lines that are not asked for can have as many values as those that are.
    pub(crate) fn has_others_like_it(&self) -> bool {
        let alike = |other: &Format| {
            let mut formats = self.formats.iter();
            formats.any(|format| format.names().len() == other.names().len())
        };
        self.others.iter().any(alike)
    }
}

async fn of_flow_log(
    ec2: &Ec2,
    id: &str,
    written: Option<Format>,
    region: String,
    context: &Context,
) -> Result<Source, Diagnostics> {
    let described = ec2.describe(id).await.map_err(|error| {
        let advice = error
            .advice()
            .map(|advice| format!("\n\n{advice}"))
            .unwrap_or_default();
        let detail = format!("It was asked for by DescribeFlowLogs. {error}{advice}");
        Diagnostic::error(format!("Flow log {id} not read"), detail).at("flow_log_id")
    })?;
    let Some(flow_log) = described else {
        let detail = format!(
            "There is no flow log {id} in {region}. Check the id, and set `region` if it is elsewhere."
        );
        return Err(Diagnostic::error("Flow log not found", detail)
            .at("flow_log_id")
            .into());
    };
    let log_group = log_group(&flow_log)?;
    let (format, others, calls) = match written {
        Some(format) => (format, Vec::new(), 1),
        None => {
            let format = formats(std::slice::from_ref(&flow_log), context).pop();
            let format = format.unwrap_or_else(Format::vpc_default);
            let mut others = others(ec2, &log_group, context).await;
            others.retain(|other| *other != format);
            (format, others, 2)
        }
    };
    Ok(Source {
        log_group,
        formats: vec![format],
        others,
        region,
        flow_log: Some(flow_log),
        of_flow_logs: true,
        calls,
    })
}

/// Gives the formats of all flow logs that write to a group. Where they cannot be found, lines of others are taken for
/// what they look like.
async fn others(ec2: &Ec2, group: &str, context: &Context) -> Vec<Format> {
    match ec2.find(&by_group(group)).await {
        Ok(found) => formats(&found, context),
        Err(error) => {
            let detail = format!(
                "EC2 was asked which other flow logs write to {group}, to tell their records from those of this \
                 one. {error} Records of another format that look alike may be among the results."
            );
            context.warn(Diagnostic::warning(NOT_DISCOVERED, detail).at("flow_log_id"));
            Vec::new()
        }
    }
}

/// Gives the log group that a flow log writes to.
fn log_group(flow_log: &ec2::FlowLog) -> Result<String, Diagnostic> {
    let arn = flow_log.log_destination.as_deref().unwrap_or_default();
    if let Some(name) = &flow_log.log_group_name {
        return Ok(name.clone());
    }
    if let Some((_, name)) = arn.split_once(":log-group:") {
        return Ok(name.strip_suffix(":*").unwrap_or(name).to_owned());
    }
    let detail = format!(
        "The flow log {} delivers to {arn}, not to CloudWatch Logs, so its records cannot be queried here. \
         Query them where they are, with Athena for S3 or where the delivery stream puts them.",
        flow_log.id
    );
    Err(Diagnostic::error("Records are not in CloudWatch Logs", detail).at("flow_log_id"))
}

/// Finds the formats of the flow logs that write to a group. That they cannot be found is no error: the
/// default format is tried, and lines that do not fit are counted.
async fn of_group(
    ec2: &Ec2,
    group: &str,
    written: Option<Format>,
    region: String,
    context: &Context,
) -> Source {
    let name = group
        .split_once(":log-group:")
        .map_or(group, |(_, name)| name);
    let name = name.strip_suffix(":*").unwrap_or(name);
    let (mut formats, calls) = match written {
        Some(format) => (vec![format], 0),
        None => (discover(ec2, name, context).await, 1),
    };
    let of_flow_logs = calls > 0 && !formats.is_empty();
    if formats.is_empty() {
        formats.push(Format::vpc_default());
    }
    Source {
        log_group: group.to_owned(),
        formats,
        others: Vec::new(),
        region,
        flow_log: None,
        of_flow_logs,
        calls,
    }
}

/// Gives the formats of the flow logs that write to a group, each once.
async fn discover(ec2: &Ec2, group: &str, context: &Context) -> Vec<Format> {
    match ec2.find(&by_group(group)).await {
        Ok(found) => formats(&found, context),
        Err(error) => {
            context.warn(not_discovered(group, &error));
            Vec::new()
        }
    }
}

fn by_group(group: &str) -> [(String, Vec<String>); 1] {
    [("log-group-name".to_owned(), vec![group.to_owned()])]
}

/// Gives the formats of flow logs, each once, and warns of those that cannot be read.
fn formats(flow_logs: &[ec2::FlowLog], context: &Context) -> Vec<Format> {
    let mut formats: Vec<Format> = Vec::new();
    for flow_log in flow_logs {
        let Some(text) = flow_log.log_format.as_deref() else {
            continue;
        };
        match Format::parse(text) {
            Ok(format) if !formats.contains(&format) => formats.push(format),
            Ok(_) => {}
            Err(error) => {
                let detail = format!(
                    "EC2 says that the record format of the flow log {} is \"{text}\"; {error}. Its records are \
                     read as if they had the default format of VPC flow logs, or that of another flow log in the \
                     group. If they have not, set `log_format`.",
                    flow_log.id
                );
                context.warn(Diagnostic::warning(NOT_UNDERSTOOD, detail).at("log_format"));
            }
        }
    }
    formats
}

fn not_discovered(group: &str, error: &aws::Error) -> Diagnostic {
    let detail = format!(
        "EC2 was asked which flow logs write to {group}, to learn their record format. {error} The \
         default format is assumed; if it is another, set `log_format`."
    );
    Diagnostic::warning(NOT_DISCOVERED, detail).at("log_format")
}

fn malformed_format(query: &Query, problem: &str) -> Diagnostic {
    let text = given(&query.log_format).unwrap_or_default();
    let detail = format!("`log_format` is \"{text}\"; {problem}.");
    Diagnostic::error("Malformed record format", detail).at("log_format")
}

/// Says that one source is needed.
pub(crate) fn one_source() -> Diagnostic {
    let detail = "Set `flow_log_id` to the id of a flow log, or `log_group_name` to the name or ARN of a \
                  CloudWatch Logs group; one of them.";
    Diagnostic::error("Exactly one source needed", detail).at("flow_log_id")
}
