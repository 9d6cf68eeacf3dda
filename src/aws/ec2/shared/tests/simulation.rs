//! Random orders of reads, writes, outside changes, stops, cancellations, errors and replies.

use proptest::prelude::*;

use super::super::super::super::error::Kind;
use super::super::reader::Reader;
use super::World;
use super::world::{Caller, error, id, poll, version};

/// One event. Numbers choose among what is possible at that moment.
#[derive(Clone, Debug)]
enum Event {
    Read(usize),
    /// This process writes a flow log.
    Write(usize),
    /// Somebody else changes, creates or deletes a flow log.
    Outside(usize),
    Stop(usize),
    Cancel(usize),
    /// EC2 acts on a call, and replies later.
    Act(usize),
    Reply(usize),
    Fail(usize),
    Later,
}

fn event() -> impl Strategy<Value = Event> {
    let number = 0_usize..1_000;
    prop_oneof![
        8 => number.clone().prop_map(Event::Read),
        1 => number.clone().prop_map(Event::Write),
        2 => number.clone().prop_map(Event::Outside),
        1 => number.clone().prop_map(Event::Stop),
        1 => number.clone().prop_map(Event::Cancel),
        3 => number.clone().prop_map(Event::Act),
        6 => number.clone().prop_map(Event::Reply),
        1 => number.prop_map(Event::Fail),
        1 => Just(Event::Later),
    ]
}

/// One run: the world, the callers, and what is needed to judge their answers.
struct Run {
    world: World,
    reader: Reader,
    callers: Vec<Caller>,
    logs: usize,
    /// The step of the last own write of each flow log.
    written: Vec<Option<usize>>,
    /// The steps at which calls failed.
    failures: Vec<usize>,
    version: u32,
}

impl Run {
    fn new(logs: usize, page_size: usize, leaves_out: bool) -> Self {
        let world = World::new(logs, page_size);
        world.with(|state| state.leaves_out = leaves_out);
        Self {
            world,
            reader: Reader::default(),
            callers: Vec::new(),
            logs,
            written: vec![None; logs],
            failures: Vec::new(),
            version: 0,
        }
    }

    fn go(&mut self, event: &Event) {
        self.world.with(|state| state.step += 1);
        let step = self.world.with(|state| state.step);
        let pending = self.world.with(|state| state.pending.len());
        match *event {
            Event::Read(number) => {
                let id = id(number % self.logs);
                self.callers
                    .push(Caller::new(&self.world, &self.reader, &id));
            }
            Event::Write(number) => {
                let number = number % self.logs;
                self.reader.wrote(&id(number));
                self.version += 1;
                self.world.change(&id(number), Some(self.version));
                self.written[number] = Some(step);
            }
            Event::Outside(number) => {
                let version = (!number.is_multiple_of(3)).then_some(self.version + 1);
                self.version += 1;
                self.world.change(&id(number % self.logs), version);
            }
            Event::Stop(number) => {
                if let Some(caller) = self.choose(number) {
                    caller.stop.cancel();
                }
            }
            Event::Cancel(number) => {
                if let Some(caller) = self.choose(number) {
                    caller.cancel();
                }
            }
            Event::Act(number) if pending > 0 => {
                self.world.act(number % pending);
            }
            Event::Reply(number) if pending > 0 => self.world.reply(number % pending, None),
            Event::Fail(number) if pending > 0 => {
                let place = number % pending;
                // A call that is stopped is not retried.
                let stopped = self
                    .world
                    .with(|state| state.pending[place].stop.is_cancelled());
                let kind = if stopped {
                    Kind::Stopped
                } else {
                    Kind::Refused
                };
                self.failures.push(step);
                self.world.reply(place, Some(error(kind, step)));
            }
            Event::Later => self
                .world
                .with(|state| state.later += std::time::Duration::from_secs(25)),
            _ => {}
        }
        poll(&mut self.callers);
        self.judge();
    }

    fn choose(&mut self, number: usize) -> Option<&mut Caller> {
        let mut waiting: Vec<_> = self.callers.iter_mut().filter(|c| c.is_waiting()).collect();
        let place = number.checked_rem(waiting.len())?;
        Some(waiting.swap_remove(place))
    }

    /// Checks the new answers.
    fn judge(&mut self) {
        let first_page = self.world.with(|state| state.first_page);
        let done: Vec<_> = self
            .callers
            .iter_mut()
            .filter(|c| c.answer.is_some())
            .collect();
        for caller in done {
            let Some(answer) = caller.answer.take() else {
                continue;
            };
            let number = usize::from_str_radix(&caller.id[3..], 16).unwrap();
            match answer {
                Ok(Some(log)) => {
                    assert_eq!(log.id, caller.id);
                    let since = oldest(first_page, self.written[number], caller.begun);
                    let version = Some(version(&log));
                    assert!(
                        self.world.was(&caller.id, version, since),
                        "{} {version:?} since {since}",
                        caller.id
                    );
                }
                Ok(None) => {
                    assert!(
                        self.world.was(&caller.id, None, caller.begun),
                        "{} is not gone",
                        caller.id
                    );
                }
                Err(error) => {
                    let begun = caller.begun;
                    assert!(self.failures.iter().any(|step| *step >= begun), "{error}");
                    assert!(error.request_id.is_some() && error.code.is_some());
                    assert!(
                        error.kind != Kind::Stopped || caller.stop.is_cancelled(),
                        "stopped for another"
                    );
                }
            }
        }
    }

    /// Replies to everything. Nobody may wait any longer.
    fn finish(&mut self) {
        self.world.with(|state| state.step += 1);
        self.world.reply_to_all(&mut self.callers);
        self.judge();
        let waiting = self
            .callers
            .iter()
            .filter(|caller| caller.is_waiting())
            .count();
        assert_eq!(waiting, 0, "callers wait forever");
    }
}

/// Returns the step since which a flow log may have had the state that a caller gets: since the caller began or, from a
/// listing, since the first page, but after the last own write before the caller began.
fn oldest(first_page: Option<usize>, written: Option<usize>, begun: usize) -> usize {
    let listed = first_page.map_or(begun, |page| page.min(begun));
    let after_write = written.filter(|step| *step < begun).map(|step| step + 1);
    listed.max(after_write.unwrap_or(0))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_is_a_state_of_the_flow_log_and_nobody_waits_forever(
        logs in 1_usize..40,
        page_size in 1_usize..30,
        leaves_out: bool,
        events in prop::collection::vec(event(), 1..200),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let mut run = Run::new(logs, page_size, leaves_out);
        for event in &events {
            run.go(event);
        }
        run.finish();
    }
}
