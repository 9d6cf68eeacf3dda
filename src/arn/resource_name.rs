//! ARNs: Amazon Resource Names. This module must not know any service.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.

use std::fmt;

use super::partition;

/// An ARN in its parts, borrowed from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The partition, such as `aws` or `aws-cn`.
    pub partition: &'a str,
    /// The service, such as `logs`.
    pub service: &'a str,
    /// The region, if the ARN names one.
    pub region: Option<&'a str>,
    /// The account, if the ARN names one.
    pub account: Option<&'a str>,
    /// The rest, which may contain colons.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Parses an ARN. Returns `None` if the text is not one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let (partition, rest) = rest.split_once(':')?;
        let (service, rest) = rest.split_once(':')?;
        let (region, rest) = rest.split_once(':')?;
        let (account, resource) = rest.split_once(':')?;
        let whole = partition::is_name(partition)
            && !service.is_empty()
            && !resource.is_empty()
            && !text.contains(char::is_whitespace);
        whole.then_some(Self {
            partition,
            service,
            region: Some(region).filter(|region| !region.is_empty()),
            account: Some(account).filter(|account| !account.is_empty()),
            resource,
        })
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            service,
            region,
            account,
            resource,
        } = self;
        let (region, account) = (region.unwrap_or_default(), account.unwrap_or_default());
        write!(
            f,
            "{PREFIX}{partition}:{service}:{region}:{account}:{resource}"
        )
    }
}

/// Reports whether a text is written as an ARN, well formed or not.
pub fn is_arn_like(text: &str) -> bool {
    text.starts_with(PREFIX)
}

const PREFIX: &str = "arn:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_six_parts() {
        let text = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:a:*";
        let arn = Arn::parse(text).unwrap();
        let expected = Arn {
            partition: "aws-cn",
            service: "logs",
            region: Some("cn-north-1"),
            account: Some("123456789012"),
            resource: "log-group:a:*",
        };
        assert_eq!(arn, expected);
        assert_eq!(arn.to_string(), text);

        let bucket = Arn::parse("arn:aws:s3:::name/folder").unwrap();
        assert_eq!((bucket.region, bucket.account), (None, None));
        assert_eq!(bucket.to_string(), "arn:aws:s3:::name/folder");
    }

    #[test]
    fn other_texts_are_not_arns() {
        for text in [
            "",
            "arn",
            "arn:aws:s3:::",
            "arn:*:s3:::b",
            "arn:gcp:s3:::b",
            "arn:aws::::b",
            "arn:aws:s3::b",
            "b:aws:s3:::b",
            "arn:aws:s3:::b c",
            " arn:aws:s3:::b",
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
