//! The slots of a pattern, and how they are brought under the service's limit of length.

use super::condition::{Condition, Form};

/// The most regular expressions that the service takes in one pattern.
const MOST_REGEXES: usize = 2;

/// The end of a pattern that any number of further words may follow.
pub(super) const OPEN_END: &str = ",...]";

/// How much sooner a condition that says what a value is not has to go than one of its length that says what it is.
const REFUSAL_WEIGHT: usize = 4;

/// One slot for each field of the format, with the conditions on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slots {
    width: usize,
    conditions: Vec<Placed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
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
            width,
            conditions: Vec::new(),
        }
    }

    /// Puts something into a slot in the best form that can stand there; says whether there is one.
    pub(super) fn add(&mut self, request: Request) -> bool {
        let Some(first) = self.fitting(&request) else {
            return false;
        };
        let mut forms = request.forms;
        self.conditions.push(Placed {
            slot: request.slot,
            quals: request.quals,
            forms: forms.split_off(first),
            refuses: request.refuses,
        });
        true
    }

    /// Puts the same into several slots, or into none of them.
    pub(super) fn add_all(&mut self, requests: Vec<Request>) -> bool {
        let before = self.conditions.len();
        let added = requests.into_iter().all(|request| self.add(request));
        if !added {
            self.conditions.truncate(before);
        }
        added
    }

    /// Says of each condition for which quals it stands, and whether it says all of them.
    pub(super) fn said(&self) -> impl Iterator<Item = (&[usize], bool)> {
        self.conditions
            .iter()
            .map(|placed| (placed.quals.as_slice(), placed.form().exact))
    }

    /// Tells whether something that no qual asks for has to hold in a slot.
    pub(super) fn asks_of_itself(&self, slot: usize) -> bool {
        let asks = |placed: &Placed| placed.quals.is_empty() && !placed.refuses;
        let mut placed = self.conditions.iter().filter(|placed| placed.slot == slot);
        placed.any(asks)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Tells whether both say the same in the same slots.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let said = |slots: &Self| -> Vec<_> {
            let placed = slots.conditions.iter();
            placed
                .map(|placed| (placed.slot, placed.form().condition.clone()))
                .collect()
        };
        said(self) == said(other)
    }

    /// Tells whether all that has to hold can be written in so many characters; what must not hold gives way to it.
    pub(super) fn fit(&self, limit: usize) -> bool {
        let mut slots = self.clone();
        slots.conditions.retain(|placed| !placed.refuses);
        slots.written(limit).is_some()
    }

    /// Writes the pattern in at most so many characters.
    ///
    /// Where there is too little room, what takes most of it is said in less, or not at all. The list with the most
    /// alternatives selects least, and what only says what a value is not selects less than anything else.
    pub(super) fn render(&mut self, limit: usize) -> Option<String> {
        while !self.is_empty() {
            if let Some(pattern) = self.written(limit) {
                return Some(pattern);
            }
            self.give_way();
        }
        None
    }

    /// Writes the pattern as it is, if it takes at most so many characters.
    fn written(&self, limit: usize) -> Option<String> {
        let written = [Some(self.whole()), self.open(self.width)];
        let fits = |pattern: &String| pattern.len() <= limit;
        written.into_iter().flatten().find(fits)
    }

    /// Writes the pattern with an ellipsis after the last condition, for lines of at least so many words; none if no word
    /// would be left for the ellipsis.
    pub(super) fn open(&self, width: usize) -> Option<String> {
        let used = self.conditions.iter().map(|placed| placed.slot + 1).max();
        let used = used.unwrap_or_default();
        (used < width).then(|| format!("[{}{OPEN_END}", self.first(used).join(",")))
    }

    /// Writes every slot, so that the number of words has to fit.
    fn whole(&self) -> String {
        format!("[{}]", self.first(self.width).join(","))
    }

    /// Says one thing in less room.
    fn give_way(&mut self) {
        let weight = |placed: &Placed| {
            let length = placed.form().condition.render("w").len();
            length * if placed.refuses { REFUSAL_WEIGHT } else { 1 }
        };
        let heaviest = self.conditions.iter().enumerate();
        let Some((index, _)) = heaviest.max_by_key(|(_, placed)| weight(placed)) else {
            return;
        };
        let placed = self.conditions.remove(index);
        let length = placed.form().condition.render("w").len();
        let shorter = |form: &Form| form.condition.render("w").len() < length;
        let request = Request {
            slot: placed.slot,
            quals: placed.quals.clone(),
            forms: placed.forms.into_iter().filter(shorter).collect(),
            refuses: placed.refuses,
        };
        if !self.add(request) && placed.refuses {
            // Of what may not hold in either of two slots, one alone would not be the whole.
            self.conditions
                .retain(|other| !other.refuses || other.quals != placed.quals);
        }
    }

    /// Finds the first form that can stand beside what is in the slot.
    fn fitting(&self, request: &Request) -> Option<usize> {
        request
            .forms
            .iter()
            .position(|form| self.can_stand(request.slot, &form.condition))
    }

    fn can_stand(&self, slot: usize, condition: &Condition) -> bool {
        let is_regex = |condition: &Condition| matches!(condition, Condition::Regex(_));
        let placed = &self.conditions;
        let regexes = placed
            .iter()
            .filter(|placed| is_regex(&placed.form().condition))
            .count();
        let mut beside = placed.iter().filter(|placed| placed.slot == slot);
        beside.all(|placed| placed.form().condition.stands_beside(condition))
            && !(is_regex(condition) && regexes == MOST_REGEXES)
    }

    fn first(&self, count: usize) -> Vec<String> {
        (0..count).map(|slot| self.slot(slot)).collect()
    }

    fn slot(&self, slot: usize) -> String {
        let name = format!("w{}", slot + 1);
        let placed = self.conditions.iter().filter(|placed| placed.slot == slot);
        let conditions: Vec<_> = placed
            .map(|placed| placed.form().condition.render(&name))
            .collect();
        if conditions.is_empty() {
            name
        } else {
            conditions.join("&&")
        }
    }
}

impl Placed {
    /// What is said now.
    fn form(&self) -> &Form {
        &self.forms[0]
    }
}
