//! The fields that only flow logs of transit gateways record.
//!
//! See <https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html>.

use super::definition::Kind::{Integer, Text};
use super::definition::{Family, Field, Kind};

#[rustfmt::skip] // one field a line
pub(super) const FIELDS: [Field; 18] = [
    own("resource-type", Text, "The type of the recorded resource, `TransitGateway`."),
    own("tgw-id", Text, "The transit gateway whose traffic was recorded.").begins_with("tgw-"),
    own("tgw-attachment-id", Text, "The attachment of the transit gateway whose traffic was recorded.").begins_with("tgw-attach-"),
    own("tgw-src-vpc-account-id", Text, "The account that owns the VPC from which the traffic came."),
    own("tgw-dst-vpc-account-id", Text, "The account that owns the VPC to which the traffic went."),
    own("tgw-src-vpc-id", Text, "The VPC from which the traffic came.").begins_with("vpc-"),
    own("tgw-dst-vpc-id", Text, "The VPC to which the traffic went.").begins_with("vpc-"),
    own("tgw-src-subnet-id", Text, "The subnet from which the traffic came.").begins_with("subnet-"),
    own("tgw-dst-subnet-id", Text, "The subnet to which the traffic went.").begins_with("subnet-"),
    own("tgw-src-eni", Text, "The attachment's network interface at the source.").begins_with("eni-"),
    own("tgw-dst-eni", Text, "The attachment's network interface at the destination.").begins_with("eni-"),
    own("tgw-src-az-id", Text, "The ID of the availability zone from which the traffic came."),
    own("tgw-dst-az-id", Text, "The ID of the availability zone to which the traffic went."),
    own("tgw-pair-attachment-id", Text, "The attachment at the other side of the flow: where it leaves or where it came in.").begins_with("tgw-attach-"),
    own("packets-lost-no-route", Integer, "The number of packets lost because no route was found."),
    own("packets-lost-blackhole", Integer, "The number of packets lost in a black hole."),
    own("packets-lost-mtu-exceeded", Integer, "The number of packets lost because they exceeded the MTU."),
    own("packets-lost-ttl-expired", Integer, "The number of packets lost because their time to live expired."),
];

const fn own(name: &'static str, kind: Kind, description: &'static str) -> Field {
    Field::new(name, kind, 6, description).family(Family::TransitGateway)
}
