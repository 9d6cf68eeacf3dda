//! Roles of IAM. This module must not know what they are for.

use super::{account, resource_name::Arn};

/// The longest name of a role.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
pub const LONGEST_NAME: usize = 64;

/// A role, as its ARN names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role<'a> {
    /// The partition.
    pub partition: &'a str,
    /// The account.
    pub account: &'a str,
    /// The name, without its path.
    pub name: &'a str,
}

/// Why a text is not the ARN of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is something else.
    NotRole,
    /// It is the ARN of an instance profile.
    InstanceProfile,
    /// It is the ARN of a role's session.
    Session,
    /// The name has more than [`LONGEST_NAME`] characters, or characters that names do not have.
    Name,
}

impl<'a> Role<'a> {
    /// Parses the ARN of a role.
    pub fn parse(text: &'a str) -> Result<Self, Problem> {
        let arn = Arn::parse(text).ok_or(Problem::NotRole)?;
        let path = match (arn.service, arn.resource.split_once('/')) {
            ("iam", Some(("role", path))) => path,
            ("iam", Some(("instance-profile", _))) => return Err(Problem::InstanceProfile),
            ("sts", _) => return Err(Problem::Session),
            _ => return Err(Problem::NotRole),
        };
        let account = arn.account.filter(|account| account::is_id(account));
        let account = account.filter(|_| arn.region.is_none());
        let account = account.ok_or(Problem::NotRole)?;
        let name = path.rsplit('/').next().unwrap_or_default();
        if name.is_empty() {
            return Err(Problem::NotRole);
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if name.len() > LONGEST_NAME || !name.chars().all(allowed) {
            return Err(Problem::Name);
        }
        Ok(Self {
            partition: arn.partition,
            account,
            name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_an_account_and_a_name() {
        let expected = Role {
            partition: "aws",
            account: "123456789012",
            name: "a+b",
        };
        for text in [
            "arn:aws:iam::123456789012:role/a+b",
            "arn:aws:iam::123456789012:role/path/to/a+b",
        ] {
            assert_eq!(Role::parse(text), Ok(expected), "{text}");
        }
        let longer = "a".repeat(LONGEST_NAME + 1);
        for (text, problem) in [
            ("a".to_owned(), Problem::NotRole),
            (
                "arn:aws:iam::123456789012:role/".to_owned(),
                Problem::NotRole,
            ),
            (
                "arn:aws:iam::123456789012:role/a/".to_owned(),
                Problem::NotRole,
            ),
            (
                "arn:aws:iam::123456789012:user/a".to_owned(),
                Problem::NotRole,
            ),
            ("arn:aws:iam::1:role/a".to_owned(), Problem::NotRole),
            ("arn:aws:iam::{account}:role/a".to_owned(), Problem::NotRole),
            (
                "arn:aws:iam:eu-central-1:123456789012:role/a".to_owned(),
                Problem::NotRole,
            ),
            (
                "arn:aws:iam::123456789012:instance-profile/a".to_owned(),
                Problem::InstanceProfile,
            ),
            (
                "arn:aws:sts::123456789012:assumed-role/a/b".to_owned(),
                Problem::Session,
            ),
            (
                "arn:aws:iam::123456789012:role/a:b".to_owned(),
                Problem::Name,
            ),
            (
                format!("arn:aws:iam::123456789012:role/{longer}"),
                Problem::Name,
            ),
        ] {
            assert_eq!(Role::parse(&text), Err(problem), "{text}");
        }
    }
}
