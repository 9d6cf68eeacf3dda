//! The parts of an ARN, and the forms of account numbers and regions. Must not know what policies say.

/// An ARN, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    pub(super) partition: &'a str,
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; what is in its resource may hold colons of its own.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts[..] else {
            return None;
        };
        (is_partition(partition) && !service.is_empty() && !resource.is_empty()).then_some(Self {
            partition,
            service,
            region,
            account,
            resource,
        })
    }
}

/// Tells whether a text is an account's number: twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tells whether a text has the form of a region's name, such as `eu-central-1`.
pub(super) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [words @ .., number] = parts.as_slice() else {
        return false;
    };
    words.len() >= 2
        && words.iter().all(|word| is_word(word))
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tells whether a text has the form of a partition's name, such as `aws-us-gov`.
pub(super) fn is_partition(text: &str) -> bool {
    text.starts_with("aws") && text.split('-').all(is_word)
}

/// Gives the partition in which a region is, by the region's name.
pub(super) fn partition_of(region: &str) -> &'static str {
    const HEADS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    let found = HEADS.iter().find(|(head, _)| region.starts_with(head));
    found.map_or("aws", |(_, partition)| partition)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_six_parts() {
        let arn = Arn::parse("arn:aws-cn:logs:cn-north-1:123456789012:log-group:a:*").unwrap();
        assert_eq!(
            (
                arn.partition,
                arn.service,
                arn.region,
                arn.account,
                arn.resource
            ),
            (
                "aws-cn",
                "logs",
                "cn-north-1",
                "123456789012",
                "log-group:a:*"
            )
        );
        for text in [
            "",
            "arn",
            "arn:aws:s3:::",
            "arn:*:s3:::b",
            "arn:aws::::b",
            "b:aws:s3:::b",
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }

    #[test]
    fn names_have_their_forms() {
        for region in [
            "eu-central-1",
            "us-gov-east-1",
            "us-isob-east-1",
            "ap-southeast-10",
            "eusc-de-east-1",
        ] {
            assert!(is_region(region), "{region}");
        }
        for text in [
            "",
            "eu",
            "eu-1",
            "eu-central",
            "EU-central-1",
            "eu-central-1a",
            "eu--1",
            "*",
        ] {
            assert!(!is_region(text), "{text}");
        }
        assert!(is_account("012345678901"));
        for text in ["", "12345678901", "1234567890123", "12345678901x", "*"] {
            assert!(!is_account(text), "{text}");
        }
        assert_eq!(partition_of("eu-central-1"), "aws");
        assert_eq!(partition_of("cn-north-1"), "aws-cn");
        assert_eq!(partition_of("us-gov-west-1"), "aws-us-gov");
    }
}
