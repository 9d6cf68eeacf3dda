//! Partitions, such as `aws` and `aws-cn`. This module must not know any service.
//!
//! See <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.

/// The form of a partition's name as a regular expression in the dialect of JSON Schema, without anchors.
pub const PATTERN: &str = "aws(-[a-z0-9]+)*";

const COMMERCIAL: &str = "aws";

/// The other partitions, by the prefix of their regions.
const OTHERS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// Reports whether a text has the form of a partition's name. AWS opens new partitions, so the name need not be known.
pub fn is_name(text: &str) -> bool {
    let is_word = |word: &str| {
        let mut bytes = word.bytes();
        !word.is_empty() && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let mut words = text.split('-');
    words.next() == Some(COMMERCIAL) && words.all(is_word)
}

/// Reports whether this release knows a partition.
pub fn is_known(name: &str) -> bool {
    name == COMMERCIAL || OTHERS.iter().any(|(_, partition)| *partition == name)
}

/// Returns the partition of a region, by the region's name.
pub fn of_region(region: &str) -> &'static str {
    let mut others = OTHERS.iter();
    let other = others.find(|(prefix, _)| region.starts_with(prefix));
    other.map_or(COMMERCIAL, |(_, partition)| partition)
}

/// Returns the domain of AWS's services in a region.
pub fn suffix(region: &str) -> &'static str {
    match of_region(region) {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;

    use super::*;

    #[test]
    fn a_name_begins_with_aws() {
        let pattern = Regex::new(&format!("^{PATTERN}$")).unwrap();
        for (_, name) in OTHERS.into_iter().chain([("", COMMERCIAL)]) {
            assert!(
                is_name(name) && is_known(name) && pattern.is_match(name),
                "{name}"
            );
        }
        assert!(is_name("aws-new") && !is_known("aws-new"));
        for text in ["", "*", "aws-", "awsx", "AWS", "gcp", "aws-*", "aws cn"] {
            assert!(!is_name(text) && !pattern.is_match(text), "{text}");
        }
    }

    #[test]
    fn a_region_tells_its_partition() {
        let regions = [
            "eu-west-1",
            "cn-north-1",
            "us-gov-east-1",
            "us-iso-west-1",
            "us-isob-east-1",
            "eusc-de-east-1",
        ];
        let partitions = [
            "aws",
            "aws-cn",
            "aws-us-gov",
            "aws-iso",
            "aws-iso-b",
            "aws-eusc",
        ];
        assert_eq!(regions.map(of_region), partitions);
    }
}
