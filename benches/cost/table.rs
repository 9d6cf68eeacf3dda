//! The table that the benchmark prints.

use std::time::Duration;

/// One figure: the measurement, its baseline and its target.
pub(crate) struct Row {
    what: &'static str,
    measured: String,
    baseline: String,
    ratio: String,
    target: String,
    verdict: &'static str,
}

impl Row {
    /// Creates a row without a baseline or a target.
    pub(crate) fn new(what: &'static str, measured: String) -> Self {
        Self {
            what,
            measured,
            baseline: String::new(),
            ratio: String::new(),
            target: String::new(),
            verdict: "",
        }
    }

    /// Adds the figure of the baseline.
    pub(crate) fn baseline(mut self, baseline: String) -> Self {
        self.baseline = baseline;
        self
    }

    /// Adds the ratio of both figures.
    pub(crate) fn ratio(mut self, ratio: f64) -> Self {
        self.ratio = format!("{ratio:.2}");
        self
    }

    /// Adds the maximum, and whether the figure meets it.
    pub(crate) fn target(self, at_most: &str, met: bool) -> Self {
        self.target_if(true, at_most, met)
    }

    /// Adds the minimum, and whether the figure meets it.
    pub(crate) fn at_least(self, least: &str, met: bool) -> Self {
        let row = self.target(least, met);
        Self {
            target: format!(">= {least}"),
            ..row
        }
    }

    /// Adds the maximum for a figure that some systems cannot measure.
    pub(crate) fn target_if(mut self, known: bool, at_most: &str, met: bool) -> Self {
        self.target = format!("<= {at_most}");
        self.verdict = match (known, met) {
            (false, _) => "not measured here",
            (true, true) => "pass",
            (true, false) => "miss",
        };
        self
    }

    fn cells(&self) -> [&str; 6] {
        [
            self.what,
            &self.measured,
            &self.baseline,
            &self.ratio,
            &self.target,
            self.verdict,
        ]
    }
}

/// All figures. Each is printed as soon as it is known, because a run takes minutes.
#[derive(Default)]
pub(crate) struct Table {
    begun: bool,
}

impl Table {
    /// Prints a figure. The first one follows a header line.
    pub(crate) fn add(&mut self, row: &Row) {
        if !std::mem::replace(&mut self.begun, true) {
            print(["", "measured", "baseline", "ratio", "target", ""]);
        }
        print(row.cells());
    }
}

fn print([what, measured, baseline, ratio, target, verdict]: [&str; 6]) {
    let line = format!("{what:<34}{measured:>11}{baseline:>11}{ratio:>7}  {target:<15}{verdict}");
    println!("{}", line.trim_end());
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

/// Converts to millions of bytes, not to units of 2^20, which makes the targets stricter.
pub(crate) fn megabytes(bytes: u64) -> String {
    let hundredths = bytes / 10_000;
    format!("{}.{:02} MB", hundredths / 100, hundredths % 100)
}

pub(crate) fn percent(in_ten_thousand: u128) -> String {
    format!("{}.{:02} %", in_ten_thousand / 100, in_ten_thousand % 100)
}
