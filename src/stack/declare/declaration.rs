//! The flow logs that a file declares.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostics::FileDiagnostics;
use super::unknown::{Reason, Unknown};
use crate::cty::Path;
use crate::flow_log::FlowLog;
use crate::report::Position;

/// The flow logs that a file declares.
#[derive(Debug)]
pub struct Stack {
    /// The file's name, as given by the user.
    pub file: String,
    /// The region of the flow logs that name none.
    pub region: Option<String>,
    /// The flow logs, in the order of the file.
    pub entries: Vec<Declaration>,
    /// Warnings about the file.
    pub warnings: FileDiagnostics,
    /// Whether something depends on the region or the account, which are not known yet.
    pub incomplete: bool,
    /// The flow logs that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Whether it is a deployed stack: then there is no file, and positions mean nothing.
    pub is_deployed: bool,
}

/// A declared flow log that cannot be read, and thus not be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its name in the file, or its address in a state.
    pub name: String,
    /// The reason, and what to do.
    pub reason: String,
}

/// One declared flow log.
#[derive(Debug)]
pub struct Declaration {
    /// Its name in the file, or its address in a state.
    pub name: String,
    /// Its position, if the file is written by hand.
    pub position: Option<Position>,
    /// The positions of its attributes, by their paths in the model.
    pub positions: BTreeMap<Path, Position>,
    /// Its region, if it names one.
    pub region: Option<String>,
    /// Its account, if it names one.
    pub account: Option<String>,
    /// Its id, if it is known.
    pub id: Option<String>,
    /// The desired flow log.
    pub desired: Desired,
    /// The values that only the deployed stack has, in the order of the file.
    pub unknown: Vec<Unknown>,
    /// The attributes whose values must not be shown, by their paths in the model.
    pub sensitive: BTreeSet<Path>,
}

/// The desired flow log of a declaration.
#[derive(Debug)]
pub enum Desired {
    /// A configuration, as a user wrote it.
    Configuration(Box<FlowLog>),
    /// The state that Terraform recorded.
    State {
        /// The recorded attributes.
        recorded: Box<FlowLog>,
        /// The attributes to compare, if the state does not hold all of them.
        attributes: Option<Vec<&'static str>>,
        /// Attributes that have another name in the state than in the model: first that of the model.
        names: &'static [(&'static str, &'static str)],
    },
}

impl Stack {
    /// Creates a stack without flow logs.
    pub(in crate::stack) fn empty(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            region: None,
            entries: Vec::new(),
            warnings: FileDiagnostics::of(file),
            incomplete: false,
            unreadable: Vec::new(),
            is_deployed: false,
        }
    }
}

impl Desired {
    /// Returns the attributes.
    pub fn flow_log(&self) -> &FlowLog {
        match self {
            Self::Configuration(flow_log)
            | Self::State {
                recorded: flow_log, ..
            } => flow_log,
        }
    }
}

impl Declaration {
    /// Returns whether only the deployed stack knows if the flow log exists, or all of its properties.
    pub fn is_open(&self) -> bool {
        self.unknown.iter().any(|unknown| unknown.path.is_root())
    }

    /// Returns whether only the deployed stack knows if the flow log exists.
    pub(in crate::stack) fn is_conditional(&self) -> bool {
        self.unknown.iter().any(|unknown| unknown.existence)
    }

    /// Returns whether a stack set deploys the flow log into accounts that only its targets decide.
    pub(in crate::stack) fn is_of_stack_set(&self) -> bool {
        let mut unknown = self.unknown.iter();
        unknown.any(|unknown| matches!(unknown.reason, Reason::Targets(_)))
    }

    /// Returns the position of an attribute, of the nearest attribute around it that is written, or of the flow log.
    pub(in crate::stack) fn position_of(&self, path: &Path) -> Option<Position> {
        nearest_position(&self.positions, path).or(self.position)
    }

    /// Returns the id of the resource that the flow log watches.
    pub(in crate::stack) fn resource_id(&self) -> Option<&str> {
        let flow_log = self.desired.flow_log();
        let ids = [
            &flow_log.resource_id,
            &flow_log.vpc_id,
            &flow_log.subnet_id,
            &flow_log.eni_id,
            &flow_log.transit_gateway_id,
            &flow_log.transit_gateway_attachment_id,
            &flow_log.regional_nat_gateway_id,
        ];
        ids.into_iter().find_map(|id| id.given())
    }
}

/// Returns the position of a path, or of the longest written path that leads to it.
pub(super) fn nearest_position(
    positions: &BTreeMap<Path, Position>,
    path: &Path,
) -> Option<Position> {
    let steps = path.steps();
    (1..=steps.len()).rev().find_map(|length| {
        let path: Path = steps[..length].iter().cloned().collect();
        positions.get(&path).copied()
    })
}
