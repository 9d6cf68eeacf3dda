//! What is unknown of a configuration: it is not compared, and it may be anything that runs.

use crate::aws::ec2;
use crate::cty::Value;
use crate::flow_log::delivery::Destination;
use crate::flow_log::destination::LOGS;
use crate::flow_log::model::FlowLog;
use crate::flow_log::target;

/// Returns whether a described flow log may be a planned one: it watches the same resource and delivers to the same
/// destination. What is unknown of these may be anything of the same type; the number of the two that are unknown is
/// returned.
pub(crate) fn fit(planned: &FlowLog, described: &ec2::FlowLog) -> Option<usize> {
    let resource = described.resource_id.as_deref();
    let any_resource = planned.resource_id.is_unknown();
    let same_resource = if any_resource {
        let ty = resource.and_then(target::type_of_id);
        let planned = planned.resource_type.given();
        planned.is_none() || ty.is_none() || planned == ty
    } else {
        planned.resource_id.given() == resource
    };
    let any_destination =
        planned.log_destination.is_unknown() && planned.log_group_name.given().is_none();
    let same_destination = if any_destination || planned.log_group_name.is_unknown() {
        let ty = described.log_destination_type.as_deref().unwrap_or(LOGS);
        planned
            .log_destination_type
            .given()
            .is_none_or(|planned| planned == ty)
    } else {
        Destination::of(planned).is_same(&Destination::described(described))
    };
    (same_resource && same_destination)
        .then(|| usize::from(any_resource) + usize::from(any_destination))
}

/// Returns a configured value whose unknown parts are replaced by what was found. An unknown tag that was not found is left
/// out.
pub(super) fn completed(value: &Value, found: &Value) -> Value {
    match (value, found) {
        (Value::Unknown(_), found) => found.clone(),
        (Value::Map(entries), found) => {
            let entries = entries.iter().filter_map(|(name, value)| {
                let found = found.get(name).unwrap_or(&Value::Null);
                let completed = completed(value, found);
                (value.is_wholly_known() || !completed.is_null()).then(|| (name.clone(), completed))
            });
            Value::Map(entries.collect())
        }
        (value, found) if !value.is_wholly_known() => found.clone(),
        (value, _) => value.clone(),
    }
}
