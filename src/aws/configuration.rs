//! What holds in the end, out of arguments, environment, profile and defaults.
//!
//! Arguments beat the environment, the environment beats the profile, the profile beats the defaults, as with the
//! AWS CLI. The SDK would read most of this by itself, but it ends the process over a malformed retry variable and
//! keeps silent about a missing profile; so everything is read here, and what is wrong is refused by its name.
//! This module must not know any service, nor open a connection.

use std::{path::PathBuf, time::Duration};

use aws_smithy_types::{
    retry::{RetryConfig, RetryMode},
    timeout::TimeoutConfig,
};
use aws_types::os_shim_internal::Env;
use regex_lite::Regex;

use super::{
    environment::{given, home, named_variable},
    error::{Error, Source},
    profiles::Profiles,
    settings::Settings,
};
use crate::arn::region;
use crate::text::duration as length;

/// How often a call is tried if nothing says otherwise; the AWS provider's default.
const DEFAULT_ATTEMPTS: u32 = 25;
/// Time to make a connection.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for one attempt: the request and the whole reply.
pub(super) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// The environment and the profiles, read once.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) env: Env,
    pub(super) profiles: Profiles,
}

impl Surroundings {
    /// Reads the shared configuration files.
    pub(super) async fn read(settings: &Settings, env: Env) -> Result<Self, Error> {
        let profiles = Profiles::read(settings, &env).await?;
        Ok(Self { env, profiles })
    }

    /// The first of an argument, environment variables and a key of the profile, with the name of its source.
    pub(super) fn first(
        &self,
        argument: (&'static str, Option<&str>),
        variables: &[&'static str],
        key: &'static str,
    ) -> Option<(Source<'static>, String)> {
        if let Some(value) = given(argument.1) {
            return Some((Source::Argument(argument.0), value.to_owned()));
        }
        named_variable(&self.env, variables).or_else(|| {
            let value = self.profiles.value(key)?;
            Some((Source::Profile(key), value.to_owned()))
        })
    }

    /// The file of certificates to trust in place of the system's.
    pub(super) fn ca_bundle(&self, settings: &Settings) -> Option<(Source<'static>, PathBuf)> {
        let argument = ("custom_ca_bundle", settings.custom_ca_bundle.as_deref());
        let (source, path) = self.first(argument, &["AWS_CA_BUNDLE"], "ca_bundle")?;
        Some((source, home(&self.env, &path)))
    }

    /// A switch: an argument, an environment variable or a key of the profile.
    pub(super) fn switch(
        &self,
        argument: Option<bool>,
        variable: &'static str,
        key: &'static str,
    ) -> Result<Option<bool>, Error> {
        if argument.is_some() {
            return Ok(argument);
        }
        let Some((source, text)) = self.first(("", None), &[variable], key) else {
            return Ok(None);
        };
        match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(Error::configuration(
                source,
                format!("{text:?} is neither true nor false"),
            )),
        }
    }

    /// The region of all calls that name no other.
    pub(super) fn region(&self, settings: &Settings) -> Result<Option<String>, Error> {
        let argument = ("region", settings.region.as_deref());
        match self.first(argument, &["AWS_REGION", "AWS_DEFAULT_REGION"], "region") {
            Some((source, region)) => {
                check_region(settings, source, &region)?;
                Ok(Some(region))
            }
            None => Ok(None),
        }
    }

    /// How calls are tried again.
    pub(super) fn retries(&self, settings: &Settings) -> Result<RetryConfig, Error> {
        let mode = match given(settings.retry_mode.as_deref()) {
            Some(mode) => retry_mode(Source::Argument("retry_mode"), mode)?,
            // The CLI still knows `legacy` from the environment and profiles; it has no counterpart here.
            None => match self.first(("", None), &["AWS_RETRY_MODE"], "retry_mode") {
                Some((_, mode)) if mode.eq_ignore_ascii_case("legacy") => RetryMode::Standard,
                Some((source, mode)) => retry_mode(source, &mode)?,
                None => RetryMode::Standard,
            },
        };
        let retries = RetryConfig::standard().with_retry_mode(mode);
        Ok(retries.with_max_attempts(self.attempts(settings)?))
    }

    fn attempts(&self, settings: &Settings) -> Result<u32, Error> {
        if let Some(attempts) = attempts(settings)? {
            return Ok(attempts);
        }
        match self.first(("", None), &["AWS_MAX_ATTEMPTS"], "max_attempts") {
            Some((source, text)) => match text.parse() {
                Ok(attempts) if attempts > 0 => Ok(attempts),
                _ => Err(Error::configuration(
                    source,
                    format!("{text:?} is not a number of attempts of at least 1"),
                )),
            },
            None => Ok(DEFAULT_ATTEMPTS),
        }
    }
}

/// The deadlines of every call.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(ATTEMPT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

/// How often a call is tried, if an argument says so.
pub(super) fn attempts(settings: &Settings) -> Result<Option<u32>, Error> {
    let Some(retries) = settings.max_retries else {
        return Ok(None);
    };
    match u32::try_from(retries) {
        Ok(retries) => Ok(Some(retries.max(1))),
        Err(_) => {
            let reason = format!("{retries} is not a number of attempts");
            Err(Error::configuration(
                Source::Argument("max_retries"),
                reason,
            ))
        }
    }
}

/// How many retry tokens there are; none for a bucket without bottom.
pub(super) fn capacity(settings: &Settings) -> Result<Option<usize>, Error> {
    let Some(capacity) = settings.token_bucket_rate_limiter_capacity else {
        return Ok(None);
    };
    match usize::try_from(capacity) {
        Ok(capacity) => Ok(Some(capacity).filter(|capacity| *capacity > 0)),
        Err(_) => {
            let argument = Source::Argument("token_bucket_rate_limiter_capacity");
            let reason = format!("{capacity} is not a number of tokens");
            Err(Error::configuration(argument, reason))
        }
    }
}

/// Reads a length of time as `1h30m`, `900s` or `15m`.
pub(super) fn duration(argument: &str, text: Option<&str>) -> Result<Option<i32>, Error> {
    let Some(text) = given(text) else {
        return Ok(None);
    };
    let refuse = |reason| Error::configuration(Source::Argument(argument), reason);
    let length = length::parse(text).map_err(|why| refuse(format!("{text:?}: {why}")))?;
    let seconds = i32::try_from(length.as_secs()).unwrap_or(i32::MAX);
    in_bounds(seconds, text).map(Some).map_err(refuse)
}

/// Reads the length of a session in seconds, as a profile gives it.
pub(super) fn seconds_of(text: &str) -> Result<i32, String> {
    let seconds = text
        .parse()
        .map_err(|_| format!("{text:?} is not a number of seconds"))?;
    in_bounds(seconds, text)
}

/// Checks the length of a session: what STS accepts at most.
fn in_bounds(seconds: i32, text: &str) -> Result<i32, String> {
    match (900..=43_200).contains(&seconds) {
        true => Ok(seconds),
        false => Err(format!("{text:?} is not between 15 minutes and 12 hours")),
    }
}

/// Checks the shape of a region, not its name: AWS opens new ones.
pub(super) fn check_region(
    settings: &Settings,
    source: Source<'_>,
    region: &str,
) -> Result<(), Error> {
    if region::is_name(region) || settings.skip_region_validation {
        return Ok(());
    }
    let reason = format!(
        "{region:?} is not a region such as eu-central-1 (skip_region_validation accepts any)"
    );
    Err(Error::configuration(source, reason))
}

/// Says whether a text has a form.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

fn retry_mode(source: Source<'_>, mode: &str) -> Result<RetryMode, Error> {
    match mode.to_ascii_lowercase().as_str() {
        "standard" => Ok(RetryMode::Standard),
        "adaptive" => Ok(RetryMode::Adaptive),
        _ => Err(Error::configuration(
            source,
            format!("{mode:?} is neither standard nor adaptive"),
        )),
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

    #[test]
    fn lengths_of_time_are_read_as_go_writes_them() {
        let read = |text| duration("duration", Some(text)).ok().flatten();
        assert_eq!(
            ["1h", "1h30m", "900s", "15m0s", "12h"].map(read),
            [3600, 5400, 900, 900, 43_200].map(Some)
        );
        assert_eq!(
            ["5m", "13h", "1h30", "soon", "-1h", "99999h"].map(read),
            [None; 6]
        );
        assert_eq!(duration("duration", Some("")), Ok(None));
    }
}
