//! How many calls reads cost, and whom a stop or an error reaches.

use std::collections::VecDeque;

use super::super::super::super::error::Kind;
use super::super::reader::Reader;
use super::World;
use super::world::{Ask, Caller, error, id, poll, version};

/// Enters a runtime whose timers never fire in a test.
macro_rules! entered {
    () => {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let _entered = runtime.enter();
    };
}

/// Reads flow logs, at most `at_once` at a time, as Terraform does. Returns how many exist.
fn refresh(world: &World, reader: &Reader, ids: &[String], at_once: usize) -> usize {
    let mut waiting: VecDeque<_> = ids.iter().collect();
    let mut callers: Vec<Caller> = Vec::new();
    let mut found = 0;
    loop {
        poll(&mut callers);
        callers.retain(|caller| {
            found += usize::from(matches!(caller.answer, Some(Ok(Some(_)))));
            caller.answer.is_none()
        });
        if callers.len() < at_once
            && let Some(id) = waiting.pop_front()
        {
            callers.push(Caller::new(world, reader, id));
        } else if world.with(|state| !state.pending.is_empty()) {
            world.reply(0, None);
        } else if callers.is_empty() {
            return found;
        }
    }
}

fn asked(world: &World) -> Vec<Ask> {
    world.with(|state| state.asked.clone())
}

fn ids(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(id).collect()
}

#[test]
fn one_read_costs_one_call() {
    entered!();
    let world = World::new(1, 1_000);
    assert_eq!(refresh(&world, &Reader::default(), &ids(0..1), 10), 1);
    assert_eq!(asked(&world), [Ask::Ids(ids(0..1))]);
    // One that does not exist costs one call, too.
    assert_eq!(refresh(&world, &Reader::default(), &ids(1..2), 10), 0);
    assert_eq!(asked(&world).len(), 2);
}

#[test]
fn a_thousand_reads_cost_at_most_five_calls() {
    entered!();
    for at_once in [1, 2, 10, 200] {
        let world = World::new(1_000, 1_000);
        assert_eq!(
            refresh(&world, &Reader::default(), &ids(0..1_000), at_once),
            1_000
        );
        let calls = asked(&world).len();
        assert!(calls <= 4, "{calls} calls with {at_once} at once");
    }
}

#[test]
fn a_few_flow_logs_of_a_large_account_do_not_list_it() {
    entered!();
    let world = World::new(20_000, 1_000);
    refresh(&world, &Reader::default(), &ids(0..40), 10);
    let pages = asked(&world)
        .iter()
        .filter(|ask| matches!(ask, Ask::Page(_)))
        .count();
    let by_id = asked(&world).len() - pages;
    assert!(pages <= by_id, "{pages} pages and {by_id} calls by ID");
    assert!(asked(&world).len() <= 20, "{}", asked(&world).len());
}

#[test]
fn those_that_are_gone_are_asked_for_by_id() {
    entered!();
    let world = World::new(100, 1_000);
    for number in [20, 50, 99] {
        world.change(&id(number), None);
    }
    assert_eq!(refresh(&world, &Reader::default(), &ids(0..100), 10), 97);
    let alone = |number| asked(&world).contains(&Ask::Ids(vec![id(number)]));
    assert!(alone(20) && alone(50) && alone(99));
    assert!(asked(&world).len() <= 8, "{:?}", asked(&world));
}

#[test]
fn a_second_read_asks_again() {
    entered!();
    let (world, reader) = (World::new(50, 1_000), Reader::default());
    refresh(&world, &reader, &ids(0..50), 10);
    let before = asked(&world).len();
    world.change(&id(7), Some(1));
    let mut callers = [Caller::new(&world, &reader, &id(7))];
    world.reply_to_all(&mut callers);
    assert_eq!(asked(&world).len(), before + 1);
    let answer = callers[0].answer.take().unwrap().unwrap();
    assert_eq!(version(&answer.unwrap()), 1);
}

#[test]
fn a_written_flow_log_is_not_answered_from_the_listing() {
    entered!();
    let (world, reader) = (World::new(50, 1_000), Reader::default());
    refresh(&world, &reader, &ids(0..20), 10);
    assert!(asked(&world).iter().any(|ask| matches!(ask, Ask::Page(_))));
    let before = asked(&world).len();
    reader.wrote(&id(40));
    world.change(&id(40), Some(3));
    let mut callers = [Caller::new(&world, &reader, &id(40))];
    world.reply_to_all(&mut callers);
    assert_eq!(asked(&world).len(), before + 1);
    assert_eq!(
        version(&callers[0].answer.take().unwrap().unwrap().unwrap()),
        3
    );
}

#[test]
fn a_stop_ends_only_the_caller_that_was_stopped() {
    entered!();
    let (world, reader) = (World::new(10, 1_000), Reader::default());
    let mut callers: Vec<_> = (0..10)
        .map(|n| Caller::new(&world, &reader, &id(n)))
        .collect();
    poll(&mut callers);
    world.reply(0, None);
    poll(&mut callers);
    // The call for the other nine is under way. One of them is stopped, and the attempt fails.
    callers[4].stop.cancel();
    poll(&mut callers);
    assert!(world.with(|state| state.pending[0].stop.is_cancelled()));
    world.reply(0, Some(error(Kind::Stopped, 1)));
    world.reply_to_all(&mut callers);
    for (number, caller) in callers.iter_mut().enumerate() {
        let answer = caller.answer.take().unwrap();
        assert_eq!(answer.is_err(), number == 4, "{number}: {answer:?}");
    }
}

#[test]
fn a_canceled_caller_does_not_cancel_the_call_of_the_others() {
    entered!();
    let (world, reader) = (World::new(3, 1_000), Reader::default());
    let mut callers: Vec<_> = (0..3)
        .map(|n| Caller::new(&world, &reader, &id(n)))
        .collect();
    poll(&mut callers);
    callers[0].cancel();
    poll(&mut callers);
    callers[1].cancel();
    world.reply_to_all(&mut callers);
    assert!(matches!(callers[2].answer, Some(Ok(Some(_)))));
}

#[test]
fn every_caller_gets_the_code_and_the_request_id_of_an_error() {
    entered!();
    let (world, reader) = (World::new(10, 1_000), Reader::default());
    let mut callers: Vec<_> = (0..10)
        .map(|n| Caller::new(&world, &reader, &id(n)))
        .collect();
    poll(&mut callers);
    world.reply(0, None);
    poll(&mut callers);
    world.reply(0, Some(error(Kind::Refused, 77)));
    poll(&mut callers);
    for caller in &mut callers[1..] {
        let failed = caller.answer.take().unwrap().unwrap_err();
        assert_eq!(failed, error(Kind::Refused, 77));
    }
}
