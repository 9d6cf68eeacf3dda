//! Checks the destination and its type.

use super::super::destination::{FIREHOSE, LOGS, S3, TYPES, type_of_service};
use super::super::model::{DestinationOptions, FlowLog};
use super::problem::{DestinationProblem, GroupNameProblem, MalformedDestination, Problem};
use super::role;
use crate::arn::bucket::Bucket;
use crate::arn::delivery_stream::DeliveryStream;
use crate::arn::log_group::{self, ArnProblem, LogGroup};
use crate::arn::{Arn, is_arn_like};
use crate::cty::Path;
use crate::framework::Attr;

const PATH: &str = "log_destination";

/// Checks the destination, and the roles that it requires.
pub(super) fn check(config: &FlowLog, problems: &mut Vec<Problem>) {
    let kind = kind(config);
    let written = config.log_destination.given();
    if let Some(text) = written {
        let arn = Arn::parse(text);
        match malformed(text, arn.as_ref()) {
            Some(why) => {
                let text = text.to_owned();
                problems.push(Problem::at(
                    PATH,
                    DestinationProblem::Malformed { text, why },
                ));
            }
            None => problems.extend(arn.and_then(|arn| contradiction(config, &arn))),
        }
    }
    if let Some(name) = config.log_group_name.given() {
        log_group(name, kind, written, problems);
    }
    if written.is_none() && !config.log_destination.is_unknown() {
        problems.extend(missing(kind, config));
    }
    if let (Some(kind @ (LOGS | FIREHOSE)), Attr::Known(options)) =
        (kind, &config.destination_options)
    {
        no_options(kind, options, problems);
    }
    role::check(config, kind, problems);
}

/// Returns the destination type, as far as the configuration determines it.
fn kind(config: &FlowLog) -> Option<&'static str> {
    if let Some(written) = config.log_destination_type.given() {
        return TYPES.iter().copied().find(|kind| *kind == written);
    }
    if config.log_destination_type.is_unknown() || config.log_destination.is_unknown() {
        return None;
    }
    match config.log_destination.given() {
        Some(text) => type_of_service(Arn::parse(text)?.service),
        None => Some(LOGS),
    }
}

fn malformed(text: &str, arn: Option<&Arn<'_>>) -> Option<MalformedDestination> {
    if text != text.trim() {
        return Some(MalformedDestination::WhiteSpace);
    }
    let Some(arn) = arn else {
        return Some(not_an_arn(text));
    };
    match (type_of_service(arn.service), arn.service) {
        (Some(LOGS), _) => LogGroup::from_arn(arn).err().map(malformed_group),
        (Some(S3), _) => Bucket::from_arn(arn)
            .err()
            .map(MalformedDestination::Bucket),
        (Some(_), _) => DeliveryStream::from_arn(arn)
            .err()
            .map(MalformedDestination::DeliveryStream),
        (None, "kinesis") => Some(MalformedDestination::DataStream),
        (None, _) => Some(MalformedDestination::OtherService),
    }
}

fn malformed_group(problem: ArnProblem<'_>) -> MalformedDestination {
    match problem {
        ArnProblem::NotLogGroup => MalformedDestination::NotLogGroup,
        ArnProblem::LogStream => MalformedDestination::LogStream,
        ArnProblem::Name(name) => MalformedDestination::GroupName(name.into()),
        ArnProblem::NoRegionOrAccount => MalformedDestination::NoRegionOrAccount,
    }
}

fn not_an_arn(text: &str) -> MalformedDestination {
    let word = text.to_lowercase().replace(['-', '_', ' '], "");
    let kind = TYPES.iter().find(|kind| kind.replace('-', "") == word);
    match kind {
        Some(kind) => MalformedDestination::Type(kind),
        None if text.starts_with("s3://") => MalformedDestination::S3Uri,
        None if text.starts_with('/') => MalformedDestination::Path,
        None => MalformedDestination::NotArn,
    }
}

fn contradiction(config: &FlowLog, arn: &Arn<'_>) -> Option<Problem> {
    let written = config.log_destination_type.given()?;
    let actual = type_of_service(arn.service)?;
    if actual == written || !TYPES.contains(&written) {
        return None;
    }
    let kind = DestinationProblem::TypeContradictsArn {
        written: written.to_owned(),
        actual,
    };
    Some(Problem::at("log_destination_type", kind))
}

fn log_group(
    name: &str,
    kind: Option<&'static str>,
    destination: Option<&str>,
    problems: &mut Vec<Problem>,
) {
    const PATH: &str = "log_group_name";
    let owned = || name.to_owned();
    if is_arn_like(name) {
        let why = GroupNameProblem::Arn;
        let kind = DestinationProblem::MalformedGroupName { name: owned(), why };
        problems.push(Problem::at(PATH, kind));
        return;
    }
    if let Err(why) = log_group::check_name(name) {
        let why = why.into();
        let kind = DestinationProblem::MalformedGroupName { name: owned(), why };
        problems.push(Problem::at(PATH, kind));
    }
    if let Some(kind @ (S3 | FIREHOSE)) = kind {
        let kind = DestinationProblem::GroupNotPossible {
            name: owned(),
            kind,
        };
        problems.push(Problem::at(PATH, kind));
    }
    if let Some(arn) = destination
        && log_group::name_in_arn(arn).is_some_and(|other| other != name)
    {
        let kind = DestinationProblem::TwoGroups {
            name: owned(),
            arn: arn.to_owned(),
        };
        problems.push(Problem::at(PATH, kind));
    }
}

fn missing(kind: Option<&'static str>, config: &FlowLog) -> Option<Problem> {
    let group = &config.log_group_name;
    let is_named = group.given().is_some() || group.is_unknown();
    let kind = kind.filter(|kind| *kind != LOGS || !is_named)?;
    Some(Problem::at(PATH, DestinationProblem::Missing { kind }))
}

/// Other destinations than S3 accept the defaults only.
fn no_options(kind: &'static str, options: &DestinationOptions, problems: &mut Vec<Problem>) {
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
    for (name, _) in set.into_iter().filter(|(_, is_set)| *is_set) {
        let path = Path::from("destination_options").attribute(name);
        problems.push(Problem::at(
            path,
            DestinationProblem::OptionNotPossible { kind },
        ));
    }
}
