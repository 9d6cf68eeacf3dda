//! Creates the flow log of a resource, or adopts its equal, and reads it back.
//!
//! The token of a plan can be older than this run: a saved plan can be applied again. EC2 then returns the flow log that
//! the first apply has created. If it was deleted since, EC2 returns its ID, but does not show it.
//! This looks like a new flow log that EC2 does not show yet. What tells them apart is a create with a new token: EC2
//! refuses it if the first one exists.

use jiff::Timestamp;

use super::super::calls::retag;
use super::super::create::{self, CreateAttempt, Created, NotCreated, create};
use super::super::diagnostics::{call_failed, warn_of_failed_delivery};
use super::super::model::FlowLog;
use super::super::private::Token;
use super::super::timeout::Limit;
use super::super::{convert, tags};
use super::Resource;
use crate::aws::ec2::{self, Ec2, NewFlowLog};
use crate::connection::Connection;
use crate::framework::{Context, Diagnostic, Failure};

type Result<T, E = Failure<FlowLog>> = std::result::Result<T, E>;

/// Where a flow log is created.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) connection: &'a Connection,
    pub(super) ec2: &'a Ec2,
    pub(super) region: &'a str,
}

/// What is created.
pub(super) struct Planned {
    pub(super) config: FlowLog,
    pub(super) planned: FlowLog,
}

impl Resource {
    /// Creates the flow log of a plan.
    pub(super) async fn create_in(
        &self,
        place: Place<'_>,
        plan: &Planned,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog> {
        let token = Token::of(context.private());
        let may_be_used = token.may_be_used;
        let id = match self.create_with(token, place, plan, context).await? {
            Created::New(id) => id,
            Created::Adopted(log) => {
                return Ok(self.adopt(place, *log, &plan.planned, context).await);
            }
        };
        match described(&id, place, plan, context).await {
            Ok(state) => Ok(state),
            Err(None) if may_be_used && !context.stop().is_cancelled() => {
                self.create_again(id, place, plan, context).await
            }
            Err(why) => Ok(undescribed(&id, place, plan, why.as_deref(), context)),
        }
    }

    /// Creates the flow log with a new token, because EC2 does not show the one that it has returned.
    async fn create_again(
        &self,
        id: String,
        place: Place<'_>,
        plan: &Planned,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog> {
        let created = self.create_with(Token::new(), place, plan, context).await;
        let (id, why) = match created {
            Ok(Created::New(new)) => {
                context.warn(of_deleted(&id, &new));
                (new, None)
            }
            Ok(Created::Adopted(log)) => {
                return Ok(self.adopt(place, *log, &plan.planned, context).await);
            }
            Err(refused) if refused.equal.as_ref().is_some_and(|equal| *equal != id) => {
                return Err(refused.into());
            }
            Err(NotMade { error, .. }) if error.is_flow_log_already_exists() => (id, None),
            Err(NotMade { diagnostic, .. }) => (id, Some(diagnostic.detail)),
        };
        match described(&id, place, plan, context).await {
            Ok(state) => Ok(state),
            Err(other) => {
                let why = why.or(other);
                Ok(undescribed(&id, place, plan, why.as_deref(), context))
            }
        }
    }

    /// Creates the flow log with a token, within the time limit.
    async fn create_with(
        &self,
        token: Token,
        place: Place<'_>,
        plan: &Planned,
        context: &Context<FlowLog>,
    ) -> Result<Created, NotMade> {
        let Planned { config, planned } = plan;
        let limit = Limit::create(&planned.timeouts);
        let request = &convert::request(config, planned, token.text);
        let attempt = CreateAttempt {
            request,
            planned,
            region: place.region,
            since: Timestamp::now(),
        };
        let created = limit.keep(context.stop(), |stop| {
            let ec2 = place.ec2.until(stop.clone());
            async move { create(&self.ledger, &ec2, attempt, &stop).await }
        });
        let (created, is_late) = created.await;
        let created = created.map_err(|mut not_created| {
            if is_late {
                not_created.error = not_created.error.out_of_time();
            }
            NotMade::new(not_created, request, &limit)
        })?;
        if let Created::New(id) = &created {
            let resource_id = &request.resource_id;
            tracing::info!(flow_log_id = id, resource_id, "flow log created");
        }
        Ok(created)
    }

    /// Changes the tags of an adopted flow log to the planned ones. Everything else is equal.
    async fn adopt(
        &self,
        place: Place<'_>,
        mut log: ec2::FlowLog,
        planned: &FlowLog,
        context: &Context<FlowLog>,
    ) -> FlowLog {
        let Place {
            connection,
            ec2,
            region,
        } = place;
        let id = log.id.clone();
        tracing::info!(flow_log_id = id, "equal flow log adopted");
        context.warn(create::adopted(&id));
        let exists = convert::undescribed(id.clone(), planned.clone(), region, connection);
        context.remember(exists);
        let mut now = tags::visible(connection, &log.tags);
        let wanted = planned.tags_all.known().cloned().unwrap_or_default();
        let change = tags::difference(&now, &wanted);
        let ec2 = ec2.until(context.stop().clone());
        if let Err(error) = retag(connection, &ec2, &id, &change, &mut now).await {
            // As an error, it would make Terraform replace the flow log that it has just adopted.
            let summary = format!("Tags of flow log {id} not changed");
            let tried = "The flow log was adopted, and DeleteTags and CreateTags were called to change its tags. The next \
                         plan shows the tags that it has, and the next apply changes them.";
            let Diagnostic { detail, .. } =
                call_failed("tags-not-changed", String::new(), tried, &error);
            context.warn(Diagnostic::warning("tags-not-changed", summary, detail).at("tags"));
        }
        log.tags = now;
        warn_of_failed_delivery(&log, context);
        convert::state(log, planned, region, connection)
    }
}

/// Returns the state of a flow log that was created. Fails with `None` if EC2 does not show it, or with the error.
async fn described(
    id: &str,
    place: Place<'_>,
    plan: &Planned,
    context: &Context<FlowLog>,
) -> Result<FlowLog, Option<String>> {
    let planned = &plan.planned;
    context.remember(exists(id, place, planned));
    let described = place.ec2.describe_new(id, context.stop()).await;
    let described = described.map_err(|error| Some(error.to_string()))?;
    let described = described.ok_or(None)?;
    warn_of_failed_delivery(&described, context);
    Ok(convert::state(
        described,
        planned,
        place.region,
        place.connection,
    ))
}

/// Returns the state of a flow log that was created and not read back.
fn undescribed(
    id: &str,
    place: Place<'_>,
    plan: &Planned,
    why: Option<&str>,
    context: &Context<FlowLog>,
) -> FlowLog {
    let why = why.unwrap_or("EC2 does not show it yet.");
    context.warn(not_described(id, why));
    exists(id, place, &plan.planned)
}

/// Why nothing was made.
struct NotMade {
    error: crate::aws::Error,
    /// The equal flow log that prevents it, if there is exactly one.
    equal: Option<String>,
    diagnostic: Diagnostic,
}

impl NotMade {
    fn new(not_created: NotCreated, request: &NewFlowLog, limit: &Limit) -> Self {
        let diagnostic = not_created.diagnostic(request);
        Self {
            diagnostic: limit.explain(&not_created.error, diagnostic),
            error: not_created.error,
            equal: not_created.equal,
        }
    }
}

impl From<NotMade> for Failure<FlowLog> {
    fn from(not_made: NotMade) -> Self {
        not_made.diagnostic.into()
    }
}

/// Returns the state of a flow log of which only the ID is known.
fn exists(id: &str, place: Place<'_>, planned: &FlowLog) -> FlowLog {
    convert::undescribed(
        id.to_owned(),
        planned.clone(),
        place.region,
        place.connection,
    )
}

fn of_deleted(deleted: &str, created: &str) -> Diagnostic {
    Diagnostic::warning(
        "flow-log-of-the-plan-deleted",
        format!("Flow log {deleted} of an earlier apply replaced by {created}"),
        format!(
            "An earlier apply of this plan has created the flow log {deleted}. EC2 does not show it, and has allowed an \
             equal one, so it was deleted since. If it appears again, delete it."
        ),
    )
}

fn not_described(id: &str, why: &str) -> Diagnostic {
    Diagnostic::warning(
        "flow-log-created-but-not-read-back",
        format!("Flow log {id} created but not read back"),
        format!(
            "The flow log exists and is in the state with the values of the request. The values that only AWS knows are \
             missing until the next refresh. {why}"
        ),
    )
}
