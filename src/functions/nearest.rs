//! What a misspelt name was meant to be. Must not know what the names stand for.

/// Finds the name that takes the fewest edits; the first of several.
pub(super) fn nearest<'a>(
    written: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    names.into_iter().min_by_key(|name| distance(written, name))
}

/// Counts the letters to insert, drop or replace to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, same) in other.iter().map(|other| *other == letter).enumerate() {
            let edits = [
                diagonal + usize::from(!same),
                row[column] + 1,
                row[column + 1] + 1,
            ];
            diagonal = row[column + 1];
            row[column + 1] = edits.into_iter().min().unwrap_or_default();
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        for (one, other, edits) in [
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("dst_prt", "dst_port", 1),
            ("same", "same", 0),
            ("ä", "a", 1),
        ] {
            assert_eq!(distance(one, other), edits, "{one} {other}");
        }
    }

    #[test]
    fn the_first_of_the_nearest_is_taken() {
        assert_eq!(nearest("port", ["src_port", "dst_port"]), Some("src_port"));
        assert_eq!(nearest("x", []), None);
    }
}
