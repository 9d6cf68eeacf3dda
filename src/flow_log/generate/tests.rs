use std::collections::BTreeMap;

use super::*;
use crate::flow_log::validate;

fn known(text: &str) -> Attr<String> {
    Attr::Known(text.to_owned())
}

/// A state as an import has it: every derived and defaulted argument filled.
fn imported(resource_id: &str, destination: &str) -> FlowLog {
    let target = FlowLog {
        resource_id: known(resource_id),
        ..FlowLog::default()
    };
    let mut state = target.clone();
    watched::derive(&target, &mut state);
    let transit = family(&state) == Some(Family::Transit);
    let kind = type_of_arn(destination).unwrap();
    FlowLog {
        traffic_type: if transit { Attr::Null } else { known("ALL") },
        log_destination_type: known(kind),
        log_destination: known(destination),
        log_group_name: Attr::from(
            crate::arn::log_group::name_in_arn(destination).map(str::to_owned),
        ),
        iam_role_arn: if kind == LOGS {
            known("arn:aws:iam::123456789012:role/flow-logs")
        } else {
            Attr::Null
        },
        log_format: Attr::Known(default_format().to_owned()),
        max_aggregation_interval: Attr::Known(if transit { 60 } else { 600 }),
        destination_options: Attr::Known(if kind == S3 {
            default_options()
        } else {
            DestinationOptions::default()
        }),
        region: known("eu-central-1"),
        ..state
    }
}

const GROUP: &str = "arn:aws:logs:eu-central-1:123456789012:log-group:flow-logs";

#[test]
fn a_plain_flow_log_is_written_in_its_four_arguments() {
    let state = imported("vpc-0123456789abcdef0", GROUP);
    let config = configuration(None, state);
    let expected = FlowLog {
        vpc_id: known("vpc-0123456789abcdef0"),
        traffic_type: known("ALL"),
        log_destination: known(GROUP),
        iam_role_arn: known("arn:aws:iam::123456789012:role/flow-logs"),
        destination_options: Attr::Known(DestinationOptions::default()),
        region: known("eu-central-1"),
        ..FlowLog::default()
    };
    assert_eq!(config, expected);
}

#[test]
fn only_options_that_differ_from_the_defaults_are_written() {
    let mut state = imported("subnet-0123456789abcdef0", "arn:aws:s3:::bucket/folder/");
    state.destination_options = Attr::Known(DestinationOptions {
        per_hour_partition: Attr::Known(true),
        ..default_options()
    });
    state.max_aggregation_interval = Attr::Known(60);
    let config = configuration(None, state);
    let options = config.destination_options.into_known().unwrap();
    assert_eq!(options.per_hour_partition, Attr::Known(true));
    assert!(options.file_format.is_null() && options.hive_compatible_partitions.is_null());
    assert_eq!(config.max_aggregation_interval, Attr::Known(60));
}

#[test]
fn what_has_no_argument_of_its_own_is_written_by_resource_id() {
    let config = configuration(None, imported("core-network-0123456789abcdef0", GROUP));
    assert_eq!(config.resource_id, known("core-network-0123456789abcdef0"));
    assert!(config.resource_type.is_null() && config.max_aggregation_interval.is_null());
    let mut edge = imported("edge-of-a-kind", GROUP);
    edge.resource_type = known("CoreNetworkEdge");
    let config = configuration(None, edge);
    assert_eq!(config.resource_type, known("CoreNetworkEdge"));
}

#[test]
fn what_is_written_is_valid() {
    let targets = [
        "vpc-0123456789abcdef0",
        "subnet-0123456789abcdef0",
        "eni-0123456789abcdef0",
        "tgw-0123456789abcdef0",
        "tgw-attach-0123456789abcdef0",
        "nat-0123456789abcdef0",
        "core-network-0123456789abcdef0",
        "attachment-0123456789abcdef0",
        "edge-of-a-kind",
    ];
    let destinations = [
        GROUP,
        "arn:aws:s3:::bucket/folder/",
        "arn:aws:firehose:eu-central-1:123456789012:deliverystream/records",
    ];
    for target in targets {
        for destination in destinations {
            let mut state = imported(target, destination);
            if target == "edge-of-a-kind" {
                state.resource_type = known(crate::flow_log::target::EDGE);
                state.traffic_type = Attr::Null;
                state.max_aggregation_interval = Attr::Known(60);
            }
            state.tags = Attr::Known(BTreeMap::new());
            // Fields that every kind of flow log has.
            state.log_format = known("${version} ${srcaddr} ${dstaddr}");
            let config = configuration(None, state);
            assert!(config.tags.is_null());
            let problems = validate::arguments(&config);
            assert!(problems.is_empty(), "{target} {destination}: {problems:?}");
        }
    }
}
