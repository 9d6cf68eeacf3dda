//! The calls that CloudWatch Logs is asked for, and how far each qual is pushed down into them.

use std::collections::BTreeMap;

use super::discovery::Discovery;
use super::log_group::LogGroup;
use crate::events::half_open::HalfOpen;
use crate::events::query::Query;
use crate::events::statistics::Push;
use crate::record::dialect::filter_pattern::{Call, Class, Plan, Streams, TimeBounds};
use crate::record::{Bound, QualPath, Reader};

/// The maximum number of pages of stream names that are read to find out whether every stream belongs to an interface.
const MOST_PAGES: usize = 20;

/// How the quals of a query are pushed down.
#[derive(Debug)]
pub(crate) struct PushDown {
    pub(super) calls: Vec<Call>,
    classes: Vec<(QualPath, Class)>,
    time: TimeBounds,
}

/// Decides what is pushed down: the user's own pattern if there is one, otherwise the quals. With `by_stream`, calls may be
/// limited to the log streams of network interfaces. Returns nothing once `is_wanted` returns false.
pub(super) async fn decide(
    query: &Query,
    reader: &Reader,
    by_stream: bool,
    group: &LogGroup,
    discovery: &mut Discovery,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<PushDown> {
    let prefix = query.log_stream_name_prefix.given().map(str::to_owned);
    if let Some(pattern) = query.filter_pattern.given() {
        return PushDown::of_pattern(reader, pattern, prefix, is_wanted);
    }
    let own_streams = prefix.is_some() || query.log_stream_name.given().is_some();
    if by_stream && discovery.of_flow_logs && !own_streams {
        let plan = plan(reader, Streams::ByInterface, discovery, is_wanted)?;
        let prefixed = plan.calls.iter().any(|call| call.stream_prefix.is_some());
        if prefixed && every_stream_is_of_interface(group, discovery).await {
            return Some(PushDown::of_plan(plan));
        }
    }
    let mut plan = plan(reader, Streams::Any, discovery, is_wanted)?;
    for call in &mut plan.calls {
        call.stream_prefix.clone_from(&prefix);
    }
    Some(PushDown::of_plan(plan))
}

/// Plans the calls, and corrects what the plan assumes about a log group with the records of one flow log.
fn plan(
    reader: &Reader,
    streams: Streams,
    discovery: &Discovery,
    is_wanted: &dyn Fn() -> bool,
) -> Option<Plan> {
    let mut plan = reader.plan(streams, is_wanted)?;
    if !discovery.of_flow_logs {
        // Only flow logs are known to use the start of a record as the time of its event.
        plan.time = TimeBounds::default();
        let times = plan.classes.iter_mut().filter(|(path, _)| path.is_time());
        lower(times, Class::Superset, Class::None);
    }
    if discovery.has_others_like_it() {
        lower(plan.classes.iter_mut(), Class::Exact, Class::Superset);
    }
    Some(plan)
}

fn lower<'a>(classes: impl Iterator<Item = &'a mut (QualPath, Class)>, from: Class, to: Class) {
    classes
        .filter(|(_, class)| *class == from)
        .for_each(|(_, class)| *class = to);
}

/// Reads the names of all streams, and reports whether each belongs to a network interface. If there are too many, or the
/// call is refused, the answer is no.
async fn every_stream_is_of_interface(group: &LogGroup, discovery: &mut Discovery) -> bool {
    let mut token = None;
    for _ in 0..MOST_PAGES {
        discovery.calls += 1;
        let Some(page) = group.stream_names(token.clone()).await else {
            return false;
        };
        if !page.names.iter().all(|name| is_of_interface(name)) {
            return false;
        }
        match page.next.filter(|next| Some(next) != token.as_ref()) {
            Some(next) => token = Some(next),
            None => return true,
        }
    }
    false
}

/// Reports whether a stream has a name that flow logs of VPCs, subnets and interfaces use, such as `eni-0a1b-all`.
fn is_of_interface(stream: &str) -> bool {
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
    /// Pushes nothing down.
    pub(super) fn nothing(reader: &Reader) -> Self {
        let paths = reader.bounds().iter().flat_map(Bound::paths);
        let mut classes: Vec<_> = paths.map(|path| (path, Class::None)).collect();
        classes.dedup();
        Self {
            calls: Vec::new(),
            classes,
            time: TimeBounds::default(),
        }
    }

    fn of_plan(plan: Plan) -> Self {
        Self {
            calls: plan.calls,
            classes: plan.classes,
            time: plan.time,
        }
    }

    fn of_pattern(
        reader: &Reader,
        pattern: &str,
        stream_prefix: Option<String>,
        is_wanted: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let plan = reader.plan(Streams::Any, is_wanted)?;
        let paths = plan.classes.into_iter().map(|(path, _)| path);
        Some(Self {
            calls: vec![Call {
                pattern: Some(pattern.to_owned()),
                stream_prefix,
            }],
            classes: paths.map(|path| (path, Class::None)).collect(),
            time: TimeBounds::default(),
        })
    }

    /// Narrows the window of a query to the time that can hold matching records. The result is never empty, so that a
    /// missing log group is noticed.
    pub(crate) fn narrow(&self, window: HalfOpen) -> HalfOpen {
        let from = self.time.from.unwrap_or(i64::MIN);
        let until = self.time.until.unwrap_or(i64::MAX);
        let start = window.start.max(from).min(window.end - 1);
        let end = window.end.min(until.saturating_add(1)).max(start + 1);
        HalfOpen { start, end }
    }

    /// Returns what was pushed down, call by call.
    pub(crate) fn pushed(&self) -> Vec<Push> {
        let selects = |call: &&Call| call.pattern.is_some() || call.stream_prefix.is_some();
        let push = |call: &Call| Push {
            pattern: call.pattern.clone(),
            stream_prefix: call.stream_prefix.clone(),
        };
        self.calls.iter().filter(selects).map(push).collect()
    }

    /// Returns the quals that only we check.
    pub(crate) fn not_pushed(&self) -> Vec<String> {
        let none = self
            .classes
            .iter()
            .filter(|(_, class)| *class == Class::None);
        none.map(|(path, _)| path.to_string()).collect()
    }

    /// Returns how far each qual is pushed down.
    pub(crate) fn classes(&self) -> BTreeMap<String, String> {
        let classes = self.classes.iter();
        classes
            .map(|(path, class)| (path.to_string(), class.name().to_owned()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_interface;

    #[test]
    fn streams_of_interfaces_are_known_by_their_names() {
        for name in ["eni-0123456789abcdef0-all", "eni-1-accept", "eni-1-reject"] {
            assert!(is_of_interface(name), "{name}");
        }
        for name in [
            "eni-1",
            "eni--all",
            "eni-1-all-2",
            "tgw-attach-1-all",
            "x-eni-1-all",
            "eni-1-none",
        ] {
            assert!(!is_of_interface(name), "{name}");
        }
    }
}
