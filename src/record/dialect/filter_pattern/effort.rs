//! How much work a plan takes, and whether it is canceled.

use std::cell::Cell;

/// The number of steps between two checks.
const STEPS_BETWEEN: u64 = 64;

/// Counts the steps of one compilation, and cancels it once it is no longer wanted.
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

    /// Counts a step, and reports whether to continue.
    pub(super) fn step(&self) -> bool {
        let steps = self.steps.get();
        self.steps.set(steps + 1);
        if !self.is_canceled() && steps.is_multiple_of(STEPS_BETWEEN) {
            self.canceled.set(!(self.is_wanted)());
        }
        !self.is_canceled()
    }

    /// Counts a number of steps, and reports whether to continue.
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
