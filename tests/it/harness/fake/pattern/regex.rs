//! `%…%`: the subset of regular expressions that the service supports.

use regex_lite::Regex;

use super::Error;

/// The maximum number of expressions in one pattern.
pub(super) const MOST: usize = 2;

/// Characters without a special meaning.
const PLAIN: &str = "_#=@/;,-";
/// Characters with a special meaning, which a backslash removes.
const SPECIAL: &str = "^$?[]{}|\\*+.";

/// Parses the text after an opening `%`. Returns the expression, and the rest after the closing `%`.
pub(super) fn parse(after_percent: &str) -> Result<(Regex, &str), Error> {
    let (expression, rest) = after_percent
        .split_once('%')
        .ok_or_else(|| Error::new("a regular expression is not closed"))?;
    if expression.is_empty() {
        return Err(Error::new("a regular expression is empty"));
    }
    check(expression)?;
    let compiled = Regex::new(expression).map_err(Error::new)?;
    Ok((compiled, rest))
}

fn check(expression: &str) -> Result<(), Error> {
    let mut chars = expression.chars();
    while let Some(c) = chars.next() {
        let fits = match c {
            '\\' => escape_fits(&mut chars),
            c => c.is_ascii_alphanumeric() || PLAIN.contains(c) || SPECIAL.contains(c),
        };
        if !fits {
            return Err(Error::new(format!(
                "the regular expression {expression} has what is not supported at or after '{c}'"
            )));
        }
    }
    Ok(())
}

fn escape_fits(chars: &mut std::str::Chars<'_>) -> bool {
    match chars.next() {
        Some('d' | 's' | 'w') => true,
        Some('x') => (0..2).all(|_| chars.next().is_some_and(|c| c.is_ascii_hexdigit())),
        Some(c) => SPECIAL.contains(c),
        None => false,
    }
}
