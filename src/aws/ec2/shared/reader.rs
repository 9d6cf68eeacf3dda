//! What EC2 is asked to read the flow logs of one call.
//!
//! One ID is asked for by itself. Several are asked for together, and one that does not exist fails them all: they are
//! then asked for with a filter, which leaves it out. A flow log that is left out of a page, a filter or a reply about
//! several is asked for by its ID alone before it counts as gone.
//!
//! This module must not know how a call is sent.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use tokio::time::Instant;

use super::super::super::{call::Stop, error::Error};
use super::super::{model::FlowLog, seen::Position};
use super::queue::{Answers, Queue, Work};
use super::snapshot::Snapshot;

/// How many flow logs are asked for alone at once.
const AT_ONCE: usize = 10;

/// Describes flow logs. A stop prevents retries.
pub(in super::super) trait Source: Clone + Send + Sync + 'static {
    /// Describes flow logs by ID. Returns `None` if EC2 reports that one of them does not exist.
    fn by_ids(
        &self,
        ids: Vec<String>,
        stop: Stop,
    ) -> BoxFuture<'static, Result<Option<Vec<FlowLog>>, Error>>;

    /// Describes those of the flow logs that exist.
    fn existing(
        &self,
        ids: Vec<String>,
        stop: Stop,
    ) -> BoxFuture<'static, Result<Vec<FlowLog>, Error>>;

    /// Reads one page of the list of all flow logs. Returns where the next page begins, if there is one.
    #[expect(clippy::type_complexity, reason = "a page, and where the next begins")]
    fn page(
        &self,
        position: Position,
        stop: Stop,
    ) -> BoxFuture<'static, Result<(Vec<FlowLog>, Option<Position>), Error>>;

    /// Returns the time.
    fn now(&self) -> Instant;
}

/// Reads the flow logs of one region, of one account. Clones share their calls.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Reader {
    queue: Arc<Queue<Option<FlowLog>>>,
    snapshot: Snapshot,
}

impl Reader {
    /// Reads a flow log. Returns `None` if it does not exist.
    pub(in super::super) async fn read<S: Source>(
        &self,
        source: &S,
        id: &str,
        stop: &Stop,
    ) -> Result<Option<FlowLog>, Error> {
        if let Some(listed) = self.snapshot.take(id, source.now()) {
            return Ok(Some(listed));
        }
        let reading = Reading {
            source: source.clone(),
            snapshot: self.snapshot.clone(),
        };
        self.queue.ask(id, stop, &reading).await
    }

    /// Records that this process writes, or has written, a flow log. Reads that begin later ask for it again.
    pub(in super::super) fn wrote(&self, id: &str) {
        self.snapshot.wrote(id);
    }
}

#[derive(Clone)]
struct Reading<S> {
    source: S,
    snapshot: Snapshot,
}

impl<S: Source> Work for Reading<S> {
    type Value = Option<FlowLog>;

    fn ready(&self) -> BoxFuture<'static, ()> {
        std::future::ready(()).boxed()
    }

    fn run(
        &self,
        ids: BTreeSet<String>,
        stop: Stop,
    ) -> BoxFuture<'static, Answers<Option<FlowLog>>> {
        let reading = self.clone();
        async move {
            let mut read = Read {
                open: ids,
                alone: BTreeSet::new(),
                answers: Answers::new(),
            };
            // After a stop, only what must be known is asked for.
            if !stop.is_cancelled() {
                reading.list(&mut read, &stop).await;
            }
            reading.ask_together(&mut read, &stop).await;
            reading.ask_alone(&mut read, &stop).await;
            read.answers
        }
        .boxed()
    }
}

/// The IDs of one call: those that are left, those that must be asked for alone, and the answers.
struct Read {
    open: BTreeSet<String>,
    alone: BTreeSet<String>,
    answers: Answers<Option<FlowLog>>,
}

impl Read {
    /// Takes the answer for a flow log that was described. Returns it if nobody in this call has asked for it.
    fn found(&mut self, flow_log: FlowLog) -> Option<FlowLog> {
        if !self.open.remove(&flow_log.id) {
            return Some(flow_log);
        }
        let id = flow_log.id.clone();
        self.answers.insert(id, Ok(Some(flow_log)));
        None
    }

    /// Gives all that are left the same error.
    fn failed(&mut self, error: &Error) {
        for id in std::mem::take(&mut self.open) {
            self.answers.insert(id, Err(error.clone()));
        }
    }

    /// Has all that are left asked for alone.
    fn left_out(&mut self) {
        self.alone.append(&mut self.open);
    }

    /// Has some asked for alone.
    fn left_out_if(&mut self, is_left_out: impl Fn(&str) -> bool) {
        self.alone
            .extend(self.open.extract_if(.., |id| is_left_out(id)));
    }
}

impl<S: Source> Reading<S> {
    /// Takes what was listed since the callers came, or reads the next page if that pays. If it fails, the flow logs are
    /// asked for by ID.
    async fn list(&self, read: &mut Read, stop: &Stop) {
        for id in read.open.clone() {
            if let Some(listed) = self.snapshot.take(&id, self.source.now()) {
                read.found(listed);
            }
        }
        if read.open.is_empty() {
            return;
        }
        let Some(mut turn) = self.snapshot.turn(self.source.now()) else {
            return read.left_out_if(|id| self.snapshot.lacks(id));
        };
        let page = self.source.page(turn.position(), stop.clone()).await;
        let Ok((page, next)) = page else {
            return;
        };
        let others = page.into_iter().filter_map(|log| read.found(log)).collect();
        turn.done(others, next);
        read.left_out_if(|id| self.snapshot.lacks(id));
    }

    async fn ask_together(&self, read: &mut Read, stop: &Stop) {
        if read.open.len() <= 1 {
            return read.left_out();
        }
        let ids: Vec<String> = read.open.iter().cloned().collect();
        self.snapshot.called(&ids);
        let found = match self.source.by_ids(ids.clone(), stop.clone()).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => self.source.existing(ids, stop.clone()).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(found) => {
                for flow_log in found {
                    read.found(flow_log);
                }
                read.left_out();
            }
            Err(error) => read.failed(&error),
        }
    }

    async fn ask_alone(&self, read: &mut Read, stop: &Stop) {
        let ask = |id: String| async {
            let ids = vec![id.clone()];
            self.snapshot.called(&ids);
            let found = self.source.by_ids(ids, stop.clone()).await;
            let found = found.map(|found| {
                let mut found = found.into_iter().flatten();
                found.find(|flow_log| flow_log.id == id)
            });
            (id, found)
        };
        let asked = stream::iter(std::mem::take(&mut read.alone)).map(ask);
        let answers: Vec<_> = asked.buffer_unordered(AT_ONCE).collect().await;
        read.answers.extend(answers);
    }
}
