//! The table that the bench prints.

use std::time::Duration;

/// One figure: what was measured, its yardstick, and what it should be at most.
pub(crate) struct Row {
    what: &'static str,
    measured: String,
    yardstick: String,
    ratio: String,
    target: String,
    verdict: &'static str,
}

impl Row {
    /// Starts a row that has no yardstick and no target yet.
    pub(crate) fn new(what: &'static str, measured: String) -> Self {
        Self {
            what,
            measured,
            yardstick: String::new(),
            ratio: String::new(),
            target: String::new(),
            verdict: "",
        }
    }

    /// Says what the echo provider reached.
    pub(crate) fn beside(mut self, yardstick: String) -> Self {
        self.yardstick = yardstick;
        self
    }

    /// Says how the two compare.
    pub(crate) fn ratio(mut self, ratio: f64) -> Self {
        self.ratio = format!("{ratio:.2}");
        self
    }

    /// Says what it may be at most, and whether it is.
    pub(crate) fn target(self, at_most: &str, met: bool) -> Self {
        self.target_if(true, at_most, met)
    }

    /// Says what it has to be at least, and whether it is.
    pub(crate) fn at_least(self, least: &str, met: bool) -> Self {
        let row = self.target(least, met);
        Self {
            target: format!(">= {least}"),
            ..row
        }
    }

    /// The same for a figure that not every system gives.
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
            &self.yardstick,
            &self.ratio,
            &self.target,
            self.verdict,
        ]
    }
}

/// All figures, each printed as soon as it is there: a whole run takes minutes.
#[derive(Default)]
pub(crate) struct Table {
    begun: bool,
}

impl Table {
    /// Prints a figure, the first below a line that says what is what.
    pub(crate) fn add(&mut self, row: &Row) {
        if !std::mem::replace(&mut self.begun, true) {
            print(["", "measured", "yardstick", "ratio", "target", ""]);
        }
        print(row.cells());
    }
}

fn print([what, measured, yardstick, ratio, target, verdict]: [&str; 6]) {
    let line = format!("{what:<34}{measured:>11}{yardstick:>11}{ratio:>7}  {target:<15}{verdict}");
    println!("{}", line.trim_end());
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

/// Millions of bytes, not 2^20: the stricter reading of the targets.
pub(crate) fn megabytes(bytes: u64) -> String {
    let hundredths = bytes / 10_000;
    format!("{}.{:02} MB", hundredths / 100, hundredths % 100)
}

pub(crate) fn percent(in_ten_thousand: u128) -> String {
    format!("{}.{:02} %", in_ten_thousand / 100, in_ten_thousand % 100)
}
