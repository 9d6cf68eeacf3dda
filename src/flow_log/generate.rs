//! The configuration that Terraform writes for a flow log that exists: what a person would write, and
//! no more. What is derived, defaulted or said twice is left out, so that it is valid and plans empty.

use super::destination::{self, LOGS, S3};
use super::model::{DestinationOptions, FlowLog};
use super::plan::{default_format, default_options, family};
use super::target::{self, Family};
use crate::connection::Connection;
use crate::framework::Attr;

/// Leaves of a state what a user would write. Without a connection nothing is known of the provider's
/// own region and tags, and what might be theirs is written.
pub(crate) fn configuration(connection: Option<&Connection>, state: FlowLog) -> FlowLog {
    let (family, kind) = (family(&state), kind(&state));
    let mut config = state;
    target_once(&mut config);
    destination_once(&mut config);
    if family == Some(Family::Transit) {
        config.traffic_type = Attr::Null;
    }
    let default_interval = if family == Some(Family::Transit) {
        60
    } else {
        600
    };
    leave_out(
        &mut config.max_aggregation_interval,
        &Attr::Known(default_interval),
    );
    if family == Some(Family::Vpc) {
        let default = Attr::Known(default_format().to_owned());
        leave_out(&mut config.log_format, &default);
    }
    config.destination_options = config.destination_options.map(|options| match kind {
        Some(S3) => besides_defaults(options),
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

/// One argument names the target: its own if it has one, else `resource_id`, with the type if the id
/// does not tell it.
fn target_once(config: &mut FlowLog) {
    let told = config.resource_id.given().and_then(target::type_of_id);
    let arguments = target::arguments(config);
    let own = arguments
        .iter()
        .any(|(name, value)| *name != "resource_id" && value.given().is_some());
    if own {
        config.resource_id = Attr::Null;
    }
    if own || told == config.resource_type.given() {
        config.resource_type = Attr::Null;
    }
}

/// One argument names the destination, and the type is written if that does not tell it.
fn destination_once(config: &mut FlowLog) {
    let told = match config.log_destination.given() {
        Some(arn) => {
            config.log_group_name = Attr::Null;
            destination::type_of_arn(arn)
        }
        None => {
            config.log_destination = Attr::Null;
            Some(LOGS)
        }
    };
    if told == config.log_destination_type.given() {
        config.log_destination_type = Attr::Null;
    }
}

fn besides_defaults(mut options: DestinationOptions) -> DestinationOptions {
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
    destination::TYPES
        .iter()
        .copied()
        .find(|known| *known == kind)
}

fn leave_out<T: PartialEq>(value: &mut Attr<T>, default: &Attr<T>) {
    if value == default {
        *value = Attr::Null;
    }
}

#[cfg(test)]
mod tests;
