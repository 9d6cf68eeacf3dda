//! What a flow log says about its records before one is read: their resource and their traffic.
//!
//! Several flow logs may write to one log group. Where the format has the field, these quals keep the records of other
//! flow logs out of a query of one of them. A record without a value for the field, such as one that reports no traffic,
//! may belong to any of them and is kept. Must not know how quals are pushed down.

use crate::aws::ec2::FlowLog;
use crate::record::{Format, Qual};

/// The prefixes of resource ids, and the field that names the resource in a record; longer prefixes first.
const RESOURCES: [(&str, &str); 5] = [
    ("eni-", "interface-id"),
    ("subnet-", "subnet-id"),
    ("vpc-", "vpc-id"),
    ("tgw-attach-", "tgw-attachment-id"),
    ("tgw-", "tgw-id"),
];

/// A value that every record of a flow log has, if the record has a value for the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Implied {
    /// AWS's name of the field.
    pub(crate) field: &'static str,
    pub(crate) value: String,
}

impl Implied {
    /// Converts it to a qual.
    pub(crate) fn qual(&self) -> Qual {
        Qual::implied(self.field, &self.value)
    }
}

/// Returns what a flow log implies for records of a format.
pub(crate) fn of(flow_log: &FlowLog, format: &Format) -> Vec<Implied> {
    let traffic = only_traffic(flow_log).map(|traffic| ("action", traffic));
    let implied = resource(flow_log).into_iter().chain(traffic);
    implied
        .filter(|(field, _)| format.position(field).is_some())
        .map(|(field, value)| Implied {
            field,
            value: value.to_owned(),
        })
        .collect()
}

/// Reports whether the records of two flow logs that write the same format can be told apart.
pub(crate) fn distinguishes(flow_log: &FlowLog, other: &FlowLog, format: &Format) -> bool {
    let (ours, theirs) = (of(flow_log, format), of(other, format));
    let differs =
        |one: &Implied, other: &Implied| one.field == other.field && one.value != other.value;
    ours.iter()
        .any(|one| theirs.iter().any(|other| differs(one, other)))
}

/// Returns the only traffic that a flow log records, `ACCEPT` or `REJECT`, if it does not record both.
pub(crate) fn only_traffic(flow_log: &FlowLog) -> Option<&str> {
    let traffic = flow_log.traffic_type.as_deref();
    traffic.filter(|traffic| ["ACCEPT", "REJECT"].contains(traffic))
}

fn resource(flow_log: &FlowLog) -> Option<(&'static str, &str)> {
    let id = flow_log.resource_id.as_deref()?;
    let known = RESOURCES.iter().find(|(prefix, _)| id.starts_with(prefix));
    known.map(|(_, field)| (*field, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow_log(resource: &str, traffic: &str) -> FlowLog {
        FlowLog {
            resource_id: Some(resource.to_owned()),
            traffic_type: Some(traffic.to_owned()),
            ..FlowLog::default()
        }
    }

    fn implied(resource: &str, traffic: &str, format: &Format) -> String {
        let implied = of(&flow_log(resource, traffic), format);
        let texts = implied
            .iter()
            .map(|one| format!("{}={}", one.field, one.value));
        texts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_fields_of_the_format_are_implied() {
        let default = Format::vpc_default();
        assert_eq!(implied("vpc-1", "ALL", &default), "");
        assert_eq!(implied("vpc-1", "REJECT", &default), "action=REJECT");
        assert_eq!(
            implied("eni-1", "ACCEPT", &default),
            "interface-id=eni-1 action=ACCEPT"
        );
        assert_eq!(implied("core-network-1", "ALL", &default), "");
        let gateways = Format::transit_gateway_default();
        assert_eq!(implied("tgw-1", "ALL", &gateways), "tgw-id=tgw-1");
        assert_eq!(
            implied("tgw-attach-1", "REJECT", &gateways),
            "tgw-attachment-id=tgw-attach-1"
        );
    }

    #[test]
    fn flow_logs_differ_by_another_resource_of_the_same_type_and_by_opposite_traffic() {
        let format = Format::parse("${vpc-id} ${subnet-id} ${interface-id} ${action}").unwrap();
        for (one, other, apart) in [
            (("vpc-1", "ALL"), ("vpc-2", "ALL"), true),
            (("vpc-1", "ALL"), ("vpc-1", "REJECT"), false),
            (("vpc-1", "ACCEPT"), ("vpc-1", "REJECT"), true),
            (("vpc-1", "ALL"), ("subnet-1", "ALL"), false),
            (("vpc-1", "ACCEPT"), ("subnet-1", "REJECT"), true),
            (("eni-1", "ALL"), ("eni-2", "ALL"), true),
        ] {
            let (one, other) = (flow_log(one.0, one.1), flow_log(other.0, other.1));
            assert_eq!(
                distinguishes(&one, &other, &format),
                apart,
                "{one:?} {other:?}"
            );
        }
    }
}
