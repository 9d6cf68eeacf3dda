//! The credentials of a profile: keys, another profile, a source of the machine, a token, IAM Identity Center or a
//! program, and the roles to assume with them.
//!
//! The order of precedence is that of the AWS provider. An incomplete setting is an error: it must never lead to other
//! credentials than the intended ones.
//! This module must not know where a profile is named.

use aws_config::profile::Profile;
use aws_credential_types::Credentials;

use super::{
    super::{
        configuration::{Environment, seconds_of},
        error::Error,
        os::{Given, home},
        settings::AssumeRole,
    },
    clients::unusable,
    container::Container,
    process::Process,
    roles::{Role, WebIdentity},
    source::CredentialSource,
    sso::Sso,
    token::Token,
    variables,
};

/// The source of the credentials, if the profile has one, and the roles to assume with them.
pub(super) type Found = (Option<CredentialSource>, Vec<Role>);

/// Reads a profile, if it exists.
pub(super) fn read(name: &str, environment: &Environment) -> Result<Found, Error> {
    let mut walk = Chain {
        environment,
        seen: Vec::new(),
        roles: Vec::new(),
    };
    let origin = match environment.profiles.get(name) {
        Some(profile) => walk.origin(&Section { name, profile })?,
        None => None,
    };
    Ok((origin, walk.roles))
}

/// A profile and the source profiles that it refers to.
struct Chain<'a> {
    environment: &'a Environment,
    seen: Vec<String>,
    roles: Vec<Role>,
}

/// A profile with its name.
struct Section<'a> {
    name: &'a str,
    profile: &'a Profile,
}

impl Section<'_> {
    fn value(&self, key: &str) -> Option<&str> {
        self.profile.get(key).given()
    }

    fn refuse(&self, reason: impl std::fmt::Display) -> Error {
        unusable(format!("profile {:?}: {reason}", self.name))
    }

    /// Returns a value that another key of the profile requires.
    fn needed(&self, key: &str, by: &str) -> Result<&str, Error> {
        self.value(key)
            .ok_or_else(|| self.refuse(format!("`{by}` requires `{key}`, which is missing")))
    }
}

impl Chain<'_> {
    fn origin(&mut self, section: &Section<'_>) -> Result<Option<CredentialSource>, Error> {
        self.seen.push(section.name.to_owned());
        let role = self.role(section)?;
        let origin = match self.base(section)? {
            // The token is for the role of this profile, unless it belongs to another profile.
            Some(origin @ CredentialSource::WebIdentity(_))
                if section.value("source_profile").is_none() =>
            {
                return Ok(Some(origin));
            }
            None if role.is_some() => {
                return Err(section.refuse(
                    "`role_arn` requires credentials to assume the role: a `source_profile`, a `credential_source`, or a \
                     `web_identity_token_file`",
                ));
            }
            origin => origin,
        };
        self.roles.extend(role);
        Ok(origin)
    }

    /// Returns the source of the credentials that assume the role of this profile.
    fn base(&mut self, section: &Section<'_>) -> Result<Option<CredentialSource>, Error> {
        if let Some(source) = section.value("source_profile") {
            section.needed("role_arn", "source_profile")?;
            return self.other(section, source).map(Some);
        }
        if let Some(keys) = keys(section)? {
            return Ok(Some(CredentialSource::Keys(keys)));
        }
        if let Some(source) = section.value("credential_source") {
            section.needed("role_arn", "credential_source")?;
            return self.of_machine(section, source).map(Some);
        }
        if let Some(file) = section.value("web_identity_token_file") {
            return self.web_identity(section, file).map(Some);
        }
        if let Some(sso) = self.sso(section)? {
            return Ok(Some(CredentialSource::Sso(sso)));
        }
        if section.value("login_session").is_some() {
            return Err(section.refuse(
                "credentials of `aws login` (`login_session`) are not supported. Export them with \
                 `eval \"$(aws configure export-credentials --format env)\"`, or sign in with `aws sso login`",
            ));
        }
        Ok(section.value("credential_process").map(|command| {
            CredentialSource::Process(Process {
                profile: section.name.to_owned(),
                command: command.to_owned(),
            })
        }))
    }

    /// Returns the credentials of a source profile.
    fn other(&mut self, section: &Section<'_>, source: &str) -> Result<CredentialSource, Error> {
        if source == section.name {
            let keys = keys(section)?;
            return keys
                .map(CredentialSource::Keys)
                .ok_or_else(|| section.refuse("it is its own `source_profile`, and has no keys"));
        }
        if self.seen.iter().any(|seen| seen == source) {
            let chain = self.seen.join(" -> ");
            return Err(section.refuse(format!(
                "the `source_profile` keys form a circle: {chain} -> {source}"
            )));
        }
        let profiles = &self.environment.profiles;
        let Some(profile) = profiles.get(source) else {
            return Err(section.refuse(format!("`source_profile`: {}", profiles.missing(source))));
        };
        let other = Section {
            name: source,
            profile,
        };
        self.origin(&other)?.ok_or_else(|| {
            other.refuse(format!(
                "it has no credentials, and it is the `source_profile` of profile {:?}",
                section.name
            ))
        })
    }

    fn of_machine(&self, section: &Section<'_>, source: &str) -> Result<CredentialSource, Error> {
        let env = &self.environment.env;
        match source {
            "Environment" => variables::keys(env)?.map(CredentialSource::Keys).ok_or_else(|| {
                section.refuse(
                    "`credential_source` is Environment, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set",
                )
            }),
            "EcsContainer" => Container::named(env)?.map(CredentialSource::Container).ok_or_else(|| {
                section.refuse(
                    "`credential_source` is EcsContainer, and AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and \
                     AWS_CONTAINER_CREDENTIALS_FULL_URI are not set",
                )
            }),
            "Ec2InstanceMetadata" => Ok(CredentialSource::Instance(Some(section.name.to_owned()))),
            _ => Err(section.refuse(format!(
                "`credential_source` is {source:?}; it must be Environment, Ec2InstanceMetadata or EcsContainer"
            ))),
        }
    }

    fn web_identity(&self, section: &Section<'_>, file: &str) -> Result<CredentialSource, Error> {
        let role = section.needed("role_arn", "web_identity_token_file")?;
        Ok(CredentialSource::WebIdentity(WebIdentity {
            role_arn: role.to_owned(),
            session_name: section.value("role_session_name").map(str::to_owned),
            seconds: seconds(section)?,
            policy: None,
            policy_arns: Vec::new(),
            token: Token::File {
                path: home(&self.environment.env, file),
                named_by: format!("`web_identity_token_file` of profile {:?}", section.name),
            },
        }))
    }

    fn role(&self, section: &Section<'_>) -> Result<Option<Role>, Error> {
        let Some(role) = section.value("role_arn") else {
            return Ok(None);
        };
        if let Some(device) = section.value("mfa_serial") {
            return Err(section.refuse(format!(
                "the role requires a code of {device} (`mfa_serial`), which cannot be entered here. Get a session first, \
                 with `eval \"$(aws configure export-credentials --profile {} --format env)\"`, and run without this \
                 profile",
                section.name
            )));
        }
        let text = |key| section.value(key).map(str::to_owned);
        Ok(Some(Role {
            request: AssumeRole {
                role_arn: role.to_owned(),
                session_name: text("role_session_name"),
                external_id: text("external_id"),
                ..AssumeRole::default()
            },
            seconds: seconds(section)?,
        }))
    }

    fn sso(&self, section: &Section<'_>) -> Result<Option<Sso>, Error> {
        const KEYS: [&str; 5] = [
            "sso_session",
            "sso_start_url",
            "sso_region",
            "sso_account_id",
            "sso_role_name",
        ];
        let Some(begun) = KEYS.into_iter().find(|key| section.value(key).is_some()) else {
            return Ok(None);
        };
        let session = section.value("sso_session");
        let profiles = &self.environment.profiles;
        if let Some(name) = session
            && !profiles.has_sso_session(name)
        {
            return Err(section.refuse(format!("there is no section [sso-session {name}]")));
        }
        let of_session = |key| session.and_then(|name| profiles.of_sso_session(name, key));
        let needed = |key| match (of_session(key), section.value(key)) {
            (Some(value), Some(other)) if value != other => Err(section.refuse(format!(
                "`{key}` is {other:?}, and {value:?} in the section of its `sso_session`"
            ))),
            (Some(value), _) => Ok(value.to_owned()),
            (None, _) => section.needed(key, begun).map(str::to_owned),
        };
        Ok(Some(Sso {
            profile: section.name.to_owned(),
            session: session.map(str::to_owned),
            start_url: needed("sso_start_url")?,
            region: needed("sso_region")?,
            account: needed("sso_account_id")?,
            role: needed("sso_role_name")?,
        }))
    }
}

/// Reads the keys of a profile: both or none.
fn keys(section: &Section<'_>) -> Result<Option<Credentials>, Error> {
    const NAMES: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];
    let token = ["aws_session_token", "aws_security_token"];
    match NAMES.map(|name| section.value(name)) {
        [Some(id), Some(secret)] => {
            let token = token
                .iter()
                .find_map(|key| section.value(key))
                .map(str::to_owned);
            Ok(Some(Credentials::new(id, secret, token, None, "profile")))
        }
        [Some(_), None] => section.needed(NAMES[1], NAMES[0]).map(|_| None),
        [None, Some(_)] => section.needed(NAMES[0], NAMES[1]).map(|_| None),
        [None, None] => Ok(None),
    }
}

/// Returns the duration of a session in seconds.
fn seconds(section: &Section<'_>) -> Result<Option<i32>, Error> {
    let text = section.value("duration_seconds");
    text.map(seconds_of)
        .transpose()
        .map_err(|reason| section.refuse(format!("`duration_seconds`: {reason}")))
}
