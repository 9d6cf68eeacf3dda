//! Validates the provider block, and reports each problem at its argument.

use std::collections::BTreeSet;

use super::config::Config;
use super::endpoints::Endpoints;
use crate::aws;
use crate::cty::Path;
use crate::flow_log;
use crate::framework::{Attr, Diagnostic, Diagnostics};

impl Config {
    /// Validates what the schema cannot express.
    pub(crate) fn validate(&self, diagnostics: &mut Diagnostics) {
        for mistake in self.known_settings().validate() {
            diagnostics.push(refused(&mistake));
        }
        self.name_what_has_no_effect(diagnostics);
        self.validate_roles(diagnostics);
        self.validate_accounts(diagnostics);
        self.validate_default_tags(diagnostics);
    }

    /// Returns the arguments without those whose validity depends on unknown values.
    fn known_settings(&self) -> aws::Settings {
        let mut settings = self.settings();
        let keys = [&self.access_key, &self.secret_key, &self.token];
        if keys.iter().any(|key| key.is_unknown()) {
            settings.access_key = None;
            settings.secret_key = None;
            settings.token = None;
        }
        settings.skip_region_validation |= self.skip_region_validation.is_unknown();
        settings
    }

    /// Warns about arguments that have no effect. Users copy them from the AWS provider.
    fn name_what_has_no_effect(&self, diagnostics: &mut Diagnostics) {
        let services = self.endpoints.known().into_iter();
        let services = services.flat_map(Endpoints::without_effect);
        let names: Vec<_> = services.map(|name| format!("`endpoints.{name}`")).collect();
        if names.is_empty() {
            return;
        }
        let detail = format!(
            "This provider calls only EC2, CloudWatch Logs, S3, Athena, STS and IAM Identity Center. The following arguments are accepted \
             for compatibility with the AWS provider, but have no effect: {}.",
            names.join(", ")
        );
        diagnostics.push(Diagnostic::warning(
            "provider-arguments-without-effect",
            "Provider arguments without effect",
            detail,
        ));
    }

    fn validate_roles(&self, diagnostics: &mut Diagnostics) {
        for (index, role) in (0..).zip(self.assume_role.known().into_iter().flatten()) {
            if !role.role_arn.is_unknown() && role.role_arn.given().is_none() {
                let path = Path::from("assume_role").index(index).attribute("role_arn");
                let detail = "Set `role_arn` to the ARN of the role to assume.";
                diagnostics.error(path, "role-missing", "Missing role", detail);
            }
        }
    }

    fn validate_accounts(&self, diagnostics: &mut Diagnostics) {
        if self.skip_requesting_account_id == Attr::Known(true)
            && let Err(refused) = self.check_account(None)
        {
            diagnostics.push(refused);
        }
    }

    fn validate_default_tags(&self, diagnostics: &mut Diagnostics) {
        let tags = self
            .default_tags
            .known()
            .and_then(|block| block.tags.known());
        for (key, value) in tags.into_iter().flatten() {
            let value = value.known().map(String::as_str);
            if let Some(problem) = flow_log::tag_problem(key, value) {
                let path = Path::from("default_tags")
                    .attribute("tags")
                    .key(key.as_str());
                diagnostics.error(path, "invalid-tag", "Invalid tag", problem);
            }
        }
    }

    /// Checks whether the account is allowed. An unknown account is an error. An empty list allows all
    /// accounts.
    pub(super) fn check_account(&self, account: Option<&str>) -> Result<(), Diagnostic> {
        let lists = [
            ("allowed_account_ids", &self.allowed_account_ids, true),
            ("forbidden_account_ids", &self.forbidden_account_ids, false),
        ];
        for (argument, list, wanted) in lists {
            let Some(list) = list.known().filter(|list| !list.is_empty()) else {
                continue;
            };
            match account {
                None => return Err(account_not_known(argument)),
                Some(account) if contains(list, account) != wanted => {
                    return Err(wrong_account(argument, account, wanted));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

fn contains(list: &BTreeSet<Attr<String>>, account: &str) -> bool {
    list.iter()
        .any(|id| id.known().is_some_and(|id| id == account))
}

fn account_not_known(argument: &str) -> Diagnostic {
    let detail = format!(
        "`{argument}` restricts the account, but the provider does not know the account, because it did not call STS or \
         the call failed. Remove `skip_requesting_account_id` and make sure that the provider can reach STS, or remove \
         `{argument}`."
    );
    Diagnostic::error("aws-account-not-checked", "AWS account not checked", detail).at(argument)
}

fn wrong_account(argument: &str, account: &str, wanted: bool) -> Diagnostic {
    let reason = if wanted {
        "is not an allowed account"
    } else {
        "is a forbidden account"
    };
    let detail = format!(
        "The credentials belong to account {account}, which {reason}. Use other credentials, or \
         change `{argument}`."
    );
    Diagnostic::error("wrong-aws-account", "Wrong AWS account", detail).at(argument)
}

/// Creates a diagnostic at the argument of an error.
fn refused(mistake: &aws::Error) -> Diagnostic {
    let argument = mistake.argument().unwrap_or_default();
    let summary = format!("Invalid provider argument {argument}");
    Diagnostic::error(
        "invalid-provider-argument",
        summary,
        format!("{}.", mistake.message),
    )
    .at(path(argument))
}

/// Arguments that may contain a secret. Terraform prints the line of the argument that a diagnostic names, so a diagnostic
/// about these names the provider block instead.
const SECRET: [&str; 6] = [
    "secret_key",
    "token",
    "http_proxy",
    "https_proxy",
    "endpoints",
    "ec2_metadata_service_endpoint",
];

/// Returns the path of an argument as `aws` names it, such as `assume_role[0].duration`.
pub(super) fn path(argument: &str) -> Path {
    let head = argument.split('.').next().unwrap_or_default();
    if SECRET.contains(&head) {
        return Path::root();
    }
    argument.split('.').fold(Path::root(), |path, step| {
        let indexed = step.strip_suffix(']').and_then(|step| step.split_once('['));
        match indexed.and_then(|(name, index)| Some((name, index.parse().ok()?))) {
            Some((name, index)) => path.attribute(name).index(index),
            None => path.attribute(step),
        }
    })
}
