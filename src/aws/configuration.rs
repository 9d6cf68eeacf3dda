//! The effective settings, from arguments, environment variables, the profile and defaults.
//!
//! The order of precedence is that of the AWS CLI: arguments, environment, profile, defaults. The SDK could read most of
//! this by itself, but it ends the process over a malformed retry variable and ignores a missing profile. Therefore
//! everything is read here, and an invalid setting is an error that names it.
//! This module must not know any service, nor open a connection.

use std::{path::PathBuf, time::Duration};

use aws_smithy_types::{
    retry::{RetryConfig, RetryMode},
    timeout::TimeoutConfig,
};
use aws_types::os_shim_internal::Env;
use regex_lite::Regex;

use super::{
    error::{Error, Setting},
    os::{Given, home, named_variable},
    profiles::Profiles,
    settings::Settings,
};
use crate::arn::region;
use crate::text::duration as length;

/// The default number of attempts, as in the AWS provider.
const DEFAULT_ATTEMPTS: u32 = 25;
/// The timeout of a connection.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The timeout of an attempt: the request and the whole reply.
pub(super) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// The environment variables and the profiles, read once.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) env: Env,
    pub(super) profiles: Profiles,
}

impl Environment {
    /// Reads the shared configuration files.
    pub(super) async fn read(settings: &Settings, env: Env) -> Result<Self, Error> {
        let profiles = Profiles::read(settings, &env).await?;
        Ok(Self { env, profiles })
    }

    /// Returns the first of an argument, environment variables and a key of the profile, with its name.
    pub(super) fn first(
        &self,
        argument: (&'static str, Option<&str>),
        variables: &[&'static str],
        key: &'static str,
    ) -> Option<(Setting<&'static str>, String)> {
        if let Some(value) = argument.1.given() {
            return Some((Setting::Argument(argument.0), value.to_owned()));
        }
        named_variable(&self.env, variables).or_else(|| {
            let value = self.profiles.value(key)?;
            Some((Setting::Profile(key), value.to_owned()))
        })
    }

    /// Returns the file of certificates to trust instead of the system's.
    pub(super) fn ca_bundle(
        &self,
        settings: &Settings,
    ) -> Option<(Setting<&'static str>, PathBuf)> {
        let argument = ("custom_ca_bundle", settings.custom_ca_bundle.as_deref());
        let (setting, path) = self.first(argument, &["AWS_CA_BUNDLE"], "ca_bundle")?;
        Some((setting, home(&self.env, &path)))
    }

    /// Returns a boolean from an argument, an environment variable or a key of the profile.
    pub(super) fn switch(
        &self,
        argument: Option<bool>,
        variable: &'static str,
        key: &'static str,
    ) -> Result<Option<bool>, Error> {
        if argument.is_some() {
            return Ok(argument);
        }
        let Some((setting, text)) = self.first(("", None), &[variable], key) else {
            return Ok(None);
        };
        match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(Error::configuration(
                setting,
                format!("{text:?} is neither true nor false"),
            )),
        }
    }

    /// Returns the default region.
    pub(super) fn region(&self, settings: &Settings) -> Result<Option<String>, Error> {
        let argument = ("region", settings.region.as_deref());
        match self.first(argument, &["AWS_REGION", "AWS_DEFAULT_REGION"], "region") {
            Some((setting, region)) => {
                check_region(settings, setting, &region)?;
                Ok(Some(region))
            }
            None => Ok(None),
        }
    }

    /// Returns how calls are retried.
    pub(super) fn retries(&self, settings: &Settings) -> Result<RetryConfig, Error> {
        let mode = match settings.retry_mode.given() {
            Some(mode) => retry_mode(Setting::Argument("retry_mode"), mode)?,
            // The CLI still accepts `legacy` from the environment and profiles. The SDK has no such mode.
            None => match self.first(("", None), &["AWS_RETRY_MODE"], "retry_mode") {
                Some((_, mode)) if mode.eq_ignore_ascii_case("legacy") => RetryMode::Standard,
                Some((setting, mode)) => retry_mode(setting, &mode)?,
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
            Some((setting, text)) => match text.parse() {
                Ok(attempts) if attempts > 0 => Ok(attempts),
                _ => Err(Error::configuration(
                    setting,
                    format!("{text:?} is not a number of attempts of at least 1"),
                )),
            },
            None => Ok(DEFAULT_ATTEMPTS),
        }
    }
}

/// Returns the timeouts of every call.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(ATTEMPT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

/// Returns the maximum number of attempts that `max_retries` sets. It counts the first attempt, and 0 means 1.
pub(super) fn attempts(settings: &Settings) -> Result<Option<u32>, Error> {
    let Some(retries) = settings.max_retries else {
        return Ok(None);
    };
    match u32::try_from(retries) {
        Ok(retries) => Ok(Some(retries.max(1))),
        Err(_) => {
            let reason = format!("{retries} is not a number of attempts");
            Err(Error::configuration(
                Setting::Argument("max_retries"),
                reason,
            ))
        }
    }
}

/// Returns the capacity of the bucket of retry tokens, or `None` if it is unlimited.
pub(super) fn capacity(settings: &Settings) -> Result<Option<usize>, Error> {
    let Some(capacity) = settings.token_bucket_rate_limiter_capacity else {
        return Ok(None);
    };
    match usize::try_from(capacity) {
        Ok(capacity) => Ok(Some(capacity).filter(|capacity| *capacity > 0)),
        Err(_) => {
            let argument = Setting::Argument("token_bucket_rate_limiter_capacity");
            let reason = format!("{capacity} is not a number of tokens");
            Err(Error::configuration(argument, reason))
        }
    }
}

/// Parses the duration of a session, such as `1h30m`, `900s` or `15m`.
pub(super) fn duration(argument: &str, text: Option<&str>) -> Result<Option<i32>, Error> {
    let Some(text) = text.given() else {
        return Ok(None);
    };
    let refuse = |reason| Error::configuration(Setting::Argument(argument), reason);
    let length = length::parse(text).ok();
    // STS counts whole seconds.
    let length = length.filter(|length| length.subsec_nanos() == 0);
    let length =
        length.ok_or_else(|| refuse(format!("{text:?} is not a duration such as 15m or 1h30m")))?;
    let seconds = i32::try_from(length.as_secs()).unwrap_or(i32::MAX);
    in_bounds(seconds, text).map(Some).map_err(refuse)
}

/// Parses the duration of a session in seconds, as a profile contains it.
pub(super) fn seconds_of(text: &str) -> Result<i32, String> {
    let seconds = text
        .parse()
        .map_err(|_| format!("{text:?} is not a number of seconds"))?;
    in_bounds(seconds, text)
}

/// Checks the duration of a session against the limits of STS.
fn in_bounds(seconds: i32, text: &str) -> Result<i32, String> {
    if (900..=43_200).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(format!("{text:?} is not between 15 minutes and 12 hours"))
    }
}

/// Checks the form of a region's name. AWS opens new regions, so the name need not be known.
pub(super) fn check_region(
    settings: &Settings,
    setting: Setting<&str>,
    region: &str,
) -> Result<(), Error> {
    if region::is_name(region) || settings.skip_region_validation {
        return Ok(());
    }
    let reason = format!(
        "{region:?} is not a region such as eu-central-1 (skip_region_validation accepts any name)"
    );
    Err(Error::configuration(setting, reason))
}

/// Reports whether a text matches a pattern.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

fn retry_mode(setting: Setting<&str>, mode: &str) -> Result<RetryMode, Error> {
    match mode.to_ascii_lowercase().as_str() {
        "standard" => Ok(RetryMode::Standard),
        "adaptive" => Ok(RetryMode::Adaptive),
        _ => Err(Error::configuration(
            setting,
            format!("{mode:?} is neither standard nor adaptive"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_checked_by_its_form() {
        let settings = Settings::default();
        let fits =
            |region: &&str| check_region(&settings, Setting::Argument("region"), region).is_ok();
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
    fn durations_are_whole_seconds_within_the_limits_of_sts() {
        let read = |text| duration("duration", Some(text)).ok().flatten();
        assert_eq!(
            ["1h", "1h30m", "900s", "15m0s", "12h"].map(read),
            [3600, 5400, 900, 900, 43_200].map(Some)
        );
        assert_eq!(
            ["5m", "13h", "1h30", "soon", "-1h", "99999h", "3600.5s"].map(read),
            [None; 7]
        );
        assert_eq!(duration("duration", Some("")), Ok(None));
    }
}
