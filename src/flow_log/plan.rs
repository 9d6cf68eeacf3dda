//! Plans a flow log: what the user did not write is defaulted, derived or left to the service.
//!
//! Pure, and the same at apply as at plan: everything follows from the configuration, the prior state
//! and the provider's settings.

use std::sync::LazyLock;

use super::destination::{self, S3};
use super::model::{DestinationOptions, FlowLog};
use super::target::{self, Family, given};
use super::{tags, told, validate};
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
    planned.iam_role_arn = role(
        prior.as_ref().map(|p| &p.iam_role_arn),
        &config.iam_role_arn,
    );
    planned.deliver_cross_account_role = role(
        prior.as_ref().map(|p| &p.deliver_cross_account_role),
        &config.deliver_cross_account_role,
    );
    target::derive(config, planned);
    destination::derive(config, planned, connection);
    planned.traffic_type = traffic_type(prior.as_ref(), config, planned);
    planned.max_aggregation_interval = interval(config, planned);
    planned.log_format = log_format(prior.as_ref(), config, planned);
    planned.destination_options = options(config, planned);
    planned.tags = own_tags(connection, prior.as_ref(), config);
    planned.tags_all = tags::plan(connection, &config.tags);
    if family(planned) == Some(Family::Transit) {
        // It is never sent, so a change of it changes nothing.
        in_place.push("traffic_type");
    }
    if let Some(prior) = prior {
        if is_same_destination(prior, planned) {
            planned.log_destination = prior.log_destination.clone();
        }
        if is_told_late(prior, planned) {
            in_place.push("resource_type");
        }
    }
    in_place.extend(
        prior
            .as_ref()
            .into_iter()
            .flat_map(|prior| not_given(prior, planned)),
    );
    in_place.extend(prior.as_ref().into_iter().flat_map(told::lacking));
    if connection.account.is_none() && connection.aws.is_ok() && prior.is_none() {
        planned.arn = Attr::Null;
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
    let written = given(&config.region).is_some() || config.region.is_unknown();
    if !written && connection.region.is_null() {
        // Said here, before anything is made or replaced for want of a region.
        connection
            .region(None)
            .map_err(|error| error.at("region"))?;
    }
    Ok(match (&config.region, &connection.region, prior) {
        (Attr::Null, Attr::Unknown, Some(prior)) => prior.region.clone(),
        (Attr::Null, provider, _) => provider.clone(),
        (written, _, _) => written.clone(),
    })
}

/// Warns of a replacement for no other reason than the region: an import by `id@region` does not write `region`.
pub(crate) fn replaced_for_its_region(
    change: &Change<FlowLog>,
    replaced: &[Path],
) -> Option<Diagnostic> {
    let prior = change.prior.as_ref()?;
    let (here, there) = given(&prior.region).zip(given(&change.planned.region))?;
    // The ARN of a log group that is given by name follows from the region.
    let follows = |path: &Path| {
        *path == Path::from("log_destination") && given(&change.config.log_destination).is_none()
    };
    let region = Path::from("region");
    let alone =
        replaced.contains(&region) && replaced.iter().all(|path| *path == region || follows(path));
    let id = given(&prior.id).unwrap_or_default();
    alone.then(|| {
        Diagnostic::warning(
            format!("Flow log replaced only because of its region, {here}"),
            format!(
                "The flow log {id} is in {here}, and the plan is to destroy it and create one in {there}. \
                 Nothing else about it changes. If it is to stay where it is, set region = \"{here}\" on the \
                 resource. Without `region` the provider's own applies."
            ),
        )
        .at("region")
    })
}

/// A role that is not written is none; whether the state calls that null or empty stays as it is.
fn role(prior: Option<&Attr<String>>, config: &Attr<String>) -> Attr<String> {
    match (config, prior) {
        (Attr::Null, Some(Attr::Known(prior))) if prior.is_empty() => Attr::Known(String::new()),
        (written, _) => written.clone(),
    }
}

/// The arguments that were not given and are not: null, empty, or a region that is not known before the
/// first refresh after a move.
fn not_given(prior: &FlowLog, planned: &FlowLog) -> Vec<&'static str> {
    let mut names: Vec<_> = texts(prior)
        .into_iter()
        .zip(texts(planned))
        .filter(|((_, before), (_, after))| {
            given(before).is_none() && given(after).is_none() && !after.is_unknown()
        })
        .map(|((name, _), _)| name)
        .collect();
    if prior.region.is_null() {
        names.push("region");
    }
    names
}

fn texts(model: &FlowLog) -> Vec<(&'static str, &Attr<String>)> {
    let others = [
        ("log_destination", &model.log_destination),
        ("log_group_name", &model.log_group_name),
        ("iam_role_arn", &model.iam_role_arn),
        (
            "deliver_cross_account_role",
            &model.deliver_cross_account_role,
        ),
    ];
    target::arguments(model).into_iter().chain(others).collect()
}

/// What the user wrote. No tags and an empty map of tags are the same, and so are tags with and without
/// those that are left out or ignored: an import cannot know which of them is written.
fn own_tags(connection: &Connection, prior: Option<&FlowLog>, config: &FlowLog) -> tags::Written {
    let before = prior.map(|prior| &prior.tags);
    match before {
        Some(before) if tags::are_same(connection, before, &config.tags) => before.clone(),
        _ => config.tags.clone(),
    }
}

/// Where it is needed it is written, and where it has no effect it is kept: an import cannot know whether it
/// is written.
fn traffic_type(prior: Option<&FlowLog>, config: &FlowLog, planned: &FlowLog) -> Attr<String> {
    match (&config.traffic_type, prior) {
        (Attr::Null, Some(prior)) if family(planned) == Some(Family::Transit) => {
            prior.traffic_type.clone()
        }
        (written, _) => written.clone(),
    }
}

fn interval(config: &FlowLog, planned: &FlowLog) -> Attr<i64> {
    match (&config.max_aggregation_interval, &planned.resource_type) {
        (Attr::Null, Attr::Unknown) => Attr::Unknown,
        (Attr::Null, _) if family(planned) == Some(Family::Transit) => Attr::Known(60),
        (Attr::Null, _) => Attr::Known(600),
        (written, _) => *written,
    }
}

/// The default format is AWS's promise for VPCs, subnets and interfaces only; elsewhere AWS adds fields
/// to it as they come, so what the service chose is kept.
fn log_format(prior: Option<&FlowLog>, config: &FlowLog, planned: &FlowLog) -> Attr<String> {
    match (&config.log_format, family(planned)) {
        (Attr::Null, Some(Family::Vpc)) => Attr::Known(default_format().to_owned()),
        (Attr::Null, _) => prior.map_or(Attr::Unknown, |prior| prior.log_format.clone()),
        (written, _) => written.clone(),
    }
}

/// On S3 the members that are not written have defaults; elsewhere there are none.
fn options(config: &FlowLog, planned: &FlowLog) -> Attr<DestinationOptions> {
    let written = match &config.destination_options {
        Attr::Unknown => return Attr::Unknown,
        Attr::Null => DestinationOptions::default(),
        Attr::Known(written) => written.clone(),
    };
    let defaults = match &planned.log_destination_type {
        Attr::Known(kind) if kind == S3 => default_options(),
        Attr::Unknown => DestinationOptions {
            file_format: Attr::Unknown,
            hive_compatible_partitions: Attr::Unknown,
            per_hour_partition: Attr::Unknown,
        },
        Attr::Known(_) | Attr::Null => DestinationOptions::default(),
    };
    Attr::Known(DestinationOptions {
        file_format: written.file_format.or(defaults.file_format),
        hive_compatible_partitions: written
            .hive_compatible_partitions
            .or(defaults.hive_compatible_partitions),
        per_hour_partition: written.per_hour_partition.or(defaults.per_hour_partition),
    })
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

/// A destination that differs by the `:*` at its end is the same destination, and nothing is to do.
fn is_same_destination(prior: &FlowLog, planned: &FlowLog) -> bool {
    let (before, after) = (
        prior.log_destination.known(),
        planned.log_destination.known(),
    );
    before
        .zip(after)
        .is_some_and(|(before, after)| destination::trimmed(before) == destination::trimmed(after))
}

/// EC2 describes no resource type. Where the id does not tell it either, an import can only guess, and
/// what the configuration says afterwards changes nothing.
fn is_told_late(prior: &FlowLog, planned: &FlowLog) -> bool {
    let id = target::given(&prior.resource_id);
    prior.resource_id == planned.resource_id
        && id.is_some_and(|id| target::type_of_id(id).is_none())
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
        "Tags not planned",
        "The provider's `ignore_tags` is not known yet, so `tags_all` is planned as it is. The next \
         plan shows what there is to change.",
    )
    .at("tags_all")
}
