//! Ids of resources of EC2, such as `vpc-0123456789abcdef0`. This module must not know what can be recorded of them.

/// What follows the prefix of an id, as a regular expression in the dialect of JSON Schema.
pub const DIGITS_PATTERN: &str = "([0-9a-fA-F]{8}|[0-9a-fA-F]{17})";

/// Reports whether an id is a prefix and 8 or 17 hexadecimal digits.
pub fn has_form(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix).is_some_and(|digits| {
        matches!(digits.len(), 8 | 17) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

/// Reports whether an id is that of a transit gateway or of an attachment to one.
pub fn is_of_transit_gateway(id: &str) -> bool {
    id.starts_with("tgw-")
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;

    use super::*;

    #[test]
    fn an_id_is_a_prefix_and_digits() {
        let pattern = Regex::new(&format!("^vpc-{DIGITS_PATTERN}$")).unwrap();
        for id in ["vpc-01234567", "vpc-0123456789abcdef0", "vpc-0ABCDEF0"] {
            assert!(has_form(id, "vpc-") && pattern.is_match(id), "{id}");
        }
        for id in [
            "",
            "vpc-",
            "vpc-0123456",
            "vpc-012345678",
            "vpc-0123456g",
            "subnet-01234567",
        ] {
            assert!(!has_form(id, "vpc-") && !pattern.is_match(id), "{id}");
        }
    }
}
