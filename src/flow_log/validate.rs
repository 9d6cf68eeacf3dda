//! What the service would refuse, said at validate and again at plan, when more is known.
//!
//! Nothing valid is refused: only known values are judged, and a record field that is newer than our
//! table is a warning.

use super::destination::{self, FIREHOSE, LOGS, S3};
use super::model::{DestinationOptions, FlowLog};
use super::target::{self, Family, given};
use crate::connection::Tags;
use crate::framework::{Attr, Diagnostics};
use crate::record::Format;

/// Tags that one resource may have, AWS's own not counted.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
const MOST_TAGS: usize = 50;
const LONGEST_TAG_KEY: usize = 128;
const LONGEST_TAG_VALUE: usize = 256;

/// Judges the arguments that the user wrote.
pub(crate) fn arguments(config: &FlowLog) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut derived = config.clone();
    target::derive(config, &mut derived);
    targets(config, &mut diagnostics);
    resource_type(config, &derived, &mut diagnostics);
    traffic_type(config, &derived, &mut diagnostics);
    destinations(config, &mut diagnostics);
    role(
        config,
        "iam_role_arn",
        &config.iam_role_arn,
        &mut diagnostics,
    );
    let cross = &config.deliver_cross_account_role;
    role(
        config,
        "deliver_cross_account_role",
        cross,
        &mut diagnostics,
    );
    interval(config, &derived, &mut diagnostics);
    log_format(config, &mut diagnostics);
    written_tags(config, &mut diagnostics);
    timeouts(config, &mut diagnostics);
    diagnostics
}

/// Judges all tags of a flow log, the provider's defaults included.
pub(crate) fn tags_all(tags: &Attr<Tags>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if let Some(tags) = tags.known().filter(|tags| tags.len() > MOST_TAGS) {
        let detail = format!(
            "The flow log would have {} tags, those from `default_tags` included; AWS allows \
             {MOST_TAGS}. Remove some.",
            tags.len()
        );
        diagnostics.error("tags", "Too many tags", detail);
    }
    diagnostics
}

fn targets(config: &FlowLog, diagnostics: &mut Diagnostics) {
    let arguments = target::arguments(config);
    if arguments
        .iter()
        .all(|(_, value)| !value.is_unknown() && given(value).is_none())
    {
        diagnostics.error(
            "resource_id",
            "Nothing to watch",
            "A flow log watches one resource. Set one of vpc_id, subnet_id, eni_id, \
             transit_gateway_id, transit_gateway_attachment_id, regional_nat_gateway_id, or \
             resource_id with the id of any of these.",
        );
    }
    let mut first: Option<(&str, &str)> = None;
    for (name, value) in arguments {
        let Some(id) = given(value) else { continue };
        well_formed_id(name, id, diagnostics);
        match first {
            Some((other, before)) if before != id => {
                let detail = format!(
                    "`{name}` is \"{id}\", but `{other}` is \"{before}\". A flow log watches one \
                     resource: remove one of the two, and declare another flow log for it."
                );
                diagnostics.error(name, "Two different resources to watch", detail);
            }
            _ => first = first.or(Some((name, id))),
        }
    }
}

fn well_formed_id(name: &str, id: &str, diagnostics: &mut Diagnostics) {
    let problem = match target::prefix_of_argument(name) {
        Some(prefix) if !id.starts_with(prefix) => {
            format!("ids of this kind begin with `{prefix}`")
        }
        Some("tgw-") if id.starts_with("tgw-attach-") => {
            "this is the id of an attachment: use transit_gateway_attachment_id".to_owned()
        }
        Some(prefix) if !is_hexadecimal(&id[prefix.len()..]) => {
            format!("`{prefix}` is followed by 8 or 17 hexadecimal digits")
        }
        None if id.starts_with("arn:") => "an id is needed here, not an ARN".to_owned(),
        None if id.contains(char::is_whitespace) => "an id has no white space".to_owned(),
        Some(_) | None => return,
    };
    let detail = format!("`{name}` is \"{id}\"; {problem}.");
    diagnostics.error(name, "Malformed id", detail);
}

fn is_hexadecimal(digits: &str) -> bool {
    (8..=17).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

fn resource_type(config: &FlowLog, derived: &FlowLog, diagnostics: &mut Diagnostics) {
    let Some(id) = given(&derived.resource_id) else {
        return;
    };
    match (target::type_of_id(id), given(&config.resource_type)) {
        (Some(told), Some(written)) if told != written => {
            let detail = format!(
                "`resource_type` is \"{written}\", but \"{id}\" is the id of a {told}. Remove \
                 `resource_type`; it follows from the id."
            );
            diagnostics.error("resource_type", "Wrong resource type", detail);
        }
        (None, None) if !config.resource_type.is_unknown() => {
            let detail = format!(
                "The prefix of \"{id}\" does not tell what it is. Set `resource_type` to one of: {}.",
                target::RESOURCE_TYPES.join(", ")
            );
            diagnostics.error("resource_type", "Resource type needed", detail);
        }
        _ => {}
    }
}

fn traffic_type(config: &FlowLog, derived: &FlowLog, diagnostics: &mut Diagnostics) {
    let Some(resource_type) = derived.resource_type.known() else {
        return;
    };
    match (Family::of(resource_type), &config.traffic_type) {
        (Some(Family::Vpc | Family::Nat), Attr::Null) => {
            let detail = format!(
                "A flow log of a {resource_type} needs `traffic_type`: \"ALL\" records everything, \
                 \"REJECT\" only what was refused, \"ACCEPT\" only what was let through."
            );
            diagnostics.error("traffic_type", "Traffic type needed", detail);
        }
        (Some(Family::Transit), Attr::Known(_)) => {
            let detail = format!(
                "AWS takes no traffic type for a {resource_type}: all traffic is recorded. The \
                 argument is kept as written and has no effect."
            );
            diagnostics.warning("traffic_type", "Traffic type has no effect", detail);
        }
        _ => {}
    }
}

fn destinations(config: &FlowLog, diagnostics: &mut Diagnostics) {
    let kind = destination_kind(config);
    let arn = given(&config.log_destination);
    let told = arn.and_then(destination::type_of_arn);
    if let Some(arn) = arn {
        destination_arn(arn, told, given(&config.log_destination_type), diagnostics);
    }
    let group = given(&config.log_group_name);
    if let (Some(name), Some(kind @ (S3 | FIREHOSE))) = (group, kind) {
        let detail = format!(
            "`log_group_name` is \"{name}\", but records go to {kind}. Remove `log_group_name`, or set \
             `log_destination_type` to \"cloud-watch-logs\"."
        );
        diagnostics.error("log_group_name", "Log group not possible", detail);
    }
    if let (Some(name), Some(arn)) = (group, arn)
        && destination::group_of_arn(arn).is_some_and(|other| other != name)
    {
        let detail = format!(
            "`log_group_name` is \"{name}\", but `log_destination` is \"{arn}\". Remove one of them."
        );
        diagnostics.error("log_group_name", "Two different log groups", detail);
    }
    let nowhere = arn.is_none() && !config.log_destination.is_unknown();
    match kind {
        Some(LOGS) if nowhere && group.is_none() && !config.log_group_name.is_unknown() => {
            diagnostics.error(
                "log_destination",
                "No destination",
                "Set `log_group_name` to the name of a CloudWatch Logs group, or `log_destination` to \
                 the ARN of a log group, a bucket or a Firehose delivery stream.",
            );
        }
        Some(kind @ (S3 | FIREHOSE)) if nowhere => {
            let detail = format!(
                "`log_destination_type` is \"{kind}\": set `log_destination` to the ARN of the {}.",
                if kind == S3 {
                    "bucket (arn:aws:s3:::name/folder/)"
                } else {
                    "delivery stream"
                }
            );
            diagnostics.error("log_destination", "No destination", detail);
        }
        _ => {}
    }
    if let (Some(kind @ (LOGS | FIREHOSE)), Attr::Known(options)) =
        (kind, &config.destination_options)
    {
        no_options(kind, options, diagnostics);
    }
}

/// Gives the destination type, as far as the configuration tells it.
fn destination_kind(config: &FlowLog) -> Option<&str> {
    match (&config.log_destination_type, &config.log_destination) {
        (Attr::Known(kind), _) if !kind.is_empty() => Some(kind),
        (Attr::Unknown, _) | (_, Attr::Unknown) => None,
        (_, destination) => match given(destination) {
            Some(arn) => destination::type_of_arn(arn),
            None => Some(LOGS),
        },
    }
}

fn destination_arn(
    arn: &str,
    told: Option<&str>,
    written: Option<&str>,
    diagnostics: &mut Diagnostics,
) {
    const SUMMARY: &str = "Malformed destination";
    match (told, written) {
        _ if !is_arn(arn) => {
            let detail = format!(
                "`log_destination` is \"{arn}\"; it must be an ARN, such as \
                 arn:aws:logs:eu-central-1:123456789012:log-group:name or arn:aws:s3:::bucket/folder/."
            );
            diagnostics.error("log_destination", SUMMARY, detail);
        }
        (None, _) => {
            let detail = format!(
                "`log_destination` is \"{arn}\"; it must be the ARN of a CloudWatch Logs group, an S3 \
                 bucket or a Firehose delivery stream."
            );
            diagnostics.error("log_destination", SUMMARY, detail);
        }
        (Some(LOGS), _) if destination::group_of_arn(arn).is_none() => {
            let detail = format!(
                "`log_destination` is \"{arn}\"; the ARN of a log group ends in `:log-group:NAME`."
            );
            diagnostics.error("log_destination", SUMMARY, detail);
        }
        (Some(told), Some(written)) if told != written => {
            let detail = format!(
                "`log_destination_type` is \"{written}\", but `log_destination` is an ARN of \
                 {told}. Remove `log_destination_type`; it follows from the ARN."
            );
            diagnostics.error(
                "log_destination_type",
                "Destination type contradicts the ARN",
                detail,
            );
        }
        (Some(S3), _) if in_aws_folder(arn) => {
            let detail = format!(
                "`log_destination` is \"{arn}\"; the folder cannot be AWSLogs, which AWS adds itself."
            );
            diagnostics.error("log_destination", SUMMARY, detail);
        }
        _ => {}
    }
}

fn in_aws_folder(arn: &str) -> bool {
    let folder = arn
        .split_once(":::")
        .and_then(|(_, path)| path.split_once('/'));
    folder.is_some_and(|(_, folder)| folder.split('/').next() == Some("AWSLogs"))
}

fn is_arn(text: &str) -> bool {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", partition, service, _, _, resource]
        if partition.starts_with("aws") && !service.is_empty() && !resource.is_empty())
}

fn no_options(kind: &str, options: &DestinationOptions, diagnostics: &mut Diagnostics) {
    let set = [
        (
            "file_format",
            options
                .file_format
                .known()
                .is_some_and(|f| f != "plain-text"),
        ),
        (
            "hive_compatible_partitions",
            options.hive_compatible_partitions == Attr::Known(true),
        ),
        (
            "per_hour_partition",
            options.per_hour_partition == Attr::Known(true),
        ),
    ];
    for (name, _) in set.into_iter().filter(|(_, set)| *set) {
        let path = crate::cty::Path::root()
            .attribute("destination_options")
            .attribute(name);
        let detail = format!("Destination options are for S3 only, and records go to {kind}.");
        diagnostics.error(path, "Destination option not possible", detail);
    }
}

fn role(config: &FlowLog, name: &str, value: &Attr<String>, diagnostics: &mut Diagnostics) {
    let kind = destination_kind(config);
    match (given(value), kind) {
        (Some(_), Some(S3)) => {
            let detail = format!(
                "`{name}` is for CloudWatch Logs and Firehose. S3 delivery uses the bucket's policy; \
                 AWS refuses a role there. Remove `{name}`."
            );
            diagnostics.error(name, "Role not possible for S3", detail);
        }
        (Some(arn), _) if !is_arn(arn) || arn.split(':').nth(2) != Some("iam") => {
            let detail = format!(
                "`{name}` is \"{arn}\"; it must be the ARN of a role, such as \
                 arn:aws:iam::123456789012:role/flow-logs."
            );
            diagnostics.error(name, "Malformed role ARN", detail);
        }
        (None, Some(LOGS)) if name == "iam_role_arn" && !value.is_unknown() => {
            diagnostics.error(
                name,
                "Delivery role needed",
                "Delivery to CloudWatch Logs needs a role: set `iam_role_arn` to the ARN of one that \
                 trusts vpc-flow-logs.amazonaws.com and allows logs:CreateLogStream, \
                 logs:PutLogEvents, logs:DescribeLogGroups and logs:DescribeLogStreams on the group.",
            );
        }
        (Some(_), Some(LOGS)) if name == "deliver_cross_account_role" => {
            diagnostics.error(
                name,
                "Cross-account role not possible",
                "`deliver_cross_account_role` is for delivery to Firehose in another account.",
            );
        }
        _ => {}
    }
}

fn interval(config: &FlowLog, derived: &FlowLog, diagnostics: &mut Diagnostics) {
    let family = derived
        .resource_type
        .known()
        .and_then(|name| Family::of(name));
    if family == Some(Family::Transit) && config.max_aggregation_interval == Attr::Known(600) {
        diagnostics.error(
            "max_aggregation_interval",
            "Aggregation interval not possible",
            "For transit gateways and Cloud WAN the interval is 60 seconds. Remove the argument.",
        );
    }
}

fn log_format(config: &FlowLog, diagnostics: &mut Diagnostics) {
    let Some(text) = given(&config.log_format) else {
        return;
    };
    match Format::parse(text) {
        Err(error) => {
            let detail = format!("`log_format` is \"{text}\"; {error}.");
            diagnostics.error("log_format", "Malformed record format", detail);
        }
        Ok(format) => {
            for name in format.unknown_names() {
                let detail = format!(
                    "The field `{name}` is not known to this version of the provider. It is passed on; \
                     AWS refuses it if it does not exist."
                );
                diagnostics.warning("log_format", "Unknown record field", detail);
            }
        }
    }
}

fn written_tags(config: &FlowLog, diagnostics: &mut Diagnostics) {
    for (key, value) in config.tags.known().into_iter().flatten() {
        let length = key.chars().count();
        let problem = if key.starts_with("aws:") {
            "keys that begin with `aws:` are reserved by AWS".to_owned()
        } else if length == 0 {
            "a key cannot be empty".to_owned()
        } else if length > LONGEST_TAG_KEY {
            format!("a key has at most {LONGEST_TAG_KEY} characters, this one has {length}")
        } else if value
            .known()
            .is_some_and(|v| v.chars().count() > LONGEST_TAG_VALUE)
        {
            format!("a value has at most {LONGEST_TAG_VALUE} characters")
        } else {
            continue;
        };
        let path = crate::cty::Path::root().attribute("tags").key(key);
        diagnostics.error(
            path,
            "Invalid tag",
            format!("The tag \"{key}\" is not possible: {problem}."),
        );
    }
    let count = config
        .tags
        .known()
        .map_or(0, |tags| tags.values().filter(|v| !v.is_null()).count());
    if count > MOST_TAGS {
        let detail = format!("{count} tags are given; AWS allows {MOST_TAGS}. Remove some.");
        diagnostics.error("tags", "Too many tags", detail);
    }
}

fn timeouts(config: &FlowLog, diagnostics: &mut Diagnostics) {
    let Some(timeouts) = config.timeouts.known() else {
        return;
    };
    for (name, value) in [("create", &timeouts.create), ("delete", &timeouts.delete)] {
        if let Some(text) = given(value)
            && let Err(problem) = super::resource::duration(text)
        {
            let path = crate::cty::Path::root()
                .attribute("timeouts")
                .attribute(name);
            let detail = format!("The timeout \"{text}\" is not possible: {problem}.");
            diagnostics.error(path, "Malformed duration", detail);
        }
    }
}
