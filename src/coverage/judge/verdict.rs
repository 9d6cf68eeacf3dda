//! The verdicts, each with its reason as data. This module must not know how a reason is worded.

use std::collections::BTreeSet;

use super::traffic::Traffic;
use super::world::{Cause, Kind, Silence, Unclear};

/// The verdict about a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its own flow logs, and those of what contains it, record what is required.
    Covered,
    /// Everything in it is covered.
    CoveredByChildren,
    /// Something is recorded, but not all that is required.
    Partial(Partial),
    /// Flow logs record it, but not as required.
    Insufficient(Vec<Shortfall>),
    /// The flow logs with these IDs are too new to have delivered anything.
    Pending(BTreeSet<String>),
    /// The delivery of its flow logs fails.
    Unhealthy(Vec<Undelivered>),
    /// Nothing records it.
    Uncovered,
    /// It is not judged.
    NotApplicable(Exemption),
    /// What was read does not tell.
    Unknown(BTreeSet<Doubt>),
}

/// The name of a verdict, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// See [`Verdict::Covered`].
    Covered,
    /// See [`Verdict::CoveredByChildren`].
    CoveredByChildren,
    /// See [`Verdict::Partial`].
    Partial,
    /// See [`Verdict::Insufficient`].
    Insufficient,
    /// See [`Verdict::Pending`].
    Pending,
    /// See [`Verdict::Unhealthy`].
    Unhealthy,
    /// See [`Verdict::Uncovered`].
    Uncovered,
    /// See [`Verdict::NotApplicable`].
    NotApplicable,
    /// See [`Verdict::Unknown`].
    Unknown,
}

/// What is missing of a network of which something is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// The traffic that is not recorded, of the network or of parts of it.
    pub missing: Traffic,
    /// The IDs of the interfaces or attachments in it that are not covered.
    pub bare: Vec<String>,
}

/// How a flow log falls short of a requirement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shortfall {
    /// The ID of the flow log.
    pub flow_log: String,
    /// What it lacks.
    pub lack: Lack,
}

/// What a flow log lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// Its records lack these fields.
    Fields(BTreeSet<String>),
    /// Its aggregation interval is too long. `None` if EC2 does not report it.
    Interval {
        /// The interval, in seconds.
        is: Option<i64>,
        /// The longest interval that is allowed.
        most: i64,
    },
    /// The type of its destination does not count.
    DestinationType(Option<String>),
    /// Its destination does not count.
    Destination(Option<String>),
    /// Its destination keeps records for too few days.
    Retention {
        /// The days.
        is: u32,
        /// The fewest days that are allowed.
        least: u32,
    },
}

/// A flow log that does not deliver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undelivered {
    /// The ID of the flow log.
    pub flow_log: String,
    /// AWS's reason.
    pub cause: Option<String>,
    /// That no records arrive, although AWS reports no failure.
    pub silence: Option<Silence>,
}

/// Why a network is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exemption {
    /// It has an excluded ID, or is in a network that has one.
    ExcludedId,
    /// It has an excluded tag, or is in a network that has one.
    ExcludedTag,
    /// It is a default VPC, or in one.
    DefaultVpc,
    /// Another account owns it, or what contains it.
    Participant,
    /// The account owns it, and only networks of others are judged.
    Owner,
    /// There is nothing in it.
    Empty,
}

/// Why a verdict is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Not all flow logs could be read.
    FlowLogs(Cause),
    /// Not all networks of a kind could be read.
    Networks(Kind, Cause),
    /// This account owns what contains the network. Only it sees the flow logs of that.
    Owner(String),
    /// EC2 does not report the status of the flow log with this ID.
    Status(String),
    /// Whether the records of a flow log arrive is not known.
    Records {
        /// The ID of the flow log.
        flow_log: String,
        /// Why it is not known.
        why: Unclear,
    },
    /// EC2 does not report the format of the flow log with this ID.
    Format(String),
    /// How long the destination of a flow log keeps records could not be read, or only its owner knows.
    Retention {
        /// The ID of the flow log.
        flow_log: String,
        /// Why it could not be read, if it was asked for.
        cause: Option<Cause>,
    },
}

impl Verdict {
    /// Returns its name.
    pub fn status(&self) -> Status {
        match self {
            Self::Covered => Status::Covered,
            Self::CoveredByChildren => Status::CoveredByChildren,
            Self::Partial(_) => Status::Partial,
            Self::Insufficient(_) => Status::Insufficient,
            Self::Pending(_) => Status::Pending,
            Self::Unhealthy(_) => Status::Unhealthy,
            Self::Uncovered => Status::Uncovered,
            Self::NotApplicable(_) => Status::NotApplicable,
            Self::Unknown(_) => Status::Unknown,
        }
    }
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Covered,
        Self::CoveredByChildren,
        Self::Partial,
        Self::Insufficient,
        Self::Pending,
        Self::Unhealthy,
        Self::Uncovered,
        Self::NotApplicable,
        Self::Unknown,
    ];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::CoveredByChildren => "covered_by_children",
            Self::Partial => "partial",
            Self::Insufficient => "insufficient",
            Self::Pending => "pending",
            Self::Unhealthy => "unhealthy",
            Self::Uncovered => "uncovered",
            Self::NotApplicable => "not_applicable",
            Self::Unknown => "unknown",
        }
    }

    /// Reports whether the network is recorded as required.
    pub fn is_compliant(self) -> bool {
        matches!(self, Self::Covered | Self::CoveredByChildren)
    }
}
