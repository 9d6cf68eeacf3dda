//! How close queries come to the quota, by a simulated clock.

use std::collections::VecDeque;

use super::*;

/// How long one page takes, in seconds.
const PAGE: f64 = 0.2;

const LONG: HalfOpen = HalfOpen {
    start: 1_000_000,
    end: 2_000_000,
};

/// Returns the rate at a time, in calls per second.
fn rate(now: f64, quota: f64) -> f64 {
    quota.min(5.0 * 2_f64.powf(now.floor()))
}

/// Returns how many seconds the slow start costs.
fn rise(quota: f64) -> f64 {
    let seconds = (0..10).map(f64::from);
    seconds
        .map(|second| 1.0 - rate(second, quota) / quota)
        .sum()
}

/// Reads everything, and returns how many seconds and pages that took.
fn timed(service: &Service, quota: f64) -> (f64, usize) {
    let mut slices: Slices<Vec<String>> =
        Slices::new(LONG, service.calls.len(), service.newest_first, None);
    let at_once = (quota * PAGE).ceil() as usize;
    let mut under_way: VecDeque<(f64, Fetch)> = VecDeque::new();
    let (mut now, mut due, mut pages) = (0.0_f64, 0.0_f64, 0);
    while !slices.is_over() {
        let answer = under_way.front().map_or(f64::INFINITY, |(at, _)| *at);
        if slices.has_next() && now.max(due) <= answer {
            now = now.max(due);
            due = now + 1.0 / rate(now, quota);
            under_way.push_back((now + PAGE, slices.next_fetch().unwrap()));
            continue;
        }
        let (at, ask) = under_way.pop_front().unwrap();
        now = at;
        pages += 1;
        let take = |part: &mut Vec<String>, event: &Event| {
            part.push(event.id.clone());
            Ok::<_, Infallible>(part.len())
        };
        let Ok(()) = slices.receive(&ask, service.page(&ask), take);
        slices.split(at_once);
    }
    let (parts, _) = slices.finish();
    assert_eq!(parts.concat(), service.wanted(LONG));
    (now, pages)
}

/// Returns how many pages a read without splits needs.
fn pages(service: &Service) -> usize {
    let mut pages = 0;
    for call in 0..service.calls.len() {
        let mut token = None;
        loop {
            let ask = Fetch {
                slice: 0,
                call,
                window: LONG,
                token,
            };
            pages += 1;
            token = service.page(&ask).next;
            if token.is_none() {
                break;
            }
        }
    }
    pages
}

/// Creates a service with this many pages. Each call returns the events for whose index it is true.
fn traffic(pages: usize, calls: &[fn(usize) -> bool]) -> Service {
    let count = 10 * pages;
    let step = 1_000_000 / count as i64;
    let at: Vec<i64> = (0..)
        .map(|n| LONG.start + n * step + 7)
        .take(count)
        .collect();
    let per_call = 10 * calls.len();
    Service {
        calls: calls
            .iter()
            .map(|brings| (0..count).map(brings).collect())
            .collect(),
        events: events(&at),
        page: 10,
        reach: per_call,
        newest_first: false,
        repeats_last_token: false,
    }
}

/// Reports whether a call returns the event of an index.
type Brings = fn(usize) -> bool;

#[test]
fn queries_of_every_kind_come_close_to_the_quota() {
    let all: Brings = |_| true;
    let even: Brings = |n| n % 2 == 0;
    let odd: Brings = |n| n % 2 == 1;
    let few: Brings = |n| n % 100 == 50;
    let others: Brings = |n| n % 150 == 20;
    let none: Brings = |_| false;
    let late: Brings = |n| n > 300;
    let kinds: [(&str, &[Brings]); 9] = [
        ("dense", &[all]),
        ("two dense calls", &[even, odd]),
        ("two calls that return the same", &[even, even]),
        ("sparse", &[few]),
        ("nothing", &[none]),
        ("two sparse calls", &[few, others]),
        ("a dense and a sparse call", &[even, few]),
        ("a dense call and one of nothing", &[even, none]),
        ("nothing at first", &[late]),
    ];
    let mut slow = Vec::new();
    for (kind, calls) in kinds {
        for quota in [5.0, 10.0, 25.0] {
            for newest_first in [false, true] {
                // Enough for ten seconds.
                let mut service = traffic(10 * quota as usize, calls);
                service.newest_first = newest_first;
                let needed = pages(&service) as f64 / quota;
                let (took, asked) = timed(&service, quota);
                let share = needed / (took - rise(quota) - PAGE);
                if share < 0.85 {
                    slow.push(format!(
                        "{kind} at {quota}/s, newest first {newest_first}: {share:.2}, {asked} pages"
                    ));
                }
            }
        }
    }
    assert_eq!(slow, [""; 0]);
}
