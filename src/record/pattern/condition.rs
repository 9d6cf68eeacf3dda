//! What one slot of a pattern can say about a field.

/// A condition on one slot; its terms lack the slot's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Any of two or more terms, such as `=22` and `=443`.
    Any(Vec<String>),
    /// All of the terms.
    All(Vec<String>),
    /// One term that is a regular expression.
    Regex(String),
}

/// One way to say something about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) condition: Condition,
    /// Whether it says all of it; otherwise records pass that do not satisfy the qual.
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

impl Condition {
    /// Tells whether both can stand in one slot: only `&&` is free of doubt about what binds tighter.
    pub(super) fn stands_beside(&self, other: &Self) -> bool {
        matches!((self, other), (Self::All(_), Self::All(_)))
    }

    /// Writes the condition about the slot of this name.
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

/// Makes a condition of alternatives.
pub(super) fn any(mut terms: Vec<String>) -> Condition {
    let mut seen = Vec::new();
    terms.retain(|term| {
        let new = !seen.contains(term);
        seen.push(term.clone());
        new
    });
    if terms.len() == 1 {
        Condition::All(terms)
    } else {
        Condition::Any(terms)
    }
}

/// Makes a condition of terms of which none may hold.
pub(super) fn none_of(terms: &[String]) -> Condition {
    Condition::All(terms.iter().map(|term| format!("!{term}")).collect())
}

/// Tells whether a value means itself between quotes, without wildcards, escapes or doubts about encoding.
pub(in crate::record) fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value
            .chars()
            .all(|letter| letter.is_ascii_graphic() && !"\"\\*%[]".contains(letter))
}
