//! What holds in the end, out of arguments, environment, profile and defaults.
//!
//! Arguments beat the environment, the environment beats the profile, the profile beats the defaults, as with the
//! AWS CLI. The SDK reads most of this by itself, but it ends the process over a malformed retry variable and
//! keeps silent about a missing profile; so what can be wrong is read here first, and refused by its name.
//! This module must not know any service, nor open a connection.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use aws_config::profile::{self, ProfileSet};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_types::{
    retry::{RetryConfig, RetryMode},
    timeout::TimeoutConfig,
};
use aws_types::os_shim_internal::{Env, Fs};
use regex_lite::Regex;

use super::{
    error::{Error, Source},
    mistakes::check_region,
    settings::Settings,
};

/// How often a call is tried if nothing says otherwise; the AWS provider's default.
const DEFAULT_ATTEMPTS: u32 = 25;
/// How large a file of certificates, or one that holds a token, may be, in bytes.
const LARGEST_FILE: u64 = 8 << 20;
/// Time to make a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for one attempt with everything that belongs to it: credentials, request and the whole answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// The environment and the profile, read once.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) env: Env,
    pub(super) files: EnvConfigFiles,
    profile: ProfileSet,
}

impl Surroundings {
    /// Reads the shared configuration files, and finds the profile in them.
    pub(super) async fn read(settings: &Settings, env: Env) -> Result<Self, Error> {
        let files = files(settings, &env);
        let named = given(settings.profile.as_deref());
        let profile = profile::load(
            &Fs::real(),
            &env,
            &files,
            named.map(|name| Cow::Owned(name.to_owned())),
        )
        .await
        .map_err(|error| {
            let argument = Source::Argument("shared_config_files");
            Error::configuration(argument, super::causes::chain(&error))
        })?;
        let source = match named {
            Some(_) => Source::Argument("profile"),
            None => Source::Variable("AWS_PROFILE"),
        };
        let wanted = named
            .map(str::to_owned)
            .or_else(|| variable(&env, &["AWS_PROFILE"]));
        if let Some(name) = wanted.filter(|name| name != "default")
            && profile.get_profile(&name).is_none()
        {
            let reason = format!("there is no profile {name:?} in the shared configuration files");
            return Err(Error::configuration(source, reason));
        }
        Ok(Self {
            env,
            files,
            profile,
        })
    }

    /// The first of an argument, environment variables and a key of the profile, with the name of its source.
    fn first(
        &self,
        argument: (&'static str, Option<&str>),
        variables: &[&'static str],
        key: &'static str,
    ) -> Option<(Source<'static>, String)> {
        if let Some(value) = given(argument.1) {
            return Some((Source::Argument(argument.0), value.to_owned()));
        }
        named_variable(&self.env, variables).or_else(|| {
            let value = given(self.profile.get(key))?;
            Some((Source::Profile(key), value.to_owned()))
        })
    }

    /// The file of certificates to trust in place of the system's.
    pub(super) fn ca_bundle(&self, settings: &Settings) -> Option<(Source<'static>, PathBuf)> {
        let argument = ("custom_ca_bundle", settings.custom_ca_bundle.as_deref());
        let (source, path) = self.first(argument, &["AWS_CA_BUNDLE"], "ca_bundle")?;
        Some((source, home(&self.env, &path)))
    }

    /// The profile whose `credential_process` gives the credentials: the selected one, or one that it builds on.
    pub(super) fn profile_with_process(&self) -> Option<&str> {
        let mut name = self.profile.selected_profile();
        let mut seen = BTreeSet::new();
        while seen.insert(name) {
            let profile = self.profile.get_profile(name)?;
            if profile.get("credential_process").is_some() {
                return Some(name);
            }
            name = profile.get("source_profile")?;
        }
        None
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

/// What was given and is not empty: an empty string means that it was not given.
pub(super) fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

/// The first of these environment variables that is set and not empty.
pub(super) fn variable(env: &Env, names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| env.get(name).ok().filter(|value| !value.is_empty()))
}

/// The first of these environment variables that is set and not empty, with its name.
pub(super) fn named_variable(
    env: &Env,
    names: &[&'static str],
) -> Option<(Source<'static>, String)> {
    names
        .iter()
        .find_map(|name| Some((Source::Variable(name), variable(env, &[name])?)))
}

/// Reads a length of time as `1h30m`, `900s` or `15m`.
pub(super) fn duration(argument: &str, text: Option<&str>) -> Result<Option<i32>, Error> {
    let Some(text) = given(text) else {
        return Ok(None);
    };
    let refuse = |reason| Err(Error::configuration(Source::Argument(argument), reason));
    match seconds(text) {
        Some(seconds) if (900..=43_200).contains(&seconds) => Ok(Some(seconds)),
        Some(_) => refuse(format!("{text:?} is not between 15m and 12h")),
        None => refuse(format!("{text:?} is not a length of time such as 1h30m")),
    }
}

fn seconds(text: &str) -> Option<i32> {
    let parts = Regex::new(r"^(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$").ok()?;
    let parts = parts.captures(text)?;
    let number = |group| match parts.get(group) {
        Some(digits) => digits.as_str().parse::<i32>().ok(),
        None => Some(0),
    };
    Some(number(1)? * 3600 + number(2)? * 60 + number(3)?)
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

fn files(settings: &Settings, env: &Env) -> EnvConfigFiles {
    let named = |files: &[String], kind: EnvConfigFileKind| -> Vec<_> {
        let files = files.iter().filter(|file| !file.is_empty());
        files.map(|file| (kind, home(env, file))).collect()
    };
    let config = named(&settings.shared_config_files, EnvConfigFileKind::Config);
    let credentials = named(
        &settings.shared_credentials_files,
        EnvConfigFileKind::Credentials,
    );
    let builder = EnvConfigFiles::builder()
        .include_default_config_file(config.is_empty())
        .include_default_credentials_file(credentials.is_empty());
    config
        .into_iter()
        .chain(credentials)
        .fold(builder, |builder, (kind, file)| {
            builder.with_file(kind, file)
        })
        .build()
}

/// A path, its `~` replaced by the home directory.
pub(super) fn home(env: &Env, path: &str) -> PathBuf {
    match (
        path.strip_prefix("~/"),
        variable(env, &["HOME", "USERPROFILE"]),
    ) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// Reads a file that was named.
pub(super) fn read(source: Source<'_>, path: &Path) -> Result<Vec<u8>, Error> {
    read_file(path)
        .map_err(|error| Error::configuration(source, format!("{}: {error}", path.display())))
}

/// Reads a file that may be a device or a pipe, which never end.
pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        let reason = format!("it is larger than {} MiB", LARGEST_FILE >> 20);
        return Err(io::Error::other(reason));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn tilde_is_the_home_directory() {
        let env = Env::from_slice(&[("HOME", "/home/me")]);
        assert_eq!(
            home(&env, "~/.aws/config"),
            PathBuf::from("/home/me/.aws/config")
        );
        assert_eq!(home(&env, "/etc/~/x"), PathBuf::from("/etc/~/x"));
    }
}
