//! One call in the making: the slots of its pattern, and the prefix of its streams.

use super::condition::is_plain;
use super::disjunction::{self, Alternative};
use super::effort::Effort;
use super::plan::{MAX_LENGTH, Streams};
use super::slots::{Request, Slots};
use super::{negative, positive};
use crate::record::qual::Test;
use crate::record::quals::{Bound, Place};

/// The maximum number of interfaces that each get their own call.
const MOST_INTERFACES: usize = 3;

/// What the calls may say, and how much work they may take.
#[derive(Clone, Copy)]
pub(super) struct Limits<'a> {
    /// The maximum number of calls.
    pub(super) calls: usize,
    /// Whether conditions must be exact.
    pub(super) exact: bool,
    pub(super) streams: Streams,
    pub(super) effort: &'a Effort<'a>,
}

/// A call that is not rendered yet.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) slots: Slots,
    pub(super) stream_prefix: Option<String>,
    /// The quals that records of this call must match, by their index.
    pub(super) quals: Vec<usize>,
}

/// Drafts the calls for lines of one format; none if no line can match.
pub(super) fn drafts(bound: &Bound, limits: Limits<'_>) -> Vec<Draft> {
    let alternatives = disjunction::alternatives(bound, limits.calls);
    let mut room = limits.calls.saturating_sub(alternatives.len());
    let mut drafts = Vec::new();
    for alternative in alternatives {
        for (stream_prefix, alternative) in by_stream(alternative, bound, limits, &mut room) {
            let whole = draft(bound, alternative.clone(), stream_prefix, limits);
            drafts.extend(by_length(whole, &alternative, bound, limits, &mut room));
        }
    }
    drafts
}

/// Splits the longest list over several calls if one pattern cannot hold it, and enough calls are left.
fn by_length(
    whole: Draft,
    alternative: &Alternative,
    bound: &Bound,
    limits: Limits<'_>,
    room: &mut usize,
) -> Vec<Draft> {
    if whole.slots.fit(MAX_LENGTH) {
        return vec![whole];
    }
    for count in 2..=*room + 1 {
        if limits.effort.is_canceled() {
            break;
        }
        let part = |part| draft(bound, part, whole.stream_prefix.clone(), limits);
        // One part that does not fit is enough to know.
        let parts: Vec<_> = alternative
            .in_parts(count)
            .into_iter()
            .map(part)
            .take_while(|part| part.slots.fit(MAX_LENGTH))
            .collect();
        if parts.len() == count {
            *room -= count - 1;
            return parts;
        }
    }
    vec![whole]
}

fn draft(
    bound: &Bound,
    alternative: Alternative,
    stream_prefix: Option<String>,
    limits: Limits<'_>,
) -> Draft {
    let mut slots = Slots::new(bound.format.names().len());
    let mut quals = alternative.quals;
    for atom in alternative.atoms {
        if !limits.effort.steps(positive::values(&atom.test)) {
            break;
        }
        let mut forms = positive::forms(&atom.test, bound.format.is_encoded(atom.slot));
        forms.retain(|form| form.exact || !limits.exact);
        slots.add(Request {
            slot: atom.slot,
            quals: atom.quals,
            forms,
            refuses: false,
        });
    }
    quals.extend(refuse(bound, &mut slots, limits));
    for atom in alternative.elsewhere {
        if !limits.effort.steps(positive::values(&atom.test)) {
            break;
        }
        slots.add(Request {
            slot: atom.slot,
            quals: Vec::new(),
            forms: negative::forms(&atom.test, bound.format.is_encoded(atom.slot)),
            refuses: true,
        });
    }
    Draft {
        slots,
        stream_prefix,
        quals,
    }
}

/// Adds the negative conditions of `exclude` blocks with one qual; the negation of several is an OR over slots. Returns the
/// quals of all blocks that can match at all.
fn refuse(bound: &Bound, slots: &mut Slots, limits: Limits<'_>) -> Vec<usize> {
    let mut number = bound.all.len() + bound.any.iter().map(Vec::len).sum::<usize>();
    let mut quals = Vec::new();
    for block in &bound.none {
        let numbers = number..number + block.len();
        number = numbers.end;
        let never = |place: &Place| matches!(place, Place::Fields(slots) if slots.is_empty());
        if block.iter().any(|qual| never(&qual.place)) {
            continue;
        }
        if let [qual] = block.as_slice()
            && let Place::Fields(indexes) = &qual.place
        {
            if !limits.effort.steps(positive::values(&qual.test)) {
                break;
            }
            let request = |slot: &usize| {
                let mut forms = negative::forms(&qual.test, bound.format.is_encoded(*slot));
                forms.retain(|form| form.exact || !limits.exact);
                Request {
                    slot: *slot,
                    quals: numbers.clone().collect(),
                    forms,
                    refuses: true,
                }
            };
            slots.add_all(indexes.iter().map(request).collect());
        }
        quals.extend(numbers);
    }
    quals
}

/// Splits an alternative into one call for each of a few interfaces, if every stream belongs to an interface.
fn by_stream(
    alternative: Alternative,
    bound: &Bound,
    limits: Limits<'_>,
    room: &mut usize,
) -> Vec<(Option<String>, Alternative)> {
    let interface = bound.format.position("interface-id");
    let asked = alternative
        .atoms
        .iter()
        .position(|atom| Some(atom.slot) == interface);
    let values = asked.and_then(|index| match &alternative.atoms[index].test {
        Test::Text(values) => Some((index, values.clone())),
        _ => None,
    });
    let Some((index, mut values)) = values.filter(|_| limits.streams == Streams::ByInterface)
    else {
        return vec![(None, alternative)];
    };
    values.sort_unstable();
    values.dedup();
    let named = values
        .iter()
        .all(|value| is_plain(value) && !value.contains(':'));
    if !named || values.len() > MOST_INTERFACES || values.len() > *room + 1 {
        return vec![(None, alternative)];
    }
    *room -= values.len() - 1;
    let of_interface = |value: String| {
        let mut alternative = alternative.clone();
        let prefix = format!("{value}-");
        alternative.atoms[index].test = Test::Text(vec![value]);
        (Some(prefix), alternative)
    };
    values.into_iter().map(of_interface).collect()
}
