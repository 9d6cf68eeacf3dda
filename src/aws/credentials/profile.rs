//! Which credentials a profile names: keys, another profile, a source of the machine, a token, IAM Identity Center or a
//! program; and the roles to assume on top of them.
//!
//! The order is that of the AWS provider. What a profile begins it must finish: half of a setting is an error, for it must
//! never lead to other credentials than those that were meant.
//! This module must not know where a profile was named.

use aws_config::profile::Profile;
use aws_credential_types::Credentials;

use super::{
    super::{
        configuration::{Surroundings, seconds_of},
        environment::{given, home},
        error::Error,
        settings::AssumeRole,
    },
    container::Container,
    means::unusable,
    process::Process,
    roles::{Role, WebIdentity},
    source::Origin,
    sso::Sso,
    token::Token,
    variables,
};

/// What a profile comes to: where its credentials come from, if it says so, and the roles to assume with them.
pub(super) type Found = (Option<Origin>, Vec<Role>);

/// Reads a profile that is there.
pub(super) fn read(name: &str, surroundings: &Surroundings) -> Result<Found, Error> {
    let mut walk = Walk {
        surroundings,
        seen: Vec::new(),
        roles: Vec::new(),
    };
    let origin = match surroundings.profiles.get(name) {
        Some(profile) => walk.origin(&Section { name, profile })?,
        None => None,
    };
    Ok((origin, walk.roles))
}

/// The way from one profile to the profiles that it builds on.
struct Walk<'a> {
    surroundings: &'a Surroundings,
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
        given(self.profile.get(key))
    }

    fn refuse(&self, reason: impl std::fmt::Display) -> Error {
        unusable(format!("profile {:?}: {reason}", self.name))
    }

    /// A value that something else in the profile needs.
    fn needed(&self, key: &str, by: &str) -> Result<&str, Error> {
        self.value(key)
            .ok_or_else(|| self.refuse(format!("`{by}` needs `{key}`, which is missing")))
    }
}

impl Walk<'_> {
    fn origin(&mut self, section: &Section<'_>) -> Result<Option<Origin>, Error> {
        self.seen.push(section.name.to_owned());
        let role = self.role(section)?;
        let origin = match self.base(section)? {
            // The token is for the role of this profile, unless it is another profile's.
            Some(origin @ Origin::WebIdentity(_)) if section.value("source_profile").is_none() => {
                return Ok(Some(origin));
            }
            None if role.is_some() => {
                return Err(section.refuse(
                    "`role_arn` needs credentials to assume the role with: a `source_profile`, a `credential_source`, \
                     or a `web_identity_token_file`",
                ));
            }
            origin => origin,
        };
        self.roles.extend(role);
        Ok(origin)
    }

    /// The credentials before the role of this profile.
    fn base(&mut self, section: &Section<'_>) -> Result<Option<Origin>, Error> {
        if let Some(source) = section.value("source_profile") {
            section.needed("role_arn", "source_profile")?;
            return self.other(section, source).map(Some);
        }
        if let Some(keys) = keys(section)? {
            return Ok(Some(Origin::Keys(keys)));
        }
        if let Some(source) = section.value("credential_source") {
            section.needed("role_arn", "credential_source")?;
            return self.of_machine(section, source).map(Some);
        }
        if let Some(file) = section.value("web_identity_token_file") {
            return self.web_identity(section, file).map(Some);
        }
        if let Some(sso) = self.sso(section)? {
            return Ok(Some(Origin::Sso(sso)));
        }
        if section.value("login_session").is_some() {
            return Err(section.refuse(
                "credentials of `aws login` (`login_session`) are not supported. Hand them over with \
                 `eval \"$(aws configure export-credentials --format env)\"`, or sign in with `aws sso login`",
            ));
        }
        Ok(section.value("credential_process").map(|command| {
            Origin::Process(Process {
                profile: section.name.to_owned(),
                command: command.to_owned(),
            })
        }))
    }

    /// The credentials of the profile that this one builds on.
    fn other(&mut self, section: &Section<'_>, source: &str) -> Result<Origin, Error> {
        if source == section.name {
            let keys = keys(section)?;
            return keys.map(Origin::Keys).ok_or_else(|| {
                section.refuse("it is its own `source_profile`, and holds no keys")
            });
        }
        if self.seen.iter().any(|seen| seen == source) {
            let way = self.seen.join(" -> ");
            return Err(section.refuse(format!(
                "the profiles build on each other in a circle: {way} -> {source}"
            )));
        }
        let profiles = &self.surroundings.profiles;
        let Some(profile) = profiles.get(source) else {
            return Err(section.refuse(format!("`source_profile`: {}", profiles.missing(source))));
        };
        let other = Section {
            name: source,
            profile,
        };
        self.origin(&other)?.ok_or_else(|| {
            other.refuse(format!(
                "it holds no credentials, and profile {:?} builds on it",
                section.name
            ))
        })
    }

    fn of_machine(&self, section: &Section<'_>, source: &str) -> Result<Origin, Error> {
        let env = &self.surroundings.env;
        match source {
            "Environment" => variables::keys(env)?.map(Origin::Keys).ok_or_else(|| {
                section.refuse(
                    "`credential_source` is Environment, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set",
                )
            }),
            "EcsContainer" => Container::named(env)?.map(Origin::Container).ok_or_else(|| {
                section.refuse(
                    "`credential_source` is EcsContainer, and AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and \
                     AWS_CONTAINER_CREDENTIALS_FULL_URI are not set",
                )
            }),
            "Ec2InstanceMetadata" => Ok(Origin::Instance(Some(section.name.to_owned()))),
            _ => Err(section.refuse(format!(
                "`credential_source` is {source:?}, which is none of Environment, Ec2InstanceMetadata, EcsContainer"
            ))),
        }
    }

    fn web_identity(&self, section: &Section<'_>, file: &str) -> Result<Origin, Error> {
        let role = section.needed("role_arn", "web_identity_token_file")?;
        Ok(Origin::WebIdentity(WebIdentity {
            role_arn: role.to_owned(),
            session_name: section.value("role_session_name").map(str::to_owned),
            seconds: seconds(section)?,
            policy: None,
            policy_arns: Vec::new(),
            token: Token::File {
                path: home(&self.surroundings.env, file),
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
                "the role asks for a code of {device} (`mfa_serial`), and nobody can be asked here. Get a session first, \
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
        let profiles = &self.surroundings.profiles;
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

/// The keys of a profile: both or none.
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

/// The length of a session in seconds.
fn seconds(section: &Section<'_>) -> Result<Option<i32>, Error> {
    let text = section.value("duration_seconds");
    text.map(seconds_of)
        .transpose()
        .map_err(|reason| section.refuse(format!("`duration_seconds`: {reason}")))
}
