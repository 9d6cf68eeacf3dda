//! The life of a flow log: create, read, tag, delete, import.
//!
//! Nothing is lost: once EC2 has answered with an id, no later failure forgets it, and after a create
//! that got no answer the flow log is looked for before the create counts as failed.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::identity::Identity;
use super::model::FlowLog;
use super::target::given;
use super::{adopt, convert, drift, generate, moved, plan, tags, validate};
use crate::aws::ec2::{self, Ec2};
use crate::aws::{self};
use crate::connection::{Connection, Tags};
use crate::framework::{self, Attr, Change, Context, Diagnostic, Diagnostics, Failure};

/// How long a create may take, if `timeouts` does not say.
const CREATE_TIMEOUT: Duration = Duration::from_secs(5 * 60);
/// How long a delete may take, if `timeouts` does not say.
const DELETE_TIMEOUT: Duration = Duration::from_secs(2 * 60);
/// EC2 is eventually consistent: for so long a new flow log may not be found yet.
const YOUNG: SignedDuration = SignedDuration::from_mins(10);
/// How often a flow log that should be there is asked for again, and how long apart.
const ASK_AGAIN: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Clocks of two machines may differ by so much.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

/// The resource `vpcflow_log`.
#[derive(Debug, Default)]
pub struct Resource {
    /// The ids that this process has given out, taken over and deleted.
    ledger: adopt::Ledger,
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

    async fn create(
        &self,
        connection: &Connection,
        config: FlowLog,
        planned: FlowLog,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog> {
        let region = connection.region(given(&planned.region))?;
        let timeouts = planned.timeouts.known();
        let timeout = timeout(timeouts.map(|t| &t.create), CREATE_TIMEOUT);
        let ec2 = connection.aws()?.ec2(&region);
        let token = uuid::Uuid::new_v4().to_string();
        let request = convert::request(&config, &planned, token);
        let created = within(timeout, context.stop(), |stop| {
            let ec2 = ec2.until(stop);
            let request = &request;
            let (planned, region) = (&planned, &region);
            async move { self.create_once(&ec2, request, planned, region).await }
        });
        let id = match created
            .await
            .map_err(|error| not_created(&error, &request))?
        {
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
        let Some(id) = given(&state.id) else {
            return Ok(None);
        };
        let region = connection.region(given(&state.region))?;
        let ec2 = connection.aws()?.ec2(&region);
        let described = if is_young(&state) {
            find(&ec2, id, context.stop()).await
        } else {
            ec2.describe(id).await
        };
        let described = described.map_err(|error| {
            let summary = format!("Flow log {id} not read");
            diagnostic(summary, "It was asked for by DescribeFlowLogs.", &error)
        })?;
        Ok(described.map(|described| {
            warn_of_failed_delivery(&described, context);
            convert::state(described, &state, &region, connection)
        }))
    }

    async fn update(
        &self,
        connection: &Connection,
        prior: FlowLog,
        planned: FlowLog,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog> {
        let Some(id) = given(&prior.id) else {
            return Err(no_id().into());
        };
        let region = connection.region(given(&prior.region))?;
        let ec2 = connection.aws()?.ec2(&region).until(context.stop().clone());
        let tags = |state: &FlowLog| state.tags_all.known().cloned().unwrap_or_default();
        let change = tags::difference(&tags(&prior), &tags(&planned));
        let mut now = tags(&prior);
        match retag(&ec2, id, &change, &mut now).await {
            Ok(()) => Ok(planned),
            Err(error) => {
                let summary = format!("Tags of flow log {id} not changed");
                let tried = "The tags were to be changed by DeleteTags and CreateTags.";
                let state = FlowLog {
                    tags: tags::refresh(connection, &now, &prior.tags),
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
        let Some(id) = given(&state.id) else {
            return Ok(());
        };
        let region = connection.region(given(&state.region))?;
        let ec2 = connection.aws()?.ec2(&region);
        if !self.ledger.delete(id) {
            context.warn(adopt::kept(id));
            return Ok(());
        }
        let timeouts = state.timeouts.known();
        let timeout = timeout(timeouts.map(|t| &t.delete), DELETE_TIMEOUT);
        let deleted = within(timeout, context.stop(), |stop| {
            let ec2 = ec2.until(stop);
            async move { ec2.delete(id).await }
        });
        let there_was_one = deleted.await.map_err(|error| {
            let summary = format!("Flow log {id} not deleted");
            diagnostic(summary, "It was to be deleted by DeleteFlowLogs.", &error)
        })?;
        tracing::info!(flow_log_id = id, there_was_one, "flow log deleted");
        Ok(())
    }

    async fn import(
        &self,
        connection: &Connection,
        id: &str,
        _context: &Context<FlowLog>,
    ) -> Result<FlowLog, Diagnostics> {
        let (id, region) = import_id(id).ok_or_else(|| bad_import_id(id))?;
        let region = connection.region(region)?;
        Ok(to_import(id, region, connection))
    }

    async fn import_by_identity(
        &self,
        connection: &Connection,
        identity: Identity,
        _context: &Context<FlowLog>,
    ) -> Result<FlowLog, Diagnostics> {
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
    /// Creates, and settles a create that got no answer: EC2 may have made the flow log all the same.
    async fn create_once(
        &self,
        ec2: &Ec2,
        request: &ec2::NewFlowLog,
        planned: &FlowLog,
        region: &str,
    ) -> Result<Made, NotMade> {
        let since = Timestamp::now() - CLOCK_TOLERANCE;
        let error = match ec2.create(request).await {
            Ok(id) => {
                self.ledger.hand_out(&id);
                return Ok(Made::New(id));
            }
            Err(error) => error,
        };
        if error.unanswered
            && let Some(id) = self.made_unanswered(ec2, request, since).await
        {
            self.ledger.hand_out(&id);
            return Ok(Made::New(id));
        }
        if !error.has_code(&[adopt::EXISTS]) {
            return Err(NotMade::from(error));
        }
        match adopt::settle(&self.ledger, ec2, request, planned, region).await {
            Ok(adopt::Existing::Adopted(log)) => Ok(Made::Adopted(log)),
            Ok(adopt::Existing::Left(what_to_do)) => Err(NotMade { error, what_to_do }),
            Err(other) => Err(NotMade {
                what_to_do: format!("Which one it is could not be found out: {other}"),
                error,
            }),
        }
    }

    /// Makes a flow log that was taken over what is planned: its tags are all that can differ.
    async fn adopt(
        &self,
        connection: &Connection,
        ec2: &Ec2,
        mut log: ec2::FlowLog,
        planned: FlowLog,
        context: &Context<FlowLog>,
    ) -> Result<FlowLog> {
        let region = connection.region(given(&planned.region))?;
        let id = log.id.clone();
        tracing::info!(flow_log_id = id, "equal flow log taken over");
        context.warn(adopt::adopted(&id));
        let exists = convert::undescribed(id.clone(), planned.clone(), &region, connection);
        context.remember(exists);
        let mut now = tags::visible(connection, &log.tags);
        let wanted = planned.tags_all.known().cloned().unwrap_or_default();
        let change = tags::difference(&now, &wanted);
        let ec2 = ec2.until(context.stop().clone());
        if let Err(error) = retag(&ec2, &id, &change, &mut now).await {
            // As an error it would make Terraform replace what it has just taken over.
            let summary = format!("Tags of flow log {id} not changed");
            let tried = "It was taken over, and its tags were to be changed by DeleteTags and \
                         CreateTags. The next plan shows them as they are, and the next apply changes \
                         them.";
            let Diagnostic { detail, .. } = diagnostic(String::new(), tried, &error);
            context.warn(Diagnostic::warning(summary, detail).at("tags"));
        }
        log.tags = now;
        warn_of_failed_delivery(&log, context);
        Ok(convert::state(log, &planned, &region, connection))
    }

    /// Finds the one flow log that is what was asked for, was made since the call began, and belongs to
    /// no other resource of this run.
    async fn made_unanswered(
        &self,
        ec2: &Ec2,
        request: &ec2::NewFlowLog,
        since: Timestamp,
    ) -> Option<String> {
        let filters = [("resource-id".to_owned(), vec![request.resource_id.clone()])];
        let found = ec2.find(&filters).await.ok()?;
        let mut equal = found.into_iter().filter(|log| {
            let new = log.creation_time.is_some_and(|time| time >= since);
            new && !self.ledger.has_handed_out(&log.id) && convert::is_answer(request, log)
        });
        match (equal.next(), equal.next()) {
            (Some(log), None) => Some(log.id),
            _ => None,
        }
    }
}

/// How a create came to its flow log.
enum Made {
    /// EC2 made it.
    New(String),
    /// It existed already, and was taken over.
    Adopted(Box<ec2::FlowLog>),
}

/// Why a create came to none.
struct NotMade {
    error: aws::Error,
    /// What the user can do about it, beyond AWS's advice.
    what_to_do: String,
}

impl From<aws::Error> for NotMade {
    fn from(error: aws::Error) -> Self {
        Self {
            error,
            what_to_do: String::new(),
        }
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

/// Makes the calls of a tag change, and keeps account of what they have changed.
async fn retag(
    ec2: &Ec2,
    id: &str,
    change: &tags::Difference,
    now: &mut Tags,
) -> Result<(), aws::Error> {
    if !change.remove.is_empty() {
        ec2.untag(id, &change.remove).await?;
        now.retain(|key, _| !change.remove.contains(key));
    }
    if !change.set.is_empty() {
        ec2.tag(id, &change.set).await?;
        now.extend(change.set.clone());
    }
    Ok(())
}

/// Runs a mutation with a stop signal that also comes when the time is over: what was sent by then is
/// waited for, but nothing new is begun.
async fn within<T, F: Future<Output = T>>(
    timeout: Duration,
    stop: &CancellationToken,
    mutation: impl FnOnce(CancellationToken) -> F,
) -> T {
    let stop = stop.child_token();
    let mut mutation = std::pin::pin!(mutation(stop.clone()));
    match tokio::time::timeout(timeout, &mut mutation).await {
        Ok(result) => result,
        Err(_) => {
            stop.cancel();
            mutation.await
        }
    }
}

fn timeout(written: Option<&Attr<String>>, otherwise: Duration) -> Duration {
    let text = written.and_then(given);
    text.and_then(|text| duration(text).ok())
        .unwrap_or(otherwise)
}

/// Reads a duration such as `30s`, `5m` or `1h30m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let duration: SignedDuration = text
        .parse()
        .map_err(|_| "write it as 30s, 5m or 1h30m".to_owned())?;
    Duration::try_from(duration)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "it must be more than nothing".to_owned())
}

fn is_young(state: &FlowLog) -> bool {
    let made = given(&state.creation_time).and_then(|text| text.parse::<Timestamp>().ok());
    made.is_some_and(|made| Timestamp::now().duration_since(made) < YOUNG)
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

/// Takes `fl-…`, `fl-…@region`, or a flow log's ARN.
fn import_id(text: &str) -> Option<(&str, Option<&str>)> {
    let (id, region) = if text.starts_with("arn:") {
        let mut parts = text.splitn(6, ':').skip(3);
        let region = parts.next()?;
        (parts.nth(1)?.strip_prefix("vpc-flow-log/")?, Some(region))
    } else {
        match text.split_once('@') {
            Some((id, region)) => (id, Some(region)),
            None => (text, None),
        }
    };
    let digits = id.strip_prefix("fl-")?;
    let well_formed = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_alphanumeric());
    well_formed.then_some((id, region))
}

fn bad_import_id(text: &str) -> Diagnostic {
    Diagnostic::error(
        "Flow log not imported",
        format!(
            "\"{text}\" is not the id of a flow log. Write fl-0123456789abcdef0, \
             fl-0123456789abcdef0@eu-central-1, or the flow log's ARN."
        ),
    )
}

fn warn_of_failed_delivery(described: &ec2::FlowLog, context: &Context<FlowLog>) {
    let Some((cause, fix)) = drift::delivery_failure(described) else {
        return;
    };
    let detail =
        format!("EC2 reports delivery status FAILED: {cause}. Records are being lost. {fix}");
    let summary = format!("Flow log {} does not deliver", described.id);
    context.warn(Diagnostic::warning(summary, detail.trim_end()).at("deliver_logs_status"));
}

fn not_created(not_made: &NotMade, request: &ec2::NewFlowLog) -> Diagnostic {
    let NotMade { error, what_to_do } = not_made;
    let tried = format!(
        "A flow log of {} was to be created by CreateFlowLogs.",
        request.resource_id
    );
    let summary = "Flow log not created".to_owned();
    if !what_to_do.is_empty() {
        return Diagnostic::error(summary, format!("{tried} {error}\n\n{what_to_do}"));
    }
    let mut diagnostic = diagnostic(summary, &tried, error);
    if error.unanswered {
        diagnostic.detail.push_str(
            "\n\nEC2 gave no answer, and no flow log that matches was found afterwards. If there is \
             one after all, import it:\n\nimport {\n  to = vpcflow_log.NAME\n  id = \"fl-…\"\n}",
        );
    }
    diagnostic
}

fn not_described(id: &str, why: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Flow log {id} created but not read back"),
        format!(
            "It exists and is in the state with the values that were sent. What only AWS knows is \
             missing until the next refresh. {why}"
        ),
    )
}

fn no_id() -> Diagnostic {
    Diagnostic::error(
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
    Diagnostic::error(summary, format!("{tried} {error}{advice}"))
}

#[cfg(test)]
mod tests;
