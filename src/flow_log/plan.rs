//! Plans a flow log: what the user did not write is defaulted, derived or left to the service.
//!
//! Pure, and the same at apply as at plan: everything follows from the configuration, the prior state
//! and the provider's settings.

use std::sync::LazyLock;

use super::destination::{self, S3};
use super::identity::region_of_arn;
use super::model::{DestinationOptions, FlowLog};
use super::target::{self, Family};
use super::{tags, told, validate};
use crate::arn::log_group;
use crate::connection::Connection;
use crate::cty::Path;
use crate::framework::{Attr, Change, Diagnostic, Diagnostics};
use crate::record::Format;

/// Completes the plan.
pub(crate) fn plan(
    connection: &Connection,
    change: &mut Change<FlowLog>,
    warnings: &mut Diagnostics,
) -> Result<(), Diagnostics> {
    let Change {
        prior,
        config,
        planned,
        in_place,
        mark: _,
    } = change;
    validate::across_accounts(connection, config).into_result()?;
    planned.region = region(connection, prior.as_ref(), config)?;
    validate::in_region(config, planned).into_result()?;
    target::derive(config, planned);
    destination::derive(config, planned, connection);
    planned.max_aggregation_interval = config
        .max_aggregation_interval
        .or(interval(&planned.resource_type));
    planned.log_format = log_format(prior.as_ref(), config, planned);
    planned.destination_options = options(config, &planned.log_destination_type);
    planned.tags = config.tags.clone();
    planned.tags_all = tags::plan(connection, &config.tags);
    planned.arn = arn(connection, prior.as_ref(), planned);
    if let Some(prior) = prior {
        known_already(prior, config, planned);
        in_place.extend(told::lacking(prior));
        if is_placeless(prior) || exists_in(prior).is_none() && planned.region == connection.region
        {
            in_place.push("region");
        }
    }
    if connection.ignore_tags.is_unknown() {
        warnings.push(ignore_tags_unknown());
        if let Some(prior) = prior.as_ref().filter(|prior| is_unchanged(prior, planned)) {
            planned.tags_all = prior.tags_all.clone();
        }
    }
    validate::tags_all(&planned.tags_all).into_result()?;
    Ok(())
}

/// The region given, else the provider's; what exists stays where it is while that is unknown.
fn region(
    connection: &Connection,
    prior: Option<&FlowLog>,
    config: &FlowLog,
) -> Result<Attr<String>, Diagnostic> {
    let written = config.region.given().is_some() || config.region.is_unknown();
    if !written && connection.region.is_null() {
        // Said here, before anything is made or replaced for want of a region.
        connection
            .region(None)
            .map_err(|error| error.at("region"))?;
    }
    Ok(
        match (
            &config.region,
            &connection.region,
            prior.and_then(exists_in),
        ) {
            (Attr::Null, Attr::Unknown, Some(region)) => Attr::Known(region.to_owned()),
            (Attr::Null, provider, _) => provider.clone(),
            (written, _, _) => written.clone(),
        },
    )
}

/// Warns of a replacement for no other reason than the region: an import by `id@region` does not write `region`.
pub(crate) fn replaced_for_its_region(
    change: &Change<FlowLog>,
    replaced: &[Path],
) -> Option<Diagnostic> {
    let prior = change.prior.as_ref()?;
    let (here, there) = prior.region.given().zip(change.planned.region.given())?;
    // The ARN of a log group that is given by name follows from the region.
    let follows = |path: &Path| {
        *path == Path::from("log_destination") && change.config.log_destination.given().is_none()
    };
    let region = Path::from("region");
    let alone =
        replaced.contains(&region) && replaced.iter().all(|path| *path == region || follows(path));
    let id = prior.id.given().unwrap_or_default();
    alone.then(|| {
        Diagnostic::warning(
            "flow-log-replaced-only-because-of-its-region", format!("Flow log replaced only because of its region, {here}"),
            format!(
                "The flow log {id} is in {here}, and the plan is to destroy it and create one in {there}. \
                 Nothing else about it changes. If it is to stay where it is, set region = \"{here}\" on the \
                 resource. Without `region` the provider's own applies."
            ),
        )
        .at("region")
    })
}

/// The region of what exists, as far as the state tells it.
pub(crate) fn exists_in(state: &FlowLog) -> Option<&str> {
    state.region.given().or(region_of_arn(&state.arn))
}

/// Says whether nothing tells the region of a flow log: a state that was moved and never refreshed may lack it. Any
/// other state that lacks it was written with an empty one, which is the provider's.
pub(crate) fn is_placeless(state: &FlowLog) -> bool {
    exists_in(state).is_none() && state.creation_time.is_null()
}

/// The ARN of what exists. It names the region even where the configuration does not; another region than that needs
/// another flow log.
fn arn(connection: &Connection, prior: Option<&FlowLog>, planned: &FlowLog) -> Attr<String> {
    let Some(prior) = prior else {
        let none = connection.account.is_none() && connection.aws.is_ok();
        return if none { Attr::Null } else { Attr::Unknown };
    };
    let moves = prior.region.given().is_none()
        && region_of_arn(&prior.arn).is_some_and(|region| planned.region.given() != Some(region));
    if moves {
        Attr::Unknown
    } else {
        prior.arn.clone()
    }
}

/// While the provider's way to AWS is not known, the ARN of a log group is that of the group of this name before.
fn known_already(prior: &FlowLog, config: &FlowLog, planned: &mut FlowLog) {
    let same_region = exists_in(prior).is_none_or(|region| planned.region.given() == Some(region));
    // One that was written as an empty text is told by the ARN.
    let of_arn = || {
        prior
            .log_destination
            .given()
            .and_then(log_group::name_in_arn)
    };
    let name = prior.log_group_name.given().or_else(of_arn);
    let same_group = same_region && name.is_some() && name == planned.log_group_name.given();
    if config.log_destination.is_null() && planned.log_destination.is_unknown() && same_group {
        planned.log_destination = prior.log_destination.clone();
    }
}

/// The default interval for a type of resource.
pub(crate) fn interval(resource_type: &Attr<String>) -> Attr<i64> {
    match resource_type {
        Attr::Unknown => Attr::Unknown,
        Attr::Known(name) if Family::of(name) == Some(Family::Transit) => Attr::Known(60),
        Attr::Known(_) | Attr::Null => Attr::Known(600),
    }
}

/// The default format is AWS's promise for VPCs, subnets and interfaces only; elsewhere AWS adds fields
/// to it as they come, so what the service chose is kept.
fn log_format(prior: Option<&FlowLog>, config: &FlowLog, planned: &FlowLog) -> Attr<String> {
    match (&config.log_format, family(planned)) {
        (Attr::Null, Some(Family::Vpc)) => Attr::Known(default_format().to_owned()),
        (Attr::Null, _) => prior.map_or(Attr::Unknown, |prior| {
            prior.log_format.given().map(str::to_owned).into()
        }),
        (written, _) => written.clone(),
    }
}

/// On S3 the members that are not written have defaults; elsewhere there are none.
fn options(config: &FlowLog, kind: &Attr<String>) -> Attr<DestinationOptions> {
    let written = match &config.destination_options {
        Attr::Unknown => return Attr::Unknown,
        Attr::Null => DestinationOptions::default(),
        Attr::Known(written) => written.clone(),
    };
    Attr::Known(match kind {
        Attr::Known(kind) if kind == S3 => with_defaults(written),
        Attr::Known(_) | Attr::Null => written,
        Attr::Unknown => DestinationOptions {
            file_format: written.file_format.or(Attr::Unknown),
            hive_compatible_partitions: written.hive_compatible_partitions.or(Attr::Unknown),
            per_hour_partition: written.per_hour_partition.or(Attr::Unknown),
        },
    })
}

/// Gives options on S3, where those that are not written have defaults.
pub(crate) fn with_defaults(written: DestinationOptions) -> DestinationOptions {
    let defaults = default_options();
    DestinationOptions {
        file_format: written.file_format.or(defaults.file_format),
        hive_compatible_partitions: written
            .hive_compatible_partitions
            .or(defaults.hive_compatible_partitions),
        per_hour_partition: written.per_hour_partition.or(defaults.per_hour_partition),
    }
}

/// The format of what watches a VPC, subnet or interface, when no other is written.
pub(crate) fn default_format() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| Format::vpc_default().to_string());
    &TEXT
}

/// What AWS describes for a flow log to S3 that was made without options.
pub(crate) fn default_options() -> DestinationOptions {
    DestinationOptions {
        file_format: Attr::Known("plain-text".to_owned()),
        hive_compatible_partitions: Attr::Known(false),
        per_hour_partition: Attr::Known(false),
    }
}

pub(crate) fn family(model: &FlowLog) -> Option<Family> {
    model
        .resource_type
        .known()
        .and_then(|name| Family::of(name))
}

/// Says whether `tags_all` is all that a plan changes, if anything. Otherwise it is planned again at
/// apply, when more may be known.
fn is_unchanged(prior: &FlowLog, planned: &FlowLog) -> bool {
    let planned = FlowLog {
        tags_all: prior.tags_all.clone(),
        ..planned.clone()
    };
    planned == *prior
}

fn ignore_tags_unknown() -> Diagnostic {
    Diagnostic::warning(
        "tags-not-planned", "Tags not planned",
        "The provider's `ignore_tags` is not known yet, so `tags_all` is planned as it is. The next \
         plan shows what there is to change.",
    )
    .at("tags_all")
}
