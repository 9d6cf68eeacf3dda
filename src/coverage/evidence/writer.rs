//! A flow log as a writer of records, and where its records go. This module must not know how they are looked for.

use std::collections::BTreeSet;

use crate::arn::{self, Arn, bucket, log_group};
use crate::aws::ec2;

/// The last parts of the names of streams, by the traffic of their flow log.
const SUFFIXES: [(&str, &str); 3] = [("ALL", "all"), ("ACCEPT", "accept"), ("REJECT", "reject")];

/// The IDs of what a flow log records: interfaces or attachments, and what contains them.
pub(in crate::coverage) type Parts = BTreeSet<String>;

/// A flow log as a writer of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::coverage) struct Writer {
    /// The ID of the flow log.
    pub(in crate::coverage) id: String,
    /// Where its records go.
    pub(in crate::coverage) place: Place,
    /// The last part of the names of its streams, if its flow log has a type of traffic.
    suffix: Option<&'static str>,
}

/// Where records go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::coverage) enum Place {
    /// A log group.
    Group {
        /// Its name, or its ARN if it belongs to another account.
        identifier: String,
        /// Its region.
        region: String,
    },
    /// A bucket.
    Bucket(Bucket),
    /// A delivery stream of Firehose.
    DeliveryStream,
    /// It is not known.
    Unknown,
}

/// The objects of the flow logs of an account and a region in a bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::coverage) struct Bucket {
    /// The name of the bucket.
    pub(in crate::coverage) name: String,
    /// What the keys begin with, before AWS's own folders.
    pub(in crate::coverage) folder: String,
    /// The account of the flow logs.
    pub(in crate::coverage) account: String,
    /// The region of the flow logs.
    pub(in crate::coverage) region: String,
    /// Whether prefixes are Hive-compatible.
    pub(in crate::coverage) is_hive: bool,
    /// Whether each hour has its own prefix.
    pub(in crate::coverage) is_hourly: bool,
}

impl Writer {
    /// Reads a description of EC2.
    pub(in crate::coverage) fn of(log: &ec2::FlowLog, account: Option<&str>, region: &str) -> Self {
        let traffic = log.traffic_type.as_deref();
        let suffix = SUFFIXES.iter().find(|(name, _)| traffic == Some(name));
        Self {
            id: log.id.clone(),
            place: Place::of(log, account, region).unwrap_or(Place::Unknown),
            suffix: suffix.map(|(_, suffix)| *suffix),
        }
    }

    /// Reports whether a stream holds records of the flow log, by its name, such as `eni-0123456789abcdef0-all`. Flow logs
    /// with the same traffic of the same interface share one.
    pub(super) fn writes_to(&self, stream: &str, parts: &Parts) -> bool {
        let ended = stream
            .rsplit_once('-')
            .filter(|(_, end)| SUFFIXES.iter().any(|(_, suffix)| suffix == end));
        match ended {
            Some((id, end)) => parts.contains(id) && self.suffix.is_none_or(|suffix| suffix == end),
            None => parts.contains(stream),
        }
    }
}

impl Place {
    fn of(log: &ec2::FlowLog, account: Option<&str>, region: &str) -> Option<Self> {
        let arn = log.log_destination.as_deref();
        match log.log_destination_type.as_deref()? {
            "cloud-watch-logs" => {
                let group = arn.map(log_group::trim);
                let owner = group.and_then(Arn::parse).and_then(|arn| arn.account);
                let is_own = owner.is_none() || account.is_none() || owner == account;
                let name = log.log_group_name.as_deref().map(log_group::name);
                let identifier = match group {
                    Some(group) if !is_own => group,
                    Some(group) => name.unwrap_or_else(|| log_group::name(group)),
                    None => name?,
                };
                Some(Self::Group {
                    identifier: identifier.to_owned(),
                    region: region.to_owned(),
                })
            }
            "s3" => {
                let arn = Arn::parse(arn?)?;
                let place = bucket::Bucket::from_arn(&arn).ok()?;
                let options = log.destination_options.as_ref();
                let is_set = |set: fn(&ec2::DestinationOptions) -> Option<bool>| {
                    options.and_then(set) == Some(true)
                };
                Some(Self::Bucket(Bucket {
                    name: place.name.to_owned(),
                    folder: place.folder.unwrap_or_default().to_owned(),
                    account: account.filter(|id| arn::account::is_id(id))?.to_owned(),
                    region: region.to_owned(),
                    is_hive: is_set(|options| options.hive_compatible_partitions),
                    is_hourly: is_set(|options| options.per_hour_partition),
                }))
            }
            "kinesis-data-firehose" => Some(Self::DeliveryStream),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_belongs_to_the_flow_logs_of_its_interface_and_traffic() {
        let writer = |traffic: Option<&str>| {
            let log = ec2::FlowLog {
                traffic_type: traffic.map(str::to_owned),
                ..ec2::FlowLog::default()
            };
            Writer::of(&log, None, "eu-west-1")
        };
        let parts = Parts::from(["vpc-1", "eni-1", "tgw-attach-1"].map(str::to_owned));
        for (traffic, stream, expected) in [
            (Some("ALL"), "eni-1-all", true),
            (Some("ALL"), "eni-1-reject", false),
            (Some("REJECT"), "eni-1-reject", true),
            (Some("ALL"), "eni-2-all", false),
            (Some("ALL"), "eni-11-all", false),
            (None, "tgw-attach-1", true),
            (None, "tgw-attach-1-all", true),
            (None, "tgw-attach-2", false),
            (Some("ALL"), "all", false),
        ] {
            let found = writer(traffic).writes_to(stream, &parts);
            assert_eq!(found, expected, "{traffic:?} {stream}");
        }
    }
}
