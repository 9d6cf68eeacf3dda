//! The slices against a simulated service: whatever it does, every event is handed on in order, once.

use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::events::page::Origin;

mod speed;

/// A service that replies from a list, and which call returns which of its events.
#[derive(Debug)]
struct Service {
    events: Vec<Event>,
    calls: Vec<Vec<bool>>,
    page: usize,
    /// How many events are searched for one page.
    reach: usize,
    newest_first: bool,
    repeats_last_token: bool,
}

impl Service {
    fn page(&self, ask: &Fetch) -> Page {
        let window = |event: &&(usize, &Event)| {
            let at = event.1.time.unwrap();
            (ask.window.start..ask.window.end).contains(&at)
        };
        let mut left: Vec<_> = self.events.iter().enumerate().collect();
        left.retain(|event| window(&event));
        if self.newest_first {
            left.reverse();
        }
        let from = ask.token.as_ref().map_or(0, |token| token.parse().unwrap());
        let mut events = Vec::new();
        let mut place: usize = from;
        while place < left.len() && events.len() < self.page && place < from + self.reach {
            let (number, event) = left[place];
            if self.calls[ask.call][number] {
                events.push(event.clone());
            }
            place += 1;
        }
        let next = (place < left.len()).then(|| place.to_string());
        let next = next.or_else(|| ask.token.clone().filter(|_| self.repeats_last_token));
        Page { events, next }
    }

    /// Returns what a read of everything would find.
    fn wanted(&self, window: HalfOpen) -> Vec<String> {
        let mut found = Vec::new();
        for (number, event) in self.events.iter().enumerate() {
            let wanted = self.calls.iter().any(|call| call[number]);
            let inside = (window.start..window.end).contains(&event.time.unwrap());
            if wanted && inside {
                found.push(event.id.clone());
            }
        }
        if self.newest_first {
            found.reverse();
        }
        found
    }
}

fn events(timestamps: &[i64]) -> Vec<Event> {
    let mut sorted = timestamps.to_vec();
    sorted.sort_unstable();
    let event = |(number, at): (usize, &i64)| Event {
        time: Some(*at),
        origin: Origin::LogStream {
            name: String::new(),
            ingestion_time: Some(*at + 7),
        },
        id: format!("{number:05}"),
        ..Event::default()
    };
    sorted.iter().enumerate().map(event).collect()
}

/// The result of reading all slices.
struct Driven {
    ids: Vec<String>,
    truncated: bool,
    pages: usize,
    most_held: usize,
}

/// Delivers the pages in any order: `choose` returns the index of the next one among those under way.
fn drive(
    service: &Service,
    window: HalfOpen,
    limit: Option<usize>,
    at_once: usize,
    mut choose: impl FnMut(usize) -> usize,
) -> Driven {
    let mut slices: Slices<Vec<String>> =
        Slices::new(window, service.calls.len(), service.newest_first, limit);
    let mut under_way = Vec::new();
    let (mut pages, mut most_held) = (0, 0);
    while !slices.is_over() {
        while under_way.len() < at_once
            && let Some(ask) = slices.next_fetch()
        {
            under_way.push(ask);
        }
        let ask = under_way.remove(choose(under_way.len()));
        pages += 1;
        assert!(pages < 100_000, "the read does not end");
        let take = |part: &mut Vec<String>, event: &Event| {
            part.push(event.id.clone());
            Ok::<_, Infallible>(part.len())
        };
        let Ok(()) = slices.receive(&ask, service.page(&ask), take);
        slices.split(at_once);
        most_held = most_held.max(slices.slices.iter().map(|slice| slice.part.len()).sum());
    }
    let (parts, truncated) = slices.finish();
    let mut ids = parts.concat();
    ids.truncate(limit.unwrap_or(usize::MAX));
    Driven {
        ids,
        truncated,
        pages,
        most_held,
    }
}

const WINDOW: HalfOpen = HalfOpen {
    start: 1_000,
    end: 2_000,
};

fn dense(count: i64) -> Vec<Event> {
    events(
        &(0..count)
            .map(|n| 1_000 + n * 1_000 / count)
            .collect::<Vec<_>>(),
    )
}

fn service(events: Vec<Event>, page: usize) -> Service {
    Service {
        calls: vec![vec![true; events.len()]],
        events,
        page,
        reach: usize::MAX / 2,
        newest_first: false,
        repeats_last_token: false,
    }
}

#[test]
fn one_page_is_enough_for_what_fits_into_it() {
    let service = service(dense(10), 10);
    let driven = drive(&service, WINDOW, Some(100), 8, |_| 0);
    assert_eq!(driven.ids, service.wanted(WINDOW));
    assert_eq!((driven.pages, driven.truncated), (1, false));
}

#[test]
fn many_pages_are_read_side_by_side_with_few_extra_pages() {
    let service = service(dense(1_000), 10);
    let mut widest = 0;
    let driven = drive(&service, WINDOW, None, 4, |under_way| {
        widest = widest.max(under_way);
        0
    });
    assert_eq!(driven.ids, service.wanted(WINDOW));
    assert!(driven.pages <= 108, "{} pages for 100", driven.pages);
    assert_eq!(widest, 4);
}

#[test]
fn a_limit_that_is_reached_early_takes_few_extra_pages() {
    let service = service(dense(1_000), 10);
    let driven = drive(&service, WINDOW, Some(25), 8, |_| 0);
    assert_eq!(driven.ids, service.wanted(WINDOW)[..25]);
    assert!(driven.truncated);
    assert!(driven.pages <= 6, "{} pages", driven.pages);
}

#[test]
fn at_most_twice_the_limit_is_held_in_any_order_of_replies() {
    let mut service = service(dense(1_000), 10);
    service.newest_first = true;
    for at_once in [1, 4, 16] {
        let driven = drive(&service, WINDOW, Some(300), at_once, |under_way| {
            under_way - 1
        });
        assert_eq!(driven.ids, service.wanted(WINDOW)[..300]);
        assert!(driven.most_held <= 600, "{}", driven.most_held);
    }
}

#[test]
fn a_timestamp_may_have_more_events_than_a_page() {
    let service = service(events(&[[1_500; 95].as_slice(), &[1_501; 40]].concat()), 10);
    let driven = drive(&service, WINDOW, None, 6, |_| 0);
    assert_eq!(driven.ids, service.wanted(WINDOW));
}

#[test]
fn a_result_with_exactly_the_limit_is_not_truncated() {
    let service = service(dense(20), 10);
    assert!(!drive(&service, WINDOW, Some(20), 1, |_| 0).truncated);
    assert!(drive(&service, WINDOW, Some(19), 1, |_| 0).truncated);
}

#[test]
fn events_of_several_calls_out_of_order_come_once() {
    let mut shuffled = dense(100);
    shuffled.swap(3, 60);
    shuffled.swap(17, 71);
    let mut service = service(shuffled, 7);
    let some = |step: usize| (0..100).map(|n| n % step != 0).collect();
    service.calls = vec![vec![true; 100], some(2), some(3)];
    let driven = drive(&service, WINDOW, None, 1, |_| 0);
    let mut ids = driven.ids;
    ids.sort_unstable();
    let mut wanted = service.wanted(WINDOW);
    wanted.sort_unstable();
    assert_eq!(ids, wanted);
}

#[test]
fn later_slices_wait_while_twice_the_limit_is_held() {
    // The first page does not show how much there is, so the limit cannot decide which slices are needed.
    let mut service = service(dense(1_000), 10);
    service.reach = 20;
    service.calls[0][..40].fill(false);
    let driven = drive(&service, WINDOW, Some(50), 16, |under_way| under_way - 1);
    assert_eq!(driven.ids, service.wanted(WINDOW)[..50]);
    // Pages under way when twice the limit is reached still arrive.
    assert!(driven.most_held <= 100 + 16 * 10, "{}", driven.most_held);
}

#[test]
fn events_out_of_order_all_come_and_their_slice_is_not_split() {
    let mut shuffled = dense(100);
    shuffled.swap(3, 60);
    let service = service(shuffled, 10);
    let driven = drive(&service, WINDOW, None, 8, |_| 0);
    let mut ids = driven.ids;
    ids.sort_unstable();
    let mut wanted = service.wanted(WINDOW);
    wanted.sort_unstable();
    assert_eq!(ids, wanted);
}

fn services() -> impl Strategy<Value = Service> {
    let at = prop_oneof![900..2_100_i64, 1_200..1_210_i64];
    let lists = (prop::collection::vec(at, 0..150), 1..4_usize).prop_flat_map(|(at, calls)| {
        let brings = prop::collection::vec(any::<bool>(), at.len());
        (Just(at), prop::collection::vec(brings, calls))
    });
    let settings = (1..12_usize, 1..30_usize, any::<bool>(), any::<bool>());
    (lists, settings).prop_map(
        |((at, calls), (page, reach, newest_first, repeats))| Service {
            events: events(&at),
            calls,
            page,
            reach,
            newest_first,
            repeats_last_token: repeats,
        },
    )
}

/// The same, but with some events swapped.
fn disordered() -> impl Strategy<Value = Service> {
    let swaps = prop::collection::vec((any::<usize>(), any::<usize>()), 1..5);
    (services(), swaps).prop_map(|(mut service, swaps)| {
        let count = service.events.len().max(1);
        for (one, other) in swaps {
            let (one, other) = (one % count, other % count);
            if one.max(other) < service.events.len() {
                service.events.swap(one, other);
            }
        }
        service
    })
}

proptest! {
    #[test]
    fn every_event_out_of_order_comes_once(service in disordered()) {
        let driven = drive(&service, WINDOW, None, 1, |_| 0);
        let mut ids = driven.ids;
        ids.sort_unstable();
        let mut wanted = service.wanted(WINDOW);
        wanted.sort_unstable();
        prop_assert_eq!(ids, wanted);
    }

    #[test]
    fn every_event_comes_once_and_in_order(
        service in services(),
        at_once in 1..12_usize,
        limit in prop::option::of(1..200_usize),
        choices in prop::collection::vec(any::<usize>(), 1..50),
    ) {
        let mut choices = choices.iter().cycle();
        let driven = drive(&service, WINDOW, limit, at_once, |under_way| {
            choices.next().unwrap() % under_way
        });
        let wanted = service.wanted(WINDOW);
        let given = wanted.len().min(limit.unwrap_or(usize::MAX));
        prop_assert_eq!(&driven.ids, &wanted[..given]);
        prop_assert!(driven.truncated || given == wanted.len());
    }
}
