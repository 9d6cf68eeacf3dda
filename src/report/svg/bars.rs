//! Horizontal bars, each with its name and its number above it.

use std::fmt::Write as _;

use super::figure::{self, Caption, Entry, Layer, clipped, number, part, visible};
use crate::report::markup::Markup;
use crate::report::quantity::Unit;

/// The height of a bar with its words, in pixels.
const ROW: usize = 38;
/// The longest name that a picture shows. That of an IPv6 address fits.
const LONGEST: usize = 40;

/// Horizontal bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// The words about the picture.
    pub caption: Caption,
    /// What the numbers count.
    pub unit: Unit,
    /// The parts of each bar, from the left. A single one needs no legend.
    pub layers: Vec<Layer>,
    /// The bars, from the top.
    pub bars: Vec<Bar>,
}

/// A bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// One number for each layer.
    pub values: Vec<u64>,
}

impl Bars {
    /// Draws the bars.
    pub fn draw(&self) -> Markup {
        let most = self.bars.iter().map(|bar| figure::total(&bar.values)).max();
        let Some(most) = most else {
            return figure::empty(&self.caption);
        };
        let drawn: String = self
            .bars
            .iter()
            .enumerate()
            .map(|(at, bar)| self.bar(at, bar, most))
            .collect();
        let legend: Vec<_> = match self.layers.as_slice() {
            [] | [_] => Vec::new(),
            layers => layers.iter().map(Entry::Layer).collect(),
        };
        figure::figure(&self.caption, self.bars.len() * ROW, &drawn, &legend)
    }

    fn bar(&self, at: usize, bar: &Bar, most: u128) -> String {
        let y = at * ROW;
        let total = figure::total(&bar.values);
        let words = match self.layers.len() {
            0 | 1 => self.unit.exact(total),
            _ => figure::words(&bar.values, &self.layers, |value| self.unit.exact(value)),
        };
        let title = Markup::line(&format!("{}: {words}", bar.name));
        let name = format!(
            "<text class=\"m\" y=\"12\">{}</text>",
            Markup::cut(&bar.name, LONGEST)
        );
        let name = clipped("0", y, "78%", &name);
        let short = self.unit.short(total);
        let mut drawn = format!(
            "<g><title>{title}</title>{name}<text x=\"100%\" y=\"{}\" text-anchor=\"end\">{short}</text>",
            y + 12
        );
        let top = y + 18;
        let mut x = 0.0;
        for (layer, value) in self.layers.iter().zip(&bar.values) {
            let width = visible(part(u128::from(*value), most, 100.0), 0.2);
            if width > 0.0 {
                // Writing to a string does not fail.
                let _ = write!(
                    drawn,
                    "<rect class=\"{}\" x=\"{}%\" y=\"{top}\" width=\"{}%\" height=\"12\"/>",
                    layer.color.class(),
                    number(x),
                    number(width)
                );
            }
            x += width;
        }
        drawn + "</g>\n"
    }
}
