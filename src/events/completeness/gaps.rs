//! The reasons of one query, and what becomes of them.

use jiff::Timestamp;

use super::detail::Detail;
use super::output::{Completeness, Incomplete};
use super::reason::Reason;
use super::text;
use crate::framework::{Attr, Context, Diagnostic};

/// What a query could not see, as far as it was checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gaps {
    reasons: Vec<Reason>,
    /// Whether something was not checked, because that takes extra calls.
    pub(crate) unchecked: bool,
}

impl Gaps {
    pub(crate) fn add(&mut self, reason: Reason) {
        self.reasons.push(reason);
    }

    /// Returns the reasons so far.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter()
    }

    /// Reports whether no reason was found so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Reports the reasons: as one error if the query requires everything, as warnings otherwise.
    ///
    /// # Errors
    /// There is a reason, and the query requires everything.
    pub(crate) fn report(
        self,
        required: bool,
        settled: Option<Timestamp>,
        detail: Detail,
        context: &Context,
    ) -> Result<Completeness, Diagnostic> {
        if required && !self.reasons.is_empty() {
            return Err(text::required(&self.reasons, detail));
        }
        for reason in self
            .reasons
            .iter()
            .filter(|reason| reason.is_warned_about())
        {
            context.warn(text::warning(reason, detail));
        }
        let complete = match (self.reasons.is_empty(), self.unchecked) {
            (false, _) => Attr::Known(false),
            (true, true) => Attr::Null,
            (true, false) => Attr::Known(true),
        };
        let incomplete = self.reasons.iter().map(|reason| Incomplete {
            reason: reason.name().to_owned(),
            detail: text::detail(reason, detail),
        });
        Ok(Completeness {
            complete,
            incomplete: Attr::Known(incomplete.collect()),
            settled_until: Attr::from(settled.map(|settled| settled.to_string())),
        })
    }
}
