//! The services that only queries of objects call. This module must not know what is asked of them.

use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_types::region::Region;

use super::{Athena, Aws, S3, endpoints::Service, once};

impl Aws {
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
