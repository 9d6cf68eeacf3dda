//! Credentials of IAM Identity Center (`aws sso login`): a token in a file of the AWS CLI, renewed if possible, and
//! exchanged for the credentials of a role.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>
//! This module must not know the keys of a profile.

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
        call::Call,
        error::{Error, Kind},
        os::{home, read_file},
    },
    clients::{Clients, hide, time, unusable},
};
use crate::text::secrets;
use aws_types::region::Region;

/// A token is renewed when it expires within this time.
const RENEWED_BEFORE: Duration = Duration::from_secs(15 * 60);

/// A role of IAM Identity Center, as a profile configures it.
pub(super) struct Sso {
    pub(super) profile: String,
    /// The name of the `sso-session` section. Without one the token cannot be renewed.
    pub(super) session: Option<String>,
    pub(super) start_url: String,
    pub(super) region: String,
    pub(super) account: String,
    pub(super) role: String,
}

/// The file of the AWS CLI about a sign-in. Unknown members stay as they are.
struct Token(Map<String, Json>);

impl Sso {
    /// Exchanges the token for credentials of the role.
    pub(super) async fn get(&self, clients: &Clients) -> Result<Credentials, Error> {
        let token = self.token(clients).await?;
        let call =
            Call::for_credentials("GetRoleCredentials", Some(&self.region), &clients.context())
                .requiring(|reply: &GetRoleCredentialsOutput, _| missing(reply));
        let config = clients.sso.clone().region(Region::new(self.region.clone()));
        let request = aws_sdk_sso::Client::from_conf(config.build())
            .get_role_credentials()
            .account_id(&self.account)
            .role_name(&self.role)
            .access_token(&token);
        let sent = request.customize().interceptor(call.clone()).send();
        let reply = call
            .run_without_credentials(sent)
            .await
            .map_err(|error| self.refused(error, &[&token]))?;
        let keys = reply.role_credentials.unwrap_or_else(|| {
            // `missing` rejects replies without credentials.
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

    /// Returns the access token, renewed if it expires soon and can be renewed.
    async fn token(&self, clients: &Clients) -> Result<String, Error> {
        let file = self.file(clients);
        let token = Token::read(&file)
            .ok_or_else(|| self.sign_in(&format!("there is no token in {}", file.display())))?;
        let access = token.text("accessToken").unwrap_or_default().to_owned();
        let left = token.time_left("expiresAt");
        if left > RENEWED_BEFORE {
            return Ok(access);
        }
        let renewed = match &self.session {
            Some(_) if token.is_renewable() => self.renew(token, &file, clients).await,
            _ => Err(self.sign_in("the session has expired")),
        };
        // A token that cannot be renewed is valid until it expires.
        renewed.or_else(|error| {
            if left > Duration::ZERO {
                Ok(access)
            } else {
                Err(error)
            }
        })
    }

    async fn renew(&self, token: Token, file: &Path, clients: &Clients) -> Result<String, Error> {
        let call = Call::for_credentials("CreateToken", Some(&self.region), &clients.context())
            .requiring(|reply: &CreateTokenOutput, _| {
                let whole = reply.access_token().is_some_and(|token| !token.is_empty());
                (!whole).then_some("the reply contains no token")
            });
        let config = clients
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
        let secrets = ["refreshToken", "clientSecret"].map(member);
        for secret in &secrets {
            secrets::remember(secret);
        }
        let sent = request.customize().interceptor(call.clone()).send();
        let reply = call
            .run_without_credentials(sent)
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
        // Otherwise the next run would renew it again, with a refresh token that may be valid only once.
        let written = token.write(file);
        written.map_err(|error| {
            unusable(format!(
                "{}: the renewed token was not written: {error}",
                file.display()
            ))
        })?;
        Ok(access)
    }

    /// Returns the file in which the AWS CLI keeps the token.
    fn file(&self, clients: &Clients) -> PathBuf {
        let key = self.session.as_ref().unwrap_or(&self.start_url);
        let name = Sha1::digest(key.as_bytes())
            .iter()
            .fold(String::new(), |mut name, byte| {
                let _ = write!(name, "{byte:02x}");
                name
            });
        home(&clients.env, &format!("~/.aws/sso/cache/{name}.json"))
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

    /// Adds the profile, and what to do, to an error.
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
                    "the session has expired or was revoked. Sign in: {}",
                    self.command()
                )
            }
            Some("ForbiddenException" | "ResourceNotFoundException") => {
                format!("the user who signed in has no role {role:?} in account {account}")
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
    (!whole).then_some("the reply contains no credentials")
}

/// Quotes a word of a command line, if necessary.
fn quoted(word: &str) -> String {
    let is_plain = word
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-./@".contains(&byte));
    if is_plain {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
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

    /// Writes the file in one step, readable only by its owner.
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
    fn words_are_quoted_if_a_shell_would_split_them() {
        assert_eq!(quoted("my-sso.1"), "my-sso.1");
        assert_eq!(quoted("my dev's"), "'my dev'\\''s'");
    }
}
