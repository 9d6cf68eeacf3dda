//! Diagnostics that several steps share.

use super::drift;
use super::validate::{Hcl, Problem};
use crate::aws;
use crate::aws::ec2;
use crate::framework::{Context, Diagnostic, Diagnostics};

/// Returns the error of a call: what was tried, what AWS replied, and what to do.
pub(super) fn call_failed(
    rule: &'static str,
    summary: String,
    tried: &str,
    error: &aws::Error,
) -> Diagnostic {
    Diagnostic::error(rule, summary, format!("{tried} {}", error.explained()))
}

/// Renders problems for Terraform.
pub(super) fn in_hcl(problems: &[Problem]) -> Diagnostics {
    let problems = problems.iter();
    problems.map(|problem| problem.diagnostic(&Hcl)).collect()
}

/// Warns if the records of a flow log do not arrive.
pub(super) fn warn_of_failed_delivery<S>(described: &ec2::FlowLog, context: &Context<S>) {
    let Some((cause, fix)) = drift::delivery_failure(described) else {
        return;
    };
    let detail =
        format!("EC2 reports the delivery status FAILED: {cause}. Records are lost. {fix}");
    let summary = format!("Flow log {} does not deliver", described.id);
    let diagnostic = Diagnostic::warning("delivery-failing", summary, detail.trim_end());
    context.warn(diagnostic.at("deliver_logs_status"));
}
