//! What cannot work in the settings, whatever the surroundings are.
//!
//! Nothing is read here, so that whoever shows the mistakes may ask for them early and all at once.
//! This module must not know the SDK.

use super::{
    configuration::{attempts, capacity, check_region, duration, fits},
    endpoints::{Service, check_address},
    environment::given,
    error::{Error, Source},
    settings::{AssumeRole, AssumeRoleWithWebIdentity, Settings},
};
use crate::arn::{policy, role::Role};

impl Settings {
    /// Finds what cannot work, whatever the surroundings are: every mistake, each by the name of its argument.
    pub fn mistakes(&self) -> Vec<Error> {
        let region = |argument, region: &Option<String>| match given(region.as_deref()) {
            Some(region) => check_region(self, Source::Argument(argument), region),
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
        checks.extend(self.addresses().map(|(argument, address)| {
            match given(address.as_deref()) {
                Some(address) => check_address(Source::Argument(argument), address),
                None => Ok(()),
            }
        }));
        checks.extend(
            self.durations()
                .into_iter()
                .map(|(argument, text)| duration(&argument, text.as_deref()).map(drop)),
        );
        for (index, role) in self.assume_role.iter().enumerate() {
            checks.extend(judge_role(
                &format!("assume_role[{index}]"),
                &Judged::from(role),
            ));
        }
        if let Some(role) = &self.assume_role_with_web_identity {
            checks.extend(judge_role(
                "assume_role_with_web_identity",
                &Judged::from(role),
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

/// What both blocks of roles have in common.
struct Judged<'a> {
    role_arn: Option<&'a str>,
    names: [(&'static str, Option<&'a str>); 2],
    policy: Option<&'a str>,
    policy_arns: &'a [String],
}

impl<'a> From<&'a AssumeRole> for Judged<'a> {
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

impl<'a> From<&'a AssumeRoleWithWebIdentity> for Judged<'a> {
    fn from(role: &'a AssumeRoleWithWebIdentity) -> Self {
        Self {
            role_arn: role.role_arn.as_deref(),
            names: [("session_name", role.session_name.as_deref()), ("", None)],
            policy: role.policy.as_deref(),
            policy_arns: &role.policy_arns,
        }
    }
}

/// Judges what STS would refuse. <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
fn judge_role(block: &str, role: &Judged<'_>) -> Vec<Result<(), Error>> {
    let refuse = |argument: &str, reason: String| {
        Err(Error::configuration(
            Source::Argument(&format!("{block}.{argument}")),
            reason,
        ))
    };
    let mut checks = Vec::new();
    if let Some(arn) = given(role.role_arn)
        && Role::parse(arn).is_err()
    {
        let reason =
            format!("{arn:?} is not the ARN of a role such as arn:aws:iam::123456789012:role/name");
        checks.push(refuse("role_arn", reason));
    }
    for (argument, name) in role.names {
        if let Some(name) = given(name)
            && !fits(r"^[\w+=,.@-]{2,64}$", name)
        {
            let reason =
                format!("{name:?} is not made of 2 to 64 letters, digits and the signs _+=,.@-");
            checks.push(refuse(argument, reason));
        }
    }
    if let Some(policy) = given(role.policy)
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
    let reason = "certificates are always checked: whoever stands between here and AWS would else see the \
                  credentials' signatures and could answer in AWS's name. For an endpoint with a certificate of \
                  your own, name the file of its authority in custom_ca_bundle (or AWS_CA_BUNDLE)";
    Err(Error::configuration(Source::Argument("insecure"), reason))
}

/// An access key and its secret are given together, and a token with them.
fn whole_keys(settings: &Settings) -> Result<(), Error> {
    let keys = [&settings.access_key, &settings.secret_key, &settings.token];
    let (argument, missing) = match keys.map(|key| given(key.as_deref()).is_some()) {
        [true, false, _] => ("access_key", "secret_key"),
        [false, true, _] => ("secret_key", "access_key"),
        [false, false, true] => ("token", "access_key and secret_key"),
        _ => return Ok(()),
    };
    let reason = format!("it needs {missing} beside it; give both, or use a profile");
    Err(Error::configuration(Source::Argument(argument), reason))
}
