//! Regions, such as `eu-central-1`. This module must not know which of them exist: AWS opens new ones.

/// The form of a region's name as a regular expression in the dialect of JSON Schema, without anchors.
pub const PATTERN: &str = "[a-z]+(-[a-z]+)+-[0-9]+";

/// The placeholder for a region in what a user writes for several regions, such as the ARN of a log group.
pub const PLACEHOLDER: &str = "{region}";

/// Reports whether a text has the form of a region's name.
pub fn is_name(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    let Some((words, number)) = text.rsplit_once('-') else {
        return false;
    };
    words.contains('-')
        && words.split('-').all(is_word)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;

    use super::*;

    #[test]
    fn a_name_is_words_and_a_number() {
        let pattern = Regex::new(&format!("^{PATTERN}$")).unwrap();
        for name in [
            "us-east-1",
            "eu-central-1",
            "ap-southeast-10",
            "us-gov-east-1",
            "us-isob-east-1",
            "eusc-de-east-1",
            "mx-central-1",
        ] {
            assert!(is_name(name) && pattern.is_match(name), "{name}");
        }
        for text in [
            "",
            "-",
            "eu",
            "eu-1",
            "eu--1",
            "eu-central",
            "eu-central-",
            "EU-central-1",
            "eu-central-1a",
            " eu-central-1",
            "Frankfurt",
            "*",
        ] {
            assert!(!is_name(text) && !pattern.is_match(text), "{text}");
        }
    }
}
