//! DescribeFlowLogs: IDs, filters and pages.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::super::request::Request;
use super::super::server::{ApiError, Outcome, Reply};
use super::super::state::{FlowLog, State};
use super::super::xml::Xml;
use super::{Scope, dry_run, ids, invalid_value, known_parameters, not_found, response};

const PARAMETERS: &[&str] = &[
    "DryRun",
    "FlowLogId.#",
    "Filter.#.Name",
    "Filter.#.Value.#",
    "MaxResults",
    "NextToken",
];
const MOST_FILTER_VALUES: usize = 200;

/// Describes a page of the requested flow logs.
pub(super) fn answer(
    state: &mut State,
    request: &Request,
    scope: &Scope,
    request_id: &str,
) -> Outcome {
    known_parameters(request, PARAMETERS)?;
    let ids = ids(request)?;
    let filters = filters(request)?;
    let size = page_size(request)?.min(state.settings.describe_page);
    let after = match state.settings.endless {
        Some(_) => None,
        None => after(request)?,
    };
    dry_run(request)?;
    let requested: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let mut visible = visible(state, scope, &requested);
    refuse_unknown(state, &requested, &visible)?;
    visible.retain(|(place, log)| {
        Some(*place) > after && filters.iter().all(|filter| filter.matches(log))
    });
    if let Some(how) = state.settings.endless {
        return Ok(endless(state, request, request_id, how, &visible));
    }
    let page = &visible[..size.min(visible.len())];
    let next = page.last().filter(|_| page.len() < visible.len());
    let next = next.map(|(place, _)| token(*place, request));
    let omitted = &state.settings.left_out;
    Ok(response(&request.action, request_id, |xml| {
        xml.leave_out(omitted);
        xml.group("flowLogSet", |xml| {
            for (_, log) in page {
                xml.group("item", |xml| write(xml, log));
            }
        });
        xml.optional("nextToken", next.as_deref());
    }))
}

/// The kind of endless pages. Each page has a different token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endless {
    /// Every page contains the same flow logs.
    Same,
    /// Every page contains one new flow log.
    New,
}

fn endless(
    state: &mut State,
    request: &Request,
    request_id: &str,
    how: Endless,
    visible: &[(u64, FlowLog)],
) -> Reply {
    let page: Vec<FlowLog> = match how {
        Endless::Same => visible.iter().map(|(_, log)| log.clone()).collect(),
        Endless::New => vec![FlowLog::sample(
            &state.next_id("fl"),
            "vpc-0123456789abcdef0",
        )],
    };
    let token = state.next_id("token");
    response(&request.action, request_id, |xml| {
        xml.group("flowLogSet", |xml| {
            for log in &page {
                xml.group("item", |xml| write(xml, log));
            }
        });
        xml.text("nextToken", &token);
    })
}

/// Returns the flow logs that the call can see. Each call brings a hidden flow log closer to being visible.
fn visible(state: &mut State, scope: &Scope, requested: &BTreeSet<&str>) -> Vec<(u64, FlowLog)> {
    let mut visible = Vec::new();
    for (place, log) in &mut state.flow_logs {
        let is_requested = requested.is_empty() || requested.contains(log.id.as_str());
        if !scope.holds(log) || !is_requested {
            continue;
        }
        if log.hidden_for > 0 {
            log.hidden_for -= 1;
        } else {
            visible.push((*place, log.clone()));
        }
    }
    visible
}

fn refuse_unknown(
    state: &State,
    requested: &BTreeSet<&str>,
    visible: &[(u64, FlowLog)],
) -> Result<(), ApiError> {
    let seen: BTreeSet<&str> = visible.iter().map(|(_, log)| log.id.as_str()).collect();
    let unknown: Vec<String> = requested
        .difference(&seen)
        .map(|id| (*id).to_owned())
        .collect();
    if unknown.is_empty() || state.settings.missing_is_empty {
        return Ok(());
    }
    Err(not_found(&unknown.iter().collect::<Vec<_>>()))
}

fn page_size(request: &Request) -> Result<usize, ApiError> {
    match request.get("MaxResults") {
        None => Ok(usize::MAX),
        Some(text) => match text.parse() {
            Ok(n) if n > 0 => Ok(n),
            _ => Err(invalid_value(text, "maxResults")),
        },
    }
}

/// Returns a page token. It is valid only for the same request, and stays valid if the flow logs of its page are
/// deleted.
fn token(place: u64, request: &Request) -> String {
    format!("{place:016x}{:016x}", request_hash(request))
}

fn after(request: &Request) -> Result<Option<u64>, ApiError> {
    let Some(given) = request.get("NextToken") else {
        return Ok(None);
    };
    let place = given
        .get(..16)
        .and_then(|text| u64::from_str_radix(text, 16).ok());
    match place {
        Some(place) if given == token(place, request) => Ok(Some(place)),
        _ => Err(ApiError::new(
            "InvalidPaginationToken",
            "The specified pagination token is not valid or is expired.",
        )),
    }
}

fn request_hash(request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    let paging = ["NextToken", "MaxResults", "DryRun"];
    for (name, value) in &request.form {
        if !paging.contains(&name.as_str()) {
            (name, value).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// A filter. A flow log must match one of its values.
#[derive(Debug)]
struct Filter {
    name: String,
    values: Vec<String>,
}

impl Filter {
    fn matches(&self, log: &FlowLog) -> bool {
        let value_matches = |value: &str| {
            self.values
                .iter()
                .any(|pattern| value_matches(pattern, value))
        };
        let any_matches = |value: &Option<String>| value.as_deref().is_some_and(value_matches);
        match self.name.as_str() {
            "deliver-log-status" => value_matches(&log.deliver_logs_status),
            "log-destination-type" => value_matches(&log.log_destination_type),
            "flow-log-id" => value_matches(&log.id),
            "log-group-name" => any_matches(&log.log_group_name),
            "resource-id" => value_matches(&log.resource_id),
            "traffic-type" => any_matches(&log.traffic_type),
            "tag-key" => log.tags.keys().any(|key| value_matches(key)),
            name => {
                let key = name.strip_prefix("tag:").unwrap_or_default();
                log.tags.get(key).is_some_and(|value| value_matches(value))
            }
        }
    }
}

fn filters(request: &Request) -> Result<Vec<Filter>, ApiError> {
    let mut filters = Vec::new();
    for n in request.numbers("Filter") {
        let name = request.get(&format!("Filter.{n}.Name")).unwrap_or_default();
        let values = request.list(&format!("Filter.{n}.Value"));
        let known = matches!(
            name,
            "deliver-log-status"
                | "log-destination-type"
                | "flow-log-id"
                | "log-group-name"
                | "resource-id"
                | "traffic-type"
                | "tag-key"
        );
        if !known && name.strip_prefix("tag:").is_none_or(str::is_empty) {
            let message = format!("The filter '{name}' is invalid");
            return Err(ApiError::new("InvalidParameterValue", message));
        }
        if values.is_empty() {
            let message = format!("The filter '{name}' has no values");
            return Err(ApiError::new("InvalidParameterValue", message));
        }
        filters.push(Filter {
            name: name.to_owned(),
            values,
        });
    }
    let values: usize = filters.iter().map(|filter| filter.values.len()).sum();
    if values > MOST_FILTER_VALUES {
        let message = "The maximum number of filter values specified on a single call is 200";
        return Err(ApiError::new("FilterLimitExceeded", message));
    }
    Ok(filters)
}

/// Reports whether a value matches a pattern: `*` is any text, `?` any character, `\\` makes the next character
/// literal.
fn value_matches(pattern: &str, value: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => value.is_empty(),
        Some('*') => {
            let mut ends = value.char_indices().map(|(at, _)| at).chain([value.len()]);
            ends.any(|at| value_matches(rest.as_str(), &value[at..]))
        }
        Some('?') => {
            let mut left = value.chars();
            left.next().is_some() && value_matches(rest.as_str(), left.as_str())
        }
        Some(plain) => {
            let plain = match plain {
                '\\' => rest.next().unwrap_or(plain),
                plain => plain,
            };
            let left = value.strip_prefix(plain);
            left.is_some_and(|left| value_matches(rest.as_str(), left))
        }
    }
}

/// Writes a flow log. Absent values are omitted, as in EC2.
fn write(xml: &mut Xml, log: &FlowLog) {
    xml.text("creationTime", &log.creation_time);
    xml.optional(
        "deliverLogsErrorMessage",
        log.deliver_logs_error_message.as_deref(),
    );
    xml.optional(
        "deliverLogsPermissionArn",
        log.deliver_logs_permission_arn.as_deref(),
    );
    xml.optional(
        "deliverCrossAccountRole",
        log.deliver_cross_account_role.as_deref(),
    );
    xml.text("deliverLogsStatus", &log.deliver_logs_status);
    xml.text("flowLogId", &log.id);
    xml.text("flowLogStatus", &log.flow_log_status);
    xml.optional("logGroupName", log.log_group_name.as_deref());
    xml.text("resourceId", &log.resource_id);
    xml.optional("trafficType", log.traffic_type.as_deref());
    xml.text("logDestinationType", &log.log_destination_type);
    xml.optional("logDestination", log.log_destination.as_deref());
    xml.text("logFormat", &log.log_format);
    let interval = log.max_aggregation_interval.to_string();
    xml.text("maxAggregationInterval", &interval);
    write_options(xml, log);
    write_tags(xml, log);
}

fn write_options(xml: &mut Xml, log: &FlowLog) {
    let Some(options) = &log.destination_options else {
        return;
    };
    let word = |value: bool| if value { "true" } else { "false" };
    xml.group("destinationOptions", |xml| {
        xml.text("fileFormat", &options.file_format);
        let hive = word(options.hive_compatible_partitions);
        xml.text("hiveCompatiblePartitions", hive);
        xml.text("perHourPartition", word(options.per_hour_partition));
    });
}

fn write_tags(xml: &mut Xml, log: &FlowLog) {
    xml.group("tagSet", |xml| {
        for (key, value) in &log.tags {
            xml.group("item", |xml| {
                xml.text("key", key).text("value", value);
            });
        }
    });
    if log.tag_field_specifications.is_empty() {
        return;
    }
    xml.group("tagFieldSpecificationSet", |xml| {
        for specification in &log.tag_field_specifications {
            xml.group("item", |xml| {
                xml.text("resourceType", &specification.resource_type);
                xml.group("tagKeySet", |xml| {
                    for key in &specification.tag_keys {
                        xml.text("item", key);
                    }
                });
            });
        }
    });
}
