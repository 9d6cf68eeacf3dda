//! The slots of a pattern, and how they are shortened to the service's limit.

use std::collections::{BTreeMap, BinaryHeap};

use super::condition::{Condition, Form};
use super::effort::Effort;

/// The maximum number of regular expressions that the service accepts in one pattern.
const MOST_REGEXES: usize = 2;

/// The end of a pattern that allows any number of further words.
pub(super) const OPEN_END: &str = ",...]";

/// How much more a negative condition weighs than a positive one of the same length. Heavier ones are dropped first.
const REFUSAL_WEIGHT: usize = 4;

/// One slot for each field of the format, with the conditions on it.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    /// A summary of each slot.
    slots: Vec<Slot>,
    /// The conditions, in the order in which they were added.
    conditions: BTreeMap<usize, Placed>,
    next: usize,
    regexes: usize,
}

/// A summary of the conditions in a slot, kept so that they need not be searched.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    conditions: usize,
    /// The length of the conditions.
    length: usize,
    /// Whether its condition is exclusive.
    is_closed: bool,
}

#[derive(Debug, Clone)]
struct Placed {
    slot: usize,
    /// The quals that the condition stands for, by their index.
    quals: Vec<usize>,
    /// The current form, followed by shorter ones.
    forms: Vec<Form>,
    refuses: bool,
}

/// A condition to add to a slot.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) slot: usize,
    pub(super) quals: Vec<usize>,
    pub(super) forms: Vec<Form>,
    /// Whether the condition is negative.
    pub(super) refuses: bool,
}

impl Slots {
    pub(super) fn new(width: usize) -> Self {
        Self {
            slots: vec![Slot::default(); width],
            conditions: BTreeMap::new(),
            next: 0,
            regexes: 0,
        }
    }

    /// Adds a condition to a slot in the best form that fits there. Reports whether there is one.
    pub(super) fn add(&mut self, request: Request) -> bool {
        self.place(request).is_some()
    }

    /// Adds conditions to several slots, or to none of them.
    pub(super) fn add_all(&mut self, requests: Vec<Request>) -> bool {
        let mut added = Vec::new();
        for request in requests {
            match self.place(request) {
                Some(number) => added.push(number),
                None => {
                    for number in added {
                        let _ = self.remove(number);
                    }
                    return false;
                }
            }
        }
        true
    }

    /// Returns the quals that each condition stands for, and whether it is exact.
    pub(super) fn said(&self) -> impl Iterator<Item = (&[usize], bool)> {
        self.conditions
            .values()
            .map(|placed| (placed.quals.as_slice(), placed.form().exact))
    }

    /// Reports whether a slot has a positive condition that stands for no qual.
    pub(super) fn has_own_condition(&self, slot: usize) -> bool {
        let asks = |placed: &Placed| placed.quals.is_empty() && !placed.refuses;
        let mut placed = self.conditions.values();
        placed.any(|placed| placed.slot == slot && asks(placed))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Reports whether both have the same conditions in the same slots.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let (own, others) = (self.conditions.values(), other.conditions.values());
        let said = |placed: &Placed| (placed.slot, placed.form().condition.clone());
        own.len() == others.len() && own.map(said).eq(others.map(said))
    }

    /// Reports whether all positive conditions fit into this many characters. Negative ones can be dropped.
    pub(super) fn fit(&self, limit: usize) -> bool {
        let mut slots = vec![Slot::default(); self.slots.len()];
        for placed in self.conditions.values().filter(|placed| !placed.refuses) {
            slots[placed.slot].add(placed);
        }
        whole_length(&slots) <= limit || open_length(&slots).is_some_and(|length| length <= limit)
    }

    /// Renders the pattern in at most this many characters.
    ///
    /// If it is too long, the heaviest condition is replaced by a shorter form, or dropped. A list with many alternatives
    /// selects little, and a negative condition selects even less.
    pub(super) fn render(&mut self, limit: usize, effort: &Effort<'_>) -> Option<String> {
        let mut heaviest = Heaviest::of(&self.conditions);
        while !self.is_empty() && effort.step() {
            if let Some(pattern) = self.written(limit) {
                return Some(pattern);
            }
            self.shorten(&mut heaviest);
        }
        None
    }

    /// Renders the pattern with an ellipsis after the last condition, for lines of at least this many words; none if no
    /// word is left for the ellipsis.
    pub(super) fn open(&self, width: usize) -> Option<String> {
        let used = used(&self.slots);
        (used < width).then(|| format!("[{}{OPEN_END}", self.first(used).join(",")))
    }

    /// Renders the pattern unchanged, if it fits into this many characters.
    fn written(&self, limit: usize) -> Option<String> {
        if whole_length(&self.slots) <= limit {
            return Some(format!("[{}]", self.first(self.slots.len()).join(",")));
        }
        match open_length(&self.slots) {
            Some(length) if length <= limit => self.open(self.slots.len()),
            _ => None,
        }
    }

    /// Adds a condition to a slot in the best form that fits there, and returns its number.
    fn place(&mut self, request: Request) -> Option<usize> {
        let fits = |form: &Form| self.fits(request.slot, &form.condition);
        let first = request.forms.iter().position(fits)?;
        let mut forms = request.forms;
        let placed = Placed {
            slot: request.slot,
            quals: request.quals,
            forms: forms.split_off(first),
            refuses: request.refuses,
        };
        self.slots[placed.slot].add(&placed);
        self.regexes += usize::from(placed.is_regex());
        let number = self.next;
        self.next += 1;
        self.conditions.insert(number, placed);
        Some(number)
    }

    fn remove(&mut self, number: usize) -> Option<Placed> {
        let placed = self.conditions.remove(&number)?;
        self.slots[placed.slot].remove(&placed);
        self.regexes -= usize::from(placed.is_regex());
        Some(placed)
    }

    fn fits(&self, slot: usize, condition: &Condition) -> bool {
        let slot = self.slots.get(slot).copied().unwrap_or_default();
        let is_regex = matches!(condition, Condition::Regex(_));
        let beside = slot.conditions == 0 || !(slot.is_closed || condition.is_exclusive());
        beside && !(is_regex && self.regexes == MOST_REGEXES)
    }

    /// Shortens or drops the heaviest condition.
    fn shorten(&mut self, heaviest: &mut Heaviest) {
        let Some(placed) = heaviest.pop().and_then(|number| self.remove(number)) else {
            return;
        };
        let length = placed.form().condition.length(1);
        let quals = placed.quals.clone();
        let shorter = |form: &Form| form.condition.length(1) < length;
        let number = self.place(Request {
            slot: placed.slot,
            quals: placed.quals,
            forms: placed.forms.into_iter().filter(shorter).collect(),
            refuses: placed.refuses,
        });
        let again = number.and_then(|number| Some((number, self.conditions.get(&number)?)));
        match again {
            Some((number, placed)) => heaviest.add(number, placed),
            // A negative condition on either of two slots is not the whole without the other.
            None if placed.refuses => {
                for number in heaviest.of_quals(&quals) {
                    let _ = self.remove(number);
                }
            }
            None => {}
        }
    }

    fn first(&self, count: usize) -> Vec<String> {
        let mut slots = vec![Vec::new(); count];
        for placed in self.conditions.values() {
            if let Some(slot) = slots.get_mut(placed.slot) {
                slot.push(placed.form().condition.render(&name(placed.slot)));
            }
        }
        let written = |(slot, said): (usize, Vec<String>)| {
            if said.is_empty() {
                name(slot)
            } else {
                said.join("&&")
            }
        };
        slots.into_iter().enumerate().map(written).collect()
    }
}

impl Slot {
    fn add(&mut self, placed: &Placed) {
        self.conditions += 1;
        self.length += placed.length();
        self.is_closed = placed.form().condition.is_exclusive();
    }

    fn remove(&mut self, placed: &Placed) {
        self.conditions -= 1;
        self.length -= placed.length();
        self.is_closed = false;
    }
}

impl Placed {
    /// Returns the current form.
    fn form(&self) -> &Form {
        &self.forms[0]
    }

    fn length(&self) -> usize {
        self.form().condition.length(name(self.slot).len())
    }

    fn is_regex(&self) -> bool {
        matches!(self.form().condition, Condition::Regex(_))
    }
}

/// The conditions by weight. Some of them may be gone when they come up.
struct Heaviest {
    weights: BinaryHeap<(usize, usize)>,
    /// The negative conditions, by their quals.
    refusing: BTreeMap<Vec<usize>, Vec<usize>>,
}

impl Heaviest {
    fn of(conditions: &BTreeMap<usize, Placed>) -> Self {
        let mut heaviest = Self {
            weights: BinaryHeap::new(),
            refusing: BTreeMap::new(),
        };
        for (number, placed) in conditions {
            heaviest.add(*number, placed);
        }
        heaviest
    }

    fn add(&mut self, number: usize, placed: &Placed) {
        let length = placed.form().condition.length(1);
        let weight = if placed.refuses { REFUSAL_WEIGHT } else { 1 };
        self.weights.push((length * weight, number));
        if placed.refuses {
            let alike = self.refusing.entry(placed.quals.clone()).or_default();
            alike.push(number);
        }
    }

    fn pop(&mut self) -> Option<usize> {
        self.weights.pop().map(|(_, number)| number)
    }

    /// Removes and returns the negative conditions of some quals.
    fn of_quals(&mut self, quals: &[usize]) -> Vec<usize> {
        self.refusing.remove(quals).unwrap_or_default()
    }
}

fn name(slot: usize) -> String {
    format!("w{}", slot + 1)
}

/// Returns the number of slots up to the last one with a condition.
fn used(slots: &[Slot]) -> usize {
    let last = slots.iter().rposition(|slot| slot.conditions > 0);
    last.map_or(0, |last| last + 1)
}

/// Returns the length of a pattern that names every slot, so that the number of words must match.
fn whole_length(slots: &[Slot]) -> usize {
    "[]".len() + joined_length(slots)
}

/// Returns the length of a pattern with an ellipsis after the last condition; none if no word is left for it.
fn open_length(slots: &[Slot]) -> Option<usize> {
    let used = used(slots);
    (used < slots.len()).then(|| "[".len() + joined_length(&slots[..used]) + OPEN_END.len())
}

fn joined_length(slots: &[Slot]) -> usize {
    let written = |(number, slot): (usize, &Slot)| match slot.conditions {
        0 => name(number).len(),
        conditions => slot.length + "&&".len() * (conditions - 1),
    };
    let written: usize = slots.iter().enumerate().map(written).sum();
    written + slots.len().saturating_sub(1)
}
