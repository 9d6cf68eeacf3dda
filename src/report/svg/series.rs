//! Stacked numbers over time.
//!
//! A bin in which nothing could be seen is not a bin in which nothing was: it has a pattern, the words `not seen`, and its
//! reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::figure::{self, Caption, Entry, Layer, number, part, visible};
use crate::report::markup::Markup;
use crate::report::quantity::Unit;

/// The height of the bins, in pixels, and of the picture.
const HEIGHT: usize = 180;
const ALL: usize = HEIGHT + 44;
/// The place above the bins, for the topmost number.
const TOP: usize = 20;
/// Bins beyond this number have no text of their own, so that a page stays small.
const MOST_TEXTS: usize = 300;
/// The parts of the width from which the words fit upright, and lying.
const FITS_UPRIGHT: f64 = 4.6;
const FITS: f64 = 24.0;
/// The words of a gap.
const UNSEEN: &str = "not seen";

/// Stacked numbers over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The words about the picture.
    pub caption: Caption,
    /// What the numbers count.
    pub unit: Unit,
    /// What is stacked, from the bottom.
    pub layers: Vec<Layer>,
    /// The bins, in the order of time, each as long as the others.
    pub bins: Vec<Bin>,
}

/// The numbers of a part of the time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bin {
    /// When it begins, in full.
    pub time: String,
    /// When it begins, in at most eleven characters, for the axis.
    pub tick: String,
    /// One number for each layer.
    pub values: Vec<u64>,
    /// Why nothing, or not everything, could be seen.
    pub unseen: Option<String>,
}

impl Series {
    /// Draws the series.
    pub fn draw(&self) -> Markup {
        let most = self.bins.iter().map(|bin| figure::total(&bin.values)).max();
        let Some(most) =
            most.filter(|most| *most > 0 || self.bins.iter().any(|bin| bin.unseen.is_some()))
        else {
            return figure::empty(&self.caption);
        };
        let scale = round_up(most);
        let drawn = [
            self.gaps(),
            self.stacks(scale),
            self.words(),
            self.axes(scale),
        ]
        .concat();
        figure::figure(&self.caption, ALL, &drawn, &self.legend())
    }

    /// Draws the stacks, one unit in width each.
    fn stacks(&self, scale: u128) -> String {
        let count = self.bins.len();
        let mut drawn = format!(
            "<svg y=\"{TOP}\" width=\"100%\" height=\"{HEIGHT}\" viewBox=\"0 0 {count} {HEIGHT}\" preserveAspectRatio=\"none\">\n"
        );
        let mut paths = vec![String::new(); self.layers.len()];
        for (at, bin) in self.bins.iter().enumerate() {
            let mut bottom = 180.0;
            let mut rects = String::new();
            for (layer, value) in bin.values.iter().enumerate().take(self.layers.len()) {
                let height = visible(part(u128::from(*value), scale, 180.0), 0.75);
                if height <= 0.0 {
                    continue;
                }
                bottom -= height;
                let (y, height) = (number(bottom), number(height));
                let class = self.layers[layer].color.class();
                // Writing to a string does not fail.
                let _ = write!(
                    rects,
                    "<rect class=\"{class}\" x=\"{at}.05\" y=\"{y}\" width=\".9\" height=\"{height}\"/>"
                );
                let _ = write!(paths[layer], "M{at} {y}h1v{height}h-1z");
            }
            if count <= MOST_TEXTS && !rects.is_empty() {
                let title = Markup::line(&format!("{}: {}", bin.time, self.numbers(bin)));
                let _ = writeln!(drawn, "<g><title>{title}</title>{rects}</g>");
            }
        }
        if count > MOST_TEXTS {
            for (layer, path) in self.layers.iter().zip(paths) {
                let _ = writeln!(
                    drawn,
                    "<path class=\"{}\" d=\"{path}\"/>",
                    layer.color.class()
                );
            }
        }
        drawn + "</svg>\n"
    }

    fn numbers(&self, bin: &Bin) -> String {
        let words = figure::words(&bin.values, &self.layers, |value| self.unit.exact(value));
        match &bin.unseen {
            Some(reason) => format!("{UNSEEN}, {reason}; {words}"),
            None => words,
        }
    }

    /// Draws what could not be seen.
    fn gaps(&self) -> String {
        let rects = self.spans().map(|span| {
            format!(
                "<rect class=\"un\" x=\"{}%\" y=\"{TOP}\" width=\"{}%\" height=\"{HEIGHT}\"><title>{}</title></rect>\n",
                number(span.start),
                number(span.width),
                Markup::line(&format!("{UNSEEN} from {}: {}", span.time, span.reason))
            )
        });
        rects.collect()
    }

    /// Writes the words of the gaps, wherever there is room for them.
    fn words(&self) -> String {
        let texts = self.spans().filter(|span| span.width >= FITS_UPRIGHT).map(|span| {
            let (x, y) = (number(span.start + span.width / 2.0), TOP + HEIGHT / 4);
            let turned = if span.width < FITS { " transform=\"rotate(-90)\"" } else { "" };
            format!(
                "<svg x=\"{x}%\" y=\"{y}\" overflow=\"visible\"><text class=\"h\" text-anchor=\"middle\" dy=\".35em\"{turned}>\
                 {UNSEEN}</text></svg>\n"
            )
        });
        texts.collect()
    }

    /// Draws the lines of the scale, and some times.
    fn axes(&self, scale: u128) -> String {
        let mut drawn = String::new();
        for (of, value) in [(0, scale), (1, scale / 2), (2, 0)] {
            let y = TOP + HEIGHT * of / 2;
            // Writing to a string does not fail.
            let _ = write!(drawn, "<line x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/>");
            if value > 0 {
                let text = self.unit.short(value);
                let _ = writeln!(drawn, "<text class=\"h\" y=\"{}\">{text}</text>", y - 4);
            }
        }
        let count = self.bins.len();
        let ticks = count.min(4);
        for tick in 0..ticks {
            let at = tick * count / ticks;
            let x = number(part(at as u128, count as u128, 100.0));
            let y = TOP + HEIGHT;
            let text = Markup::cut(&self.bins[at].tick, 11);
            let _ = writeln!(
                drawn,
                "<line class=\"t\" x1=\"{x}%\" x2=\"{x}%\" y1=\"{y}\" y2=\"{}\"/><text x=\"{x}%\" y=\"{}\">{text}</text>",
                y + 5,
                y + 20
            );
        }
        drawn
    }

    fn legend(&self) -> Vec<Entry<'_>> {
        let mut legend: Vec<_> = self.layers.iter().map(Entry::Layer).collect();
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in self.bins.iter().filter_map(|bin| bin.unseen.as_deref()) {
            *reasons.entry(reason).or_default() += 1;
        }
        let gaps = reasons.into_iter().map(|(reason, count)| {
            let all = self.bins.len();
            Entry::Unseen(format!("{UNSEEN} in {count} of {all} bins: {reason}"))
        });
        legend.extend(gaps);
        legend
    }

    /// Returns the gaps: neighbors with the same reason are one.
    fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        let width = part(1, self.bins.len() as u128, 100.0);
        let mut spans: Vec<(usize, Span<'_>)> = Vec::new();
        for (at, bin) in self.bins.iter().enumerate() {
            let Some(reason) = bin.unseen.as_deref() else {
                continue;
            };
            match spans.last_mut() {
                Some((end, span)) if *end == at && span.reason == reason => {
                    *end += 1;
                    span.width += width;
                }
                _ => {
                    let start = part(at as u128, self.bins.len() as u128, 100.0);
                    let time = &bin.time;
                    spans.push((
                        at + 1,
                        Span {
                            start,
                            width,
                            time,
                            reason,
                        },
                    ));
                }
            }
        }
        spans.into_iter().map(|(_, span)| span)
    }
}

/// Neighboring bins in which something could not be seen, in percent of the width.
struct Span<'a> {
    start: f64,
    width: f64,
    time: &'a str,
    reason: &'a str,
}

/// Returns the next number that is round: 1, 2, 4, 6, 8 or 10 times a power of ten. Its half is round as well.
fn round_up(value: u128) -> u128 {
    let mut power: u128 = 1;
    while power.saturating_mul(10) < value {
        power = power.saturating_mul(10);
    }
    let steps = [1, 2, 4, 6, 8, 10].map(|step| power.saturating_mul(step));
    steps
        .into_iter()
        .find(|step| *step >= value)
        .unwrap_or(value)
}
