//! How AWS is called: settings, and the role to assume in each account.

use crate::arn::account::PLACEHOLDER as ACCOUNT;
use crate::aws::{self, AssumeRole, Aws, Settings, Stop};
use crate::stack::error::Error;

/// How AWS is called.
#[derive(Clone, Debug, Default)]
pub struct AwsOptions {
    /// Region, profile, endpoints.
    pub settings: Settings,
    /// The role to assume. `{account}` in it stands for the account of the flow log.
    pub role: Option<String>,
}

impl AwsOptions {
    /// Connects with the configured credentials, and with the role if it is the same for all accounts.
    ///
    /// # Errors
    /// The configuration cannot work.
    pub async fn connect(&self) -> Result<Aws, aws::Error> {
        self.connect_until(Stop::new()).await
    }

    /// Connects as [`Self::connect`] does; the stop ends all calls.
    ///
    /// # Errors
    /// The configuration cannot work.
    pub async fn connect_until(&self, stop: Stop) -> Result<Aws, aws::Error> {
        let fixed = self.role.as_deref().filter(|role| !role.contains(ACCOUNT));
        Aws::connect(self.with_role(fixed), stop).await
    }

    /// Returns the role to assume for the flow logs of an account.
    ///
    /// # Errors
    /// The role depends on the account, and there is none.
    pub(in crate::stack) fn role_in(&self, account: Option<&str>) -> Result<Option<String>, Error> {
        match (self.role.as_deref(), account) {
            (Some(role), Some(account)) => Ok(Some(role.replace(ACCOUNT, account))),
            (Some(role), None) if role.contains(ACCOUNT) => Err(Error::NoAccount {
                role: role.to_owned(),
            }),
            (role, _) => Ok(role.map(str::to_owned)),
        }
    }

    /// Connects with a role.
    pub(super) async fn connect_with(
        &self,
        base: &Aws,
        role: Option<&str>,
    ) -> Result<Aws, aws::Error> {
        if role == self.role.as_deref() {
            return Ok(base.clone());
        }
        Aws::connect(self.with_role(role), Stop::new()).await
    }

    fn with_role(&self, role: Option<&str>) -> Settings {
        let mut settings = self.settings.clone();
        settings.assume_role.extend(role.map(|role| AssumeRole {
            role_arn: role.to_owned(),
            session_name: Some("vpcflow-drift".to_owned()),
            ..AssumeRole::default()
        }));
        settings
    }
}
