//! The gateways of the services, one for each region. This module must not know what is asked of them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use aws_sdk_ec2::config::retry::RetryPartition;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_types::region::Region;

use super::{Athena, Aws, CloudFormation, Ec2, Logs, S3, Shared, endpoints::Service};

impl Aws {
    /// Returns EC2 in a region.
    pub fn ec2(&self, region: &str) -> Ec2 {
        let shared = &self.0;
        once(&shared.ec2, region, || {
            let mut config = aws_sdk_ec2::config::Builder::from(&shared.sdk)
                .region(Region::new(region.to_owned()))
                .retry_partition(shared.partition("ec2", region));
            if let Some(endpoint) = shared.addresses.of(Service::Ec2) {
                config = config.endpoint_url(endpoint);
            }
            Ec2::new(
                aws_sdk_ec2::Client::from_conf(config.build()),
                region,
                shared.context.for_another_service(),
            )
        })
    }

    /// Returns CloudWatch Logs in a region.
    pub fn logs(&self, region: &str) -> Logs {
        let shared = &self.0;
        once(&shared.logs, region, || {
            let mut config = aws_sdk_cloudwatchlogs::config::Builder::from(&shared.sdk)
                .region(Region::new(region.to_owned()))
                .retry_partition(shared.partition("logs", region));
            if let Some(endpoint) = shared.addresses.of(Service::Logs) {
                config = config.endpoint_url(endpoint);
            }
            let client = aws_sdk_cloudwatchlogs::Client::from_conf(config.build());
            Logs::new(client, region, shared.context.for_another_service())
        })
    }

    /// Returns CloudFormation in a region.
    pub fn cloudformation(&self, region: &str) -> CloudFormation {
        let shared = &self.0;
        once(&shared.cloudformation, region, || {
            let mut config = aws_sdk_cloudformation::config::Builder::from(&shared.sdk)
                .region(Region::new(region.to_owned()))
                .retry_partition(shared.partition("cloudformation", region));
            if let Some(endpoint) = shared.addresses.of(Service::CloudFormation) {
                config = config.endpoint_url(endpoint);
            }
            let client = aws_sdk_cloudformation::Client::from_conf(config.build());
            CloudFormation::new(client, region, shared.context.for_another_service())
        })
    }

    /// Returns Athena in a region.
    pub fn athena(&self, region: &str) -> Athena {
        let shared = &self.0;
        once(&shared.athena, region, || {
            let mut config = aws_sdk_athena::config::Builder::from(&shared.sdk)
                .region(Region::new(region.to_owned()))
                .retry_partition(shared.partition("athena", region));
            if let Some(endpoint) = shared.addresses.of(Service::Athena) {
                config = config.endpoint_url(endpoint);
            }
            let client = aws_sdk_athena::Client::from_conf(config.build());
            Athena::new(client, region, shared.context.for_another_service())
        })
    }

    /// Returns S3 in a region.
    pub fn s3(&self, region: &str) -> S3 {
        let shared = &self.0;
        once(&shared.s3, region, || {
            let mut config = aws_sdk_s3::config::Builder::from(&shared.sdk)
                .region(Region::new(region.to_owned()))
                .retry_partition(shared.partition("s3", region))
                .force_path_style(shared.s3_use_path_style)
                .disable_s3_express_session_auth(true)
                // Other stores do not know the checksums. Lengths are checked, and so are gzip and Parquet.
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
            if let Some(endpoint) = shared.addresses.of(Service::S3) {
                config = config.endpoint_url(endpoint);
            }
            let client = aws_sdk_s3::Client::from_conf(config.build());
            S3::new(client, region, shared.context.for_another_service())
        })
    }
}

impl Shared {
    /// Returns what the retries of one service in one region share.
    pub(super) fn partition(&self, service: &str, region: &str) -> RetryPartition {
        RetryPartition::custom(format!("{service}-{region}"))
            .token_bucket(self.bucket.clone())
            .build()
    }
}

/// Returns the gateway of a region, and creates it if necessary.
pub(super) fn once<T: Clone>(
    gateways: &Mutex<BTreeMap<String, T>>,
    region: &str,
    make: impl FnOnce() -> T,
) -> T {
    let mut gateways = gateways.lock().unwrap_or_else(PoisonError::into_inner);
    gateways
        .entry(region.to_owned())
        .or_insert_with(make)
        .clone()
}
