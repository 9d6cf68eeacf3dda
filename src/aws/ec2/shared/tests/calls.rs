//! How many calls reads cost, and whom a stop or an error reaches.

use std::{collections::VecDeque, time::Duration};

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

/// Starts reads of the first flow logs.
fn callers(world: &World, reader: &Reader, count: usize) -> Vec<Caller> {
    let mut callers: Vec<_> = (0..count)
        .map(|number| Caller::new(world, reader, &id(number)))
        .collect();
    poll(&mut callers);
    callers
}

/// Reads one flow log, and returns its version.
fn read(world: &World, reader: &Reader, number: usize) -> u32 {
    let mut callers = [Caller::new(world, reader, &id(number))];
    world.reply_to_all(&mut callers);
    let answer = callers[0].answer.take().unwrap();
    version(&answer.unwrap().unwrap())
}

/// Returns a reader that has listed fifty flow logs, and was asked for the first twenty.
fn listed() -> (World, Reader) {
    let (world, reader) = (World::new(50, 1_000), Reader::default());
    refresh(&world, &reader, &ids(0..20), 10);
    assert!(asked(&world).iter().any(|ask| matches!(ask, Ask::Page(_))));
    (world, reader)
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
    // The first was asked for by its ID, the second is from the listing.
    for number in [7, 40] {
        let (world, reader) = listed();
        assert_eq!(read(&world, &reader, number), 0);
        let before = asked(&world).len();
        world.change(&id(number), Some(1));
        assert_eq!(read(&world, &reader, number), 1);
        assert_eq!(asked(&world).len(), before + 1);
    }
}

#[test]
fn a_written_flow_log_is_not_answered_from_the_listing() {
    entered!();
    let (world, reader) = listed();
    let before = asked(&world).len();
    reader.wrote(&id(40));
    world.change(&id(40), Some(3));
    assert_eq!(read(&world, &reader, 40), 3);
    assert_eq!(asked(&world).len(), before + 1);
}

#[test]
fn a_page_from_before_a_write_does_not_answer_for_it() {
    entered!();
    let (world, reader) = (World::new(50, 1_000), Reader::default());
    refresh(&world, &reader, &ids(0..3), 1);
    let mut callers = [Caller::new(&world, &reader, &id(3))];
    poll(&mut callers);
    assert_eq!(asked(&world).last(), Some(&Ask::Page(None)));
    world.act(0);
    reader.wrote(&id(40));
    world.change(&id(40), Some(3));
    world.reply_to_all(&mut callers);
    assert_eq!(read(&world, &reader, 40), 3);
}

#[test]
fn a_listing_answers_for_a_minute() {
    entered!();
    for (seconds, expected) in [(59, 0), (61, 3)] {
        let (world, reader) = listed();
        world.change(&id(40), Some(3));
        world.with(|state| state.later += Duration::from_secs(seconds));
        assert_eq!(
            read(&world, &reader, 40),
            expected,
            "after {seconds} seconds"
        );
    }
}

#[test]
fn a_stop_ends_only_the_caller_that_was_stopped() {
    entered!();
    let (world, reader) = (World::new(10, 1_000), Reader::default());
    let mut callers = callers(&world, &reader, 10);
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
    let mut callers = callers(&world, &reader, 3);
    callers[0].cancel();
    poll(&mut callers);
    callers[1].cancel();
    world.reply_to_all(&mut callers);
    assert!(matches!(callers[2].answer, Some(Ok(Some(_)))));
}

#[test]
fn a_caller_that_left_before_the_call_is_not_in_it() {
    entered!();
    for stopped in [false, true] {
        let (world, reader) = (World::new(4, 1_000), Reader::default());
        let mut callers = callers(&world, &reader, 4);
        if stopped {
            callers[1].stop.cancel();
        } else {
            callers[1].cancel();
        }
        poll(&mut callers);
        world.reply(0, None);
        poll(&mut callers);
        let together = Ask::Ids(vec![id(2), id(3)]);
        assert!(asked(&world).contains(&together), "{:?}", asked(&world));
    }
}

#[test]
fn every_caller_gets_the_code_and_the_request_id_of_an_error() {
    entered!();
    let (world, reader) = (World::new(10, 1_000), Reader::default());
    let mut callers = callers(&world, &reader, 10);
    world.reply(0, None);
    poll(&mut callers);
    world.reply(0, Some(error(Kind::Refused, 77)));
    poll(&mut callers);
    for caller in &mut callers[1..] {
        let failed = caller.answer.take().unwrap().unwrap_err();
        assert_eq!(failed, error(Kind::Refused, 77));
    }
}
