//! The parts of a qual: what stands between its commas, and where.

/// Says why a text is no qual.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .position.map(|at| format!("character {}: ", at + 1)).unwrap_or_default())]
pub struct QualError {
    /// The character of the text at which the mistake is, counted from 0; none if the mistake is in the qual's name.
    pub position: Option<usize>,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// A piece of a qual's text that knows where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    /// The character of the whole text at which the piece begins, counted from 0.
    pub(super) position: usize,
}

/// What stands before a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    AtLeast,
    AtMost,
    Above,
    Below,
}

/// Splits a text at its commas and drops the white space around the parts.
pub(super) fn split(text: &str) -> Result<Vec<Part<'_>>, QualError> {
    let mut parts = Vec::new();
    for part in (Part { text, position: 0 }).split(',') {
        if part.text.is_empty() {
            return Err(part.error(if text.trim().is_empty() {
                "the qual is empty; leave it out, or write a value"
            } else {
                "a value is missing beside the comma"
            }));
        }
        parts.push(part);
    }
    Ok(parts)
}

impl QualError {
    /// Makes the error of a qual whose name is none.
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

    /// Makes the error of a piece that is not what it should be, or is missing.
    pub(super) fn not(&self, noun: &str, hint: &str) -> QualError {
        if self.text.is_empty() {
            return self.error(format!("{noun} is missing; {hint}"));
        }
        self.error(format!("`{}` is not {noun}; {hint}", self.text))
    }

    /// Makes an error about the first character of the piece for which something holds, if there is one.
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

    /// Tells whether the piece stands right behind the comma after another one, without white space.
    pub(super) fn follows(self, before: Part<'_>) -> bool {
        self.position == before.position + before.text.chars().count() + 1
    }

    /// Tells whether the piece consists of digits alone.
    pub(super) fn is_number(&self) -> bool {
        !self.text.is_empty() && self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Splits the piece at a separator and trims each.
    pub(super) fn split(self, separator: char) -> impl Iterator<Item = Part<'a>> {
        let mut position = self.position;
        self.text.split(separator).map(move |text| {
            let part = Part { text, position }.trim();
            position += text.chars().count() + 1;
            part
        })
    }

    /// Splits the piece at the first separator and trims both sides.
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

    /// Takes a comparison off the beginning, and refuses what other languages would write there.
    pub(super) fn comparison(self) -> Result<(Option<Comparison>, Self), QualError> {
        const OPERATORS: [(&str, Comparison); 4] = [
            (">=", Comparison::AtLeast),
            ("<=", Comparison::AtMost),
            (">", Comparison::Above),
            ("<", Comparison::Below),
        ];
        self.refuse_negation()?;
        if self.text.starts_with('=') {
            return Err(self.error("`=` is not needed; write the value alone"));
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

    /// Refuses a comparison, for values that have no order.
    pub(super) fn refuse_comparison(self, what: &str) -> Result<(), QualError> {
        self.refuse_negation()?;
        if self.text.starts_with(['<', '>', '=']) {
            return Err(self.error(format!("{what} cannot be compared; write the value alone")));
        }
        Ok(())
    }

    pub(super) fn refuse_negation(self) -> Result<(), QualError> {
        if self.text.starts_with('!') {
            return Err(
                self.error("a qual says what is wanted; put what is not into an `exclude` block")
            );
        }
        Ok(())
    }

    /// The piece after its first ASCII characters.
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
