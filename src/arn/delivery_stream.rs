//! Delivery streams of Firehose. This module must not know where they deliver to.

use super::{account, resource_name::Arn};

/// The longest name of a delivery stream.
/// <https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html>
pub const LONGEST_NAME: usize = 64;

/// The service in a delivery stream's ARN.
pub const SERVICE: &str = "firehose";

/// A delivery stream, as its ARN names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryStream<'a> {
    /// The region.
    pub region: &'a str,
    /// The account.
    pub account: &'a str,
    /// The name.
    pub name: &'a str,
}

/// Why an ARN is not that of a delivery stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is not an ARN of Firehose that ends in a name.
    NotDeliveryStream,
    /// The name has more than [`LONGEST_NAME`] characters, or characters that names do not have.
    Name,
    /// It does not name both a region and an account.
    NoRegionOrAccount,
}

impl<'a> DeliveryStream<'a> {
    /// Checks whether an ARN is that of a delivery stream.
    pub fn from_arn(arn: &Arn<'a>) -> Result<Self, Problem> {
        let name = arn.resource.strip_prefix("deliverystream/");
        let name = name.filter(|name| arn.service == SERVICE && !name.is_empty());
        let name = name.ok_or(Problem::NotDeliveryStream)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        if name.len() > LONGEST_NAME || !name.chars().all(allowed) {
            return Err(Problem::Name);
        }
        match (arn.region, arn.account) {
            (Some(region), Some(account)) if account::is_id(account) => Ok(Self {
                region,
                account,
                name,
            }),
            _ => Err(Problem::NoRegionOrAccount),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_has_a_region_an_account_and_a_name() {
        fn parse(text: &str) -> Result<&str, Problem> {
            let arn = Arn::parse(text).unwrap();
            DeliveryStream::from_arn(&arn).map(|stream| stream.name)
        }
        let begin = "arn:aws:firehose:eu-central-1:123456789012";
        let longer = "a".repeat(LONGEST_NAME + 1);
        assert_eq!(
            parse(&format!("{begin}:deliverystream/a_b.c-d")),
            Ok("a_b.c-d")
        );
        for (text, problem) in [
            (
                format!("{begin}:deliverystream/"),
                Problem::NotDeliveryStream,
            ),
            (format!("{begin}:stream/a"), Problem::NotDeliveryStream),
            (
                "arn:aws:kinesis:eu-central-1:123456789012:deliverystream/a".to_owned(),
                Problem::NotDeliveryStream,
            ),
            (format!("{begin}:deliverystream/a/b"), Problem::Name),
            (format!("{begin}:deliverystream/{longer}"), Problem::Name),
            (
                "arn:aws:firehose:::deliverystream/a".to_owned(),
                Problem::NoRegionOrAccount,
            ),
        ] {
            assert_eq!(parse(&text), Err(problem), "{text}");
        }
    }
}
