//! Managed policies of IAM. This module must not know what they allow.

use super::{account, resource_name::Arn};

/// Reports whether a text is the ARN of a managed policy, of AWS or of an account.
pub fn is_arn(text: &str) -> bool {
    let Some(arn) = Arn::parse(text) else {
        return false;
    };
    let name = arn.resource.strip_prefix("policy/");
    arn.service == "iam"
        && arn.region.is_none()
        && arn
            .account
            .is_some_and(|owner| owner == "aws" || account::is_id(owner))
        && name.is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_belongs_to_aws_or_to_an_account() {
        for text in [
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws-cn:iam::123456789012:policy/path/name",
        ] {
            assert!(is_arn(text), "{text}");
        }
        for text in [
            "ReadOnlyAccess",
            "arn:aws:iam::aws:policy/",
            "arn:aws:iam::1:policy/a",
            "arn:aws:iam::123456789012:role/a",
        ] {
            assert!(!is_arn(text), "{text}");
        }
    }
}
