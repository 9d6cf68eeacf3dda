//! Judges where records go: the destination and its type.

use super::super::destination::{FIREHOSE, LOGS, S3, TYPES, type_of_arn};
use super::super::model::{DestinationOptions, FlowLog};
use super::role;
use crate::arn::bucket::{self, Bucket};
use crate::arn::delivery_stream::{self, DeliveryStream};
use crate::arn::log_group::{self, LogGroup, NameProblem};
use crate::arn::{Arn, is_arn_like};
use crate::cty::Path;
use crate::framework::{Attr, Diagnostics};

/// Judges all of it.
pub(super) fn judge(config: &FlowLog, diagnostics: &mut Diagnostics) {
    let kind = kind(config);
    if let Some(arn) = config.log_destination.given() {
        match destination_problem(arn) {
            Some(problem) => {
                let detail = format!("`log_destination` is \"{arn}\"; {problem}.");
                diagnostics.error(
                    "log_destination",
                    "malformed-destination",
                    "Malformed destination",
                    detail,
                );
            }
            None => contradiction(config, arn, diagnostics),
        }
    }
    if let Some(name) = config.log_group_name.given() {
        log_group(name, kind, config, diagnostics);
    }
    if config.log_destination.given().is_none() && !config.log_destination.is_unknown() {
        no_destination(kind, config, diagnostics);
    }
    if let (Some(kind @ (LOGS | FIREHOSE)), Attr::Known(options)) =
        (kind, &config.destination_options)
    {
        no_options(kind, options, diagnostics);
    }
    role::judge(config, kind, diagnostics);
}

/// Gives the destination type, as far as the configuration tells it.
fn kind(config: &FlowLog) -> Option<&str> {
    match (&config.log_destination_type, &config.log_destination) {
        (Attr::Known(kind), _) if !kind.is_empty() => {
            Some(kind.as_str()).filter(|kind| TYPES.contains(kind))
        }
        (Attr::Unknown, _) | (_, Attr::Unknown) => None,
        (_, destination) => match destination.given() {
            Some(arn) => type_of_arn(arn),
            None => Some(LOGS),
        },
    }
}

/// Says what is wrong with a destination, and what to write instead.
fn destination_problem(text: &str) -> Option<String> {
    const EXAMPLES: &str = "arn:aws:logs:eu-central-1:123456789012:log-group:name, \
                            arn:aws:s3:::bucket/folder/ or \
                            arn:aws:firehose:eu-central-1:123456789012:deliverystream/name";
    if text != text.trim() {
        return Some("it has white space around it".to_owned());
    }
    let Some(arn) = Arn::parse(text) else {
        return Some(not_an_arn(text, EXAMPLES));
    };
    let problem = match arn.service {
        log_group::SERVICE => log_group_problem(&arn)?,
        bucket::SERVICE => bucket_problem(&arn)?,
        delivery_stream::SERVICE => stream_problem(&arn)?,
        "kinesis" => {
            "that is a Kinesis data stream, which flow logs cannot write to: let a Firehose \
                      delivery stream write to it"
                .to_owned()
        }
        _ => format!(
            "it must be the ARN of a CloudWatch Logs group, an S3 bucket or a Firehose delivery stream, \
             such as {EXAMPLES}"
        ),
    };
    Some(problem)
}

fn not_an_arn(text: &str, examples: &str) -> String {
    let word = text.to_lowercase().replace(['-', '_', ' '], "");
    let kind = TYPES.iter().find(|kind| kind.replace('-', "") == word);
    if let Some(kind) = kind {
        return format!(
            "that is a type of destination: write log_destination_type = \"{kind}\", and here the ARN of \
             the destination, such as {examples}"
        );
    }
    if let Some(path) = text.strip_prefix("s3://") {
        return format!("it must be an ARN: write \"arn:aws:s3:::{path}\"");
    }
    if text.starts_with('/') {
        return format!(
            "it must be an ARN. For a log group by its name write log_group_name = \"{text}\" instead"
        );
    }
    format!("it must be an ARN, such as {examples}")
}

fn log_group_problem(arn: &Arn<'_>) -> Option<String> {
    Some(match LogGroup::from_arn(arn).err()? {
        log_group::ArnProblem::NotLogGroup => {
            "the ARN of a log group ends in `:log-group:NAME`".to_owned()
        }
        log_group::ArnProblem::LogStream => {
            "that is a log stream: flow logs make their streams themselves, give the log group's ARN"
                .to_owned()
        }
        log_group::ArnProblem::Name(problem) => group_name_problem(problem),
        log_group::ArnProblem::NoRegionOrAccount => NO_REGION_OR_ACCOUNT.to_owned(),
    })
}

fn bucket_problem(arn: &Arn<'_>) -> Option<String> {
    Some(match Bucket::from_arn(arn).err()? {
        bucket::Problem::NotBucket => return None,
        bucket::Problem::RegionOrAccount => format!(
            "the ARN of a bucket names neither region nor account: write \"arn:aws:s3:::{}\"",
            arn.resource
        ),
        bucket::Problem::ReservedFolder => {
            "the folder cannot be AWSLogs, which AWS adds itself".to_owned()
        }
        bucket::Problem::Name => {
            "a bucket's name has 3 to 63 small letters, digits, dots and hyphens".to_owned()
        }
        bucket::Problem::Wildcard => "a folder is written without `*`".to_owned(),
    })
}

fn stream_problem(arn: &Arn<'_>) -> Option<String> {
    const LONGEST: usize = delivery_stream::LONGEST_NAME;
    Some(match DeliveryStream::from_arn(arn).err()? {
        delivery_stream::Problem::NotDeliveryStream => {
            "the ARN of a delivery stream ends in `:deliverystream/NAME`".to_owned()
        }
        delivery_stream::Problem::Name => format!(
            "a delivery stream's name has at most {LONGEST} characters, which are letters, digits and `_.-`"
        ),
        delivery_stream::Problem::NoRegionOrAccount => NO_REGION_OR_ACCOUNT.to_owned(),
    })
}

const NO_REGION_OR_ACCOUNT: &str = "the ARN must name a region and an account of 12 digits";

fn contradiction(config: &FlowLog, arn: &str, diagnostics: &mut Diagnostics) {
    let written = config
        .log_destination_type
        .given()
        .filter(|kind| TYPES.contains(kind));
    if let (Some(told), Some(written)) = (type_of_arn(arn), written)
        && told != written
    {
        let detail = format!(
            "`log_destination_type` is \"{written}\", but `log_destination` is an ARN of {told}. Write \
             \"{told}\", or remove `log_destination_type`; it follows from the ARN."
        );
        diagnostics.error(
            "log_destination_type",
            "destination-type-contradicts-the-arn",
            "Destination type contradicts the ARN",
            detail,
        );
    }
}

fn log_group(name: &str, kind: Option<&str>, config: &FlowLog, diagnostics: &mut Diagnostics) {
    const PATH: &str = "log_group_name";
    if is_arn_like(name) {
        let detail = format!(
            "`log_group_name` is \"{name}\"; that is an ARN: write log_destination = \"{name}\" instead."
        );
        diagnostics.error(
            PATH,
            "malformed-log-group-name",
            "Malformed log group name",
            detail,
        );
        return;
    }
    if let Err(problem) = log_group::check_name(name) {
        let problem = group_name_problem(problem);
        let detail = format!("`log_group_name` is \"{name}\"; {problem}.");
        diagnostics.error(
            PATH,
            "malformed-log-group-name",
            "Malformed log group name",
            detail,
        );
    }
    if let Some(kind @ (S3 | FIREHOSE)) = kind {
        let detail = format!(
            "`log_group_name` is \"{name}\", but records go to {kind}. Remove `log_group_name`; or, for \
             records in that group too, declare another flow log with log_destination_type = \
             \"cloud-watch-logs\"."
        );
        diagnostics.error(
            PATH,
            "log-group-not-possible",
            "Log group not possible",
            detail,
        );
    }
    let arn = config.log_destination.given();
    if let Some(arn) = arn
        && log_group::name_in_arn(arn).is_some_and(|other| other != name)
    {
        let detail = format!(
            "`log_group_name` is \"{name}\", but `log_destination` is \"{arn}\". Remove one of them."
        );
        diagnostics.error(
            PATH,
            "two-different-log-groups",
            "Two different log groups",
            detail,
        );
    }
}

fn group_name_problem(problem: NameProblem<'_>) -> String {
    const LONGEST: usize = log_group::LONGEST_NAME;
    match problem {
        NameProblem::Empty => "a log group has a name".to_owned(),
        NameProblem::AllStreams(name) => format!("write it without `:*`, \"{name}\""),
        NameProblem::Character(bad) => {
            format!("a log group's name consists of letters, digits and `_-/.#`, without `{bad}`")
        }
        NameProblem::TooLong => format!("a log group's name has at most {LONGEST} characters"),
    }
}

fn no_destination(kind: Option<&str>, config: &FlowLog, diagnostics: &mut Diagnostics) {
    match kind {
        Some(LOGS)
            if config.log_group_name.given().is_none() && !config.log_group_name.is_unknown() =>
        {
            diagnostics.error(
                "log_destination",
                "no-destination", "No destination",
                "Set `log_group_name` to the name of a CloudWatch Logs group, or `log_destination` to \
                 the ARN of a log group, a bucket or a Firehose delivery stream.",
            );
        }
        Some(kind @ (S3 | FIREHOSE)) => {
            let example = if kind == S3 {
                "bucket (arn:aws:s3:::name/folder/)"
            } else {
                "delivery stream"
            };
            let detail = format!(
                "`log_destination_type` is \"{kind}\": set `log_destination` to the ARN of the {example}."
            );
            diagnostics.error(
                "log_destination",
                "no-destination",
                "No destination",
                detail,
            );
        }
        _ => {}
    }
}

fn no_options(kind: &str, options: &DestinationOptions, diagnostics: &mut Diagnostics) {
    let format = options.file_format.known();
    let set = [
        ("file_format", format.is_some_and(|f| f != "plain-text")),
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
        let path = Path::root()
            .attribute("destination_options")
            .attribute(name);
        let detail = format!(
            "Destination options are for S3 only, and records go to {kind}. Remove the block \
             `destination_options`."
        );
        diagnostics.error(
            path,
            "destination-option-not-possible",
            "Destination option not possible",
            detail,
        );
    }
}
