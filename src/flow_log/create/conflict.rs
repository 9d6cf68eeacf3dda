//! A create that EC2 refuses because an equal flow log exists.
//!
//! With `adopt_existing` the resource adopts the other flow log. Without it, the error names the other flow log. This
//! module must not know how a create is sent.

use super::super::equality;
use super::super::model::FlowLog;
use super::ledger::Ledger;
use crate::aws::Error;
use crate::aws::ec2::{self, Ec2};
use crate::framework::{Attr, Diagnostic};

/// The outcome of a conflict.
pub(super) enum Outcome {
    /// The resource adopts this flow log.
    Adopted(Box<ec2::FlowLog>),
    /// The resource gets none.
    Refused {
        /// What the user can do.
        hint: String,
        /// The equal flow log, if there is exactly one.
        equal: Option<String>,
    },
    /// This run has deleted the other flow log, and EC2 still counts it: what the user can do if that lasts.
    Temporary(String),
}

/// Finds the equal flow log, and adopts it if that is wanted and allowed.
pub(super) async fn resolve(
    ledger: &Ledger,
    ec2: &Ec2,
    planned: &FlowLog,
    region: &str,
) -> Result<Outcome, Error> {
    let resource_id = planned.resource_id.given().unwrap_or_default();
    let filters = [("resource-id".to_owned(), vec![resource_id.to_owned()])];
    let found = ec2.find(&filters).await?;
    let (equal, others): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|log| equality::is_equal(planned, log));
    let adopts = planned.adopt_existing == Attr::Known(true);
    Ok(match equal.as_slice() {
        // It was most likely the one that this run has deleted, and it is gone by now.
        [] if others.is_empty() && ledger.has_deleted_any() => {
            Outcome::Temporary(none_equal(&others))
        }
        [] => Outcome::refused(none_equal(&others)),
        [one] if ledger.has_deleted(&one.id) => Outcome::Temporary(still_counted(&one.id)),
        [one] if ledger.has_given(&one.id) => Outcome::refused_by(&one.id, declared_twice(&one.id)),
        [one] if adopts && ledger.adopt(&one.id) => Outcome::Adopted(Box::new(one.clone())),
        [one] => Outcome::refused_by(&one.id, adopt_or_import(&one.id, region)),
        several => Outcome::refused(ambiguous(several)),
    })
}

impl Outcome {
    fn refused(hint: String) -> Self {
        Self::Refused { hint, equal: None }
    }

    fn refused_by(id: &str, hint: String) -> Self {
        Self::Refused {
            hint,
            equal: Some(id.to_owned()),
        }
    }
}

/// Returns what the user can do about a token that an earlier apply has sent with other values.
pub(super) async fn after_mismatch(ec2: &Ec2, planned: &FlowLog, region: &str) -> String {
    let resource_id = planned.resource_id.given().unwrap_or_default();
    let filters = [("resource-id".to_owned(), vec![resource_id.to_owned()])];
    let (known, id) = match ec2.find(&filters).await {
        Ok(logs) if logs.is_empty() => ("EC2 shows no flow log of this resource.".to_owned(), None),
        Ok(logs) => (
            format!("The resource has the flow logs {}.", ids(&logs)),
            logs.first().map(|log| log.id.clone()),
        ),
        Err(error) => (
            format!("The search for its flow logs failed: {error}"),
            None,
        ),
    };
    let id = id.unwrap_or_else(|| "fl-…".to_owned());
    format!(
        "An earlier apply of the same saved plan has sent other values, and may have created a flow log with them. {known} \
         Run `terraform plan` again: a new plan uses a new token. To keep a flow log that the earlier apply has created, \
         import it first:\n\nimport {{\n  to = vpcflow_log.NAME\n  id = \"{id}@{region}\"\n}}"
    )
}

/// Returns the warning that a flow log was adopted.
pub(in super::super) fn adopted(id: &str) -> Diagnostic {
    Diagnostic::warning(
        "flow-log-adopted",
        format!("Flow log {id} adopted"),
        "An equal flow log existed, and `adopt_existing` is true. This resource manages it from now on. Nothing was \
         created.",
    )
    .at("adopt_existing")
}

/// Returns the warning that a flow log was not deleted.
pub(in super::super) fn kept(id: &str) -> Diagnostic {
    Diagnostic::warning(
        "adopted-flow-log-kept",
        format!("Flow log {id} not deleted"),
        "Another resource has adopted it in this run (`adopt_existing`) and manages it now. It was removed from this \
         address in the state, and it still records.",
    )
}

/// The owner of the flow log is not known here, and what helps one owner does not help another.
fn adopt_or_import(id: &str, region: &str) -> String {
    format!(
        "The equal flow log is {id}. What to do depends on what manages it.\n\nIf it is the old object of this resource, \
         which `create_before_destroy` replaces by its equal, set `adopt_existing = true`, and the new object adopts it. \
         An import does not help there, because this address still holds {id}.\n\nIf no resource manages it, set \
         `adopt_existing = true` too, or import it:\n\nimport {{\n  to = vpcflow_log.NAME\n  id = \
         \"{id}@{region}\"\n}}\n\nIf another resource manages it, remove one of the two. To record the same traffic \
         twice, change the destination or the format."
    )
}

fn declared_twice(id: &str) -> String {
    format!(
        "The equal flow log is {id}. Another resource of this configuration has created or adopted it in this run: the \
         same flow log is declared twice. Remove one of the two resources. To record the same traffic twice, change the \
         destination or the format of one of them."
    )
}

fn still_counted(id: &str) -> String {
    format!(
        "The equal flow log is {id}. This run has deleted it, but EC2 still counted it when the time was up. Run the \
         command again."
    )
}

fn none_equal(others: &[ec2::FlowLog]) -> String {
    if others.is_empty() {
        return "EC2 shows no flow log of this resource. One may have been created or deleted a moment ago. Run the \
                command again."
            .to_owned();
    }
    format!(
        "The resource has the flow logs {}, but none of them is equal in all arguments. Compare them with the \
         configuration. To manage one of them, use `terraform import`.",
        ids(others)
    )
}

fn ambiguous(several: &[ec2::FlowLog]) -> String {
    format!(
        "Several flow logs are equal: {}. Import one of them.",
        ids(several)
    )
}

fn ids(logs: &[ec2::FlowLog]) -> String {
    let ids: Vec<_> = logs.iter().map(|log| log.id.as_str()).collect();
    ids.join(", ")
}
