//! Making a flow log, up to the id of the one that is the resource's own: a create that got no answer is settled by
//! looking, one that an equal flow log stands in the way of by taking it over, waiting until it is gone, or giving up.
//!
//! Must not know what becomes of the flow log afterwards.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::adopt::{self, Ledger};
use super::resource::diagnostic;
use super::unanswered::{self, Asked, NotFound};
use crate::aws;
use crate::aws::ec2::{self, Ec2};
use crate::framework::Diagnostic;

/// How often a flow log that should be there is asked for again, and how long apart.
pub(super) const ASK_AGAIN: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];
/// The longest wait for a deleted flow log to be gone, before its equal is made again.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How a create came to its flow log.
#[derive(Debug)]
pub(super) enum Made {
    /// EC2 made it.
    New(String),
    /// It existed already, and was taken over.
    Adopted(Box<ec2::FlowLog>),
}

/// Why a create came to none.
#[derive(Debug)]
pub(super) struct NotMade {
    pub(super) error: aws::Error,
    /// What the user can do about it; AWS's advice if it is empty.
    what_to_do: String,
    /// Whether it passes by itself.
    passes: bool,
}

impl From<aws::Error> for NotMade {
    fn from(error: aws::Error) -> Self {
        Self {
            error,
            what_to_do: String::new(),
            passes: false,
        }
    }
}

impl NotMade {
    /// Says what did not happen, and what to do.
    pub(super) fn diagnostic(&self, request: &ec2::NewFlowLog) -> Diagnostic {
        let tried = format!(
            "A flow log of {} was to be created by CreateFlowLogs.",
            request.resource_id
        );
        let summary = "Flow log not created".to_owned();
        let role = request.deliver_logs_permission_arn.as_deref();
        let what_to_do = match role.filter(|_| self.error.says_role_not_assumable()) {
            Some(role) => mend_role(role, request.deliver_cross_account_role.is_some()),
            None if self.what_to_do.is_empty() => {
                return diagnostic(summary, &tried, &self.error);
            }
            None => self.what_to_do.clone(),
        };
        Diagnostic::error(
            "flow-log-not-created",
            summary,
            format!("{tried} {}\n\n{what_to_do}", self.error),
        )
    }

    /// Adds what is known of a flow log that may exist.
    pub(super) fn unanswered(mut self, not_found: &NotFound, request: &ec2::NewFlowLog) -> Self {
        let known = not_found.what_to_do(&request.resource_id);
        let parts: Vec<_> = self.error.advice().into_iter().chain([known]).collect();
        self.what_to_do = parts.join("\n\n");
        self
    }
}

/// Says how a delivery role is mended that EC2 cannot assume.
fn mend_role(role: &str, across_accounts: bool) -> String {
    let service = match across_accounts {
        true => "delivery.logs.amazonaws.com",
        false => "vpc-flow-logs.amazonaws.com",
    };
    format!(
        "EC2 could not assume the role {role} (`iam_role_arn`). Either it was made a moment ago: it can take two \
         minutes until EC2 knows it, and within `timeouts.create` it is waited for so long. Or it does not exist, \
         or its trust policy does not let {service} assume it:\n\n{{\n  \"Version\": \"2012-10-17\",\n  \
         \"Statement\": [{{\n    \"Effect\": \"Allow\",\n    \"Principal\": {{ \"Service\": \"{service}\" }},\n    \
         \"Action\": \"sts:AssumeRole\"\n  }}]\n}}\n\nThe function `provider::vpcflow::delivery_trust_policy` gives \
         this policy."
    )
}

/// Creates; where an equal flow log stands in the way that this run has deleted, waits until it is
/// gone.
pub(super) async fn make(
    ledger: &Ledger,
    ec2: &Ec2,
    asked: &Asked<'_>,
    region: &str,
    stop: &CancellationToken,
) -> Result<Made, NotMade> {
    let mut pause = ASK_AGAIN[0];
    loop {
        let not_made = match make_once(ledger, ec2, asked, region, stop).await {
            Ok(made) => return Ok(made),
            Err(not_made) => not_made,
        };
        let wait = stop.run_until_cancelled(tokio::time::sleep(pause));
        if !not_made.passes || wait.await.is_none() {
            return Err(not_made);
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Creates, and settles a create that got no answer or that an equal flow log stands in the way of.
async fn make_once(
    ledger: &Ledger,
    ec2: &Ec2,
    asked: &Asked<'_>,
    region: &str,
    stop: &CancellationToken,
) -> Result<Made, NotMade> {
    let Asked {
        request, planned, ..
    } = asked;
    let error = match ec2.create(request).await {
        Ok(id) => {
            ledger.hand_out(&id);
            return Ok(Made::New(id));
        }
        Err(error) => error,
    };
    let mut not_made = NotMade::from(error);
    if not_made.error.unanswered {
        match unanswered::look(ledger, ec2, asked, stop).await {
            Ok(id) => {
                ledger.hand_out(&id);
                return Ok(Made::New(id));
            }
            Err(not_found) => not_made = not_made.unanswered(&not_found, request),
        }
    }
    if !not_made.error.has_code(&[adopt::EXISTS]) {
        return Err(not_made);
    }
    match adopt::settle(ledger, ec2, request, planned, region).await {
        Ok(adopt::Existing::Adopted(log)) => return Ok(Made::Adopted(log)),
        Ok(adopt::Existing::Left(what_to_do)) => not_made.what_to_do = what_to_do,
        Ok(adopt::Existing::Going(what_to_do)) => {
            not_made.what_to_do = what_to_do;
            not_made.passes = true;
        }
        Err(other) => {
            not_made.what_to_do = format!("Which one it is could not be found out: {other}");
        }
    }
    Err(not_made)
}
