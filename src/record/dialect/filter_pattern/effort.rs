//! How much work a plan takes, and whether anybody still waits for it.

use std::cell::Cell;

/// After how many steps it is asked whether to go on.
const STEPS_BETWEEN: u64 = 64;

/// Counts the steps of one compilation, and gives it up once it is not wanted any more.
pub(super) struct Effort<'a> {
    is_wanted: &'a dyn Fn() -> bool,
    steps: Cell<u64>,
    canceled: Cell<bool>,
}

impl<'a> Effort<'a> {
    pub(super) fn new(is_wanted: &'a dyn Fn() -> bool) -> Self {
        Self {
            is_wanted,
            steps: Cell::new(0),
            canceled: Cell::new(false),
        }
    }

    /// Counts a step, and tells whether to go on: what is made after that is thrown away.
    pub(super) fn step(&self) -> bool {
        let steps = self.steps.get();
        self.steps.set(steps + 1);
        if !self.is_canceled() && steps.is_multiple_of(STEPS_BETWEEN) {
            self.canceled.set(!(self.is_wanted)());
        }
        !self.is_canceled()
    }

    /// Counts as many steps as something has parts.
    pub(super) fn steps(&self, parts: usize) -> bool {
        (0..=parts).all(|_| self.step())
    }

    pub(super) fn is_canceled(&self) -> bool {
        self.canceled.get()
    }

    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        self.steps.get()
    }
}
