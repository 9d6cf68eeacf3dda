//! Durations as users write them.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Why a text is not a duration. `Display` completes a sentence that begins with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// The text does not have the form of a duration.
    #[error("it must be a duration such as 90s, 30m, 1h30m or 2d")]
    Malformed,
    /// The text has months or years.
    #[error("months and years have no fixed length; use days or hours")]
    NoFixedLength,
    /// The duration is zero or negative.
    #[error("it must be longer than 0s")]
    NotPositive,
}

/// Parses a duration such as `90s`, `30m`, `1h30m` or `2d`. A day has 24 hours.
///
/// # Errors
/// The text is not a duration, has no fixed length, or is not positive.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let span: Span = text.parse().map_err(|_| DurationError::Malformed)?;
    let length = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| DurationError::NoFixedLength)?;
    match Duration::try_from(length) {
        Ok(length) if !length.is_zero() => Ok(length),
        _ => Err(DurationError::NotPositive),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_fixed_length_above_zero() {
        for (text, expected) in [
            ("90s", Ok(90)),
            ("1h30m", Ok(5400)),
            ("2d", Ok(172_800)),
            ("1 hour", Ok(3600)),
            ("0s", Err(DurationError::NotPositive)),
            ("-5m", Err(DurationError::NotPositive)),
            ("1mo", Err(DurationError::NoFixedLength)),
            ("1y", Err(DurationError::NoFixedLength)),
            ("soon", Err(DurationError::Malformed)),
            ("", Err(DurationError::Malformed)),
            ("5", Err(DurationError::Malformed)),
        ] {
            assert_eq!(parse(text), expected.map(Duration::from_secs), "{text}");
        }
    }
}
