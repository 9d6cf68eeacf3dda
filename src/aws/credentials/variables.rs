//! Access keys in environment variables.
//!
//! This module must not know any other source of credentials.

use aws_credential_types::Credentials;
use aws_types::os_shim_internal::Env;

use super::super::{
    error::{Error, Setting},
    os::variable,
};

/// Reads the keys from the environment: both or none.
pub(super) fn keys(env: &Env) -> Result<Option<Credentials>, Error> {
    const ID: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"];
    const SECRET: [&str; 2] = ["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"];
    let half = |has: [&'static str; 2], lacks: [&'static str; 2]| {
        let set = has
            .into_iter()
            .find(|name| variable(env, &[name]).is_some());
        let reason = format!("{} is not set; set both, or neither", lacks[0]);
        Err(Error::configuration(
            Setting::Variable(set.unwrap_or(has[0])),
            reason,
        ))
    };
    match (variable(env, &ID), variable(env, &SECRET)) {
        (Some(id), Some(secret)) => {
            let token = variable(env, &["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"]);
            Ok(Some(Credentials::new(
                id,
                secret,
                token,
                None,
                "environment",
            )))
        }
        (Some(_), None) => half(ID, SECRET),
        (None, Some(_)) => half(SECRET, ID),
        (None, None) => Ok(None),
    }
}
