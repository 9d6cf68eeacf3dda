//! The push-down compiler: from quals to the CloudWatch filter pattern that lets the service drop records for us.
//!
//! A pattern has one slot for each field of the format, `[w1,w2,w3="eni-1",…]`, and conditions in the slots; different
//! slots are ANDed, and a slot may not look at another. So a qual is pushed where one slot can say exactly the same, and
//! is otherwise reported as not pushed: the quals are checked again here in any case. Two things are guaranteed. A record
//! that satisfies the quals matches the pattern; and if every qual was pushed, a record that matches satisfies them.
//!
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>.

mod condition;
mod network;
mod slots;

use std::collections::BTreeSet;

use condition::Condition;
use slots::Slots;

use super::quals::{Bound, BoundQual, Place};

/// The most characters that the service takes as a pattern.
pub const MAX_LENGTH: usize = 1024;

/// What of the quals is pushed down to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The filter pattern; none if no qual could be pushed.
    pub pattern: Option<String>,
    /// The quals that are checked on our side alone, as the user wrote them, such as `where[0].src_addr`.
    pub not_pushed: Vec<String>,
}

/// Compiles quals into a filter pattern for lines of the format to which they are bound.
#[must_use]
pub fn compile(bound: &Bound) -> Pushed {
    let mut compiler = Compiler {
        slots: Slots::new(bound.width),
        unpushed: BTreeSet::new(),
    };
    for qual in &bound.all {
        compiler.require(qual);
    }
    compiler.require_any(&bound.any);
    for block in &bound.none {
        compiler.refuse(block);
    }
    let (pattern, dropped) = compiler.slots.render(MAX_LENGTH);
    compiler.unpushed.extend(dropped);
    let mut not_pushed = bound.labels();
    not_pushed.retain(|label| compiler.unpushed.contains(label));
    Pushed {
        pattern,
        not_pushed,
    }
}

struct Compiler {
    slots: Slots,
    unpushed: BTreeSet<String>,
}

impl Compiler {
    /// Pushes a qual that has to hold.
    fn require(&mut self, qual: &BoundQual) {
        let pushed = match qual.place {
            Place::Field(index) => {
                let labels = vec![qual.label.clone()];
                Condition::holding(&qual.test)
                    .is_some_and(|condition| self.slots.add(index, labels, condition))
            }
            Place::Either(_) | Place::EventId => false,
        };
        if !pushed {
            self.unpushed.insert(qual.label.clone());
        }
    }

    /// Pushes blocks of which any has to hold: one block is as good as top-level quals; of several, one pattern can only
    /// say it if each asks one thing and all of them of the same slot.
    fn require_any(&mut self, blocks: &[Vec<BoundQual>]) {
        if let [block] = blocks {
            block.iter().for_each(|qual| self.require(qual));
        } else if !self.require_union(blocks) {
            self.unpushed
                .extend(blocks.iter().flatten().map(|qual| qual.label.clone()));
        }
    }

    fn require_union(&mut self, blocks: &[Vec<BoundQual>]) -> bool {
        let quals: Option<Vec<&BoundQual>> = blocks
            .iter()
            .map(|block| match block.as_slice() {
                [qual] => Some(qual),
                _ => None,
            })
            .collect();
        let Some(quals) = quals else { return false };
        let Some(Place::Field(index)) = quals.first().map(|qual| qual.place) else {
            return false;
        };
        if quals.iter().any(|qual| qual.place != Place::Field(index)) {
            return false;
        }
        let labels = quals.iter().map(|qual| qual.label.clone()).collect();
        let condition = condition::union(quals.iter().map(|qual| &qual.test));
        condition
            .and_then(|test| Condition::holding(&test))
            .is_some_and(|condition| self.slots.add(index, labels, condition))
    }

    /// Pushes a block that must not hold, if it consists of one qual: the opposite of several is an OR over slots.
    fn refuse(&mut self, block: &[BoundQual]) {
        let pushed = match block {
            [qual] => self.refuse_one(qual),
            _ => false,
        };
        if !pushed {
            self.unpushed
                .extend(block.iter().map(|qual| qual.label.clone()));
        }
    }

    fn refuse_one(&mut self, qual: &BoundQual) -> bool {
        let Some(condition) = Condition::failing(&qual.test) else {
            return false;
        };
        let indexes: &[usize] = match &qual.place {
            Place::Field(index) => &[*index],
            Place::Either(indexes) => indexes,
            Place::EventId => return false,
        };
        let labels = || vec![qual.label.clone()];
        indexes
            .iter()
            .all(|index| self.slots.can_add(*index, &condition))
            && indexes
                .iter()
                .all(|index| self.slots.add(*index, labels(), condition.clone()))
    }
}

#[cfg(test)]
mod evaluator;
#[cfg(test)]
mod tests;
