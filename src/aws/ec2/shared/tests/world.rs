//! A simulated EC2 that acts and replies when the test says so, and callers that are polled only when they are woken.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::{sync::oneshot, time::Instant};

use super::super::super::super::{
    call::Stop,
    error::{Error, Kind},
};
use super::super::super::{model::FlowLog, seen::Position};
use super::super::reader::{Reader, Source};

/// What a call asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ask {
    Ids(Vec<String>),
    Existing(Vec<String>),
    Page(Option<String>),
}

/// What a call returns.
pub(super) type Reply = Result<(Option<Vec<FlowLog>>, Option<Position>), Error>;

/// A call that has no reply yet.
pub(super) struct Pending {
    pub(super) ask: Ask,
    pub(super) stop: Stop,
    /// The reply, after EC2 acted.
    acted: Option<Reply>,
    position: Option<Position>,
    reply: oneshot::Sender<Reply>,
}

/// The flow logs by ID, each with its version; the calls; and the versions that each flow log had since a step.
#[derive(Default)]
pub(super) struct State {
    pub(super) step: usize,
    pub(super) logs: BTreeMap<String, u32>,
    /// The step and the version of each change.
    pub(super) changes: Vec<(usize, String, Option<u32>)>,
    pub(super) pending: Vec<Pending>,
    pub(super) asked: Vec<Ask>,
    /// The step of the first page.
    pub(super) first_page: Option<usize>,
    pub(super) page_size: usize,
    pub(super) later: Duration,
    /// Whether EC2 leaves out a flow log that does not exist, instead of refusing the call.
    pub(super) leaves_out: bool,
}

/// EC2.
#[derive(Clone)]
pub(super) struct World {
    state: Arc<Mutex<State>>,
    begin: Instant,
}

impl World {
    pub(super) fn new(logs: usize, page_size: usize) -> Self {
        let state = State {
            page_size,
            ..State::default()
        };
        let world = Self {
            state: Arc::new(Mutex::new(state)),
            begin: Instant::now(),
        };
        for number in 0..logs {
            world.change(&id(number), Some(0));
        }
        world
    }

    pub(super) fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }

    /// Changes, creates or deletes a flow log.
    pub(super) fn change(&self, id: &str, version: Option<u32>) {
        self.with(|state| {
            match version {
                Some(version) => state.logs.insert(id.to_owned(), version),
                None => state.logs.remove(id),
            };
            state.changes.push((state.step, id.to_owned(), version));
        });
    }

    /// Reports whether a flow log was in this state at a moment since a step.
    pub(super) fn was(&self, id: &str, version: Option<u32>, since: usize) -> bool {
        self.with(|state| {
            let of_id = |(_, changed, _): &&(usize, String, Option<u32>)| changed == id;
            let changes = state.changes.iter().filter(of_id);
            let (before, after): (Vec<_>, Vec<_>) = changes.partition(|(step, ..)| *step < since);
            let first = before.last().and_then(|(.., version)| *version);
            first == version || after.iter().any(|(.., then)| *then == version)
        })
    }

    /// Has EC2 act on a call that waits for it. Returns `false` if it has acted already.
    pub(super) fn act(&self, place: usize) -> bool {
        self.with(|state| {
            let Some(position) = state.pending[place].position.take() else {
                return false;
            };
            let reply = state.reply(&state.pending[place].ask, position);
            state.pending[place].acted = Some(reply);
            true
        })
    }

    /// Sends the reply of a call, after EC2 acted, or an error instead of it.
    pub(super) fn reply(&self, place: usize, error: Option<Error>) {
        self.act(place);
        let pending = self.with(|state| state.pending.remove(place));
        let reply = match error {
            Some(error) => Err(error),
            None => pending.acted.unwrap(),
        };
        // The caller may be gone.
        let _ = pending.reply.send(reply);
    }

    /// Replies to all calls, in order, until there is none.
    pub(super) fn reply_to_all(&self, callers: &mut [Caller]) {
        loop {
            poll(callers);
            if self.with(|state| state.pending.is_empty()) {
                return;
            }
            self.reply(0, None);
        }
    }

    fn call(&self, ask: Ask, position: Position, stop: Stop) -> BoxFuture<'static, Reply> {
        let (sender, receiver) = oneshot::channel();
        self.with(|state| {
            if matches!(ask, Ask::Page(_)) {
                state.first_page.get_or_insert(state.step);
            }
            state.asked.push(ask.clone());
            state.pending.push(Pending {
                ask,
                stop,
                acted: None,
                position: Some(position),
                reply: sender,
            });
        });
        async move { receiver.await.unwrap() }.boxed()
    }
}

impl State {
    fn reply(&self, ask: &Ask, mut position: Position) -> Reply {
        let described = |ids: &[String]| -> Vec<FlowLog> {
            let known = ids.iter().filter_map(|id| self.logs.get_key_value(id));
            known.map(|(id, version)| flow_log(id, *version)).collect()
        };
        match ask {
            Ask::Ids(ids) => {
                let found = described(ids);
                let all = found.len() == ids.len();
                Ok(((all || self.leaves_out).then_some(found), None))
            }
            Ask::Existing(ids) => Ok((Some(described(ids)), None)),
            Ask::Page(after) => {
                let ids = self.logs.keys().cloned();
                let ids: Vec<String> = ids.filter(|id| Some(id) > after.as_ref()).collect();
                let page = &ids[..ids.len().min(self.page_size)];
                let next = (page.len() < ids.len()).then(|| {
                    position.token = page.last().cloned();
                    position
                });
                Ok((Some(described(page)), next))
            }
        }
    }
}

impl Source for World {
    fn by_ids(
        &self,
        ids: Vec<String>,
        stop: Stop,
    ) -> BoxFuture<'static, Result<Option<Vec<FlowLog>>, Error>> {
        let reply = self.call(Ask::Ids(ids), Position::default(), stop);
        async move { Ok(reply.await?.0) }.boxed()
    }

    fn existing(
        &self,
        ids: Vec<String>,
        stop: Stop,
    ) -> BoxFuture<'static, Result<Vec<FlowLog>, Error>> {
        let reply = self.call(Ask::Existing(ids), Position::default(), stop);
        async move { Ok(reply.await?.0.unwrap()) }.boxed()
    }

    fn page(
        &self,
        mut position: Position,
        stop: Stop,
    ) -> BoxFuture<'static, Result<(Vec<FlowLog>, Option<Position>), Error>> {
        let reply = self.call(Ask::Page(position.token.take()), position, stop);
        async move {
            let (page, next) = reply.await?;
            Ok((page.unwrap(), next))
        }
        .boxed()
    }

    fn now(&self) -> Instant {
        self.begin + self.with(|state| state.later)
    }
}

pub(super) fn id(number: usize) -> String {
    format!("fl-{number:08x}")
}

fn flow_log(id: &str, version: u32) -> FlowLog {
    FlowLog {
        id: id.to_owned(),
        tags: BTreeMap::from([("version".to_owned(), version.to_string())]),
        ..FlowLog::default()
    }
}

/// Returns the version of a described flow log.
pub(super) fn version(flow_log: &FlowLog) -> u32 {
    flow_log.tags["version"].parse().unwrap()
}

/// Returns an error of a call.
pub(super) fn error(kind: Kind, number: usize) -> Error {
    Error {
        code: Some("Internal".to_owned()),
        request_id: Some(format!("request-{number}").into()),
        ..Error::new("DescribeFlowLogs", kind, "simulated")
    }
}

type Answer = Result<Option<FlowLog>, Error>;

/// One caller that reads a flow log.
pub(super) struct Caller {
    pub(super) id: String,
    pub(super) stop: Stop,
    /// The step at which it began.
    pub(super) begun: usize,
    pub(super) answer: Option<Answer>,
    future: Option<Pin<Box<dyn Future<Output = Answer>>>>,
    woken: Arc<Woken>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Caller {
    pub(super) fn new(world: &World, reader: &Reader, id: &str) -> Self {
        let stop = Stop::new();
        let (world_, reader_) = (world.clone(), reader.clone());
        let (id_, stop_) = (id.to_owned(), stop.clone());
        let future = async move { reader_.read(&world_, &id_, &stop_).await };
        Self {
            id: id.to_owned(),
            stop,
            begun: world.with(|state| state.step),
            answer: None,
            future: Some(Box::pin(future)),
            woken: Arc::new(Woken(AtomicBool::new(true))),
        }
    }

    /// Drops the caller, as if its own caller were canceled.
    pub(super) fn cancel(&mut self) {
        self.future = None;
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.future.is_some()
    }

    /// Polls the caller if it was woken. Returns whether it was.
    pub(super) fn poll(&mut self) -> bool {
        let Some(future) = &mut self.future else {
            return false;
        };
        if !self.woken.0.swap(false, Ordering::SeqCst) {
            return false;
        }
        let waker = Waker::from(self.woken.clone());
        if let Poll::Ready(answer) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.answer = Some(answer);
            self.future = None;
        }
        true
    }
}

/// Polls the callers that were woken, until none is.
pub(super) fn poll(callers: &mut [Caller]) {
    while callers.iter_mut().any(Caller::poll) {}
}
