//! Whether two flow logs are equal: EC2 refuses a second one that is equal to another.
//!
//! Equal flow logs differ at most in their tags. What a configuration leaves to AWS is equal to any value. This module
//! must not know why flow logs are compared.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::defaults::DEFAULT_FILE_FORMAT;
use super::delivery::Destination;
use super::destination::{LOGS, S3};
use super::model::{FlowLog, TagFieldSpecification};
use super::normal_form::single_spaces;
use super::target::Family;
use crate::aws::ec2;
use crate::framework::Attr;

/// What has to be the same in equal flow logs, as texts or as their hashes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Essence<T> {
    resource_id: Option<T>,
    traffic_type: Option<T>,
    destination_type: T,
    destination: Destination<T>,
    iam_role_arn: Option<T>,
    deliver_cross_account_role: Option<T>,
    log_format: Option<T>,
    max_aggregation_interval: Option<i64>,
    /// Those of a flow log to S3: the file format, Hive partitions, partitions by the hour.
    options: Option<(T, bool, bool)>,
    /// Sorted.
    tag_fields: Vec<(T, Vec<T>)>,
}

/// Reports whether a described flow log is equal to a planned one.
pub(crate) fn is_equal(planned: &FlowLog, described: &ec2::FlowLog) -> bool {
    Essence::planned(planned).is_equal(&Essence::described(described))
}

/// Reports whether a described flow log is equal to a planned one and has its tags.
pub(crate) fn is_equal_with_tags(planned: &FlowLog, described: &ec2::FlowLog) -> bool {
    let tags = planned.tags_all.known().into_iter().flatten();
    let has = |(key, value): (&String, &String)| described.tags.get(key) == Some(value);
    is_equal(planned, described) && tags.into_iter().all(has)
}

impl<'a> Essence<Cow<'a, str>> {
    /// Returns the essence of a flow log that is planned.
    pub(crate) fn planned(log: &'a FlowLog) -> Self {
        let text = |value: &'a Attr<String>| value.given().map(Cow::Borrowed);
        let resource_type = log.resource_type.known();
        let has_traffic_type =
            resource_type.and_then(|name| Family::of(name)) != Some(Family::Transit);
        let destination_type = log.log_destination_type.given().unwrap_or(LOGS);
        let tag_fields = log.tag_field_specification.known().into_iter().flatten();
        let mut tag_fields: Vec<_> = tag_fields.map(tag_field).collect();
        tag_fields.sort();
        Self {
            resource_id: text(&log.resource_id),
            traffic_type: text(&log.traffic_type).filter(|_| has_traffic_type),
            destination_type: Cow::Borrowed(destination_type),
            destination: Destination::of(log).map(Cow::Borrowed),
            iam_role_arn: text(&log.iam_role_arn),
            deliver_cross_account_role: text(&log.deliver_cross_account_role),
            log_format: log.log_format.given().map(single_spaces),
            max_aggregation_interval: log.max_aggregation_interval.known().copied(),
            options: (destination_type == S3).then(|| {
                let options = log.destination_options.known();
                options_on_s3(
                    options.and_then(|options| options.file_format.given()),
                    options.and_then(|options| options.hive_compatible_partitions.known().copied()),
                    options.and_then(|options| options.per_hour_partition.known().copied()),
                )
            }),
            tag_fields,
        }
    }

    /// Returns the essence of a flow log as EC2 describes it.
    fn described(log: &'a ec2::FlowLog) -> Self {
        let text = |value: &'a Option<String>| value.as_deref().map(Cow::Borrowed);
        let destination_type = log.log_destination_type.as_deref().unwrap_or(LOGS);
        let tag_fields = log.tag_fields.iter().map(|field| {
            let keys = field.tag_keys.iter().map(|key| Cow::Borrowed(&**key));
            (Cow::Borrowed(&*field.resource_type), keys.collect())
        });
        let mut tag_fields: Vec<_> = tag_fields.collect();
        tag_fields.sort();
        Self {
            resource_id: text(&log.resource_id),
            traffic_type: text(&log.traffic_type),
            destination_type: Cow::Borrowed(destination_type),
            destination: Destination::described(log).map(Cow::Borrowed),
            iam_role_arn: text(&log.deliver_logs_permission_arn),
            deliver_cross_account_role: text(&log.deliver_cross_account_role),
            log_format: log.log_format.as_deref().map(single_spaces),
            max_aggregation_interval: log.max_aggregation_interval,
            options: (destination_type == S3).then(|| {
                let options = log.destination_options.as_ref();
                options_on_s3(
                    options.and_then(|options| options.file_format.as_deref()),
                    options.and_then(|options| options.hive_compatible_partitions),
                    options.and_then(|options| options.per_hour_partition),
                )
            }),
            tag_fields,
        }
    }

    /// Returns the same with hashes in place of the texts.
    pub(crate) fn hashed(self) -> Essence<u64> {
        let hash = |text: Cow<'_, str>| {
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            hasher.finish()
        };
        let tag_fields = self.tag_fields.into_iter();
        let tag_fields =
            tag_fields.map(|(kind, keys)| (hash(kind), keys.into_iter().map(hash).collect()));
        Essence {
            resource_id: self.resource_id.map(hash),
            traffic_type: self.traffic_type.map(hash),
            destination_type: hash(self.destination_type),
            destination: self.destination.map(hash),
            iam_role_arn: self.iam_role_arn.map(hash),
            deliver_cross_account_role: self.deliver_cross_account_role.map(hash),
            log_format: self.log_format.map(hash),
            max_aggregation_interval: self.max_aggregation_interval,
            options: self
                .options
                .map(|(format, hive, hourly)| (hash(format), hive, hourly)),
            tag_fields: tag_fields.collect(),
        }
    }
}

impl<T: PartialEq> Essence<T> {
    /// Reports whether a flow log that exists is equal to this one, which is planned.
    pub(crate) fn is_equal(&self, existing: &Self) -> bool {
        let Self {
            resource_id,
            traffic_type,
            destination_type,
            destination,
            iam_role_arn,
            deliver_cross_account_role,
            log_format,
            max_aggregation_interval,
            options,
            tag_fields,
        } = self;
        *resource_id == existing.resource_id
            // EC2 describes any value for the types of resources that have none.
            && (traffic_type.is_none() || *traffic_type == existing.traffic_type)
            && *destination_type == existing.destination_type
            && destination.is_same(&existing.destination)
            && *iam_role_arn == existing.iam_role_arn
            && *deliver_cross_account_role == existing.deliver_cross_account_role
            && (log_format.is_none() || *log_format == existing.log_format)
            && (max_aggregation_interval.is_none()
                || *max_aggregation_interval == existing.max_aggregation_interval)
            && *options == existing.options
            && *tag_fields == existing.tag_fields
    }
}

fn tag_field(specification: &TagFieldSpecification) -> (Cow<'_, str>, Vec<Cow<'_, str>>) {
    let resource_type = specification.resource_type.given().unwrap_or_default();
    let keys = specification.tag_keys.known().into_iter().flatten();
    let keys = keys.filter_map(|key| Some(Cow::Borrowed(key.known()?.as_str())));
    (Cow::Borrowed(resource_type), keys.collect())
}

fn options_on_s3<'a>(
    file_format: Option<&'a str>,
    hive_compatible_partitions: Option<bool>,
    per_hour_partition: Option<bool>,
) -> (Cow<'a, str>, bool, bool) {
    (
        Cow::Borrowed(file_format.unwrap_or(DEFAULT_FILE_FORMAT)),
        hive_compatible_partitions.unwrap_or(false),
        per_hour_partition.unwrap_or(false),
    )
}
