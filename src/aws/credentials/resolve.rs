//! Resolves the source of the first credentials from the settings, without any request.
//!
//! The order of precedence is that of the AWS provider: arguments; without the argument `profile` the keys and the web
//! identity of the environment; the profile; the container; the instance. A named profile is always the last source.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration>
//! This module must not fetch credentials.

use aws_credential_types::Credentials;
use aws_types::os_shim_internal::Env;

use super::{
    super::{
        configuration::{Environment, duration},
        error::{Error, Setting},
        os::{Given, home, variable},
        settings::{AssumeRoleWithWebIdentity, Settings},
    },
    container::Container,
    profile,
    roles::{Role, WebIdentity},
    source::CredentialSource,
    token::Token,
    variables,
};

const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
const ROLE: &str = "AWS_ROLE_ARN";

/// A setting that overrides another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The argument `profile` overrides the keys of the environment.
    ProfileBeatsEnvironment,
    /// The keys in arguments override the credentials of the argument `profile`.
    KeysBeatProfile,
}

impl Warning {
    /// Returns the settings that override others.
    pub(in super::super) fn all(settings: &Settings, env: &Env) -> Vec<Self> {
        let profile = settings.profile.given().is_some();
        let keys = settings.access_key.given().is_some();
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

/// Resolves the source of the credentials, and the roles to assume with them.
pub(super) fn resolve(
    settings: &Settings,
    environment: &Environment,
) -> Result<(CredentialSource, Vec<Role>), Error> {
    let (source, mut roles) = match &settings.assume_role_with_web_identity {
        Some(role) => (
            CredentialSource::WebIdentity(web_identity(role, &environment.env)?),
            Vec::new(),
        ),
        None => base(settings, environment)?,
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
    Ok((source, roles))
}

fn base(
    settings: &Settings,
    environment: &Environment,
) -> Result<(CredentialSource, Vec<Role>), Error> {
    let keys = [&settings.access_key, &settings.secret_key].map(|key| key.given());
    if let [Some(id), Some(secret)] = keys {
        let token = settings.token.given().map(str::to_owned);
        let keys = Credentials::new(id, secret, token, None, "arguments");
        return Ok((CredentialSource::Keys(keys), Vec::new()));
    }
    let Environment { env, profiles } = environment;
    if settings.profile.given().is_none()
        && let Some(source) = of_environment(env)?
    {
        return Ok((source, Vec::new()));
    }
    match profile::read(profiles.selected(), environment)? {
        (Some(source), roles) => Ok((source, roles)),
        (None, _) if profiles.is_named() => Err(Error::configuration(
            profiles.named_by(),
            format!(
                "profile {:?} has no credentials, and those of the machine are not used instead. Add credentials \
                 to it, or name no profile",
                profiles.selected()
            ),
        )),
        (None, _) => {
            let container = Container::named(env)?;
            Ok((
                container.map_or(
                    CredentialSource::Instance(None),
                    CredentialSource::Container,
                ),
                Vec::new(),
            ))
        }
    }
}

/// Returns the keys of the environment, or its web identity.
fn of_environment(env: &Env) -> Result<Option<CredentialSource>, Error> {
    if let Some(keys) = variables::keys(env)? {
        return Ok(Some(CredentialSource::Keys(keys)));
    }
    if variable(env, &[TOKEN_FILE]).is_none() {
        return Ok(None);
    }
    if variable(env, &[ROLE]).is_none() {
        let reason = format!("{ROLE} is not set, so there is no role for the token");
        return Err(Error::configuration(Setting::Variable(TOKEN_FILE), reason));
    }
    let role = web_identity(&AssumeRoleWithWebIdentity::default(), env)?;
    Ok(Some(CredentialSource::WebIdentity(role)))
}

/// Returns the role of a web identity from arguments, or else from the environment.
fn web_identity(role: &AssumeRoleWithWebIdentity, env: &Env) -> Result<WebIdentity, Error> {
    const FILE: &str = "assume_role_with_web_identity.web_identity_token_file";
    let or = |value: &Option<String>, name: &str| {
        let value = value.given().map(str::to_owned);
        value.or_else(|| variable(env, &[name]))
    };
    let missing = |argument: &str, name: &str| {
        Error::configuration(
            Setting::Argument(&format!("assume_role_with_web_identity.{argument}")),
            format!("it is required for a web identity; set it, or {name}"),
        )
    };
    let token = match role.web_identity_token.given() {
        Some(token) => Token::Given(token.to_owned()),
        None => {
            let argument = role.web_identity_token_file.given();
            let named_by =
                argument.map_or(Setting::Variable(TOKEN_FILE), |_| Setting::Argument(FILE));
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
