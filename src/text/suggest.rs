//! Suggests the closest name for a misspelled one.

use strsim::levenshtein;

/// The number of characters that are compared. A longer text is not a name.
const LONGEST_NAME: usize = 100;

/// Finds the name that is closest to a text, with at most two edits, or a third of its length. Case, `-` and `_` make
/// no difference, except between two names that are equally close.
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: String = written.chars().take(LONGEST_NAME).collect();
    let folded = |name: &str| name.to_lowercase().replace(['_', '-'], "");
    let meant = folded(&written);
    let scored = names.into_iter().map(|name| {
        let distance = levenshtein(&meant, &folded(name));
        (distance, levenshtein(&written, name), name)
    });
    let (distance, _, name) = scored.min()?;
    (distance <= 2.max(name.len() / 3)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_far_from_all_others_suggests_nothing() {
        let names = ["src_addr", "srcAddr", "dst_addr", "action"];
        for (written, meant) in [
            ("src_adr", Some("src_addr")),
            ("srcAdr", Some("srcAddr")),
            ("src-addr", Some("src_addr")),
            ("acton", Some("action")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, names), meant, "{written}");
        }
        assert_eq!(nearest(&"x".repeat(1_000_000), names), None);
        assert_eq!(nearest("x", []), None);
    }
}
