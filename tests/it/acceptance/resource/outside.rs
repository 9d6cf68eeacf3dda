//! Flow logs of every kind that were created outside of Terraform, for the tests of `terraform query` and `moved`
//! blocks.

use std::collections::BTreeMap;

use crate::harness::fake::{ACCOUNT, DestinationOptions, FlowLog, TagFieldSpecification};

/// Prefix of the ID, resource type, and whether the type belongs to the transit gateway family.
const TARGETS: [(&str, &str, bool); 9] = [
    ("vpc-", "VPC", false),
    ("subnet-", "Subnet", false),
    ("eni-", "NetworkInterface", false),
    ("nat-", "RegionalNatGateway", false),
    ("tgw-", "TransitGateway", true),
    ("tgw-attach-", "TransitGatewayAttachment", true),
    ("core-network-", "CoreNetwork", true),
    ("attachment-", "CoreNetworkAttachment", true),
    ("edge-", "CoreNetworkEdge", true),
];

/// Another account, which receives records.
const OTHER_ACCOUNT: &str = "210987654321";

/// Formats other than AWS's default.
const FORMATS: [&str; 2] = [
    "${version} ${srcaddr} ${dstaddr} ${action}",
    "${version} ${account-id} ${srcaddr} ${dstaddr} ${start} ${end}",
];

/// Returns a flow log. Each number returns a different one.
pub(crate) fn flow_log(number: usize, region: &str) -> FlowLog {
    let (prefix, resource_type, transit) = TARGETS[number % TARGETS.len()];
    let id = format!("fl-0{number:016x}");
    let mut log = FlowLog::sample_in(region, &id, &format!("{prefix}0{number:016x}"));
    resource_type.clone_into(&mut log.resource_type);
    if transit {
        log.traffic_type = None;
        log.max_aggregation_interval = 60;
        "${version} ${resource-type} ${tgw-id} ${srcaddr} ${dstaddr}"
            .clone_into(&mut log.log_format);
    } else {
        log.traffic_type = Some(["ALL", "REJECT", "ACCEPT"][number % 3].to_owned());
        log.max_aggregation_interval = [600, 60][number % 2];
        if number.is_multiple_of(4) {
            FORMATS[number % 2].clone_into(&mut log.log_format);
        }
    }
    deliver(&mut log, number, region);
    log.tags = tags(number);
    log
}

fn deliver(log: &mut FlowLog, number: usize, region: &str) {
    match number % 5 {
        // Created with the name of a log group: EC2 describes no ARN.
        1 => log.log_destination = None,
        2 | 3 => {
            log.log_destination_type = "s3".to_owned();
            log.log_destination = Some(format!("arn:aws:s3:::Old_Bucket/folder-{number}/"));
            log.log_group_name = None;
            log.deliver_logs_permission_arn = None;
            log.destination_options = Some(DestinationOptions {
                file_format: ["plain-text", "parquet"][number % 2].to_owned(),
                hive_compatible_partitions: number.is_multiple_of(3),
                per_hour_partition: number % 4 == 3,
            });
        }
        4 => {
            log.log_destination_type = "kinesis-data-firehose".to_owned();
            log.log_group_name = None;
            let account = if number.is_multiple_of(2) {
                let role = format!(
                    "arn:aws:iam::{OTHER_ACCOUNT}:role/AWSLogDeliveryFirehoseCrossAccountRole"
                );
                log.deliver_cross_account_role = Some(role);
                OTHER_ACCOUNT
            } else {
                log.deliver_logs_permission_arn = None;
                ACCOUNT
            };
            let stream = format!("arn:aws:firehose:{region}:{account}:deliverystream/records");
            log.log_destination = Some(stream);
        }
        _ => {}
    }
    // A network interface, for which tags can be recorded.
    if number == 20 {
        "${version} ${srcaddr} ${instance-tag} ${instance-tag-2}".clone_into(&mut log.log_format);
        log.tag_field_specifications = vec![TagFieldSpecification {
            resource_type: "instance".to_owned(),
            tag_keys: vec!["Team".to_owned(), "Name".to_owned()],
        }];
    }
}

fn tags(number: usize) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::from([("Team".to_owned(), "network".to_owned())]);
    if number.is_multiple_of(2) {
        tags.insert("Name".to_owned(), format!("flow log {number}"));
    }
    if number % 7 == 3 {
        tags.insert("Odd".to_owned(), "${not} \"a\" template\\%{if}".to_owned());
        tags.insert("Empty".to_owned(), String::new());
    }
    tags
}
