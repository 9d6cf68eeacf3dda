//! Services of which each partition has one.

use super::{Form, SignedService};
use crate::arn::partition;
use crate::aws::{
    Aws, STS_FALLBACK_REGION,
    endpoints::Service,
    error::{Error, Kind},
};

/// A service of which each partition has one.
#[derive(Debug)]
pub(in crate::aws) struct GlobalService {
    pub(in crate::aws) service: Service,
    /// The name in sentences.
    pub(in crate::aws) title: &'static str,
    /// The name in signatures.
    pub(in crate::aws) name: &'static str,
    pub(in crate::aws) form: Form,
    /// The partitions, the hosts, and the regions in signatures.
    pub(in crate::aws) hosts: &'static [(&'static str, &'static str, &'static str)],
    /// The only partition whose host with FIPS is another one, and this host.
    pub(in crate::aws) fips: (&'static str, &'static str),
}

impl Aws {
    /// Returns a service of the partition of the region.
    ///
    /// # Errors
    /// Its address is not known.
    pub(in crate::aws) fn global(&self, wanted: &GlobalService) -> Result<SignedService, Error> {
        let shared = &self.0;
        let home = shared.region.as_deref().unwrap_or(STS_FALLBACK_REGION);
        let partition = partition::of_region(home);
        let hosts = wanted.hosts.iter();
        let known = hosts.copied().find(|(name, ..)| *name == partition);
        let given = shared.addresses.of(wanted.service);
        let (endpoint, region) = match (given, known) {
            (Some(given), known) => (given.to_owned(), known.map_or(home, |(_, _, at)| at)),
            (None, Some((_, host, region))) => {
                let fips = shared.sdk.use_fips() == Some(true) && partition == wanted.fips.0;
                let host = if fips { wanted.fips.1 } else { host };
                (format!("https://{host}"), region)
            }
            (None, None) => {
                let (title, variable) = (wanted.title, wanted.service.variable());
                let message = format!(
                    "the address of {title} in the partition {partition} is not known; set {variable}"
                );
                return Err(Error::new(wanted.name, Kind::Configuration, message));
            }
        };
        Ok(SignedService {
            name: wanted.name,
            form: wanted.form,
            region: region.to_owned(),
            endpoint,
            sdk: shared.sdk.clone(),
            retries: shared.partition(wanted.name, region),
        })
    }
}
