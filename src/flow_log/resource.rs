//! The life of a flow log: create, read, tag, delete, import.
//!
//! Nothing is lost: once EC2 has answered with an id, no later failure forgets it, and after a create
//! that got no answer the flow log is looked for before the create counts as failed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::identity::{self, Identity};
use super::make::{self, ASK_AGAIN, Made};
use super::model::FlowLog;
use super::retag::retag;
use super::timeout::Limit;
use super::unanswered::{self, Asked};
use super::{adopt, claims, convert, drift, generate, moved, normal, plan, tags, told, validate};
use crate::aws::ec2::{self, Ec2};
use crate::aws::{self};
use crate::connection::{Connection, Tags};
use crate::cty::Path;
use crate::framework::{self, Attr, Change, Context, Diagnostic, Diagnostics, Failure};

/// EC2 is eventually consistent: for so long a new flow log may not be found yet.
const YOUNG: SignedDuration = SignedDuration::from_mins(10);
/// The resource `vpcflow_log`.
#[derive(Debug, Default)]
pub struct Resource {
    /// The ids that this process has given out, taken over and deleted.
    ledger: adopt::Ledger,
    /// The flow logs that the resources of this run keep and make.
    claims: claims::Claims,
    /// The arguments of which it was said that an endpoint does not tell them.
    untold: told::Said,
}

type Result<T, E = Failure<FlowLog>> = std::result::Result<T, E>;

impl framework::Resource for Resource {
    type Connection = Connection;
    type State = FlowLog;
    type Identity = Identity;
    const TYPE_NAME: &'static str = "vpcflow_log";

    fn validate(&self, config: &FlowLog, diagnostics: &mut Diagnostics) {
        diagnostics.extend(validate::arguments(config));
    }

    fn plan(
        &self,
        connection: &Connection,
        change: &mut Change<FlowLog>,
        warnings: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        plan::plan(connection, change, warnings)
    }

    fn judge_plan(
        &self,
        connection: &Connection,
        change: &mut Change<FlowLog>,
        replaced: &[Path],
        warnings: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let run = connection.run;
        warnings.extend(plan::replaced_for_its_region(change, replaced));
        let id = change.prior.as_ref().and_then(|prior| prior.id.given());
        match (id.map(str::to_owned), change.mark.take()) {
            (Some(id), _) if replaced.is_empty() => {
                self.claims.keep(run, &id, &change.planned)?;
                change.mark = Some(id);
            }
            (Some(id), _) => self.claims.release(run, &id),
            (None, replaced) => {
                if let Some(id) = replaced {
                    self.claims.release(run, &id);
                }
                self.claims.make(run, &change.config, &change.planned)?;
            }
        }
        Ok(())
    }

    fn normal(before: &FlowLog, after: &FlowLog) -> (FlowLog, FlowLog) {
        normal::pair(before, after)
    }

    async fn create(
        &self,
        connection: &Connection,
        config: FlowLog,
        planned: FlowLog,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog> {
        self.claims.settle(connection.run);
        let region = connection.region(planned.region.given())?;
        let limit = Limit::create(&planned.timeouts);
        let ec2 = connection.aws()?.ec2(&region);
        let token = uuid::Uuid::new_v4().to_string();
        let request = convert::request(&config, &planned, token);
        let created = limit.keep(context.stop(), |stop| {
            let ec2 = ec2.until(stop.clone());
            let asked = Asked {
                request: &request,
                planned: &planned,
                since: Timestamp::now(),
            };
            let region = &region;
            async move { make::make(&self.ledger, &ec2, &asked, region, &stop).await }
        });
        let (created, late) = created.await;
        let created = created.map_err(|mut not_made| {
            if late {
                not_made.error = not_made.error.out_of_time();
            }
            limit.explain(&not_made.error, not_made.diagnostic(&request))
        });
        let id = match created? {
            Made::New(id) => id,
            Made::Adopted(log) => {
                return self.adopt(connection, &ec2, *log, planned, context).await;
            }
        };
        tracing::info!(
            flow_log_id = id,
            resource_id = request.resource_id,
            "flow log created"
        );
        context.remember(convert::undescribed(
            id.clone(),
            planned.clone(),
            &region,
            connection,
        ));
        match find(&ec2, &id, context.stop()).await {
            Ok(Some(described)) => {
                warn_of_failed_delivery(&described, context);
                Ok(convert::state(described, &planned, &region, connection))
            }
            Ok(None) => {
                context.warn(not_described(&id, "EC2 does not show it yet."));
                Ok(convert::undescribed(id, planned, &region, connection))
            }
            Err(error) => {
                context.warn(not_described(&id, &error.to_string()));
                Ok(convert::undescribed(id, planned, &region, connection))
            }
        }
    }

    async fn read(
        &self,
        connection: &Connection,
        state: FlowLog,
        context: &Context<FlowLog>,
    ) -> Result<Option<FlowLog>, Diagnostics> {
        let Some(id) = state.id.given() else {
            return Ok(None);
        };
        let region = connection.region(plan::exists_in(&state))?;
        let ec2 = connection.aws()?.ec2(&region);
        let described = match ec2.describe(id).await {
            // The reply has told EC2's time.
            Ok(None) if is_young(&state, &ec2) => find(&ec2, id, context.stop()).await,
            described => described,
        };
        let described = described.map_err(|error| {
            let summary = format!("Flow log {id} not read");
            diagnostic(summary, "It was asked for by DescribeFlowLogs.", &error)
        })?;
        let Some(described) = described else {
            self.claims.release(connection.run, id);
            return match plan::is_placeless(&state) {
                true => Err(not_found_here(id, &region).into()),
                false => Ok(None),
            };
        };
        warn_of_failed_delivery(&described, context);
        let (state, untold) = convert::read(described, &state, &region, connection);
        if let Some(warning) = self.untold.warning(&untold) {
            context.warn(warning);
        }
        Ok(Some(state))
    }

    async fn update(
        &self,
        connection: &Connection,
        prior: FlowLog,
        planned: FlowLog,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog> {
        let Some(id) = prior.id.given() else {
            return Err(no_id().into());
        };
        let region = connection.region(plan::exists_in(&prior).or(planned.region.given()))?;
        let ec2 = connection.aws()?.ec2(&region).until(context.stop().clone());
        // What is ignored since the last refresh is left alone too.
        let tags = |state: &FlowLog| {
            let all = state.tags_all.known();
            all.map_or_else(Tags::new, |all| tags::visible(connection, all))
        };
        let change = tags::difference(&tags(&prior), &tags(&planned));
        let mut now = tags(&prior);
        match retag(connection, &ec2, id, &change, &mut now).await {
            Ok(()) => Ok(planned),
            Err(error) => {
                let summary = format!("Tags of flow log {id} not changed");
                let tried = "The tags were to be changed by DeleteTags and CreateTags.";
                let state = FlowLog {
                    tags: tags::refresh(connection, &now, &prior),
                    tags_all: Attr::Known(now),
                    ..prior.clone()
                };
                Err(Failure::with_state(
                    diagnostic(summary, tried, &error),
                    state,
                ))
            }
        }
    }

    async fn delete(
        &self,
        connection: &Connection,
        state: FlowLog,
        context: &Context<FlowLog>,
    ) -> Result<(), Diagnostics> {
        let Some(id) = state.id.given() else {
            return Ok(());
        };
        let region = connection.region(plan::exists_in(&state))?;
        let ec2 = connection.aws()?.ec2(&region);
        self.claims.release(connection.run, id);
        if !self.ledger.delete(id) {
            context.warn(adopt::kept(id));
            return Ok(());
        }
        let limit = Limit::delete(&state.timeouts);
        let deleted = limit.keep(context.stop(), |stop| {
            let ec2 = ec2.until(stop);
            async move { unanswered::delete(&ec2, id).await }
        });
        let (deleted, late) = deleted.await;
        let there_was_one = deleted.map_err(|error| {
            let error = if late { error.out_of_time() } else { error };
            let summary = format!("Flow log {id} not deleted");
            let tried = "It was to be deleted by DeleteFlowLogs.";
            limit.explain(&error, diagnostic(summary, tried, &error))
        })?;
        if !there_was_one && plan::is_placeless(&state) {
            return Err(not_found_here(id, &region).into());
        }
        tracing::info!(flow_log_id = id, there_was_one, "flow log deleted");
        Ok(())
    }

    async fn import(
        &self,
        connection: &Connection,
        id: &str,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog, Diagnostics> {
        let identity = identity::written(id, connection)?;
        self.import_by_identity(connection, identity, context).await
    }

    async fn import_by_identity(
        &self,
        connection: &Connection,
        identity: Identity,
        _context: &Context<FlowLog>,
    ) -> Result<FlowLog, Diagnostics> {
        self.claims.settle(connection.run);
        let (id, region) = identity.place(connection)?;
        Ok(to_import(&id, region, connection))
    }

    fn move_from(source: &framework::Source<'_>) -> Result<FlowLog, Diagnostics> {
        moved::state(source)
    }

    fn generate_config(&self, connection: Option<&Connection>, state: FlowLog) -> FlowLog {
        generate::configuration(connection, state)
    }
}

impl Resource {
    /// Makes a flow log that was taken over what is planned: its tags are all that can differ.
    async fn adopt(
        &self,
        connection: &Connection,
        ec2: &Ec2,
        mut log: ec2::FlowLog,
        planned: FlowLog,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog> {
        let region = connection.region(planned.region.given())?;
        let id = log.id.clone();
        tracing::info!(flow_log_id = id, "equal flow log taken over");
        context.warn(adopt::adopted(&id));
        let exists = convert::undescribed(id.clone(), planned.clone(), &region, connection);
        context.remember(exists);
        let mut now = tags::visible(connection, &log.tags);
        let wanted = planned.tags_all.known().cloned().unwrap_or_default();
        let change = tags::difference(&now, &wanted);
        let ec2 = ec2.until(context.stop().clone());
        if let Err(error) = retag(connection, &ec2, &id, &change, &mut now).await {
            // As an error it would make Terraform replace what it has just taken over.
            let summary = format!("Tags of flow log {id} not changed");
            let tried = "It was taken over, and its tags were to be changed by DeleteTags and \
                         CreateTags. The next plan shows them as they are, and the next apply changes \
                         them.";
            let Diagnostic { detail, .. } = diagnostic(String::new(), tried, &error);
            context.warn(Diagnostic::warning("tags-not-changed", summary, detail).at("tags"));
        }
        log.tags = now;
        warn_of_failed_delivery(&log, context);
        Ok(convert::state(log, &planned, &region, connection))
    }
}

/// Asks for a flow log that should be there, again and again for a few seconds.
async fn find(
    ec2: &Ec2,
    id: &str,
    stop: &CancellationToken,
) -> Result<Option<ec2::FlowLog>, aws::Error> {
    for pause in ASK_AGAIN {
        if let Some(found) = ec2.describe(id).await? {
            return Ok(Some(found));
        }
        let stopped = stop
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
            .is_none();
        if stopped {
            break;
        }
    }
    ec2.describe(id).await
}

/// Says whether EC2 may not show a flow log yet. One that could not be read back when it was made has no
/// time of creation; one that is being imported has no resource either.
fn is_young(state: &FlowLog, ec2: &Ec2) -> bool {
    let made = state
        .creation_time
        .given()
        .and_then(|text| text.parse::<Timestamp>().ok());
    match made {
        Some(made) => Timestamp::now().duration_since(made) + ec2.clock_ahead() < YOUNG,
        None => state.resource_id.given().is_some(),
    }
}

fn not_found_here(id: &str, region: &str) -> Diagnostic {
    Diagnostic::error(
        "flow-log-not-found-in",
        format!("Flow log {id} not found in {region}"),
        format!(
            "The state does not say in which region it is, as the state of the provider that it was \
             moved from did not, so that it was looked for in the provider's own, {region}. If it is in \
             another one, set `region` on the resource and run `terraform apply -refresh=false` once, \
             which writes the region into the state. If it is gone, remove it from the state: terraform \
             state rm …"
        ),
    )
}

/// Gives the state that a read can start from.
fn to_import(id: &str, region: String, connection: &Connection) -> FlowLog {
    FlowLog {
        arn: convert::flow_log_arn(id, &region, connection),
        id: Attr::Known(id.to_owned()),
        region: Attr::Known(region),
        // Not null: whether no tags are written or an empty map of them, the plan is empty.
        tags: Attr::Known(BTreeMap::new()),
        ..FlowLog::default()
    }
}

fn warn_of_failed_delivery(described: &ec2::FlowLog, context: &Context<FlowLog>) {
    let Some((cause, fix)) = drift::delivery_failure(described) else {
        return;
    };
    let detail =
        format!("EC2 reports delivery status FAILED: {cause}. Records are being lost. {fix}");
    let summary = format!("Flow log {} does not deliver", described.id);
    context.warn(
        Diagnostic::warning("delivery-failing", summary, detail.trim_end())
            .at("deliver_logs_status"),
    );
}

fn not_described(id: &str, why: &str) -> Diagnostic {
    Diagnostic::warning(
        "flow-log-created-but-not-read-back",
        format!("Flow log {id} created but not read back"),
        format!(
            "It exists and is in the state with the values that were sent. What only AWS knows is \
             missing until the next refresh. {why}"
        ),
    )
}

fn no_id() -> Diagnostic {
    Diagnostic::error(
        "flow-log-not-changed",
        "Flow log not changed",
        "The state holds no id. Remove the resource from the state and import it.",
    )
}

/// Says what did not happen, what was tried, what the service answered, and what to do.
pub(crate) fn diagnostic(summary: String, tried: &str, error: &aws::Error) -> Diagnostic {
    let advice = error
        .advice()
        .map(|advice| format!("\n\n{advice}"))
        .unwrap_or_default();
    Diagnostic::error("call-failed", summary, format!("{tried} {error}{advice}"))
}

#[cfg(test)]
mod tests;
