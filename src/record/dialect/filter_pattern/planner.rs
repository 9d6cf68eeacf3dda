//! The calls of a query, for all formats of its log group.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::{Form, any};
use super::draft::{self, Draft, Limits};
use super::effort::Effort;
use super::plan::{Call, Class, MAX_LENGTH, Plan, Streams, TimeBounds};
use super::slots::{OPEN_END, Request};
use super::time_bounds;
use crate::record::quals::Bound;

/// The options of a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    pub(super) streams: Streams,
    /// Whether only exact conditions are pushed down.
    pub(super) exact: bool,
    /// The maximum number of calls.
    pub(super) most: usize,
}

/// Plans the calls that together receive every matching record; none if the work was canceled.
pub(super) fn plan(bounds: &[Bound], options: Options, effort: &Effort<'_>) -> Option<Plan> {
    let limits = Limits {
        calls: (options.most / bounds.len().max(1)).max(1),
        exact: options.exact,
        streams: options.streams,
        effort,
    };
    let drafts: Vec<_> = bounds
        .iter()
        .map(|bound| draft::drafts(bound, limits))
        .collect();
    let plan = of_drafts(bounds, drafts, effort);
    (!effort.is_canceled()).then_some(plan)
}

fn of_drafts(bounds: &[Bound], drafts: Vec<Vec<Draft>>, effort: &Effort<'_>) -> Plan {
    let paths = bounds.first().map(Bound::paths).unwrap_or_default();
    let mut classes = Classes(vec![None; paths.len()]);
    let mut calls = match common(bounds, &drafts) {
        Some(calls) => {
            drafts
                .iter()
                .flatten()
                .for_each(|draft| classes.note(draft));
            calls
        }
        None => each(bounds, drafts, &mut classes, effort),
    };
    if calls.iter().any(|call| *call == Call::default()) {
        calls = vec![Call::default()];
        classes.0.fill(Some(Class::None));
    }
    let seen = &mut BTreeSet::new();
    calls.retain(|call| seen.insert(call.clone()));
    for bound in bounds {
        classes.note_times(&time_bounds::narrowing(bound));
    }
    let times = bounds.iter().map(time_bounds::of);
    Plan {
        calls,
        classes: paths.into_iter().zip(classes.settled()).collect(),
        time: times.reduce(TimeBounds::hull).unwrap_or_default(),
    }
}

/// Returns calls for the lines of all formats, if all have the same conditions in the same slots.
fn common(bounds: &[Bound], drafts: &[Vec<Draft>]) -> Option<Vec<Call>> {
    let (first, others) = drafts.split_first()?;
    let width = bounds
        .iter()
        .map(|bound| bound.format.names().len())
        .min()?;
    let alike = |(one, other): (&Draft, &Draft)| {
        one.slots.says_the_same(&other.slots) && one.stream_prefix == other.stream_prefix
    };
    let all_alike = others
        .iter()
        .all(|other| other.len() == first.len() && first.iter().zip(other).all(alike));
    if others.is_empty() || !all_alike {
        return None;
    }
    let call = |draft: &Draft| {
        let pattern = if draft.slots.is_empty() {
            None
        } else {
            let pattern = draft.slots.open(width);
            Some(pattern.filter(|text| text.len() <= MAX_LENGTH)?)
        };
        Some(Call {
            pattern,
            stream_prefix: draft.stream_prefix.clone(),
        })
    };
    first.iter().map(call).collect()
}

/// Returns calls for each format. Its number of fields excludes the lines of other formats, or its version does.
fn each(
    bounds: &[Bound],
    drafts: Vec<Vec<Draft>>,
    classes: &mut Classes,
    effort: &Effort<'_>,
) -> Vec<Call> {
    let mut calls = Vec::new();
    for (bound, drafts) in bounds.iter().zip(drafts) {
        for mut draft in drafts {
            let version = version_to_ask(bound, bounds).filter(|_| !draft.slots.is_empty());
            if let Some(request) = version {
                draft.slots.add(request);
            }
            let pattern = draft.slots.render(MAX_LENGTH, effort);
            classes.note(&draft);
            if receives_others(pattern.as_deref(), bound, bounds, &draft) {
                classes.lower(&draft);
            }
            calls.push(Call {
                pattern,
                stream_prefix: draft.stream_prefix,
            });
        }
    }
    calls
}

/// Reports whether a call may also receive lines of other formats.
fn receives_others(pattern: Option<&str>, bound: &Bound, bounds: &[Bound], draft: &Draft) -> bool {
    let is_open = pattern.is_none_or(|pattern| pattern.ends_with(OPEN_END));
    let width = |bound: &Bound| bound.format.names().len();
    let mut others = bounds.iter().filter(|other| other.format != bound.format);
    let asks_version = bound
        .format
        .position("version")
        .is_some_and(|slot| draft.slots.has_own_condition(slot));
    others.any(|other| {
        let fits = is_open || width(other) == width(bound);
        fits && !(asks_version && differ_in_version(bound, other))
    })
}

/// Reports whether no line of the other format has the version that is asked for.
fn differ_in_version(one: &Bound, other: &Bound) -> bool {
    let same_place = one.format.version() == other.format.version();
    let (one, other) = (one.format.versions(), other.format.versions());
    same_place && one.start() == one.end() && !other.contains(one.start())
}

/// Returns a condition on the version of a format, if it distinguishes its lines, and all of them have the same version.
fn version_to_ask(bound: &Bound, bounds: &[Bound]) -> Option<Request> {
    let mut others = bounds.iter();
    let told = others.any(|other| bound.format.is_distinguished_by_version(&other.format));
    let versions = bound.format.versions();
    let slot = bound.format.version()?;
    (told && versions.start() == versions.end()).then(|| Request {
        slot,
        quals: Vec::new(),
        forms: vec![Form::exact(any(vec![format!("=\"{}\"", versions.start())]))],
        refuses: false,
    })
}

/// How far each qual is pushed down, by its index; none until a call involves it.
struct Classes(Vec<Option<Class>>);

impl Classes {
    fn note(&mut self, draft: &Draft) {
        let mut said: BTreeMap<usize, bool> = BTreeMap::new();
        for (quals, exact) in draft.slots.said() {
            for number in quals {
                *said.entry(*number).or_insert(true) &= exact;
            }
        }
        for number in &draft.quals {
            let class = match said.get(number) {
                Some(true) => Class::Exact,
                Some(false) => Class::Superset,
                None => Class::None,
            };
            self.combine(*number, class);
        }
    }

    /// Lowers exact quals: the call may receive lines of another format with the same number of fields.
    fn lower(&mut self, draft: &Draft) {
        for number in &draft.quals {
            if self.0[*number] == Some(Class::Exact) {
                self.0[*number] = Some(Class::Superset);
            }
        }
    }

    fn note_times(&mut self, narrowing: &[bool]) {
        for (class, narrows) in self.0.iter_mut().zip(narrowing) {
            if *narrows && *class == Some(Class::None) {
                *class = Some(Class::Superset);
            }
        }
    }

    /// Combines the class of one call with those of others. It is exact only if it is exact in all of them.
    fn combine(&mut self, number: usize, class: Class) {
        let known = &mut self.0[number];
        *known = match *known {
            Some(known) if known != class => Some(Class::Superset),
            _ => Some(class),
        };
    }

    fn settled(self) -> impl Iterator<Item = Class> {
        self.0
            .into_iter()
            .map(|class| class.unwrap_or(Class::Exact))
    }
}
