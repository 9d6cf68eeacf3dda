//! Values of parameters with `NoEcho`, which must not be shown: what depends on them is marked while it is evaluated.
//!
//! An evaluation that reads such a value leaves a mark, whether the value becomes a part of the result, or chooses it. What
//! is evaluated once keeps its mark with its result.

use super::super::diagnostics::FileDiagnostics;
use super::super::node::Content;
use super::{Scope, scalar};

impl Scope<'_> {
    /// Returns the result of an evaluation, and whether it depends on a value that must not be shown. Then what it reports
    /// is not shown, either.
    pub(in super::super) fn watched<T>(
        &self,
        diagnostics: &mut FileDiagnostics,
        evaluate: impl FnOnce(&mut FileDiagnostics) -> T,
    ) -> (T, bool) {
        let reported = diagnostics.len();
        let outer = self.secret.replace(false);
        let result = evaluate(diagnostics);
        let secret = self.secret.replace(outer);
        if secret {
            diagnostics.hide(reported);
        }
        (result, secret)
    }

    /// Marks the evaluation that is under way.
    pub(super) fn mark(&self, secret: bool) {
        self.secret.set(self.secret.get() || secret);
    }

    /// Returns whether the value of a parameter must not be shown.
    pub(super) fn is_secret(&self, parameter: &str) -> bool {
        if self.parameters.secret.contains(parameter) {
            return true;
        }
        let declared = self.declared.get(parameter);
        let Some(flag) = declared.and_then(|node| node.get("NoEcho")) else {
            return false;
        };
        match &scalar::read(flag, &mut FileDiagnostics::default()).content {
            Content::Scalar { text, .. } => !text.eq_ignore_ascii_case("false"),
            // What cannot be read hides rather than shows.
            Content::List(_) | Content::Map(_) => true,
        }
    }
}
