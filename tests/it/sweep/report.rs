//! The figures of a sweep.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::scenario::Scenario;
use super::trial::Verdict;

/// The cases by fault and scenario, and the verdicts of each.
#[derive(Debug, Default)]
pub(super) struct Table {
    cells: BTreeMap<(&'static str, Scenario), BTreeMap<Verdict, usize>>,
}

impl Table {
    pub(super) fn count(&mut self, fault: &'static str, scenario: Scenario, verdict: Verdict) {
        let cell = self.cells.entry((fault, scenario)).or_default();
        *cell.entry(verdict).or_default() += 1;
    }

    /// Returns the number of cases with a verdict.
    pub(super) fn total(&self, verdict: Verdict) -> usize {
        let cells = self.cells.values();
        cells.filter_map(|cell| cell.get(&verdict)).sum()
    }

    /// Renders converged/told of each cell, and lost and inconclusive if there are any.
    pub(super) fn render(&self) -> String {
        let mut text = format!("{:25}", "converged/told");
        for scenario in Scenario::ALL {
            let _ = write!(text, "{:>15}", scenario.name());
        }
        let mut faults: Vec<_> = self.cells.keys().map(|(fault, _)| *fault).collect();
        faults.dedup();
        for fault in faults {
            let _ = write!(text, "\n{fault:25}");
            for scenario in Scenario::ALL {
                let cell = self.cells.get(&(fault, scenario));
                let of = |verdict| cell.and_then(|cell| cell.get(&verdict)).copied();
                let shown = match cell {
                    None => "-".to_owned(),
                    Some(_) => Self::shown(of),
                };
                let _ = write!(text, "{shown:>15}");
            }
        }
        text
    }

    fn shown(of: impl Fn(Verdict) -> Option<usize>) -> String {
        let good = [Verdict::Converged, Verdict::Told].map(|verdict| of(verdict).unwrap_or(0));
        let bad = [Verdict::Lost, Verdict::Inconclusive].map(|verdict| of(verdict).unwrap_or(0));
        let mut shown = format!("{}/{}", good[0], good[1]);
        if bad != [0, 0] {
            let _ = write!(shown, "!{}!{}", bad[0], bad[1]);
        }
        shown
    }
}
