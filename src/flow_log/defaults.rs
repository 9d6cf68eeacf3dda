//! What applies when an argument is not written: the record format, the aggregation interval, and the options on S3.

use std::sync::LazyLock;

use super::model::{DestinationOptions, FlowLog};
use super::target::Family;
use crate::framework::Attr;
use crate::record::Format;

/// The file format on S3.
pub(crate) const DEFAULT_FILE_FORMAT: &str = "plain-text";

/// Returns the family of the watched resource, if its type is known.
pub(crate) fn family(model: &FlowLog) -> Option<Family> {
    let resource_type = model.resource_type.known();
    resource_type.and_then(|name| Family::of(name))
}

/// Returns the record format of flow logs of VPCs, subnets and network interfaces.
pub(crate) fn default_format() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| Format::vpc_default().to_string());
    &TEXT
}

/// Returns the aggregation interval of a resource type.
pub(crate) fn default_interval(resource_type: &Attr<String>) -> Attr<i64> {
    match resource_type {
        Attr::Unknown => Attr::Unknown,
        Attr::Known(name) if Family::of(name) == Some(Family::Transit) => Attr::Known(60),
        Attr::Known(_) | Attr::Null => Attr::Known(600),
    }
}

/// Returns the options that AWS describes for a flow log to S3 that was created without any.
pub(crate) fn default_options() -> DestinationOptions {
    DestinationOptions {
        file_format: Attr::Known(DEFAULT_FILE_FORMAT.to_owned()),
        hive_compatible_partitions: Attr::Known(false),
        per_hour_partition: Attr::Known(false),
    }
}

/// Returns options on S3 with the defaults for those that are null.
pub(crate) fn with_default_options(written: DestinationOptions) -> DestinationOptions {
    let DestinationOptions {
        file_format,
        hive_compatible_partitions,
        per_hour_partition,
    } = written;
    DestinationOptions {
        file_format: match file_format {
            Attr::Null => Attr::Known(DEFAULT_FILE_FORMAT.to_owned()),
            written => written,
        },
        hive_compatible_partitions: hive_compatible_partitions.or(Attr::Known(false)),
        per_hour_partition: per_hour_partition.or(Attr::Known(false)),
    }
}
