//! What CloudWatch Logs is asked to choose, and how far each qual goes into it.

use std::collections::BTreeMap;

use super::output::Push;
use super::query::{Engine, Query};
use super::source::Source;
use super::window::Window;
use crate::aws::logs::Logs;
use crate::record::dialect::filter_pattern::{Call, Class, Plan, Streams};
use crate::record::{QualPath, Reader};

/// The most pages of stream names that are looked through to see whether every stream is an interface's.
const MOST_PAGES: usize = 20;

/// The calls of a query.
#[derive(Debug)]
pub(crate) struct PushDown {
    pub(crate) calls: Vec<Call>,
    plan: Plan,
}

/// Decides what is pushed down: the user's own pattern, if there is one, or else what the quals are worth. There is nothing
/// once the plan is not wanted any more.
pub(crate) async fn decide(
    query: &Query,
    reader: &Reader,
    engine: Engine,
    source: &mut Source,
    logs: &Logs,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<PushDown> {
    let prefix = query.log_stream_name_prefix.given().map(str::to_owned);
    if let Some(pattern) = query.filter_pattern.given() {
        return PushDown::of_pattern(reader, pattern, prefix, is_wanted);
    }
    let own_streams = prefix.is_some() || query.log_stream_name.given().is_some();
    if source.of_flow_logs && !own_streams && engine == Engine::Scan {
        let plan = planned(reader, Streams::ByInterface, source, is_wanted)?;
        let prefixed = plan.calls.iter().any(|call| call.stream_prefix.is_some());
        if prefixed && every_stream_is_an_interfaces(source, logs).await {
            let calls = plan.calls.clone();
            return Some(PushDown { calls, plan });
        }
    }
    let plan = planned(reader, Streams::Any, source, is_wanted)?;
    let with_prefix = |call: &Call| Call {
        stream_prefix: prefix.clone(),
        ..call.clone()
    };
    Some(PushDown {
        calls: plan.calls.iter().map(with_prefix).collect(),
        plan,
    })
}

/// Plans the calls, and takes back what the plan holds to be so only in a group of one flow log's records.
fn planned(
    reader: &Reader,
    streams: Streams,
    source: &Source,
    is_wanted: &dyn Fn() -> bool,
) -> Option<Plan> {
    let mut plan = reader.plan(streams, is_wanted)?;
    if !source.of_flow_logs {
        // Only where flow logs write is the time of an event known to be the start of its record.
        plan.time = Default::default();
        let times = plan.classes.iter_mut().filter(|(path, _)| path.is_time());
        lower(times, Class::Superset, Class::None);
    }
    if source.has_others_like_it() {
        lower(plan.classes.iter_mut(), Class::Exact, Class::Superset);
    }
    Some(plan)
}

fn lower<'a>(classes: impl Iterator<Item = &'a mut (QualPath, Class)>, from: Class, to: Class) {
    classes
        .filter(|(_, class)| *class == from)
        .for_each(|(_, class)| *class = to);
}

/// Looks at the names of all streams. If there are too many, or they may not be looked at, nothing is known of them.
async fn every_stream_is_an_interfaces(source: &mut Source, logs: &Logs) -> bool {
    let mut token = None;
    for _ in 0..MOST_PAGES {
        source.calls += 1;
        let Ok(page) = logs.streams_page(&source.log_group, token.clone()).await else {
            return false;
        };
        if !page.names.iter().all(|name| is_an_interfaces(name)) {
            return false;
        }
        match page.next.filter(|next| Some(next) != token.as_ref()) {
            Some(next) => token = Some(next),
            None => return true,
        }
    }
    false
}

/// Tells whether flow logs of VPCs, subnets and interfaces name their streams so: `eni-0a1b-all`.
fn is_an_interfaces(stream: &str) -> bool {
    let parts = stream
        .strip_prefix("eni-")
        .and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(id, traffic)| {
        !id.is_empty()
            && id.bytes().all(|letter| letter.is_ascii_alphanumeric())
            && ["all", "accept", "reject"].contains(&traffic)
    })
}

impl PushDown {
    fn of_pattern(
        reader: &Reader,
        pattern: &str,
        stream_prefix: Option<String>,
        is_wanted: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let mut plan = reader.plan(Streams::Any, is_wanted)?;
        plan.time = Default::default();
        for (_, class) in &mut plan.classes {
            *class = Class::None;
        }
        let pattern = Some(pattern.to_owned());
        Some(Self {
            calls: vec![Call {
                pattern,
                stream_prefix,
            }],
            plan,
        })
    }

    /// Narrows the window of a query to the time in which its records can be; never to nothing, so that a log group that
    /// is not there is noticed.
    pub(crate) fn narrow(&self, window: Window) -> Window {
        let from = self.plan.time.from.unwrap_or(i64::MIN);
        let until = self.plan.time.until.unwrap_or(i64::MAX);
        let start = window.start.max(from).min(window.end - 1);
        let end = window.end.min(until.saturating_add(1)).max(start + 1);
        Window { start, end }
    }

    /// Gives what was pushed down, call by call.
    pub(crate) fn pushed(&self) -> Vec<Push> {
        let told = |call: &&Call| call.pattern.is_some() || call.stream_prefix.is_some();
        let push = |call: &Call| Push {
            pattern: call.pattern.clone(),
            stream_prefix: call.stream_prefix.clone(),
        };
        self.calls.iter().filter(told).map(push).collect()
    }

    /// Gives the quals that only we check.
    pub(crate) fn not_pushed(&self) -> Vec<String> {
        let classes = self.plan.classes.iter();
        let none = classes.filter(|(_, class)| *class == Class::None);
        none.map(|(path, _)| path.to_string()).collect()
    }

    /// Gives how far each qual is pushed down.
    pub(crate) fn classes(&self) -> BTreeMap<String, String> {
        let classes = self.plan.classes.iter();
        classes
            .map(|(path, class)| (path.to_string(), class.name().to_owned()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::is_an_interfaces;

    #[test]
    fn only_streams_of_interfaces_are_named_so() {
        for name in ["eni-0123456789abcdef0-all", "eni-1-accept", "eni-1-reject"] {
            assert!(is_an_interfaces(name), "{name}");
        }
        for name in [
            "eni-1",
            "eni--all",
            "eni-1-all-2",
            "tgw-attach-1-all",
            "x-eni-1-all",
            "eni-1-none",
        ] {
            assert!(!is_an_interfaces(name), "{name}");
        }
    }
}
