//! Problems of regions and partitions.

use super::super::super::destination;
use super::super::vocabulary::Vocabulary;

/// A problem of a region or a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegionProblem {
    /// The name of a region is malformed.
    Malformed {
        /// What is written.
        text: String,
        /// What is wrong with it.
        why: RegionMistake,
    },
    /// Two arguments are ARNs of different partitions.
    TwoPartitions {
        /// The partition.
        partition: String,
        /// The argument before it.
        other: &'static str,
        /// The partition of the other argument.
        other_partition: String,
    },
    /// A role belongs to another partition than the region of the flow log.
    RoleInOtherPartition {
        /// The partition of the role.
        partition: String,
        /// The region of the flow log.
        region: String,
        /// The partition of that region.
        needed: &'static str,
    },
    /// A log group or a delivery stream is in another region than the flow log.
    DestinationInOtherRegion {
        /// The type of the destination.
        kind: &'static str,
        /// The region of the destination.
        there: String,
        /// The region of the flow log.
        region: String,
    },
}

/// What is wrong with the name of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegionMistake {
    /// It is the name of an availability zone in this region.
    Zone(String),
    /// It contains other characters than lowercase letters, digits and hyphens.
    Characters,
}

impl RegionProblem {
    pub(super) fn title(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed { .. } => ("malformed-region", "Malformed region"),
            Self::TwoPartitions { .. } => ("two-different-partitions", "Two different partitions"),
            Self::RoleInOtherPartition { .. } => {
                ("role-of-another-partition", "Role of another partition")
            }
            Self::DestinationInOtherRegion { .. } => (
                "destination-in-another-region",
                "Destination in another region",
            ),
        }
    }

    pub(super) fn detail(&self, name: &str, words: &dyn Vocabulary) -> String {
        match self {
            Self::Malformed { text, why } => {
                let remedy = match why {
                    RegionMistake::Zone(region) => {
                        format!("That is an availability zone. Write \"{region}\".")
                    }
                    RegionMistake::Characters => {
                        "A region is written in lowercase letters, such as \"eu-central-1\"."
                            .to_owned()
                    }
                };
                format!("`{name}` is \"{text}\". {remedy}")
            }
            Self::TwoPartitions {
                partition,
                other,
                other_partition,
            } => format!(
                "`{name}` is an ARN of the partition {partition}, but `{}` is an ARN of {other_partition}. AWS does \
                 not deliver from one partition to another. Use ARNs of one partition.",
                words.name(other)
            ),
            Self::RoleInOtherPartition {
                partition,
                region,
                needed,
            } => format!(
                "`{name}` is a role of the partition {partition}, but the flow log is in {region}, which belongs to \
                 the partition {needed}. Use a role whose ARN begins with \"arn:{needed}:\"."
            ),
            Self::DestinationInOtherRegion {
                kind,
                there,
                region,
            } => {
                let noun = destination::noun(kind);
                format!(
                    "`{name}` is a {noun} in {there}, but the flow log is in {region}. A flow log delivers to a \
                     {noun} in its own region only. If the watched resource is in {there}, set `{}` for the flow \
                     log. Otherwise, use a {noun} in {region}, or a bucket, which can be in any region.",
                    words.assignment("region", there)
                )
            }
        }
    }
}
