//! Finds settings that cannot work in any environment.
//!
//! Nothing is read here, so that a caller can validate early, and show all errors at once.
//! This module must not know the SDK.

use super::{
    configuration::{attempts, capacity, check_region, duration, fits},
    endpoints::{Service, check_address},
    error::{Error, Setting},
    os::Given,
    settings::{AssumeRole, AssumeRoleWithWebIdentity, Settings},
};
use crate::arn::{policy, role::Role};

impl Settings {
    /// Returns an error for each argument that cannot work in any environment.
    pub fn validate(&self) -> Vec<Error> {
        let region = |argument, region: &Option<String>| match region.given() {
            Some(region) => check_region(self, Setting::Argument(argument), region),
            None => Ok(()),
        };
        let mut checks = vec![
            verified(self),
            whole_keys(self),
            region("region", &self.region),
            region("sts_region", &self.sts_region),
            attempts(self).map(drop),
            capacity(self).map(drop),
        ];
        checks.extend(
            self.addresses()
                .map(|(argument, address)| match address.given() {
                    Some(address) => check_address(Setting::Argument(argument), address),
                    None => Ok(()),
                }),
        );
        checks.extend(
            self.durations()
                .into_iter()
                .map(|(argument, text)| duration(&argument, text.as_deref()).map(drop)),
        );
        for (index, role) in self.assume_role.iter().enumerate() {
            checks.extend(check_role(
                &format!("assume_role[{index}]"),
                &RoleBlock::from(role),
            ));
        }
        if let Some(role) = &self.assume_role_with_web_identity {
            checks.extend(check_role(
                "assume_role_with_web_identity",
                &RoleBlock::from(role),
            ));
        }
        checks.into_iter().filter_map(Result::err).collect()
    }

    fn addresses(&self) -> impl Iterator<Item = (&'static str, &Option<String>)> {
        let metadata = &self.ec2_metadata_service_endpoint;
        let services = Service::ALL.map(|service| (service.argument(), self.endpoints.of(service)));
        services
            .into_iter()
            .chain([("ec2_metadata_service_endpoint", metadata)])
    }

    fn durations(&self) -> Vec<(String, &Option<String>)> {
        let roles = self.assume_role.iter().enumerate();
        let roles =
            roles.map(|(index, role)| (format!("assume_role[{index}].duration"), &role.duration));
        let web = self.assume_role_with_web_identity.iter();
        let web = web.map(|role| {
            (
                "assume_role_with_web_identity.duration".to_owned(),
                &role.duration,
            )
        });
        roles.chain(web).collect()
    }
}

/// What both blocks of roles share.
struct RoleBlock<'a> {
    role_arn: Option<&'a str>,
    names: [(&'static str, Option<&'a str>); 2],
    policy: Option<&'a str>,
    policy_arns: &'a [String],
}

impl<'a> From<&'a AssumeRole> for RoleBlock<'a> {
    fn from(role: &'a AssumeRole) -> Self {
        Self {
            role_arn: Some(&role.role_arn),
            names: [
                ("session_name", role.session_name.as_deref()),
                ("source_identity", role.source_identity.as_deref()),
            ],
            policy: role.policy.as_deref(),
            policy_arns: &role.policy_arns,
        }
    }
}

impl<'a> From<&'a AssumeRoleWithWebIdentity> for RoleBlock<'a> {
    fn from(role: &'a AssumeRoleWithWebIdentity) -> Self {
        Self {
            role_arn: role.role_arn.as_deref(),
            names: [("session_name", role.session_name.as_deref()), ("", None)],
            policy: role.policy.as_deref(),
            policy_arns: &role.policy_arns,
        }
    }
}

/// Checks for what STS would reject. <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
fn check_role(block: &str, role: &RoleBlock<'_>) -> Vec<Result<(), Error>> {
    let refuse = |argument: &str, reason: String| {
        Err(Error::configuration(
            Setting::Argument(&format!("{block}.{argument}")),
            reason,
        ))
    };
    let mut checks = Vec::new();
    if let Some(arn) = role.role_arn.given()
        && Role::parse(arn).is_err()
    {
        let reason =
            format!("{arn:?} is not the ARN of a role such as arn:aws:iam::123456789012:role/name");
        checks.push(refuse("role_arn", reason));
    }
    for (argument, name) in role.names {
        if let Some(name) = name.given()
            && !fits(r"^[\w+=,.@-]{2,64}$", name)
        {
            let reason = format!(
                "{name:?} does not consist of 2 to 64 letters, digits and the characters _+=,.@-"
            );
            checks.push(refuse(argument, reason));
        }
    }
    if let Some(policy) = role.policy.given()
        && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(policy)
    {
        checks.push(refuse("policy", format!("it is not JSON: {error}")));
    }
    for arn in role.policy_arns.iter().filter(|arn| !arn.is_empty()) {
        if !policy::is_arn(arn) {
            let reason = format!(
                "{arn:?} is not the ARN of a policy such as arn:aws:iam::aws:policy/ReadOnlyAccess"
            );
            checks.push(refuse("policy_arns", reason));
        }
    }
    checks
}

fn verified(settings: &Settings) -> Result<(), Error> {
    if !settings.insecure {
        return Ok(());
    }
    let reason = "it is not supported, because certificates are always checked: otherwise anyone between this \
                  machine and AWS could read signatures and reply as AWS. For an endpoint with your own certificate, \
                  set custom_ca_bundle (or AWS_CA_BUNDLE) to the file of its certificate authority";
    Err(Error::configuration(Setting::Argument("insecure"), reason))
}

/// Checks that an access key has its secret key, and a token has both.
fn whole_keys(settings: &Settings) -> Result<(), Error> {
    let keys = [&settings.access_key, &settings.secret_key, &settings.token];
    let (argument, missing) = match keys.map(|key| key.given().is_some()) {
        [true, false, _] => ("access_key", "secret_key"),
        [false, true, _] => ("secret_key", "access_key"),
        [false, false, true] => ("token", "access_key and secret_key"),
        _ => return Ok(()),
    };
    let reason = format!("it requires {missing}; set both, or use a profile");
    Err(Error::configuration(Setting::Argument(argument), reason))
}
