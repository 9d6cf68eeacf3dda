//! The slots of a pattern, and how they are brought under the service's limit of length.

use super::condition::Condition;

/// The most regular expressions that the service takes in one pattern.
const MOST_REGEXES: usize = 2;

/// One slot for each field of the format, with the conditions on it.
pub(super) struct Slots {
    width: usize,
    conditions: Vec<Placed>,
}

struct Placed {
    slot: usize,
    /// The quals that the condition stands for.
    labels: Vec<String>,
    condition: Condition,
}

impl Slots {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            conditions: Vec::new(),
        }
    }

    /// Tells whether a condition can stand in a slot beside what is there.
    pub(super) fn can_add(&self, slot: usize, condition: &Condition) -> bool {
        let is_regex = |condition: &Condition| matches!(condition, Condition::Regex(_));
        let regexes = self
            .conditions
            .iter()
            .filter(|placed| is_regex(&placed.condition))
            .count();
        let mut beside = self.conditions.iter().filter(|placed| placed.slot == slot);
        beside.all(|placed| placed.condition.stands_beside(condition))
            && !(is_regex(condition) && regexes == MOST_REGEXES)
    }

    /// Puts a condition into a slot, if it can stand there; the labels are the quals that it stands for.
    pub(super) fn add(&mut self, slot: usize, labels: Vec<String>, condition: Condition) -> bool {
        let fits = self.can_add(slot, &condition);
        if fits {
            self.conditions.push(Placed {
                slot,
                labels,
                condition,
            });
        }
        fits
    }

    /// Writes the pattern in at most so many characters, and returns the labels of the conditions that had to go.
    ///
    /// What goes first is the longest condition: the list with the most alternatives selects least.
    pub(super) fn render(mut self, limit: usize) -> (Option<String>, Vec<String>) {
        let mut dropped = Vec::new();
        while !self.conditions.is_empty() {
            for pattern in [self.whole(), self.shortened()] {
                if pattern.len() <= limit {
                    return (Some(pattern), dropped);
                }
            }
            let lengths = self
                .conditions
                .iter()
                .map(|placed| placed.condition.render("w").len());
            let longest = lengths.enumerate().max_by_key(|(_, length)| *length);
            if let Some((longest, _)) = longest {
                dropped.extend(self.conditions.remove(longest).labels);
            }
        }
        (None, dropped)
    }

    /// Writes every slot, so that the number of tokens has to fit.
    fn whole(&self) -> String {
        format!("[{}]", self.first(self.width).join(","))
    }

    /// Writes an ellipsis for the slots after the last condition.
    fn shortened(&self) -> String {
        let used = self
            .conditions
            .iter()
            .map(|placed| placed.slot + 1)
            .max()
            .unwrap_or_default();
        if used == self.width {
            return self.whole();
        }
        format!("[{},...]", self.first(used).join(","))
    }

    fn first(&self, count: usize) -> Vec<String> {
        (0..count).map(|slot| self.slot(slot)).collect()
    }

    fn slot(&self, slot: usize) -> String {
        let name = format!("w{}", slot + 1);
        let placed = self.conditions.iter().filter(|placed| placed.slot == slot);
        let conditions: Vec<_> = placed
            .map(|placed| placed.condition.render(&name))
            .collect();
        if conditions.is_empty() {
            name
        } else {
            conditions.join("&&")
        }
    }
}
