//! What one slot of a pattern can say about a field.

use std::collections::BTreeSet;

/// A condition on one slot. Its terms do not include the name of the slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Any of two or more terms, such as `=22` and `=443`.
    Any(Vec<String>),
    /// All of the terms.
    All(Vec<String>),
    /// A regular expression.
    Regex(String),
}

/// One way to say something about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) condition: Condition,
    /// Whether it says exactly that. Otherwise, records pass that do not match the qual.
    pub(super) exact: bool,
}

impl Form {
    pub(super) fn exact(condition: Condition) -> Self {
        Self {
            condition,
            exact: true,
        }
    }

    pub(super) fn superset(condition: Condition) -> Self {
        Self {
            condition,
            exact: false,
        }
    }
}

impl Form {
    /// The term for a field without a value.
    pub(super) const NO_VALUE: &str = "=\"-\"";

    /// Creates the form for a field without a value.
    pub(super) fn absent() -> Self {
        Self::exact(any(vec![Self::NO_VALUE.to_owned()]))
    }

    /// Extends the form to a field without a value. One slot can only have alternatives of one kind.
    pub(super) fn or_absent(self) -> Self {
        let with = |mut terms: Vec<String>, exact| {
            terms.push(Self::NO_VALUE.to_owned());
            Self {
                condition: any(terms),
                exact,
            }
        };
        match self.condition {
            Condition::Any(terms) => with(terms, self.exact),
            Condition::All(mut terms) => {
                let exact = self.exact && terms.len() == 1;
                terms.truncate(1);
                with(terms, exact)
            }
            Condition::Regex(expression) => Self {
                condition: Condition::Regex(format!("{expression}|^-$")),
                exact: self.exact,
            },
        }
    }

    /// Excludes a field without a value, which passes a negative form.
    pub(super) fn and_present(self) -> Self {
        let condition = match self.condition {
            Condition::Any(mut terms) => {
                terms.retain(|term| term != Self::NO_VALUE);
                any(terms)
            }
            Condition::All(mut terms) => {
                terms.push(format!("!{}", Self::NO_VALUE));
                Condition::All(terms)
            }
            regex @ Condition::Regex(_) => regex,
        };
        Self { condition, ..self }
    }
}

impl Condition {
    /// Reports whether a slot can have no other condition beside it. Only `&&` can be combined without precedence issues.
    pub(super) fn is_exclusive(&self) -> bool {
        !matches!(self, Self::All(_))
    }

    /// Returns the length of the condition for a slot whose name has this length.
    pub(super) fn length(&self, name: usize) -> usize {
        match self {
            Self::Any(terms) | Self::All(terms) => {
                let written: usize = terms.iter().map(|term| name + term.len()).sum();
                written + 2 * terms.len().saturating_sub(1)
            }
            Self::Regex(expression) => name + "=%%".len() + expression.len(),
        }
    }

    /// Renders the condition for the slot of this name.
    pub(super) fn render(&self, slot: &str) -> String {
        let join = |terms: &[String], operator| {
            let terms: Vec<_> = terms.iter().map(|term| format!("{slot}{term}")).collect();
            terms.join(operator)
        };
        match self {
            Self::Any(terms) => join(terms, "||"),
            Self::All(terms) => join(terms, "&&"),
            Self::Regex(expression) => format!("{slot}=%{expression}%"),
        }
    }
}

/// Creates a condition of alternatives, without duplicates.
pub(super) fn any(mut terms: Vec<String>) -> Condition {
    let mut seen = BTreeSet::new();
    let is_new: Vec<bool> = terms
        .iter()
        .map(|term| seen.insert(term.as_str()))
        .collect();
    let mut is_new = is_new.into_iter();
    terms.retain(|_| is_new.next().unwrap_or_default());
    if terms.len() == 1 {
        Condition::All(terms)
    } else {
        Condition::Any(terms)
    }
}

/// Creates the condition that no term holds.
pub(super) fn none_of(terms: &[String]) -> Condition {
    Condition::All(terms.iter().map(|term| format!("!{term}")).collect())
}

/// Reports whether a value in quotes stands for itself, without wildcards, escapes or encoding issues.
pub(in crate::record) fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value
            .chars()
            .all(|letter| letter.is_ascii_graphic() && !"\"\\*%[]".contains(letter))
}
