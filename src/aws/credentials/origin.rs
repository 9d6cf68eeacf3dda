//! Where the first credentials come from, decided from what was configured before anybody is asked.
//!
//! The order is that of the AWS provider: arguments; without the argument `profile` the keys and the web identity of the
//! environment; the profile; the container; the instance. A profile that was named is the end of the way.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration>
//! This module must not ask anybody.

use aws_credential_types::Credentials;
use aws_types::os_shim_internal::Env;

use super::{
    super::{
        configuration::{Surroundings, duration},
        environment::{given, home, variable},
        error::{Error, Source},
        settings::{AssumeRoleWithWebIdentity, Settings},
    },
    container::Container,
    profile,
    roles::{Role, WebIdentity},
    source::Origin,
    token::Token,
    variables,
};

const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
const ROLE: &str = "AWS_ROLE_ARN";

/// What was configured twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The argument `profile` was given, and the environment holds keys, which do not count.
    ProfileBeatsEnvironment,
    /// Keys were given as arguments, and a profile was named by one, whose credentials do not count.
    KeysBeatProfile,
}

impl Warning {
    /// Finds what was configured twice.
    pub(in super::super) fn all(settings: &Settings, env: &Env) -> Vec<Self> {
        let profile = given(settings.profile.as_deref()).is_some();
        let keys = given(settings.access_key.as_deref()).is_some();
        let in_environment = matches!(variables::keys(env), Ok(Some(_)));
        let found = [
            (profile && keys, Self::KeysBeatProfile),
            (
                profile && !keys && in_environment,
                Self::ProfileBeatsEnvironment,
            ),
        ];
        found
            .into_iter()
            .filter(|(is_so, _)| *is_so)
            .map(|(_, warning)| warning)
            .collect()
    }
}

/// Decides where the credentials come from, and which roles are assumed with them.
pub(super) fn decide(
    settings: &Settings,
    surroundings: &Surroundings,
) -> Result<(Origin, Vec<Role>), Error> {
    let (origin, mut roles) = match &settings.assume_role_with_web_identity {
        Some(role) => (
            Origin::WebIdentity(web_identity(role, &surroundings.env)?),
            Vec::new(),
        ),
        None => base(settings, surroundings)?,
    };
    for (index, role) in settings.assume_role.iter().enumerate() {
        if !role.role_arn.is_empty() {
            let argument = format!("assume_role[{index}].duration");
            roles.push(Role {
                seconds: duration(&argument, role.duration.as_deref())?,
                request: role.clone(),
            });
        }
    }
    Ok((origin, roles))
}

fn base(settings: &Settings, surroundings: &Surroundings) -> Result<(Origin, Vec<Role>), Error> {
    let keys = [&settings.access_key, &settings.secret_key].map(|key| given(key.as_deref()));
    if let [Some(id), Some(secret)] = keys {
        let token = given(settings.token.as_deref()).map(str::to_owned);
        let keys = Credentials::new(id, secret, token, None, "arguments");
        return Ok((Origin::Keys(keys), Vec::new()));
    }
    let Surroundings { env, profiles } = surroundings;
    if given(settings.profile.as_deref()).is_none()
        && let Some(origin) = of_environment(env)?
    {
        return Ok((origin, Vec::new()));
    }
    match profile::read(profiles.selected(), surroundings)? {
        (Some(origin), roles) => Ok((origin, roles)),
        (None, _) if profiles.is_named() => Err(Error::configuration(
            profiles.named_by(),
            format!(
                "profile {:?} holds no credentials, and those of the machine are not taken in their place. Add \
                 credentials to it, or name no profile",
                profiles.selected()
            ),
        )),
        (None, _) => {
            let container = Container::named(env)?;
            Ok((
                container.map_or(Origin::Instance(None), Origin::Container),
                Vec::new(),
            ))
        }
    }
}

/// The keys of the environment, or its web identity.
fn of_environment(env: &Env) -> Result<Option<Origin>, Error> {
    if let Some(keys) = variables::keys(env)? {
        return Ok(Some(Origin::Keys(keys)));
    }
    if variable(env, &[TOKEN_FILE]).is_none() {
        return Ok(None);
    }
    if variable(env, &[ROLE]).is_none() {
        let reason = format!("{ROLE} is not set beside it, so there is no role for the token");
        return Err(Error::configuration(Source::Variable(TOKEN_FILE), reason));
    }
    let role = web_identity(&AssumeRoleWithWebIdentity::default(), env)?;
    Ok(Some(Origin::WebIdentity(role)))
}

/// The role of a web identity, as an argument, or else the environment, names it.
fn web_identity(role: &AssumeRoleWithWebIdentity, env: &Env) -> Result<WebIdentity, Error> {
    const FILE: &str = "assume_role_with_web_identity.web_identity_token_file";
    let or = |value: &Option<String>, name: &str| {
        let value = given(value.as_deref()).map(str::to_owned);
        value.or_else(|| variable(env, &[name]))
    };
    let missing = |argument: &str, name: &str| {
        Error::configuration(
            Source::Argument(&format!("assume_role_with_web_identity.{argument}")),
            format!("it is needed for a web identity; give it, or set {name}"),
        )
    };
    let token = match given(role.web_identity_token.as_deref()) {
        Some(token) => Token::Given(token.to_owned()),
        None => {
            let argument = given(role.web_identity_token_file.as_deref());
            let named_by =
                argument.map_or(Source::Variable(TOKEN_FILE), |_| Source::Argument(FILE));
            let file = or(&role.web_identity_token_file, TOKEN_FILE);
            let file = file.ok_or_else(|| missing("web_identity_token_file", TOKEN_FILE))?;
            Token::File {
                path: home(env, &file),
                named_by: named_by.to_string(),
            }
        }
    };
    Ok(WebIdentity {
        role_arn: or(&role.role_arn, ROLE).ok_or_else(|| missing("role_arn", ROLE))?,
        session_name: or(&role.session_name, "AWS_ROLE_SESSION_NAME"),
        seconds: duration(
            "assume_role_with_web_identity.duration",
            role.duration.as_deref(),
        )?,
        policy: role.policy.clone().filter(|policy| !policy.is_empty()),
        policy_arns: role.policy_arns.clone(),
        token,
    })
}
