//! Percent-encoding, which records use for the values of tags.

use std::borrow::Cow;

/// Decodes a text. A text that is not percent-encoded UTF-8 is returned unchanged.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    match bytes(text).map(String::from_utf8) {
        Some(Ok(decoded)) => Cow::Owned(decoded),
        _ => Cow::Borrowed(text),
    }
}

/// Returns the longest prefix that records hold unchanged, since no encoder changes its characters.
pub(super) fn untouched(text: &str) -> &str {
    let encoded = |letter: char| !(letter.is_ascii_alphanumeric() || "._-".contains(letter));
    &text[..text.find(encoded).unwrap_or(text.len())]
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            decoded.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        decoded.push(digit(digits[0])? << 4 | digit(digits[1])?);
        rest = after;
    }
    Some(decoded)
}

fn digit(letter: u8) -> Option<u8> {
    let digit = char::from(letter).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_text_is_decoded_and_other_text_is_kept() {
        for (text, expected) in [
            ("web", "web"),
            ("My%20web%2Fapp", "My web/app"),
            ("caf%C3%A9", "café"),
            ("caf%c3%a9", "café"),
            ("a+b", "a+b"),
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("%C3", "%C3"),
            ("%2525", "%25"),
        ] {
            assert_eq!(decode(text), expected);
        }
    }

    #[test]
    fn the_untouched_prefix_ends_before_what_may_be_encoded() {
        assert_eq!(untouched("web-1.a_b"), "web-1.a_b");
        assert_eq!(untouched("My web"), "My");
        assert_eq!(untouched("é"), "");
    }
}
