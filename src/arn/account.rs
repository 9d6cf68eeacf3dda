//! Account ids, such as `123456789012`. This module must not know any account.

/// The form of an account id as a regular expression in the dialect of JSON Schema, without anchors.
pub const PATTERN: &str = "[0-9]{12}";

/// The placeholder for an account in what a user writes for several accounts, such as the ARN of a role.
pub const PLACEHOLDER: &str = "{account}";

/// Reports whether a text is an account id: twelve digits.
pub fn is_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;

    use super::*;

    #[test]
    fn an_id_has_twelve_digits() {
        let pattern = Regex::new(&format!("^{PATTERN}$")).unwrap();
        assert!(is_id("012345678901") && pattern.is_match("012345678901"));
        for text in ["", "12345678901", "1234567890123", "12345678901x", "*"] {
            assert!(!is_id(text) && !pattern.is_match(text), "{text}");
        }
    }
}
