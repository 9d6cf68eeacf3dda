//! Flow logs, by id and by ARN. This module must not know what they record.

use super::resource_name::Arn;

const PREFIX: &str = "fl-";
const SERVICE: &str = "ec2";
const RESOURCE: &str = "vpc-flow-log/";

/// Reports whether a text can be the id of a flow log. AWS writes `fl-` and 8 or 17 hexadecimal digits; other lengths are
/// accepted, because an id that is refused is a flow log that is lost.
pub fn is_id(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|digits| {
        (8..=32).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

/// Returns the id in a flow log's ARN.
pub fn id_of<'a>(arn: &Arn<'a>) -> Option<&'a str> {
    let id = arn.resource.strip_prefix(RESOURCE)?;
    Some(id).filter(|id| arn.service == SERVICE && is_id(id))
}

/// Builds the ARN of a flow log.
pub fn arn(partition: &str, region: &str, account: &str, id: &str) -> String {
    let resource = format!("{RESOURCE}{id}");
    let arn = Arn {
        partition,
        service: SERVICE,
        region: Some(region),
        account: Some(account),
        resource: &resource,
    };
    arn.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_prefix_and_digits() {
        for id in ["fl-01234567", "fl-0123456789abcdef0"] {
            assert!(is_id(id), "{id}");
        }
        for id in ["", "fl-", "fl-0123", "fl-0123456x", "vpc-01234567"] {
            assert!(!is_id(id), "{id}");
        }
    }

    #[test]
    fn an_arn_holds_the_id() {
        let arn = arn("aws", "eu-central-1", "123456789012", "fl-01234567");
        assert_eq!(
            arn,
            "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/fl-01234567"
        );
        assert_eq!(id_of(&Arn::parse(&arn).unwrap()), Some("fl-01234567"));
        let other = Arn::parse("arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-01234567").unwrap();
        assert_eq!(id_of(&other), None);
    }
}
