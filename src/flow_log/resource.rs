//! The resource `vpcflow_log`: create, read, change tags, delete, import.
//!
//! No flow log is orphaned: once EC2 has returned an id, no later failure loses it, and a create without a reply searches
//! for the flow log before it counts as failed.

mod creating;

use std::collections::BTreeMap;

use self::creating::{Place, Planned};
use super::calls::{delete, retag};
use super::create::{self, Ledger, Plans};
use super::diagnostics::{call_failed, in_hcl, warn_of_failed_delivery};
use super::identity::{self, Identity};
use super::missing::{self, Found};
use super::model::FlowLog;
use super::region::{existing_region, has_no_region};
use super::timeout::Limit;
use super::{convert, generate, moved, normal_form, plan, private, tags, unreported, validate};
use crate::connection::{Connection, Tags};
use crate::cty::Path;
use crate::framework::{self, Attr, Change, Context, Diagnostic, Diagnostics, Failure};

/// The resource `vpcflow_log`.
#[derive(Debug, Default)]
pub struct Resource {
    /// The flow logs that this process has created, adopted and deleted.
    ledger: Ledger,
    /// The flow logs that the plans of this run keep and create.
    plans: Plans,
    /// The arguments that were warned about because the endpoint does not report them.
    unreported: unreported::Warned,
}

type Result<T, E = Failure<FlowLog>> = std::result::Result<T, E>;

impl framework::Resource for Resource {
    type Connection = Connection;
    type State = FlowLog;
    type Identity = Identity;
    const TYPE_NAME: &'static str = "vpcflow_log";

    fn validate(&self, config: &FlowLog, diagnostics: &mut Diagnostics) {
        diagnostics.extend(in_hcl(&validate::arguments(config)));
    }

    fn plan(
        &self,
        connection: &Connection,
        change: &mut Change<FlowLog>,
        warnings: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        plan::plan(connection, change, warnings)?;
        let problems = validate::planned(connection, &change.config, &change.planned);
        warnings.extend(in_hcl(&problems).into_result()?);
        Ok(())
    }

    fn check_plan(
        &self,
        connection: &Connection,
        change: &Change<FlowLog>,
        replaced: &[Path],
        warnings: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let run = connection.run;
        warnings.extend(plan::replaced_for_its_region(change, replaced));
        let id = change.prior.as_ref().and_then(|prior| prior.id.given());
        match id {
            Some(id) if replaced.is_empty() => self.plans.keep(run, id, &change.planned)?,
            Some(id) => self.plans.release(run, id),
            None => {
                if let Some(id) = private::replaced(change) {
                    self.plans.release(run, &id);
                }
                self.plans.create(run, &change.planned)?;
            }
        }
        Ok(())
    }

    fn private(&self, change: &Change<FlowLog>, replaced: &[Path]) -> Vec<u8> {
        private::of_plan(change, !replaced.is_empty())
    }

    fn normal(before: &FlowLog, after: &FlowLog) -> (FlowLog, FlowLog) {
        normal_form::pair(before, after)
    }

    async fn create(
        &self,
        connection: &Connection,
        config: FlowLog,
        planned: FlowLog,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog> {
        self.plans.forget_created(connection.run);
        let region = connection.region(planned.region.given())?;
        let ec2 = connection.aws()?.ec2(&region);
        let place = Place {
            connection,
            ec2: &ec2,
            region: &region,
        };
        let plan = Planned { config, planned };
        self.create_in(place, &plan, context).await
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
        let region = connection.region(existing_region(&state))?;
        let ec2 = connection.aws()?.ec2(&region);
        let found = match ec2.describe(id).await {
            Ok(Some(described)) => Ok(Found::Exists(Box::new(described))),
            // It stays in the state: it may be in another region.
            Ok(None) if has_no_region(&state) => Ok(Found::Gone),
            Ok(None) => missing::look_again(&state, id, &ec2, context.stop()).await,
            Err(error) => Err(error),
        };
        let found = found.map_err(|error| {
            let summary = format!("Flow log {id} not read");
            let tried = "DescribeFlowLogs was called.";
            call_failed("flow-log-not-read", summary, tried, &error)
        })?;
        let described = match found {
            Found::Exists(described) => *described,
            Found::Unclear => return Err(unclear(id).into()),
            Found::Gone => {
                self.plans.release(connection.run, id);
                if has_no_region(&state) {
                    return Err(not_found_in(id, &region).into());
                }
                return Ok(None);
            }
        };
        warn_of_failed_delivery(&described, context);
        let (state, missing) = convert::read(described, &state, &region, connection);
        if let Some(warning) = self.unreported.warning(&missing) {
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
        let region = connection.region(existing_region(&prior).or(planned.region.given()))?;
        let ec2 = connection.aws()?.ec2(&region).until(context.stop().clone());
        // A tag that has been ignored since the last refresh is left alone, too.
        let tags = |state: &FlowLog| {
            let all = state.tags_all.known();
            all.map_or_else(Tags::new, |all| tags::visible(connection, all))
        };
        let change = tags::difference(&tags(&prior), &tags(&planned));
        let mut now = tags(&prior);
        let Err(error) = retag(connection, &ec2, id, &change, &mut now).await else {
            return Ok(planned);
        };
        let summary = format!("Tags of flow log {id} not changed");
        let tried = "DeleteTags and CreateTags were called.";
        let state = FlowLog {
            tags: tags::refresh(connection, &now, &prior),
            tags_all: Attr::Known(now),
            ..prior.clone()
        };
        let diagnostic = call_failed("tags-not-changed", summary, tried, &error);
        Err(Failure::with_state(diagnostic, state))
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
        let region = connection.region(existing_region(&state))?;
        let ec2 = connection.aws()?.ec2(&region);
        self.plans.release(connection.run, id);
        if !self.ledger.delete(id) {
            context.warn(create::kept(id));
            return Ok(());
        }
        let limit = Limit::delete(&state.timeouts);
        let deleted = limit.keep(context.stop(), |stop| {
            let ec2 = ec2.until(stop);
            async move { delete(&ec2, id).await }
        });
        let (deleted, is_late) = deleted.await;
        let existed = deleted.map_err(|error| {
            let error = if is_late { error.out_of_time() } else { error };
            let summary = format!("Flow log {id} not deleted");
            let tried = "DeleteFlowLogs was called.";
            let diagnostic = call_failed("flow-log-not-deleted", summary, tried, &error);
            limit.explain(&error, diagnostic)
        })?;
        if !existed && has_no_region(&state) {
            return Err(not_found_in(id, &region).into());
        }
        tracing::info!(
            flow_log_id = id,
            there_was_one = existed,
            "flow log deleted"
        );
        Ok(())
    }

    async fn import(
        &self,
        connection: &Connection,
        id: &str,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog, Diagnostics> {
        let identity = identity::parse(id, connection)?;
        self.import_by_identity(connection, identity, context).await
    }

    async fn import_by_identity(
        &self,
        connection: &Connection,
        identity: Identity,
        _context: &Context<FlowLog>,
    ) -> Result<FlowLog, Diagnostics> {
        self.plans.forget_created(connection.run);
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

/// Returns the state that a read can start from.
fn to_import(id: &str, region: String, connection: &Connection) -> FlowLog {
    FlowLog {
        arn: convert::flow_log_arn(id, &region, connection),
        id: Attr::Known(id.to_owned()),
        region: Attr::Known(region),
        // Not null, so that the plan is empty both for no tags and for an empty map of tags.
        tags: Attr::Known(BTreeMap::new()),
        ..FlowLog::default()
    }
}

fn unclear(id: &str) -> Diagnostic {
    Diagnostic::error(
        "flow-log-not-read",
        format!("Flow log {id} not read"),
        "EC2 does not show the flow log. It was created less than two minutes ago, so that EC2 may not show it yet, and \
         Terraform was stopped before the two minutes had passed. It stays in the state. Run Terraform again.",
    )
}

fn not_found_in(id: &str, region: &str) -> Diagnostic {
    Diagnostic::error(
        "flow-log-not-found",
        format!("Flow log {id} not found in {region}"),
        format!(
            "The state contains no region, because it was moved from another provider whose state had none. The flow log \
             was therefore looked for in the region of the provider, {region}. If it is in another region, set `region` on \
             the resource and run `terraform apply -refresh=false` once, which writes the region to the state. If it no \
             longer exists, remove it from the state: terraform state rm …"
        ),
    )
}

fn no_id() -> Diagnostic {
    Diagnostic::error(
        "flow-log-not-changed",
        "Flow log not changed",
        "The state contains no id. Remove the resource from the state and import it.",
    )
}

#[cfg(test)]
mod tests;
