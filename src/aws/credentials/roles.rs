//! Roles that STS assumes, with credentials or with a web identity token.
//!
//! The SDK's provider for roles supports neither source identities nor transitive tags.
//! This module must not know where a role is configured.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sdk_sts::{
    Client,
    operation::{
        assume_role::AssumeRoleOutput,
        assume_role_with_web_identity::AssumeRoleWithWebIdentityOutput,
    },
    types::{Credentials as Session, PolicyDescriptorType, Tag},
};

use super::{
    super::{call::Call, error::Error, os::Given, settings::AssumeRole},
    clients::{Clients, hide, unusable},
    token::Token,
};
use crate::text::secrets;

/// A role to assume.
pub(super) struct Role {
    pub(super) request: AssumeRole,
    /// The duration of the session in seconds.
    pub(super) seconds: Option<i32>,
}

impl Role {
    /// Assumes the role.
    pub(super) async fn assume(
        &self,
        credentials: &Credentials,
        clients: &Clients,
    ) -> Result<Credentials, Error> {
        let role = &self.request;
        let external_id = role.external_id.as_deref().unwrap_or_default();
        for secret in [external_id, credentials.secret_access_key()] {
            secrets::remember(secret);
        }
        let call = Call::for_credentials("AssumeRole", None, &clients.context())
            .requiring(|reply: &AssumeRoleOutput, _| missing(reply.credentials()));
        let config = clients
            .sts
            .clone()
            .credentials_provider(credentials.clone());
        let client = Client::from_conf(config.build());
        let tags = role.tags.iter();
        let tags =
            tags.filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok());
        let request = client
            .assume_role()
            .role_arn(&role.role_arn)
            .role_session_name(session_name(role.session_name.as_deref()))
            .set_external_id(text(&role.external_id))
            .set_duration_seconds(self.seconds)
            .set_policy(text(&role.policy))
            .set_policy_arns(policies(&role.policy_arns))
            .set_source_identity(text(&role.source_identity))
            .set_tags(some(tags.collect()))
            .set_transitive_tag_keys(some(role.transitive_tag_keys.clone()));
        let sent = request.customize().interceptor(call.clone()).send();
        let reply = call.run_without_credentials(sent).await;
        let reply = reply.map(|reply| reply.credentials);
        session(reply, &role.role_arn, external_id)
    }
}

/// A role to assume with a web identity token.
pub(super) struct WebIdentity {
    pub(super) role_arn: String,
    pub(super) session_name: Option<String>,
    pub(super) seconds: Option<i32>,
    pub(super) policy: Option<String>,
    pub(super) policy_arns: Vec<String>,
    pub(super) token: Token,
}

impl WebIdentity {
    /// Assumes the role.
    pub(super) async fn assume(&self, clients: &Clients) -> Result<Credentials, Error> {
        let token = self.token.read()?;
        let call = Call::for_credentials("AssumeRoleWithWebIdentity", None, &clients.context())
            .requiring(|reply: &AssumeRoleWithWebIdentityOutput, _| missing(reply.credentials()));
        let client = Client::from_conf(clients.sts.clone().build());
        let request = client
            .assume_role_with_web_identity()
            .role_arn(&self.role_arn)
            .role_session_name(session_name(self.session_name.as_deref()))
            .web_identity_token(&token)
            .set_duration_seconds(self.seconds)
            .set_policy(self.policy.clone())
            .set_policy_arns(policies(&self.policy_arns));
        let sent = request.customize().interceptor(call.clone()).send();
        let reply = call.run_without_credentials(sent).await;
        session(reply.map(|reply| reply.credentials), &self.role_arn, &token)
    }
}

/// Returns what a reply with credentials lacks. Other services would reject incomplete credentials, with a misleading
/// error.
fn missing(session: Option<&Session>) -> Option<&'static str> {
    let whole = session.is_some_and(|session| {
        [
            session.access_key_id(),
            session.secret_access_key(),
            session.session_token(),
        ]
        .iter()
        .all(|part| !part.is_empty())
    });
    (!whole).then_some("the reply contains no credentials")
}

/// Reads the reply of STS. Its message may repeat what was sent, even a secret.
fn session(
    reply: Result<Option<Session>, Error>,
    role: &str,
    secret: &str,
) -> Result<Credentials, Error> {
    let session = reply.map_err(|mut error| {
        hide(&mut error, secret);
        error.message = format!("{} (role {role})", error.message.trim_end_matches('.'));
        error
    })?;
    // `missing` rejects replies without credentials.
    let session =
        session.ok_or_else(|| unusable(format!("STS returned no credentials for role {role}")))?;
    let end = SystemTime::try_from(session.expiration).map_err(|_| {
        unusable(format!(
            "STS returned credentials without an expiration for role {role}"
        ))
    })?;
    Ok(Credentials::new(
        session.access_key_id,
        session.secret_access_key,
        Some(session.session_token),
        Some(end),
        "AssumeRole",
    ))
}

/// Returns the name of a session: the configured name, or one that contains this program and the time.
fn session_name(name: Option<&str>) -> String {
    name.given().map_or_else(
        || {
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            format!("terraform-provider-vpcflow-{}", now.as_millis())
        },
        str::to_owned,
    )
}

fn policies(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    let policy = |arn: &String| PolicyDescriptorType::builder().arn(arn).build();
    some(arns.iter().map(policy).collect())
}

fn text(value: &Option<String>) -> Option<String> {
    value.given().map(str::to_owned)
}

fn some<T>(values: Vec<T>) -> Option<Vec<T>> {
    Some(values).filter(|values| !values.is_empty())
}
