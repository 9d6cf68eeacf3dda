//! Creates a flow log and returns the id of the one that belongs to the resource.
//!
//! | file | holds |
//! |---|---|
//! | `recover` | the search for a flow log whose create got no reply |
//! | `conflict` | an equal flow log that exists: adopt it, wait until it is gone, or fail |
//! | `ledger` | the flow logs that this process has created, adopted and deleted |
//! | `plans` | the flow logs that the plans of a run keep and create, no two of them equal |
//!
//! This module must not know what happens to the flow log afterwards.

mod conflict;
mod ledger;
mod plans;
mod recover;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub(super) use self::conflict::{adopted, kept};
pub(super) use self::ledger::Ledger;
pub(super) use self::plans::Plans;
pub(super) use self::recover::{CreateAttempt, NotFound};

use self::conflict::Outcome;
use super::diagnostics::call_failed;
use crate::aws;
use crate::aws::ec2::{self, Ec2, PAUSES};
use crate::framework::Diagnostic;

/// The longest pause while a deleted flow log disappears, before its equal is created again.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// The flow log of a create.
#[derive(Debug)]
pub(super) enum Created {
    /// EC2 created it.
    New(String),
    /// It existed, and the resource adopted it.
    Adopted(Box<ec2::FlowLog>),
}

/// Why a create failed.
#[derive(Debug)]
pub(super) struct NotCreated {
    pub(super) error: aws::Error,
    /// What the user can do. If it is empty, the hint of the error applies.
    hint: String,
    /// The equal flow log that prevents it, if there is exactly one.
    pub(super) equal: Option<String>,
    /// Whether the cause disappears by itself.
    is_temporary: bool,
}

impl From<aws::Error> for NotCreated {
    fn from(error: aws::Error) -> Self {
        Self {
            error,
            hint: String::new(),
            equal: None,
            is_temporary: false,
        }
    }
}

impl NotCreated {
    /// Returns the error with what to do.
    pub(super) fn diagnostic(&self, request: &ec2::NewFlowLog) -> Diagnostic {
        const RULE: &str = "flow-log-not-created";
        let summary = "Flow log not created".to_owned();
        let tried = format!(
            "CreateFlowLogs was called for a flow log of {}.",
            request.resource_id
        );
        let role = request.deliver_logs_permission_arn.as_deref();
        let hint = match role.filter(|_| self.error.is_role_not_assumable()) {
            Some(role) => role_hint(role, request.deliver_cross_account_role.is_some()),
            None if self.hint.is_empty() => {
                return call_failed(RULE, summary, &tried, &self.error);
            }
            None => self.hint.clone(),
        };
        let detail = format!("{tried} {}\n\n{hint}", self.error);
        Diagnostic::error(RULE, summary, detail)
    }

    /// Adds what is known of a flow log that may exist.
    pub(super) fn without_reply(mut self, not_found: &NotFound, resource_id: &str) -> Self {
        let hint = not_found.hint(resource_id);
        let hints: Vec<_> = self.error.hint().into_iter().chain([hint]).collect();
        self.hint = hints.join("\n\n");
        self
    }
}

/// Returns how to fix a delivery role that EC2 cannot assume.
fn role_hint(role: &str, is_across_accounts: bool) -> String {
    let service = if is_across_accounts {
        "delivery.logs.amazonaws.com"
    } else {
        "vpc-flow-logs.amazonaws.com"
    };
    format!(
        "EC2 could not assume the role {role} (`iam_role_arn`). If the role is new, EC2 may not know it yet: this can take \
         two minutes, and the provider waits for it within `timeouts.create`. Otherwise, the role does not exist, or its \
         trust policy does not allow {service} to assume it:\n\n{{\n  \"Version\": \"2012-10-17\",\n  \
         \"Statement\": [{{\n    \"Effect\": \"Allow\",\n    \"Principal\": {{ \"Service\": \"{service}\" }},\n    \
         \"Action\": \"sts:AssumeRole\"\n  }}]\n}}\n\nThe function `provider::vpcflow::delivery_trust_policy` returns this \
         policy."
    )
}

/// Creates the flow log. If an equal one exists that this run has deleted, waits until it is gone.
pub(super) async fn create(
    ledger: &Ledger,
    ec2: &Ec2,
    attempt: CreateAttempt<'_>,
    stop: &CancellationToken,
) -> Result<Created, NotCreated> {
    let mut pause = PAUSES[0];
    loop {
        let not_created = match create_once(ledger, ec2, attempt, stop).await {
            Ok(created) => return Ok(created),
            Err(not_created) => not_created,
        };
        let wait = stop.run_until_cancelled(tokio::time::sleep(pause));
        if !not_created.is_temporary || wait.await.is_none() {
            return Err(not_created);
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Creates the flow log, and settles a create that got no reply or that an equal flow log prevents.
async fn create_once(
    ledger: &Ledger,
    ec2: &Ec2,
    attempt: CreateAttempt<'_>,
    stop: &CancellationToken,
) -> Result<Created, NotCreated> {
    let new = |id: String| {
        ledger.give(&id);
        Created::New(id)
    };
    let mut not_created = match ec2.create(attempt.request).await {
        Ok(id) => return Ok(new(id)),
        Err(error) => NotCreated::from(error),
    };
    if not_created.error.unanswered {
        match recover::find(ledger, ec2, attempt, stop).await {
            Ok(id) => return Ok(new(id)),
            Err(not_found) => {
                let resource_id = &attempt.request.resource_id;
                not_created = not_created.without_reply(&not_found, resource_id);
            }
        }
    }
    if not_created.error.is_token_of_other_values() {
        not_created.hint = conflict::after_mismatch(ec2, attempt.planned, attempt.region).await;
    }
    if !not_created.error.is_flow_log_already_exists() {
        return Err(not_created);
    }
    match conflict::resolve(ledger, ec2, attempt.planned, attempt.region).await {
        Ok(Outcome::Adopted(log)) => return Ok(Created::Adopted(log)),
        Ok(Outcome::Refused { hint, equal }) => {
            not_created.hint = hint;
            not_created.equal = equal;
        }
        Ok(Outcome::Temporary(hint)) => {
            not_created.hint = hint;
            not_created.is_temporary = true;
        }
        Err(error) => {
            not_created.hint = format!("The search for the equal flow log failed: {error}");
        }
    }
    Err(not_created)
}
