//! Problems of the destination.

use super::super::super::destination::{LOGS, S3, noun};
use super::super::vocabulary::Vocabulary;
use crate::arn::log_group::{self, NameProblem};
use crate::arn::{Arn, bucket, delivery_stream};

const EXAMPLES: &str = "arn:aws:logs:eu-central-1:123456789012:log-group:name, arn:aws:s3:::bucket/folder/ or \
                        arn:aws:firehose:eu-central-1:123456789012:deliverystream/name";

/// A problem of the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DestinationProblem {
    /// The destination is not the ARN of one.
    Malformed {
        /// What is written.
        text: String,
        /// What is wrong with it.
        why: MalformedDestination,
    },
    /// The type is not that of the destination.
    TypeContradictsArn {
        /// The type that is written.
        written: String,
        /// The type of the destination.
        actual: &'static str,
    },
    /// The name of the log group is malformed.
    MalformedGroupName {
        /// What is written.
        name: String,
        /// What is wrong with it.
        why: GroupNameProblem,
    },
    /// A log group is named, but records go elsewhere.
    GroupNotPossible {
        /// The log group.
        name: String,
        /// The type of the destination.
        kind: &'static str,
    },
    /// The name and the ARN are those of two log groups.
    TwoGroups {
        /// The log group that is named.
        name: String,
        /// The ARN of the other.
        arn: String,
    },
    /// There is no destination of this type.
    Missing {
        /// The type of the destination.
        kind: &'static str,
    },
    /// An option applies to S3 only.
    OptionNotPossible {
        /// The type of the destination.
        kind: &'static str,
    },
}

/// Why a text is not the ARN of a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MalformedDestination {
    /// There is white space around it.
    WhiteSpace,
    /// It is the name of this type of destination.
    Type(&'static str),
    /// It is the address of a bucket, `s3://…`.
    S3Uri,
    /// It begins with a slash, as names of log groups do.
    Path,
    /// It is something else.
    NotArn,
    /// It is a data stream of Kinesis.
    DataStream,
    /// It is an ARN of another service.
    OtherService,
    /// It is not the ARN of a log group.
    NotLogGroup,
    /// It is the ARN of a log stream.
    LogStream,
    /// The name of the log group is malformed.
    GroupName(GroupNameProblem),
    /// It names no region or no account.
    NoRegionOrAccount,
    /// It is not the ARN of a bucket.
    Bucket(bucket::Problem),
    /// It is not the ARN of a delivery stream.
    DeliveryStream(delivery_stream::Problem),
}

/// Why a text is not the name of a log group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupNameProblem {
    /// It is empty.
    Empty,
    /// It is an ARN.
    Arn,
    /// It ends in `:*`.
    AllStreams,
    /// It contains a character that names do not have.
    Character(char),
    /// It is too long.
    TooLong,
}

impl From<NameProblem<'_>> for GroupNameProblem {
    fn from(problem: NameProblem<'_>) -> Self {
        match problem {
            NameProblem::Empty => Self::Empty,
            NameProblem::AllStreams(_) => Self::AllStreams,
            NameProblem::Character(character) => Self::Character(character),
            NameProblem::TooLong => Self::TooLong,
        }
    }
}

impl DestinationProblem {
    pub(super) fn title(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed { .. } => ("malformed-destination", "Malformed destination"),
            Self::TypeContradictsArn { .. } => (
                "destination-type-contradicts-the-arn",
                "Destination type contradicts the ARN",
            ),
            Self::MalformedGroupName { .. } => {
                ("malformed-log-group-name", "Malformed log group name")
            }
            Self::GroupNotPossible { .. } => ("log-group-not-possible", "Log group not possible"),
            Self::TwoGroups { .. } => ("two-different-log-groups", "Two different log groups"),
            Self::Missing { .. } => ("missing-destination", "Missing destination"),
            Self::OptionNotPossible { .. } => (
                "destination-option-not-possible",
                "Destination option not possible",
            ),
        }
    }

    pub(super) fn detail(&self, name: &str, words: &dyn Vocabulary) -> String {
        let destination = words.name("log_destination");
        match self {
            Self::Malformed { text, why } => {
                format!("`{name}` is \"{text}\". {}", why.sentence(text, words))
            }
            Self::TypeContradictsArn { written, actual } => format!(
                "`{name}` is \"{written}\", but `{destination}` is the ARN of a {}. Write \"{actual}\", or remove \
                 `{name}`: the ARN determines it.",
                noun(actual)
            ),
            Self::MalformedGroupName { name: text, why } => {
                format!("`{name}` is \"{text}\". {}", why.sentence(text, words))
            }
            Self::GroupNotPossible { name: text, kind } => format!(
                "`{name}` is \"{text}\", but records go to {kind}. Remove `{name}`. To deliver records to that log \
                 group too, declare another flow log with `{}`.",
                words.assignment("log_destination_type", LOGS)
            ),
            Self::TwoGroups { name: text, arn } => format!(
                "`{name}` is \"{text}\", but `{destination}` is \"{arn}\". Remove one of them."
            ),
            Self::Missing { kind: LOGS } => format!(
                "Set `{}` to the name of a CloudWatch Logs group, or `{destination}` to the ARN of a log group, a \
                 bucket or a Firehose delivery stream.",
                words.name("log_group_name")
            ),
            Self::Missing { kind } => {
                let example = if *kind == S3 {
                    ", such as arn:aws:s3:::name/folder/"
                } else {
                    ""
                };
                format!(
                    "`{}` is \"{kind}\". Set `{destination}` to the ARN of the {}{example}.",
                    words.name("log_destination_type"),
                    noun(kind)
                )
            }
            Self::OptionNotPossible { kind } => format!(
                "Destination options apply to S3 only, but records go to {kind}. Remove `{}`.",
                words.name("destination_options")
            ),
        }
    }
}

impl MalformedDestination {
    fn sentence(self, text: &str, words: &dyn Vocabulary) -> String {
        const NO_REGION: &str = "The ARN must contain a region and an account ID of 12 digits.";
        match self {
            Self::WhiteSpace => "Remove the white space around it.".to_owned(),
            Self::Type(kind) => format!(
                "That is a type of destination. Write `{}`, and set `{}` to the ARN of the destination, such as \
                 {EXAMPLES}.",
                words.assignment("log_destination_type", kind),
                words.name("log_destination")
            ),
            Self::S3Uri => {
                let path = text.trim_start_matches("s3://");
                format!("It must be an ARN. Write \"arn:aws:s3:::{path}\".")
            }
            Self::Path => format!(
                "It must be an ARN. To name a log group, write `{}` instead.",
                words.assignment("log_group_name", text)
            ),
            Self::NotArn => format!("It must be an ARN, such as {EXAMPLES}."),
            Self::DataStream => "Flow logs cannot write to a Kinesis data stream. Use a Firehose delivery stream that \
                                 writes to it."
                .to_owned(),
            Self::OtherService => format!(
                "It must be the ARN of a CloudWatch Logs group, an S3 bucket or a Firehose delivery stream, such as \
                 {EXAMPLES}."
            ),
            Self::NotLogGroup => "The ARN of a log group ends in `:log-group:NAME`.".to_owned(),
            Self::LogStream => {
                "That is a log stream, but flow logs create their own. Use the ARN of the log group."
                    .to_owned()
            }
            Self::GroupName(why) => why.sentence(text, words),
            Self::NoRegionOrAccount => NO_REGION.to_owned(),
            Self::Bucket(why) => bucket_sentence(why, text),
            Self::DeliveryStream(delivery_stream::Problem::NotDeliveryStream) => {
                "The ARN of a delivery stream ends in `:deliverystream/NAME`.".to_owned()
            }
            Self::DeliveryStream(delivery_stream::Problem::Name) => format!(
                "The name of a delivery stream has at most {} characters, which are letters, digits and `_.-`.",
                delivery_stream::LONGEST_NAME
            ),
            Self::DeliveryStream(delivery_stream::Problem::NoRegionOrAccount) => {
                NO_REGION.to_owned()
            }
        }
    }
}

fn bucket_sentence(problem: bucket::Problem, text: &str) -> String {
    match problem {
        bucket::Problem::NotBucket => "It is not the ARN of a bucket.".to_owned(),
        bucket::Problem::RegionOrAccount => {
            let resource = Arn::parse(text).map_or("NAME", |arn| arn.resource);
            format!(
                "The ARN of a bucket contains neither a region nor an account. Write \"arn:aws:s3:::{resource}\"."
            )
        }
        bucket::Problem::ReservedFolder => {
            "The folder cannot be AWSLogs, because AWS adds that folder itself.".to_owned()
        }
        bucket::Problem::Name => {
            "The name of a bucket has 3 to 63 lowercase letters, digits, dots and hyphens."
                .to_owned()
        }
        bucket::Problem::Wildcard => "Remove `*` from the folder.".to_owned(),
    }
}

impl GroupNameProblem {
    fn sentence(self, text: &str, words: &dyn Vocabulary) -> String {
        match self {
            Self::Empty => "The name of a log group cannot be empty.".to_owned(),
            Self::Arn => format!(
                "That is an ARN. Write `{}` instead.",
                words.assignment("log_destination", text)
            ),
            Self::AllStreams => format!("Write \"{}\", without `:*`.", log_group::trim(text)),
            Self::Character(character) => format!(
                "The name of a log group contains only letters, digits and `_-/.#`, not `{character}`."
            ),
            Self::TooLong => format!(
                "The name of a log group has at most {} characters.",
                log_group::LONGEST_NAME
            ),
        }
    }
}
