//! Problems of the watched resource, and of what depends on its type.

use super::super::super::target::{ARGUMENTS, RESOURCE_TYPES};
use super::super::vocabulary::Vocabulary;

/// A problem of the watched resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TargetProblem {
    /// No argument names a resource.
    Missing,
    /// Two arguments name different resources.
    Two {
        /// The resource.
        id: String,
        /// The argument before it.
        other: &'static str,
        /// The resource that the other argument names.
        other_id: String,
    },
    /// An id is malformed.
    MalformedId {
        /// What is written.
        id: String,
        /// What is wrong with it.
        why: MalformedId,
    },
    /// The resource type is not that of the id.
    WrongType {
        /// The resource type that is written.
        written: String,
        /// The id.
        id: String,
        /// The resource type of the id, if its prefix is known.
        actual: Option<&'static str>,
        /// The prefix of ids of the written type.
        prefix: &'static str,
    },
    /// Resources of this kind have no flow logs.
    NotWatched {
        /// The id.
        id: String,
        /// What to do instead, in a sentence.
        instead: &'static str,
    },
    /// The prefix of the id is not known, and no resource type is written.
    TypeMissing {
        /// The id.
        id: String,
    },
    /// The resource type requires a traffic type.
    TrafficTypeMissing {
        /// The resource type.
        resource_type: String,
    },
    /// The resource type has no traffic type.
    TrafficTypeHasNoEffect {
        /// The traffic type that is written.
        written: String,
        /// The resource type.
        resource_type: String,
    },
    /// The resource type has a fixed aggregation interval.
    Interval,
}

/// What is wrong with an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MalformedId {
    /// It does not begin with the prefix that the argument requires.
    Prefix(&'static str),
    /// It is the ID of a transit gateway attachment.
    Attachment,
    /// What follows the prefix is not 8 or 17 hexadecimal digits.
    Digits(&'static str),
    /// It is an ARN.
    Arn,
    /// It contains white space.
    WhiteSpace,
}

impl TargetProblem {
    pub(super) fn title(&self) -> (&'static str, &'static str) {
        match self {
            Self::Missing => ("missing-target", "Nothing to record"),
            Self::Two { .. } => ("two-different-targets", "Two different resources"),
            Self::MalformedId { .. } => ("malformed-id", "Malformed ID"),
            Self::WrongType { .. } => ("wrong-resource-type", "Wrong resource type"),
            Self::NotWatched { .. } => ("resource-without-flow-logs", "Resource without flow logs"),
            Self::TypeMissing { .. } => ("resource-type-needed", "Missing resource type"),
            Self::TrafficTypeMissing { .. } => ("traffic-type-needed", "Missing traffic type"),
            Self::TrafficTypeHasNoEffect { .. } => {
                ("traffic-type-has-no-effect", "Traffic type has no effect")
            }
            Self::Interval => (
                "aggregation-interval-not-possible",
                "Invalid aggregation interval",
            ),
        }
    }

    pub(super) fn detail(&self, name: &str, words: &dyn Vocabulary) -> String {
        match self {
            Self::Missing => missing(words),
            Self::Two {
                id,
                other,
                other_id,
            } => format!(
                "`{name}` is \"{id}\", but `{}` is \"{other_id}\". A flow log records one resource. Remove one of \
                 the two, and declare another flow log for it.",
                words.name(other)
            ),
            Self::MalformedId { id, why } => {
                format!("`{name}` is \"{id}\". {}", why.sentence(words))
            }
            Self::WrongType {
                written,
                id,
                actual: Some(actual),
                ..
            } => format!(
                "`{name}` is \"{written}\", but \"{id}\" is the ID of a {actual}. Remove `{name}`: the ID determines \
                 it."
            ),
            Self::WrongType {
                written,
                id,
                prefix,
                ..
            } => format!(
                "`{name}` is \"{written}\", but \"{id}\" is not the ID of one: such IDs begin with `{prefix}`."
            ),
            Self::NotWatched { id, instead } => {
                format!("AWS records no flow logs of \"{id}\" itself. {instead}.")
            }
            Self::TypeMissing { id } => format!(
                "The prefix of \"{id}\" does not identify the type of the resource. Set `{name}` to one of: {}.",
                RESOURCE_TYPES.join(", ")
            ),
            Self::TrafficTypeMissing { resource_type } => format!(
                "A flow log of a {resource_type} requires `{name}`: \"ALL\" records all traffic, \"REJECT\" only \
                 rejected traffic, \"ACCEPT\" only accepted traffic."
            ),
            Self::TrafficTypeHasNoEffect {
                written,
                resource_type,
            } => format!(
                "`{name}` is \"{written}\", but a flow log of a {resource_type} has no traffic type: it records all \
                 traffic. The value is kept and has no effect."
            ),
            Self::Interval => format!(
                "For transit gateways and Cloud WAN the interval is 60 seconds. Remove `{name}`."
            ),
        }
    }
}

impl MalformedId {
    fn sentence(self, words: &dyn Vocabulary) -> String {
        match self {
            Self::Prefix(prefix) => format!("IDs of this kind begin with `{prefix}`."),
            Self::Attachment => format!(
                "This is the ID of an attachment. Use `{}`.",
                words.name("transit_gateway_attachment_id")
            ),
            Self::Digits(prefix) => {
                format!("`{prefix}` must be followed by 8 or 17 hexadecimal digits.")
            }
            Self::Arn => "This is an ARN, but an ID is required.".to_owned(),
            Self::WhiteSpace => "Remove the white space.".to_owned(),
        }
    }
}

fn missing(words: &dyn Vocabulary) -> String {
    let [own @ .., any] = ARGUMENTS.map(|argument| format!("`{}`", words.name(argument)));
    format!(
        "A flow log records one resource. Set one of {}, or set {any} to the ID of any of these.",
        own.join(", ")
    )
}
