//! The configuration that Terraform generates for a flow log that exists: what a person would write, and no more.
//!
//! Arguments that are derived, have their default or repeat another are left out, so that the configuration is valid and
//! its plan is empty.

use super::defaults::{default_format, default_interval, default_options, family};
use super::destination::{LOGS, S3, TYPES, type_of_arn};
use super::model::{DestinationOptions, FlowLog};
use super::target::{ANY_ID, Family, type_of_id};
use super::watched;
use crate::connection::Connection;
use crate::framework::Attr;

/// Returns the arguments of a state that a user would write. Without a connection, the region and the default tags of the
/// provider are not known, and values that may be theirs are written.
pub(crate) fn configuration(connection: Option<&Connection>, state: FlowLog) -> FlowLog {
    let (family, kind) = (family(&state), kind(&state));
    let interval = default_interval(&state.resource_type);
    let mut config = state;
    one_target(&mut config);
    one_destination(&mut config);
    if family == Some(Family::Transit) {
        config.traffic_type = Attr::Null;
    }
    leave_out(&mut config.max_aggregation_interval, &interval);
    if family == Some(Family::Vpc) {
        let default = Attr::Known(default_format().to_owned());
        leave_out(&mut config.log_format, &default);
    }
    config.destination_options = config.destination_options.map(|options| match kind {
        Some(S3) => without_defaults(options),
        _ => DestinationOptions::default(),
    });
    if let Some(connection) = connection {
        leave_out(&mut config.region, &connection.region);
        without_default_tags(&mut config, connection);
    }
    if config.tags.known().is_some_and(|tags| tags.is_empty()) {
        config.tags = Attr::Null;
    }
    config
}

/// Leaves one argument that names the watched resource: that of its type if there is one, otherwise `resource_id`, with
/// the type if the id does not determine it.
fn one_target(config: &mut FlowLog) {
    let determined = config.resource_id.given().and_then(type_of_id);
    let arguments = watched::arguments(config);
    let has_own = arguments
        .iter()
        .any(|(name, value)| *name != ANY_ID && value.given().is_some());
    if has_own {
        config.resource_id = Attr::Null;
    }
    if has_own || determined == config.resource_type.given() {
        config.resource_type = Attr::Null;
    }
}

/// Leaves one argument that names the destination, and the type if that does not determine it.
fn one_destination(config: &mut FlowLog) {
    let determined = match config.log_destination.given() {
        Some(arn) => {
            config.log_group_name = Attr::Null;
            type_of_arn(arn)
        }
        None => {
            config.log_destination = Attr::Null;
            Some(LOGS)
        }
    };
    if determined == config.log_destination_type.given() {
        config.log_destination_type = Attr::Null;
    }
}

fn without_defaults(mut options: DestinationOptions) -> DestinationOptions {
    let defaults = default_options();
    leave_out(&mut options.file_format, &defaults.file_format);
    leave_out(
        &mut options.hive_compatible_partitions,
        &defaults.hive_compatible_partitions,
    );
    leave_out(
        &mut options.per_hour_partition,
        &defaults.per_hour_partition,
    );
    options
}

fn without_default_tags(config: &mut FlowLog, connection: &Connection) {
    let (Attr::Known(tags), Attr::Known(defaults)) = (&mut config.tags, &connection.default_tags)
    else {
        return;
    };
    tags.retain(|key, value| value.known().is_none() || value.known() != defaults.get(key));
}

fn kind(state: &FlowLog) -> Option<&'static str> {
    let kind = state.log_destination_type.given()?;
    TYPES.iter().copied().find(|known| *known == kind)
}

fn leave_out<T: PartialEq>(value: &mut Attr<T>, default: &Attr<T>) {
    if value == default {
        *value = Attr::Null;
    }
}

#[cfg(test)]
mod tests;
