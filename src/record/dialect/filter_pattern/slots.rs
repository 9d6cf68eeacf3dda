//! The slots of a pattern, and how they are brought under the service's limit of length.

use std::collections::{BTreeMap, BinaryHeap};

use super::condition::{Condition, Form};
use super::effort::Effort;

/// The most regular expressions that the service takes in one pattern.
const MOST_REGEXES: usize = 2;

/// The end of a pattern that any number of further words may follow.
pub(super) const OPEN_END: &str = ",...]";

/// How much sooner a condition that says what a value is not has to go than one of its length that says what it is.
const REFUSAL_WEIGHT: usize = 4;

/// One slot for each field of the format, with the conditions on it.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    /// What is in each slot.
    slots: Vec<Slot>,
    /// The conditions by the order in which they came.
    conditions: BTreeMap<usize, Placed>,
    next: usize,
    regexes: usize,
}

/// What is in a slot, so that nobody has to look at all conditions to know.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    conditions: usize,
    /// The characters of the conditions.
    length: usize,
    /// Whether the condition in it suffers no other beside it.
    is_closed: bool,
}

#[derive(Debug, Clone)]
struct Placed {
    slot: usize,
    /// The quals for which the condition stands, by their number.
    quals: Vec<usize>,
    /// What is said now, and what could be said instead in less room.
    forms: Vec<Form>,
    refuses: bool,
}

/// Something to say in a slot.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) slot: usize,
    pub(super) quals: Vec<usize>,
    pub(super) forms: Vec<Form>,
    /// Whether it says what a value is not.
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

    /// Puts something into a slot in the best form that can stand there; says whether there is one.
    pub(super) fn add(&mut self, request: Request) -> bool {
        self.place(request).is_some()
    }

    /// Puts the same into several slots, or into none of them.
    pub(super) fn add_all(&mut self, requests: Vec<Request>) -> bool {
        let mut added = Vec::new();
        for request in requests {
            match self.place(request) {
                Some(number) => added.push(number),
                None => {
                    added.iter().for_each(|number| drop(self.remove(*number)));
                    return false;
                }
            }
        }
        true
    }

    /// Says of each condition for which quals it stands, and whether it says all of them.
    pub(super) fn said(&self) -> impl Iterator<Item = (&[usize], bool)> {
        self.conditions
            .values()
            .map(|placed| (placed.quals.as_slice(), placed.form().exact))
    }

    /// Tells whether something that no qual asks for has to hold in a slot.
    pub(super) fn asks_of_itself(&self, slot: usize) -> bool {
        let asks = |placed: &Placed| placed.quals.is_empty() && !placed.refuses;
        let mut placed = self.conditions.values();
        placed.any(|placed| placed.slot == slot && asks(placed))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Tells whether both say the same in the same slots.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let (own, others) = (self.conditions.values(), other.conditions.values());
        let said = |placed: &Placed| (placed.slot, placed.form().condition.clone());
        own.len() == others.len() && own.map(said).eq(others.map(said))
    }

    /// Tells whether all that has to hold can be written in so many characters; what must not hold gives way to it.
    pub(super) fn fit(&self, limit: usize) -> bool {
        let mut slots = vec![Slot::default(); self.slots.len()];
        for placed in self.conditions.values().filter(|placed| !placed.refuses) {
            slots[placed.slot].take_in(placed);
        }
        whole_length(&slots) <= limit || open_length(&slots).is_some_and(|length| length <= limit)
    }

    /// Writes the pattern in at most so many characters.
    ///
    /// Where there is too little room, what takes most of it is said in less, or not at all. The list with the most
    /// alternatives selects least, and what only says what a value is not selects less than anything else.
    pub(super) fn render(&mut self, limit: usize, effort: &Effort<'_>) -> Option<String> {
        let mut heaviest = Heaviest::of(&self.conditions);
        while !self.is_empty() && effort.step() {
            if let Some(pattern) = self.written(limit) {
                return Some(pattern);
            }
            self.give_way(&mut heaviest);
        }
        None
    }

    /// Writes the pattern with an ellipsis after the last condition, for lines of at least so many words; none if no word
    /// would be left for the ellipsis.
    pub(super) fn open(&self, width: usize) -> Option<String> {
        let used = used(&self.slots);
        (used < width).then(|| format!("[{}{OPEN_END}", self.first(used).join(",")))
    }

    /// Writes the pattern as it is, if it takes at most so many characters.
    fn written(&self, limit: usize) -> Option<String> {
        if whole_length(&self.slots) <= limit {
            return Some(format!("[{}]", self.first(self.slots.len()).join(",")));
        }
        match open_length(&self.slots) {
            Some(length) if length <= limit => self.open(self.slots.len()),
            _ => None,
        }
    }

    /// Puts something into a slot in the best form that can stand there, and gives the number under which it stands.
    fn place(&mut self, request: Request) -> Option<usize> {
        let can_stand = |form: &Form| self.can_stand(request.slot, &form.condition);
        let first = request.forms.iter().position(can_stand)?;
        let mut forms = request.forms;
        let placed = Placed {
            slot: request.slot,
            quals: request.quals,
            forms: forms.split_off(first),
            refuses: request.refuses,
        };
        self.slots[placed.slot].take_in(&placed);
        self.regexes += usize::from(placed.is_regex());
        let number = self.next;
        self.next += 1;
        self.conditions.insert(number, placed);
        Some(number)
    }

    fn remove(&mut self, number: usize) -> Option<Placed> {
        let placed = self.conditions.remove(&number)?;
        self.slots[placed.slot].let_go(&placed);
        self.regexes -= usize::from(placed.is_regex());
        Some(placed)
    }

    fn can_stand(&self, slot: usize, condition: &Condition) -> bool {
        let slot = self.slots.get(slot).copied().unwrap_or_default();
        let is_regex = matches!(condition, Condition::Regex(_));
        let beside = slot.conditions == 0 || !(slot.is_closed || condition.stands_alone());
        beside && !(is_regex && self.regexes == MOST_REGEXES)
    }

    /// Says one thing in less room.
    fn give_way(&mut self, heaviest: &mut Heaviest) {
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
            // Of what may not hold in either of two slots, one alone would not be the whole.
            None if placed.refuses => {
                for number in heaviest.of_quals(&quals) {
                    drop(self.remove(number));
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
        let written = |(slot, said): (usize, Vec<String>)| match said.is_empty() {
            true => name(slot),
            false => said.join("&&"),
        };
        slots.into_iter().enumerate().map(written).collect()
    }
}

impl Slot {
    fn take_in(&mut self, placed: &Placed) {
        self.conditions += 1;
        self.length += placed.length();
        self.is_closed = placed.form().condition.stands_alone();
    }

    fn let_go(&mut self, placed: &Placed) {
        self.conditions -= 1;
        self.length -= placed.length();
        self.is_closed = false;
    }
}

impl Placed {
    /// What is said now.
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

/// The conditions by how soon they have to give way; some of them may be gone by then.
struct Heaviest {
    weights: BinaryHeap<(usize, usize)>,
    /// What says what a value is not, by its quals.
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

    /// Gives up all that says what a value is not for some quals.
    fn of_quals(&mut self, quals: &[usize]) -> Vec<usize> {
        self.refusing.remove(quals).unwrap_or_default()
    }
}

fn name(slot: usize) -> String {
    format!("w{}", slot + 1)
}

/// The number of slots up to the last with a condition.
fn used(slots: &[Slot]) -> usize {
    let last = slots.iter().rposition(|slot| slot.conditions > 0);
    last.map_or(0, |last| last + 1)
}

/// How long a pattern is that names every slot, so that the number of words has to fit.
fn whole_length(slots: &[Slot]) -> usize {
    "[]".len() + joined_length(slots)
}

/// How long a pattern is with an ellipsis after the last condition; none if no word would be left for that.
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
