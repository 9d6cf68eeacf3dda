//! The resource that a model names, in whichever arguments, and the arguments that follow from it.

use super::model::FlowLog;
use super::target::{ANY_ID, ARGUMENTS, Family, argument_of_type, type_of_argument, type_of_id};
use crate::framework::Attr;

/// The resource that a model names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched<'a> {
    /// Its id.
    pub(crate) id: Attr<&'a str>,
    /// Its type, as written or as the id determines it.
    pub(crate) resource_type: Attr<&'a str>,
}

impl Watched<'_> {
    /// Returns the family of the resource type, if both are known.
    pub(crate) fn family(&self) -> Option<Family> {
        Family::of(self.resource_type.into_known()?)
    }
}

/// Returns the resource that a configuration names.
pub(crate) fn watched(config: &FlowLog) -> Watched<'_> {
    let arguments = arguments(config);
    let known = arguments.iter().find_map(|(_, value)| value.given());
    let mut unknown = arguments.iter().filter(|(_, value)| value.is_unknown());
    let (id, determined) = match (known, unknown.next(), unknown.next()) {
        (Some(id), _, _) => (Attr::Known(id), Attr::from(type_of_id(id))),
        (None, None, _) => (Attr::Null, Attr::Null),
        (None, Some((name, _)), None) => {
            let determined = type_of_argument(name);
            (Attr::Unknown, determined.map_or(Attr::Unknown, Attr::Known))
        }
        // Any of them can turn out to be null.
        (None, Some(_), Some(_)) => (Attr::Unknown, Attr::Unknown),
    };
    Watched {
        id,
        resource_type: config.resource_type.as_deref().or(determined),
    }
}

/// Fills the arguments that name the resource and that the user did not write, from those that are written.
///
/// A pure function of the configuration: an argument is known if what it follows from is known, otherwise unknown.
pub(crate) fn derive(config: &FlowLog, planned: &mut FlowLog) {
    let Watched { id, resource_type } = watched(config);
    let argument = match resource_type {
        Attr::Known(resource_type) => {
            argument_of_type(resource_type).map_or(Attr::Null, Attr::Known)
        }
        Attr::Null => Attr::Null,
        Attr::Unknown => Attr::Unknown,
    };
    let is_written = arguments(config).map(|(_, value)| !value.is_null());
    for ((name, value), is_written) in arguments_mut(planned).into_iter().zip(is_written) {
        if is_written {
            continue;
        }
        let derived = match argument {
            _ if name == ANY_ID => id,
            Attr::Known(argument) if argument == name => id,
            Attr::Unknown => Attr::Unknown,
            Attr::Known(_) | Attr::Null => Attr::Null,
        };
        if value.as_deref() != derived {
            *value = derived.map(str::to_owned);
        }
    }
    if config.resource_type.is_null() && planned.resource_type.as_deref() != resource_type {
        planned.resource_type = resource_type.map(str::to_owned);
    }
}

/// Returns the arguments that name the resource, in the order of [`ARGUMENTS`].
pub(crate) fn arguments(model: &FlowLog) -> [(&'static str, &Attr<String>); 7] {
    let [vpc, subnet, eni, gateway, attachment, nat, any] = ARGUMENTS;
    [
        (vpc, &model.vpc_id),
        (subnet, &model.subnet_id),
        (eni, &model.eni_id),
        (gateway, &model.transit_gateway_id),
        (attachment, &model.transit_gateway_attachment_id),
        (nat, &model.regional_nat_gateway_id),
        (any, &model.resource_id),
    ]
}

fn arguments_mut(model: &mut FlowLog) -> [(&'static str, &mut Attr<String>); 7] {
    let [vpc, subnet, eni, gateway, attachment, nat, any] = ARGUMENTS;
    [
        (vpc, &mut model.vpc_id),
        (subnet, &mut model.subnet_id),
        (eni, &mut model.eni_id),
        (gateway, &mut model.transit_gateway_id),
        (attachment, &mut model.transit_gateway_attachment_id),
        (nat, &mut model.regional_nat_gateway_id),
        (any, &mut model.resource_id),
    ]
}
