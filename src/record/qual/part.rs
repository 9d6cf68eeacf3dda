//! The parts of a qual, between its commas, with their positions.

/// Why a text is not a qual.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .position.map(|at| format!("character {}: ", at + 1)).unwrap_or_default())]
pub struct QualError {
    /// The character of the text at which the mistake is, counted from 0; none if the name of the qual is wrong.
    pub position: Option<usize>,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// A part of a qual's text, with its position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    /// The character of the whole text at which the part starts, counted from 0.
    pub(super) position: usize,
}

/// A comparison with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    AtLeast,
    AtMost,
    Above,
    Below,
}

/// Splits a text at its commas, and trims the parts.
pub(super) fn split(text: &str) -> Result<Vec<Part<'_>>, QualError> {
    let mut parts = Vec::new();
    for part in (Part { text, position: 0 }).split(',') {
        if part.text.is_empty() {
            return Err(part.error(if text.trim().is_empty() {
                "the filter is empty; remove it, or write a value"
            } else {
                "a value is missing next to the comma"
            }));
        }
        parts.push(part);
    }
    Ok(parts)
}

impl QualError {
    /// Creates the error of a qual with a wrong name.
    pub(super) fn about_the_name(message: String) -> Self {
        Self {
            position: None,
            message,
        }
    }
}

impl<'a> Part<'a> {
    pub(super) fn error(&self, message: impl Into<String>) -> QualError {
        QualError {
            position: Some(self.position),
            message: message.into(),
        }
    }

    /// Creates the error of a part that is missing, or is not what the noun says.
    pub(super) fn not(&self, noun: &str, hint: &str) -> QualError {
        if self.text.is_empty() {
            return self.error(format!("{noun} is missing; {hint}"));
        }
        self.error(format!("`{}` is not {noun}; {hint}", self.text))
    }

    /// Refuses the part if it contains a wrong character.
    pub(super) fn refuse_any(
        self,
        wrong: impl Fn(char) -> bool,
        message: impl FnOnce() -> String,
    ) -> Result<(), QualError> {
        let Some(at) = self.text.chars().position(wrong) else {
            return Ok(());
        };
        Err(QualError {
            position: Some(self.position + at),
            message: message(),
        })
    }

    /// Reports whether the part follows another one after a comma without white space.
    pub(super) fn follows(self, before: Part<'_>) -> bool {
        self.position == before.position + before.text.chars().count() + 1
    }

    /// Reports whether the part consists only of digits.
    pub(super) fn is_number(&self) -> bool {
        !self.text.is_empty() && self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Splits the part at a separator, and trims each piece.
    pub(super) fn split(self, separator: char) -> impl Iterator<Item = Part<'a>> {
        let mut position = self.position;
        self.text.split(separator).map(move |text| {
            let part = Part { text, position }.trim();
            position += text.chars().count() + 1;
            part
        })
    }

    /// Splits the part at the first separator, and trims both sides.
    pub(super) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (before, after) = self.text.split_once(separator)?;
        let position = self.position + before.chars().count() + 1;
        let before = Part {
            text: before,
            position: self.position,
        };
        Some((
            before.trim(),
            Part {
                text: after,
                position,
            }
            .trim(),
        ))
    }

    /// Splits off a leading comparison, and refuses the operators of other languages.
    pub(super) fn comparison(self) -> Result<(Option<Comparison>, Self), QualError> {
        const OPERATORS: [(&str, Comparison); 4] = [
            (">=", Comparison::AtLeast),
            ("<=", Comparison::AtMost),
            (">", Comparison::Above),
            ("<", Comparison::Below),
        ];
        self.refuse_negation()?;
        if self.text.starts_with('=') {
            return Err(self.error("`=` is not needed; write only the value"));
        }
        for (sign, comparison) in OPERATORS {
            if self.text.starts_with(sign) {
                let operand = self.after(sign.len());
                if operand.text.is_empty() {
                    return Err(operand.error(format!("a value is missing after `{sign}`")));
                }
                return Ok((Some(comparison), operand));
            }
        }
        Ok((None, self))
    }

    /// Refuses a comparison of values that have no order.
    pub(super) fn refuse_comparison(self, what: &str) -> Result<(), QualError> {
        self.refuse_negation()?;
        if self.text.starts_with(['<', '>', '=']) {
            return Err(self.error(format!("{what} cannot be compared; write only the value")));
        }
        Ok(())
    }

    pub(super) fn refuse_negation(self) -> Result<(), QualError> {
        if self.text.starts_with('!') {
            return Err(self
                .error("a filter says what must match; use an `exclude` block for what must not"));
        }
        Ok(())
    }

    /// Returns the part after its first ASCII characters.
    pub(super) fn after(self, characters: usize) -> Self {
        Part {
            text: &self.text[characters..],
            position: self.position + characters,
        }
        .trim()
    }

    fn trim(self) -> Self {
        if self.text.trim().is_empty() {
            return Part { text: "", ..self };
        }
        let text = self.text.trim_start();
        let dropped = self.text[..self.text.len() - text.len()].chars().count();
        Part {
            text: text.trim_end(),
            position: self.position + dropped,
        }
    }
}
