//! What cannot work in the settings, whatever the surroundings are.
//!
//! Nothing is read here, so that whoever shows the mistakes may ask for them early and all at once.
//! This module must not know the SDK.

use regex_lite::Regex;

use super::{
    configuration::{attempts, capacity, duration, given},
    error::{Error, Source},
    settings::{Endpoints, Settings},
};

impl Settings {
    /// Finds what cannot work, whatever the surroundings are: every mistake, each by the name of its argument.
    pub fn mistakes(&self) -> Vec<Error> {
        let region = |argument, region: &Option<String>| match given(region.as_deref()) {
            Some(region) => check_region(self, Source::Argument(argument), region),
            None => Ok(()),
        };
        let mut checks = vec![
            verified(self),
            whole_keys(self),
            region("region", &self.region),
            region("sts_region", &self.sts_region),
            attempts(self).map(drop),
            capacity(self).map(drop),
        ];
        checks.extend(
            self.addresses()
                .map(|(argument, address)| check_address(argument, address.as_deref())),
        );
        checks.extend(
            self.durations()
                .into_iter()
                .map(|(argument, text)| duration(&argument, text.as_deref()).map(drop)),
        );
        checks.into_iter().filter_map(Result::err).collect()
    }

    fn addresses(&self) -> [(&'static str, &Option<String>); 4] {
        let Endpoints { ec2, logs, sts } = &self.endpoints;
        let metadata = &self.ec2_metadata_service_endpoint;
        [
            ("endpoints.ec2", ec2),
            ("endpoints.logs", logs),
            ("endpoints.sts", sts),
            ("ec2_metadata_service_endpoint", metadata),
        ]
    }

    fn durations(&self) -> Vec<(String, &Option<String>)> {
        let roles = self.assume_role.iter().enumerate();
        let roles =
            roles.map(|(index, role)| (format!("assume_role[{index}].duration"), &role.duration));
        let web = self.assume_role_with_web_identity.iter();
        let web = web.map(|role| {
            (
                "assume_role_with_web_identity.duration".to_owned(),
                &role.duration,
            )
        });
        roles.chain(web).collect()
    }
}

fn verified(settings: &Settings) -> Result<(), Error> {
    if !settings.insecure {
        return Ok(());
    }
    let reason = "certificates are always checked: whoever stands between here and AWS would else see the \
                  credentials' signatures and could answer in AWS's name. For an endpoint with a certificate of \
                  your own, name the file of its authority in custom_ca_bundle (or AWS_CA_BUNDLE)";
    Err(Error::configuration(Source::Argument("insecure"), reason))
}

/// An access key and its secret are given together, and a token with them.
fn whole_keys(settings: &Settings) -> Result<(), Error> {
    let keys = [&settings.access_key, &settings.secret_key, &settings.token];
    let (argument, missing) = match keys.map(|key| given(key.as_deref()).is_some()) {
        [true, false, _] => ("access_key", "secret_key"),
        [false, true, _] => ("secret_key", "access_key"),
        [false, false, true] => ("token", "access_key and secret_key"),
        _ => return Ok(()),
    };
    let reason = format!("it needs {missing} beside it; give both, or use a profile");
    Err(Error::configuration(Source::Argument(argument), reason))
}

/// Checks the shape of a region, not its name: AWS opens new ones.
pub(super) fn check_region(
    settings: &Settings,
    source: Source<'_>,
    region: &str,
) -> Result<(), Error> {
    let shaped = Regex::new(r"^[a-z]{2,6}(-[a-z]+){1,3}-[0-9]{1,2}$")
        .is_ok_and(|shape| shape.is_match(region));
    if shaped || settings.skip_region_validation {
        return Ok(());
    }
    let reason = format!(
        "{region:?} is not a region such as eu-central-1 (skip_region_validation accepts any)"
    );
    Err(Error::configuration(source, reason))
}

fn check_address(argument: &str, address: Option<&str>) -> Result<(), Error> {
    let Some(address) = given(address) else {
        return Ok(());
    };
    let refuse = |reason| Err(Error::configuration(Source::Argument(argument), reason));
    let host = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    // The address itself is not told: it may hold a password.
    match host {
        Some(host) if host.contains('@') => refuse(
            "it holds a user name or a password, which no AWS service takes; remove what stands before the @",
        ),
        Some(host)
            if !host.is_empty()
                && !host.starts_with('/')
                && !host.contains(char::is_whitespace) =>
        {
            Ok(())
        }
        _ => refuse("it is not an address such as https://host:port"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_known_by_their_shape() {
        let settings = Settings::default();
        let fits =
            |region: &&str| check_region(&settings, Source::Argument("region"), region).is_ok();
        let real = [
            "us-east-1",
            "ap-southeast-7",
            "us-gov-west-1",
            "eusc-de-east-1",
            "us-isob-east-1",
            "mx-central-1",
        ];
        assert!(real.iter().all(fits));
        let wrong = [
            "eu",
            "eu-central",
            "EU-CENTRAL-1",
            "eu-central-1a",
            " eu-central-1",
            "Frankfurt",
        ];
        assert!(!wrong.iter().any(fits));
    }
}
