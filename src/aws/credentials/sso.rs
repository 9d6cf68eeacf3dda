//! Credentials of IAM Identity Center (`aws sso login`): a token that the AWS CLI keeps in a file, renewed where it can
//! be, and exchanged for the credentials of a role.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>
//! This module must not know how a profile names these settings.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsOutput;
use aws_sdk_ssooidc::operation::create_token::CreateTokenOutput;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use sha1::{Digest as _, Sha1};

use super::{
    super::{
        environment::{home, read_file},
        error::{Error, Kind},
        stop::Flight,
    },
    means::{Means, hide, time, unusable},
};
use aws_types::region::Region;

/// A token is renewed when so little time is left of it.
const RENEWED_BEFORE: Duration = Duration::from_secs(15 * 60);

/// A role of IAM Identity Center, as a profile names it.
pub(super) struct Sso {
    pub(super) profile: String,
    /// Name of the `sso-session` section; without one the token cannot be renewed.
    pub(super) session: Option<String>,
    pub(super) start_url: String,
    pub(super) region: String,
    pub(super) account: String,
    pub(super) role: String,
}

/// What the AWS CLI keeps of a sign-in. Members that are not known here stay as they are.
struct Token(Map<String, Json>);

impl Sso {
    /// Exchanges the token for credentials of the role.
    pub(super) async fn get(&self, means: &Means) -> Result<Credentials, Error> {
        let token = self.token(means).await?;
        let flight = Flight::source("GetRoleCredentials", Some(&self.region), &means.terms())
            .holding(|reply: &GetRoleCredentialsOutput, _| missing(reply));
        let config = means.sso.clone().region(Region::new(self.region.clone()));
        let request = aws_sdk_sso::Client::from_conf(config.build())
            .get_role_credentials()
            .account_id(&self.account)
            .role_name(&self.role)
            .access_token(&token);
        let call = request.customize().interceptor(flight.clone()).send();
        let reply = flight
            .complete_alone(call)
            .await
            .map_err(|error| self.refused(error, &[&token]))?;
        let keys = reply.role_credentials.unwrap_or_else(|| {
            // `missing` has let no reply through that has none.
            aws_sdk_sso::types::RoleCredentials::builder().build()
        });
        let end = u64::try_from(keys.expiration).ok().filter(|end| *end > 0);
        Ok(Credentials::new(
            keys.access_key_id.unwrap_or_default(),
            keys.secret_access_key.unwrap_or_default(),
            keys.session_token,
            end.map(|end| SystemTime::UNIX_EPOCH + Duration::from_millis(end)),
            "SSO",
        ))
    }

    /// The access token, renewed if it is about to end and can be.
    async fn token(&self, means: &Means) -> Result<String, Error> {
        let file = self.file(means);
        let token = Token::read(&file)
            .ok_or_else(|| self.sign_in(&format!("there is no token in {}", file.display())))?;
        let access = token.text("accessToken").unwrap_or_default().to_owned();
        let left = token.time_left("expiresAt");
        if left > RENEWED_BEFORE {
            return Ok(access);
        }
        let renewed = match &self.session {
            Some(_) if token.is_renewable() => self.renew(token, &file, means).await,
            _ => Err(self.sign_in("the session is over")),
        };
        // One that cannot be renewed is good until its end.
        renewed.or_else(|error| match left > Duration::ZERO {
            true => Ok(access),
            false => Err(error),
        })
    }

    async fn renew(&self, token: Token, file: &Path, means: &Means) -> Result<String, Error> {
        let flight = Flight::source("CreateToken", Some(&self.region), &means.terms()).holding(
            |reply: &CreateTokenOutput, _| {
                let whole = reply.access_token().is_some_and(|token| !token.is_empty());
                (!whole).then_some("the reply holds no token")
            },
        );
        let config = means
            .sso_oidc
            .clone()
            .region(Region::new(self.region.clone()));
        let member = |name| token.text(name).unwrap_or_default().to_owned();
        let request = aws_sdk_ssooidc::Client::from_conf(config.build())
            .create_token()
            .grant_type("refresh_token")
            .client_id(member("clientId"))
            .client_secret(member("clientSecret"))
            .refresh_token(member("refreshToken"));
        let call = request.customize().interceptor(flight.clone()).send();
        let secrets = ["refreshToken", "clientSecret"].map(member);
        let reply = flight
            .complete_alone(call)
            .await
            .map_err(|error| self.refused(error, &secrets.each_ref().map(String::as_str)))?;
        let access = reply.access_token.unwrap_or_default();
        let mut token = token;
        token.set("accessToken", &access);
        let end =
            Timestamp::now() + Duration::from_secs(u64::try_from(reply.expires_in).unwrap_or(0));
        token.set("expiresAt", &format!("{end:.0}"));
        if let Some(refresh) = &reply.refresh_token {
            token.set("refreshToken", refresh);
        }
        // The next run would have to renew it too, with a token that may be good for one time alone.
        let written = token.write(file);
        written.map_err(|error| {
            unusable(format!(
                "{}: the renewed token was not written: {error}",
                file.display()
            ))
        })?;
        Ok(access)
    }

    /// Where the AWS CLI keeps the token.
    fn file(&self, means: &Means) -> PathBuf {
        let key = self.session.as_ref().unwrap_or(&self.start_url);
        let name = Sha1::digest(key.as_bytes())
            .iter()
            .fold(String::new(), |mut name, byte| {
                let _ = write!(name, "{byte:02x}");
                name
            });
        home(&means.env, &format!("~/.aws/sso/cache/{name}.json"))
    }

    fn sign_in(&self, reason: &str) -> Error {
        unusable(format!(
            "profile {:?}: {reason}. Sign in: {}",
            self.profile,
            self.command()
        ))
    }

    fn command(&self) -> String {
        match &self.session {
            Some(session) => format!("aws sso login --sso-session {}", quoted(session)),
            None => format!("aws sso login --profile {}", quoted(&self.profile)),
        }
    }

    /// Says of a refusal which profile it is about, and what to do.
    fn refused(&self, mut error: Error, secrets: &[&str]) -> Error {
        secrets.iter().for_each(|secret| hide(&mut error, secret));
        let Self {
            profile,
            account,
            role,
            ..
        } = self;
        let is_renewal = error.operation == "CreateToken" && error.kind == Kind::Refused;
        let fix = match error.code.as_deref() {
            _ if is_renewal => {
                format!("the session cannot be renewed. Sign in: {}", self.command())
            }
            Some("UnauthorizedException" | "ExpiredTokenException") => {
                format!(
                    "the session is over or was ended. Sign in: {}",
                    self.command()
                )
            }
            Some("ForbiddenException" | "ResourceNotFoundException") => {
                format!("the person who signed in has no role {role:?} in account {account}")
            }
            _ => format!("role {role:?} in account {account}"),
        };
        error.message = format!(
            "{} (profile {profile:?}: {fix})",
            error.message.trim_end_matches('.')
        );
        error
    }
}

fn missing(reply: &GetRoleCredentialsOutput) -> Option<&'static str> {
    let whole = reply.role_credentials().is_some_and(|keys| {
        [
            keys.access_key_id(),
            keys.secret_access_key(),
            keys.session_token(),
        ]
        .iter()
        .all(|part| part.is_some_and(|part| !part.is_empty()))
    });
    (!whole).then_some("the reply holds no credentials")
}

/// A word of a command line.
fn quoted(word: &str) -> String {
    let is_plain = word
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-./@".contains(&byte));
    match is_plain {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

impl Token {
    fn read(file: &Path) -> Option<Self> {
        let token = Self(serde_json::from_slice(&read_file(file).ok()?).ok()?);
        token.text("accessToken")?;
        Some(token)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    fn set(&mut self, name: &str, text: &str) {
        self.0.insert(name.to_owned(), Json::from(text));
    }

    fn time_left(&self, name: &str) -> Duration {
        let end = self.text(name).and_then(time);
        end.and_then(|end| end.duration_since(SystemTime::now()).ok())
            .unwrap_or_default()
    }

    fn is_renewable(&self) -> bool {
        let has = |name: &&str| self.text(name).is_some();
        ["refreshToken", "clientId", "clientSecret"].iter().all(has)
            && self.time_left("registrationExpiresAt") > Duration::ZERO
    }

    /// Writes the file in one step, readable by its owner alone.
    fn write(&self, file: &Path) -> std::io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new("."));
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(Json::from(self.0.clone()).to_string().as_bytes())?;
        new.persist(file)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_part_them() {
        assert_eq!(quoted("my-sso.1"), "my-sso.1");
        assert_eq!(quoted("my dev's"), "'my dev'\\''s'");
    }
}
