//! Plans a flow log: what the user did not write gets a default, is derived, or is left to AWS.
//!
//! A pure function, and the same at apply as at plan: everything follows from the configuration, the prior state and the
//! settings of the provider. Whether AWS would refuse the plan is checked by `validate`.

use super::defaults::{default_format, default_interval, family, with_default_options};
use super::delivery::Destination;
use super::destination::S3;
use super::model::{DestinationOptions, FlowLog};
use super::region::{existing_region, has_no_region, region_of_arn};
use super::target::Family;
use super::{delivery, tags, unreported, watched};
use crate::connection::Connection;
use crate::cty::Path;
use crate::framework::{Attr, Change, Diagnostic, Diagnostics};

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
        private: _,
    } = change;
    planned.region = region(connection, prior.as_ref(), config)?;
    watched::derive(config, planned);
    delivery::derive(config, planned, connection);
    planned.max_aggregation_interval = config
        .max_aggregation_interval
        .or(default_interval(&planned.resource_type));
    planned.log_format = log_format(prior.as_ref(), config, planned);
    planned.destination_options = options(config, &planned.log_destination_type);
    planned.tags = config.tags.clone();
    planned.tags_all = tags::plan(connection, &config.tags);
    planned.arn = arn(connection, prior.as_ref(), planned);
    if let Some(prior) = prior {
        keep_group_arn(prior, config, planned);
        in_place.extend(unreported::missing(prior));
        let is_in_default_region =
            existing_region(prior).is_none() && planned.region == connection.region;
        if has_no_region(prior) || is_in_default_region {
            in_place.push("region");
        }
    }
    if connection.ignore_tags.is_unknown() {
        warnings.push(ignore_tags_unknown());
        if let Some(prior) = prior.as_ref().filter(|prior| is_unchanged(prior, planned)) {
            planned.tags_all = prior.tags_all.clone();
        }
    }
    Ok(())
}

/// Warns about a replacement for no other reason than the region: an import by `id@region` does not write `region`.
pub(crate) fn replaced_for_its_region(
    change: &Change<FlowLog>,
    replaced: &[Path],
) -> Option<Diagnostic> {
    let prior = change.prior.as_ref().filter(|_| !replaced.is_empty())?;
    let (here, there) = prior.region.given().zip(change.planned.region.given())?;
    // The ARN of a log group that is given by name follows from the region.
    let follows = |path: &Path| {
        *path == Path::from("log_destination") && change.config.log_destination.given().is_none()
    };
    let region = Path::from("region");
    let is_only_reason =
        replaced.contains(&region) && replaced.iter().all(|path| *path == region || follows(path));
    let id = prior.id.given().unwrap_or_default();
    is_only_reason.then(|| {
        Diagnostic::warning(
            "flow-log-replaced-only-because-of-its-region",
            format!("Flow log replaced only because of its region, {here}"),
            format!(
                "The flow log {id} is in {here}. The plan is to destroy it and to create one in {there}, because the \
                 region of the provider applies if `region` is not set. Nothing else changes. To keep the flow log where \
                 it is, set `region = \"{here}\"` on the resource."
            ),
        )
        .at("region")
    })
}

/// Returns the region that is written, otherwise that of the provider. What exists stays where it is while that is
/// unknown.
fn region(
    connection: &Connection,
    prior: Option<&FlowLog>,
    config: &FlowLog,
) -> Result<Attr<String>, Diagnostic> {
    let is_written = config.region.given().is_some() || config.region.is_unknown();
    if !is_written && connection.region.is_null() {
        // Reported here, before anything is created or replaced for want of a region.
        connection
            .region(None)
            .map_err(|error| error.at("region"))?;
    }
    let existing = prior.and_then(existing_region);
    Ok(match (&config.region, &connection.region, existing) {
        (Attr::Null, Attr::Unknown, Some(region)) => Attr::Known(region.to_owned()),
        (Attr::Null, provider, _) => provider.clone(),
        (written, _, _) => written.clone(),
    })
}

/// Returns the ARN of what exists. It contains the region even where the configuration does not, and another region
/// requires another flow log.
fn arn(connection: &Connection, prior: Option<&FlowLog>, planned: &FlowLog) -> Attr<String> {
    let Some(prior) = prior else {
        let has_none = connection.account.is_none() && connection.aws.is_ok();
        return if has_none { Attr::Null } else { Attr::Unknown };
    };
    let moves = prior.region.given().is_none()
        && region_of_arn(&prior.arn).is_some_and(|region| planned.region.given() != Some(region));
    if moves {
        Attr::Unknown
    } else {
        prior.arn.clone()
    }
}

/// Keeps the ARN of a log group that is given by name while the provider cannot build it, as long as it is the same
/// group.
fn keep_group_arn(prior: &FlowLog, config: &FlowLog, planned: &mut FlowLog) {
    let is_same_region =
        existing_region(prior).is_none_or(|region| planned.region.given() == Some(region));
    // If the name was written as an empty text, the ARN contains it.
    let name = Destination::of(prior).log_group;
    let is_same_group =
        is_same_region && name.is_some() && name == Destination::of(planned).log_group;
    if config.log_destination.is_null() && planned.log_destination.is_unknown() && is_same_group {
        planned.log_destination = prior.log_destination.clone();
    }
}

/// AWS documents the default format for VPCs, subnets and interfaces only. Elsewhere AWS adds new fields to it, so the
/// format that AWS chose is kept.
fn log_format(prior: Option<&FlowLog>, config: &FlowLog, planned: &FlowLog) -> Attr<String> {
    match (&config.log_format, family(planned)) {
        (Attr::Null, Some(Family::Vpc)) => Attr::Known(default_format().to_owned()),
        (Attr::Null, _) => prior.map_or(Attr::Unknown, |prior| {
            prior.log_format.given().map(str::to_owned).into()
        }),
        (written, _) => written.clone(),
    }
}

/// On S3 the options that are not written have defaults. Elsewhere there are none.
fn options(config: &FlowLog, destination_type: &Attr<String>) -> Attr<DestinationOptions> {
    let written = match &config.destination_options {
        Attr::Unknown => return Attr::Unknown,
        Attr::Null => DestinationOptions::default(),
        Attr::Known(written) => written.clone(),
    };
    Attr::Known(match destination_type {
        Attr::Known(kind) if kind == S3 => with_default_options(written),
        Attr::Known(_) | Attr::Null => written,
        Attr::Unknown => DestinationOptions {
            file_format: written.file_format.or(Attr::Unknown),
            hive_compatible_partitions: written.hive_compatible_partitions.or(Attr::Unknown),
            per_hour_partition: written.per_hour_partition.or(Attr::Unknown),
        },
    })
}

/// Reports whether a plan changes at most `tags_all`. Otherwise the resource is planned again at apply, when more may be
/// known.
fn is_unchanged(prior: &FlowLog, planned: &FlowLog) -> bool {
    let planned = FlowLog {
        tags_all: prior.tags_all.clone(),
        ..planned.clone()
    };
    planned == *prior
}

fn ignore_tags_unknown() -> Diagnostic {
    Diagnostic::warning(
        "tags-not-planned",
        "Tags not planned",
        "The provider's `ignore_tags` is not known yet, so `tags_all` stays as it is. The next plan shows the changes.",
    )
    .at("tags_all")
}
