//! The destination that a model names, by ARN or by the name of a log group, and the arguments that follow from it.

use super::destination::{LOGS, type_of_arn};
use super::model::FlowLog;
use crate::arn::{log_group, partition};
use crate::aws::ec2;
use crate::connection::Connection;
use crate::framework::Attr;

/// Where records go, as far as it identifies the destination: texts, or their hashes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Destination<T> {
    /// The ARN, without the `:*` that those of log groups can end in.
    pub(crate) arn: Option<T>,
    /// The name of the log group.
    pub(crate) log_group: Option<T>,
}

impl<'a> Destination<&'a str> {
    /// Returns the destination of a planned flow log or of a state.
    pub(crate) fn of(log: &'a FlowLog) -> Self {
        Self::new(log.log_destination.given(), log.log_group_name.given())
    }

    /// Returns the destination of a flow log as EC2 describes it. If it was created with the name of a log group, the
    /// description has no ARN.
    pub(crate) fn described(log: &'a ec2::FlowLog) -> Self {
        let arn = log.log_destination.as_deref();
        Self::new(arn, log.log_group_name.as_deref())
    }

    fn new(arn: Option<&'a str>, log_group: Option<&'a str>) -> Self {
        let named = log_group.map(log_group::trim);
        Self {
            arn: arn.map(log_group::trim),
            log_group: named.or_else(|| arn.and_then(log_group::name_in_arn)),
        }
    }
}

impl<T: PartialEq> Destination<T> {
    /// Reports whether two destinations are the same. A log group is the same by its name and by its ARN.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.arn, &other.arn) {
            (Some(arn), Some(other)) => arn == other,
            _ => self.log_group.is_some() && self.log_group == other.log_group,
        }
    }

    /// Converts the texts.
    pub(crate) fn map<U>(self, convert: impl Fn(T) -> U) -> Destination<U> {
        Destination {
            arn: self.arn.map(&convert),
            log_group: self.log_group.map(&convert),
        }
    }
}

/// Fills the destination arguments that the user did not write, from those that are written.
pub(crate) fn derive(config: &FlowLog, planned: &mut FlowLog, connection: &Connection) {
    derive_group(config, planned);
    if config.log_destination.is_null() {
        planned.log_destination = match &config.log_group_name {
            Attr::Unknown => Attr::Unknown,
            Attr::Known(name) => group_arn(name, &planned.region, connection),
            Attr::Null => Attr::Null,
        };
    }
}

/// Fills the type of the destination and the name of the log group. Both follow from the rest without an account.
pub(crate) fn derive_group(config: &FlowLog, planned: &mut FlowLog) {
    let destination = &config.log_destination;
    if config.log_destination_type.is_null() {
        let derived = match destination {
            Attr::Unknown => Attr::Unknown,
            _ => Attr::Known(destination.given().and_then(type_of_arn).unwrap_or(LOGS)),
        };
        set(&mut planned.log_destination_type, derived);
    }
    if config.log_group_name.is_null() {
        let is_known = planned.log_destination_type.as_deref();
        let can_be_group = is_known == Attr::Known(LOGS) || is_known.is_unknown();
        let derived = match destination {
            Attr::Unknown if can_be_group => Attr::Unknown,
            _ => Attr::from(destination.given().and_then(log_group::name_in_arn)),
        };
        set(&mut planned.log_group_name, derived);
    }
}

/// Builds the ARN of a log group, as EC2 describes a flow log that was created with the name of a log group. It is null
/// if the provider does not request the account.
pub(crate) fn group_arn(
    name: &str,
    region: &Attr<String>,
    connection: &Connection,
) -> Attr<String> {
    match (region, &connection.aws, &connection.account) {
        (Attr::Known(region), Ok(_), Some(account)) => {
            let partition = partition::of_region(region);
            Attr::Known(log_group::arn(partition, region, &account.id, name))
        }
        (Attr::Unknown, _, _) | (_, Err(_), _) => Attr::Unknown,
        (_, Ok(_), _) => Attr::Null,
    }
}

/// Changes a value only where it differs, because most plans change nothing.
fn set(value: &mut Attr<String>, derived: Attr<&str>) {
    if value.as_deref() != derived {
        *value = derived.map(str::to_owned);
    }
}
