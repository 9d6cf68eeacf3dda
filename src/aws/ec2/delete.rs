//! DeleteFlowLogs. A flow log that does not exist counts as deleted.
//!
//! Deletes share calls. EC2 reports the failure of each ID, or the failure of the call: if that is about an ID, each is
//! deleted alone. This module must not know why a flow log is deleted.

use std::collections::BTreeSet;

use aws_sdk_ec2::{operation::RequestId, types::UnsuccessfulItem};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};

use super::{
    super::{
        call::{Call, Stop, send},
        error::{Error, Kind},
    },
    gateway::{Ec2, unsuccessful},
    shared::{Answers, Work},
};

/// How many flow logs are deleted alone at once.
const AT_ONCE: usize = 10;

impl Ec2 {
    /// Deletes a flow log, in a call that other callers may share. Returns `false` if it did not exist.
    pub async fn delete(&self, id: &str) -> Result<bool, Error> {
        self.reader.wrote(id);
        let deleting = Deleting(self.clone());
        match self.deletes.ask(id, &self.context.stop, &deleting).await {
            Ok(()) => Ok(true),
            // An earlier attempt, whose reply was lost, may have deleted it.
            Err(error) if error.is_flow_log_not_found() => Ok(error.unanswered),
            Err(error) => Err(error),
        }
    }

    async fn delete_all(&self, call: &Call, ids: &BTreeSet<String>) -> Answers<()> {
        let request = self.client.delete_flow_logs();
        let request = request.set_flow_log_ids(Some(ids.iter().cloned().collect()));
        match call.run(send!(request, call)).await {
            Ok(reply) => {
                let failure = |id: &String| {
                    let item = failed(reply.unsuccessful(), id, ids)?;
                    Some(unsuccessful(call, item, reply.request_id()))
                };
                let answer = |id: &String| (id.clone(), failure(id).map_or(Ok(()), Err));
                ids.iter().map(answer).collect()
            }
            Err(error) => {
                let answer = |id: &String| (id.clone(), Err(error.clone()));
                ids.iter().map(answer).collect()
            }
        }
    }
}

/// Returns the failure of a flow log. A failure that names none of them is that of every one.
fn failed<'a>(
    items: &'a [UnsuccessfulItem],
    id: &str,
    ids: &BTreeSet<String>,
) -> Option<&'a UnsuccessfulItem> {
    let own = |item: &&UnsuccessfulItem| item.resource_id() == Some(id);
    let of_all = |item: &&UnsuccessfulItem| {
        let named = item.resource_id();
        !named.is_some_and(|named| ids.contains(named))
    };
    items.iter().find(own).or(items.iter().find(of_all))
}

#[derive(Clone)]
struct Deleting(Ec2);

impl Work for Deleting {
    type Value = ();

    fn ready(&self) -> BoxFuture<'static, ()> {
        let paces = self.0.paces.clone();
        async move { paces.delete.permit().await }.boxed()
    }

    fn run(&self, ids: BTreeSet<String>, stop: Stop) -> BoxFuture<'static, Answers<()>> {
        let ec2 = self.0.until(stop);
        async move {
            let call = ec2.mutation("DeleteFlowLogs").permitted();
            let answers = ec2.delete_all(&call, &ids).await;
            if ids.len() == 1 || !answers.values().all(is_refused) {
                return answers;
            }
            ec2.delete_each(answers).await
        }
        .boxed()
    }
}

/// Reports whether EC2 refused a call. For a call for several flow logs, the reason need not be about each of them.
fn is_refused(answer: &Result<(), Error>) -> bool {
    let refused = |error: &Error| {
        error.kind == Kind::Refused
            && error
                .status
                .is_some_and(|status| (400..500).contains(&status))
    };
    answer.as_ref().is_err_and(refused)
}

impl Ec2 {
    /// Deletes each flow log alone, after a call for all of them was refused.
    async fn delete_each(&self, refused: Answers<()>) -> Answers<()> {
        let delete = |(id, refused): (String, Result<(), Error>)| async move {
            let unanswered = refused.is_err_and(|error| error.unanswered);
            let mut answer = self
                .delete_all(
                    &self.mutation("DeleteFlowLogs"),
                    &BTreeSet::from([id.clone()]),
                )
                .await;
            let mut answer = answer.remove(&id).unwrap_or(Ok(()));
            if let Err(error) = &mut answer {
                error.unanswered |= unanswered;
            }
            (id, answer)
        };
        let deletes = stream::iter(refused).map(delete);
        deletes.buffer_unordered(AT_ONCE).collect().await
    }
}
